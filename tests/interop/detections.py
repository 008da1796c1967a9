#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs of docs/detections.md, as they stand, read what was found."""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import rig

PAGE = rig.HERE.parents[1] / "docs/detections.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIMIT = 60
WIDTH, HEIGHT = 640, 352


def need_bindings():
    done = subprocess.run(
        [sys.executable, "-c",
         "import gi; gi.require_version('Gst', '1.0');"
         "gi.require_version('GstVideo', '1.0');"
         "from gi.repository import Gst, GstVideo; Gst.ValueArray"],
        stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        rig.skip("no bindings of GStreamer for this Python (python3-gst-1.0, "
                 "gir1.2-gst-plugins-base-1.0)")


def take_programs(directory):
    """How each program of the page is run."""
    for number, (language, text) in enumerate(
            BLOCK.findall(PAGE.read_text(encoding="utf-8"))):
        path = pathlib.Path(directory) / f"program{number}"
        if language == "python":
            path.write_text(text, encoding="utf-8")
            yield f"{language} {number}", [sys.executable, str(path)]
        else:
            source = path.with_suffix(".c")
            source.write_text(text, encoding="utf-8")
            flags = subprocess.run(
                ["pkg-config", "--cflags", "--libs", "gstreamer-1.0",
                 "gstreamer-video-1.0"],
                stdout=subprocess.PIPE, text=True, check=True).stdout
            subprocess.run(["cc", "-Wall", "-Werror", str(source), "-o",
                            str(path), *shlex.split(flags)], check=True)
            yield f"{language} {number}", [str(path)]


def run(command):
    """What a program prints, by PTS, and what the camera says it has sent."""
    with rig.camera("--fps", "30") as (port, ledger):
        done = subprocess.run([*command, f"oak://127.0.0.1:{port}"],
                              stdout=subprocess.PIPE, text=True, timeout=LIMIT,
                              check=False)
        rig.check(done.returncode == 0, f"it ends well: {command}")
        entries = rig.read_ledger(ledger)
    frames = {}
    for line in done.stdout.splitlines():
        pts, label, confidence, *box = line.split()
        frames.setdefault(int(pts), []).append(
            (label, float(confidence), *map(int, box)))
    return list(frames.values()), entries


def wanted(entry):
    found = rig.expected_boxes(entry["detections"], WIDTH, HEIGHT, rig.COCO)
    return [(d["type"], round(d["confidence"], 3), d["x"], d["y"], d["w"],
             d["h"]) for d in found]


def compare(name, frames, entries):
    """Each frame in which something was found, in the camera's order."""
    sent = iter([w for w in map(wanted, entries) if w])
    for frame in frames:
        rig.check(any(frame == found for found in sent),
                  f"{name}: the camera has sent {frame}")
    boxes = sum(map(len, frames))
    rig.check(len(frames) >= 10 and boxes >= 10,
              f"{name}: {boxes} boxes in {len(frames)} frames")
    print(f"{name}: {boxes} boxes in {len(frames)} frames")


def main():
    need_bindings()
    with tempfile.TemporaryDirectory() as directory:
        programs = list(take_programs(directory))
        rig.check([name.split()[0] for name, _ in programs]
                  == ["python", "python", "c"], "all programs are there")
        for name, command in programs:
            compare(name, *run(command))


if __name__ == "__main__":
    rig.limit(180)
    main()
