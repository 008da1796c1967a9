#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A target's inputs: a file in the project, a line of base64 each, shortest
first; a directory for libFuzzer.

    corpus.py unpack FILE DIRECTORY
    corpus.py pack DIRECTORY FILE
"""

import base64
import pathlib
import sys


def unpack(source, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for i, line in enumerate(source.read_text(encoding="ascii").split()):
        (directory / f"kept-{i:04}").write_bytes(base64.b64decode(line))


def pack(directory, target):
    inputs = {path.read_bytes() for path in directory.iterdir()} - {b""}
    target.write_text("".join(
        base64.b64encode(data).decode("ascii") + "\n"
        for data in sorted(inputs, key=lambda data: (len(data), data))),
        encoding="ascii")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("pack", "unpack"):
        sys.exit(__doc__)
    {"pack": pack, "unpack": unpack}[sys.argv[1]](
        pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
