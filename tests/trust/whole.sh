#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# All that docs/security.md promises is looked at, in hours. CI does a share of
# it in minutes. As root, where roots are to be made.
#
#   sh tests/trust/whole.sh [PART ...]    # default: all, in this order
#
# analysis    gcc's analyzer, clang-tidy, cppcheck
# sanitizers  ASan, UBSan, LSan over the suites
# leaks       GStreamer's tracer of leaks over the suites
# valgrind    memcheck over the elements' tests
# tsan        ThreadSanitizer, with GLib and GStreamer built for it
# threads     four threads, 1000 changes of state
# fuzz        10 million inputs of each pure target, 200 000 of the element
# mutants     each condition of the pure rooms, broken
# soak        eight cameras with faults, for half an hour
# matrix      Debians, compilers, options, processors, a locale
#
# Builds below OAK_BUILD_DIR, or _build beside the sources. The last line is the
# sum over all parts.

set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$here/../.." && pwd)
OAK_BUILD_DIR=${OAK_BUILD_DIR:-$source/_build}
export OAK_BUILD_DIR
# shellcheck source=tests/trust/suites.sh
. "$here/suites.sh"

[ $# -gt 0 ] || set -- analysis sanitizers leaks valgrind tsan threads fuzz \
  mutants soak matrix

with_a_build() {
  dir=$OAK_BUILD_DIR/$1
  shift
  rm -f "$dir/meson-logs/testlog.json"
  sh "$source/tests/packages.sh" build test &&
    set_up "$dir" --werror -Dtests=enabled "$@" && meson compile -C "$dir"
}

run_part() {
  case $1 in
    analysis) sh "$here/analyse.sh" ;;
    sanitizers) sh "$here/sanitizers.sh" ;;
    leaks) sh "$here/leaks.sh" ;;
    valgrind) sh "$here/valgrind.sh" ;;
    tsan) sh "$here/tsan.sh" ;;
    threads) with_a_build test -Dexamples=enabled &&
      OAK_THREADS_ROUNDS=1000 meson test -C "$OAK_BUILD_DIR/test" -t 5 \
        --no-rebuild oakthreads &&
      python3 "$source/tests/count.py" \
        "$OAK_BUILD_DIR/test/meson-logs/testlog.json" ;;
    fuzz) sh "$source/tests/fuzz/fuzz.sh" --runs 10000000 allow clockmap \
        control detections header labels picture search uri &&
      sh "$source/tests/fuzz/fuzz.sh" --runs 200000 stream ;;
    mutants) with_a_build mutants --buildtype=debug -Dexamples=disabled \
        -Db_lundef=false -Db_sanitize=address,undefined &&
      python3 "$here/mutate.py" "$OAK_BUILD_DIR/mutants" ;;
    soak) with_a_build release --buildtype=release -Dexamples=disabled &&
      python3 "$here/soak.py" "$OAK_BUILD_DIR/release" --seconds 1800 ;;
    matrix) sh "$source/tests/packages.sh" roots && sh "$here/matrix.sh" ;;
    *) echo "There is no part $1."; return 2 ;;
  esac
}

said=$(mktemp)
sums=$(mktemp)
ended=$(mktemp)
trap 'rm -f "$said" "$sums" "$ended"' EXIT
for part; do
  printf '\n==== %s\n' "$part"
  { run_part "$part" 2>&1; echo $? >"$ended"; } | tee "$said"
  sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$said" |
    tail -n 1)
  echo "${sum:-0 passed, 1 failed, 0 skipped}" >>"$sums"
  # It may have ended badly without a test that did.
  case $(cat "$ended"):$sum in
    0:* | *" "[1-9]*" failed"*) ;;
    *) [ -z "$sum" ] || echo "0 passed, 1 failed, 0 skipped" >>"$sums" ;;
  esac
done

awk '{ passed += $1; failed += $3; skipped += $5 }
  END { print passed " passed, " failed " failed, " skipped " skipped"
    exit failed > 0 }' "$sums"
