#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the suites with AddressSanitizer, UndefinedBehaviorSanitizer and, but for
# the pipelines, LeakSanitizer.
#
#   sh tests/trust/sanitizers.sh
#
# Builds below OAK_BUILD_DIR, or _build beside the sources. The last line is the
# sum.

set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$here/../.." && pwd)
build=${OAK_BUILD_DIR:-$source/_build}/asan
# shellcheck source=tests/trust/suites.sh
. "$here/suites.sh"

# GStreamer's plugin scanner is a program without the sanitizers and could not
# load what has them: the tests scan for themselves. GLib must not keep small
# pieces itself: no sanitizer would see what is freed.
GST_REGISTRY_FORK=no
G_SLICE=always-malloc
CK_TIMEOUT_MULTIPLIER=4
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
LSAN_OPTIONS=suppressions=$source/tests/lsan.supp:print_suppressions=0
export GST_REGISTRY_FORK G_SLICE CK_TIMEOUT_MULTIPLIER UBSAN_OPTIONS
export LSAN_OPTIONS

sh "$source/tests/packages.sh" build test ci || exit
set_up "$build" --werror -Dtests=enabled -Db_lundef=false \
  -Db_sanitize=address,undefined || exit

# Encoders and players leak on their own account, and so do plugins that are
# only looked at, which the first program does for all.
good=yes
ASAN_OPTIONS=detect_leaks=0 run_suites "$build" pipelines || good=
mv "$build/meson-logs/testlog.json" "$build/meson-logs/pipelines.json"

# One process for all cases of a program, and one search for leaks at its end:
# with one for each case the search would take minutes. What libraries without
# frame pointers allocate is told apart by slow unwinding only.
CK_FORK=no ASAN_OPTIONS=detect_leaks=1:fast_unwind_on_malloc=0 \
  run_suites "$build" libs elements generic fuzz || good=
python3 "$source/tests/count.py" "$build/meson-logs/pipelines.json" \
  "$build/meson-logs/testlog.json" && [ -n "$good" ]
