#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of oaktcpsink that vanishes without a word.

It lives in a network of its own, joined to the sink's by a cable that only
these two have, and loses its address. Nobody needs to be root for that, but
not every system allows it.
"""

import os
import socket
import subprocess
import sys

import rig
import seedsink

SINK, CLIENT = "10.73.0.1", "10.73.0.2"
ALONE = ["unshare", "--map-root-user", "--net"]

# Makes pictures without end; and none at all, so that nothing is sent.
PIPELINES = (
    "videotestsrc is-live=true ! video/x-raw,format=BGR,width=640,height=352 "
    f"! oaktcpsink bind-address={SINK}",
    f"fdsrc fd=0 ! image/jpeg ! oaktcpsink bind-address={SINK}",
)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def be_client():
    """Does what it is told, a line each."""
    print("here", flush=True)
    port = int(sys.stdin.readline())
    ip("address", "add", CLIENT + "/24", "dev", "cable1")
    ip("link", "set", "cable1", "up")
    connection = socket.create_connection((SINK, port), timeout=10)
    print("connected", flush=True)
    sys.stdin.readline()
    ip("address", "delete", CLIENT + "/24", "dev", "cable1")
    print("gone", flush=True)
    sys.stdin.readline()
    connection.close()


def tell(client, line, answer):
    if line is not None:
        client.stdin.write(f"{line}\n")
        client.stdin.flush()
    rig.check(client.stdout.readline().strip() == answer, f"it is {answer}")


def check_pipeline(pipeline):
    client = subprocess.Popen(
        ["unshare", "--net", sys.executable, __file__, "client"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        tell(client, None, "here")
        ip("link", "add", "cable0", "type", "veth", "peer", "name", "cable1",
           "netns", str(client.pid))
        ip("address", "add", SINK + "/24", "dev", "cable0")
        ip("link", "set", "cable0", "up")
        with seedsink.sink(pipeline) as (port, lines):
            tell(client, port, "connected")
            tell(client, "go", "gone")
            told = any("gives no sign of life" in line for line in lines)
            rig.check(told, f"the client is missed: {pipeline}")
    finally:
        client.kill()
        client.wait()
        ip("link", "delete", "cable0")


def main():
    if sys.argv[1:] == ["client"]:
        be_client()
    elif sys.argv[1:] == ["alone"]:
        for pipeline in PIPELINES:
            check_pipeline(pipeline)
    else:
        probe = "ip link add cable0 type veth peer name cable1"
        if subprocess.run([*ALONE, *probe.split()], check=False).returncode:
            rig.skip("no network of one's own can be made here")
        os.execvp(ALONE[0], [*ALONE, sys.executable, __file__, "alone"])


if __name__ == "__main__":
    rig.limit(80)
    main()
