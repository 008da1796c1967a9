# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Bare Debians in directories, for scripts that read this file with `.` after
# they have called enter_namespaces:
#
#   enter_namespaces SCRIPT "$@"  # runs SCRIPT again, as "--inside" and so on
#   make_root NAME SUITE [OPTION ...]  # $root; the options are debootstrap's
#   inside COMMAND                # in $root, with an empty environment
#   leave_root                    # also when the script ends
#
# $repository appears in it as /mnt. What a user may set:
#
# OAK_MIRROR      where debootstrap gets Debian; default: what this machine uses
# OAK_ROOTS       where the roots are made; default: oak-roots in TMPDIR
# OAK_ROOTS_BASE  a directory with minimal roots made earlier, named by NAME;
#                 what is missing is made there; default: base in OAK_ROOTS
# OAK_ROOTS_KEEP  if not empty, the roots are left to look at

roots=${OAK_ROOTS:-${TMPDIR:-/tmp}/oak-roots}
base=${OAK_ROOTS_BASE:-$roots/base}
root=

# In namespaces of its own, mounts and processes end with the script, however
# it ends.
enter_namespaces() {
  if [ "$(id -u)" -ne 0 ]; then
    echo "This makes roots and mounts into them: only as root." >&2
    exit 1
  fi
  script=$1
  shift
  [ "${1-}" = --inside ] ||
    exec unshare --mount --propagation private --pid --fork --kill-child \
      sh "$script" --inside "$@"
}

unmount() {
  for point in mnt dev proc; do
    ! mountpoint -q "$1/$point" || umount "$1/$point" || return
  done
}

# What is still mounted there is not ours to remove.
remove_root() {
  unmount "$1" && rm -rf --one-file-system "$1" && return
  echo "$1 is in use: left as it is." >&2
  return 1
}

leave_root() {
  [ -n "$root" ] || return 0
  left=$root
  root=
  if [ -n "${OAK_ROOTS_KEEP-}" ]; then
    unmount "$left"
  else
    remove_root "$left"
  fi
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
  name=$1
  shift
  mkdir -p "$roots" "$base"
  if [ ! -f "$base/$name/etc/debian_version" ]; then
    suite=$1
    shift
    rm -rf --one-file-system "$base/$name.part"
    debootstrap --variant=minbase "$@" "$suite" "$base/$name.part" \
      "$(mirror)" >"$roots/$name-debootstrap.log" || return
    mv "$base/$name.part" "$base/$name"
  fi
  remove_root "$roots/$name" || return
  root=$roots/$name
  cp -a "$base/$name/." "$root" &&
    mount -t proc proc "$root/proc" &&
    mount --bind /dev "$root/dev" &&
    mount -o bind,ro "$repository" "$root/mnt" || return
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  # A mirror that lags behind serves lists that are over, as it says itself.
  echo 'Acquire::Check-Valid-Until "false";' \
    >"$root/etc/apt/apt.conf.d/90oak"
}

# Without what this shell has in its environment: a bare machine has none.
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    chroot "$root" sh -c "$1"
}
