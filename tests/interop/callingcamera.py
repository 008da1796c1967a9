#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our camera program as the client, killed and started again, and oaktcpsrc
that listens."""

import contextlib
import json
import socket
import subprocess
import sys

import rig

EACH = 40                       # frames of each life of the camera
LIVES = 3
APART = 1000                    # s; a life's device time is before the last's


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def host(oakprint, port):
    """Gives the frames that a source that listens puts out, as they come."""
    process = subprocess.Popen(
        [oakprint, "--hash", f"oaktcpsrc mode=server bind-address=127.0.0.1 "
         f"port={port} drop-on-latency=false ! video/x-raw,format=BGR ! "
         "fakesink"],
        stdout=subprocess.PIPE, text=True)
    try:
        yield map(json.loads, process.stdout)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def take(frames, booted):
    """As many as one life has; @booted: its device time at the start, in s."""
    taken = []
    for frame in frames:
        # What an earlier life has sent may still be on its way.
        if taken or 0 <= frame["device_time"] / 1e9 - booted < APART:
            taken.append(frame)
        if len(taken) == EACH:
            return taken
    rig.check(False, "the pipeline goes on")


def main(oakprint):
    port = free_port()
    last = -1
    offset = 0

    with host(oakprint, port) as frames:
        for life in range(LIVES):
            booted = APART * (LIVES - life)
            with rig.running(port, "--set", "MODE=client", "--set",
                             "RETRY_WAITS=(0.1,)", "--chop", str(life),
                             "--device-time", str(booted)) as runner:
                taken = take(frames, booted)
                entries = rig.read_ledger(runner.ledger)

            rig.check(taken[0]["pts"] >= last, "PTS never goes back")
            last = taken[-1]["pts"]
            rig.check(taken[0]["offset"] >= offset, "offsets go on")
            offset = taken[-1]["offset"] + 1
            first = taken[0]["offset"]
            for frame in taken:
                frame["offset"] -= first
            rig.compare(taken, entries, 640, 352)


if __name__ == "__main__":
    rig.limit(120)
    main(sys.argv[1])
