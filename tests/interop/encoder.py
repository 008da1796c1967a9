# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated camera's video encoder: GStreamer's, in a process of its own.

One picture in, one out, so that each keeps its number and its time.
"""

import re
import shutil
import subprocess

KEYFRAME_EVERY = 30             # pictures; what depthai sets by default

# Neither looks ahead nor reorders.
X26X = f"tune=zerolatency speed-preset=ultrafast key-int-max={KEYFRAME_EVERY}"
BYTE_STREAM = "stream-format=byte-stream,alignment=au"

ENCODERS = {
    "jpeg": "jpegenc",
    "h264": f"x264enc {X26X} ! video/x-h264,{BYTE_STREAM}",
    "h265": f"x265enc {X26X} ! video/x-h265,{BYTE_STREAM}",
}

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def lacking(kind):
    """Why there is no encoder for @kind here, or None."""
    for tool in ("gst-launch-1.0", "gst-inspect-1.0"):
        if shutil.which(tool) is None:
            return f"no {tool}"
    for element in (ENCODERS[kind].split()[0], "rawvideoparse",
                    "videoconvert", "multipartmux"):
        if subprocess.run(["gst-inspect-1.0", "--exists", element],
                          check=False).returncode != 0:
            return f"no element {element}"
    return None


def start(kind, width, height, fps):
    """A function that makes an encoded picture of planes B, G, R."""
    why = lacking(kind)
    if why:
        raise SystemExit(f"Nothing to encode {kind} with: {why}")

    # The parts of a multipart stream say how long they are.
    pipeline = (f"fdsrc fd=0 blocksize={3 * width * height} ! rawvideoparse "
                f"format=bgrp width={width} height={height} "
                f"framerate={round(fps * 1000)}/1000 ! videoconvert ! "
                f"{ENCODERS[kind]} ! multipartmux ! fdsink fd=1")
    process = subprocess.Popen(["gst-launch-1.0", "-q", *pipeline.split()],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def encode(planes):
        process.stdin.write(planes)
        process.stdin.flush()
        return read_part(process.stdout)

    return encode


def read_part(stream):
    length = None
    while True:
        line = stream.readline()
        if not line:
            raise EOFError("the encoder has ended")
        match = LENGTH.match(line)
        if match:
            length = int(match.group(1))
        if length is not None and line == b"\r\n":
            return stream.read(length)
