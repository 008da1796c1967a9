# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs what a page wants to be typed, in one terminal or several, till it ends or
has said what it is to say; and judges how it ended."""

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import time

LIMIT = 25 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", "1"))

# A machine may lack these; then the block is left out.
OPTIONAL = {
    "ffmpeg", "ffplay", "gst-play-1.0", "oak-rtsp-server", "openssl",
    "avdec_h264", "h264parse", "hlssink2", "jpegenc", "mp4mux", "oakoverlay",
    "openh264enc", "playbin3", "rtspclientsink", "splitmuxsink", "x264enc",
    "cv2", "ffprobe", "gi", "gstreamer-app-1.0", "motion", "numpy",
    "GstApp", "GstVideo",
}
ABSENT = re.compile(
    r'no element "(\w+)"|No module named \'(\w+)\'|'
    r"(?:^|: )([\w.-]+): (?:command )?not found|"
    r"Namespace (\w+) not available|Package (\S+) was not found", re.MULTILINE)

# These tell what they have seen.
SPEAKS = re.compile(r"^(?:\./|ffprobe|\S*python\S* \w+\.py)", re.MULTILINE)


class Failure(Exception):
    pass


class LeftOut(Exception):
    pass


def start(script, directory, **more):
    """In a process group of its own, so that all of it can be stopped."""
    return subprocess.Popen(
        ["sh", "-e", "-c", script], cwd=directory, stdin=subprocess.DEVNULL,
        start_new_session=True, **more)


def stop(process, number=signal.SIGINT):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def judge(status, said, stopped=False):
    """Ended well, or by the signal that it was sent."""
    fine = {0} | ({-signal.SIGINT, 128 + signal.SIGINT} if stopped else set())
    # gst-play ends with 0 whatever happens.
    if status in fine and not re.search("^ERROR", said, re.MULTILINE):
        return
    for names in ABSENT.findall(said):
        absent = "".join(names)
        if absent in OPTIONAL:
            raise LeftOut(f"there is no {absent}")
    raise Failure(f"ended with {status}\n{said}")


def wait_for_listener(port, process):
    """Till somebody listens, or the process that was to do so has ended."""
    limit = time.monotonic() + LIMIT
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", int(port)), 1).close()
            return
        except OSError:
            if time.monotonic() > limit:
                raise Failure(f"nobody listens on {port}") from None
            time.sleep(0.05)


def run_script(script, directory):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = start(script, directory, stdout=log, stderr=log)
        try:
            status = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            status = f"nothing within {LIMIT} s"
        finally:
            stop(process, signal.SIGKILL)
            process.wait()
        log.seek(0)
        said = log.read()
        judge(status, said)
        if SPEAKS.search(script) and not said:
            raise Failure("said nothing")


def run_until(script, directory, words):
    process = start(script, directory, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, text=True)
    watch = threading.Timer(LIMIT, stop, (process, signal.SIGKILL))
    watch.start()
    said = ""
    try:
        for line in process.stdout:
            said += line
            if words[0] in line:
                words = words[1:]
            if not words:
                break
        else:
            judge(process.wait() or f"never '{words[0]}'", said)
        stop(process)
        said += process.stdout.read()
        judge(process.wait(), said, stopped=True)
    finally:
        watch.cancel()
        stop(process, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def split_commands(script):
    """One a line, but for those that go on: behind a backslash, in quotes."""
    command = ""
    for line in script.splitlines(keepends=True):
        command += line
        with contextlib.suppress(ValueError):
            if not line.endswith("\\\n") and shlex.split(command):
                yield command
                command = ""


def judge_others(started, stopping):
    for process, log in started:
        running = process.poll() is None
        if running and not stopping:
            continue
        stop(process)
        status = process.wait(LIMIT)
        log.seek(0)
        judge(status, log.read(), stopped=running)


def run_together(script, directory, words, rtsp_port):
    """A command a terminal, begun in their order; the last one ends them, or
    is stopped behind @words, if there are any."""
    *others, last = split_commands(script)
    with contextlib.ExitStack() as stack:
        started = []
        for command in others:
            log = stack.enter_context(
                tempfile.TemporaryFile("w+", encoding="utf-8"))
            process = start(command, directory, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(stop, process, signal.SIGKILL)
            started.append((process, log))
            if "oak-rtsp-server" in command:
                wait_for_listener(rtsp_port, process)
        judge_others(started, stopping=False)
        if words:
            run_until(last, directory, words)
        else:
            run_script(last, directory)
        judge_others(started, stopping=True)
