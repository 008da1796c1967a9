#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shows the elements without a camera: builds them, and plays two cameras, one
# after the other. The first is the camera program on this machine, with a
# synthetic scene; the second is a pipeline that ends in oaktcpsink. Each into a
# window if there is a display, till it is closed; else into a video and a
# picture.
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
    echo "The camera said:" >&2
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

# What the camera prints comes from file 3, kept open: it may go on talking.
start_camera() {
  rm -f "$scratch/camera"
  mkfifo "$scratch/camera"
  "$@" >"$scratch/camera" 2>"$scratch/camera.log" &
  camera=$!
  exec 3<"$scratch/camera"
}

stop_camera() {
  kill "$camera" 2>/dev/null || true
  wait "$camera" 2>/dev/null || true
  camera=
}

start_camera_program() {
  start_camera python3 "$source/tests/interop/scriptnode.py" \
    --program "$source/ext/depthai/script/tcp_server.py" \
    --size 640x352 --fps 30 --port 0
  while read -r word port <&3; do
    [ "$word" != PORT ] || return 0
  done
  stop "The camera program did not start."
}

# The usual one, if it is free.
find_port() {
  python3 - <<'END_OF_SCRIPT'
import socket

for port in 5000, 0:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(door.getsockname()[1])
        break
END_OF_SCRIPT
}

# Prints the line, and runs it as who types it.
start_camera_pipeline() {
  port=$(find_port)
  line="gst-launch-1.0 videotestsrc ! videoconvert !"
  line="$line oaktcpsink port=$port detections='0;87.5;0.1;0.2;0.4;0.9'"
  echo "$line"
  start_camera env LC_ALL=C sh -c "exec $line"
  while read -r line <&3; do
    case $line in *"to PLAYING"*) return 0 ;; esac
  done
  stop "The camera's pipeline did not start."
}

# Each kind of window has words of its own for being closed; in English.
show_in_window() {
  cat <<END_OF_TEXT
export GST_PLUGIN_PATH=$GST_PLUGIN_PATH_1_0
$1

Close the window to go on, or press Ctrl-C here to end.
END_OF_TEXT
  play env LC_ALL=C sh -c "exec $1" >"$scratch/log" 2>&1 ||
    grep -q -e 'window was closed' -e 'Quit requested' "$scratch/log"
}

launch() {
  echo "gst-launch-1.0 $*"
  play gst-launch-1.0 -q "$@" || stop "That pipeline failed."
}

write_files() {
  echo "export GST_PLUGIN_PATH=$GST_PLUGIN_PATH_1_0"
  # shellcheck disable=SC2086
  launch $source_element num-buffers=240 $boxes ! videoconvert ! \
    video/x-raw,format=I420 ! x264enc tune=zerolatency ! mp4mux ! \
    filesink location="$directory/$1.mp4"
  # shellcheck disable=SC2086
  launch $source_element num-buffers=1 $boxes ! videoconvert ! pngenc ! \
    filesink location="$directory/$1.png"
  for file in "$1.mp4" "$1.png"; do
    [ -s "$directory/$file" ] || stop "$file is empty."
  done
  written="$written $1"
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
if not any(frame["detections"] for frame in frames):
    sys.exit("Nothing was seen in any frame.")
END_OF_SCRIPT
}

# Plays the camera with the line given, or writes files of the name given.
watch() {
  source_element="oaktcpsrc host=127.0.0.1 port=$port framerate=30/1"
  if has_display; then
    step "Playing it in a window"
    if show_in_window "$2"; then
      echo "The window was closed."
      return
    fi
    cat "$scratch/log"
    echo "No window could be opened."
  fi

  step "Writing a video and a picture"
  write_files "$1"

  step "Printing the detections of some frames"
  print_detections
}

step "What is needed"
sh "$source/tests/packages.sh" build video
! has_display || sh "$source/tests/packages.sh" window

step "Building in $build"
quietly configure
# shellcheck disable=SC2046
quietly meson compile -C "$build" gstoak oakprint \
  $(meson introspect --targets "$build" | grep -o -m 1 'gstoakoverlay' | head -n 1)

# The fresh plugins, and a registry that leaves the user's alone.
export GST_PLUGIN_PATH_1_0="$build/gst/oak"
boxes=
filter=
if [ -f "$build/ext/oakoverlay/libgstoakoverlay.so" ]; then
  GST_PLUGIN_PATH_1_0="$GST_PLUGIN_PATH_1_0:$build/ext/oakoverlay"
  boxes="! oakoverlay"
  filter="video-filter=oakoverlay"
fi
export GST_REGISTRY_1_0="$build/registry.bin"

written=

step "Starting the camera program on this machine"
start_camera_program
echo "ext/depthai/script/tcp_server.py listens on 127.0.0.1:$port"
watch demo \
  "gst-launch-1.0 oaktcpsrc port=$port $boxes ! videoconvert ! autovideosink"
stop_camera

step "Starting a pipeline that looks like a camera"
start_camera_pipeline
watch demo-pipeline \
  "gst-launch-1.0 playbin3 uri=oak://127.0.0.1:$port $filter"
stop_camera

step "Done"
for name in $written; do
  echo "video:   $directory/$name.mp4"
  echo "picture: $directory/$name.png"
done
[ -n "$boxes" ] || echo "The pictures have no boxes:" \
  "oakoverlay was not built, as Pango's headers (pangocairo) are not there."
