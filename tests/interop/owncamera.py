#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our camera program and oaktcpsrc: formats, sizes, odd pieces."""

import sys

import rig

# Frames, size, more properties, caps behind the source.
CASES = [
    (300, "640x352", "", "video/x-raw,format=BGR"),
    (100, "640x352", "", "video/x-raw,format=BGRP"),
    (60, "300x300", "framerate=30/1", "video/x-raw"),
    (60, "321x243", "width=321", "video/x-raw,format=BGR"),
    (60, "321x243", "height=243", "video/x-raw,format=BGRP"),
    (60, "322x120", "", "video/x-raw,width=322,height=120"),
]


def main(oakprint):
    for seed, (number, size, properties, caps) in enumerate(CASES):
        width, height = map(int, size.split("x"))
        with rig.camera("--chop", str(seed), "--fps", "40",
                        "--size", size) as (port, ledger):
            print(f"{size} {properties} {caps}: ", end="")
            frames, _ = rig.play(
                oakprint, number,
                f"oaktcpsrc port={port} drop-on-latency=false {properties} ! "
                f"{caps} ! fakesink")
            rig.check(len(frames) == number, f"{len(frames)} frames came")
            rig.compare(frames, rig.read_ledger(ledger), width, height)


if __name__ == "__main__":
    rig.limit(150)
    main(sys.argv[1])
