#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes Debian packages of the last commit on bare Debians and tries them on
# others that are just as bare. Only as root. tests/debian.sh says what can be
# set.
#
#   sh tests/packaging/packages.sh [DIRECTORY [SUITE ...]]
#
# DIRECTORY, packages unless said, gets a directory for each SUITE (bookworm
# trixie) with the packages and the release they were made of. The last line is
# the sum of what was tried.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$here/../.." && pwd)
# shellcheck source=tests/debian.sh
. "$repository/tests/debian.sh"
enter_namespaces "$0" "$@"
shift

output=${1-packages}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- bookworm trixie
mkdir -p "$output"
output=$(CDPATH='' cd -- "$output" && pwd)

passed=0
failed=0
attempt() {
  log=$roots/packages-$suite-$1.log
  start=$(date +%s)
  if inside "$2" >"$log" 2>&1 </dev/null; then
    result=good
    passed=$((passed + 1))
  else
    result=FAILED
    failed=$((failed + 1))
  fi
  echo "$suite: $1: $result in $(($(date +%s) - start)) s: $log"
  [ "$result" = good ] || { tail -n 30 "$log" | sed 's/^/  | /'; return 1; }
}

apt='export DEBIAN_FRONTEND=noninteractive; apt-get -q -y'
bare="--no-install-recommends"

# What a distributor does: a release, its own rules, its own checks.
build_packages() {
  attempt tools "$apt update && $apt install $bare git ca-certificates meson \
    gettext pkg-config build-essential debhelper lintian devscripts equivs \
    libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev xz-utils" &&
    attempt release 'git config --global --add safe.directory "*" &&
      git clone -q file:///mnt /srv/clone && cd /srv/clone &&
      meson setup -Dtests=disabled /srv/b &&
      meson dist -C /srv/b --no-tests --formats xztar &&
      cd /srv && cp b/meson-dist/gst-oak-*.tar.xz* . &&
      sha256sum -c gst-oak-*.sha256sum && tar xf gst-oak-*.tar.xz &&
      ! find gst-oak-*/ -name .git | grep .' &&
    attempt needs "cd /srv/gst-oak-*/ && cp -r tests/packaging/debian . &&
      mk-build-deps --install --remove --tool 'apt-get -y $bare' \
        debian/control" &&
    attempt build 'cd /srv/gst-oak-*/ && version=${PWD##*-} &&
      cp ../gst-oak-$version.tar.xz ../gst-oak_$version.orig.tar.xz &&
      dpkg-buildpackage -us -uc' &&
    attempt lintian 'cd /srv && lintian --info --allow-root \
      --fail-on error,warning *.changes'
}

# On a machine that has nothing of the sources but the clients' tests.
try_packages() {
  cp "$output/$suite"/*.deb "$root/srv/" &&
    attempt install "$apt update && $apt install $bare \
      /srv/gstreamer1.0-oak_*.deb /srv/oak-rtsp-server_*.deb \
      gstreamer1.0-tools" || return
  attempt elements 'for element in oaktcpsrc oaktcpsink oakoverlay oakonvifmeta \
    oakonvifpay oakonvifdepay; do gst-inspect-1.0 "$element" || exit; done' &&
    attempt stream 'gst-launch-1.0 videotestsrc is-live=true ! \
      video/x-raw,width=64,height=48 ! videoconvert ! oaktcpsink port=5000 &
      camera=$!
      timeout 60 gst-launch-1.0 oaktcpsrc host=127.0.0.1 port=5000 width=64 \
        height=48 num-buffers=30 ! oakoverlay ! fakesink
      status=$?; kill $camera; exit $status' &&
    attempt language 'LANGUAGE=de LC_ALL=C.UTF-8 oak-rtsp-server --help &&
      test -s /usr/share/locale/de/LC_MESSAGES/gst-oak-1.0.mo' &&
    attempt server 'oak-rtsp-server --version &&
      getent passwd oak-rtsp-server &&
      test -s "/lib/systemd/system/oak-rtsp-server@.service" &&
      test -s /usr/share/man/man1/oak-rtsp-server.1.gz' &&
    attempt clients "$apt install $bare ffmpeg motion mpv openssl python3 \
        gstreamer1.0-libav gstreamer1.0-plugins-ugly fonts-dejavu-core &&
      python3 /mnt/tests/interop/rtsp.py /usr/bin/oak-rtsp-server \
        looked_at_by_ffmpeg looked_at_by_rtspsrc camera_that_comes_back &&
      python3 /mnt/tests/interop/recorders.py /usr/bin/oak-rtsp-server"
  attempt removal "$apt purge gstreamer1.0-oak oak-rtsp-server &&
    ! find / -xdev \( -name '*oak*' -o -path '*oak*' \) -not -path '/srv/*' \
      -not -path '/var/lib/dpkg/*' -not -path '/var/log/*' \
      -not -path '/etc/apt/apt.conf.d/*' \
      -not -path '/mnt/*' -not -path '/proc/*' | grep ."
}

for suite; do
  make_root "$suite" "$suite"
  good=
  build_packages || good=no
  mkdir -p "$output/$suite"
  rm -f "$output/$suite"/*
  [ -n "$good" ] || for file in "$root"/srv/*.deb "$root"/srv/*.tar.xz \
      "$root"/srv/*.dsc "$root"/srv/*.changes; do
    cp "$file" "$output/$suite/"
  done
  leave_root
  [ -z "$good" ] || continue
  make_root "$suite" "$suite"
  try_packages || true
  leave_root
done

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
