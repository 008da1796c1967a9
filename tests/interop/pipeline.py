# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pipeline with an oaktcpsrc in this process: what it says, what PTS it puts
out, and whether the files it leaves can be played.

It needs GStreamer's bindings for Python, and skips where they are not."""

import pathlib
import threading

import rig

try:
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
except (ImportError, ValueError) as why:
    rig.skip(f"no bindings of GStreamer for this Python: {why}")

Gst.init(None)

LIMIT = 60                      # s, for anything that must happen


def need(*elements):
    for element in elements:
        if Gst.ElementFactory.find(element) is None:
            rig.skip(f"no element {element}")


def structure_values(structure):
    names = map(structure.nth_field_name, range(structure.n_fields()))
    return {name: structure.get_value(name) for name in names}


class Pipeline:
    """Plays in a `with`; an ERROR, or an EOS that nobody asked for, fails the
    test at the next wait. The source must be named `source`."""

    def __init__(self, description):
        self.pipeline = Gst.parse_launch(description)
        self.source = self.pipeline.get_by_name("source")
        self.bus = self.pipeline.get_bus()
        self.told = {}          # element messages by name, in their order
        self.warnings = []
        self.ending = False
        self.lock = threading.Lock()
        # Under the lock, as the streaming thread counts.
        self.frames = 0
        self.wanted = None
        self.last = -1          # PTS
        self.steps_back = 0
        self.source.get_static_pad("src").add_probe(
            Gst.PadProbeType.BUFFER, self._count)
        self.recorded = 0       # pictures that came to an encoder
        recorder = self.pipeline.get_by_name("encoder")
        if recorder is not None:
            recorder.get_static_pad("sink").add_probe(
                Gst.PadProbeType.BUFFER, self._count_recorded)

    def __enter__(self):
        self.play()
        return self

    def __exit__(self, *_):
        self.pipeline.set_state(Gst.State.NULL)

    def play(self):
        rig.check(self.pipeline.set_state(Gst.State.PLAYING)
                  != Gst.StateChangeReturn.FAILURE, "the pipeline plays")

    def pause(self):
        self.pipeline.set_state(Gst.State.PAUSED)
        result, state, _ = self.pipeline.get_state(LIMIT * Gst.SECOND)
        rig.check(result != Gst.StateChangeReturn.FAILURE
                  and state == Gst.State.PAUSED, f"it pauses: {result}")

    def _count(self, _, probed):
        pts = probed.get_buffer().pts
        with self.lock:
            self.frames += 1
            self.steps_back += pts < self.last
            self.last = pts
            enough = self.wanted is not None and self.frames >= self.wanted
            if enough:
                self.wanted = None
        if enough:
            self.bus.post(Gst.Message.new_application(
                self.source, Gst.Structure.new_empty("enough-frames")))
        return Gst.PadProbeReturn.OK

    def _count_recorded(self, *_):
        self.recorded += 1
        return Gst.PadProbeReturn.OK

    def _note(self, message):
        if message.type == Gst.MessageType.ERROR:
            error, debug = message.parse_error()
            rig.check(False, f"an ERROR: {error.message} ({debug})")
        elif message.type == Gst.MessageType.EOS:
            rig.check(self.ending, "EOS is for the end")
        elif message.type == Gst.MessageType.WARNING:
            self.warnings.append(message.parse_warning()[0].message)
        elif message.type == Gst.MessageType.LATENCY:
            self.pipeline.recalculate_latency()
        elif message.type == Gst.MessageType.ELEMENT:
            structure = message.get_structure()
            self.told.setdefault(structure.get_name(), []).append(
                structure_values(structure))

    def run(self, seconds, done=lambda message: False):
        """Lets it play until a message is the one, or the time is over; says
        which."""
        end = Gst.util_get_timestamp() + round(seconds * Gst.SECOND)
        while True:
            left = end - Gst.util_get_timestamp()
            message = self.bus.timed_pop(left) if left > 0 else None
            if message is None:
                return False
            self._note(message)
            if done(message):
                return True

    def wait_for(self, done, what, limit=LIMIT):
        if not self.run(limit, done):
            rig.check(False, f"{what} within {limit} s; {self.state()}, "
                      f"warnings: {self.warnings}, {self.stats()}")

    def wait_for_message(self, name, limit=LIMIT):
        """The fields of the next element message of this name."""
        self.wait_for(lambda m: m.type == Gst.MessageType.ELEMENT
                      and m.get_structure().get_name() == name, name, limit)
        return self.told[name][-1]

    def wait_for_frames(self, number, limit=LIMIT):
        """For so many that had not come when this was called."""
        with self.lock:
            self.wanted = self.frames + number
        self.wait_for(lambda m: m.type == Gst.MessageType.APPLICATION,
                      f"{number} frames more", limit)

    def end(self):
        """As a recording is to end."""
        self.ending = True
        self.pipeline.send_event(Gst.Event.new_eos())
        self.wait_for(lambda m: m.type == Gst.MessageType.EOS, "EOS")

    def state(self):
        return self.source.get_property("connection-state").value_nick

    def stats(self):
        return structure_values(self.source.get_property("stats"))

    def check_times(self):
        rig.check(self.steps_back == 0,
                  f"PTS goes back {self.steps_back} times")


def decode(source):
    """How many pictures; none may be before the one before it."""
    player = Gst.parse_launch(
        f"{source} ! decodebin ! fakesink name=sink sync=false")
    times = []

    def note(_, probed):
        times.append(probed.get_buffer().pts)
        return Gst.PadProbeReturn.OK

    player.get_by_name("sink").get_static_pad("sink").add_probe(
        Gst.PadProbeType.BUFFER, note)
    player.set_state(Gst.State.PLAYING)
    message = player.get_bus().timed_pop_filtered(
        LIMIT * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    player.set_state(Gst.State.NULL)
    rig.check(message is not None, f"{source} plays to its end in time")
    if message.type == Gst.MessageType.ERROR:
        rig.check(False, f"{source} plays to its end: {message.parse_error()}")
    rig.check(times == sorted(times), f"PTS go on in {source}")
    return len(times)


# Each file can be played alone: it begins with a keyframe.
RECORD = ("x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 "
          "name=encoder ! h264parse ! splitmuxsink max-size-time=2000000000 "
          "location={directory}/%03d.mp4")
RECORD_NEEDS = ("x264enc", "h264parse", "splitmuxsink", "mp4mux", "qtdemux",
                "avdec_h264")


def check_recording(directory):
    """That each file plays, and all of them as one; how many, and pictures."""
    paths = sorted(pathlib.Path(directory).glob("*.mp4"))
    rig.check(paths, "there are files")
    pictures = [decode(f"filesrc location={path}") for path in paths]
    rig.check(min(pictures) > 0, f"no file is empty: {pictures}")
    together = decode(f"splitmuxsrc location={directory}/*.mp4")
    rig.check(together == sum(pictures),
              f"{together} pictures as one, {sum(pictures)} one by one")
    return len(paths), together
