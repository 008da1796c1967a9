#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What receiving costs, beside the least that it can cost, in one run.

A camera in a process of its own sends to one reader after the other: programs
that do nothing but recv(), pipelines, and programs that others wrote. Printed
are medians over rounds, of CPU time a frame (all threads of the reader), of
frames a second, and of the time from the last bytes' leaving the camera to the
frame's being there; each of them beside the floor's in that run.

    receive.py BUILD [--rounds N] [--seconds N] [--only TABLE] [--apart]

BUILD is a build directory, of the build type "release" if the figures are to
mean anything. The lines of a table take turns, round by round.
"""

import argparse
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SIZES = [(640, 352), (1920, 1080)]
JPEG = 200000                   # bytes
SKIP = 20                       # frames, until caches and buffers are warm
CAMERAS = 64
# What a camera may take: 100 ms and two frames in the queue, four on their way,
# and some KiB.
MEMORY_FRAMES = 3 + 2 + 4
MEMORY_MORE = 512
DISAGREE = 1.3                  # from the cheapest round to the dearest
SKIPPED = 77
# At 1 Gbit/s there is no room for more pictures of that size.
RATES = {(640, 352): 30, (1920, 1080): 15}


class Line:
    """One line of a table: a reader, what it reads, what it is measured by."""

    def __init__(self, name, command, sends, floor, most=None):
        self.name, self.command, self.sends = name, command, sends
        self.floor = floor      # name of another line
        self.most = most        # that its CPU time may be, as a ratio to that
        self.cpu, self.fps, self.delay, self.memory = [], [], [], []

    def note(self, frames, cpu, seconds, memory):
        self.cpu.append(cpu / frames)
        self.fps.append(frames / seconds)
        self.memory.append(memory)


class Programs:
    """Where things are."""

    def __init__(self, build, apart):
        self.apart = apart      # the camera on a processor of its own
        self.build = pathlib.Path(build).resolve()
        programs = self.build / "tests/benchmarks"
        self.camera = str(programs / "benchmark-fastcamera")
        self.floor = str(programs / "benchmark-floor")
        self.reader = str(programs / "benchmark-reader")
        self.environment = dict(
            os.environ,
            GST_PLUGIN_PATH_1_0=str(self.build / "gst/oak"),
            GST_REGISTRY_1_0=str(self.build / "tests/benchmarks/registry.bin"))


def source(size, properties=""):
    return (f"oaktcpsrc port=PORT width={size[0]} height={size[1]} "
            f"drop-on-latency=false {properties}")


def raw(size, name):
    return (f"{source(size)} ! video/x-raw,format={name} ! "
            "fakesink name=sink sync=false")


def floors(programs, size):
    sends = f"{size[0]}x{size[1]}"
    floor = [programs.floor, "SKIP", "FRAMES", "PORT"]
    yield Line("recv", floor, sends, "recv")
    yield Line("recv + memcpy", floor + ["copy"], sends, "recv")


def ours(programs, size, limits):
    for name, (floor, most) in limits.items():
        yield Line(f"oaktcpsrc {name}",
                   [programs.reader, "SKIP", "FRAMES", raw(size, name)],
                   f"{size[0]}x{size[1]}", floor, most)


def jpeg(programs, most):
    sends = f"jpeg:{JPEG}"
    yield Line("recv, JPEG",
               [programs.floor, "SKIP", "FRAMES", "PORT"], sends, "recv, JPEG")
    yield Line("oaktcpsrc, JPEG",
               [programs.reader, "SKIP", "FRAMES",
                "oaktcpsrc port=PORT payload=jpeg drop-on-latency=false ! "
                "fakesink name=sink sync=false"], sends, "recv, JPEG", most)


def peers(programs, size):
    width, height = size
    sends = f"{width}x{height}"
    if size == SIZES[0]:
        yield Line("vendor's host program",
                   [sys.executable, str(HERE / "seedreader.py"), "SKIP",
                    "FRAMES", "PORT"], sends, "recv")
    yield Line("tcpclientsrc, videoconvert",
               [programs.reader, "SKIP", "FRAMES",
                "tcpclientsrc host=127.0.0.1 port=PORT ! rawvideoparse "
                f"format=bgrp width={width} height={height} ! videoconvert ! "
                "video/x-raw,format=BGR ! fakesink name=sink sync=false"],
               f"bare:{sends}", "recv")
    if shutil.which("ffmpeg"):
        yield Line("ffmpeg",
                   ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt",
                    "gbrp", "-s", sends, "-i", "tcp://127.0.0.1:PORT", "-f",
                    "rawvideo", "-pix_fmt", "bgr24", "-frames:v", "FRAMES",
                    "-y", os.devnull], f"bare:{sends}", "recv")


def paced_lines(programs, size):
    yield from floors(programs, size)
    yield from ours(programs, size, {
        "BGRP": ("recv", 1.25), "BGR": ("recv", 1.35), "BGRx": ("recv", None)})
    if size == SIZES[0]:
        yield from jpeg(programs, 1.4)


def blast_lines(programs, size):
    yield from floors(programs, size)
    yield from ours(programs, size, {
        "BGRP": ("recv", 1.4), "BGR": ("recv + memcpy", 1.4),
        "RGB": ("recv + memcpy", 1.6), "BGRx": ("recv + memcpy", 1.6),
        "xRGB": ("recv + memcpy", 1.6), "RGBA": ("recv + memcpy", 1.6)})
    yield from peers(programs, size)


def start_camera(programs, sends, rate):
    command = [programs.camera, sends] + ([str(rate)] if rate else [])
    if programs.apart:
        command = ["taskset", "-c", "0", *command]
    camera = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return camera, camera.stdout.readline().split()[1]


def fill_in(command, **values):
    for name, value in values.items():
        command = [part.replace(name, str(value)) for part in command]
    return command


def used_by(command, **options):
    """CPU time of a program that does not tell, in us, and its seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime
            - before.ru_utime - before.ru_stime) * 1e6


def measure_stranger(programs, line, frames):
    """ffmpeg: a long run less a short one, so that its start does not count."""
    cost = {}
    for n in (frames // 4, frames):
        camera, port = start_camera(programs, line.sends, 0)
        cost[n] = used_by(fill_in(line.command, PORT=port, FRAMES=n))
        camera.communicate()
    line.cpu.append((cost[frames] - cost[frames // 4])
                    / (frames - frames // 4))


def read_report(line, report, sent):
    first, *rest = report.splitlines()
    _, frames, _, cpu, _, seconds, _, memory = first.split()
    line.note(int(frames), int(cpu), float(seconds), int(memory))
    came = dict(map(int, stamp.split()) for stamp in rest)
    delays = [(came[t] - sent[t]) / 1000 for t in came if t in sent]
    if delays:
        line.delay.append(statistics.median(delays))


def measure(programs, line, rate, frames):
    """Returns whether the program is there."""
    if line.command[0] == "ffmpeg":
        measure_stranger(programs, line, frames)
        return True
    camera, port = start_camera(programs, line.sends, rate)
    done = subprocess.run(
        fill_in(line.command, PORT=port, SKIP=SKIP, FRAMES=frames),
        stdout=subprocess.PIPE, text=True, check=False, timeout=300,
        env=programs.environment)
    if done.returncode:
        camera.kill()
    sent = [tuple(map(int, stamp.split()))
            for stamp in camera.communicate()[0].splitlines()]
    if done.returncode == SKIPPED:
        return False
    if done.returncode:
        sys.exit(f"{line.name}: failed, {done.returncode}")
    read_report(line, done.stdout, dict(sent))
    return True


def judge(line, ratio):
    notes = []
    if line.most is not None:
        notes.append(f"{'met' if ratio <= line.most else 'MISSED'}: "
                     f"{line.most:.2f}")
    if max(line.cpu) > DISAGREE * min(line.cpu):
        notes.append(f"rounds disagree: {min(line.cpu):.0f} to "
                     f"{max(line.cpu):.0f}")
    return ", ".join(notes)


def number(values, width, digits=0):
    if not values:
        return " " * width
    return f"{statistics.median(values):>{width}.{digits}f}"


def print_table(title, lines):
    by_name = {line.name: line for line in lines}
    print(f"\n{title}\n{'':<28}{'CPU us':>8}{'ratio':>7}  {'to':<14}"
          f"{'frames/s':>9}{'delay us':>9}")
    for line in lines:
        floor = by_name[line.floor]
        ratio = statistics.median(line.cpu) / statistics.median(floor.cpu)
        print(f"{line.name:<28}{number(line.cpu, 8)}{ratio:>7.2f}  "
              f"{line.floor:<14}{number(line.fps, 9)}{number(line.delay, 9)}"
              f"  {judge(line, ratio)}".rstrip())
    sys.stdout.flush()


def run_table(programs, title, lines, rounds, rate, frames_of):
    lines = list(lines)
    for _ in range(rounds):
        lines = [line for line in lines
                 if measure(programs, line, rate, frames_of(line))]
    print_table(title, lines)


def paced(programs, arguments):
    for size in SIZES:
        rate = RATES[size]
        run_table(programs, f"{size[0]}x{size[1]}, {rate} frames/s, each at "
                  "1 Gbit/s", paced_lines(programs, size), arguments.rounds,
                  rate, lambda _: rate * arguments.seconds)


def blast(programs, arguments):
    for size in SIZES:
        # What a reader of 1 ms a frame and 0.7 MB gets through in the time.
        scale = size[0] * size[1] / (640 * 352)
        n = int(arguments.seconds * 1000 / scale)
        run_table(programs, f"{size[0]}x{size[1]}, as fast as they are taken",
                  blast_lines(programs, size), arguments.rounds, 0,
                  lambda line: n // 4 if "oaktcp" not in line.name
                  and "recv" not in line.name else n)


def run_many(programs, n, commands, frames):
    """Returns CPU time a frame, in us, and the largest reader's memory."""
    cameras = [start_camera(programs, "640x352", 30) for _ in range(n)]
    ports = [port for _, port in cameras]
    outputs = [tempfile.TemporaryFile("w+") for _ in commands(ports)]
    readers = [subprocess.Popen(
        fill_in(command, SKIP=3 * SKIP, FRAMES=frames), stdout=output,
        env=programs.environment)
        for command, output in zip(commands(ports), outputs)]
    for reader in readers:
        if reader.wait(300):
            sys.exit("a reader of many cameras failed")
    for camera, _ in cameras:
        camera.kill()
        camera.communicate()
    frames = cpu = memory = 0
    for output in outputs:
        output.seek(0)
        words = output.readline().split()
        frames += int(words[1])
        cpu += int(words[3])
        memory = max(memory, int(words[7]))
    return cpu / frames, memory


def many(programs, arguments):
    frames = 30 * arguments.seconds

    def floor(ports):
        return [[programs.floor, "SKIP", "FRAMES", port] for port in ports]

    def element(ports):
        pipeline = raw(SIZES[0], "BGRP").replace("drop-on-latency=false", "")
        return [[programs.reader, "SKIP", "FRAMES"]
                + [pipeline.replace("PORT", port) for port in ports]]

    costs = {"floor": [], "one": []}
    memory = {}
    for _ in range(max(1, arguments.rounds // 2)):
        cost, _ = run_many(programs, CAMERAS, floor, frames)
        costs["floor"].append(cost)
        cost, memory[CAMERAS] = run_many(programs, CAMERAS, element,
                                         frames)
        costs["one"].append(cost)
    _, memory[1] = run_many(programs, 1, element, frames)
    medians = {name: statistics.median(cost) for name, cost in costs.items()}
    ratio = medians["one"] / medians["floor"]
    more = (memory[CAMERAS] - memory[1]) / (CAMERAS - 1)
    most = MEMORY_FRAMES * 3 * SIZES[0][0] * SIZES[0][1] / 1024 + MEMORY_MORE
    print(f"\n{CAMERAS} cameras, 640x352, 30 frames/s, each at 1 Gbit/s\n"
          f"{CAMERAS} floor processes{medians['floor']:>12.0f} us a frame\n"
          f"oaktcpsrc BGRP, one process{medians['one']:>6.0f} us a frame, "
          f"{ratio:.2f} of that, {'met' if ratio <= 1.2 else 'MISSED'}: 1.20\n"
          f"each camera more takes {more:.0f} KiB, "
          f"{'met' if more <= most else 'MISSED'}: {most:.0f}")


def describe_machine():
    names = []
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = [line.split(":")[1].strip() for line in lines
                     if line.startswith("model name")]
    print(f"{os.cpu_count()} x {names[0] if names else platform.processor()}, "
          f"{platform.system()} {platform.release()}")
    print("; ".join(f"load {load:.2f}" for load in os.getloadavg()[:1]))


TABLES = {"paced": paced, "blast": blast, "many": many}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4,
                        help="of each line in each round, about")
    parser.add_argument("--only", choices=TABLES, action="append")
    parser.add_argument("--apart", action="store_true",
                        help="the camera on the first processor, readers on "
                        "the others, as where a network card is in between")
    arguments = parser.parse_args()

    programs = Programs(arguments.build, arguments.apart)
    if arguments.apart:
        os.sched_setaffinity(0, os.sched_getaffinity(0) - {0})
    describe_machine()
    for name in arguments.only or TABLES:
        TABLES[name](programs, arguments)


if __name__ == "__main__":
    main()
