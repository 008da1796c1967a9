# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs in the camera, as the text of a Script node: sends each picture with its
# detections to whoever connects, one client at a time. The node gives it the
# global `node`; docs/protocol.md says what goes over the wire.
#
# Nothing here may need more than the Script node on LEON_CSS has, nor a Python
# newer than 3.6.

import math
import socket
import struct
import time

PORT = 5000
FRAMES = "frame_in"          # the network's passthrough: ImgFrame
DETECTIONS = "detection_in"  # the network's output: ImgDetections

SEND_TIMEOUT = 10            # s for one picture; whoever is slower is gone
KEEPALIVE = (10, 5, 3)       # s of silence, s between probes, probes
PAIR_TRIES = 32              # messages, before sequence numbers are given up

HEADER_SIZE = 32             # bytes
TEXT_MAX = 1024 * 1024       # bytes of detections for one picture


def write_header(seconds, image_size, text_size):
    """The 32 bytes before a frame. ValueError if the fields need more."""
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError("timestamp %r" % seconds)

    # A clock finer than a microsecond prints digits that can be spared.
    short = ("%.6f" % seconds).rstrip("0").rstrip(".")
    for timestamp in (repr(seconds), short):
        header = "IMG %s %d %d" % (timestamp, image_size, text_size)
        # A pad tells the reader that no digit is missing at the end.
        if len(header) < HEADER_SIZE:
            break
    if len(header) > HEADER_SIZE:
        raise ValueError("header longer than %d: %s" % (HEADER_SIZE, header))
    return header.ljust(HEADER_SIZE).encode("ascii")


def write_detections(detections):
    """The text of those that are numbers, as many as the limit allows."""
    texts = []
    size = -1
    for det in detections:
        numbers = (det.confidence * 100, det.xmin, det.ymin, det.xmax, det.ymax)
        if det.label < 0 or not all(math.isfinite(n) for n in numbers):
            continue
        text = "%d;%.1f;%.4f;%.4f;%.4f;%.4f" % ((det.label,) + numbers)
        size += 1 + len(text)
        if size > TEXT_MAX:
            break
        texts.append(text)
    return "|".join(texts).encode("ascii")


def take_frame():
    return node.io[FRAMES].get()


def take_detections():
    return node.io[DETECTIONS].get()


def drop_queued():
    """What waited for a client is old by now."""
    for name in (FRAMES, DETECTIONS):
        for _ in range(PAIR_TRIES):
            if node.io[name].tryGet() is None:
                break


def lead(frame, found):
    """How many frames the picture is ahead of the detections, if known."""
    if hasattr(frame, "getSequenceNum") and hasattr(found, "getSequenceNum"):
        return frame.getSequenceNum() - found.getSequenceNum()
    return 0


def take_pair(numbered):
    """The next picture and what was found in it. Waits for both.

    Each input drops what it has no room for, so the two may get out of step:
    the older one then gives way, never the newer one, until they meet.
    """
    frame = take_frame()
    found = take_detections()
    if not numbered:
        return frame, found, False

    for _ in range(PAIR_TRIES):
        ahead = lead(frame, found)
        if ahead == 0:
            return frame, found, True
        if ahead > 0:
            found = take_detections()
        else:
            frame = take_frame()

    node.warn("pictures and detections are not numbered alike: "
              "sending them as they come")
    return frame, found, False


def serve(conn):
    """Sends frames until the client is gone, which is an OSError."""
    complained = False
    numbered = True

    drop_queued()
    while True:
        frame, found, numbered = take_pair(numbered)
        try:
            image = frame.getData()
            text = write_detections(found.detections)
            header = write_header(frame.getTimestamp().total_seconds(),
                                  len(image), len(text))
        except Exception as error:
            if not complained:
                node.error("frame left out (said once): %s" % error)
            complained = True
            continue

        # In one piece: a client that reads without a loop gets all of it.
        conn.sendall(header + text)
        conn.sendall(image)


def set_option(conn, level, name, value):
    """The camera's network stack need not know each of them."""
    try:
        conn.setsockopt(level, getattr(socket, name), value)
    except (AttributeError, OSError):
        pass


def prepare(conn):
    conn.settimeout(SEND_TIMEOUT)
    set_option(conn, socket.IPPROTO_TCP, "TCP_NODELAY", 1)
    set_option(conn, socket.SOL_SOCKET, "SO_KEEPALIVE", 1)
    for name, value in zip(("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"),
                           KEEPALIVE):
        set_option(conn, socket.IPPROTO_TCP, name, value)


def wait_for_client(server):
    while True:
        try:
            return server.accept()
        except OSError as error:
            node.warn("no client could be accepted: %s" % error)
            time.sleep(1)


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    set_option(server, socket.SOL_SOCKET, "SO_REUSEADDR", 1)
    server.bind(("0.0.0.0", PORT))
    server.listen(1)
    node.warn("waiting for clients on port %d" % PORT)

    while True:
        conn, client = wait_for_client(server)
        try:
            node.warn("client %s:%d connected" % client[:2])
            prepare(conn)
            serve(conn)
        except Exception as error:
            node.warn("client %s:%d gone: %s" % (client[:2] + (error,)))
            # Else the rest of a frame nobody fetches stays in memory for long.
            set_option(conn, socket.SOL_SOCKET, "SO_LINGER",
                       struct.pack("ii", 1, 0))
        finally:
            conn.close()
finally:
    server.close()
