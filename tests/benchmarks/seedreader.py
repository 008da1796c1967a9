#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the vendor's own host program costs, without its window and drawing.

    seedreader.py SKIP FRAMES PORT

Prints the same as floor. Exits with 77 if the program, or what it needs, is not there.
"""

import importlib.util
import pathlib
import resource
import sys
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/interop"))
import seed  # noqa: E402  pylint: disable=wrong-import-position

SKIPPED = 77


def cpu_time():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Counter:
    """Ends the program when it has shown enough."""

    def __init__(self, skip, wanted):
        self.skip, self.wanted, self.shown = skip, wanted, 0

    def show(self, *_):
        if self.shown == self.skip:
            self.cpu, self.start = cpu_time(), time.monotonic()
        if self.shown == self.skip + self.wanted:
            print(f"FRAMES {self.wanted} "
                  f"CPU {(cpu_time() - self.cpu) * 1e6:.0f} "
                  f"SECONDS {time.monotonic() - self.start:.6f} MEMORY 0",
                  file=sys.__stdout__)
            sys.exit()
        self.shown += 1


def make_window(counter):
    module = types.ModuleType("cv2")
    module.FONT_HERSHEY_TRIPLEX = 0
    module.putText = module.rectangle = lambda *_: None
    module.imshow = counter.show
    module.waitKey = lambda _: -1
    return module


def main():
    skip, wanted, port = map(int, sys.argv[1:])
    page = seed.find()
    if page is None or importlib.util.find_spec("numpy") is None:
        sys.exit(SKIPPED)
    program = seed.host_program(page).replace('"10.12.101.188"', '"127.0.0.1"')
    program = program.replace("5000", str(port))
    sys.modules["cv2"] = make_window(Counter(skip, wanted))
    exec(compile(program, str(page), "exec"),  # pylint: disable=exec-used
         {"__name__": "__main__", "print": lambda *_: None})


if __name__ == "__main__":
    main()
