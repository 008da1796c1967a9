#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two minutes of a bad network between a camera and oaktcpsrc.

Packets get lost and late, both ways, and for a while all are lost. A figure is
printed for each; what has to hold is that the stream recovers.
"""

import subprocess
import time

import network
import rig
import pipeline

FPS = 30
SIZE = "160x96"
CUT = 8                         # s; longer than the stall timeout
RECOVERED = 30                  # s, at most
LATENCY = 400                   # ms; a frame that needs a packet again has it
SOURCE = (f"oaktcpsrc name=source host={network.CAMERA} port={network.PORT} "
          f"width=160 height=96 framerate={FPS}/1 latency={LATENCY} "
          "reconnect-delay=500 reconnect-delay-max=2000")

# What it is, how long in s, the cable.
PHASES = (
    ("a good cable", 15, {}),
    ("1 % lost", 25, {"loss": 1}),
    ("5 % lost", 25, {"loss": 5}),
    ("50 ms late, 20 more or less", 25, {"delay": 50, "jitter": 20}),
    (f"all lost, for {CUT} s", CUT, {"loss": 100}),
    ("a good cable", 22, {}),
)
COUNTED = ("dropped", "reconnects", "torn")
TITLES = ("cable", "s", "frames", "frames/s", "lateness: median, ms",
          "99 %, ms", "drift, ppm", *COUNTED, "next frame after, s")


def play_phase(player, cable, name, seconds, settings):
    """Plays through a phase, then on a good cable, and prints what it was
    like."""
    before, frames = player.stats(), player.frames
    cable.set(**settings)
    player.run(seconds)
    frames = player.frames - frames
    cable.set()
    began = time.monotonic()
    player.wait_for_frames(1, RECOVERED)
    recovered = time.monotonic() - began
    player.wait_for_frames(2 * FPS, RECOVERED)
    rig.check(player.state() == "streaming", player.state())

    after = player.stats()
    counts = [after[name] - before[name] for name in COUNTED]
    print(f"| {name} | {seconds} | {frames} | {frames / seconds:.1f} | "
          f"{after['lateness-median'] / 1e6:.1f} | "
          f"{after['lateness-99'] / 1e6:.1f} | {after['drift-ppm']:.1f} | "
          + " | ".join(map(str, counts)) + f" | {recovered:.2f} |", flush=True)


def main():
    pipeline.need("oaktcpsrc")
    with network.switch() as switch, network.camera(switch) as camera:
        with rig.running(network.PORT, "--address", network.CAMERA, "--size",
                         SIZE, "--fps", str(FPS), within=camera.within,
                         stderr=subprocess.DEVNULL) as runner, \
             network.BadCable(switch) as cable, \
             pipeline.Pipeline(f"{SOURCE} ! videoconvert ! fakesink") as player:
            runner.expect("PORT")
            player.wait_for_frames(FPS)
            print(f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}",
                  flush=True)
            for name, seconds, settings in PHASES:
                play_phase(player, cable, name, seconds, settings)
            player.check_times()
            lost = [loss["reason"] for loss
                    in player.told.get("oak-disconnected", [])]
        print(f"it recovered each time; connections lost: {lost}")


if __name__ == "__main__":
    network.move_in()
    rig.limit(280)
    main()
