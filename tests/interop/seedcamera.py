#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vendor's own camera program, as it stands, and oaktcpsrc."""

import sys

import rig
import seed

FRAMES = 300


def main(oakprint):
    page = seed.find()
    if page is None:
        rig.skip(f"no {seed.BESIDE}; owncamera runs the same checks")
    names = dict(enumerate(seed.labels(page)))

    for caps, chop in (("BGR", "1"), ("BGRP", "2")):
        with rig.camera("--chop", chop, "--fps", "40",
                        program=rig.seed_camera()) as (port, ledger):
            print(f"{caps}: ", end="")
            frames, _ = rig.play(
                oakprint, FRAMES,
                f"oaktcpsrc port={port} drop-on-latency=false ! "
                f"video/x-raw,format={caps} ! fakesink")
            rig.check(len(frames) == FRAMES, f"{len(frames)} frames came")
            rig.check(all(f["format"] == caps for f in frames), "format")
            rig.compare(frames, rig.read_ledger(ledger), 640, 352, names)


if __name__ == "__main__":
    rig.limit(120)
    main(sys.argv[1])
