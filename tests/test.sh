#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing, builds, and runs every test. The last line is the
# sum, the exit status says the same. Arguments go to `meson test`:
#
#   sh tests/test.sh [--suite style ...]
#
# Builds below OAK_BUILD_DIR, or _build beside the sources.

set -u

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${OAK_BUILD_DIR:-$source/_build}/test
log=$build/meson-logs/testlog.json

stop() {
  echo "$1"
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
}

configure() {
  if [ -f "$build/meson-private/coredata.dat" ]; then
    meson setup --reconfigure --werror -Dtests=enabled -Dexamples=enabled \
      "$build" "$source" ||
      meson setup --wipe "$build" "$source"
  else
    meson setup --werror -Dtests=enabled -Dexamples=enabled "$build" "$source"
  fi
}

echo "== What is needed"
sh "$source/tests/packages.sh" build test || stop "Something is missing."

echo "== Building in $build"
configure || stop "meson could not set up the build."
meson compile -C "$build" || stop "It does not build."

echo "== Testing"
rm -f "$log"
meson test -C "$build" --no-rebuild --print-errorlogs "$@"
status=$?
python3 "$source/tests/count.py" "$log" || exit 1
exit $status
