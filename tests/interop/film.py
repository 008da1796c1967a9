# SPDX-License-Identifier: LGPL-2.1-or-later
"""What docs/recording.md says, as it stands there, and what is to be seen in
the files that it leaves: by ffprobe and ffmpeg, which know nothing of us."""

import re
import shutil
import subprocess

import boxcamera
import rig

PAGE = rig.HERE.parents[1] / "docs/recording.md"
BLOCK = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
HOST = "host=10.12.101.188"

SIZE = 3 * boxcamera.WIDTH * boxcamera.HEIGHT
NEAR = 3                        # pixels by which an encoder blurs an edge

try:
    import numpy
except ImportError:
    rig.skip("no numpy for this Python")


def need_ffmpeg():
    for tool in ("ffmpeg", "ffprobe"):
        if shutil.which(tool) is None:
            rig.skip(f"no {tool} here")


def command(word):
    """The command of the page in which @word is."""
    blocks = [b for b in BLOCK.findall(PAGE.read_text(encoding="utf-8"))
              if word in b]
    rig.check(len(blocks) == 1, f"the page has one command with {word}")
    return blocks[0]


def replace(text, *pairs):
    """None may be missing, or it is not the page that is looked at."""
    for old, new in pairs:
        rig.check(text.count(old) == 1, f"there is one '{old}' in {text}")
        text = text.replace(old, new)
    return text


def run(*words, **options):
    """What a program prints; it must end well, and not complain."""
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.PIPE, **options)
    complaint = done.stderr.decode().strip()
    rig.check(done.returncode == 0 and not complaint,
              f"{' '.join(map(str, words))}: {done.returncode}, {complaint}")
    return done.stdout


def kind(path):
    """Told, as ffmpeg may take a short one for something else."""
    return ["-f", "mpegts"] if path.suffix == ".ts" else []


def times(path):
    """When each picture is shown, in seconds; they go on."""
    found = [float(line.rstrip(",")) for line in run(
        "ffprobe", "-v", "error", *kind(path), "-select_streams", "v:0",
        "-show_entries", "frame=pts_time", "-of", "csv=p=0", path)
        .decode().split()]
    rig.check(all(a < b for a, b in zip(found, found[1:])),
              f"PTS go on in {path}: {found}")
    return found


def pictures(path):
    """All of them, decoded, as red, green and blue."""
    data = run("ffmpeg", "-nostdin", "-v", "error", *kind(path), "-i", path,
               "-map", "0:v:0", "-fps_mode", "passthrough",
         "-enc_time_base", "-1", "-f", "rawvideo",
               "-pix_fmt", "rgb24", "-")
    rig.check(len(data) % SIZE == 0, f"{path} has whole pictures")
    return numpy.frombuffer(data, numpy.uint8).reshape(
        -1, boxcamera.HEIGHT, boxcamera.WIDTH, 3)


def box(picture):
    """Left, top, width and height of what is red."""
    red, green, blue = (picture[:, :, i].astype(int) for i in range(3))
    seen = (red > 150) & (green < 90) & (blue < 90)
    rows, columns = (numpy.flatnonzero(seen.any(axis)) for axis in (1, 0))
    rig.check(len(rows) and len(columns), "there is a red box")
    return (columns[0], rows[0], columns[-1] + 1 - columns[0],
            rows[-1] + 1 - rows[0])


def is_near(one, other):
    return all(abs(a - b) <= NEAR for a, b in zip(one, other))


def number(picture):
    """Which one it is, of those that the camera sent."""
    seen = box(picture)
    column = round(seen[0] / boxcamera.STEP)
    row = round(seen[1] / boxcamera.SIDE)
    wanted = (column * boxcamera.STEP, row * boxcamera.SIDE,
              boxcamera.SIDE, boxcamera.SIDE)
    rig.check(is_near(seen, wanted), f"a box at {seen} is near {wanted}")
    return row * boxcamera.PLACES + column


def numbers(path):
    return [number(picture) for picture in pictures(path)]


def check_order(found, where):
    rig.check(found and all(a < b for a, b in zip(found, found[1:])),
              f"the pictures are in their order in {where}: {found}")
