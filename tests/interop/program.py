#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our camera program by itself: how it treats whom it serves."""

import hashlib
import json
import re
import socket

import encoder
import rig

HEADER = re.compile(rb"IMG [0-9.e+-]+ \d+ \d+ *")
SECONDS = re.compile(rb"[0-9.e+-]+ *")
SIZE = re.compile(rb"\d+ *")

SMALL = ("--size", "64x48")

# What a client says, and what the camera is told.
CONTROLS = (("0  ,", ["setManualFocus", 0]),
            ("AUT,", ["setAutoFocusMode", "CONTINUOUS_VIDEO"]),
            ("255,", ["setManualFocus", 255]))


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


def read_columns(client):
    """Device time and image of the next frame of the other framing."""
    header = read(client, 32)
    rig.check(header.startswith(b"ABCDE ") and SECONDS.fullmatch(header[6:24])
              and SIZE.fullmatch(header[24:]), f"header {header}")
    return float(header[6:24]), read(client, int(header[24:]))


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def serves_one_after_the_other():
    with rig.camera(*SMALL) as (port, _):
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
        with rig.camera(*SMALL, "--frames", "3",
                        "--chop", chop) as (port, _):
            with connect(port) as client:
                for _ in range(3):
                    read_frame(client)
                rig.check(client.recv(1) == b"", "it hangs up")


def keeps_its_headers_short():
    # The runner's clock has microseconds; the more of them, the longer.
    for start in ("0", "0.000001", "99999.123457", "1700000000.123457"):
        with rig.camera(*SMALL, "--device-time", start,
                        "--fps", "29.97") as (port, _):
            with connect(port) as client:
                for _ in range(10):
                    read_frame(client)


def focuses_as_each_client_says():
    with rig.running(0, *SMALL, "--controls") as runner:
        port = int(runner.expect("PORT"))
        for _ in range(2):
            with connect(port) as client:
                client.sendall(b"what is this?".ljust(32))
                for text, call in CONTROLS:
                    client.sendall(text.ljust(32).encode())
                    told = json.loads(runner.expect("CONTROL"))
                    rig.check(told == [call], f"{text}: {told}")
                read_frame(client)


def serves_a_client_that_says_no_more():
    with rig.camera(*SMALL) as (port, _):
        with connect(port) as client:
            client.sendall(b"120,".ljust(32))
            client.shutdown(socket.SHUT_WR)
            for _ in range(10):
                read_frame(client)


def calls_again_when_it_is_the_client():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        times = []
        with rig.running(listener.getsockname()[1], *SMALL, "--controls",
                         "--set", "MODE=client",
                         "--set", "RETRY_WAITS=(0.1,)") as runner:
            for _ in range(3):
                host, _ = listener.accept()
                with host:
                    host.settimeout(20)
                    times += [read_frame(host) for _ in range(5)]
                    host.sendall(b"120,".ljust(32))
                    told = json.loads(runner.expect("CONTROL"))
                    rig.check(told == [["setManualFocus", 120]], f"{told}")
        rig.check(times == sorted(times), "time goes on")


def sends_encoded_pictures():
    for kind in sorted(encoder.ENCODERS):
        why = encoder.lacking(kind)
        if why:
            print(f"(without {kind}: {why})")
            continue
        with rig.camera("--encode", kind, "--no-detections", "--chop", "9",
                        "--set", "FRAMING=ABCDE",
                        "--set", "ENCODED=True") as (port, ledger):
            with connect(port) as client:
                frames = [read_columns(client) for _ in range(40)]
            entries = rig.read_ledger(ledger)
        sent = [(float(e["device_time"]), e["sha256"]) for e in entries]
        got = [(seconds, hashlib.sha256(image).hexdigest())
               for seconds, image in frames]
        first = sent.index(got[0]) if got[0] in sent else 0
        rig.check(got == sent[first:first + len(got)],
                  f"each {kind} that was given is sent, as it was given")


def main():
    for claim in (serves_one_after_the_other,
                  leaves_a_client_that_takes_nothing,
                  hangs_up_when_it_ends, keeps_its_headers_short,
                  focuses_as_each_client_says,
                  serves_a_client_that_says_no_more,
                  calls_again_when_it_is_the_client, sends_encoded_pictures):
        claim()
        print(f"our camera program {claim.__name__.replace('_', ' ')}")


if __name__ == "__main__":
    rig.limit(120)
    main()
