#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cameras at full speed and at their worst, for as long as you like.

    python3 tests/trust/soak.py BUILD [--cameras 8] [--seconds 60] [--seed 1]
                                      [--width 128] [--height 128]
                                      [--faults NAME ...]

One process has a pipeline for each camera. A camera sends as fast as it is
read, and each of its connections ends, after some hundreds of pictures, with a
fault that chance has chosen. It counts the frames that it has sent whole. If
the source hangs up where it has no reason, those of that connection are
uncertain: sent, and perhaps not read.

At the end nothing must have been lost: of frames not one; of memory less than
1 MiB in addition to what it was after the warm-up; of descriptors and threads
none. Both times are quiet ones: the cameras send nothing. What was only on its
way, while the machine did something else, is not there at another quiet time:
too much memory is looked at again.
"""

import argparse
import array
import fcntl
import multiprocessing
import os
import pathlib
import random
import re
import socket
import struct
import subprocess
import sys
import termios
import time

WARM_UP = 0.2                   # of the time
WARM_UP_MIN = 10                # s
GROWTH_MAX = 1024               # KiB
STOP_MAX = 500                  # ms
CALM = 1100                     # pictures
CALM_RATE = 100                 # a second
THREADS_END = 17                # s; so long GLib keeps threads that are idle
PATIENCE = 20                   # s; whatever takes longer hangs
LOOKS = 3                       # at memory that seems too much
BETWEEN_LOOKS = 5               # s

STALL_TIMEOUT = 500             # ms, of the source
TEXT = b"0;87.5;0.1000;0.1000;0.5000;0.9000|2;55.0;0.2000;0.3000;0.4000;0.5000"
BAD_TEXTS = (b"person at the door", b"0;nan;0;0;1;1", b"1;2;3|;;;;;", b"\0\xff",
             b"9999999999999;50.0;0.1;0.1;0.2;0.2", b"0;50.0;0.9;0.9;0.1;0.1")
FAULTS = ("cut", "garbage", "stall", "dribble", "reset", "oversize", "geometry",
          "bad_text", "clock_jump", "half_close", "no_image", "nothing")


class Gone(Exception):
    """The source has closed the connection."""


def header(seconds, image, text):
    return (b"IMG %.6f %d %d" % (seconds, image, text)).ljust(32)


class Camera:
    """One camera process. Counts what it has sent whole in @sent, and of that
    in @uncertain what the source may have left unread."""

    def __init__(self, listener, options, number, counts, rest, quiet):
        self.listener = listener
        self.chance = random.Random(options.seed * 1000 + number)
        self.image = random.Random(number).randbytes(
            3 * options.width * options.height)
        self.sent, self.uncertain = counts
        self.rest = rest
        self.quiet = quiet
        self.boot = time.monotonic() - 10.0
        self.faults = [getattr(self, name) for name in options.faults]

    def seconds(self):
        return time.monotonic() - self.boot

    def frame(self, image=None, text=TEXT, seconds=None):
        image = self.image if image is None else image
        seconds = self.seconds() if seconds is None else seconds
        return header(seconds, len(image), len(text)) + text + image

    def send(self, data, frames=0):
        try:
            self.connection.sendall(data)
        except OSError as error:
            self.doubt()
            raise Gone() from error
        self.sent.value += frames

    def doubt(self):
        """The source has hung up before it had read all."""
        self.uncertain.value += self.sent.value - self.sent_before
        self.sent_before = self.sent.value

    def run(self):
        while True:
            self.connection, _ = self.listener.accept()
            self.connection.settimeout(PATIENCE)
            self.sent_before = self.sent.value
            try:
                for _ in range(self.chance.randrange(20, 400)):
                    self.send(self.frame(), 1)
                    if self.rest.is_set():
                        self.wait_quietly()
                self.chance.choice(self.faults)()
                self.leave()
            except Gone:
                self.connection.close()

    def wait_quietly(self):
        """Until everybody goes on. Before that, a calm: what only a queue needs
        that was full for a moment, is given back."""
        for _ in range(CALM):
            time.sleep(1 / CALM_RATE)
            self.send(self.frame(), 1)
        self.leave()
        self.quiet.release()
        while self.rest.is_set():
            time.sleep(0.05)
        # The source may have called in vain, and gone.
        self.listener.settimeout(0)
        try:
            while True:
                self.listener.accept()[0].close()
        except BlockingIOError:
            self.listener.settimeout(None)
        raise Gone()

    def leave(self):
        """An orderly end: what was sent arrives."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(4096):
                pass
        except OSError:
            self.doubt()
        self.connection.close()

    def all_is_read(self):
        """All has arrived, and then the peer's socket, in the table of this
        machine, holds nothing. (The table is no picture of one moment.)"""
        unsent = array.array("i", [0])
        fcntl.ioctl(self.connection, termios.TIOCOUTQ, unsent)
        if unsent[0] > 0:
            return False
        peer = self.connection.getpeername()[1]
        mine = self.connection.getsockname()[1]
        queue = re.search(
            r" \w+:%04X \w+:%04X \w\w \w+:(\w+)" % (peer, mine),
            pathlib.Path("/proc/net/tcp").read_text(encoding="ascii"))
        return queue is not None and int(queue[1], 16) == 0

    # The faults. Each is the last of its connection.

    def nothing(self):
        pass

    def cut(self):
        frame = self.frame()
        self.send(frame[:self.chance.randrange(1, len(frame))])

    def garbage(self):
        self.send(self.chance.randbytes(self.chance.randrange(1, 5000)))
        for _ in range(3):
            self.send(self.frame(), 1)

    def stall(self):
        self.send(self.frame()[:self.chance.randrange(1, 2000)])
        try:
            self.connection.recv(1)     # the source loses patience
        except OSError as error:
            self.doubt()
            raise Gone() from error

    def dribble(self):
        frame = self.frame()
        for i in range(200):
            self.send(frame[i:i + 1])
        self.send(frame[200:], 1)

    def reset(self):
        deadline = time.monotonic() + PATIENCE
        while not self.all_is_read():
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        self.connection.close()
        raise Gone()

    def oversize(self):
        self.send(header(self.seconds(), 99999999999, 5))

    def geometry(self):
        for side in (160, 224, 256):
            self.send(self.frame(bytes(3 * side * side)), 1)

    def bad_text(self):
        for text in BAD_TEXTS:
            self.send(self.frame(text=text), 1)

    def clock_jump(self):
        for jump in (1000.0, 0.0, 1e9, 5.0):
            self.send(self.frame(seconds=jump), 1)

    def half_close(self):
        self.connection.shutdown(socket.SHUT_RD)
        for _ in range(5):
            self.send(self.frame(), 1)

    def no_image(self):
        for _ in range(50):
            self.send(self.frame(image=b""), 1)


class Source:
    def __init__(self, build, ports):
        # GLib's slices (before 2.76) and malloc() keep what each thread has
        # freed, for hours more and more of it: that would hide what is held.
        environment = dict(os.environ, G_DEBUG="fatal-criticals",
                           G_SLICE="always-malloc",
                           GLIBC_TUNABLES="glibc.malloc.tcache_count=0",
                           GST_PLUGIN_PATH_1_0=str(build / "gst/oak"))
        pipelines = [
            f"oaktcpsrc name=camera host=127.0.0.1 port={port} "
            f"reconnect-delay=1 reconnect-delay-max=20 "
            f"first-byte-timeout=60000 "
            f"stall-timeout={STALL_TIMEOUT} "
            f"drop-on-latency={'true' if i % 2 else 'false'} "
            f"verify-frames={'true' if is_verified(i) else 'false'} "
            f"! fakesink sync=false"
            for i, port in enumerate(ports)]
        self.process = subprocess.Popen(
            [build / "tests/trust/soaksource", *pipelines], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.n = len(ports)

    def ask(self, command):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        lines = [self.process.stdout.readline() for _ in range(self.n)]
        if not all(lines):
            sys.exit("FAILED: the process of the sources has ended, with "
                     f"{self.process.wait()}")
        return lines

    def stats(self):
        found = []
        for line in self.ask("look"):
            values = re.findall(r"([\w-]+)=(?:\(\w+\))?(-?\d+)\b", line)
            found.append({name: int(value) for name, value in values})
        return found

    def holds(self):
        """KiB, descriptors, threads. Pages of files are the system's: they
        come when an error is met whose code was never run, and go."""
        place = pathlib.Path(f"/proc/{self.process.pid}")
        status = (place / "status").read_text(encoding="ascii")
        return (int(re.search(r"RssAnon:\s+(\d+)", status)[1]),
                len(list((place / "fd").iterdir())),
                int(re.search(r"Threads:\s+(\d+)", status)[1]))


def all_that_came(stats, verified):
    """Torn pictures are kept back where frames are verified; else they go
    out. What is dropped is not looked at: it may be a frame without image."""
    return (stats["frames"] + stats["dropped"] + stats["discarded"]
            + stats["frames-without-image"]
            + (stats["torn"] if verified else 0))


def is_verified(number):
    return number % 3 == 2


def total(stats, name):
    return sum(one[name] for one in stats)


class Soak:
    def __init__(self, options):
        self.options = options
        self.failed = 0
        self.passed = 0
        self.rest = multiprocessing.Event()
        self.quiet = multiprocessing.Semaphore(0)
        self.counts = [[multiprocessing.Value("q", 0, lock=False)
                        for _ in range(2)]
                       for _ in range(options.cameras)]
        listeners = [socket.create_server(("127.0.0.1", 0))
                     for _ in range(options.cameras)]
        self.cameras = [
            multiprocessing.Process(
                target=Camera(listener, options, i, self.counts[i],
                              self.rest, self.quiet).run, daemon=True)
            for i, listener in enumerate(listeners)]
        for camera in self.cameras:
            camera.start()
        self.source = Source(pathlib.Path(options.build).resolve(),
                             [one.getsockname()[1] for one in listeners])
        for listener in listeners:
            listener.close()

    def claim(self, true, what):
        print(f"{'good' if true else 'FAILED'}: {what}", flush=True)
        if true:
            self.passed += 1
        else:
            self.failed += 1

    def go_on(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 10))
            stats = self.source.stats()
            memory, descriptors, threads = self.source.holds()
            print(f"{total(stats, 'frames')} frames, "
                  f"{total(stats, 'dropped')} dropped, "
                  f"{total(stats, 'reconnects')} reconnects; {memory} KiB, "
                  f"{descriptors} descriptors, {threads} threads", flush=True)

    def rest_and_look(self):
        """Everybody is quiet: all cameras wait, all that they sent is out."""
        self.rest.set()
        for _ in self.cameras:
            if not self.quiet.acquire(timeout=PATIENCE):
                self.claim(False, "a camera does not get rid of a frame")
        deadline = time.monotonic() + PATIENCE
        while True:
            time.sleep(0.2)
            stats = self.source.stats()
            if (all(all_that_came(one, is_verified(i)) >= sent.value
                    for i, (one, (sent, _)) in enumerate(
                        zip(stats, self.counts)))
                    or time.monotonic() > deadline):
                break
        deadline = time.monotonic() + THREADS_END
        holds = self.source.holds()
        heap = stats[0]["heap"]
        # What is on its way to be freed, by whichever thread, is no growth.
        while time.monotonic() < deadline:
            time.sleep(0.5)
            heap = min(heap, self.source.stats()[0]["heap"])
            holds = tuple(map(min, holds, self.source.holds()))
        print(f"allocated: {heap} KiB", flush=True)
        return stats, holds

    def run(self):
        seconds = self.options.seconds
        warm_up = max(seconds * WARM_UP, min(WARM_UP_MIN, seconds / 2))
        self.go_on(warm_up)
        _, before = self.rest_and_look()
        print(f"warm: {before[0]} KiB, {before[1]} descriptors, "
              f"{before[2]} threads", flush=True)
        self.rest.clear()
        self.go_on(seconds - warm_up)
        stats, after = self.rest_and_look()
        looks = 1
        while after[0] - before[0] >= GROWTH_MAX and looks < LOOKS:
            print(f"look {looks}: {after[0]} KiB")
            self.rest.clear()
            self.go_on(BETWEEN_LOOKS)
            stats, after = self.rest_and_look()
            looks += 1

        for i, (one, (sent, uncertain)) in enumerate(zip(stats, self.counts)):
            whole = all_that_came(one, is_verified(i))
            self.claim(0 <= sent.value - whole <= uncertain.value,
                       f"camera {i}: sent {sent.value}, {uncertain.value} "
                       f"uncertain, came {whole}: "
                       + ", ".join(f"{name} {one[name]}" for name in (
                           "frames", "dropped", "discarded", "torn",
                           "framing-errors", "resyncs", "clock-jumps",
                           "frames-without-image", "reconnects",
                           "warnings")))
        self.claim(total(stats, "errors") == 0, "no pipeline has ended")
        self.claim(after[0] - before[0] < GROWTH_MAX,
                   f"memory: {before[0]} KiB, then {after[0]} KiB")
        self.claim(after[1] == before[1],
                   f"descriptors: {before[1]}, then {after[1]}")
        self.claim(after[2] == before[2],
                   f"threads: {before[2]}, then {after[2]}")
        stopped = [float(line.split()[1]) for line in self.source.ask("stop")]
        self.claim(max(stopped) < STOP_MAX,
                   f"stopped, the slowest in {max(stopped):.1f} ms")
        self.claim(self.source.process.wait() == 0, "the process has ended")
        for camera in self.cameras:
            camera.kill()
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build")
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--height", type=int, default=128)
    parser.add_argument("--faults", nargs="+", default=FAULTS, choices=FAULTS)
    return Soak(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
