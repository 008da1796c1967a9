#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Are the .c files as GNU indent would write them, told what GStreamer tells
# it? Headers keep their columns and are not looked at.
#
#   sh tests/style/indent.sh [--fix] [SOURCE_ROOT]

set -u

fix=
if [ "${1-}" = --fix ]; then
  fix=yes
  shift
fi
root=${1-$(dirname -- "$0")/../..}
cd "$root" || exit 1

# From 2.2.13 on it puts no space after a pointer's star, which GStreamer's
# sources have.
case $(indent --version 2>/dev/null) in
  "GNU indent 2.2.1"[012]) ;;
  *) echo "GNU indent 2.2.12 is not here: skipped."; exit 77 ;;
esac

written=$(mktemp)
trap 'rm -f "$written"' EXIT

files=0
wrong=0
# Names with spaces would be wrong in themselves.
for file in $(find gst ext tests -name '*.c' | sort); do
  files=$((files + 1))
  indent --braces-on-if-line --case-brace-indentation0 --case-indentation2 \
    --braces-after-struct-decl-line --line-length80 --no-tabs --cuddle-else \
    --dont-line-up-parentheses --continuation-indentation4 \
    --honour-newlines --tab-size8 --indent-level2 \
    --leave-preprocessor-space \
    --standard-output "$file" >"$written" || { wrong=$((wrong + 1)); continue; }
  cmp -s "$file" "$written" && continue
  if [ "$fix" ]; then
    echo "rewritten: $file"
    cat "$written" >"$file"
  else
    wrong=$((wrong + 1))
    diff -u "$file" "$written" | sed "2s:.*:+++ indented:" | head -n 40
  fi
done

echo "$files files, $wrong not indented"
[ "$files" -gt 0 ] && [ "$wrong" -eq 0 ]
