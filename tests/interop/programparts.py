#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our camera program piece by piece, on messages that no scene would give."""

import collections
import datetime
import math
import random
import socket
import time
import types

import rig
import scriptnode


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


def no_socket(*_):
    raise Ended()


def load(frames=(), detections=(), old=((), ()), sockets=no_socket,
         **settings):
    """The program's functions, with these messages for its node.

    No detections at all (None): their input is not there.
    """
    log = []
    controls = []
    inputs = {"frame_in": Input(frames, old[0])}
    if detections is not None:
        inputs["detection_in"] = Input(detections, old[1])
    output = types.SimpleNamespace(
        send=lambda message: controls.append(message.calls))
    node = types.SimpleNamespace(
        io={**inputs, "control": output},
        **{level: log.append for level in ("info", "warn", "error")})
    variables = {"__name__": "__main__", "node": node,
                 "CameraControl": scriptnode.CameraControl}
    text = scriptnode.replace_constants(
        rig.OUR_PROGRAM.read_text(encoding="utf-8"), settings)
    real, socket.socket = socket.socket, sockets
    try:
        exec(compile(text, str(rig.OUR_PROGRAM), "exec"), variables)
    except Ended:
        pass
    finally:
        socket.socket = real
    return types.SimpleNamespace(log=log, controls=controls, **{
        name: variables[name] for name in
        ("serve", "take_pairs", "write_header", "write_detections",
         "read_controls")})


def serve(program):
    connection = Connection()
    try:
        program.serve(connection)
    except Ended:
        pass
    return connection.sent


def header(seconds, image_size, text_size):
    return (f"IMG {seconds} {image_size} {text_size}".ljust(32)).encode()


def try_to_write(write, *fields):
    try:
        return write(*fields)
    except ValueError:
        return None


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
        got = try_to_write(write, seconds, image_size, text_size)
        rig.check(got == expected, f"{seconds!r}: {got}, not {expected}")


def columns_are_never_outgrown():
    write = load(FRAMING="ABCDE").write_header
    for seconds, image_size, expected in (
            (0.0, 0, b"ABCDE 0.0               0       "),
            (5e-05, 675840, b"ABCDE 5e-05             675840  "),
            (1234.567891, 24887, b"ABCDE 1234.567891       24887   "),
            # All 18, and no space before the size.
            (123456789.12345679, 24887, b"ABCDE 123456789.1234567924887   "),
            (99999999999.12344, 67108864,
             b"ABCDE 99999999999.12344 67108864"),
            # Finer than a microsecond and too long: spared.
            (0.12345678901234567, 9, b"ABCDE 0.123457          9       "),
            (1.2345678901234567e22, 9, None), (1.0, 123456789, None),
            (math.nan, 6, None), (math.inf, 6, None), (-1.0, 6, None)):
        got = try_to_write(write, seconds, image_size, 0)
        rig.check(got == expected, f"{seconds!r}: {got}, not {expected}")

    chance = random.Random(8)
    for _ in range(2000):
        seconds = chance.random() * 10 ** chance.randint(-9, 11)
        size = chance.randrange(10 ** chance.randint(1, 8))
        got = write(seconds, size, 0)
        rig.check(len(got) == 32 and got.startswith(b"ABCDE "), f"{got}")
        rig.check(abs(float(got[6:24]) - seconds) < 1e-6
                  and int(got[24:]) == size, f"{got} of {seconds!r}, {size}")


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


def numbers(pairs):
    """Sequence numbers of pictures and detections, until there are no more."""
    taken = []
    try:
        for picture, seen in pairs:
            taken.append((picture.getSequenceNum(),
                          seen and seen.getSequenceNum()))
    except Ended:
        pass
    return taken


def pictures_meet_their_own_detections():
    chance = random.Random(5)
    for _ in range(200):
        kept = [sorted(chance.sample(range(60), chance.randint(20, 60)))
                for _ in range(2)]
        program = load([frame(n) for n in kept[0]], [found(n) for n in kept[1]])
        both = sorted(set(kept[0]) & set(kept[1]))
        pairs = numbers(program.take_pairs())
        rig.check(pairs == [(n, n) for n in both], f"{pairs} of {kept}")


def every_encoded_picture_is_sent():
    chance = random.Random(6)
    for _ in range(200):
        # The network is slower than the encoder.
        pictures = list(range(chance.randint(0, 5), 90))
        seen = sorted(chance.sample(range(90), chance.randint(20, 60)))
        program = load([frame(n) for n in pictures], [found(n) for n in seen],
                       ENCODED=True)
        pairs = numbers(program.take_pairs())
        wanted = [(n, n if n in seen else None) for n in pictures
                  if n <= max(seen)]
        rig.check(pairs == wanted, f"{pairs} of {pictures[0]}.. and {seen}")


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


def without_a_network_there_is_nothing_to_wait_for():
    for settings, expected in (
            ({"DETECTIONS": ""}, header("1.0", 6, 0)),
            ({"FRAMING": "ABCDE"}, b"ABCDE 1.0               6       ")):
        program = load([frame(1)], None, old=([frame(0)], []), **settings)
        sent = serve(program)
        rig.check(sent == expected + b"pixels", f"{settings}: {sent}")


def message(text):
    return text.ljust(32).encode()


class Host:
    """The other end, for a thread that reads: bytes, or what is raised."""

    def __init__(self, *pieces):
        self.pieces = collections.deque(pieces)

    def recv(self, size):
        if not self.pieces:
            return b""
        piece = self.pieces.popleft()
        if isinstance(piece, Exception):
            raise piece
        if len(piece) > size:
            self.pieces.appendleft(piece[size:])
        return piece[:size]


def obeyed(*pieces):
    """What the camera is told, and what the log says."""
    program = load()
    program.read_controls(Host(*pieces))
    return program.controls, program.log


FOCUS_120 = [["setManualFocus", 120]]
FOCUS_7 = [["setManualFocus", 7]]
AUTOFOCUS = [["setAutoFocusMode", "CONTINUOUS_VIDEO"]]


def control_messages_are_obeyed():
    for text, expected in (
            ("120,", FOCUS_120), ("7  ,", FOCUS_7), ("007,", FOCUS_7),
            ("7,", FOCUS_7), ("0  ,", [["setManualFocus", 0]]),
            ("255,", [["setManualFocus", 255]]), ("AUT,", AUTOFOCUS),
            ("120,what a later program may say", FOCUS_120)):
        rig.check(obeyed(message(text)[:32]) == ([expected], []), text)


def control_messages_may_come_in_pieces():
    stream = message("120,") + message("AUT,") + message("7  ,")
    expected = [FOCUS_120, AUTOFOCUS, FOCUS_7]
    chance = random.Random(7)
    for _ in range(100):
        cuts = sorted(chance.sample(range(1, len(stream)), 5))
        pieces = [stream[a:b] for a, b in zip([0] + cuts, cuts + [None])]
        # Silence between them, and in the midst of one, ends nothing.
        for _ in range(3):
            pieces.insert(chance.randint(0, len(pieces)), socket.timeout())
        rig.check(obeyed(*pieces) == (expected, []), f"{cuts}")
    rig.check(obeyed(message("120,"), b"12") == ([FOCUS_120], []), "cut")
    rig.check(obeyed(message("120,"), ConnectionResetError()) ==
              ([FOCUS_120], []), "reset")


def nonsense_is_ignored_and_said_once():
    for nonsense in (b" " * 32, b"\0" * 32, b"\xff" * 32, message("256,"),
                     message("999,"), message("-1 ,"), message("+12,"),
                     message("1_2,"), message("120"), message("aut,"),
                     message("1200,"), message(","), b"GET / HTTP/1.1\r\n" * 2):
        controls, log = obeyed(nonsense, nonsense, message("AUT,"))
        rig.check(controls == [AUTOFOCUS], f"{nonsense}: {controls}")
        rig.check(len(log) == 1, f"{nonsense}: {log}")


def without_a_lens_the_thread_goes_on():
    program = load(CONTROL="unlinked")
    program.read_controls(Host(message("120,"), message("AUT,")))
    rig.check(len(program.log) == 1, f"{program.log}")


def a_client_waits_longer_and_longer():
    """Sixteen attempts: of these the eighth succeeds, for one picture."""
    attempts, slept = [], []

    class Socket(Connection):
        def __init__(self, *_):
            super().__init__()
            if len(attempts) == 16:
                raise Ended()

        def connect(self, address):
            attempts.append(address)
            if len(attempts) != 8:
                raise ConnectionRefusedError("no")

        def sendall(self, data):
            raise BrokenPipeError("gone")

        def recv(self, _):
            return b""

        settimeout = setsockopt = shutdown = lambda *_: None

        def close(self):
            pass

    real, time.sleep = time.sleep, slept.append
    try:
        program = load([frame(1)], [found(1)], sockets=Socket, MODE="client",
                       HOST="10.1.2.3", PORT=9876)
    finally:
        time.sleep = real
    rig.check(set(attempts) == {("10.1.2.3", 9876)}, f"{attempts}")
    rig.check(slept == [1, 2, 3, 4, 5, 5, 5] + [1, 2, 3, 4, 5, 5, 5, 5, 5],
              f"{slept}")
    rig.check(len(program.log) == 15 + 2, f"{program.log}")


def main():
    for claim in (headers_are_32_bytes_or_refused, columns_are_never_outgrown,
                  only_numbers_are_detections, text_is_bounded,
                  pictures_meet_their_own_detections,
                  every_encoded_picture_is_sent,
                  without_a_network_there_is_nothing_to_wait_for,
                  control_messages_are_obeyed,
                  control_messages_may_come_in_pieces,
                  nonsense_is_ignored_and_said_once,
                  without_a_lens_the_thread_goes_on,
                  a_client_waits_longer_and_longer,
                  numbers_that_never_agree_never_stop_it,
                  without_numbers_they_go_as_they_come,
                  a_bad_frame_is_left_out_and_the_next_one_sent,
                  what_waited_for_a_client_is_dropped):
        claim()
        print(f"our camera program: {claim.__name__.replace('_', ' ')}")


if __name__ == "__main__":
    rig.limit(30)
    main()
