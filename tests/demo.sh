#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shows oaktcpsrc without a camera: builds it, starts the camera program on
# this machine with a synthetic scene, and plays what it sends. Into a window
# if there is a display, till it is closed; else into a video and a picture.
#
#   sh tests/demo.sh [DIRECTORY]      # where the files go, default: here
#
# Builds below OAK_BUILD_DIR, or _build beside the sources.

set -eu

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${OAK_BUILD_DIR:-$source/_build}/demo
directory=$(CDPATH='' cd -- "${1-.}" && pwd)

camera=
player=
scratch=$(mktemp -d)

clean_up() {
  trap - EXIT INT TERM HUP PIPE
  for child in $player $camera; do
    kill "$child" 2>/dev/null || true
  done
  wait
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
trap 'exit 141' PIPE

step() {
  printf '\n== %s\n' "$1"
}

stop() {
  echo "$1" >&2
  if [ -s "$scratch/camera.log" ]; then
    echo "The camera program said:" >&2
    tail -n 20 "$scratch/camera.log" | sed 's/^/  | /' >&2
  fi
  exit 1
}

# In the background, so that a signal is answered at once and not at the end.
play() {
  status=0
  "$@" &
  player=$!
  wait "$player" || status=$?
  player=
  return "$status"
}

has_display() {
  [ -n "${DISPLAY-}" ] || [ -n "${WAYLAND_DISPLAY-}" ]
}

quietly() {
  "$@" >"$scratch/log" 2>&1 && return
  cat "$scratch/log"
  stop "That did not work: $*"
}

configure() {
  if [ -f "$build/meson-private/coredata.dat" ]; then
    meson setup --reconfigure "$build" "$source" ||
      meson setup --wipe "$build" "$source"
  else
    meson setup --buildtype=release -Dexamples=enabled "$build" "$source"
  fi
}

start_camera() {
  mkfifo "$scratch/camera"
  python3 "$source/tests/interop/scriptnode.py" \
    --program "$source/ext/depthai/script/tcp_server.py" \
    --size 640x352 --fps 30 --port 0 \
    >"$scratch/camera" 2>"$scratch/camera.log" &
  camera=$!
  # Kept open: the camera may go on talking.
  exec 3<"$scratch/camera"
  while read -r word port <&3; do
    [ "$word" != PORT ] || return 0
  done
  stop "The camera program did not start."
}

# Each kind of window has words of its own for being closed; in English.
show_in_window() {
  cat <<END_OF_TEXT
export GST_PLUGIN_PATH=$build/gst/oak
gst-launch-1.0 $source_element ! videoconvert ! autovideosink

Close the window, or press Ctrl-C here, to end.
END_OF_TEXT
  # shellcheck disable=SC2086 # an element and its properties
  play env LC_ALL=C gst-launch-1.0 -q $source_element ! videoconvert ! \
    autovideosink >"$scratch/log" 2>&1 ||
    grep -q -e 'window was closed' -e 'Quit requested' "$scratch/log"
}

launch() {
  echo "gst-launch-1.0 $*"
  play gst-launch-1.0 -q "$@" || stop "That pipeline failed."
}

write_files() {
  echo "export GST_PLUGIN_PATH=$build/gst/oak"
  # shellcheck disable=SC2086
  launch $source_element num-buffers=240 ! videoconvert ! \
    video/x-raw,format=I420 ! x264enc tune=zerolatency ! mp4mux ! \
    filesink location="$directory/demo.mp4"
  # shellcheck disable=SC2086
  launch $source_element num-buffers=1 ! videoconvert ! pngenc ! \
    filesink location="$directory/demo.png"
  for file in demo.mp4 demo.png; do
    [ -s "$directory/$file" ] || stop "$file is empty."
  done
}

print_detections() {
  pipeline="$source_element ! fakesink"
  echo "oakprint -n 60 '$pipeline'"
  play "$build/tests/examples/oakprint" -n 60 "$pipeline" >"$scratch/frames" ||
    stop "That pipeline failed."
  python3 - "$scratch/frames" <<'END_OF_SCRIPT'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as lines:
    frames = [f for f in map(json.loads, lines) if "offset" in f]
for frame in frames[::12]:
    seconds = frame["device_time"] / 1e9
    print(f"  frame {frame['offset']}, device time {seconds:.6f} s")
    for d in frame["detections"]:
        print(f"    {d['type']:<12}{100 * d['confidence']:5.1f} %"
              f"   {d['w']} x {d['h']} pixels at {d['x']},{d['y']}")
    if not frame["detections"]:
        print("    nothing seen")
END_OF_SCRIPT
}

step "What is needed"
sh "$source/tests/packages.sh" build video
! has_display || sh "$source/tests/packages.sh" window

step "Building in $build"
quietly configure
quietly meson compile -C "$build" gstoak oakprint

# The fresh plugin, and a registry that leaves the user's alone.
export GST_PLUGIN_PATH_1_0="$build/gst/oak"
export GST_REGISTRY_1_0="$build/registry.bin"

step "Starting the camera program on this machine"
start_camera
source_element="oaktcpsrc host=127.0.0.1 port=$port framerate=30/1"
echo "ext/depthai/script/tcp_server.py listens on 127.0.0.1:$port"

if has_display; then
  step "Playing it in a window"
  if show_in_window; then
    echo "The window was closed."
    exit 0
  fi
  cat "$scratch/log"
  echo "No window could be opened."
fi

step "Writing a video and a picture"
write_files

step "Printing the detections of some frames"
print_detections

step "Done"
echo "video:   $directory/demo.mp4"
echo "picture: $directory/demo.png"
echo "The picture has no boxes: the element that will draw them is not there yet."
