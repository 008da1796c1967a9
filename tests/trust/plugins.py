#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a plugin shows of itself, and how it is linked.

    plugins.py HARDENED PLUGIN ...

HARDENED: "yes" if this build has the flags that a release has.
"""

import re
import shutil
import subprocess
import sys

SKIP = 77
ENTRY = re.compile(r"gst_plugin_\w+_(?:get_desc|register)")
# Of these the sanitizers' and the coverage tools' own are no concern.
FOREIGN = re.compile(r"__(?:asan|ubsan|tsan|odr|start|stop|sancov|gcov|llvm)\w*"
                     r"|_init|_fini")

failed = 0


def claim(true, what):
    global failed
    print(f"{'good' if true else 'FAILED'}: {what}")
    failed += not true


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def symbols(plugin, *which):
    lines = run("nm", "-D", *which, plugin).splitlines()
    return {line.split()[-1].split("@")[0] for line in lines}


def check(plugin, hardened):
    name = plugin.rsplit("/", 1)[-1]
    shown = {symbol for symbol in symbols(plugin, "--defined-only")
             if not FOREIGN.fullmatch(symbol)}
    claim(len(shown) == 2 and all(map(ENTRY.fullmatch, shown)),
          f"{name} shows its two entry points alone: {sorted(shown)}")

    dynamic = run("readelf", "-dW", plugin)
    claim("NODELETE" in dynamic, f"{name} stays loaded")
    segments = run("readelf", "-lW", plugin)
    claim("GNU_RELRO" in segments, f"{name} has RELRO")
    claim(re.search(r"GNU_STACK.* RW ", segments), f"{name}: no code on stacks")
    if not hardened:
        print(f"{name}: not a hardened build; the rest is not looked at")
        return set()
    claim("BIND_NOW" in dynamic or re.search(r"FLAGS_1.*\bNOW\b", dynamic),
          f"{name} binds all before it runs")
    needed = symbols(plugin, "--undefined-only")
    claim("__stack_chk_fail" in needed, f"{name} guards its stack")
    return {symbol for symbol in needed if symbol.endswith("_chk")}


def main(hardened, *plugins):
    for tool in ("nm", "readelf"):
        if shutil.which(tool) is None:
            print(f"SKIPPED: no {tool}")
            return SKIP
    checked = set()
    for plugin in plugins:
        checked |= check(plugin, hardened == "yes")
    # Where the compiler knows no size, or sees that all is well, a plugin has
    # none of them; in all of ours together there are some.
    if hardened == "yes":
        claim(checked, f"there are fortified functions: {sorted(checked)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
