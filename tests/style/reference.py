#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages of docs/reference, made from the code: what the registry says of
each element (oakregistry.c), and what the comments in its sources say.

    reference.py SOURCE_ROOT OAKREGISTRY PLUGIN...            # are they fresh?
    reference.py --write SOURCE_ROOT OAKREGISTRY PLUGIN...    # make them so
"""

import difflib
import pathlib
import re
import subprocess
import sys
import textwrap

PAGES = "docs/reference"
COMMENT = re.compile(r"^ */\*\*\n(.*?)^ *\*/", re.MULTILINE | re.DOTALL)
SECTION = "SECTION:element-"
# What a legend goes on with until the next example, or an empty line.
EXAMPLE = re.compile(
    r"^(<!--[^\n]*-->\n)?\|\[\n(.*?)^\]\|"
    r"([^\n]*(?:\n(?!\|\[|<!--)[^\n]+)*)\n?", re.MULTILINE | re.DOTALL)
PARAMETER = re.compile(r"^(@[\w-]+|Since):")
UNIT = re.compile(r"\bin (milliseconds|nanoseconds|microseconds|seconds|pixels|"
                  r"bytes|percent|kbit/s|frames per second)\b")
SHORT = {"milliseconds": "ms", "nanoseconds": "ns", "microseconds": "µs",
         "seconds": "s", "percent": "%", "frames per second": "frames/s"}

TYPES = {
    "gboolean": "boolean", "gchararray": "string", "gint": "int",
    "guint": "uint", "gint64": "int64", "guint64": "uint64",
    "gdouble": "double", "gfloat": "float", "GstFraction": "fraction",
    "GstStructure": "structure", "void": "nothing",
}
NUMBERS = {"int", "uint", "int64", "uint64", "double", "float", "fraction"}
RANKS = {0: "none", 64: "marginal", 128: "secondary", 256: "primary"}
CHANGES = {
    "": "read-only", "construct": "when it is made",
    "ready": "in NULL and READY", "paused": "up to PAUSED",
    "playing": "at any time", "unsaid": "in NULL and READY",
}
PRESENCE = {"always": "always there", "sometimes": "sometimes there",
            "request": "on request"}
LIMITS = {
    str(2**31 - 1): "2³¹ − 1", str(2**32 - 1): "2³² − 1",
    str(2**63 - 1): "2⁶³ − 1", str(2**64 - 1): "2⁶⁴ − 1",
    str(-2**31): "−2³¹", str(-2**63): "−2⁶³",
}

OVERVIEW = """# The elements

Every element: what it is for, its pads, properties and messages, and its
signals if it has any."""
MADE = "Made from the code by `tests/style/reference.py --write`."


def complain(what):
    sys.exit(f"reference: {what}")


# What the registry says


def unescape(field):
    return (field.encode("latin-1").decode("unicode_escape")
            .encode("latin-1").decode("utf-8"))


def take_element(name, plugin, title, klass, what, rank, type_name):
    return {"name": name, "plugin": plugin, "title": title, "class": klass,
            "what": what, "rank": int(rank), "type": type_name,
            "ancestors": [], "interfaces": [], "uris": [], "pads": [],
            "properties": [], "signals": []}


def take_property(name, owner, type_name, readable, changes, controllable,
                  deprecated, default, low, high, blurb):
    return {"name": name, "owner": owner, "type": type_name,
            "readable": readable, "changes": changes,
            "controllable": controllable, "deprecated": deprecated,
            "default": default, "low": low, "high": high, "blurb": blurb,
            "values": []}


def read_registry(command):
    """The elements of our plugins, by name."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          encoding="utf-8", check=False)
    if done.returncode:
        complain(f"{command[0]} failed")
    elements = {}
    element = None
    for line in done.stdout.splitlines():
        kind, *fields = map(unescape, line.split("\t"))
        if kind == "element":
            element = take_element(*fields)
            elements[element["name"]] = element
        elif kind == "ancestor":
            element["ancestors"].append(*fields)
        elif kind == "interface":
            element["interfaces"].append(*fields)
        elif kind == "uri":
            element["uris"].append(*fields)
        elif kind == "pad":
            element["pads"].append({"pad": fields, "caps": []})
        elif kind == "caps":
            element["pads"][-1]["caps"].append(*fields)
        elif kind == "property":
            element["properties"].append(take_property(*fields))
        elif kind == "value":
            element["properties"][-1]["values"].append(fields)
        elif kind == "signal":
            element["signals"].append(fields)
    return elements


# What the comments say


def read_comments(root):
    """Each comment's text, by what its first line names."""
    comments = {}
    for path in sorted([*(root / "gst").rglob("*.c"),
                        *(root / "ext").rglob("*.c")]):
        for match in COMMENT.finditer(path.read_text(encoding="utf-8")):
            lines = [re.sub(r"^ *\* ?", "", line)
                     for line in match.group(1).splitlines()]
            comments[lines[0].rstrip(":")] = lines[1:]
    return comments


def take_since(lines):
    """The text without the last line that says since when, and that."""
    since = [l.split(":")[1].strip() for l in lines if l.startswith("Since:")]
    text = [l for l in lines if not PARAMETER.match(l)]
    return "\n".join(text).strip("\n"), since[0] if since else None


def write_prose(text, element):
    """GTK-Doc's marks → Markdown's."""
    types = [t for t in element["ancestors"] if t.startswith("GstOak")]
    names = {p["name"] for p in element["properties"]}

    def link(match):
        owner, name = match.groups()
        if owner in types and name in names:
            return f"[`{name}`](#{name})"
        return f"`{name}` of `{owner}`"

    text = re.sub(r"#(Gst\w+)::?([\w-]*\w)", link, text)
    text = re.sub(r"#(G\w+)", r"`\1`", text)
    return re.sub(r"%(\w+)", r"`\1`", text)


def write_example(mark, lines, legend, element):
    """Code, behind what is said of it; a mark for the test of commands stays
    in front of the code."""
    legend = write_prose(legend.strip(), element).rstrip(".")
    code = "\n".join("    " + line for line in lines.rstrip().split("\n"))
    return f"{legend}:\n\n{mark or ''}{code}"


def write_text(text, element):
    written = []
    place = 0
    for match in EXAMPLE.finditer(text):
        written.append(write_prose(text[place:match.start()], element))
        written.append(write_example(*match.groups(), element))
        place = match.end()
    written.append(write_prose(text[place:], element))
    return "\n\n".join(w.strip("\n") for w in written if w.strip("\n"))


# The pages


def table(titles, rows):
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def quoted(text):
    """As code, in a table."""
    text = text.replace("|", "\\|")
    return f"`{text}`" if text else "–"


def write_pads(element):
    for (name, direction, presence), caps in (
            (p["pad"], p["caps"]) for p in element["pads"]):
        yield f"### Pad `{name}`"
        yield f"A {direction} pad, {PRESENCE[presence]}."
        yield "```caps\n" + "\n".join(
            line for one in caps for line in write_caps(one)) + "\n```"


def write_caps(caps):
    """A field a line, long lists in several."""
    name, *fields = split_fields(caps)
    yield name
    for field in fields:
        yield from textwrap.wrap(field, 76, initial_indent="    ",
                                 subsequent_indent="        ",
                                 break_long_words=False)


def split_fields(caps):
    """At the commas that are in no list or range."""
    depth = 0
    field = ""
    for letter in caps:
        depth += (letter in "{[(<") - (letter in "}])>")
        if letter == "," and depth == 0:
            yield field.strip()
            field = ""
        else:
            field += letter
    yield field.strip()


def kind_of(prop):
    if prop["values"]:
        return "one of its values"
    return TYPES.get(prop["type"], prop["type"])


def range_of(prop):
    ends = [LIMITS.get(end, end) for end in (prop["low"], prop["high"])]
    return " to ".join(ends) if ends[0] else "–"


def unit_of(prop, text):
    if kind_of(prop) not in NUMBERS:
        return "–"
    match = UNIT.search(" ".join(text.split()))
    return SHORT.get(match.group(1), match.group(1)) if match else "–"


def changes_of(prop):
    changes = CHANGES[prop["changes"]]
    return changes + ", controllable" * bool(prop["controllable"])


def default_of(prop):
    # What is read alone has no default.
    return quoted(prop["default"]) if prop["changes"] else "–"


def text_of(comments, name):
    if name not in comments:
        complain(f"no comment documents {name}")
    text, since = take_since(comments[name])
    if since is None:
        complain(f"{name} does not say since when it is")
    return text, since


def write_properties(element, comments):
    rows = []
    sections = []
    for prop in sorted(element["properties"], key=lambda p: p["name"]):
        text, since = text_of(comments, f"{prop['owner']}:{prop['name']}")
        name = prop["name"]
        rows.append([f"[`{name}`](#{name})", kind_of(prop), default_of(prop),
                     range_of(prop), unit_of(prop, text), changes_of(prop)])
        sections += [f"### {name}", write_text(text, element)]
        if prop["values"]:
            sections.append(table(["value", "what"], [
                [quoted(nick), what] for nick, what in prop["values"]]))
        if prop["deprecated"]:
            sections.append("Deprecated.")
        sections.append(f"Since {since}.")
    yield table(["property", "type", "default", "range", "unit",
                 "can be changed"], rows)
    yield from sections


def write_signals(element, comments):
    for name, owner, action, result, arguments in element["signals"]:
        text, since = text_of(comments, f"{owner}::{name}")
        words = ", ".join(TYPES.get(a, a) for a in arguments.split(", ") if a)
        yield f"### {name}"
        yield (f"{'An action: emit it' if action else 'A signal'}; arguments: "
               f"{words or 'none'}; returns {TYPES.get(result, result)}.")
        yield write_text(text, element)
        yield f"Since {since}."


def write_facts(element):
    facts = [
        ["long name", element["title"]],
        ["what", element["what"]],
        ["class", element["class"]],
        ["plugin", element["plugin"]],
        ["rank", RANKS.get(element["rank"], str(element["rank"]))],
        ["is a", " → ".join(quoted(a) for a in element["ancestors"])],
    ]
    if element["interfaces"]:
        facts.append(["implements",
                      ", ".join(map(quoted, element["interfaces"]))])
    if element["uris"]:
        facts.append(["URI", ", ".join(quoted(u + "://")
                                       for u in element["uris"])])
    return table(["fact", "of the registry"], facts)


def write_page(element, comments):
    section = f"SECTION:element-{element['name']}"
    text, since = text_of(comments, section)
    blocks = [f"# {element['name']}", write_text(text, element),
              f"Since {since}.", "## In the registry", write_facts(element),
              "## Pads", *write_pads(element)]
    if element["properties"]:
        blocks += ["## Properties", *write_properties(element, comments)]
    parent = element["ancestors"][1]
    if not parent.startswith("GstOak"):
        blocks.append(f"It has the properties of `{parent}` as well; "
                      f"`gst-inspect-1.0 {element['name']}` lists them.")
    if element["signals"]:
        blocks += ["## Signals", *write_signals(element, comments)]
    return "\n\n".join([*blocks, MADE]) + "\n"


def write_overview(comments):
    """Of all that have a comment, whether they are built here or not."""
    rows = []
    for section in sorted(c for c in comments if c.startswith(SECTION)):
        name = section[len(SECTION):]
        title = [line for line in comments[section]
                 if line.startswith("@short_description:")]
        if not title:
            complain(f"{name} has no short description")
        rows.append([f"[`{name}`]({name}.md)", title[0].split(": ", 1)[1]])
    return f"{OVERVIEW}\n\n{table(['element', 'what'], rows)}\n\n{MADE}\n"


def write_pages(elements, comments):
    """Each page's text, by its name."""
    pages = {f"{name}.md": write_page(element, comments)
             for name, element in elements.items()}
    pages["README.md"] = write_overview(comments)
    return pages


def compare(directory, pages, comments):
    """What differs from the pages that are there."""
    differences = []
    for name, text in sorted(pages.items()):
        path = directory / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        differences += difflib.unified_diff(
            old.splitlines(), text.splitlines(), f"{PAGES}/{name}",
            "made from the code", lineterm="")
    for path in sorted(directory.glob("*.md")):
        element = f"{SECTION}{path.stem}"
        if path.name not in pages and element not in comments:
            differences.append(f"{PAGES}/{path.name}: there is no such element")
    return differences


def main(arguments):
    write = arguments[0] == "--write"
    root, *command = arguments[write:]
    root = pathlib.Path(root)
    comments = read_comments(root)
    elements = read_registry(command)
    if not elements:
        complain("the plugins have no elements")
    pages = write_pages(elements, comments)
    if write:
        (root / PAGES).mkdir(exist_ok=True)
        for name, text in pages.items():
            (root / PAGES / name).write_text(text, encoding="utf-8")
    differences = compare(root / PAGES, pages, comments)
    for line in differences[:200]:
        print(line)
    if differences:
        print("To make them anew: ninja -C BUILD reference")
    print(f"{len(pages)} pages, {'not ' * bool(differences)}fresh")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
