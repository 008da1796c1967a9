#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every block of commands in README.md and docs, as it stands but for what
stands_for() names: a simulated camera for the real one, no window, free ports.

    commands.py SOURCE_ROOT BUILD_ROOT [PAGE ...]

A block that cannot be run here says so in an HTML comment in front of it, and
so does one that is to be run otherwise:

    <!-- not run: why -->            nothing can be done about it
    <!-- hardware: which -->         it needs this
    <!-- run by: a/test.py -->       another test runs it, or the like of it
    <!-- file: name -->              it is a file that others of the page use
    <!-- together -->                a terminal each, at once, till the last ends
    <!-- until: words … more -->     it is stopped when it has said these, the
    <!-- together until: words -->   former in an earlier line than the latter

Commands are indented, or fenced as sh, and begin with one of PROGRAMS. What is
fenced as python is run as well; as text, caps or xml, it is for readers alone.
All else has one of these marks. A block that is neither run nor marked fails.
"""

import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pages
import terminals
from terminals import Failure, LeftOut

PICTURES = 8

MARKS = {"", "not run", "hardware", "run by", "file", "together", "until",
         "together until"}
UNREAD = {"text", "caps", "xml"}
COMMANDS = {"commands", "sh"}

# What may be run on whatever machine this is.
PROGRAMS = {
    "./pull", "b/tests/examples/oakprint", "cc", "ffmpeg", "ffplay", "ffprobe",
    "gst-inspect-1.0", "gst-launch-1.0", "gst-play-1.0", "motion",
    "oak-rtsp-server", "openssl", "python3",
}

WRITES = re.compile(r"\b(?:filesink|splitmuxsink|hlssink2)\b")
CALLED = re.compile(r"\bmode=server\b|oak\+listen:")

# Behind an element's name: it is one in a pipeline, on this line or further on.
SOURCE = r"\b(?=[^!\n]*(?:\\\n[^!\n]*)*!)"

CAMERA = ("videotestsrc is-live=true ! "
          "video/x-raw,width=640,height=352,framerate=30/1 ! videoconvert")
FOUND = "0;87.5;0.1;0.1;0.5;0.9"


class Ports:
    """Those of the pages, and free ones that stand for them."""

    def __init__(self):
        self.free = {}

    def __getitem__(self, number):
        if number not in self.free:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                self.free[number] = str(listener.getsockname()[1])
        return self.free[number]


def stands_for(camera, ports):
    """What of a block is replaced, by what, in this order."""
    sink = f"fakesink num-buffers={PICTURES}"
    here = ports["5000"]
    return [
        # The camera of the pages.
        (r"\bhost=10\.12\.101\.18\d", f"host=127.0.0.1 port={camera}"),
        (r"\boak://10\.12\.101\.18\d(?::\d+)?", f"oak://127.0.0.1:{camera}"),
        # A camera that is a part of the block, or calls.
        (r"\boak://127\.0\.0\.1(?::5000)?(?!:?\d)", f"oak://127.0.0.1:{here}"),
        (r"\bhost=10\.12\.101\.1\b", f"host=127.0.0.1 port={here}"),
        (r"\boaktcpsink(?= |$)(?! (?:port|mode)=)",
         f"oaktcpsink port={here}"),
        (r"\boaktcpsink port=\d+", f"oaktcpsink port={here}"),
        (rf"\boaktcpsrc{SOURCE}(?![^!]*\b(?:host|uri|name)=)",
         f"oaktcpsrc port={here}"),
        (r"\boak\+listen://0\.0\.0\.0:5000", f"oak+listen://127.0.0.1:{here}"),
        (r"\b10\.12\.101\.0/24", "127.0.0.0/8"),
        # Pictures enough, and nowhere to show them.
        (rf"\boaktcpsrc{SOURCE}", f"oaktcpsrc num-buffers={PICTURES}"),
        (r"\bnum-buffers=300\b", f"num-buffers={PICTURES}"),
        (r"\bautovideosink\b", sink),
        (r"\bplaybin3\b(?=.*uri=)", f'playbin3 video-sink="{sink}"'),
        (r"\bgst-play-1\.0\b", f'gst-play-1.0 --videosink="{sink}"'),
        (r"\bffplay (\S+)", rf"ffmpeg -v error -i \1 -frames:v {PICTURES} "
                            "-f null -"),
        # RTSP, where nobody else serves.
        (r"\boak-rtsp-server(?=(?: --metadata)? oak)",
         f"oak-rtsp-server --port {ports['8554']}"),
        (r"\b8554\b", ports["8554"]),
        (r"\b8080\b", ports["8080"]),
        (r"\b(address=|://)0\.0\.0\.0", r"\g<1>127.0.0.1"),
        (r"/etc/oak-rtsp-server/", ""),
        (r"^python3\b", shlex.quote(sys.executable)),
    ]


@dataclasses.dataclass
class Page:
    """A page whose blocks are run, in order, in a directory of its own."""
    root: pathlib.Path
    blocks: list
    directory: pathlib.Path
    camera: str                 # port of the simulated one
    ports: Ports = dataclasses.field(default_factory=Ports)

    def replace(self, text):
        for pattern, replacement in stands_for(self.camera, self.ports):
            text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
        return text


def take_port():
    return Ports()["any"]


@contextlib.contextmanager
def simulated_camera(arguments, directory):
    process = terminals.start(
        f"exec gst-launch-1.0 -q {CAMERA} ! oaktcpsink "
        f"detections='{FOUND}' {arguments}", directory)
    try:
        yield
    finally:
        terminals.stop(process, signal.SIGKILL)
        process.wait()


def list_files(directory):
    return {path: path.stat().st_mtime_ns
            for path in directory.glob("*") if path.is_file()}


def has_written(directory, before):
    made = [path for path, when in list_files(directory).items()
            if before.get(path) != when]
    if not made or not all(path.stat().st_size for path in made):
        raise Failure(f"has written {[path.name for path in made]}")


def know_programs(block):
    for command in terminals.split_commands(block.text):
        program = shlex.split(command, comments=True)[0]
        if program not in PROGRAMS:
            raise Failure(f"has no mark, and '{program}' is not in PROGRAMS")


def write_script(block, page):
    """What sh is to run."""
    text = page.replace(block.text)
    if block.language in COMMANDS:
        know_programs(block)
        if not block.mark:
            text = re.sub(r"\bvideotestsrc\b",
                          f"videotestsrc num-buffers={PICTURES}", text)
        return text
    if block.language != "python":
        raise Failure(f"is of {block.language}, and has no mark")
    (page.directory / "program.py").write_text(text, encoding="utf-8")
    return f"{shlex.quote(sys.executable)} program.py"


def run_block(block, page):
    script = write_script(block, page)
    before = list_files(page.directory)
    with contextlib.ExitStack() as stack:
        if CALLED.search(block.text):
            stack.enter_context(simulated_camera(
                f"mode=client port={page.ports['5000']}", page.directory))
        if block.mark.startswith("together"):
            terminals.run_together(script, page.directory, block.words,
                                   page.ports["8554"])
        elif block.mark == "until":
            terminals.run_until(script, page.directory, block.words)
        else:
            terminals.run_script(script, page.directory)
    if WRITES.search(block.text):
        has_written(page.directory, before)


def look_at(block, page):
    """What became of a block, in a word or some."""
    if block.mark not in MARKS:
        raise Failure(f"nobody knows the mark '{block.mark}'")
    if block.mark in ("not run", "hardware"):
        if not block.why:
            raise Failure("the mark does not say why")
        return f"{block.mark}: {block.why}"
    if block.mark == "run by":
        if not (page.root / block.why).is_file():
            raise Failure(f"there is no {block.why}")
        return f"run by {block.why}"
    if block.mark == "file":
        if not any(block.why in other.text for other in page.blocks):
            raise Failure(f"no block uses {block.why}")
        return f"is {block.why}"
    if block.language in UNREAD:
        return "to be read"
    run_block(block, page)
    return "ran"


def look_through(path, root, build, camera, film):
    """What became of each block of a page, in order."""
    results = []
    with tempfile.TemporaryDirectory() as name:
        page = Page(root, list(pages.read_blocks(root, path)),
                    pathlib.Path(name), camera)
        (page.directory / "b").symlink_to(build)
        if film.exists():
            shutil.copy(film, page.directory)
        for block in page.blocks:
            if block.mark == "file":
                (page.directory / block.why).write_text(
                    page.replace(block.text), encoding="utf-8")
        for block in page.blocks:
            began = time.monotonic()
            try:
                what = look_at(block, page)
            except (Failure, LeftOut) as error:
                what = error
            results.append((block, what, time.monotonic() - began))
    return results


def make_film(path):
    """What somebody may have who wants to simulate a camera."""
    subprocess.run(
        ["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=15", "!",
         "video/x-raw,width=320,height=176,framerate=30/1", "!", "x264enc",
         "!", "mp4mux", "!", "filesink", f"location={path}"],
        stderr=subprocess.DEVNULL, check=False)


def report(results):
    counts = {"ran": 0, "marked": 0, "left out": 0, "failed": 0}
    for block, what, seconds in results:
        if isinstance(what, Failure):
            counts["failed"] += 1
            print(f"FAILED: {block.place}: {what}\n{block.text}")
        elif isinstance(what, LeftOut):
            counts["left out"] += 1
            print(f"{block.place}: left out, {what}")
        else:
            counts["ran" if what == "ran" else "marked"] += 1
            print(f"{block.place}: {what} ({seconds:.1f} s)")
    print(", ".join(f"{number} {what}" for what, number in counts.items()))
    return 1 if counts["failed"] or not counts["ran"] else 0


def main(root, build, *wanted):
    root, build = pathlib.Path(root).resolve(), pathlib.Path(build).resolve()
    os.environ["PATH"] = os.pathsep.join(
        [str(build / "ext/rtsp"), str(build / "tests/examples"),
         os.environ["PATH"]])
    os.environ.update(LC_ALL="C.UTF-8", PYTHONUNBUFFERED="1")
    found = [p for p in pages.find_pages(root)
             if not wanted or p.relative_to(root).as_posix() in wanted]
    camera = take_port()
    with tempfile.TemporaryDirectory() as name:
        film = pathlib.Path(name) / "film.mp4"
        make_film(film)
        with simulated_camera(f"port={camera} max-clients=64", name), \
                concurrent.futures.ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(look_through, page, root, build, camera,
                                   film) for page in found]
            return report([r for f in futures for r in f.result()])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
