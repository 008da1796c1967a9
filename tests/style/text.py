#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every text of the project keeps to, as far as a machine can tell."""

import pathlib
import re
import sys

TREES = ("gst", "ext", "tests", "docs", "po", ".ci")
SOURCES = (".c", ".h", ".py", ".sh", "meson.build", "meson_options.txt", "run")
C = (".c", ".h")
COLUMNS = 80

# Words that name a drawer, not a room.
DRAWERS = {"util", "utils", "common", "helper", "helpers", "misc", "manager",
           "info", "do", "process"}
# As a part of a field's name it is fine, as a type's it says nothing.
DRAWER_TYPES = DRAWERS | {"data"}

# Definitions begin their line, as GNU indent puts them.
C_FUNCTION = re.compile(r"^(\w+) \(.*[^;]$")
C_TYPE = re.compile(
    r"^(?:typedef\s+)?(?:struct|enum|union)\s+_?(\w+)|^\}\s*(\w+);"
)
PY_NAME = re.compile(r"^\s*(?:def|class)\s+(\w+)")
SH_FUNCTION = re.compile(r"^(\w+) ?\(\)")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

MACHINE_PATH = re.compile(r"/(?:work|farm|root|home)/[A-Za-z.]|/tmp/w[o]rk")
LEFT_OVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
AUTO = re.compile(r"\bg_auto\w*|\bgst_auto\w*")
# A message's text that is told to users as it is.
UNMARKED = re.compile(
    r"\bGST_ELEMENT_(?:ERROR|WARNING|INFO)\w* \([^,\";]+,\s*\w+,\s*\w+,\s*"
    r"\(\s*\"(?!%s\"|%s: %s\")"
)
TRANSLATED = re.compile(r"\b(?:N?_|Q_|NC?_|C_|d?n?gettext) ?\(\s*\"")


def words(name):
    return {word.lower() for word in CAMEL.findall(name)}


def is_source(name):
    return name.endswith(SOURCES)


def every_line(name, lines):
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "white space at the end"
        # make asks for one before a command.
        if "\t" in line and not name.endswith("/rules"):
            yield number, "a tab"
        if MACHINE_PATH.search(line):
            yield number, "a path of one machine"
        if is_source(name) and LEFT_OVER.search(line):
            yield number, "a left-over mark"


def licence(name, lines):
    # A script's first line is its interpreter's.
    if is_source(name) and not any(
        "SPDX-License-Identifier: LGPL-2.1-or-later" in line
        for line in lines[:2]
    ):
        yield 1, "no licence line at the top"


def columns(name, lines):
    # Headers have columns of their own.
    if not name.endswith(".c"):
        return
    table = False
    for number, line in enumerate(lines, 1):
        table = "*INDENT-OFF*" in line or table and "*INDENT-ON*" not in line
        if len(line) > COLUMNS and not table:
            yield number, f"{len(line)} columns, {COLUMNS} allowed"


def headers(name, lines):
    if name.endswith(".h") and "#pragma once" not in lines:
        yield 1, "no #pragma once"


def cleanup(name, lines):
    if not name.endswith(C) or not name.startswith(("gst/", "ext/")):
        return
    for number, line in enumerate(lines, 1):
        if AUTO.search(line):
            yield number, "g_auto is for the tests"


def defined(name, line):
    """Names that a line defines, and what they must not be called."""
    if name.endswith(C):
        for match in C_TYPE.finditer(line):
            yield match.group(1) or match.group(2), DRAWER_TYPES
        match = C_FUNCTION.match(line)
    elif name.endswith(".py"):
        match = PY_NAME.match(line)
    else:
        match = SH_FUNCTION.match(line) if name.endswith(".sh") else None
    if match:
        yield match.group(1), DRAWERS


def names(name, lines):
    stem = pathlib.PurePath(name).name.split(".")[0]
    if words(re.sub("^(gst)?oak", "", stem)) & DRAWERS:
        yield 1, f"'{stem}' names a drawer, not a room"
    for number, line in enumerate(lines, 1):
        for thing, forbidden in defined(name, line):
            if words(thing) & forbidden:
                yield number, f"'{thing}' names a drawer, not a room"


CHECKS = (every_line, licence, columns, headers, cleanup, names)


def texts(root):
    """Name and content of each text, build directories left out."""
    paths = [p for p in root.iterdir() if p.is_file() and p.name != "COPYING"]
    for tree in TREES:
        paths += [p for p in (root / tree).rglob("*") if p.is_file()]
    for path in sorted(paths):
        name = path.relative_to(root).as_posix()
        if "__pycache__" in name or name.startswith(".git/"):
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            yield name, content


def spelled(content):
    if not content:
        return
    if not content.endswith(b"\n") or content.endswith(b"\n\n"):
        yield 0, "does not end in one newline"
    if b"\r" in content:
        yield 0, "a carriage return"


def translations(sources, listed):
    """Every text for users is in po/POTFILES, and nothing else is."""
    for name, content in sources.items():
        if name.endswith(C) and name.startswith(("gst/", "ext/")):
            if TRANSLATED.search(content) and name not in listed:
                yield name, 0, "has texts for users, not in po/POTFILES"
    for name in listed:
        if not TRANSLATED.search(sources.get(name, "")):
            yield "po/POTFILES", 0, f"{name} has no texts for users"


def unmarked(sources):
    for name, content in sources.items():
        if name.endswith(C) and name.startswith(("gst/", "ext/")):
            for match in UNMARKED.finditer(content):
                number = content.count("\n", 0, match.start()) + 1
                yield name, number, "a text for users without _()"


def main(root):
    complaints = []
    sources = {}
    for name, content in texts(root):
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            complaints.append((name, 0, str(error)))
            continue
        sources[name] = text
        # Not splitlines(): a form feed does not end a line of C.
        lines = text.split("\n")[:-1]
        complaints += [(name, *c) for c in spelled(content)]
        for check in CHECKS:
            complaints += [(name, *c) for c in check(name, lines)]

    listed = [
        line
        for line in sources.get("po/POTFILES", "").split("\n")
        if line and not line.startswith("#")
    ]
    complaints += translations(sources, listed)
    complaints += unmarked(sources)

    for name, number, what in complaints:
        print(f"{name}:{number}: {what}")
    print(f"{len(sources)} texts, {len(complaints)} complaints")
    return 1 if complaints or not sources else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
