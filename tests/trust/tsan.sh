#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the suites under ThreadSanitizer, against GLib and GStreamer built with
# it: of those that Debian builds it sees no lock, and takes each for a race.
# Builds them once, from Debian's source packages. Not a part of CI.
#
#   sh tests/trust/tsan.sh [TEST ...]     # of `meson test`; default: the suites
#                                         # libs, elements, generic, pipelines
#
# OAK_TSAN_DIR   where sources and the libraries are kept; default: oak-tsan
#                in XDG_CACHE_HOME or ~/.cache
# OAK_BUILD_DIR  where ours is built; default: _build beside the sources

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$here/../.." && pwd)
kept=${OAK_TSAN_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/oak-tsan}
build=${OAK_BUILD_DIR:-$source/_build}/tsan
prefix=$kept/prefix

sh "$source/tests/packages.sh" build test sources

# shellcheck source=tests/trust/sources.sh
. "$here/sources.sh"

# GLib's own mutexes are futexes and atomic numbers: enough to see that what
# they guard is no race, not enough to see in which order they are locked.
# Those of the C library show both.
use_mutexes_of_c_library() {
  sed -i 's,^#define \(HAVE_FUTEX.*\),/* \1 */,' "$1/config.h"
}

# Name, then what meson is told. Only what the suites use.
build_library() {
  name=$1
  shift
  [ ! -f "$kept/$name.done" ] || return 0
  get_source "$name"
  rm -rf "$kept/$name-build"
  meson setup --prefix="$prefix" --libdir=lib --buildtype=debugoptimized \
    --wrap-mode=nodownload --auto-features=disabled -Db_sanitize=thread \
    -Db_lundef=false "$@" "$kept/$name-build" "$kept/$name" >/dev/null
  [ "$name" != glib2.0 ] || use_mutexes_of_c_library "$kept/$name-build"
  ninja -C "$kept/$name-build" install >"$kept/$name.log"
  touch "$kept/$name.done"
  echo "$name: built"
}

PKG_CONFIG_PATH=$prefix/lib/pkgconfig
LD_LIBRARY_PATH=$prefix/lib
PATH=$prefix/bin:$PATH
export PKG_CONFIG_PATH LD_LIBRARY_PATH PATH
# The tools that are built and run on the way.
TSAN_OPTIONS=report_bugs=0
export TSAN_OPTIONS

if [ ! -f "$kept/gst-plugins-base1.0.done" ]; then
  build_library glib2.0 -Dtests=false -Dinstalled_tests=false
  build_library gstreamer1.0 -Dcheck=enabled -Dtools=enabled \
    -Dregistry=true -Dcoretracers=enabled -Dgst_debug=true
  build_library gst-plugins-base1.0 -Dapp=enabled -Dvideotestsrc=enabled \
    -Dvideoconvertscale=enabled -Drawparse=enabled -Dplayback=enabled \
    -Dtypefind=enabled -Dvideorate=enabled -Dtcp=enabled -Dpango=enabled \
    -Doverlaycomposition=enabled -Dencoding=enabled
fi

# Silence counts only where what should be told of is: one race and one wrong
# order, but not what a lock guards.
prove_that_it_sees() {
  rm -rf "$kept/proof"
  mkdir "$kept/proof"
  cat >"$kept/proof/proof.c" <<'PROGRAM'
#include <glib.h>

static GMutex one, other;
static int guarded, unguarded;

static void
count (void)
{
  g_mutex_lock (&one);
  guarded++;
  g_mutex_unlock (&one);
  unguarded++;
}

static gpointer
run (gpointer data)
{
  g_mutex_lock (&other);
  count ();
  g_mutex_unlock (&other);
  return NULL;
}

int
main (void)
{
  GThread *thread = g_thread_new ("run", run, NULL);

  count ();
  g_thread_join (thread);
  g_mutex_lock (&one);
  g_mutex_lock (&other);
  g_mutex_unlock (&other);
  g_mutex_unlock (&one);
  return 0;
}
PROGRAM
  # shellcheck disable=SC2046 # one word an option
  "${CC:-cc}" -fsanitize=thread -o "$kept/proof/proof" \
    "$kept/proof/proof.c" $(pkg-config --cflags --libs glib-2.0)
  TSAN_OPTIONS='' "$kept/proof/proof" 2>"$kept/proof/log" || true
  found=$(sed -n 's/^WARNING: ThreadSanitizer: \([a-z-]*\).*/\1/p' \
    "$kept/proof/log" | sort | tr '\n' ' ')
  [ "$found" = "data lock-order-inversion " ] || {
    echo "TSan does not see what it should, but: ${found:-nothing}"
    return 1
  }
}
prove_that_it_sees

if [ ! -f "$build/meson-private/coredata.dat" ]; then
  meson setup -Db_sanitize=thread -Db_lundef=false -Dtests=enabled \
    --auto-features=disabled -Doverlay=auto "$build" "$source"
fi
meson compile -C "$build"

[ $# -gt 0 ] || set -- --suite libs --suite elements --suite generic \
  --suite pipelines

# GLib's allocator of slices has races of its own, and hands out memory again
# without TSan's seeing it.
G_SLICE=always-malloc
export G_SLICE
# A plugin scanner would be one process more that is looked at. A test's own
# processes are forked before it has threads.
GST_PLUGIN_SYSTEM_PATH_1_0=$prefix/lib/gstreamer-1.0
GST_REGISTRY_FORK=no
CK_TIMEOUT_MULTIPLIER=10
TSAN_OPTIONS=exitcode=66:second_deadlock_stack=1:history_size=7
TSAN_OPTIONS=$TSAN_OPTIONS:suppressions=$here/tsan.supp
export GST_PLUGIN_SYSTEM_PATH_1_0 GST_REGISTRY_FORK CK_TIMEOUT_MULTIPLIER
export TSAN_OPTIONS
rm -f "$build/meson-logs/testlog.json"
status=0
meson test -C "$build" --no-rebuild --print-errorlogs -t 5 "$@" || status=$?
sed -n 's/^SUMMARY: ThreadSanitizer: //p' "$build/meson-logs/testlog.txt" |
  sort | uniq -c | sort -rn
echo "Reports: $(grep -c 'WARNING: ThreadSanitizer' \
  "$build/meson-logs/testlog.txt")"
python3 "$source/tests/count.py" "$build/meson-logs/testlog.json"
exit "$status"
