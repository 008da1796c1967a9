# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line: which commands there are, and how they end."""

import argparse
import sys

from oakstandalone.failure import INTERRUPTED, Failure

# Modules that have commands; each adds its own.
MODULES = ()


def make_parser():
    parser = argparse.ArgumentParser(
        prog="oak-standalone",
        description="Makes an OAK PoE camera run on its own.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND",
                                     required=True)
    for module in MODULES:
        module.add_commands(commands)
    return parser


def main(arguments=None):
    """The exit code, after what went wrong was said on stderr."""
    options = make_parser().parse_args(arguments)
    try:
        options.run(options)
    except Failure as failure:
        print(f"oak-standalone: {failure}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        print("\noak-standalone: interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0
