#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Does every link of README.md and docs that stays in the project lead
somewhere, and is every page linked from docs/README.md?

    links.py SOURCE_ROOT
"""

import pathlib
import sys

import pages


def complaints(root):
    for path in pages.find_pages(root):
        for link in pages.find_links(path):
            name, _, anchor = link.partition("#")
            if ":" in name:
                continue
            target = (path.parent / name).resolve() if name else path
            if not target.exists():
                yield path, f"{link}: there is no such file"
            elif anchor and anchor not in pages.find_anchors(target):
                yield path, f"{link}: there is no such heading"


def unlinked(root):
    index = root / "docs/README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve()
              for link in pages.find_links(index)}
    for path in pages.find_pages(root):
        # The reference has an index of its own.
        if path.parent == index.parent and path != index:
            if path.resolve() not in linked:
                yield index, f"no link to {path.name}"


def main(root):
    found = [*complaints(root), *unlinked(root)]
    for path, what in found:
        print(f"{path.relative_to(root)}: {what}")
    print(f"{len(pages.find_pages(root))} pages, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
