#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The one list of what building, testing and showing need. Finds out what is
# missing and installs it where there is apt and the right to use it;
# elsewhere it says what to install and goes on if the essentials are there.
#
#   sh tests/packages.sh SET ...    # of build test window video docs
#                                   # clients ci analysis sources roots

set -eu

sets=" $* "
gstreamer_needed=1.22

# Set, whether it goes on without, what to look for, Debian's package for it.
# A thing counts, not its package: a meson from elsewhere is as good.
things() {
  cat <<'TABLE'
build   must  command    cc                     gcc
build   must  header     stdio.h                libc6-dev
build   must  command    meson                  meson
build   must  command    ninja                  ninja-build
build   must  command    pkg-config             pkg-config
build   must  command    python3                python3
build   must  gstreamer  gstreamer-1.0          libgstreamer1.0-dev
build   must  gstreamer  gstreamer-base-1.0     libgstreamer1.0-dev
build   must  gstreamer  gstreamer-video-1.0    libgstreamer-plugins-base1.0-dev
build   must  command    gst-launch-1.0         gstreamer1.0-tools
build   must  command    gst-inspect-1.0        gstreamer1.0-tools
build   must  element    videoconvert           gstreamer1.0-plugins-base
build   may   library    pangocairo             libpango1.0-dev
build   may   library    gstreamer-rtsp-server-1.0 libgstrtspserver-1.0-dev
build   may   debian     dpkg-architecture      dpkg-dev
build   may   command    msgfmt                 gettext
build   may   since1.24  gstreamer-analytics-1.0 libgstreamer-plugins-bad1.0-dev
test    must  gstreamer  gstreamer-check-1.0    libgstreamer1.0-dev
test    must  gstreamer  gstreamer-controller-1.0 libgstreamer1.0-dev
test    may   command    indent                 indent
test    may   command    xgettext               gettext
test    may   python     numpy                  python3-numpy
test    may   element    jpegenc                gstreamer1.0-plugins-good
test    may   element    multipartmux           gstreamer1.0-plugins-good
test    may   element    qtdemux                gstreamer1.0-plugins-good
test    may   element    x264enc                gstreamer1.0-plugins-ugly
test    may   element    x265enc                gstreamer1.0-plugins-bad
test    may   element    h264parse              gstreamer1.0-plugins-bad
test    may   element    avdec_h264             gstreamer1.0-libav
test    may   element    hlssink2               gstreamer1.0-plugins-bad
test    may   element    splitmuxsink           gstreamer1.0-plugins-good
test    may   font       DejaVuSans             fonts-dejavu-core
test    may   command    ffmpeg                 ffmpeg
test    may   command    openssl                openssl
test    may   element    rtpjpegpay             gstreamer1.0-plugins-good
test    may   element    rtspclientsink         gstreamer1.0-rtsp
test    may   command    unshare                util-linux
test    may   command    ip                     iproute2
test    may   python     gi                     python3-gi
test    may   module     gi.overrides.Gst       python3-gst-1.0
test    may   typelib    Gst-1.0                gir1.2-gstreamer-1.0
test    may   typelib    GstVideo-1.0           gir1.2-gst-plugins-base-1.0
window  must  element    autovideosink          gstreamer1.0-plugins-good
window  may   element    xvimagesink            gstreamer1.0-x
window  may   element    glimagesink            gstreamer1.0-gl
video   must  element    x264enc                gstreamer1.0-plugins-ugly
video   must  element    mp4mux                 gstreamer1.0-plugins-good
video   must  element    pngenc                 gstreamer1.0-plugins-good
docs    may   command    ffmpeg                 ffmpeg
docs    may   command    motion                 motion
docs    may   command    openssl                openssl
docs    may   element    avdec_h264             gstreamer1.0-libav
docs    may   element    hlssink2               gstreamer1.0-plugins-bad
docs    may   element    jpegenc                gstreamer1.0-plugins-good
docs    may   element    x264enc                gstreamer1.0-plugins-ugly
docs    may   python     cv2                    python3-opencv
docs    may   python     numpy                  python3-numpy
docs    may   module     gi.overrides.Gst       python3-gst-1.0
docs    may   typelib    GstApp-1.0             gir1.2-gst-plugins-base-1.0
clients may   command    mpv                    mpv
clients may   command    motion                 motion
ci      must  command    clang                  clang
ci      must  sanitizer  address,fuzzer         libclang-rt-dev
ci      may   command    tc                     iproute2
analysis must command    clang-tidy             clang-tidy
analysis must command    cppcheck               cppcheck
sources must  command    dpkg-source            dpkg-dev
sources must  command    bison                  bison
sources must  command    flex                   flex
sources may   command    valgrind               valgrind
roots   must  command    debootstrap            debootstrap
roots   must  command    unshare                util-linux
TABLE
}

# The tests' Python is the one meson runs in, not the first in PATH.
mesons_python() {
  sed -n '1s/^#! *//p' "$(command -v meson)"
}

is_there() {
  case $1 in
    command) command -v "$2" ;;
    # Where libraries go on Debian, meson asks this; elsewhere it knows.
    debian) ! command -v dpkg || command -v "$2" ;;
    header) echo "#include <$2>" | cc -E - ;;
    # What clang links in for it comes apart from clang.
    sanitizer) echo 'int LLVMFuzzerTestOneInput (void) { return 0; }' |
      clang "-fsanitize=$2" -x c -o /dev/null - ;;
    gstreamer) pkg-config --atleast-version="$gstreamer_needed" "$2" ;;
    # An older one has none: there is nothing to install.
    since*) ! pkg-config --atleast-version="${1#since}" gstreamer-1.0 ||
      pkg-config --exists "$2" ;;
    library) pkg-config --exists "$2" ;;
    font) fc-match -f '%{file}' "$2" | grep -q "$2" ;;
    element) gst-inspect-1.0 --exists "$2" ;;
    python) $(mesons_python) -c "import $2" ;;
    # One that cannot be imported by itself.
    module) $(mesons_python) -c \
      "import importlib.util, sys; sys.exit(not importlib.util.find_spec('$2'))" ;;
    typelib) $(mesons_python) -c \
      "import gi; gi.require_version(*'$2'.split('-'))" ;;
  esac </dev/null >/dev/null 2>&1
}

missing() {
  things | while read -r set need kind name package; do
    case $sets in *" $set "*) ;; *) continue ;; esac
    is_there "$kind" "$name" || echo "$need $kind $name $package"
  done
}

packages() {
  echo "$1" | awk '{ print $4 }' | sort -u | tr '\n' ' ' | sed 's/ $//'
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif [ -t 0 ]; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

may_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null
}

install() {
  log=$(mktemp)
  echo "Installing: $1"
  echo "  (with apt-get; this can take some minutes)"
  # A stale list of some foreign archive does not keep the rest from working.
  as_root apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 || true
  # shellcheck disable=SC2086 # one word a package
  if as_root apt-get -q -y -o DPkg::Lock::Timeout=300 install \
      --no-install-recommends $1 >>"$log" 2>&1; then
    echo "Installed."
  else
    echo "apt-get could not install them:"
    tail -n 15 "$log" | sed 's/^/  | /'
  fi
  rm -f "$log"
}

if [ $# -eq 0 ]; then
  sed -n '/^#   sh/s/^# *//p' "$0" >&2
  exit 2
fi

lacking=$(missing)
[ -n "$lacking" ] || exit 0

if may_install; then
  tried=$(packages "$lacking")
  install "$tried"
  lacking=$(missing)
  # Which GStreamer it is, and what goes with it, shows only now.
  more=$(packages "$(echo "$lacking" | grep ' since' || true)")
  if [ -n "$more" ] && [ "$more" != "$tried" ]; then
    install "$more"
    lacking=$(missing)
  fi
  [ -n "$lacking" ] || exit 0
fi

echo "Not found here (in brackets: Debian's package):"
echo "$lacking" | while read -r need kind name package; do
  case $kind in
    debian) kind="command" ;;
    gstreamer) name="$name >= $gstreamer_needed"; kind="library" ;;
    since*) kind="library" ;;
  esac
  [ "$need" != may ] || package="$package, not essential"
  echo "  $kind $name ($package)"
done

case $lacking in
  *"must "*)
    echo "Please install what is needed, as root for example with"
    echo "  apt-get install $(packages "$lacking")"
    echo "or with your system's packages of the same things; then try again."
    exit 1
    ;;
esac
echo "Going on without."
