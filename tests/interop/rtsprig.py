# SPDX-License-Identifier: LGPL-2.1-or-later
"""oak-rtsp-server for tests, and how to tell that what somebody has decoded is
what the still camera showed."""

import contextlib
import os
import re
import signal
import subprocess
import time

import rig
import stillcamera

WIDTH, HEIGHT = stillcamera.WIDTH, stillcamera.HEIGHT
FRAME = WIDTH * HEIGHT * 3

# Colours by way of 4:2:0 and an encoder at some Mbit/s.
TOLERANCE = 16


class Server:
    def __init__(self, program, *arguments):
        self.said = []
        self.process = subprocess.Popen(
            [program, "--port", "0", *arguments], stderr=subprocess.PIPE,
            text=True, env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en"))
        found = self.wait_for(r"listening on (rtsps?)://[^ ]*:(\d+)")
        self.scheme, self.port = found.group(1), int(found.group(2))

    def wait_for(self, pattern):
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            found = re.search(pattern, line)
            if found:
                return found
        rig.check(False, f"the server said no '{pattern}', but:\n"
                  + "\n".join(self.said))

    def url(self, mount="/camera", who=""):
        return f"{self.scheme}://{who}127.0.0.1:{self.port}{mount}"

    def end(self):
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        rest = self.process.communicate(timeout=30)[1]
        self.said += rest.splitlines()
        rig.check(self.process.returncode == 0,
                  f"the server ended with {self.process.returncode}: {rest}")
        rig.check(time.monotonic() - started < 10, "it ended at once")
        wrong = [l for l in self.said if re.search("CRITICAL|Sanitizer", l)]
        rig.check(not wrong, "\n".join(wrong))


@contextlib.contextmanager
def serving(program, *arguments):
    server = Server(program, *arguments)
    try:
        yield server
        server.end()
    finally:
        server.process.kill()
        server.process.wait()


def uri(camera, query="?reconnect-delay=100&reconnect-delay-max=200"):
    return f"oak://127.0.0.1:{camera.port}{query}"


def start_ffmpeg(url, transport, *arguments):
    return subprocess.Popen(
        ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error",
         "-fpsprobesize", "2", "-rtsp_transport", transport, "-i", url,
         *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def split(raw):
    return [raw[i:i + FRAME] for i in range(0, len(raw) - FRAME + 1, FRAME)]


def pictures(url, number, transport="tcp"):
    """Decoded, as RGB."""
    process = start_ffmpeg(url, transport, "-frames:v", str(number),
                           "-fps_mode", "passthrough", "-f", "rawvideo",
                           "-pix_fmt", "rgb24", "-")
    out, err = process.communicate(timeout=120)
    rig.check(process.returncode == 0, f"ffmpeg: {err.decode()}")
    return split(out)


def pixel(picture, x, y):
    at = (y * WIDTH + x) * 3
    return tuple(picture[at:at + 3])


def is_like(one, other):
    return all(abs(a - b) <= TOLERANCE for a, b in zip(one, other))


def look(picture, boxes):
    """The four colours where they should be, the box's lines, and nothing of
    them 12 pixels beside."""
    left, top, right, bottom = (
        round(edge * side) for edge, side in
        zip(stillcamera.BOX, (WIDTH, HEIGHT, WIDTH, HEIGHT)))
    for row in (0, 1):
        for column in (0, 1):
            colour = stillcamera.COLOURS[row * 2 + column]
            y = HEIGHT // 4 if row == 0 else HEIGHT * 3 // 4
            x = WIDTH // 8 if column == 0 else WIDTH * 7 // 8
            seen = pixel(picture, x, y)
            rig.check(is_like(seen, colour), f"{seen} at {x},{y}: {colour}")
    for x, y, beside in ((left, HEIGHT // 2 - 20, (12, 0)),
                         (right - 1, HEIGHT // 2 + 20, (-12, 0)),
                         (WIDTH // 2 + 40, bottom - 1, (0, -12))):
        inside = pixel(picture, x + beside[0], y + beside[1])
        quadrant = stillcamera.COLOURS[2 * (y > HEIGHT // 2)
                                       + (x > WIDTH // 2)]
        rig.check(is_like(inside, quadrant), f"{inside} beside {x},{y}")
        line = [pixel(picture, x + dx, y + dy)
                for dx in (-2, -1, 0, 1, 2) for dy in (-2, -1, 0, 1, 2)]
        differs = any(not is_like(p, quadrant) for p in line)
        rig.check(differs == boxes, f"a line at {x},{y}: {line}")


def is_no_signal(picture):
    """Black, but for the text in its middle."""
    return all(max(pixel(picture, x, y)) < 40
               for x in (20, WIDTH - 20) for y in (20, HEIGHT - 20))


def pictures_of_file(path):
    """All that is in what somebody has written, as RGB."""
    done = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-nostdin", "-i", path, "-fps_mode",
         "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        stdout=subprocess.PIPE, check=True, timeout=120)
    return split(done.stdout)


def write_config(path, *groups, mode=0o600):
    path.write_text("\n".join(groups), encoding="utf-8")
    path.chmod(mode)


def camera_group(camera, name, *more):
    return "\n".join([f"[camera {name}]", f"uri={uri(camera)}", *more, ""])
