#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""oak-rtsp-server, and what people watch and record cameras with: mpv, motion.
(Debian's VLC has no RTSP: it comes without live555.)

    recorders.py SERVER [--seconds N] [NAME ...]

--seconds N  how long each of them watches; default: 4
NAME         mpv or motion; default: all that are installed
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import rig
import stillcamera
from rtsprig import (camera_group, is_no_signal, look, pictures_of_file,
                     serving, write_config)

USERS = "[users]\nalice=open sesame\n"
NOBODY = 65534
FPS = 30


@contextlib.contextmanager
def place():
    """A directory that belongs to who runs the programs."""
    with tempfile.TemporaryDirectory() as directory:
        if os.geteuid() == 0:
            os.chown(directory, NOBODY, NOBODY)
        yield pathlib.Path(directory)


def start(home, *command):
    """As somebody who can break nothing."""
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return subprocess.Popen(
        command, cwd=home, env=dict(os.environ, HOME=str(home)),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
        **(other if os.geteuid() == 0 else {}))


def run(home, *command, seconds):
    process = start(home, *command)
    try:
        return process.communicate(timeout=seconds + 60)[0]
    finally:
        process.kill()


def times_of(film):
    """PTS of a film's pictures, as they are in the file."""
    done = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-select_streams", "v",
         "-show_entries", "packet=pts_time", "-of", "csv=p=0", film],
        stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return [float(line.strip(",")) for line in done.stdout.split()]


def look_at_film(film, at_least, said):
    rig.check(film.exists(), f"there is no film: {said[-2000:]}")
    seen = pictures_of_file(film)
    rig.check(len(seen) >= at_least, f"{len(seen)} pictures of {at_least}")
    look(seen[len(seen) // 2], True)
    look(seen[-1], True)
    # Of the first, mpv says that it made its PTS up.
    times = times_of(film)[1:]
    wrong = [pair for pair in zip(times, times[1:]) if pair[0] >= pair[1]]
    rig.check(not wrong, f"PTS do not rise: {wrong[:5]}")
    return seen


def record_with_mpv(url, home, seconds, transport):
    """Decoded by it, and written without loss."""
    film = home / f"{transport}.mkv"
    said = run(home, "mpv", "--no-config", "--no-audio",
               f"--rtsp-transport={transport}", f"--length={seconds}",
               f"--o={film}", "--ovc=ffv1", url, seconds=seconds)
    return film, said


def mpv(program, seconds):
    with stillcamera.running() as camera, place() as home:
        config = home / "site.conf"
        write_config(config, USERS,
                     camera_group(camera, "front", "bitrate=6000"))
        with serving(program, "--config", str(config)) as server:
            url = server.url("/front", "alice:wrong@")
            film, said = record_with_mpv(url, home, seconds, "tcp")
            rig.check("401" in said and not film.exists(),
                      f"a wrong password: {said}")
            url = server.url("/front", "alice:open%20sesame@")
            for transport in ("tcp", "udp"):
                film, said = record_with_mpv(url, home, seconds, transport)
                look_at_film(film, FPS * seconds // 2, said)
        rig.check(camera.connections == 1, f"{camera.connections} connections")


def motion(program, seconds):
    """It records, whatever moves; the camera is away in the middle."""
    with stillcamera.running() as camera, place() as home:
        config = home / "site.conf"
        write_config(config, USERS,
                     camera_group(camera, "front", "bitrate=6000"))
        with serving(program, "--config", str(config)) as server:
            settings = home / "motion.conf"
            settings.write_text(f"""\
daemon off
setup_mode off
target_dir {home}
netcam_url {server.url("/front")}
netcam_userpass alice:open sesame
width {stillcamera.WIDTH}
height {stillcamera.HEIGHT}
framerate {FPS}
text_left
text_right
emulate_motion on
movie_output on
movie_codec mkv
movie_quality 100
movie_filename film
picture_output off
webcontrol_port 0
stream_port 0
""", encoding="utf-8")
            process = start(home, "motion", "-n", "-c", str(settings))
            try:
                server.wait_for("watches")
                time.sleep(seconds)
                camera.vanish()
                time.sleep(2)
                camera.appear()
                time.sleep(seconds)
                process.send_signal(signal.SIGTERM)
                said = process.communicate(timeout=30)[0]
            finally:
                process.kill()
            seen = look_at_film(home / "film.mkv", FPS * seconds // 2, said)
            rig.check(any(is_no_signal(p) for p in seen),
                      "the camera's absence is in the film")


ALL = {"mpv": mpv, "motion": motion}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("name", nargs="*", choices=[*ALL, []])
    options = parser.parse_intermixed_args()
    for tool in ("ffmpeg", "ffprobe"):
        if shutil.which(tool) is None:
            rig.skip(f"there is no {tool}")
    done = 0
    for name, one in ALL.items():
        if options.name and name not in options.name:
            continue
        if shutil.which(name) is None:
            print(f"There is no {name}.")
            continue
        started = time.monotonic()
        one(options.server, options.seconds)
        print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)
        done += 1
    if done == 0:
        rig.skip("none of them is here")


if __name__ == "__main__":
    rig.limit(600)
    main()
