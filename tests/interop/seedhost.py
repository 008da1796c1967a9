#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vendor's own host program, as it stands but for its window, and our
camera program."""

import hashlib
import socket
import sys
import types

import rig
import seed

FRAMES = 60


class Enough(BaseException):
    pass


def make_window(shown):
    """A cv2 that remembers instead of showing and drawing."""
    drawn = []

    def put_text(image, text, *_):
        drawn.append(text)

    def rectangle(image, start, end, *_):
        drawn.append((start, end))

    def show(_, image):
        shown.append((image.copy(), drawn[:]))
        drawn.clear()
        if len(shown) == FRAMES:
            raise Enough()

    module = types.ModuleType("cv2")
    module.FONT_HERSHEY_TRIPLEX = 0
    module.putText = put_text
    module.rectangle = rectangle
    module.imshow = show
    module.waitKey = lambda _: -1
    return module


def make_sockets(port):
    class Socket(socket.socket):
        def connect(self, _):
            super().connect(("127.0.0.1", port))

    module = types.ModuleType("socket")
    module.__dict__.update(socket.__dict__)
    module.socket = Socket
    return module


def expected_drawing(entry, names):
    drawing = []
    for label, confidence, edges in map(rig.as_sent, entry["detections"]):
        x0, y0, x1, y1 = (int(edge * side) for edge, side
                          in zip(edges, (640, 352, 640, 352)))
        drawing += [names[label], f"{int(float(f'{confidence * 100:.1f}'))}%",
                    ((x0, y0), (x1, y1))]
    return drawing


def run_host(page, port):
    shown = []
    sys.modules["cv2"] = make_window(shown)
    sys.modules["socket"] = make_sockets(port)
    try:
        exec(compile(seed.host_program(page), str(page), "exec"),
             {"__name__": "__main__"})
    except Enough:
        pass
    finally:
        sys.modules["socket"] = socket
    return shown


def main():
    page = seed.find()
    if page is None:
        rig.skip(f"no {seed.BESIDE}")
    try:
        import numpy
    except ImportError:
        rig.skip("the vendor's host program needs numpy")

    names = seed.labels(page)
    with rig.camera("--fps", "30") as (port, ledger):
        shown = run_host(page, port)
        entries = rig.read_ledger(ledger)

    rig.check(len(shown) == FRAMES, f"{len(shown)} frames were shown")
    by_picture = {entry["sha256"]: entry for entry in entries}
    boxes = 0
    for number, (image, drawing) in enumerate(shown):
        planes = numpy.ascontiguousarray(image.transpose(2, 0, 1))
        entry = by_picture.get(hashlib.sha256(planes.tobytes()).hexdigest())
        rig.check(entry is not None, f"frame {number} is one that was sent")
        rig.check(drawing == expected_drawing(entry, names),
                  f"frame {number}: drew {drawing}")
        boxes += len(drawing) // 3
    print(f"{len(shown)} equal pictures, {boxes} equal boxes")


if __name__ == "__main__":
    rig.limit(60)
    main()
