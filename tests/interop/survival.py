#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One pipeline, one run, one recording: the camera loses its power, its cable
is pulled, it comes back with other pictures, and the pipeline is paused again
and again.

    survival.py [--cable SECONDS]
"""

import argparse
import contextlib
import subprocess
import tempfile

import encoder
import network
import pipeline
import rig

FPS = 30
PAUSES = 50
SETTLED = 20                    # frames after each change
RAW = ("--size", "320x240")
JPEG = ("--size", "640x352", "--encode", "jpeg", "--set", "ENCODED=True")

# As an operator would have it, but for the frequent keyframes. What comes to
# the encoder must keep its size: not every container and player can change it.
SOURCE = (f"oaktcpsrc name=source host={network.CAMERA} port={network.PORT} "
          f"framerate={FPS}/1 reconnect-delay-max=4000")
ONE_SIZE = ("decodebin3 ! videoconvert ! videoscale ! "
            "video/x-raw,format=I420,width=320,height=240")


@contextlib.contextmanager
def power(camera, *program):
    """A camera program that runs until the camera has no more power, or this
    ends."""
    with rig.running(network.PORT, "--address", network.CAMERA, "--fps",
                     str(FPS), *program, within=camera.within,
                     stderr=subprocess.DEVNULL) as runner:
        runner.expect("PORT")
        yield runner


def check_media(player, media):
    caps = player.source.get_static_pad("src").get_current_caps()
    rig.check(caps.get_structure(0).get_name() == media, caps.to_string())


def wait_until_back(player, media):
    player.wait_for_message("oak-connected")
    player.wait_for_frames(SETTLED)
    rig.check(player.state() == "streaming", player.state())
    check_media(player, media)


def lose_power(player, switch):
    with network.camera(switch) as camera, power(camera, *RAW) as runner:
        wait_until_back(player, "video/x-raw")
        camera.lose_power(runner)
        loss = player.wait_for_message("oak-disconnected")
        rig.check(loss["reason"] == "stalled", f"{loss}")
        print("the camera has lost its power", flush=True)


def pull_cable(player, camera, seconds):
    with power(camera, *RAW):
        wait_until_back(player, "video/x-raw")
        print("the camera is back", flush=True)
        camera.pull_cable()
        player.run(seconds)
        camera.plug_cable()
        player.wait_for_frames(SETTLED)
        rig.check(player.state() == "streaming", player.state())
        print(f"the cable was pulled for {seconds} s", flush=True)


def change_payload_and_pause(player, camera):
    with power(camera, *JPEG):
        wait_until_back(player, "image/jpeg")
        print("the pictures are JPEG", flush=True)
        connections = player.stats()["connections"]
        for _ in range(PAUSES):
            player.pause()
            player.play()
            player.wait_for_frames(2)
        rig.check(player.stats()["connections"] == connections,
                  "pauses keep the connection")
        print(f"{PAUSES} pauses", flush=True)


def change_back(player, camera):
    with power(camera, *RAW):
        wait_until_back(player, "video/x-raw")
        print("the pictures are raw again", flush=True)
        stats = player.stats()
        player.end()
    return stats


def survive(player, seconds):
    with network.switch() as switch:
        lose_power(player, switch)
        with network.camera(switch) as camera:
            pull_cable(player, camera, seconds)
            change_payload_and_pause(player, camera)
            return change_back(player, camera)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cable", type=int, default=60, metavar="SECONDS",
                        help="for how long the cable is pulled")
    seconds = parser.parse_args().cable
    pipeline.need("oaktcpsrc", "decodebin3", "jpegdec", *pipeline.RECORD_NEEDS)
    why = encoder.lacking("jpeg")
    if why:
        rig.skip(why)

    rig.limit(seconds + 200)
    with tempfile.TemporaryDirectory() as directory:
        with pipeline.Pipeline(
                f"{SOURCE} ! {ONE_SIZE} ! "
                f"{pipeline.RECORD.format(directory=directory)}") as player:
            stats = survive(player, seconds)
            player.check_times()
        files, pictures = pipeline.check_recording(directory)

    rig.check(pictures == player.recorded,
              f"{player.recorded} pictures were recorded, {pictures} play")
    print(f"{pictures} pictures in {files} files; {stats}\n"
          f"{len(player.warnings)} warnings:")
    for warning in player.warnings:
        print(f"  {warning}")


if __name__ == "__main__":
    network.move_in()
    main()
