#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vendor's own host program, as it stands but for its window, and a camera
that is made of a pipeline."""

import contextlib
import hashlib
import pathlib
import random
import re
import subprocess
import tempfile
import threading

import rig
import seed
import seedhost

WIDTH, HEIGHT = 640, 352
PICTURES = 150                  # at 30 a second: a while longer than is read
SENT = [(0, 87.5, (0.1, 0.1, 0.5, 0.9)), (79, 100.0, (0.0, 0.25, 0.3333, 1.0))]

CURRENT_PORT = re.compile(r"oaktcpsink\d*: current-port = ([1-9]\d*)$")


@contextlib.contextmanager
def sink(pipeline):
    """A pipeline that ends in oaktcpsink: gives the sink's port, and the lines
    that it prints; who does not want them lets drain() have them."""
    process = subprocess.Popen(
        ["gst-launch-1.0", "-v", *f"{pipeline} port=0".split()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    try:
        found = None
        while found is None:
            line = process.stdout.readline()
            rig.check(line, f"the pipeline listens: {pipeline}")
            found = CURRENT_PORT.search(line.rstrip())
        yield int(found.group(1)), process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


def drain(lines):
    """The pipeline must not wait for somebody to read what it says."""
    threading.Thread(target=lines.read, daemon=True).start()


def drawing_of(label, percent, edges, names):
    x0, y0, x1, y1 = (int(edge * side) for edge, side
                      in zip(edges, (WIDTH, HEIGHT, WIDTH, HEIGHT)))
    return [names[label], f"{int(percent)}%", ((x0, y0), (x1, y1))]


def picture_hash(image):
    planes = image.transpose(2, 0, 1).copy()
    return hashlib.sha256(planes.tobytes()).hexdigest()


def check_made_up(page, names, wire_format):
    """Random pictures out of a file, a fixed list of detections."""
    chance = random.Random(352)
    hashes = []
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "pictures"
        with path.open("wb") as file:
            for _ in range(PICTURES):
                picture = chance.randbytes(WIDTH * HEIGHT * 3)
                hashes.append(hashlib.sha256(picture).hexdigest())
                file.write(picture)
        detections = "|".join(";".join(map(str, (label, percent, *edges)))
                              for label, percent, edges in SENT)
        with sink(f"filesrc location={path} ! rawvideoparse format=bgrp "
                  f"width={WIDTH} height={HEIGHT} framerate=30/1 ! "
                  f"videoconvert ! video/x-raw,format={wire_format} ! "
                  f"oaktcpsink detections={detections}") as (port, lines):
            drain(lines)
            shown = seedhost.run_host(page, port)

    rig.check(len(shown) == seedhost.FRAMES, f"{len(shown)} frames were shown")
    numbers = []
    expected = sum((drawing_of(*one, names) for one in SENT), [])
    for image, drawing in shown:
        digest = picture_hash(image)
        rig.check(digest in hashes, "a frame is one that was sent")
        numbers.append(hashes.index(digest))
        rig.check(drawing == expected, f"drew {drawing}")
    rig.check(numbers == sorted(set(numbers)), f"in their order: {numbers}")
    print(f"{wire_format}: {len(shown)} equal pictures, "
          f"{len(shown) * len(SENT)} equal boxes")


def check_relayed(page, names):
    """What one of our cameras sends, through source and sink."""
    with rig.camera("--fps", "30") as (camera, ledger):
        with sink(f"oaktcpsrc port={camera} ! oaktcpsink") as (port, lines):
            drain(lines)
            shown = seedhost.run_host(page, port)
        entries = rig.read_ledger(ledger)

    rig.check(len(shown) == seedhost.FRAMES, f"{len(shown)} frames were shown")
    by_picture = {entry["sha256"]: entry for entry in entries}
    boxes = 0
    for number, (image, drawing) in enumerate(shown):
        entry = by_picture.get(picture_hash(image))
        rig.check(entry is not None, f"frame {number} is one that was sent")
        found = rig.expected_boxes(entry["detections"], WIDTH, HEIGHT, names)
        expected = sum((drawing_of(
            one["label_id"], float(f"{one['confidence'] * 100:.1f}"),
            (one["x_min"], one["y_min"], one["x_max"], one["y_max"]), names)
            for one in found), [])
        rig.check(drawing == expected, f"frame {number}: drew {drawing}")
        boxes += len(found)
    rig.check(boxes > 0, "there were boxes to compare")
    print(f"relayed: {len(shown)} equal pictures, {boxes} equal boxes")


def main():
    page = seed.find()
    if page is None:
        rig.skip(f"no {seed.BESIDE}")
    try:
        import numpy  # noqa: F401, the host program needs it
    except ImportError:
        rig.skip("the vendor's host program needs numpy")

    names = seed.labels(page)
    check_made_up(page, names, "BGRP")
    check_made_up(page, names, "RGB")
    check_relayed(page, names)


if __name__ == "__main__":
    rig.limit(80)
    main()
