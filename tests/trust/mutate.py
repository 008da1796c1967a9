#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Breaks each condition of the pure rooms in turn: a test must fall.

    python3 tests/trust/mutate.py BUILD [ROOM ...] [--jobs N]

A mutant has one comparison moved by one or turned round, one "and" that is an
"or", one negation less, one TRUE that is FALSE. It is compiled as BUILD
compiles the room (with sanitizers they see what is read beside a text), and
linked with the room's own test; one that survives it is tried with those of the
rooms that use it. A mutant that is the same machine code is none. Survivors
that tests/trust/survivors.txt names, with the reason, are accepted. The last
line is the sum of the rooms.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
ROOMS = SOURCE / "gst/oak"
SURVIVORS = HERE / "survivors.txt"

# A test that takes so many times longer than without a mutant hangs: that is
# seen. In s at first, and at least.
SLOWER = 8
TIMEOUT_FIRST, TIMEOUT_LEAST = 300, 20
MEMORY = 4 << 30

SWAPS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",),
    "TRUE": ("FALSE",), "FALSE": ("TRUE",), "!": ("",),
}
OPERATOR = re.compile(
    r"(?<![-<>=!&|+*/])(?:<=|>=|==|!=|&&|\|\||<(?!<)|>(?!>)|!(?!=))(?![<>=])"
    r"|\b(?:TRUE|FALSE)\b")
HIDDEN = re.compile(
    r'/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'|^[ \t]*#.*?(?<!\\)$',
    re.DOTALL | re.MULTILINE)


class Room:
    def __init__(self, name, build, commands):
        self.name = name
        self.build = build
        self.path = ROOMS / f"{name}.c"
        self.text = self.path.read_text(encoding="utf-8")
        command = shlex.split(commands.get(self.path, ""))
        if not command:
            sys.exit(f"{build} is not a build of {self.path}")
        out = command.index("-o")
        self.command = [word for i, word in enumerate(command)
                        if i not in (out, out + 1)
                        and not word.startswith(("-M", "-O"))
                        and not word.endswith((".c", ".d", ".o"))
                        and word not in ("-c", "-Werror", "-D_FORTIFY_SOURCE=2",
                                         "-U_FORTIFY_SOURCE")]
        self.sanitizers = [word for word in command
                           if word.startswith("-fsanitize")]
        has_test = (build / f"tests/check/test-{name}.p").is_dir()
        self.users = [name] if has_test else []
        self.timeouts = collections.defaultdict(lambda: TIMEOUT_FIRST)
        self.counts = dict.fromkeys(("killed", "equal", "survived"), 0)

    def mutants(self):
        """Position, what stands there, what the mutant has instead."""
        masked = HIDDEN.sub(lambda match: " " * len(match[0]), self.text)
        for match in OPERATOR.finditer(masked):
            for other in SWAPS[match[0]]:
                yield match.start(), match[0], other

    def where(self, position):
        number = self.text.count("\n", 0, position) + 1
        return number, self.text.splitlines()[number - 1].strip()

    def compile(self, text, place, *options):
        """An object file, or None where that is no C."""
        source = place / f"{self.name}.c"
        source.write_text(text, encoding="utf-8")
        result = place / f"{self.name}{''.join(options)}.o"
        done = subprocess.run(
            [*self.command, "-w", "-I", str(ROOMS), *options, "-c", str(source),
             "-o", str(result)], cwd=self.build, stderr=subprocess.DEVNULL,
            check=False)
        return result if done.returncode == 0 else None

    def code(self, text, place):
        """Its machine code; line numbers are not in it."""
        made = self.compile(text, place, "-O2", "-g0")
        return made and subprocess.run(
            ["objdump", "-d", "-s", "-j", ".text", "-j", ".rodata",
             "--no-show-raw-insn", made.name], cwd=place,
            stdout=subprocess.PIPE, check=False).stdout


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def is_seen(room, made, user, place, libraries):
    """Whether the test of @user falls with the object @made."""
    test = f"tests/check/test-{user}.p/libs_{user}.c.o"
    program = place / f"test-{user}"
    subprocess.run(
        [room.command[0], *room.sanitizers, "-o", str(program), test, str(made),
         "gst/oak/liboakpure.a", *libraries], cwd=room.build, check=True)
    try:
        done = subprocess.run(
            [str(program)], cwd=place, timeout=room.timeouts[user],
            preexec_fn=None if room.sanitizers else limit,
            env=dict(os.environ, CK_FORK="no", CK_DEFAULT_TIMEOUT="0",
                     ASAN_OPTIONS="detect_leaks=0", GST_REGISTRY_FORK="no",
                     UBSAN_OPTIONS="halt_on_error=1"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        return True
    finally:
        program.unlink()
    return done.returncode != 0


def judge(room, mutant, libraries):
    position, old, new = mutant
    text = room.text[:position] + new + room.text[position + len(old):]
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        made = room.compile(text, place, "-O0")
        if made is None:
            return "equal"
        for user in room.users:
            if is_seen(room, made, user, place, libraries):
                return "killed"
        if room.code(text, place) == room.code(room.text, place):
            return "equal"
    return "survived"


def read_survivors():
    """(room, line, mutant) → how many. Blocks of four lines; a line that
    stands in several places may end in their number."""
    if not SURVIVORS.exists():
        return {}
    blocks = SURVIVORS.read_text(encoding="utf-8").split("\n\n")
    lines = [[line for line in block.splitlines() if not line.startswith("#")]
             for block in blocks]
    accepted = {}
    for one in lines:
        if len(one) > 3:
            mutant, _, times = one[2].partition(" times ")
            accepted[one[0], one[1], mutant] = int(times or 1)
    return accepted


def find_rooms(build, names):
    commands = {}
    for one in json.loads((build / "compile_commands.json").read_text()):
        path = (build / one["file"]).resolve()
        commands[path] = one["command"]
    rooms = [Room(path.stem, build, commands)
             for path in sorted(ROOMS.glob("oak*.c"))
             if (build / f"gst/oak/liboakpure.a.p/{path.name}.o").exists()]
    tested = [room for room in rooms if room.users]
    for room in rooms:
        room.users += [other.name for other in tested if other is not room
                       and f'"{room.name}.h"' in other.text
                       + (ROOMS / f"{other.name}.h").read_text()]
    lacking = set(names) - {room.name for room in rooms} | {
        room.name for room in rooms if not room.users}
    if lacking or not rooms:
        sys.exit(f"There is no such room, or no test of it, in {build}: "
                 + (", ".join(sorted(lacking)) or "nothing is compiled"))
    return [room for room in rooms if not names or room.name in names]


def is_sound(room, libraries):
    """Whether the tests that are to see mutants pass without any."""
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        made = room.compile(room.text, place, "-O0")
        bad = []
        for user in room.users:
            started = time.monotonic()
            if made is None or is_seen(room, made, user, place, libraries):
                bad.append(user)
            taken = time.monotonic() - started
            room.timeouts[user] = max(SLOWER * taken, TIMEOUT_LEAST)
    if bad:
        print(f"{room.name}: unbroken, it fails in: {', '.join(bad)}")
    return not bad


def check(room, pool, libraries, accepted):
    if not is_sound(room, libraries):
        return False
    mutants = list(room.mutants())
    left = collections.Counter(accepted)
    verdicts = pool.map(lambda mutant: judge(room, mutant, libraries), mutants)
    new = 0
    for (position, old, other), verdict in zip(mutants, verdicts):
        room.counts[verdict] += 1
        if verdict != "survived":
            continue
        number, line = room.where(position)
        at = position - room.text.rfind("\n", 0, position)
        key = (room.name, line, f"{old} -> {other or 'nothing'}")
        left[key] -= 1
        if left[key] < 0:
            new += 1
            print(f"{room.path.name}:{number}:{at}: {line}\n    {key[2]}")
    print(f"{room.name}: {len(mutants)} mutants, "
          + ", ".join(f"{n} {what}" for what, n in room.counts.items())
          + (f", {room.counts['survived'] - new} of them accepted" if
             room.counts["survived"] else ""), flush=True)
    return new == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("rooms", nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    libraries = shlex.split(subprocess.run(
        ["pkg-config", "--libs", "gstreamer-check-1.0"], check=True,
        stdout=subprocess.PIPE, text=True).stdout) + ["-lm"]

    rooms = find_rooms(options.build.resolve(), options.rooms)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        good = sum(check(room, pool, libraries, read_survivors())
                   for room in rooms)
    print(f"{good} passed, {len(rooms) - good} failed, 0 skipped")
    return 0 if good == len(rooms) else 1


if __name__ == "__main__":
    sys.exit(main())
