#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sink that synchronises, no queue: nothing is dropped, PTS does not move."""

import statistics
import sys

import rig

FPS = 30
SECONDS = 60
SETTLED = 5
SHIFT_MAX = 5.0                 # ms


def percentile(values, part):
    return sorted(values)[int(part * (len(values) - 1))]


def main(oakprint):
    with rig.camera("--fps", str(FPS),
                    program=rig.seed_camera()) as (port, ledger):
        frames, end = rig.play(
            oakprint, FPS * SECONDS, f"oaktcpsrc port={port} ! videoconvert ! "
            "fakesink name=sink sync=true", hashes=False)
        sent = [entry["device_time"] for entry in rig.read_ledger(ledger)]

    times = [frame["device_time"] for frame in frames]
    first = next(i for i, time in enumerate(sent)
                 if round(float(time) * 1e9) == times[0])
    rig.check([round(float(time) * 1e9) for time in sent[first:]][:len(times)]
              == times, "every frame that was sent came, in order")
    rig.check(len(frames) == FPS * SECONDS, f"{len(frames)} frames came")
    rig.check(end["stats"]["dropped"] == 0, f"none dropped: {end}")
    rig.check(end["sink"]["dropped"] == 0, f"the sink dropped none: {end}")

    offsets = [(f["pts"] - f["device_time"]) / 1e6 for f in frames]
    early = statistics.median(offsets[SETTLED * FPS:2 * SETTLED * FPS])
    late = statistics.median(offsets[-SETTLED * FPS:])
    rest = offsets[SETTLED * FPS:]
    middle = statistics.median(rest)
    deviations = [abs(offset - middle) for offset in rest]
    worst = percentile(deviations, 0.99)
    print(f"{len(frames)} frames in {SECONDS} s, none dropped; PTS moved by "
          f"{late - early:.3f} ms, deviates by {worst:.3f} ms (99th percentile),"
          f" {max(deviations):.3f} ms at most")
    rig.check(abs(late - early) < SHIFT_MAX, "PTS stays where it is")
    rig.check(worst < SHIFT_MAX, "PTS is steady")


if __name__ == "__main__":
    rig.limit(SECONDS + 60)
    main(sys.argv[1])
