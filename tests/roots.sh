#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tries the README's commands, and an installation, on bare Debians: makes a
# root with debootstrap, installs git in it and nothing else, clones, runs.
# Only as root; not a part of CI.
#
#   sh tests/roots.sh [REPOSITORY [SUITE ...]]   # this one; bookworm trixie
#
# OAK_MIRROR      where debootstrap gets Debian; default: what this machine uses
# OAK_ROOTS       where the roots are made; default: oak-roots in TMPDIR
# OAK_ROOTS_BASE  a directory with minimal roots made earlier, named by suite;
#                 what is missing is made there; default: base in OAK_ROOTS
# OAK_ROOTS_KEEP  if not empty, the roots are left to look at

set -eu

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

if [ "$(id -u)" -ne 0 ]; then
  echo "This makes roots and mounts into them: only as root." >&2
  exit 1
fi

# In namespaces of its own, mounts and processes end with this script,
# however it ends.
if [ "${1-}" != --inside ]; then
  exec unshare --mount --propagation private --pid --fork --kill-child \
    sh "$0" --inside "$@"
fi
shift

repository=$(CDPATH='' cd -- "${1-$source}" && pwd)
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- bookworm trixie

roots=${OAK_ROOTS:-${TMPDIR:-/tmp}/oak-roots}
base=${OAK_ROOTS_BASE:-$roots/base}
mkdir -p "$roots" "$base"

unmount() {
  for point in mnt dev proc; do
    ! mountpoint -q "$1/$point" || umount "$1/$point"
  done
}

root=
leave_root() {
  [ -n "$root" ] || return 0
  unmount "$root"
  [ -n "${OAK_ROOTS_KEEP-}" ] || rm -rf --one-file-system "$root"
  root=
}
trap leave_root EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mirror() {
  if [ -n "${OAK_MIRROR-}" ]; then
    echo "$OAK_MIRROR"
    return
  fi
  sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[.*\] \)*\([^ ]*\).*/\2/p' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list \
    2>/dev/null | head -n 1
}

make_root() {
  if [ ! -f "$base/$1/etc/debian_version" ]; then
    debootstrap --variant=minbase "$1" "$base/$1.part" "$(mirror)" \
      >"$roots/$1-debootstrap.log"
    mv "$base/$1.part" "$base/$1"
  fi
  root=$roots/$1
  unmount "$root"
  rm -rf --one-file-system "$root"
  cp -a "$base/$1/." "$root"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  mount --bind "$repository" "$root/mnt"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
}

# Without what this shell has in its environment: a bare machine has none.
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    chroot "$root" sh -c "$1"
}

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
  make_root "$suite"
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
