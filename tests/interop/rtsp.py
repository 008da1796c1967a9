#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""oak-rtsp-server, and clients that nobody here wrote: ffmpeg, rtspsrc.

    rtsp.py SERVER [--record-server PROGRAM] [--seconds N] [NAME ...]

--record-server  what streams are pushed to; without it that is not looked at
--seconds N  how long each client watches; default: 4
NAME         of what is looked at; default: all
"""

import argparse
import contextlib
import datetime
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import pathlib

import rig
import stillcamera
from rtsprig import (FRAME, HEIGHT, WIDTH, camera_group, is_like,
                     is_no_signal, look, pictures, pixel, serving,
                     start_ffmpeg, uri, write_config)

RECORD_SERVER = None            # a program


def looked_at_by_ffmpeg(program, seconds):
    number = int(25 * seconds)
    with stillcamera.running() as camera, \
            serving(program, uri(camera), "-b", "6000") as server:
        for transport in ("tcp", "udp"):
            seen = pictures(server.url(), number, transport)
            rig.check(len(seen) == number, f"{transport}: {len(seen)} frames")
            look(seen[0], True)
            look(seen[-1], True)
        rig.check(camera.connections == 1, f"{camera.connections} connections")


def without_boxes(program, seconds):
    with stillcamera.running() as camera, \
            serving(program, uri(camera), "--overlay=false", "-b", "6000",
                    "--mount=/front/door") as server:
        look(pictures(server.url("/front/door"), 10)[-1], False)


def looked_at_by_rtspsrc(program, seconds):
    number = int(25 * seconds)
    with stillcamera.running() as camera, \
            serving(program, uri(camera)) as server:
        for protocols in ("tcp", "udp"):
            done = subprocess.run(
                ["gst-launch-1.0", "-q", "rtspsrc", f"protocols={protocols}",
                 f"location={server.url()}", "!", "decodebin", "!", "identity",
                 f"eos-after={number}", "!", "fakesink", "sync=false"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                check=False)
            rig.check(done.returncode == 0, done.stdout.decode())


def read_times(url, until):
    """PTS of packets, as ffprobe sees them, while @until() is not true."""
    process = subprocess.Popen(
        ["ffprobe", "-loglevel", "error", "-rtsp_transport", "tcp",
         "-show_entries", "packet=pts_time", "-of", "csv=p=0", url],
        stdout=subprocess.PIPE, text=True)
    times = []
    try:
        for line in process.stdout:
            found = re.match(r"[0-9.]+", line)
            if not found:
                continue
            times.append(float(found.group()))
            if until(len(times)):
                return times
    finally:
        process.kill()
        process.wait()
    rig.check(False, f"the client's connection was closed, at {times[-3:]}")


def camera_that_comes_back(program, seconds):
    """In the middle of the stream: its clients stay."""
    with stillcamera.running() as camera, \
            serving(program, uri(camera), "-b", "6000") as server:
        away = []

        def until(n):
            if n == 30:
                camera.vanish()
            if n == 34:             # pictures that say so
                away.append(pictures(server.url(), 1)[0])
                camera.appear()
            return n == 34 + int(25 * seconds)

        times = read_times(server.url(), until)
        rig.check(all(a < b for a, b in zip(times, times[1:])), "PTS rise")
        rig.check(is_no_signal(away[0]), "no signal is shown")
        look(pictures(server.url(), 5)[-1], True)


def camera_that_was_never_there(program, seconds):
    with stillcamera.running() as camera:
        gone = uri(camera)
        camera.vanish()
        with serving(program, gone) as server:
            rig.check(is_no_signal_of(server.url()), "no signal is shown")
        with serving(program, gone, "--away=refuse") as server:
            rig.check("503" in refusal(server.url()), "503")
            camera.appear()
            deadline = time.monotonic() + 30
            while refusal(server.url()) and time.monotonic() < deadline:
                pass
            look(pictures(server.url(), 5)[-1], True)


def is_no_signal_of(url):
    process = start_ffmpeg(url, "tcp", "-frames:v", "1", "-s",
                           f"{WIDTH}x{HEIGHT}", "-f", "rawvideo", "-pix_fmt",
                           "rgb24", "-")
    out, err = process.communicate(timeout=60)
    rig.check(len(out) == FRAME, f"ffmpeg: {err.decode()}")
    return is_no_signal(out)


def refusal(url):
    """What ffmpeg says when it is refused; nothing, when it is not."""
    process = start_ffmpeg(url, "tcp", "-frames:v", "1", "-f", "null", "-")
    _, err = process.communicate(timeout=60)
    return err.decode() if process.returncode != 0 else ""


def ten_clients(program, seconds):
    number = int(20 * seconds)
    with stillcamera.running() as camera, \
            serving(program, uri(camera)) as server:
        clients = [start_ffmpeg(server.url(), "tcp" if i % 2 else "udp",
                                "-c", "copy", "-frames:v", str(number), "-f",
                                "null", "-") for i in range(10)]
        for client in clients:
            _, err = client.communicate(timeout=120)
            rig.check(client.returncode == 0, err.decode())
        rig.check(camera.connections == 1, f"{camera.connections} connections")


def client_that_does_not_read(program, seconds):
    """Noise, so that its connection is full soon: others do not wait."""
    noise = [os.urandom(FRAME) for _ in range(3)]
    with stillcamera.running(*noise) as camera, \
            serving(program, uri(camera), "-b", "40000") as server:
        stuck = start_ffmpeg(server.url(), "tcp", "-c", "copy", "-f", "null",
                             "-")
        server.wait_for("watches")
        stuck.send_signal(signal.SIGSTOP)
        started = time.monotonic()
        number = int(25 * seconds)
        seen = len(pictures(server.url(), number))
        taken = time.monotonic() - started
        rig.check(seen == number and taken < 10 * seconds,
                  f"{seen} frames in {taken} s")
        stuck.kill()
        stuck.communicate()


def as_jpeg(size):
    """The still picture, as a camera may encode it."""
    return subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "gbrp",
         "-s", f"{WIDTH}x{HEIGHT}", "-i", "-", "-vf", f"scale={size}",
         "-pix_fmt", "yuvj420p", "-q:v", "2", "-huffman", "default", "-f", "mjpeg",
         "-"],
        input=stillcamera.picture(order=(1, 2, 0)), stdout=subprocess.PIPE,
        check=True).stdout


def codec_of(url):
    return subprocess.run(
        ["ffprobe", "-loglevel", "error", "-rtsp_transport", "tcp",
         "-show_entries", "stream=codec_name,width", "-of", "csv=p=0", url],
        stdout=subprocess.PIPE, text=True, timeout=60, check=False).stdout


def jpeg(program, seconds):
    """Passed on as long as RTP can carry it, and nobody asks for boxes."""
    small = as_jpeg(f"{WIDTH}:{HEIGHT}")
    for image, arguments, codec in (
            (small, [], "mjpeg,640"),
            (small, ["--overlay=true", "-b", "6000"], "h264,640"),
            (as_jpeg("2048:1152"), [], "h264,2048")):
        with stillcamera.running(image, fps=10) as camera, \
                serving(program, uri(camera), *arguments) as server:
            found = codec_of(server.url())
            rig.check(codec in found, f"{found} for {codec}")
            if not codec.endswith("640"):
                continue
            look(pictures(server.url(), 10)[-1], "h264" in codec)


@contextlib.contextmanager
def h264_camera():
    """A pipeline that is a camera, and encodes."""
    with subprocess.Popen(
            ["gst-launch-1.0", "-m", "videotestsrc", "is-live=true",
             "pattern=blue", "!",
             f"video/x-raw,width={WIDTH},height={HEIGHT},framerate=30/1", "!",
             "x264enc", "tune=zerolatency", "key-int-max=15", "!", "h264parse",
             "config-interval=-1", "!", "video/x-h264,alignment=au", "!",
             "oaktcpsink", "port=0", "name=sink", "-v"],
            stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                found = re.search(r"current-port = (\d+)", line)
                if found and int(found.group(1)) > 0:
                    yield int(found.group(1))
                    break
        finally:
            process.kill()


def h264(program, seconds):
    """Passed on: a packet for each access unit, as it came."""
    with h264_camera() as port, \
            serving(program, f"oak://127.0.0.1:{port}") as server:
        rig.check("h264,640" in codec_of(server.url()), "h264")
        seen = pictures(server.url(), int(25 * seconds))
        rig.check(len(seen) == int(25 * seconds), f"{len(seen)} frames")
        rig.check(is_like(pixel(seen[-1], 40, 80), (0, 0, 255)), "blue")


def pushed(program, seconds):
    """From a mount on to another server, encoded as it is."""
    number = int(20 * seconds)
    with stillcamera.running() as camera, \
            serving(program, uri(camera)) as server, \
            subprocess.Popen([RECORD_SERVER], stdout=subprocess.PIPE,
                             text=True) as other:
        try:
            port = other.stdout.readline().split()[1]
            with subprocess.Popen(
                    ["gst-launch-1.0", "-q", "rtspsrc", "protocols=tcp",
                     f"location={server.url()}", "!", "rtph264depay", "!",
                     "h264parse", "!", "rtspclientsink",
                     f"location=rtsp://127.0.0.1:{port}/live"]) as pusher:
                try:
                    for line in other.stdout:
                        word, n, size = line.split()
                        rig.check(size == f"{WIDTH}x{HEIGHT}", line)
                        if int(n) >= number:
                            break
                    else:
                        rig.check(False, "the other server ended")
                finally:
                    pusher.kill()
        finally:
            other.kill()


def metadata(program, seconds):
    """A second media, received beside the first: what the camera has found."""
    with tempfile.TemporaryDirectory() as directory, \
            stillcamera.running() as camera, \
            serving(program, uri(camera), "--metadata") as server:
        found = pathlib.Path(directory) / "xml"
        done = subprocess.run(
            ["gst-launch-1.0", "-q", "rtspsrc", "name=s", "protocols=tcp",
             f"location={server.url()}",
             "s.", "!", "application/x-rtp,media=video", "!", "rtph264depay",
             "!", "identity", "eos-after=60", "!", "fakesink", "sync=false",
             "s.", "!", "application/x-rtp,media=application", "!",
             "oakonvifdepay", "!", "identity", "eos-after=60", "!", "filesink",
             f"location={found}"], timeout=60, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        rig.check(done.returncode == 0, done.stdout.decode())
        documents = [d for d in found.read_text("utf-8").split("<?xml")
                     if "<tt:Frame" in d]
        rig.check(len(documents) > 30, f"{len(documents)} documents")
        for document in documents:
            rig.check('left="-0.5000" top="0.5000" right="0.5000" '
                      'bottom="-0.5000"' in document, document)
            rig.check('<tt:Type Likelihood="0.8750">Human</tt:Type>'
                      in document, document)
        times = re.findall(r'UtcTime="([^"]*)Z"', "".join(documents))
        rig.check(times == sorted(set(times)), "times rise")
        rig.check(abs(time.time() - datetime.datetime.fromisoformat(
            times[-1] + "+00:00").timestamp()) < 30, times[-1])
        # Without the camera there is a second media as well.
        camera.vanish()
        rig.check(is_no_signal_of(server.url()), "no signal is shown")


def users_and_tls(program, seconds):
    with tempfile.TemporaryDirectory() as directory, \
            stillcamera.running() as camera:
        place = pathlib.Path(directory)
        key, certificate = place / "key.pem", place / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", key, "-out", certificate, "-days", "2", "-subj",
             "/CN=127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
        config = place / "site.conf"
        users = "[users]\nalice=open sesame\n"
        write_config(config, users, camera_group(camera, "front"))
        with serving(program, "--config", str(config)) as server:
            front = "/front"
            rig.check("401" in refusal(server.url(front)), "no password")
            rig.check("401" in refusal(server.url(front, "alice:wrong@")),
                      "a wrong one")
            rig.check("401" in refusal(server.url(front, "bob:open%20sesame@")),
                      "somebody else")
            look(pictures(server.url(front, "alice:open%20sesame@"), 5)[-1],
                 True)
        write_config(config, f"[server]\ncertificate={certificate}\n"
                     f"private-key={key}\n", users,
                     camera_group(camera, "front"))
        with serving(program, "--config", str(config)) as server:
            rig.check(server.scheme == "rtsps", server.scheme)
            look(pictures(server.url(front, "alice:open%20sesame@"), 5)[-1],
                 True)


def reload_leaves_others_alone(program, seconds):
    with tempfile.TemporaryDirectory() as directory, \
            stillcamera.running() as one, stillcamera.running() as other:
        config = pathlib.Path(directory) / "site.conf"
        write_config(config, camera_group(one, "one"))
        with serving(program, "--config", str(config)) as server:
            def until(n):
                if n == 10:
                    rig.check("404" in refusal(server.url("/two")), "404")
                    write_config(config, camera_group(one, "one"),
                                 camera_group(other, "two"))
                    server.process.send_signal(signal.SIGHUP)
                    server.wait_for("was read again")
                    look(pictures(server.url("/two"), 5)[-1], True)
                    write_config(config, "[camera one]\nuir=oak://x\n")
                    server.process.send_signal(signal.SIGHUP)
                    said = server.wait_for("All stays as it was: (.*)")
                    rig.check("uir" in said.group(1), said.group(1))
                    write_config(config, camera_group(one, "one"))
                    server.process.send_signal(signal.SIGHUP)
                    server.wait_for("was read again")
                    rig.check("404" in refusal(server.url("/two")), "404")
                return n == 60

            read_times(server.url("/one"), until)
        rig.check(one.connections == 1, f"{one.connections} connections")


def garbage(program, seconds):
    with stillcamera.running() as camera, \
            serving(program, uri(camera)) as server:
        for rubbish in (b"", b"\0" * 70000, b"GET / HTTP/1.1\r\n\r\n",
                        b"DESCRIBE rtsp://x/camera RTSP/1.0\r\nCSeq: -1\r\n"
                        b"Content-Length: 99999999999\r\n\r\n",
                        b"SETUP * RTSP/1.0\r\n\r\n", os.urandom(4096)):
            with socket.create_connection(("127.0.0.1", server.port)) as s:
                with contextlib.suppress(OSError):
                    s.sendall(rubbish)
                    s.shutdown(socket.SHUT_WR)
                    s.settimeout(10)
                    s.recv(1000)
        look(pictures(server.url(), 5)[-1], True)


def wrong_usage(program, seconds):
    for arguments, status, word in (
            ([], 64, "--config"), (["--frobnicate"], 64, "frobnicate"),
            (["oak://127.0.0.1", "--overlay=perhaps"], 78, "perhaps"),
            (["--config", "/nowhere"], 78, "/nowhere"),
            (["oak://127.0.0.1:0"], 69, "no camera"),
            (["--address=192.0.2.1", "oak://127.0.0.1"], 69, "192.0.2.1")):
        done = subprocess.run([program, "--port=0", *arguments],
                              stderr=subprocess.PIPE,
                              text=True, timeout=30, check=False)
        rig.check(done.returncode == status and word in done.stderr,
                  f"{arguments}: {done.returncode}: {done.stderr}")


ALL = [looked_at_by_ffmpeg, without_boxes, looked_at_by_rtspsrc,
       camera_that_comes_back, camera_that_was_never_there, ten_clients,
       client_that_does_not_read, jpeg, h264, metadata, pushed, users_and_tls,
       reload_leaves_others_alone, garbage, wrong_usage]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("--record-server")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("name", nargs="*")
    options = parser.parse_intermixed_args()
    for tool in ("ffmpeg", "ffprobe", "openssl"):
        if shutil.which(tool) is None:
            rig.skip(f"there is no {tool}")
    global RECORD_SERVER
    RECORD_SERVER = options.record_server
    for one in ALL:
        if options.name and one.__name__ not in options.name:
            continue
        if one is pushed and RECORD_SERVER is None:
            continue
        started = time.monotonic()
        one(options.server, options.seconds)
        print(f"{one.__name__}: {time.monotonic() - started:.1f} s",
              flush=True)


if __name__ == "__main__":
    rig.limit(600)
    main()
