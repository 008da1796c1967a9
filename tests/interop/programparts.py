#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our camera program piece by piece, on messages that no scene would give."""

import collections
import datetime
import math
import random
import socket
import types

import rig


class Ended(BaseException):
    """Not an Exception, so that the program does not go on after it."""


class Message:
    def __init__(self, number=None, **fields):
        self.__dict__.update(fields)
        if number is not None:
            self.getSequenceNum = lambda: number


def detection(label=0, confidence=0.5, xmin=0.1, ymin=0.2, xmax=0.3, ymax=0.4):
    return Message(label=label, confidence=confidence, xmin=xmin, ymin=ymin,
                   xmax=xmax, ymax=ymax)


def frame(number, data=b"pixels", seconds=None):
    time = datetime.timedelta(seconds=number if seconds is None else seconds)
    return Message(number, getData=lambda: data, getTimestamp=lambda: time)


def found(number, *detections):
    return Message(number, detections=detections)


class Input:
    """Gives what is in its queue, first what has waited there for long."""

    def __init__(self, messages, waiting=()):
        self.messages = collections.deque(messages)
        self.waiting = collections.deque(waiting)

    def tryGet(self):
        return self.waiting.popleft() if self.waiting else None

    def get(self):
        for queue in (self.waiting, self.messages):
            if queue:
                return queue.popleft()
        raise Ended()


class Connection:
    def __init__(self):
        self.sent = b""

    def sendall(self, data):
        self.sent += bytes(data)


def load(frames=(), detections=(), old=((), ())):
    """The program's functions, with these messages for its node."""
    def no_socket(*_):
        raise Ended()

    log = []
    node = types.SimpleNamespace(
        io={"frame_in": Input(frames, old[0]),
            "detection_in": Input(detections, old[1])},
        **{level: log.append for level in ("info", "warn", "error")})
    variables = {"__name__": "__main__", "node": node}
    text = rig.OUR_PROGRAM.read_text(encoding="utf-8")
    real, socket.socket = socket.socket, no_socket
    try:
        exec(compile(text, str(rig.OUR_PROGRAM), "exec"), variables)
    except Ended:
        pass
    finally:
        socket.socket = real
    return types.SimpleNamespace(log=log, **{
        name: variables[name] for name in
        ("serve", "take_pair", "write_header", "write_detections")})


def serve(program):
    connection = Connection()
    try:
        program.serve(connection)
    except Ended:
        pass
    return connection.sent


def header(seconds, image_size, text_size):
    return (f"IMG {seconds} {image_size} {text_size}".ljust(32)).encode()


def headers_are_32_bytes_or_refused():
    write = load().write_header
    for seconds, image_size, text_size, expected in (
            (1234.567891, 675840, 140, b"IMG 1234.567891 675840 140      "),
            (0.0, 675840, 0, b"IMG 0.0 675840 0                "),
            (5e-05, 675840, 0, b"IMG 5e-05 675840 0              "),
            # Full to the last byte.
            (99999999.123457, 6220800, 140, b"IMG 99999999.123457 6220800 140 "),
            (999999999.123457, 6220800, 140, b"IMG 999999999.123457 6220800 140"),
            # Finer than a microsecond: spared where there is no room.
            (1234.123456789, 675840, 140, b"IMG 1234.123456789 675840 140   "),
            (123456.1234567891, 6220800, 14000,
             b"IMG 123456.123457 6220800 14000 "),
            # Too long whatever one does.
            (9999999999.123457, 6220800, 140, None),
            (123456.123457, 67108864, 1048576, None),
            (math.nan, 6, 0, None), (math.inf, 6, 0, None), (-1.0, 6, 0, None)):
        try:
            got = write(seconds, image_size, text_size)
        except ValueError:
            got = None
        rig.check(got == expected, f"{seconds!r}: {got}, not {expected}")


def only_numbers_are_detections():
    write = load().write_detections
    rig.check(write([]) == b"", "nothing is nothing")
    for name in ("confidence", "xmin", "ymin", "xmax", "ymax"):
        for value in (math.nan, math.inf, -math.inf):
            got = write([detection(7), detection(**{name: value}), detection(8)])
            rig.check(got == b"7;50.0;0.1000;0.2000;0.3000;0.4000|"
                      b"8;50.0;0.1000;0.2000;0.3000;0.4000", f"{name}: {got}")


def text_is_bounded():
    text = load().write_detections([detection()] * 50000)
    rig.check(2**20 - 40 < len(text) <= 2**20, f"{len(text)} bytes")
    rig.check(set(text.split(b"|")) == {b"0;50.0;0.1000;0.2000;0.3000;0.4000"},
              "none is cut")


def pictures_meet_their_own_detections():
    chance = random.Random(5)
    for _ in range(200):
        kept = [sorted(chance.sample(range(60), chance.randint(20, 60)))
                for _ in range(2)]
        program = load([frame(n) for n in kept[0]], [found(n) for n in kept[1]])
        pairs = []
        numbered = True
        try:
            while True:
                picture, seen, numbered = program.take_pair(numbered)
                pairs.append((picture.getSequenceNum(), seen.getSequenceNum()))
        except Ended:
            pass
        both = sorted(set(kept[0]) & set(kept[1]))
        rig.check(pairs == [(n, n) for n in both], f"{pairs} of {kept}")


def numbers_that_never_agree_never_stop_it():
    program = load([frame(n) for n in range(300)],
                   [found(n + 5000) for n in range(300)])
    sent = serve(program)
    rig.check(sent.count(b"IMG ") > 200, f"{sent.count(b'IMG ')} frames sent")
    rig.check(len(program.log) == 1, f"said once: {program.log}")


def without_numbers_they_go_as_they_come():
    frames = [frame(n) for n in range(3)]
    for message in frames:
        del message.getSequenceNum
    sent = serve(load(frames, [found(9, detection(n)) for n in range(3)],
                      old=([], [found(9, detection(99))])))
    rig.check([sent.find(b"IMG %d.0" % n) < sent.find(b"%d;50.0" % n)
               for n in range(3)] == [True] * 3, f"{sent}")


def a_bad_frame_is_left_out_and_the_next_one_sent():
    def fail():
        raise RuntimeError("no memory")

    bad = [frame(n) for n in range(1, 5)]
    bad[0].getData = fail
    bad[1].getTimestamp = lambda: None
    bad[3].getTimestamp = lambda: datetime.timedelta(days=-1)
    texts = [found(n) for n in range(1, 5)]
    texts[2].detections = [Message(label=1)]
    program = load([frame(0), *bad, frame(5)], [found(0), *texts, found(5)])
    sent = serve(program)
    rig.check(sent == header("0.0", 6, 0) + b"pixels"
              + header("5.0", 6, 0) + b"pixels", f"{sent}")
    rig.check(len(program.log) == 1, f"said once: {program.log}")


def what_waited_for_a_client_is_dropped():
    program = load([frame(8), frame(9)], [found(8), found(9, detection())],
                   old=([frame(1), frame(2)], [found(n) for n in range(3)]))
    text = b"0;50.0;0.1000;0.2000;0.3000;0.4000"
    sent = serve(program)
    rig.check(sent == header("8.0", 6, 0) + b"pixels"
              + header("9.0", 6, len(text)) + text + b"pixels", f"{sent}")
    rig.check(not program.log, f"silent per frame: {program.log}")


def main():
    for claim in (headers_are_32_bytes_or_refused, only_numbers_are_detections,
                  text_is_bounded, pictures_meet_their_own_detections,
                  numbers_that_never_agree_never_stop_it,
                  without_numbers_they_go_as_they_come,
                  a_bad_frame_is_left_out_and_the_next_one_sent,
                  what_waited_for_a_client_is_dropped):
        claim()
        print(f"our camera program: {claim.__name__.replace('_', ' ')}")


if __name__ == "__main__":
    rig.limit(30)
    main()
