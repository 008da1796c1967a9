#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the fuzz targets start from, written by our own programs.

    python3 tests/fuzz/seeds.py DIRECTORY

Headers and detections are the camera program's, pictures an encoder's.
DIRECTORY gets a directory for each target. Chance has a fixed seed.
"""

import pathlib
import random
import struct
import sys
import types

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
sys.dont_write_bytecode = True

import encoder  # noqa: E402

PROGRAM = HERE.parents[1] / "ext/depthai/script/tcp_server.py"
ENDS = "\n{\"server\": run_server"       # where the camera program starts

LABELS = b"person\ncar\ntraffic light\n\n# not a comment\n" + "Stra\u00dfe".encode()
ALLOW = (b"192.0.2.7", b"10.0.0.0/8, 192.168.0.0/16", b"2001:db8::/32,::1",
         b"any", b"0.0.0.0/0", b"fe80::1%1", b"::ffff:192.0.2.7")
URIS = (b"oak://10.12.101.188", b"oak://[2001:db8::1]:9876/?payload=jpeg",
        b"oak://camera.example:5000/?mode=server&allow-from=10.0.0.0/8",
        b"oak://h?width=640&height=352&latency=200&on-disconnect=eos",
        b"oak://user@h:1/path?labels=%2Ftmp%2Fl#x", b"oak://:5000?mode=server",
        b"oak+listen://0.0.0.0:5000?allow-from=10.0.0.0/8,any",
        b"oak+listen://[::]:0", b"oak+listen://127.0.0.1?latency=200",
        b"http://h", b"oak:", b"oak:///?port=0")
CONTROLS = (b"0,", b"120,", b"255,", b"256,", b"AUT,", b"AUT ,", b"7 ,x")


def program(framing):
    """The camera program's functions; it does not run."""
    text = PROGRAM.read_text(encoding="utf-8")
    module = types.ModuleType("camera")
    exec(text[:text.index(ENDS)], module.__dict__)
    module.FRAMING = framing
    return module


def detections(camera, n, chance):
    found = []
    for _ in range(n):
        x, y = chance.random() * 0.7, chance.random() * 0.7
        found.append(types.SimpleNamespace(
            label=chance.randrange(80), confidence=chance.random(),
            xmin=x - 0.1, ymin=y, xmax=x + 0.3, ymax=y + 0.2))
    return camera.write_detections(found)


def pictures():
    """Name → some pictures, 32x32."""
    made = {}
    for kind in encoder.ENCODERS:
        why = encoder.lacking(kind)
        if why:
            print(f"no {kind}: {why}")
            continue
        encode = encoder.start(kind, 32, 32, 30)
        made[kind] = [encode(bytes([i * 60]) * (3 * 32 * 32))
                      for i in range(3)]
    return made


def frame(camera, seconds, image, text):
    img = camera.FRAMING == "IMG"
    return (camera.write_header(seconds, len(image), len(text) if img else 0)
            + (text if img else b"") + image)


def streams(made, chance):
    """Streams as the target reads them: how, payload, then pieces."""
    images = {0: [bytes(range(96))] * 4, 1: [bytes(96)] * 4,
              5: [bytes(32)] * 3, 6: [bytes(64)] * 3, 7: [bytes(48)] * 3,
              8: [bytes(48)] * 3}
    numbers = {"jpeg": 9, "h264": 10, "h265": 11}
    images.update({numbers[kind]: made[kind] for kind in made})
    for framing in ("IMG", "ABCDE"):
        camera = program(framing)
        for payload, some in images.items():
            for how in (64, 65, 127, 8 + 64, 0):
                bodies = [frame(camera, 10 + i / 30, image,
                                detections(camera, i, chance))
                          for i, image in enumerate(some)]
                yield bytes([how, payload]) + pieces(b"".join(bodies), chance)
                # Something is missing in the middle, or too much.
                bodies[1] = bodies[1][:-7]
                yield bytes([how, payload]) + pieces(b"".join(bodies), chance)
                bodies[1] += b"IMG 1 2 3" * 3
                yield bytes([how, payload]) + pieces(b"".join(bodies), chance)


def pieces(data, chance):
    out = b""
    while data:
        length = chance.choice((0, 15, 31, 63, 127, 255))
        size = 1 + length * (1 + length // 16)
        out += bytes([length, chance.choice((0, 0, 0, 255))]) + data[:size]
        data = data[size:]
    return out


def clock_times(chance, drift):
    arrival = 0
    out = b""
    for i in range(40):
        arrival += 33_333_333 + drift
        out += bytes([6]) + struct.pack("<Q", (arrival & ~1) | (i % 9 == 0))
    return out


def seeds():
    chance = random.Random(7)
    img, abcde = program("IMG"), program("ABCDE")
    made = pictures()
    texts = [detections(img, n, chance) for n in (0, 1, 2, 5, 20)]
    headers = [camera.write_header(t, size, text)
               for camera in (img, abcde)
               for t in (0.0, 1234.567891, 5e-05, 123456.0, 99999999.999999)
               for size, text in ((0, 0), (675840, 123), (67108864, 0))]
    frames = [frame(camera, 10 + i / 30, bytes(32), b"" if i else texts[1])
              for camera in (img, abcde) for i in range(3)]
    yield "header", headers + [h.rstrip() + b"1" * 32 for h in headers]
    yield "detections", texts + [text[:-3] for text in texts]
    yield "control", [c.ljust(32, b"x") for c in CONTROLS]
    yield "labels", [LABELS, b"a\r\nb\r\n", b"\xef\xbb\xbfperson\n", b"\0"]
    yield "allow", ALLOW
    yield "uri", URIS
    yield "picture", [p for kind in made.values() for p in kind]
    yield "search", [bytes([n]) + junk + b"".join(frames)
                     for n in (0, 30, 255) for junk in (b"", b"IMG ", b"x" * 99)]
    yield "clockmap", [clock_times(chance, d) for d in (0, 5000, -5000)]
    yield "stream", list(streams(made, chance))


def main(directory):
    for name, files in seeds():
        place = pathlib.Path(directory) / name
        place.mkdir(parents=True, exist_ok=True)
        for i, data in enumerate(files):
            (place / f"seed-{i:03}").write_bytes(data)
        print(f"{name}: {len(files)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
