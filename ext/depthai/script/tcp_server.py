# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs in the camera, as the text of a Script node: sends each picture with its
# detections over TCP, to one client at a time, and focuses as that one says.
# The node gives it the globals `node` and `CameraControl`. docs/protocol.md
# says what goes over the wire, ext/depthai/README.md what to link and to set.
#
# Nothing here may need more than the Script node on LEON_CSS has, nor a Python
# newer than 3.6.

import math
import re
import socket
import struct
import threading
import time

MODE = "server"              # or "client": it is the camera that connects
HOST = "192.168.1.10"        # of a client: an address; names are not resolved
PORT = 5000

FRAMING = "IMG"              # or "ABCDE": without detections
ENCODED = False              # True: frames come from a VideoEncoder

FRAMES = "frame_in"          # ImgFrame
DETECTIONS = "detection_in"  # ImgDetections; "": there are none
CONTROL = "control"          # CameraControl; "": nobody listens

SEND_TIMEOUT = 10            # s for one picture; whoever is slower is gone
RETRY_WAITS = (1, 2, 3, 4, 5)  # s between a client's attempts; the last stays
KEEPALIVE = (10, 5, 3)       # s of silence, s between probes, probes
PAIR_TRIES = 32              # messages, before sequence numbers are given up

HEADER_SIZE = 32             # bytes
TIMESTAMP_COLUMNS = 18       # of an ABCDE header
TEXT_MAX = 1024 * 1024       # bytes of detections for one picture

CONTROL_SIZE = 32            # bytes; what follows the comma is not for us
CONTROL_MESSAGE = re.compile(rb"(AUT|[0-9]{1,3}) *,")
LENS_MAX = 255               # the lens's last position

INPUTS = [FRAMES]
if DETECTIONS and FRAMING == "IMG":
    INPUTS.append(DETECTIONS)


def write_header(seconds, image_size, text_size):
    """The 32 bytes before a frame. ValueError if the fields need more."""
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError("timestamp %r" % seconds)

    # A clock finer than a microsecond prints digits that can be spared.
    short = ("%.6f" % seconds).rstrip("0").rstrip(".")
    for timestamp in (repr(seconds), short):
        if FRAMING == "ABCDE":
            header = "ABCDE %-*s%-8d" % (TIMESTAMP_COLUMNS, timestamp,
                                         image_size)
            fits = len(timestamp) <= TIMESTAMP_COLUMNS
        else:
            header = "IMG %s %d %d" % (timestamp, image_size, text_size)
            # A pad tells the reader that no digit is missing at the end.
            fits = len(header) < HEADER_SIZE
        if fits:
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
    for name in INPUTS:
        for _ in range(PAIR_TRIES):
            if node.io[name].tryGet() is None:
                break


def lead(frame, found):
    """How many frames the picture is ahead of the detections, if known."""
    if hasattr(frame, "getSequenceNum") and hasattr(found, "getSequenceNum"):
        return frame.getSequenceNum() - found.getSequenceNum()
    return 0


def take_pairs():
    """Gives each picture and what was found in it. Waits for both.

    Each input drops what it has no room for, so the two may get out of step:
    the older one then gives way, never the newer one, until they meet. But an
    encoded picture may be one that others are made from: it is given with None.
    """
    frame, found = take_frame(), take_detections()
    tries = PAIR_TRIES
    while True:
        ahead = lead(frame, found) if tries > 0 else 0
        if ahead == 0:
            yield frame, found
            frame, found = take_frame(), take_detections()
            if tries > 0:
                tries = PAIR_TRIES
            continue

        if ahead > 0:
            found = take_detections()
        else:
            if ENCODED:
                yield frame, None
            frame = take_frame()
        tries -= 1
        if tries == 0:
            node.warn("pictures and detections are not numbered alike: "
                      "sending them as they come")


def take_pictures():
    while True:
        yield take_frame(), None


def serve(conn):
    """Sends frames until the client is gone, which is an OSError."""
    complained = False

    drop_queued()
    take = take_pairs if DETECTIONS in INPUTS else take_pictures
    for frame, found in take():
        try:
            image = frame.getData()
            text = b""
            if found is not None:
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


def obey(message):
    """Focuses as a control message says. ValueError if that is not clear."""
    match = CONTROL_MESSAGE.match(message)
    word = match.group(1) if match else b""

    control = CameraControl()
    if word == b"AUT":
        control.setAutoFocusMode(CameraControl.AutoFocusMode.CONTINUOUS_VIDEO)
    elif word and int(word) <= LENS_MAX:
        control.setManualFocus(int(word))
    else:
        raise ValueError("not a control message: %r" % message)
    node.io[CONTROL].send(control)


def read_controls(conn):
    """Obeys what the client says, until it says no more. A thread of its own.

    A client that has shut down its side may still want pictures.
    """
    complained = False
    message = b""

    while True:
        try:
            piece = conn.recv(CONTROL_SIZE - len(message))
        except socket.timeout:
            continue
        except OSError:
            return
        if not piece:
            return
        message += piece
        if len(message) < CONTROL_SIZE:
            continue

        try:
            obey(message)
        except Exception as error:
            if not complained:
                node.warn("control message left out (said once): %s" % error)
            complained = True
        message = b""


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


def hang_up(conn):
    try:
        # Wakes the thread that reads, which a close alone need not.
        conn.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    conn.close()


def stay_with(conn, peer):
    """Serves one connection to its end."""
    try:
        node.warn("%s:%d connected" % peer)
        if CONTROL:
            threading.Thread(target=read_controls, args=(conn,),
                             daemon=True).start()
        serve(conn)
    except Exception as error:
        node.warn("%s:%d gone: %s" % (peer + (error,)))
        # Else the rest of a frame nobody fetches stays in memory for long.
        set_option(conn, socket.SOL_SOCKET, "SO_LINGER",
                   struct.pack("ii", 1, 0))
    finally:
        hang_up(conn)


def wait_for_client(server):
    while True:
        try:
            return server.accept()
        except OSError as error:
            node.warn("no client could be accepted: %s" % error)
            time.sleep(1)


def run_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        set_option(server, socket.SOL_SOCKET, "SO_REUSEADDR", 1)
        server.bind(("0.0.0.0", PORT))
        server.listen(1)
        node.warn("waiting for clients on port %d" % PORT)

        while True:
            conn, client = wait_for_client(server)
            prepare(conn)
            stay_with(conn, client[:2])
    finally:
        server.close()


def try_to_connect():
    """A connection to the host, or None."""
    conn = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        prepare(conn)
        conn.connect((HOST, PORT))
        return conn
    except OSError as error:
        node.warn("%s:%d does not answer: %s" % (HOST, PORT, error))
        conn.close()
        return None


def run_client():
    waits = iter(RETRY_WAITS)
    while True:
        conn = try_to_connect()
        if conn:
            stay_with(conn, (HOST, PORT))
            waits = iter(RETRY_WAITS)
        time.sleep(next(waits, RETRY_WAITS[-1]))


if FRAMING not in ("IMG", "ABCDE"):
    raise ValueError("FRAMING %r" % FRAMING)
{"server": run_server, "client": run_client}[MODE]()
