#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adds up what meson's test logs say. The sum is the last line.

A program that prints Check's closing line counts as its test cases, every
other test as one. A case that says ": skipped." at the end of a line has not
passed. Exit status 0 only if something passed and nothing failed.
"""

import json
import re
import sys

CHECKS = re.compile(
    r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", re.MULTILINE
)
LEFT_OUT = re.compile(r": skipped\.$", re.MULTILINE)
GOOD = ("OK", "EXPECTEDFAIL")


def count(test):
    """Passed, failed and skipped cases of one line of the log."""
    result = test["result"]
    if result == "SKIP":
        return 0, 0, 1

    sums = [[int(n) for n in s] for s in CHECKS.findall(test.get("stdout", ""))]
    cases = sum(s[0] for s in sums)
    failed = sum(s[1] + s[2] for s in sums)
    said = test.get("stdout", "") + "\n" + test.get("stderr", "")
    skipped = len(LEFT_OUT.findall(said)) if sums else 0
    if result in GOOD:
        return max(cases, 1) - min(skipped, cases), 0, skipped
    # A program that dies after its last case, or before, has failed too.
    failed = max(failed, 1)
    return max(cases - failed - skipped, 0), failed, skipped


def read(path):
    with open(path, encoding="utf-8", errors="replace") as log:
        return [json.loads(line) for line in log if line.strip()]


def main(paths):
    passed = failed = skipped = 0
    for path in paths:
        try:
            tests = read(path)
        except (OSError, ValueError) as error:
            print(f"{path}: {error}")
            tests = []
        for test in tests:
            good, bad, left_out = count(test)
            passed += good
            failed += bad
            skipped += left_out
            if bad or left_out:
                print(f"{test['result']}: {test['name']}")
        if not tests:
            print(f"{path}: no test ran")
            failed += 1

    if not passed + failed:
        print("Every test was skipped.")
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
