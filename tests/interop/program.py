#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our camera program by itself: how it treats its clients."""

import re
import socket

import rig

HEADER = re.compile(rb"IMG [0-9.e+-]+ \d+ \d+ *")


def read(client, size):
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        rig.check(piece, "the camera stays")
        data += piece
    return data


def read_frame(client):
    """Device time of the next frame, which must be a good one."""
    header = read(client, 32)
    rig.check(HEADER.fullmatch(header), f"header {header}")
    _, seconds, image_size, text_size = header.split()
    read(client, int(text_size))
    rig.check(len(read(client, int(image_size))) == int(image_size), "image")
    return float(seconds)


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def serves_one_after_the_other():
    with rig.camera("--size", "64x48") as (port, _):
        times = []
        for _ in range(5):
            with connect(port) as client:
                times += [read_frame(client) for _ in range(5)]
        rig.check(times == sorted(times), "time goes on")


def leaves_a_client_that_takes_nothing():
    with rig.camera("--set", "SEND_TIMEOUT=0.5") as (port, _):
        with connect(port) as silent, connect(port) as waiting:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            read_frame(waiting)


def hangs_up_when_it_ends():
    # Cut into pieces too: what the runner holds back must still come.
    for chop in ("5", "6", "8"):
        with rig.camera("--size", "64x48", "--frames", "3",
                        "--chop", chop) as (port, _):
            with connect(port) as client:
                for _ in range(3):
                    read_frame(client)
                rig.check(client.recv(1) == b"", "it hangs up")


def keeps_its_headers_short():
    # The runner's clock has microseconds; the more of them, the longer.
    for start in ("0", "0.000001", "99999.123457", "1700000000.123457"):
        with rig.camera("--size", "64x48", "--device-time", start,
                        "--fps", "29.97") as (port, _):
            with connect(port) as client:
                for _ in range(10):
                    read_frame(client)


def main():
    for claim in (serves_one_after_the_other,
                  leaves_a_client_that_takes_nothing,
                  hangs_up_when_it_ends, keeps_its_headers_short):
        claim()
        print(f"our camera program {claim.__name__.replace('_', ' ')}")


if __name__ == "__main__":
    rig.limit(120)
    main()
