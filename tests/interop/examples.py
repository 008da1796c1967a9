#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example programs do what they are an example of."""

import json
import subprocess
import sys

import rig

FRAMES = 60
LIMIT = 60


def run(*command):
    """What a program prints while a camera sends, and what that has sent."""
    with rig.camera("--fps", "30") as (port, ledger):
        *options, pipeline = command
        done = subprocess.run(
            [*options, pipeline.replace("SOURCE", f"oaktcpsrc port={port} "
                                        f"num-buffers={FRAMES}")],
            stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=False)
        rig.check(done.returncode == 0, f"it ends well: {command}")
        return done.stdout.splitlines(), rig.read_ledger(ledger)


def check_hints(oakencoderhints):
    """Behind videoconvert, on the regions of one label, and nothing else."""
    lines, _ = run(oakencoderhints, "-v", "-q", "-7", "-l", "person",
                   "SOURCE ! videoconvert ! video/x-raw,format=I420 ! "
                   "identity name=encoder ! fakesink")
    hinted = [line for line in lines if " person " in line]
    rest = [line for line in lines if " person " not in line]
    rig.check(hinted and rest, "there are persons, and other things")
    for line in hinted:
        for hint in "roi/vaapi", "roi/msdk":
            rig.check(f" {hint}, delta-qp=(int)-7;" in line, f"hint: {line}")
    rig.check(not any("roi/" in line for line in rest), "no other hints")
    rig.check(not any("detection," in line for line in lines),
              "videoconvert drops parameters")
    print(f"{len(hinted)} regions with hints, {len(rest)} without")


def check_log(oaklog):
    """A line for each picture, with what the camera has sent, at its PTS."""
    lines, entries = run(oaklog, "SOURCE post-detections=true ! fakesink")
    logged = [json.loads(line) for line in lines]
    sent = iter(rig.expected_boxes(e["detections"], 640, 352, rig.COCO)
                for e in entries)
    boxes = 0
    for line in logged:
        found = [(d["label"], d["percent"], d["x"], d["y"], d["w"], d["h"])
                 for d in line["detections"]]
        rig.check(any(found == [(d["type"], round(100 * d["confidence"], 1),
                                 d["x"], d["y"], d["w"], d["h"])
                                for d in wanted] for wanted in sent),
                  f"the camera has sent {found}")
        boxes += len(found)
    times = [line["pts"] for line in logged]
    rig.check(len(logged) >= FRAMES // 2 and boxes > 10,
              f"{boxes} boxes in {len(logged)} pictures")
    rig.check(times == sorted(times), "PTS goes on")
    print(f"{boxes} boxes in {len(logged)} pictures")


def main(oakencoderhints, oaklog):
    check_hints(oakencoderhints)
    check_log(oaklog)


if __name__ == "__main__":
    rig.limit(120)
    main(*sys.argv[1:])
