#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Looks at the sources without running them: gcc's analyzer, clang-tidy with the
# checks that found something or could, cppcheck. Each must have nothing to say.
#
#   sh tests/trust/analyse.sh
#
# Builds below OAK_BUILD_DIR, or _build beside the sources. The last line is
# the sum.

set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$here/../.." && pwd)
build=${OAK_BUILD_DIR:-$source/_build}/analyse

# Left out: sizes that are constants, tables made by macros, memcpy() as such.
checks='-*,clang-analyzer-*,bugprone-*,misc-redundant-expression'
checks="$checks,cert-err34-c,cert-flp30-c,cert-env33-c"
checks="$checks,-clang-analyzer-security.insecureAPI.*"
checks="$checks,-bugprone-easily-swappable-parameters"
checks="$checks,-bugprone-implicit-widening-of-multiplication-result"
checks="$checks,-bugprone-macro-parentheses,-bugprone-narrowing-conversions"
checks="$checks,-bugprone-not-null-terminated-result"
checks="$checks,-bugprone-reserved-identifier,-bugprone-signed-char-misuse"
checks="$checks,-bugprone-sizeof-expression"

passed=0
failed=0
claim() {
  echo "== $1"
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

set_up() {
  sh "$source/tests/packages.sh" build ci analysis || return
  rm -rf "$build"
  CC=gcc meson setup --werror --buildtype=debugoptimized -Dtests=disabled \
    -Dc_args=-fanalyzer "$build/gcc" "$source" >/dev/null &&
    CC=clang meson setup -Dtests=disabled "$build/clang" "$source" >/dev/null &&
    meson compile -C "$build/clang" >/dev/null
}

# Warnings are errors in it.
gcc_analyzer() {
  meson compile -C "$build/gcc"
}

sources() {
  find "$source/gst" "$source/ext" -name '*.c' | sort
}

clang_tidy() {
  sources | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build/clang" \
    --checks="$checks" --warnings-as-errors='*' 2>/dev/null
}

# It cannot see into the headers of others, so it is asked for no more than what
# it sees.
check_c() {
  cppcheck --quiet --std=c11 --language=c --library=gtk --inline-suppr \
    --enable=warning,performance,portability --error-exitcode=1 \
    --suppress=missingIncludeSystem -D__x86_64__ -DHAVE_CONFIG_H \
    -I "$build/clang" -I "$source/gst/oak" -I "$source/ext/oakoverlay" \
    "$source/gst" "$source/ext"
}

claim "what is needed" set_up
claim "gcc -fanalyzer" gcc_analyzer
claim "clang-tidy" clang_tidy
claim "cppcheck" check_c
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
