# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the interop tests share: a camera program in the runner, oakprint on the
other end, and the comparison of what went in with what came out."""

import contextlib
import json
import math
import pathlib
import signal
import subprocess
import sys
import tempfile
from decimal import Decimal

import seed

HERE = pathlib.Path(__file__).resolve().parent
RUNNER = HERE / "scriptnode.py"
OUR_PROGRAM = HERE.parents[1] / "ext/depthai/script/tcp_server.py"

SKIP = 77

# The vendor's names; the same as the element's own, which a test with the
# vendor's page at hand compares.
COCO = {0: "person", 2: "car", 5: "bus", 14: "bird", 16: "dog"}


def limit(seconds):
    """Ends a test that hangs."""
    signal.alarm(seconds)


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIP)


def check(true, what):
    if not true:
        print(f"FAILED: {what}")
        sys.exit(1)


class Runner:
    """A camera program in the runner, and what that prints."""

    def __init__(self, process, ledger):
        self.process = process
        self.ledger = ledger

    def expect(self, word):
        """Waits for the next line that begins with @word; gives its rest."""
        for line in self.process.stdout:
            first, _, rest = line.rstrip("\n").partition(" ")
            if first == word:
                return rest
        check(False, f"the camera program ended before {word}")


@contextlib.contextmanager
def running(port, *arguments, program=None, within=(), stderr=None):
    """A camera program in the runner; @port: of the server, whoever that is;
    @within: a command that runs it."""
    with tempfile.TemporaryDirectory() as directory:
        ledger = pathlib.Path(directory) / "ledger"
        which = program or ["--program", str(OUR_PROGRAM)]
        process = subprocess.Popen(
            [*within, sys.executable, str(RUNNER), *which, "--port", str(port),
             "--ledger", str(ledger), "--until-stdin-closes", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            text=True)
        try:
            yield Runner(process, ledger)
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


@contextlib.contextmanager
def camera(*arguments, program=None):
    """A camera program that listens: gives its port and its ledger."""
    with running(0, *arguments, program=program) as runner:
        yield int(runner.expect("PORT")), runner.ledger


def read_ledger(path):
    """The whole lines: the last one may still be written."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def play(oakprint, number, pipeline, hashes=True):
    """Frames and counters of a pipeline that ended as it should."""
    arguments = [oakprint, "-n", str(number), pipeline]
    if hashes:
        arguments.insert(1, "--hash")
    done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True,
                          check=False)
    check(done.returncode == 0, f"the pipeline failed: {pipeline}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [l for l in lines if "offset" in l], lines[-1]


def as_sent(detection):
    """The numbers that the text on the wire has, of what the network found."""
    label, confidence, *edges = detection
    return (label, float(f"{confidence * 100:.1f}") / 100,
            [float(f"{edge:.4f}") for edge in edges])


def expected_boxes(detections, width, height, names):
    """What must be on the buffer, most confident first, without the ids."""
    found = []
    for label, confidence, edges in map(as_sent, detections):
        x_min, y_min, x_max, y_max = (min(max(e, 0.0), 1.0) for e in edges)
        left, top = math.floor(x_min * width), math.floor(y_min * height)
        right = min(math.ceil(x_max * width), width - 1)
        bottom = min(math.ceil(y_max * height), height - 1)
        if left < right and top < bottom:
            found.append({
                "parent_id": -1, "type": names[label],
                "x": left, "y": top, "w": right - left, "h": bottom - top,
                "confidence": confidence, "label_id": label,
                "x_min": x_min, "y_min": y_min, "x_max": x_max, "y_max": y_max,
            })
    found.sort(key=lambda d: -d["confidence"])
    return [dict(d, id=i) for i, d in enumerate(found)]


def compare(frames, ledger, width, height, names=None):
    """Every pixel, device time and box; no frame missing between."""
    names = names or COCO
    by_time = {int(Decimal(entry["device_time"]) * 10**9): i
               for i, entry in enumerate(ledger)}
    check(frames, "there are frames")
    check(frames[0]["device_time"] in by_time, "the first frame was sent")
    first = by_time[frames[0]["device_time"]]
    boxes = 0

    for i, frame in enumerate(frames):
        entry = ledger[first + i]
        where = f"frame {i}, device time {entry['device_time']}"
        check(by_time.get(frame["device_time"]) == first + i,
              f"{where}: comes next")
        check(frame["offset"] == i, f"{where}: offset {frame['offset']}")
        check((frame["width"], frame["height"]) == (width, height),
              f"{where}: size")
        check(frame["sha256"] == entry["sha256"], f"{where}: pixels")
        wanted = expected_boxes(entry["detections"], width, height, names)
        check(frame["detections"] == wanted,
              f"{where}: boxes {frame['detections']} are not {wanted}")
        check(frame["discont"] == (i == 0), f"{where}: discont")
        check(i == 0 or frame["pts"] >= frames[i - 1]["pts"], f"{where}: PTS")
        boxes += len(wanted)

    check(boxes > 0 or len(frames) < 60, "there were boxes to compare")
    print(f"{len(frames)} frames, {len(frames)} equal pictures and device "
          f"times, {boxes} equal boxes")


def seed_camera():
    """Runner arguments for the vendor's own camera program, or None."""
    page = seed.find()
    return ["--seed", str(page)] if page else None
