# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs of the vendor's page on standalone mode, taken out as they stand.

The page is not part of this project. It is looked for beside the checkout, or
where OAK_SEED says.
"""

import ast
import os
import pathlib
import re

BESIDE = "../shared/seed/standalone-mode.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def find():
    """The page's path, or None."""
    root = pathlib.Path(__file__).resolve().parents[2]
    path = pathlib.Path(os.environ.get("OAK_SEED", root / BESIDE))
    return path if path.is_file() else None


def take_block(path, *marks):
    """The one program of the page that has all the marks in it."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    blocks = [b for b in BLOCK.findall(text) if all(m in b for m in marks)]
    if len(blocks) != 1:
        raise ValueError(f"{path}: {len(blocks)} programs with {marks}")
    return blocks[0]


def camera_program(path):
    return take_block(path, "server.listen()", "conn.send(img_data)")


def host_program(path):
    return take_block(path, "OAK_IP", "cv2.imshow")


def labels(path):
    """The names of the classes, out of the host program's own list."""
    for node in ast.walk(ast.parse(host_program(path))):
        if isinstance(node, ast.Assign) and node.targets[0].id == "labels":
            return ast.literal_eval(node.value)
    raise ValueError(f"{path}: no labels")
