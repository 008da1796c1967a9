#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""PTS against the truth: nine cameras at once, each played without a queue.

30, 40 and 60 frames/s, and the frame rate announced right, wrong and not at
all. The cameras' clocks are up to 100 ppm wrong, and each knows when it really
took a picture. First without, then with a network that delays by 0 to 80 ms.

    clock.py OAKPRINT [--seconds 600] [--jitter MS]
"""

import argparse
import json
import multiprocessing
import random
import socket
import subprocess
import tempfile
import time

import rig

WIDTH, HEIGHT = 320, 240
IMAGE = bytes(WIDTH * HEIGHT * 3)
DEVICE_TIME = 4321.0            # s, as the stream begins
SETTLED = 5                     # s
WRONG = {30: 50, 40: 25, 60: 15}
DRIFTS = (100e-6, -100e-6, 0)

# The 99th percentiles, in ms, by the jitter. In the first minutes the drift is
# not well known, and the frames that came without delay are few; at 60 frames/s
# they are always few (docs/timestamps.md).
ERROR_MAX = {0: 1.0, 80: 5.0}
FAST_ERROR_MAX = {0: 1.0, 80: 10.0}
FAST = 50                       # frames/s
EARLY_ERROR_MAX = {0: 1.0, 80: 10.0}
EARLY = 300                     # s
SPACING_MAX = 0.5

# A machine that wakes its cameras so late says nothing of the element, in s.
BUSY = 0.03


def serve(listener, fps, drift, jitter, seed, overslept):
    """A camera: takes pictures from now on, sends each a while later."""
    chance = random.Random(seed)
    client, _ = listener.accept()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    start = time.monotonic()
    due = start
    number = 0
    try:
        while True:
            taken = number / fps
            # A frame cannot overtake another.
            due = max(due, start + taken + chance.uniform(0, jitter))
            time.sleep(max(0, due - time.monotonic()))
            overslept.value = max(overslept.value, time.monotonic() - due)
            device_time = DEVICE_TIME + taken * (1 + drift)
            header = f"IMG {device_time:.6f} {len(IMAGE)} 0".ljust(32)
            client.sendall(header.encode() + IMAGE)
            number += 1
    except OSError:
        pass                    # it has seen enough


class Run:
    def __init__(self, oakprint, fps, framerate, seconds, jitter, number):
        self.fps = fps
        self.framerate = framerate
        self.drift = DRIFTS[number % len(DRIFTS)]
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        self.overslept = multiprocessing.Value("d", 0.0)
        self.camera = multiprocessing.Process(
            target=serve, args=(listener, fps, self.drift, jitter / 1000,
                                number, self.overslept), daemon=True)
        self.camera.start()
        listener.close()
        rate = f"framerate={framerate}/1 " if framerate else ""
        self.output = tempfile.TemporaryFile("w+")
        self.player = subprocess.Popen(
            [oakprint, "-n", str(fps * seconds),
             f"oaktcpsrc port={port} width={WIDTH} height={HEIGHT} {rate}"
             "! videoconvert ! fakesink name=sink sync=true"],
            stdout=self.output)

    def finish(self):
        status = self.player.wait()
        self.camera.terminate()
        self.camera.join()
        self.output.seek(0)
        lines = [json.loads(line) for line in self.output]
        self.output.close()
        rig.check(status == 0 and lines, f"{self.name()} played")
        self.frames = [line for line in lines if "offset" in line]
        self.end = lines[-1]

    def name(self):
        announced = self.framerate or "nothing"
        return f"{self.fps} frames/s, {announced} announced"

    def number_of(self, frame):
        seconds = frame["device_time"] / 1e9 - DEVICE_TIME
        return round(seconds / (1 + self.drift) * self.fps)


def percentile(values, part):
    return sorted(values)[int(part * (len(values) - 1))]


def measure(run):
    """Errors of PTS and of its spacing in ms, the 99th percentiles."""
    rest = run.frames[SETTLED * run.fps:]
    errors = [(f["pts"] / 1e9 - run.number_of(f) / run.fps) * 1e3 for f in rest]
    constant = (percentile(errors, 0.005) + percentile(errors, 0.995)) / 2
    spacings = [abs(b - a) for a, b in zip(errors, errors[1:])]
    return (percentile([abs(e - constant) for e in errors], 0.99),
            percentile(spacings, 0.99))


def count_lost(run):
    numbers = [run.number_of(frame) for frame in run.frames]
    return numbers[-1] - numbers[0] + 1 - len(numbers)


def print_table(runs, seconds, jitter):
    print(f"\n{seconds} s, jitter 0 to {jitter} ms\n\n"
          "| frames/s | announced | drift, ppm | frames | lost | error, ms "
          "| spacing, ms | camera woken late by, ms |\n"
          "|---|---|---|---|---|---|---|---|")
    for run in runs:
        error, spacing = measure(run)
        print(f"| {run.fps} | {run.framerate or 'none'} "
              f"| {run.drift * 1e6:+.0f} | {len(run.frames)} "
              f"| {count_lost(run)} | {error:.3f} | {spacing:.4f} "
              f"| {run.overslept.value * 1e3:.1f} |", flush=True)


def judge(run, seconds, jitter):
    bounds = EARLY_ERROR_MAX if seconds < EARLY else \
        FAST_ERROR_MAX if run.fps > FAST else ERROR_MAX
    where = f"{run.name()}, jitter {jitter} ms"
    error, spacing = measure(run)
    lost = count_lost(run)

    rig.check(run.end["sink"]["dropped"] == 0, f"{where}: {run.end}")
    rig.check(all(a["pts"] <= b["pts"] for a, b in
                  zip(run.frames, run.frames[1:])), f"{where}: PTS goes back")
    rig.check(error < bounds[jitter], f"{where}: error of {error} ms")
    rig.check(spacing < SPACING_MAX, f"{where}: spacing off by {spacing} ms")
    if lost > 0 and run.overslept.value > BUSY:
        rig.skip(f"{where}: {lost} frames are missing, but this machine is too "
                 f"busy: the camera was woken {run.overslept.value:.3f} s late")
    rig.check(lost == 0, f"{where}: {lost} frames are missing")
    rig.check(run.end["stats"]["dropped"] == 0, f"{where}: {run.end}")


def play(oakprint, seconds, jitter):
    runs = []
    for fps in (30, 40, 60):
        for framerate in (fps, WRONG[fps], 0):
            runs.append(Run(oakprint, fps, framerate, seconds, jitter,
                            len(runs)))
    for run in runs:
        run.finish()

    print_table(runs, seconds, jitter)
    for run in runs:
        judge(run, seconds, jitter)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("oakprint")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--jitter", type=int, choices=sorted(ERROR_MAX),
                        help="ms; default: without, then with 80")
    options = parser.parse_args()
    jitters = sorted(ERROR_MAX) if options.jitter is None else [options.jitter]

    rig.limit(len(jitters) * (options.seconds + 60))
    for jitter in jitters:
        play(options.oakprint, options.seconds, jitter)


if __name__ == "__main__":
    main()
