#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tries the README's commands, and an installation, on bare Debians: makes a
# root with debootstrap, installs git in it and nothing else, clones, runs.
# Only as root; not a part of CI. tests/debian.sh says what can be set.
#
#   sh tests/roots.sh [REPOSITORY [SUITE ...]]   # this one; bookworm trixie

set -eu

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/debian.sh
. "$source/tests/debian.sh"
enter_namespaces "$0" "$@"
shift

repository=$(CDPATH='' cd -- "${1-$source}" && pwd)
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- bookworm trixie

failed=0
attempt() {
  log=$roots/$suite-$1.log
  start=$(date +%s)
  if inside "$2" >"$log" 2>&1 </dev/null; then
    result=good
  else
    result=FAILED
    failed=$((failed + 1))
  fi
  echo "$suite: $1: $result in $(($(date +%s) - start)) s: $log"
  tail -n "${3-3}" "$log" | sed 's/^/  | /'
}

for suite; do
  make_root "$suite" "$suite"
  attempt git 'apt-get -q update && DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y install --no-install-recommends git ca-certificates &&
    git config --global --add safe.directory "*"' 1
  attempt clone 'git clone file:///mnt /srv/clone' 1
  attempt demo 'cd /srv/clone && sh tests/demo.sh && test -s demo.mp4 &&
    test -s demo.png && test -s demo-pipeline.mp4 &&
    test -s demo-pipeline.png' 30
  attempt test 'cd /srv/clone && sh tests/test.sh' 5
  attempt install 'cd /srv/clone && meson setup --prefix=/usr /srv/b &&
    meson install -C /srv/b && gst-inspect-1.0 oaktcpsink &&
    gst-inspect-1.0 oaktcpsrc' 20
  leave_root
done

[ "$failed" -eq 0 ]
