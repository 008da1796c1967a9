#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Fuzzes what reads foreign bytes, with libFuzzer, ASan and UBSan (needs clang).
# Starts from tests/fuzz/corpus and from what tests/fuzz/seeds.py writes.
#
#   sh tests/fuzz/fuzz.sh [--seconds N | --runs N] [--grow] [TARGET ...]
#
# --seconds N  for all targets together; default: 60
# --runs N     of each target, however long they take
# --grow       puts what was learned, minimised, into tests/fuzz/corpus
#
# Builds below OAK_BUILD_DIR, or _build beside the sources. What was found is
# left in the build directory; the last line is the sum.

set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$here/../..
build=${OAK_BUILD_DIR:-$source/_build}/fuzz
seconds=60
runs=
grow=

while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --runs) runs=$2; shift 2 ;;
    --grow) grow=yes; shift ;;
    -*) sed -n '3,/^$/s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) break ;;
  esac
done
if [ $# -eq 0 ]; then
  set -- allow clockmap control detections header labels picture search \
    stream uri
fi

# The longest input that still says something, in bytes.
longest() {
  case $1 in
    control) echo 40 ;;
    header) echo 96 ;;
    allow) echo 128 ;;
    uri) echo 256 ;;
    detections | labels) echo 512 ;;
    clockmap) echo 720 ;;
    stream) echo 4096 ;;
    *) echo 1024 ;;
  esac
}

prepare() {
  sh "$source/tests/packages.sh" build ci || return
  if [ ! -f "$build/meson-private/coredata.dat" ]; then
    CC=clang meson setup -Dfuzzing=true -Dtests=enabled -Db_lundef=false \
      -Db_sanitize=address,undefined "$build" "$source" || return
  fi
  meson compile -C "$build" || return
  rm -rf "$build/seeds"
  python3 "$here/seeds.py" "$build/seeds" || return
  for corpus in "$here"/corpus/*.corpus; do
    name=$(basename "$corpus" .corpus)
    python3 "$here/corpus.py" unpack "$corpus" "$build/seeds/$name" || return
  done
}

# One of so many inputs may have looked like a leak and not leak again.
ALARM_EVERY=3000

# What one input may need: the largest picture and some, in MiB and s.
run() {
  (cd "$build" && "tests/fuzz/fuzz-$1" -max_len="$(longest "$1")" -timeout=10 \
    -malloc_limit_mb=160 -rss_limit_mb=2048 -artifact_prefix="found/$1-" \
    -print_final_stats=1 "$2" "grown/$1" "seeds/$1") >"$build/$1.log" 2>&1
}

executed() {
  sed -n 's/^stat::number_of_executed_units: *//p' "$build/$1.log"
}

# A thread that is just ending can look like a leak: GLib frees what it has for
# it at the very last. Then it is not there when the input is tried again. Where
# that happens more often than such an ending does, it is believed.
is_false_alarm() {
  leak=$(sed -n 's/.*Test unit written to \(.*-leak-.*\)/\1/p' \
    "$build/$1.log" | tail -n 1)
  [ "$2" -eq 77 ] && [ -n "$leak" ] && [ $((alarms * ALARM_EVERY)) -le "$total" ] &&
    (cd "$build" && "tests/fuzz/fuzz-$1" -runs=50 "$leak") >/dev/null 2>&1 ||
    return
  alarms=$((alarms + 1))
  (cd "$build" && mkdir -p doubted && mv "$leak" doubted)
}

fuzz() {
  mkdir -p "$build/grown/$1" "$build/found"
  total=0
  alarms=0
  while :; do
    limit=-max_total_time=$share
    [ -z "$runs" ] || limit=-runs=$((runs - total))
    status=0
    run "$1" "$limit" || status=$?
    n=$(executed "$1")
    total=$((total + ${n:-0}))
    [ "$status" -ne 0 ] && is_false_alarm "$1" "$status" || break
    echo "$1: something that looked like a leak did not come again"
  done
  echo "$1: $total runs, $(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' \
    "$build/$1.log" | tail -n 1) edges, exit status $status"
  return "$status"
}

minimise() {
  rm -rf "$build/least"
  mkdir "$build/least"
  (cd "$build" && "tests/fuzz/fuzz-$1" -merge=1 \
    -max_len="$(longest "$1")" least "grown/$1" "seeds/$1") \
    >"$build/$1-merge.log" 2>&1 &&
    python3 "$here/corpus.py" pack "$build/least" "$here/corpus/$1.corpus"
}

mkdir -p "$build"
if ! prepare >"$build/prepare.log" 2>&1; then
  tail -n 20 "$build/prepare.log"
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi

share=$(((seconds + $# - 1) / $#))
LSAN_OPTIONS=suppressions=$source/tests/lsan.supp:print_suppressions=0
export LSAN_OPTIONS
# What GLib calls fatal is a trap: without this an input that does it is lost.
ASAN_OPTIONS=handle_sigtrap=1
export ASAN_OPTIONS
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export UBSAN_OPTIONS
G_DEBUG=fatal-criticals
export G_DEBUG
# Else GLib keeps small pieces itself, and no sanitizer sees what is freed.
G_SLICE=always-malloc
export G_SLICE

passed=0
failed=0
for name; do
  if fuzz "$name"; then
    passed=$((passed + 1))
    [ -z "$grow" ] || minimise "$name" || failed=$((failed + 1))
  else
    failed=$((failed + 1))
    tail -n 40 "$build/$name.log"
    echo "To repeat it: cd $build && tests/fuzz/fuzz-$name found/$name-..."
  fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
