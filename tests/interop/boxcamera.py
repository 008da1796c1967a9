# SPDX-License-Identifier: LGPL-2.1-or-later
"""A camera that looks at a red box. Where the box is tells the number of the
picture, so a recording tells by itself which pictures are in it.

It goes away after so many pictures, and comes back on the same port as a camera
that was rebooted: with a clock that begins anew."""

import random
import socket
import threading
import time

import encoder
import rig

WIDTH, HEIGHT = 320, 240
SIDE, STEP = 40, 8              # of the box, in pixels; to the next place
PLACES = (WIDTH - SIDE) // STEP
ROWS = HEIGHT // SIDE
COUNT = PLACES * ROWS           # pictures that differ
UNSEEN = 7                      # every so many the network misses the box
FPS = 30

RED = (20, 20, 220)             # blue, green, red
# ffmpeg takes a segment that is all but empty for something else.
NOISE = random.Random(8).randbytes(3 * WIDTH * HEIGHT).translate(
    bytes(110 + value % 32 for value in range(256)))
GONE = 0.3                      # s without a camera


def place(number):
    """The left and upper edge of the box."""
    return number % PLACES * STEP, number // PLACES % ROWS * SIDE


def found(number):
    """Label, confidence, and edges of what the network finds; or None."""
    if number % UNSEEN == UNSEEN - 1:
        return None
    x, y = place(number)
    return (number % 3, 0.5 + number % 50 / 100, x / WIDTH, y / HEIGHT,
            (x + SIDE) / WIDTH, (y + SIDE) / HEIGHT)


def paint(number):
    """Planes B, G, R."""
    x, y = place(number)
    planes = bytearray(NOISE)
    for plane, value in enumerate(RED):
        for row in range(y, y + SIDE):
            at = (plane * HEIGHT + row) * WIDTH + x
            planes[at:at + SIDE] = bytes([value]) * SIDE
    return planes


def write_frame(seconds, number, picture):
    """As docs/protocol.md has it."""
    detection = found(number)
    text = b""
    if detection:
        label, confidence, *edges = detection
        text = ";".join([f"{label}", f"{confidence * 100:.1f}",
                         *(f"{e:.4f}" for e in edges)]).encode()
    header = f"IMG {seconds:.6f} {len(picture)} {len(text)}"
    return header.ljust(32).encode() + text + picture


class BoxCamera(threading.Thread):
    """In a `with`. @connections: how many pictures each of them gets; the
    numbers go on. The last connection stays open until the end."""

    def __init__(self, connections, kind=None):
        super().__init__(daemon=True)
        self.connections = connections
        total = sum(connections)
        rig.check(total <= COUNT, "each picture is like no other")
        encode = encoder.start(kind, WIDTH, HEIGHT, FPS) if kind else bytes
        # Not while it sends: a busy machine must not hold up the camera.
        self.pictures = [encode(paint(number)) for number in range(total)]
        self.server = self.listen(0)
        self.port = self.server.getsockname()[1]
        self.all_sent = threading.Event()
        self.over = threading.Event()
        self.failure = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.close()

    def listen(self, port):
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(1)
        return server

    def run(self):
        try:
            numbers = iter(range(len(self.pictures)))
            for left, count in reversed(list(enumerate(
                    reversed(self.connections)))):
                self.serve([next(numbers) for _ in range(count)], left == 0)
        except OSError as error:
            self.failure = error

    def serve(self, numbers, last):
        client, _ = self.server.accept()
        with client:
            self.server.close()
            self.send(client, numbers)
            if last:
                self.all_sent.set()
                self.over.wait()
        if not last:
            self.over.wait(GONE)
            self.server = self.listen(self.port)

    def send(self, client, numbers):
        started = time.monotonic()
        for i, number in enumerate(numbers):
            self.over.wait(max(0, started + i / FPS - time.monotonic()))
            client.sendall(write_frame(5 + i / FPS, number,
                                       self.pictures[number]))
