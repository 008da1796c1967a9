#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every language in po/LINGUAS has every text that users read.

The texts are taken from the sources anew: from all of them, so that one which
po/POTFILES forgets is found. Without gettext's tools this is skipped.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
TOOLS = ("xgettext", "msgcmp", "msgmerge", "msgfmt")
# As meson's target gst-oak-1.0-pot does it.
KEYWORDS = ("_", "N_", "C_:1c,2", "NC_:1c,2", "Q_", "g_dcgettext:2",
            "g_dngettext:2,3", "g_dpgettext2:2c,3")
REFERENCE = re.compile(r"^#: (.*)$", re.M)


def run(*command):
    """Whatever a tool says, in English."""
    environment = {k: v for k, v in os.environ.items() if k != "LANGUAGE"}
    done = subprocess.run(command, env=dict(environment, LC_ALL="C.UTF-8"),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0 and not done.stdout:
        return f"{command[0]}: status {done.returncode}"
    return done.stdout


def listed(path):
    """A file's lines, without comments."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


def extract(root, names, template):
    """Writes @template; gives complaints."""
    template.touch()
    said = run("xgettext", "--from-code=UTF-8", "--language=C",
               "--add-location=file", f"--directory={root}",
               f"--output={template}", *(f"-k{k}" for k in KEYWORDS), *names)
    return said.splitlines()


def sources(root):
    for tree in ("gst", "ext"):
        for path in sorted((root / tree).rglob("*.[ch]")):
            yield path.relative_to(root).as_posix()


def check_list(root, template):
    """po/POTFILES has the files with texts for users, and no others."""
    names = listed(root / "po/POTFILES")
    yield from extract(root, sources(root), template)
    with_texts = set(" ".join(REFERENCE.findall(
        template.read_text(encoding="utf-8"))).split())

    for name in sorted(with_texts - set(names)):
        yield f"po/POTFILES: {name} is missing, which has texts for users"
    for name in sorted(set(names) - with_texts):
        yield f"po/POTFILES: {name} has no texts for users"
    if names != sorted(set(names)):
        yield "po/POTFILES: not sorted"


def check_languages(root):
    """po/LINGUAS has the languages for which there are catalogs."""
    languages = listed(root / "po/LINGUAS")
    there = sorted(path.stem for path in (root / "po").glob("*.po"))
    if languages != there:
        yield f"po/LINGUAS: {languages}, but there are catalogs for {there}"


def check_catalog(catalog, template, merged):
    """All that @template has is translated, and nothing that it has not; the
    formats are its own."""
    said = run("msgcmp", str(catalog), str(template))
    if not said:
        # What is a format is known to the template; a translation that does
        # not fit one becomes fuzzy.
        said = run("msgmerge", "--quiet", "--no-fuzzy-matching",
                   f"--output-file={merged}", str(catalog), str(template))
        said += run("msgcmp", str(merged), str(template))
        said += run("msgfmt", "--check", "--output-file=/dev/null", str(merged))
    for line in said.splitlines():
        yield line.replace(str(merged), f"{catalog.name}, merged").replace(
            str(template), "the texts in the sources")


def main(root):
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        print(f"SKIPPED: no {', '.join(missing)}")
        return SKIP

    with tempfile.TemporaryDirectory() as directory:
        template = pathlib.Path(directory) / "template.pot"
        merged = pathlib.Path(directory) / "merged.po"
        complaints = list(check_list(root, template))
        complaints += check_languages(root)
        catalogs = sorted((root / "po").glob("*.po"))
        for catalog in catalogs:
            complaints += check_catalog(catalog, template, merged)

    for complaint in complaints:
        print(complaint)
    print(f"{len(catalogs)} catalogs, {len(complaints)} complaints")
    if complaints:
        print("`meson compile gst-oak-1.0-update-po` in a build directory brings"
              " new texts into the catalogs; what they lack is then fuzzy or"
              " empty there.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
