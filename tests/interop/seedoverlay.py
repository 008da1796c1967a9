#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vendor's host program and oakoverlay draw the same boxes on the same
pictures, within the pixel by which they round otherwise."""

import hashlib
import pathlib
import subprocess
import tempfile

import rig
import seed
import seedhost

WIDTH, HEIGHT = 640, 352
SIZE = 3 * WIDTH * HEIGHT
MAGENTA = 0xffff00ff


def need_overlay():
    found = subprocess.run(["gst-inspect-1.0", "oakoverlay"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           check=False)
    if found.returncode:
        rig.skip("oakoverlay was not built")


def play_overlay(port, directory):
    """The pictures as they came, and with boxes."""
    files = [directory / name for name in ("clean", "drawn")]
    done = subprocess.run(
        ["gst-launch-1.0", "-q", "oaktcpsrc", f"port={port}",
         f"num-buffers={seedhost.FRAMES}", "drop-on-latency=false", "!",
         "tee", "name=t", "t.", "!", "queue", "!",
         "filesink", f"location={files[0]}", "t.", "!", "queue", "!",
         "oakoverlay", "draw-labels=false", "line-width=1",
         f"color={MAGENTA}", "!", "filesink", f"location={files[1]}"],
        check=False)
    rig.check(done.returncode == 0, "the pipeline plays")
    return [path.read_bytes() for path in files]


def split(data, numpy):
    rig.check(len(data) % SIZE == 0, "there are whole pictures")
    return numpy.frombuffer(data, numpy.uint8).reshape(
        len(data) // SIZE, HEIGHT, WIDTH, 3)


def hash_planes(picture, numpy):
    planes = numpy.ascontiguousarray(picture.transpose(2, 0, 1))
    return hashlib.sha256(planes.tobytes()).hexdigest()


def outline(boxes, reach, numpy):
    """Pixels that are at most @reach away from a line of the boxes."""
    mask = numpy.zeros((HEIGHT, WIDTH), bool)
    for (x0, y0), (x1, y1) in boxes:
        left, top = max(x0 - reach, 0), max(y0 - reach, 0)
        area = mask[top:y1 + reach + 1, left:x1 + reach + 1]
        hole = numpy.zeros_like(area)
        hole[y0 + reach + 1 - top:y1 - reach - top,
             x0 + reach + 1 - left:x1 - reach - left] = True
        area |= ~hole
    return mask


def clip(box):
    """A region ends where the picture does; the vendor's lines go on."""
    (x0, y0), (x1, y1) = box
    return ((max(x0, 0), max(y0, 0)),
            (min(x1, WIDTH - 1), min(y1, HEIGHT - 1)))


def compare(number, boxes, clean, drawn, numpy):
    """Each line of ours is at one of theirs, and each of theirs at ours."""
    changed = (clean != drawn).any(axis=2)
    rig.check(not (changed & ~outline(boxes, 1, numpy)).any(),
              f"picture {number}: only what the vendor draws, {boxes}")

    near = numpy.pad(changed, 2)
    near = numpy.lib.stride_tricks.sliding_window_view(near, (5, 5)).any(
        axis=(2, 3))
    theirs = outline(boxes, 0, numpy)
    rig.check(not (theirs & ~near).any(),
              f"picture {number}: all that the vendor draws, {boxes}")


def main():
    page = seed.find()
    if page is None:
        rig.skip(f"no {seed.BESIDE}")
    try:
        import numpy
    except ImportError:
        rig.skip("the vendor's host program needs numpy")
    need_overlay()

    with rig.camera("--fps", "30") as (port, _):
        shown = seedhost.run_host(page, port)
    with rig.camera("--fps", "30") as (port, _), \
            tempfile.TemporaryDirectory() as directory:
        clean, drawn = (split(data, numpy) for data
                        in play_overlay(port, pathlib.Path(directory)))

    theirs = {hash_planes(image, numpy): [clip(d) for d in drawing
                                          if not isinstance(d, str)]
              for image, drawing in shown}
    pictures = boxes = 0
    for number, picture in enumerate(clean):
        found = theirs.get(hash_planes(picture, numpy))
        if found is None:
            continue
        compare(number, found, picture, drawn[number], numpy)
        pictures += 1
        boxes += len(found)

    rig.check(pictures >= seedhost.FRAMES // 2,
              f"{pictures} pictures came to both")
    rig.check(boxes > 0, "there were boxes")
    print(f"{pictures} pictures, {boxes} boxes at the same place")


if __name__ == "__main__":
    rig.limit(60)
    main()
