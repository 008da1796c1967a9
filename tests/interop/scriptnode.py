#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a Script-node program as the camera would, on a synthetic scene.

The program is executed as it stands. It gets the camera's `node`, a socket
module that listens on loopback alone and connects nowhere else, and only the
modules that a Script node on LEON_CSS has. `PORT <n>` is printed once it
listens, `CONNECTED` at each connection.

    scriptnode.py --program ext/depthai/script/tcp_server.py --port 5000

With --controls, what the program is told and what it tells the camera (its
lens, above all) is printed as well: `RECEIVED <seconds of the monotonic clock>
<JSON string>` for each recv(), `CONTROL <JSON list of calls>` for each message.
"""

import argparse
import ast
import builtins
import collections
import datetime
import hashlib
import json
import math
import os
import pathlib
import random
import re
import select
import signal
import socket
import sys
import threading
import time
import types

import encoder
import scene
import seed

# What the documentation of the Script node lists, for LEON_CSS.
MODULES = set("""
    _thread abc array atexit base64 binascii bisect builtins calendar cmath
    codecs collections contextlib copy copyreg datetime email enum errno
    faulthandler fcntl fnmatch functools gc genericpath hashlib heapq html http imp importlib
    io itertools json keyword linecache locale logging marshal math mimetypes
    ntpath opcode operator os pathlib posix posixpath pwd queue quopri random re
    reprlib select selectors shutil signal site socket socketserver sre_compile
    sre_constants sre_parse stat string stringprep struct symtable sys textwrap
    threading time timeit token tokenize traceback tracemalloc types typing
    unicodedata urllib uu warnings weakref zipimport
""".split())
NOT_THERE = {"urllib.request"}

QUEUE_SIZE = 8                  # messages; a Script node's input, by default

# Sizes that splits of a stream like to go wrong with.
ODD_PIECES = (1, 2, 3, 31, 32, 33, 100, 1447, 1448, 4095, 65537, 200000)
HOLD_BACK = 0.3                 # how often a piece waits for the next bytes


class Ended(BaseException):
    """Not an Exception: no program's `except` takes it for a lost client."""


class Message:
    def __init__(self, number, seconds):
        self._number = number
        self._time = datetime.timedelta(microseconds=round(seconds * 1e6))

    def getSequenceNum(self):
        return self._number

    def getTimestamp(self):
        return self._time


class ImgFrame(Message):
    def __init__(self, number, seconds, data, width, height):
        super().__init__(number, seconds)
        self._data = data
        self._size = (width, height)

    def getData(self):
        return self._data

    def getWidth(self):
        return self._size[0]

    def getHeight(self):
        return self._size[1]


class ImgDetections(Message):
    def __init__(self, number, seconds, detections):
        super().__init__(number, seconds)
        self.detections = detections


class CameraControl:
    """Remembers what it is told, as it would be typed."""

    AutoFocusMode = types.SimpleNamespace(**{
        mode: mode for mode in ("OFF", "AUTO", "MACRO", "CONTINUOUS_VIDEO",
                                "CONTINUOUS_PICTURE", "EDOF")})

    def __init__(self, size=0):
        self.calls = []

    def setManualFocus(self, position):
        if not isinstance(position, int):
            raise TypeError(f"position {position!r}")
        self.calls.append(["setManualFocus", position])

    def setAutoFocusMode(self, mode):
        self.calls.append(["setAutoFocusMode", mode])


def say(line):
    # In one piece: there are several threads.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Output:
    """Where the camera is told what to change."""

    def __init__(self, options):
        self._printed = options.controls

    def send(self, message):
        if self._printed:
            say(f"CONTROL {json.dumps(message.calls)}")


class Camera:
    """Takes pictures while somebody is connected, as fast as they are taken."""

    def __init__(self, options):
        self.options = options
        self.scene = scene.Scene(options.width, options.height)
        self.encode = encoder.start(options.encode, options.width,
                                    options.height, options.fps) \
            if options.encode else bytes
        self.ledger = open(options.ledger, "w", encoding="utf-8") \
            if options.ledger else None
        self.changed = threading.Condition()
        # An input that is linked and never read would hold up the others.
        names = ["frame_in"] + ["detection_in"] * options.detections
        self.inputs = {name: collections.deque() for name in names}
        self.connections = 0
        self.given = 0
        self.before_wait = lambda: None
        self.started = time.monotonic()

    def connect(self, step):
        with self.changed:
            self.connections += step
            for queue in self.inputs.values():
                queue.clear()
            self.changed.notify_all()

    def has_room(self):
        return self.connections > 0 and all(
            len(queue) < QUEUE_SIZE for queue in self.inputs.values())

    def run(self):
        number = 0
        while True:
            with self.changed:
                self.changed.wait_for(self.has_room)
            # A camera that was held up goes on with the present.
            elapsed = time.monotonic() - self.started
            number = max(number + 1, math.ceil(elapsed * self.options.fps))
            seconds = number / self.options.fps
            # Painted ahead of its time, so that a busy scene comes no later
            # than an empty one; not at once, or the program waits for us.
            self.sleep_until(seconds - 0.5 / self.options.fps)
            frame, found = self.capture(number, seconds)
            self.sleep_until(seconds)
            with self.changed:
                for name, message in (("frame_in", frame),
                                      ("detection_in", found)):
                    if name in self.inputs:
                        self.inputs[name].append(message)
                self.changed.notify_all()

    def sleep_until(self, seconds):
        time.sleep(max(0, self.started + seconds - time.monotonic()))

    def capture(self, number, seconds):
        clock = self.options.device_time + seconds
        picture = self.encode(self.scene.picture(seconds, f"{clock:.3f}"))
        return (ImgFrame(number, clock, picture, self.options.width,
                         self.options.height),
                ImgDetections(number, clock, self.scene.detections(seconds)))

    def get(self, name, wait):
        if wait:
            self.before_wait()
        queue = self.inputs[name]
        with self.changed:
            if wait:
                self.changed.wait_for(lambda: queue)
            if not queue:
                return None
            if name == "frame_in" and 0 < self.options.frames <= self.given:
                raise Ended()
            message = queue.popleft()
            self.changed.notify_all()
        if name == "frame_in":
            self.given += 1
            self.note(message)
        return message

    def note(self, frame):
        """One line of the ledger: the truth about a frame, beside the wire."""
        if self.ledger is None:
            return
        seconds = frame.getTimestamp().total_seconds()
        found = self.scene.detections(frame.getSequenceNum()
                                      / self.options.fps)
        json.dump({
            "number": frame.getSequenceNum(),
            "device_time": repr(seconds),
            "detections": [d.values() for d in found],
            "sha256": hashlib.sha256(frame.getData()).hexdigest(),
        }, self.ledger)
        self.ledger.write("\n")
        self.ledger.flush()


class Input:
    def __init__(self, camera, name):
        self._camera = camera
        self._name = name

    def get(self):
        return self._camera.get(self._name, wait=True)

    def tryGet(self):
        return self._camera.get(self._name, wait=False)


class Node:
    def __init__(self, camera):
        self.io = {name: Input(camera, name) for name in camera.inputs}
        self.io["control"] = Output(camera.options)

    def _log(self, text):
        print(f"node: {text}", file=sys.stderr, flush=True)

    trace = debug = info = warn = error = critical = _log


def make_socket_module(camera, options):
    """A socket module that keeps to this machine, and may cut what is sent."""
    chance = random.Random(options.chop)
    open_sockets = []

    class Socket(socket.socket):
        def __init__(self, *arguments, **named):
            super().__init__(*arguments, **named)
            self.held = b""
            self.counted = False

        def bind(self, address):
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            super().bind((options.address, address[1] if options.port is None
                          else options.port))

        def listen(self, *backlog):
            super().listen(*backlog)
            say(f"PORT {self.getsockname()[1]}")

        def accept(self):
            fd, address = self._accept()
            client = Socket(self.family, self.type, self.proto, fileno=fd)
            # What the camera's stack does, whatever this machine's does.
            client.setblocking(True)
            client.count()
            return client, address

        def connect(self, address):
            super().connect(("127.0.0.1", address[1] if options.port is None
                             else options.port))
            self.count()

        def count(self):
            self.counted = True
            open_sockets.append(self)
            camera.connect(+1)
            say("CONNECTED")

        def recv(self, *arguments):
            data = super().recv(*arguments)
            if options.controls and data:
                say(f"RECEIVED {time.monotonic()} "
                    f"{json.dumps(data.decode('latin-1'))}")
            return data

        def send(self, data, *flags):
            if options.chop is None:
                return super().send(data, *flags)
            self.send_pieces(bytes(data))
            return len(data)

        def sendall(self, data, *flags):
            if options.chop is None:
                super().sendall(data, *flags)
            else:
                self.send_pieces(bytes(data))

        def send_pieces(self, data):
            self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            data = self.held + data
            self.held = b""
            while data:
                size = chance.choice(ODD_PIECES)
                if size >= len(data) and chance.random() < HOLD_BACK:
                    self.held = data
                    return
                super().sendall(data[:size])
                data = data[size:]

        def flush(self):
            # Sometimes a frame's last bytes come with the next one's first.
            if chance.random() > HOLD_BACK:
                self.deliver()

        def deliver(self):
            held, self.held = self.held, b""
            try:
                if held:
                    super().sendall(held)
            except OSError:
                pass            # the program will hear it with its next send

        def close(self):
            self.deliver()
            if self.counted:
                self.counted = False
                if self in open_sockets:
                    open_sockets.remove(self)
                camera.connect(-1)
            super().close()

        def __del__(self):
            # The seed drops a connection without closing it.
            self.close()

    def flush_all():
        for client in list(open_sockets):
            client.flush()

    camera.before_wait = flush_all
    module = types.ModuleType("socket")
    module.__dict__.update(socket.__dict__)
    module.socket = Socket
    return module


def make_builtins(modules):
    """Builtins whose import knows what the camera has, and nothing else."""
    def import_module(name, variables=None, local=None, wanted=(), level=0):
        if name in modules:
            return modules[name]
        if name.split(".")[0] not in MODULES or name in NOT_THERE:
            raise ImportError(f"a Script node has no module '{name}'")
        return builtins.__import__(name, variables, local, wanted, level)

    replaced = dict(vars(builtins))
    replaced["__import__"] = import_module
    return replaced


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--program", help="file with the program's text")
    which.add_argument("--seed", help="page to take the camera's program from")
    parser.add_argument("--port", type=int, help="listen on this port, or "
                        "connect to it, instead of the program's (0: any)")
    parser.add_argument("--address", default="127.0.0.1", help="listen there, "
                        "in a network of one's own, instead of on loopback")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--size", default="640x352", help="WIDTHxHEIGHT")
    parser.add_argument("--encode", choices=sorted(encoder.ENCODERS),
                        help="give the pictures encoded")
    parser.add_argument("--no-detections", dest="detections",
                        action="store_false", help="there is no detection_in")
    parser.add_argument("--controls", action="store_true",
                        help="print what the program is told")
    parser.add_argument("--frames", type=int, default=0,
                        help="end after so many were given (0: never)")
    parser.add_argument("--run-for", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--device-time", type=float, default=1234.5,
                        metavar="SECONDS", help="the device's clock at start")
    parser.add_argument("--chop", type=int, metavar="SEED",
                        help="cut what is sent into odd pieces")
    parser.add_argument("--ledger", help="file for one JSON line a frame given")
    parser.add_argument("--set", action="append", default=[],
                        metavar="NAME=VALUE", help="replace a constant of the "
                        "program; a word stands for itself")
    parser.add_argument("--until-stdin-closes", action="store_true",
                        help="end with whoever started this")
    options = parser.parse_args()
    options.width, options.height = map(int, options.size.split("x"))
    return options


def read_program(options):
    if options.seed:
        text = seed.camera_program(options.seed)
    else:
        text = pathlib.Path(options.program).read_text(encoding="utf-8")
    settings = dict(setting.split("=") for setting in options.set)
    return replace_constants(text, {name: literal(value)
                                    for name, value in settings.items()})


def replace_constants(text, settings):
    for name, value in settings.items():
        line = f"{name} = {value!r}"
        text, found = re.subn(f"^{name} = .*$", lambda _: line, text,
                              flags=re.MULTILINE)
        if not found:
            raise SystemExit(f"The program has no constant {name}")
    return text


def literal(text):
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def watch_stdin():
    select.select([sys.stdin], [], [])
    os._exit(0)


def main():
    options = parse_arguments()
    text = read_program(options)
    camera = Camera(options)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    if options.run_for:
        timer = threading.Timer(options.run_for, os._exit, [0])
        timer.daemon = True
        timer.start()
    if options.until_stdin_closes:
        threading.Thread(target=watch_stdin, daemon=True).start()
    threading.Thread(target=camera.run, daemon=True).start()

    modules = {"socket": make_socket_module(camera, options)}
    variables = {"__name__": "__main__", "node": Node(camera),
                 "CameraControl": CameraControl,
                 "__builtins__": make_builtins(modules)}
    try:
        exec(compile(text, options.program or options.seed, "exec"), variables)
    except Ended:
        pass


if __name__ == "__main__":
    main()
