# SPDX-License-Identifier: LGPL-2.1-or-later
"""As much of GStreamer as a test needs to turn the knobs of an element that
runs. Through ctypes: the bindings for Python are one more thing to install."""

import ctypes
import threading
from ctypes import POINTER, c_char_p, c_int, c_uint, c_void_p

import rig

PLAYING, NULL = 4, 1
FAILURE = 0

Handoff = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_void_p)


def load():
    try:
        gst = ctypes.CDLL("libgstreamer-1.0.so.0")
        gobject = ctypes.CDLL("libgobject-2.0.so.0")
    except OSError as error:
        rig.skip(f"GStreamer's libraries cannot be loaded: {error}")
    for function, result, *arguments in (
            (gst.gst_init, None, c_void_p, c_void_p),
            (gst.gst_parse_launch, c_void_p, c_char_p, c_void_p),
            (gst.gst_bin_get_by_name, c_void_p, c_void_p, c_char_p),
            (gst.gst_element_set_state, c_int, c_void_p, c_int),
            (gst.gst_util_set_object_arg, None, c_void_p, c_char_p, c_char_p),
            (gst.gst_object_unref, None, c_void_p),
            (gobject.g_object_get, None, c_void_p, c_char_p, POINTER(c_uint),
             c_void_p),
            (gobject.g_signal_connect_data, ctypes.c_ulong, c_void_p, c_char_p,
             Handoff, c_void_p, c_void_p, c_int)):
        function.restype = result
        function.argtypes = arguments
    gst.gst_init(None, None)
    return gst, gobject


class Player:
    """A playing pipeline of `oaktcpsrc PROPERTIES ! fakesink`."""

    def __init__(self, properties):
        self.gst, self.gobject = load()
        self.pipeline = self.gst.gst_parse_launch(
            f"oaktcpsrc name=source {properties} ! "
            "fakesink name=sink sync=false signal-handoffs=true".encode(), None)
        rig.check(self.pipeline, "the pipeline can be made")
        self.source, self.sink = (
            self.gst.gst_bin_get_by_name(self.pipeline, name)
            for name in (b"source", b"sink"))
        rig.check(self.source and self.sink, "both elements are there")
        self.arrived = threading.Semaphore(0)
        # As long as it may be called, somebody has to hold it.
        self.on_handoff = Handoff(lambda *_: self.arrived.release())
        self.gobject.g_signal_connect_data(
            self.sink, b"handoff", self.on_handoff, None, None, 0)

    def __enter__(self):
        rig.check(self.gst.gst_element_set_state(self.pipeline, PLAYING)
                  != FAILURE, "the pipeline plays")
        return self

    def __exit__(self, *_):
        self.gst.gst_element_set_state(self.pipeline, NULL)
        for thing in (self.sink, self.source, self.pipeline):
            self.gst.gst_object_unref(thing)

    def set(self, name, value):
        """@value: as gst-launch-1.0 would take it."""
        self.gst.gst_util_set_object_arg(self.source, name.encode(),
                                         str(value).encode())

    def get(self, name):
        """A property that is a uint."""
        value = c_uint()
        self.gobject.g_object_get(self.source, name.encode(),
                                  ctypes.byref(value), None)
        return value.value

    def wait_for_frame(self):
        """For one that had not come before this was called."""
        while self.arrived.acquire(blocking=False):
            pass
        self.arrived.acquire()
