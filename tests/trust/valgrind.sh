#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs tests under valgrind's memcheck, with GLib's suppressions and GStreamer's
# (which are in its source package). Not a part of CI.
#
#   sh tests/trust/valgrind.sh [TEST ...]   # of `meson test`; default: the
#                                           # suites libs, elements, generic
#
# OAK_TSAN_DIR   where sources are kept; default: oak-tsan in XDG_CACHE_HOME or
#                ~/.cache
# OAK_BUILD_DIR  where ours is built; default: _build beside the sources

set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$here/../.." && pwd)
kept=${OAK_TSAN_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/oak-tsan}
build=${OAK_BUILD_DIR:-$source/_build}/valgrind
# shellcheck source=tests/trust/sources.sh
. "$here/sources.sh"

sh "$source/tests/packages.sh" build test sources &&
  get_source gstreamer1.0 || exit
if [ ! -f "$build/meson-private/coredata.dat" ]; then
  # What the processor has more of, valgrind may not know.
  meson setup --buildtype=debugoptimized -Dtests=enabled "$build" "$source" ||
    exit
fi
meson compile -C "$build" || exit

[ $# -gt 0 ] || set -- --suite libs --suite elements --suite generic

# One process for all cases of a program; nothing is handed out behind its back.
CK_FORK=no
G_SLICE=always-malloc
ORC_CODE=backup
CK_TIMEOUT_MULTIPLIER=20
export CK_FORK G_SLICE ORC_CODE CK_TIMEOUT_MULTIPLIER
# What libjpeg does in vectors looks uninitialised.
JSIMD_FORCENONE=1
export JSIMD_FORCENONE
# It counts descriptors itself: one too many is accepted and closed, where the
# kernel would not have accepted it.
GST_CHECKS_IGNORE=test_without_descriptors_it_waits
export GST_CHECKS_IGNORE
rm -f "$build/meson-logs/testlog-valgrind.json"
meson test -C "$build" --no-rebuild --print-errorlogs -t 20 \
  --wrapper "valgrind -q --error-exitcode=66 --num-callers=30 \
    --leak-check=full --errors-for-leak-kinds=definite \
    --show-leak-kinds=definite \
    --suppressions=/usr/share/glib-2.0/valgrind/glib.supp \
    --suppressions=$kept/gstreamer1.0/tests/check/gstreamer.supp \
    --suppressions=$here/valgrind.supp" "$@"
status=$?
python3 "$source/tests/count.py" "$build/meson-logs/testlog-valgrind.json"
exit "$status"
