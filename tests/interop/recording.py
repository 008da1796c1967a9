#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pipelines of docs/recording.md, as they stand there, record a camera that
goes away twice: every file plays, and has the pictures that it should."""

import contextlib
import os
import pathlib
import re
import shlex
import tempfile

import boxcamera
import encoder
import film
import pipeline
import rig

CONNECTIONS = (40, 35, 40)      # pictures
SENT = sum(CONNECTIONS)
NEEDED = ("splitmuxsink", "hlssink2", "x264enc", "h264parse", "mp4mux",
          "mpegtsmux", "oaktcpsrc")

MINUTE, SECOND = "max-size-time=60000000000", "max-size-time=1000000000"
SHORT = ("target-duration=4", "target-duration=1")
WINDOW = ("autovideosink", "fakesink sync=true")
EXTINF = re.compile(r"^#EXTINF:([0-9.]+),\n(\S+)$", re.MULTILINE)

# What it is called, the words that tell the command, what the camera sends,
# what is replaced to be over sooner.
SEGMENTS = (
    ("raw", "location=raw-", None, [(MINUTE, SECOND)]),
    ("coded", "location=coded-%05d", "h264", [(MINUTE, SECOND)]),
    ("watched", "location=watched-", None, [(MINUTE, SECOND), WINDOW]),
)
PLAYLISTS = (
    ("raw-hls", "x264enc tune=zerolatency key-int-max=60 ! h264parse ! \\\n"
     "        hlssink2", None, [SHORT]),
    ("coded-hls", "h264parse config-interval=-1 ! \\\n        hlssink2", "h264",
     [SHORT]),
)


class Take(pipeline.Pipeline):
    """One of the page's pipelines, and the camera that it records; its files
    are in a directory of their own."""

    def __init__(self, name, words, camera, replaced, directory):
        self.name = name
        self.camera = camera
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        text = film.replace(
            film.command(words), ("gst-launch-1.0 -e oaktcpsrc",
                                 "oaktcpsrc name=source"),
            (film.HOST, f"host=127.0.0.1 port={camera.port}"), *replaced)
        super().__init__(" ".join(
            self.place(part) for part in shlex.split(text.replace("\\\n", ""))))

    def place(self, part):
        """As if it ran in its directory."""
        if part == "hlssink2":
            return (f"hlssink2 location={self.directory}/segment%05d.ts "
                    f"playlist-location={self.directory}/playlist.m3u8")
        return part.replace("location=", f"location={self.directory}/")

    def count(self):
        """What was recorded, and what is said to be missing."""
        stats = self.stats()
        return self.frames, stats["dropped"] + stats["delta-frames-dropped"] + \
            stats["discarded"] + stats["unusable"]

    def record(self):
        """To the last picture that is sent."""
        end = pipeline.Gst.util_get_timestamp() \
            + pipeline.LIMIT * pipeline.Gst.SECOND
        while sum(self.count()) < SENT:
            self.run(0.1)
            rig.check(pipeline.Gst.util_get_timestamp() < end,
                      f"{self.name}: all pictures come: {self.stats()}, "
                      f"{self.camera.failure}")
        self.end()
        self.check_times()
        rig.check(self.stats()["connections"] == len(CONNECTIONS),
                  f"{self.name}: {self.stats()}")

    def check_pictures(self, found):
        recorded, missing = self.count()
        film.check_order(found, self.name)
        rig.check(len(found) == recorded and recorded + missing == SENT,
                  f"{self.name}: {len(found)} pictures play, {recorded} were "
                  f"recorded, {missing} are counted as missing, {SENT} were "
                  f"sent: {found}")

    def check_segments(self):
        """Each plays by itself, and begins after the one before it."""
        opened, closed = (
            {pathlib.Path(told["location"]).name: told["running-time"]
             for told in self.told[f"splitmuxsink-fragment-{what}"]}
            for what in ("opened", "closed"))
        paths = sorted(self.directory.glob("*.mp4"))
        rig.check([p.name for p in paths] == list(opened) == list(closed),
                  f"{self.name}: files {paths}, {opened}, {closed}")
        found, last = [], -1
        for path in paths:
            shown = [opened[path.name] / 1e9 + t for t in film.times(path)]
            rig.check(shown[0] > last, f"{path} goes on")
            seen = film.numbers(path)
            rig.check(len(seen) == len(shown), f"{path} has its pictures")
            found += seen
            last = shown[-1]
        rig.check(len(paths) >= 3, f"{self.name}: there are segments: {paths}")
        self.check_pictures(found)
        print(f"{self.name}: {len(found)} of {SENT} pictures in {len(paths)} "
              "files")

    def check_playlist(self):
        """All that was written plays, and the playlist is the end of it."""
        paths = sorted(self.directory.glob("*.ts"))
        each = {path.name: film.numbers(path) for path in paths}
        self.check_pictures(sum(each.values(), []))
        playlist = self.directory / "playlist.m3u8"
        text = playlist.read_text(encoding="utf-8")
        entries = EXTINF.findall(text)
        names = [name for _, name in entries]
        rig.check(names == list(each)[-5:] and "#EXT-X-ENDLIST" in text,
                  f"{list(each)}, {text}")
        rig.check(film.numbers(playlist) == sum(map(each.get, names), []),
                  "the playlist plays as its segments do")
        shown = film.times(playlist)
        told = sum(float(seconds) for seconds, _ in entries)
        rig.check(abs(shown[-1] - shown[0] - told) < 0.1,
                  f"{told} s in the playlist, {shown[0]} to {shown[-1]}")
        print(f"{self.name}: {sum(map(len, each.values()))} of {SENT} pictures "
              f"in {len(paths)} segments")


def main():
    film.need_ffmpeg()
    pipeline.need(*NEEDED)
    why = encoder.lacking("h264")
    if why:
        rig.skip(why)

    overlay = pipeline.Gst.ElementFactory.find("oakoverlay") is not None
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        takes = []
        for name, words, kind, replaced in SEGMENTS + PLAYLISTS:
            if WINDOW in replaced and not overlay:
                replaced = [*replaced, ("oakoverlay ! ", "")]
            camera = stack.enter_context(
                boxcamera.BoxCamera(CONNECTIONS, kind))
            takes.append(stack.enter_context(Take(
                name, words, camera, replaced, os.path.join(directory, name))))
        for take in takes:
            take.record()
        for take in takes[:len(SEGMENTS)]:
            take.check_segments()
        for take in takes[len(SEGMENTS):]:
            take.check_playlist()


if __name__ == "__main__":
    rig.limit(110)
    main()
