#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds and tests on other Debians, with other compilers and options, for other
# processors: on roots that debootstrap makes. Only as root. tests/debian.sh
# says what can be set.
#
#   sh tests/trust/matrix.sh [ROW ...]    # default: all
#   sh tests/trust/matrix.sh --list
#
# What is tested is the last commit. The last line is the sum of the tests of
# all rows.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$here/../.." && pwd)

# Name, root, suites ("whole": tests/test.sh), what meson is told.
rows() {
  cat <<'TABLE'
bookworm           bookworm whole
bookworm-bare      bookworm short  --auto-features=disabled
bookworm-clang     bookworm short  CC=clang
bookworm-lto       bookworm short  -Db_lto=true --buildtype=release
bookworm-locale    bookworm locale
trixie             trixie   whole
trixie-short       trixie   short
trixie-analytics   trixie   short  -Danalytics=disabled
trixie-overlay     trixie   short  -Doverlay=disabled
trixie-bare        trixie   short  --auto-features=disabled
trixie-clang       trixie   short  CC=clang
trixie-lto         trixie   short  -Db_lto=true --buildtype=release
trixie-locale      trixie   locale
testing            testing    whole
testing-analytics  testing    short  -Danalytics=disabled
testing-overlay    testing    short  -Doverlay=disabled
testing-bare       testing    short  --auto-features=disabled
testing-clang      testing    short  CC=clang
testing-lto        testing    short  -Db_lto=true --buildtype=release
i386               i386     short
i386-release       i386     short  --buildtype=release
arm64              arm64    pure
s390x              s390x    pure
TABLE
}

if [ "${1-}" = --list ]; then
  rows
  exit
fi

# shellcheck source=tests/debian.sh
. "$repository/tests/debian.sh"
enter_namespaces "$0" "$@"
shift
# shellcheck disable=SC2046 # one word a row
[ $# -gt 0 ] || set -- $(rows | awk '{ print $1 }')

# A root is made once for all its rows; what the first installs is there for
# the others.
current=
enter_root() {
  [ "$current" != "$1" ] || return 0
  leave_root
  current=
  case $1 in
    i386) make_root i386 bookworm --arch=i386 ;;
    arm64 | s390x) make_foreign "$1" ;;
    *) make_root "$1" "$1" ;;
  esac || return
  [ "$root" = "$roots/host" ] || inside "apt-get -q update &&
    DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
      --no-install-recommends git ca-certificates locales &&
    git config --global --add safe.directory '*'" || return
  current=$1
}

# The pure rooms need GLib and Check of that processor, a compiler for it, and
# somebody who runs its programs. None of that is a root to be entered.
make_foreign() {
  make_root host bookworm || return
  inside "apt-get -q update && dpkg --add-architecture $1 &&
    apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
      --no-install-recommends gcc-$(name_cpu "$1")-linux-gnu \
      libc6-dev-$1-cross qemu-user-static binfmt-support meson ninja-build \
      pkg-config git ca-certificates python3 libgstreamer1.0-dev:$1 \
      libgstreamer-plugins-base1.0-dev:$1 &&
    git config --global --add safe.directory '*'"
}

# Debian's name of a processor is not everybody's.
name_cpu() {
  case $1 in
    arm64) echo aarch64 ;;
    *) echo "$1" ;;
  esac
}

cross_file() {
  cpu=$(name_cpu "$1")
  endian=little
  [ "$1" != s390x ] || endian=big
  cat <<FILE
[binaries]
c = '$cpu-linux-gnu-gcc'
ar = '$cpu-linux-gnu-gcc-ar'
strip = '$cpu-linux-gnu-strip'
pkgconfig = '$cpu-linux-gnu-pkg-config'
pkg-config = '$cpu-linux-gnu-pkg-config'
exe_wrapper = 'qemu-$cpu-static'
[host_machine]
system = 'linux'
cpu_family = '$cpu'
cpu = '$cpu'
endian = '$endian'
FILE
}

clone='rm -rf /srv/clone && git clone -q file:///mnt /srv/clone &&
  cd /srv/clone'
short='--suite libs --suite elements --suite generic'
# Others' processors do more than one thing at a time, too.
run_tests="meson compile -C b && { status=0; meson test -C b --no-rebuild -t 2 \
  --print-errorlogs \$suites || status=\$?; python3 tests/count.py \
  b/meson-logs/testlog.json && [ \$status -eq 0 ]; }"

# Row's name, root, suites, words for meson.
run_row() {
  name=$1
  kind=$3
  enter_root "$2" || return
  shift 3
  variables=
  options=
  for word; do
    case $word in
      *=*) case $word in -*) options="$options $word" ;;
        *) variables="$variables $word" ;; esac ;;
      *) options="$options $word" ;;
    esac
  done
  case "$variables" in
    *clang*) inside 'DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
        --no-install-recommends clang' || return ;;
  esac
  setup="$variables meson setup --werror -Dtests=enabled $options b"
  case $kind in
    whole) inside "$clone && sh tests/test.sh" ;;
    short) inside "$clone && sh tests/packages.sh build && $setup &&
      suites='$short' && $run_tests" ;;
    locale) inside "$clone && sh tests/packages.sh build &&
      echo 'de_DE.UTF-8 UTF-8' >/etc/locale.gen && locale-gen &&
      export LC_ALL=de_DE.UTF-8 TZ=Asia/Kathmandu && $setup &&
      suites='$short' && $run_tests" ;;
    # A processor that is emulated takes its time.
    pure) cross_file "$current" >"$root/srv/cross" &&
      inside "export CK_TIMEOUT_MULTIPLIER=10; $clone && $setup --auto-features=disabled -Dtests=enabled \
        --cross-file /srv/cross && suites='$(pure_rooms)' && $run_tests" ;;
    *) echo "There are no suites '$kind'."; return 2 ;;
  esac
}

pure_rooms() {
  sed -n "/'oakaccessunit'/,/\]/p" "$repository/tests/check/meson.build" |
    grep -o 'oak[a-z]*' | tr '\n' ' '
}

passed=0
failed=0
skipped=0
tell() {
  sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" |
    tail -n 1)
  version=$(sed -n 's/.*gstreamer-1.0 found: YES \([0-9.]*\).*/\1/p' "$log" |
    head -n 1)
  echo "$1: $2 in $3 s: GStreamer ${version:-?}: ${sum:-no sum}: $log"
  [ "$2" = good ] || tail -n 30 "$log" | sed 's/^/  | /'
  result=$2
  # shellcheck disable=SC2086 # numbers and words
  set -- ${sum:-0 passed, 0 failed, 0 skipped}
  passed=$((passed + $1))
  failed=$((failed + $3))
  skipped=$((skipped + $5))
  # It may have ended badly after its tests, or before, or have had none.
  { [ "$result" = good ] && [ -n "$sum" ]; } || [ "$3" -gt 0 ] ||
    failed=$((failed + 1))
}

mkdir -p "$roots"
for wanted; do
  line=$(rows | awk -v name="$wanted" '$1 == name')
  if [ -z "$line" ]; then
    echo "There is no row $wanted." >&2
    exit 2
  fi
  log=$roots/row-$wanted.log
  start=$(date +%s)
  result=good
  # shellcheck disable=SC2086 # words of the table
  run_row $line >"$log" 2>&1 </dev/null || result=FAILED
  tell "$wanted" "$result" $(($(date +%s) - start))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
