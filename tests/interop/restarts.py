#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vendor's own camera program is killed and started again, twenty times,
while one pipeline records it.

Half of the times it is killed, half of the times it ends by itself. In between
nothing may grow: descriptors, threads, memory.
"""

import os
import pathlib
import random
import re
import socket
import subprocess
import tempfile

import rig
import pipeline

KILLS = 20
WARM = 2                        # looks; caches and pools are full by then
GROWTH_MAX = 4 * 1024           # KiB of memory
SETTLED = 24                    # frames of a life
CAMERA = ("--size", "160x96", "--fps", "40")
# Without a frame rate the last picture of each file has no duration, and is not
# played.
SOURCE = ("oaktcpsrc name=source port={port} width=160 height=96 "
          "framerate=40/1 reconnect-delay=100 reconnect-delay-max=200")
RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


def pick_port():
    """One that nobody gets by chance: who calls a port of this machine that is
    given to callers may reach himself."""
    first, _ = map(int, pathlib.Path(
        "/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    for port in random.sample(range(1024, first), 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            pass
    rig.skip("no port is free")


def look():
    """Descriptors, threads, and KiB of memory of this process."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
    return (len(os.listdir("/proc/self/fd")),
            len(os.listdir("/proc/self/task")),
            int(RESIDENT.search(status).group(1)))


def kill(player, camera):
    """In mid-stream; what this process has then."""
    player.wait_for_frames(SETTLED)
    rig.check(player.state() == "streaming", player.state())
    seen = look()
    camera.process.kill()
    return seen


def live(player, number, port, program):
    """One life of the camera; what this process has in the middle of it, if
    somebody looks."""
    clean = number % 2 == 1
    ends = ("--frames", str(SETTLED)) if clean else ()
    seen = None
    with rig.running(port, *CAMERA, *ends, program=program,
                     stderr=subprocess.DEVNULL) as camera:
        camera.expect("PORT")
        arrival = player.wait_for_message("oak-connected")
        rig.check(arrival["connection"] == number + 1, f"{arrival}")
        if clean:
            camera.process.wait()
        else:
            seen = kill(player, camera)
        loss = player.wait_for_message("oak-disconnected")
    rig.check(loss["reason"] in ("lost", "torn"), f"{loss}")
    rig.check(loss["next-retry"] > 0, f"{loss}")
    return seen


def check_growth(seen):
    warming, settled = seen[:WARM + 1], seen[WARM:]
    print("descriptors, threads, KiB at first, when warm, and at last: "
          f"{seen[0]}, {settled[0]}, {settled[-1]}")
    # GLib lets a thread go that has had nothing to do for a while.
    for what, before, after in zip(("descriptors", "threads"),
                                   zip(*warming), zip(*settled)):
        rig.check(max(after) <= max(before), f"{what}: {before}, {after}")
    growth = settled[-1][2] - settled[0][2]
    rig.check(growth <= GROWTH_MAX, f"{growth} KiB more memory")


def main():
    pipeline.need("oaktcpsrc", *pipeline.RECORD_NEEDS)
    program = rig.seed_camera()
    if program is None:
        print("(without the vendor's program: with ours)")
    port = pick_port()

    with tempfile.TemporaryDirectory() as directory:
        with pipeline.Pipeline(
                f"{SOURCE.format(port=port)} ! videoconvert ! "
                f"{pipeline.RECORD.format(directory=directory)}") as player:
            seen = [live(player, number, port, program)
                    for number in range(KILLS)]
            with rig.running(port, *CAMERA, program=program,
                             stderr=subprocess.DEVNULL):
                player.wait_for_message("oak-connected")
                player.wait_for_frames(SETTLED)
                seen = [one for one in seen if one] + [look()]
                stats = player.stats()
                player.end()
            player.check_times()
        files, pictures = pipeline.check_recording(directory)

    rig.check(stats["reconnects"] == KILLS, f"{stats}")
    rig.check(pictures == player.recorded == player.frames,
              f"{player.frames} came, {player.recorded} were recorded, "
              f"{pictures} can be played")
    check_growth(seen)
    print(f"{KILLS} restarts, {pictures} pictures in {files} files")


if __name__ == "__main__":
    rig.limit(150)
    main()
