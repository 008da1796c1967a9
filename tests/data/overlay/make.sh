#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Draws the pictures of this directory anew, with the program that compares
# them. Look at each before it is committed: from then on it is right.
#
#   sh tests/data/overlay/make.sh BUILD_DIRECTORY

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$(CDPATH='' cd -- "${1:?which build directory?}" && pwd)

meson compile -C "$build" test-oakgolden gstoakoverlay
OAK_GOLDEN_WRITE=$here \
  GST_PLUGIN_PATH_1_0=$build/ext/oakoverlay \
  GST_REGISTRY_1_0=$build/golden-registry.bin \
  "$build/tests/check/test-oakgolden"
ls -l "$here"
