# SPDX-License-Identifier: LGPL-2.1-or-later
"""README.md and docs, as tests read them: links, blocks of code, and the marks
in front of these, which readers do not see."""

import dataclasses
import pathlib
import re

MARK = re.compile(r"<!-- ([a-z ]+?)(?:: (.*?))? -->")
FENCE = re.compile(r"^ *```(\w*)$")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`[^`\n]+`")
# What GitHub leaves out of a heading's anchor.
NO_ANCHOR = re.compile(r"[^\w\- ]")


@dataclasses.dataclass
class Block:
    page: str
    number: int                 # of its first line
    language: str               # that of a fence; "commands": it is indented
    text: str
    mark: str                   # "" if it has none
    why: str                    # what the mark says besides

    @property
    def words(self):
        """What it is to say before it is stopped, in this order."""
        return self.why.split(" … ") if self.why else []

    @property
    def place(self):
        return f"{self.page}:{self.number}"


def find_pages(root):
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def is_code(line):
    return line.startswith("    ")


def take_fence(lines, start):
    end = start + 1
    while not lines[end].strip().startswith("```"):
        end += 1
    return end + 1, lines[start + 1:end]


def take_indented(lines, start):
    end = start
    while end < len(lines) and (is_code(lines[end]) or not lines[end]):
        end += 1
    return end, lines[start:end]


def dedent(lines):
    depth = min((len(l) - len(l.lstrip()) for l in lines if l), default=0)
    return "\n".join(l[depth:] for l in lines).strip("\n") + "\n"


def read_blocks(root, path):
    """The blocks of a page, in order."""
    lines = path.read_text(encoding="utf-8").split("\n")
    page = path.relative_to(root).as_posix()
    mark = None
    number = 0
    while number < len(lines):
        line = lines[number]
        fence = FENCE.match(line)
        if not fence and not is_code(line):
            found = MARK.fullmatch(line.strip())
            if found or line:
                mark = found
            number += 1
            continue
        name, why = mark.groups("") if mark else ("", "")
        mark = None
        if fence:
            end, text = take_fence(lines, number)
        else:
            end, text = take_indented(lines, number)
        language = (fence.group(1) or "nothing") if fence else "commands"
        yield Block(page, number + 1, language, dedent(text), name, why)
        number = end


def read_prose(path):
    """A page without its code."""
    kept = []
    fenced = False
    for line in path.read_text(encoding="utf-8").split("\n"):
        if FENCE.match(line) or fenced and line.strip() == "```":
            fenced = not fenced
        elif not fenced and not is_code(line):
            kept.append(line)
    return "\n".join(kept)


def find_links(path):
    return LINK.findall(SPAN.sub("", read_prose(path)))


def find_anchors(path):
    anchors = set()
    for line in read_prose(path).split("\n"):
        if line.startswith("#"):
            title = NO_ANCHOR.sub("", line.lstrip("#").strip().lower())
            anchors.add(title.replace(" ", "-"))
    return anchors
