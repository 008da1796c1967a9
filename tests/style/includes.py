#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom: the plan's table, kept by a machine.

Every .c and .h below gst, ext and tests must be in the table. Whoever adds a
room draws it into docs/architecture.md first, and then into ROOMS.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r"^\s*#\s*(?:include|include_next|import)\b\s*(.*)$")
ANGLE = re.compile(r"^<([^>]+)>")
QUOTE = re.compile(r'^"([^"]+)"')

# What a room may use, as patterns of whole <header> names.
PURE = [
    r"glib\.h",
    r"(errno|float|limits|math|stddef|stdint|stdlib|string)\.h",
]
INTRINSICS = [r"(imm|emm|tmm|smm)intrin\.h", r"arm_neon\.h"]
GIO = [r"gio/.*\.h", r"glib(-object)?\.h", r"string\.h"]
SOCKET_OPTIONS = [r"sys/socket\.h", r"netinet/(in|tcp)\.h", r"winsock2\.h"]
CORE = [r"gst/gst\.h", r"glib(-object)?\.h"] + PURE
BASE = [r"gst/base/.*\.h"]
VIDEO = [r"gst/video/.*\.h"]
ANALYTICS = [r"gst/analytics/.*\.h"]
PANGO = [r"pango/.*\.h"]
APP = [r"gst/app/.*\.h"]
RTP = [r"gst/rtp/.*\.h"]
RTSP = [r"gst/rtsp-server/.*\.h"]
TRANSLATION = [r"glib/gi18n-lib\.h"]
CHECK = [r"gst/check/.*\.h"]
ANY_GSTREAMER = [r"gst/.*\.h", r"gio/.*\.h", r"glib.*\.h", r"[a-z]+\.h"]
FILES = [r"glib/gstdio\.h"]
SYSTEM = [r"(netinet|sys)/[a-z]+\.h", r"[a-z]+\.h"]

# A room is the .c and the .h of that name:
# name: (the quoted headers it may include besides its own, what it may use)
ROOMS = {
    # These know bytes and numbers.
    "gst/oak/oakbackoff": ([], PURE),
    "gst/oak/oakclockmap": ([], PURE),
    "gst/oak/oakcontrol": ([], PURE),
    "gst/oak/oakdetection": ([], PURE),
    "gst/oak/oakgeometry": ([], PURE),
    "gst/oak/oaklabel": ([], PURE),
    "gst/oak/oaklateness": ([], PURE),
    "gst/oak/oakpicture": (
        ["oakaccessunit.h", "oakjpeg.h", "oakverdict.h"],
        PURE,
    ),
    "gst/oak/oakaccessunit": (["oaknal.h", "oaksps.h", "oakverdict.h"], PURE),
    "gst/oak/oakbits": (["oakverdict.h"], PURE),
    "gst/oak/oakjpeg": (["oakverdict.h"], PURE),
    "gst/oak/oaknal": (["oakbits.h"], PURE),
    "gst/oak/oaksps": (["oakbits.h", "oakverdict.h"], PURE),
    "gst/oak/oakverdict": ([], PURE),
    "gst/oak/oakpack": (["oakpixels.h"], PURE + INTRINSICS),
    "gst/oak/oakpixels": (["oakpack.h"], PURE),
    "gst/oak/oakrate": ([], PURE),
    "gst/oak/oakregion": (["oakdetection.h", "oaklabel.h"], PURE),
    "gst/oak/oaksearch": (["oakwire.h"], PURE),
    "gst/oak/oakseconds": ([], PURE),
    "gst/oak/oakwire": (["oakseconds.h"], PURE),
    "gst/oak/oakallow": ([], GIO),
    "gst/oak/oakconnection": ([], GIO + SOCKET_OPTIONS + [r"errno\.h"]),
    "gst/oak/oakgate": (["oakallow.h", "oakconnection.h"], GIO),
    # These know GStreamer.
    "gst/oak/gstoakcaps": (["gstoakpayload.h", "gstoakpool.h"], CORE + VIDEO),
    "gst/oak/gstoakpool": ([], CORE + VIDEO),
    "gst/oak/gstoakcontent": (
        ["gstoakcaps.h", "gstoakframe.h", "gstoakpayload.h"],
        CORE + VIDEO,
    ),
    "gst/oak/gstoakclient": (
        ["gstoakparcel.h", "oakconnection.h", "oakcontrol.h"],
        CORE + GIO,
    ),
    "gst/oak/gstoakfailure": (
        ["gstoakcontent.h", "gstoaklink.h", "gstoakreceiver.h"],
        CORE + TRANSLATION,
    ),
    "gst/oak/gstoaktimeline": (
        [
            "gstoakframe.h",
            "gstoakpolicy.h",
            "oakclockmap.h",
            "oaklateness.h",
        ],
        CORE,
    ),
    "gst/oak/gstoakframe": (["oakdetection.h"], CORE + VIDEO),
    "gst/oak/gstoaklabels": (
        ["oaklabel.h"],
        CORE + TRANSLATION + FILES,
    ),
    "gst/oak/gstoaklink": (
        [
            "gstoakstate.h",
            "oakbackoff.h",
            "oakconnection.h",
            "oakcontrol.h",
            "oakgate.h",
        ],
        CORE + GIO,
    ),
    "gst/oak/gstoakmeta": (
        ["oakdetection.h", "oaklabel.h", "oakregion.h"],
        CORE + VIDEO + ANALYTICS,
    ),
    "gst/oak/gstoakmode": ([], CORE),
    "gst/oak/gstoakoutlet": (
        ["gstoakcaps.h", "gstoakcontent.h"],
        CORE + BASE + VIDEO,
    ),
    "gst/oak/gstoakparcel": (["oakwire.h"], CORE),
    "gst/oak/gstoakpayload": (
        ["oakgeometry.h", "oakpicture.h"],
        CORE + VIDEO,
    ),
    "gst/oak/gstoakpolicy": ([], CORE),
    "gst/oak/gstoakqueue": (["gstoakframe.h", "oakrate.h"], CORE),
    "gst/oak/gstoakreceiver": (
        [
            "gstoaklink.h",
            "gstoakqueue.h",
            "oakdetection.h",
            "oakpixels.h",
            "oaksearch.h",
            "oakwire.h",
        ],
        CORE + GIO + VIDEO,
    ),
    "gst/oak/gstoakreport": (
        ["gstoakfailure.h", "gstoaklink.h", "oakregion.h"],
        CORE + TRANSLATION,
    ),
    "gst/oak/gstoaksettings": (
        [
            "gstoakmode.h",
            "gstoakpayload.h",
            "gstoakpolicy.h",
            "gstoakstate.h",
        ],
        CORE + VIDEO + TRANSLATION,
    ),
    "gst/oak/gstoakstate": ([], CORE),
    "gst/oak/gstoaktcpsrc": (
        [
            "gstoakfailure.h",
            "gstoaklabels.h",
            "gstoaklink.h",
            "gstoakmeta.h",
            "gstoakoutlet.h",
            "gstoakreceiver.h",
            "gstoakreport.h",
            "gstoaksettings.h",
            "gstoakstate.h",
            "gstoaktimeline.h",
            "gstoakuri.h",
            "oakregion.h",
        ],
        CORE + BASE + VIDEO + TRANSLATION,
    ),
    "gst/oak/gstoakuri": (["gstoakmode.h"], CORE + TRANSLATION),
    "gst/oak/gstoaksender": (
        ["gstoakclient.h", "gstoakmode.h"],
        CORE + GIO,
    ),
    "gst/oak/gstoakwriter": (
        [
            "gstoakmeta.h",
            "gstoakparcel.h",
            "gstoakpayload.h",
            "oaklabel.h",
            "oakpixels.h",
            "oakwire.h",
        ],
        CORE + VIDEO,
    ),
    "gst/oak/gstoaktcpsink": (
        [
            "gstoaklabels.h",
            "gstoakmeta.h",
            "gstoaksender.h",
            "gstoakwriter.h",
        ],
        CORE + BASE + VIDEO + TRANSLATION,
    ),
    "gst/oak/gstoakplugin": (
        ["gstoakmeta.h", "gstoaktcpsink.h", "gstoaktcpsrc.h"],
        CORE + TRANSLATION,
    ),
    # The overlay's own: nothing of gst/oak.
    "gst/regions/oakarea": ([], PURE),
    "ext/oakoverlay/oakcanvas": (["oakarea.h"], PURE),
    "ext/oakoverlay/oakcolors": ([], PURE),
    "ext/oakoverlay/oaknames": ([], PURE),
    "ext/oakoverlay/oaklettering": (["oakcanvas.h"], PURE + PANGO),
    "gst/regions/gstoakregions": (["oakarea.h"], CORE + VIDEO + ANALYTICS),
    "ext/oakoverlay/gstoakraster": (["oakcanvas.h"], CORE + VIDEO),
    "ext/oakoverlay/gstoakstyle": (
        ["gstoakregions.h", "oakcolors.h", "oaknames.h"],
        CORE,
    ),
    "ext/oakoverlay/gstoakdrawing": (
        ["gstoakraster.h", "gstoakstyle.h", "oaklettering.h"],
        CORE + VIDEO,
    ),
    "ext/oakoverlay/gstoakoverlay": (
        ["gstoakdrawing.h", "gstoakraster.h"],
        CORE + BASE + VIDEO + TRANSLATION,
    ),
    "ext/oakoverlay/gstoakoverlayplugin": (
        ["gstoakoverlay.h"],
        CORE + TRANSLATION,
    ),
    # A pure room's test sees that room alone.
    # Detections as ONVIF has them: nothing of gst/oak.
    "gst/onvif/oakonvif": ([], PURE),
    "gst/onvif/gstoakonvifmeta": (
        ["gstoakregions.h", "oakonvif.h"],
        CORE + VIDEO,
    ),
    "gst/onvif/gstoakonvifpay": ([], CORE + RTP),
    "gst/onvif/gstoakonvifdepay": ([], CORE + BASE + RTP),
    "gst/onvif/gstoakonvifplugin": (
        ["gstoakonvifdepay.h", "gstoakonvifmeta.h", "gstoakonvifpay.h"],
        CORE,
    ),
    # The RTSP server: an application of GStreamer's, nothing of gst/oak.
    "ext/rtsp/oakserverfile": (["config.h"], PURE + TRANSLATION),
    "ext/rtsp/gstoakencoder": ([], CORE + TRANSLATION),
    "ext/rtsp/gstoakcamera": (["oakserverfile.h"], CORE + APP + TRANSLATION),
    "ext/rtsp/gstoakfeed": (["gstoakcamera.h"], CORE + APP + TRANSLATION),
    "ext/rtsp/gstoakmount": (
        ["gstoakcamera.h", "gstoakencoder.h", "gstoakfeed.h",
         "oakserverfile.h"],
        CORE + RTSP + TRANSLATION,
    ),
    "ext/rtsp/gstoakserver": (
        ["gstoakmount.h", "oakserverfile.h"],
        CORE + RTSP + VIDEO + TRANSLATION,
    ),
    "ext/rtsp/gstoakrtspserver": (
        ["gstoakencoder.h", "gstoakserver.h"],
        CORE + TRANSLATION + [r"glib-unix\.h", r"(locale|signal|unistd)\.h",
                              r"sys/stat\.h"],
    ),
    "tests/check/libs/oakallow": (["oakallow.h"], GIO + CHECK),
    "tests/check/libs/oakbackoff": (["oakbackoff.h"], PURE + CHECK),
    "tests/check/libs/oakclockmap": (["oakclockmap.h"], PURE + CHECK),
    "tests/check/libs/oakconnection": (
        ["oakconnection.h"],
        PURE + GIO + CHECK + [r"sys/socket\.h", r"unistd\.h"],
    ),
    "tests/check/libs/oakcontrol": (["oakcontrol.h"], PURE + CHECK),
    "tests/check/libs/oakdetection": (
        ["oakdetection.h"],
        PURE + CHECK + [r"locale\.h"],
    ),
    "tests/check/libs/oakgate": (
        ["oakgate.h"],
        GIO + CHECK + [r"sys/resource\.h", r"time\.h", r"unistd\.h"],
    ),
    "tests/check/libs/oakgeometry": (["oakgeometry.h"], PURE + CHECK),
    "tests/check/libs/oaklabel": (["oaklabel.h"], PURE + CHECK),
    "tests/check/libs/oaklateness": (["oaklateness.h"], PURE + CHECK),
    "tests/check/libs/oakpicture": (
        ["oakencoded.h", "oakpicture.h"],
        PURE + CHECK,
    ),
    "tests/check/libs/oakaccessunit": (
        ["oakaccessunit.h", "oakencoded.h"],
        PURE + CHECK,
    ),
    "tests/check/libs/oakbits": (
        ["oakbits.h", "oakencoded.h"],
        PURE + CHECK,
    ),
    "tests/check/libs/oakjpeg": (
        ["oakjpeg.h", "oakencoded.h"],
        PURE + CHECK,
    ),
    "tests/check/libs/oaknal": (
        ["oaknal.h", "oakencoded.h"],
        PURE + CHECK,
    ),
    "tests/check/libs/oaksps": (
        ["oaksps.h", "oakencoded.h"],
        PURE + CHECK,
    ),
    "tests/check/libs/oakverdict": (["oakverdict.h"], PURE + CHECK),
    # Pictures that encoders made; no room of ours.
    "tests/check/libs/oakencoded": ([], PURE),
    "tests/check/libs/oakpixels": (["oakpixels.h"], PURE + CHECK),
    "tests/check/libs/oakrate": (["oakrate.h"], PURE + CHECK),
    "tests/check/libs/oakregion": (["oakregion.h"], PURE + CHECK),
    "tests/check/libs/oaksearch": (["oaksearch.h"], PURE + CHECK),
    "tests/check/libs/oakseconds": (["oakseconds.h"], PURE + CHECK),
    "tests/check/libs/oakwire": (["oakwire.h"], PURE + CHECK),
    "tests/interop/recordserver": ([], CORE + RTSP),
    "tests/check/libs/oakonvif": (["oakonvif.h"], PURE + CHECK),
    "tests/check/elements/oakonvifmeta": ([], CORE + VIDEO + RTP + CHECK),
    "tests/check/libs/oakserverfile": (
        ["oakserverfile.h"],
        PURE + CHECK,
    ),
    "tests/check/libs/oakarea": (["oakarea.h"], PURE + CHECK),
    "tests/check/libs/oakcanvas": (["oakcanvas.h"], PURE + CHECK),
    "tests/check/libs/oakcolors": (["oakcolors.h"], PURE + CHECK),
    "tests/check/libs/oaknames": (["oaknames.h"], PURE + CHECK),
    "tests/check/libs/oaklettering": (["oaklettering.h"], PURE + CHECK),
    "tests/check/elements/oakoverlay": (["config.h"], ANY_GSTREAMER),
    "tests/check/elements/oakgolden": ([], ANY_GSTREAMER),
    "tests/benchmarks/fastcamera": ([], SYSTEM),
    "tests/benchmarks/floor": ([], SYSTEM),
    "tests/benchmarks/oakoverlay": ([], ANY_GSTREAMER),
    "tests/benchmarks/reader": ([], ANY_GSTREAMER + [r"sys/resource\.h"]),
    # This one compiles the room in.
    "tests/check/libs/gstoakpool": (["gstoakpool.h"], CORE + VIDEO + CHECK),
    "tests/check/libs/gstoakuri": (
        ["gstoakuri.h", "gstoakmode.h"],
        CORE + CHECK,
    ),
    # An element's test writes its bytes by hand, or it agrees with the bug.
    "tests/check/elements/oaktestcamera": (
        [],
        ANY_GSTREAMER + SOCKET_OPTIONS,
    ),
    "tests/check/elements/oakrig": (["oaktestcamera.h"], ANY_GSTREAMER),
    "tests/check/elements/oaktcpsink": (
        ["config.h", "oaktestcamera.h"],
        ANY_GSTREAMER + SOCKET_OPTIONS,
    ),
    "tests/check/elements/oaktestpictures": (
        ["oaktestcamera.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oakcoded": (
        ["oakrig.h", "oaktestpictures.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oakcontrols": (["oakrig.h"], ANY_GSTREAMER),
    "tests/check/elements/oakdetections": (
        ["config.h", "oakrig.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oakpayloads": (
        ["oakrig.h", "oaktestpictures.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oakpolicy": (["oakrig.h"], ANY_GSTREAMER),
    "tests/check/elements/oakreconnect": (
        ["oakrig.h", "oaktestpictures.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oakresync": (
        ["oakrig.h", "oaktestpictures.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oakserver": (
        ["oakrig.h", "oaktestpictures.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oaktcpsrc": (["oakrig.h"], ANY_GSTREAMER),
    "tests/check/elements/oakthreads": (["oakrig.h"], ANY_GSTREAMER),
    "tests/check/elements/oaktiming": (
        ["oakrig.h", "oaktestpictures.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/elements/oakuri": (
        ["oakrig.h", "oaktestpictures.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/generic/languages": (["config.h"], ANY_GSTREAMER),
    "tests/check/generic/builtcatalogs": ([], [r"libintl\.h"]),
    "tests/check/generic/states": (["oaktestcamera.h"], ANY_GSTREAMER),
    "tests/style/oakregistry": ([], CORE),
    "tests/check/pipelines/oaktcp": (["oaktestcamera.h"], ANY_GSTREAMER),
    # These see both elements, as an application does.
    "tests/check/pipelines/oakline": (["oaktestcamera.h"], ANY_GSTREAMER),
    "tests/check/pipelines/oakconsumers": (
        ["config.h", "oakline.h"],
        ANY_GSTREAMER,
    ),
    "tests/check/pipelines/oakfilm": (["oakline.h"], ANY_GSTREAMER),
    "tests/check/pipelines/oakplayback": (["oakline.h"], ANY_GSTREAMER),
    "tests/check/pipelines/oakroundtrip": (["oakline.h"], ANY_GSTREAMER),
    "tests/trust/soaksource": ([], ANY_GSTREAMER),
    # A fuzz target sees what it feeds.
    "tests/fuzz/oakfuzz": ([], [r"glib\.h"]),
    "tests/fuzz/replay": (["oakfuzz.h"], PURE + [r"stdio\.h"]),
    "tests/fuzz/elements": (["oakfuzz.h"], CORE),
    "tests/fuzz/allow": (["oakallow.h", "oakfuzz.h"], GIO),
    "tests/fuzz/clockmap": (["oakclockmap.h", "oakfuzz.h"], PURE),
    "tests/fuzz/control": (["oakcontrol.h", "oakfuzz.h"], PURE),
    "tests/fuzz/detections": (["oakfuzz.h", "oakregion.h"], PURE),
    "tests/fuzz/header": (["oakfuzz.h", "oakwire.h"], PURE),
    "tests/fuzz/labels": (["oakfuzz.h", "oaklabel.h"], PURE),
    "tests/fuzz/picture": (["oakfuzz.h", "oakpicture.h"], PURE),
    "tests/fuzz/search": (
        ["oakfuzz.h", "oaksearch.h", "oakwire.h"],
        PURE,
    ),
    "tests/fuzz/stream": (["oakfuzz.h"], ANY_GSTREAMER),
    "tests/fuzz/uri": (["oakfuzz.h"], CORE),
    # These compile in what they measure.
    "tests/benchmarks/oakmeta": (["gstoakmeta.h"], CORE),
    # What a user starts from shows the public way.
    "tests/examples/oakencoderhints": ([], ANY_GSTREAMER),
    "tests/examples/oaklog": ([], ANY_GSTREAMER),
    "tests/examples/oakprint": ([], ANY_GSTREAMER),
    "tests/examples/oakrecord": ([], ANY_GSTREAMER),
}

TREES = ("gst", "ext", "tests")


def included(path):
    """Line number and argument of every include in a file."""
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1).strip()


def allowed(room, argument):
    quoted, used = ROOMS[room]
    quote = QUOTE.match(argument)
    if quote:
        own = room.rsplit("/", 1)[1] + ".h"
        # What meson configured: only those that know GStreamer are told.
        knows_config = own.startswith("gst")
        return quote.group(1) in [own] + quoted + ["config.h"] * knows_config
    angle = ANGLE.match(argument)
    return bool(angle) and any(re.fullmatch(u, angle.group(1)) for u in used)


def main(root):
    complaints = []
    seen = set()
    files = 0
    for tree in TREES:
        for path in sorted((root / tree).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            room = name[:-2]
            files += 1
            if room not in ROOMS:
                complaints.append(f"{name}: no such room in the plan")
                continue
            seen.add(room)
            for number, argument in included(path):
                if not allowed(room, argument):
                    complaints.append(
                        f"{name}:{number}: may not include {argument}"
                    )
    for room in sorted(ROOMS.keys() - seen):
        complaints.append(f"{room}.[ch]: in the table, but not there")

    for complaint in complaints:
        print(complaint)
    print(f"{files} files, {len(complaints)} complaints")
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
