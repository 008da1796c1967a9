#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the suites with GStreamer's tracer of leaks: no object, buffer, event or
# caps may be alive when a test program ends.
#
#   sh tests/trust/leaks.sh [SUITE ...]   # elements generic pipelines interop
#
# Builds below OAK_BUILD_DIR, or _build beside the sources. The last line is the
# sum.

set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$here/../.." && pwd)
build=${OAK_BUILD_DIR:-$source/_build}/test
logs=$build/leaks
# shellcheck source=tests/trust/suites.sh
. "$here/suites.sh"

[ $# -gt 0 ] || set -- elements generic pipelines interop
sh "$source/tests/packages.sh" build test || exit
set_up "$build" --werror -Dtests=enabled -Dexamples=enabled || exit
rm -rf "$logs"
mkdir -p "$logs"

GST_TRACERS=leaks
GST_DEBUG=GST_TRACER:7
GST_DEBUG_NO_COLOR=1
export GST_TRACERS GST_DEBUG GST_DEBUG_NO_COLOR

# Silence counts only where something that is left behind is told of.
prove_that_it_sees() {
  cat >"$logs/proof.c" <<'PROGRAM'
#include <gst/gst.h>

int
main (void)
{
  gst_init (NULL, NULL);
  gst_bin_new ("left-behind");
  gst_deinit ();
  return 0;
}
PROGRAM
  # shellcheck disable=SC2046 # one word an option
  "${CC:-cc}" -o "$logs/proof" "$logs/proof.c" \
    $(pkg-config --cflags --libs gstreamer-1.0) &&
    GST_DEBUG_FILE="$logs/proof.txt" "$logs/proof" &&
    grep -q 'object-alive,.*left-behind' "$logs/proof.txt" ||
    { echo "The tracer does not see what is left behind"; return 1; }
}
prove_that_it_sees || exit

# A process of its own for each case would end without looking back. Programs
# that do not call gst_deinit(), as Python's do not, end without telling.
CK_FORK=no GST_DEBUG_FILE="$logs/%p.log" run_suites "$build" "$@"
status=$?

programs=$(find "$logs" -name '*.log' | wc -l)
echo "$programs programs were looked at"
[ "$programs" -gt 0 ] || exit 1
# The tracer also writes how it will write.
found=$(cat "$logs"/*.log | grep 'object-alive,' | grep -v '(string)%s')
if [ -n "$found" ]; then
  echo "$found" | sed 's/.*object-alive, //' | cut -c 1-160 | sort | uniq -c |
    sort -rn | head -n 30
  echo "0 passed, $(echo "$found" | wc -l) failed, 0 skipped"
  exit 1
fi
python3 "$source/tests/count.py" "$build/meson-logs/testlog.json" || exit
exit "$status"
