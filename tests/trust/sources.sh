# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Debian's source packages, for scripts that read this file with `.`:
#
#   get_source NAME   # unpacked as $kept/NAME, once

# The machine's own sources of packages, for sources.
apt() {
  command=$1
  shift
  "$command" -q -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::SourceParts="$kept/apt/parts" \
    -o Dir::State::Lists="$kept/apt/lists" \
    -o Dir::Cache="$kept/apt/cache" -o APT::Sandbox::User= "$@"
}

ask_for_sources() {
  [ ! -d "$kept/apt" ] || return 0
  mkdir -p "$kept/apt/parts" "$kept/apt/lists/partial" \
    "$kept/apt/cache/archives/partial"
  for list in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" \
      >"$kept/apt/parts/${list##*/}"
  done
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list" \
      >"$kept/apt/parts/own-${list##*/}.list"
  done
  apt apt-get update
}

# The newest that can still be had: a mirror may lack one.
get_source() {
  [ ! -d "$kept/$1" ] || return 0
  ask_for_sources || return
  rm -rf "$kept/part"
  mkdir -p "$kept/part"
  for version in $(apt apt-cache showsrc "$1" | sed -n 's/^Version: //p' |
      sort -Vru); do
    if (cd "$kept/part" && apt apt-get source "$1=$version"); then
      mv "$kept"/part/*/ "$kept/$1"
      rm -rf "$kept/part"
      return 0
    fi
  done
  echo "There is no source of $1."
  return 1
}
