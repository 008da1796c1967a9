#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""oakrecord, as docs/recording.md calls it: its lines are the pictures of its
files, with their times, and the boxes are where the pictures show them.

    sidecar.py OAKRECORD
"""

import contextlib
import datetime
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import boxcamera
import encoder
import film
import rig

CONNECTIONS = (40, 50)          # pictures
LIMIT = 60                      # s
LABELS = ['a "quoted" one', "back\\slash, {tab\t}", "Fußgänger ✓"]

# The words that tell the command, what the camera sends, how exact the
# container is, in seconds.
RECORDINGS = (
    ("--location='front-", None, 1 / 3000),
    ("--location='coded-", "h264", 1 / 1000),
)
NAME = re.compile(r"\d{8}T\d{6}Z")


class Recorder:
    """oakrecord in a directory of its own, and the camera it records."""

    def __init__(self, program, words, camera, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        labels = self.directory / "labels"
        labels.write_text("\n".join(LABELS) + "\n", encoding="utf-8")
        self.camera = camera
        self.began = datetime.datetime.now(datetime.timezone.utc)
        text = film.replace(
            film.command(words), ("b/tests/examples/oakrecord", program),
            ("--seconds=60", "--seconds=1"),
            (film.HOST, f"host=127.0.0.1 port={camera.port} labels={labels}"))
        self.process = subprocess.Popen(
            ["sh", "-c", f"exec {text.strip()}"], cwd=directory,
            stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def finish(self):
        """With Ctrl-C, when all is sent. Gives the files."""
        rig.check(self.camera.all_sent.wait(LIMIT),
                  f"the camera sends it all: {self.camera.failure}")
        self.process.send_signal(signal.SIGINT)
        printed, _ = self.process.communicate(timeout=LIMIT)
        rig.check(self.process.returncode == 0,
                  f"it ends well: {self.process.returncode}")
        names = sorted(p.name for p in self.directory.iterdir()
                       if p.suffix in (".mp4", ".mkv"))
        rig.check(sorted(printed.split()) == names, f"{printed}: {names}")
        return [self.directory / name for name in printed.split()]


def read_time(line):
    rig.check(re.fullmatch(r"[-\dT:]{19}\.\d{6}Z", line["time"]), f"{line}")
    return datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00"))


def check_detections(line, picture, number):
    found = boxcamera.found(number)
    if found is None:
        rig.check(line["detections"] == [], f"picture {number}: {line}")
        return 0
    rig.check(len(line["detections"]) == 1, f"picture {number}: {line}")
    told = line["detections"][0]
    rig.check((told["label_id"], told["label"])
              == (found[0], LABELS[found[0]])
              and abs(told["confidence"] - found[1]) < 1e-6,
              f"picture {number}: {told} is {found}")
    seen = film.box(picture)
    rig.check(film.is_near(told["box"], seen),
              f"picture {number}: {told} is where {seen} is red")
    return 1


def check_times(lines, shown, exact, path):
    rig.check(len(lines) == len(shown),
              f"{path}: {len(lines)} lines, {len(shown)} pictures")
    first = read_time(lines[0])
    rig.check(NAME.search(path.name).group() == f"{first:%Y%m%dT%H%M%SZ}",
              f"{path} begins at {first}")
    for line, seconds in zip(lines, shown):
        rig.check(abs(line["pts"] / 1e9 - seconds) <= exact + 1e-6,
                  f"{path}: {line} is shown at {seconds}")
        # By a clock that may be corrected meanwhile.
        passed = (read_time(line) - first).total_seconds()
        rig.check(abs(passed - seconds) < 0.1, f"{path}: {line}, {seconds}")


def check_file(path, exact):
    """The numbers of its pictures, when it begins, and how many boxes."""
    text = path.with_suffix(".jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    check_times(lines, film.times(path), exact, path)
    pictures = film.pictures(path)
    rig.check(len(pictures) == len(lines), f"{path}: {len(pictures)} pictures")
    numbers = [film.number(picture) for picture in pictures]
    boxes = sum(map(check_detections, lines, pictures, numbers))
    return numbers, read_time(lines[0]), boxes


def check_recording(recorder, exact):
    paths = recorder.finish()
    numbers, boxes, last = [], 0, recorder.began
    for path in paths:
        seen, begins, more = check_file(path, exact)
        rig.check(begins > last, f"{path} begins at {begins}, after {last}")
        numbers, boxes, last = numbers + seen, boxes + more, begins
    rig.check(last < datetime.datetime.now(datetime.timezone.utc), f"{last}")
    film.check_order(numbers, "the recording")
    rig.check(len(paths) > 1 and numbers[-1] >= CONNECTIONS[0] and boxes > 20,
              f"it goes on when the camera is back: {paths}, {numbers}")
    print(f"{len(numbers)} lines for {len(numbers)} pictures in {len(paths)} "
          f"files, {boxes} boxes")


def check_nothing(program, directory):
    """Of a camera that sends nothing, nothing is left."""
    with boxcamera.BoxCamera((0,)) as camera, Recorder(
            program, RECORDINGS[0][0], camera, directory) as recorder:
        rig.check(recorder.finish() == [], "no file is printed")
        left = [path.name for path in recorder.directory.iterdir()]
        rig.check(left == ["labels"], f"{left}")


def main(program):
    film.need_ffmpeg()
    for element in ("splitmuxsink", "h264parse", "mp4mux", "matroskamux"):
        if subprocess.run(["gst-inspect-1.0", "--exists", element],
                          check=False).returncode:
            rig.skip(f"no element {element}")
    why = encoder.lacking("h264")
    if why:
        rig.skip(why)

    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        recorders = [stack.enter_context(Recorder(
            program, words, stack.enter_context(boxcamera.BoxCamera(
                CONNECTIONS, kind)), f"{directory}/{number}"))
            for number, (words, kind, _) in enumerate(RECORDINGS)]
        check_nothing(program, f"{directory}/nothing")
        for recorder, (_, _, exact) in zip(recorders, RECORDINGS):
            check_recording(recorder, exact)


if __name__ == "__main__":
    rig.limit(110)
    main(str(pathlib.Path(sys.argv[1]).resolve()))
