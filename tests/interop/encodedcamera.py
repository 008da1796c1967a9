#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Encoded pictures of our camera program, in both framings, and oaktcpsrc."""

import hashlib
import pathlib
import sys
import tempfile

import encoder
import rig

COLUMNS = ("--set", "FRAMING=ABCDE", "--no-detections")

# Kind, payload, frames, size, more arguments of the runner.
CASES = [
    ("jpeg", "auto", 90, "640x352", ()),
    ("jpeg", "jpeg", 30, "1920x1080", COLUMNS),
    ("jpeg", "auto", 50, "640x352", COLUMNS),
    ("h264", "auto", 90, "640x352", ()),
    ("h264", "h264", 50, "640x360", COLUMNS),
    ("h265", "auto", 90, "640x352", ()),
    ("h265", "h265", 50, "640x352", COLUMNS),
]


def play(oakprint, number, source):
    """Frames with the SHA-256 of what each buffer has in it."""
    with tempfile.TemporaryDirectory() as directory:
        # The last one may be printed and not written yet.
        frames, _ = rig.play(
            oakprint, number + 1, f"{source} ! multifilesink "
            f"location={directory}/%d", hashes=False)
        for i, frame in enumerate(frames[:number]):
            content = (pathlib.Path(directory) / str(i)).read_bytes()
            frame["sha256"] = hashlib.sha256(content).hexdigest()
    return frames[:number]


def check_case(oakprint, number, case):
    kind, payload, count, size, arguments = case
    width, height = map(int, size.split("x"))
    fps = "10" if width > 1000 else "30"
    print(f"{kind} {size} {' '.join(arguments)} payload={payload}: ", end="")

    with rig.camera("--encode", kind, "--size", size, "--fps", fps,
                    "--chop", str(number), "--set", "ENCODED=True",
                    *arguments) as (port, ledger):
        frames = play(oakprint, count, f"oaktcpsrc port={port} "
                      f"drop-on-latency=false payload={payload}")
        entries = rig.read_ledger(ledger)

    if arguments == COLUMNS:
        for entry in entries:
            entry["detections"] = []
    rig.check(len(frames) == count, f"{len(frames)} frames came")
    rig.compare(frames, entries, width, height)


def main(oakprint):
    skipped = set()
    for number, case in enumerate(CASES):
        why = encoder.lacking(case[0])
        if why is None:
            check_case(oakprint, number, case)
        elif case[0] not in skipped:
            print(f"(without {case[0]}: {why})")
            skipped.add(case[0])
    if len(skipped) == len({case[0] for case in CASES}):
        rig.skip("no encoder at all")


if __name__ == "__main__":
    rig.limit(180)
    main(sys.argv[1])
