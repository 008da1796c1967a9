#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""oak-rtsp-server speaks the languages that we have.

Its help has nothing left of the English one but what is typed: options, words
that they take, commands. Its complaints are in German.
"""

import os
import re
import subprocess
import sys
import tempfile

TRANSLATED = {
    "de": "Mehr protokollieren",
    "es": "Registrar más",
    "fr": "Journaliser davantage",
    "ja": "ログを詳しく出力する",
    "zh_CN": "输出更多日志",
}
# GLib's own, which other catalogs have, and what is the same everywhere.
NOT_OURS = re.compile(r"--help|^\S.*:$|^\s*$")
TYPED = re.compile(r"^ +(oak-rtsp-server|ffplay) [^[]")
OPTION = re.compile(r"^ +(?:-\w, )?--[a-z-]+", re.M)
WORDS = ("0.0.0.0", "127.0.0.1", "8554", "/camera", "copy", "auto", "true",
         "false", "on-demand", "always", "refuse", "picture", "kbit/s")

SKIP = 77
wrong = []


def check(holds, what):
    if not holds:
        wrong.append(what)


def find_locale():
    """Any but C: newer C libraries do not translate in C.UTF-8, either."""
    there = subprocess.run(["locale", "-a"], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.split()
    real = [name for name in there if re.fullmatch(r"\w+\.utf-?8", name, re.I)
            and not name.startswith("C.")]
    return (real or ["C.UTF-8"])[0]


def speak(program, language, *arguments):
    """Its standard output and error."""
    environment = dict(os.environ, LC_ALL=find_locale(), LANGUAGE=language)
    done = subprocess.run([program, *arguments], env=environment, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", check=False)
    return done.stdout


def ours(text):
    """The lines that are neither GLib's nor typed."""
    return [line for line in text.splitlines()
            if not NOT_OURS.search(line) and not TYPED.match(line)]


def typed(text):
    """Options and commands."""
    lines = text.splitlines()
    return (OPTION.findall(text)
            + [line for line in lines if TYPED.match(line)])


def check_help(english, text, language):
    for line in set(ours(english)) & set(ours(text)):
        check(False, f"{language}: not translated: {line}")
    check(typed(text) == typed(english), f"{language}: {typed(text)}")
    for word in WORDS:
        check(word in text, f"{language}: {word} is not said")
    check(TRANSLATED[language] in text, f"{language}: {text}")


def check_complaints(program):
    said = speak(program, "de")
    check("Geben Sie entweder die URI einer Kamera" in said, said)
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as settings:
        settings.write("[camera front]\nmount=/front\n")
        settings.flush()
        said = speak(program, "de", "--config", settings.name)
    check("[camera front]: Es fehlt uri=" in said, said)


def main(program):
    english = speak(program, "eo", "--help")
    if find_locale() == "C.UTF-8" and speak(program, "de", "--help") == english:
        print("SKIPPED: no locale that has translations, but C.UTF-8")
        return SKIP
    check("Log more" in english, english)
    for language in TRANSLATED:
        check_help(english, speak(program, language, "--help"), language)
    check_complaints(program)
    for what in wrong:
        print(what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
