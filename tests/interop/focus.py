#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Focus from oaktcpsrc to our camera program: every byte, and when."""

import json
import time

import element
import rig

SPACING = 0.1                   # s, between two messages
CLOCKS = 0.002                  # s; what two readings of a clock may be apart

CAMERA = ("--size", "64x48", "--controls")
SIZE = "width=64 height=48"
AGAIN = ("--set", "MODE=client", "--set", "RETRY_WAITS=(0.1,)")


def on_the_wire(word):
    return f"{word:<3},".ljust(32)


def expect_message(runner):
    """When the program met the next message, and what that was."""
    seconds, text = runner.expect("RECEIVED").split(" ", 1)
    return float(seconds), json.loads(text)


def expect_until(runner, word):
    """All the messages up to @word's."""
    met = [expect_message(runner)]
    while met[-1][1] != on_the_wire(word):
        met.append(expect_message(runner))
    return met


def check_spacing(start, met):
    # Against the clock at the start, not against each other: a program that
    # was held up meets the late ones sooner after one another.
    for number, (seconds, text) in enumerate(met):
        least = start + number * SPACING - CLOCKS
        rig.check(seconds >= least, f"{text!r} met {least - seconds:.3f} s "
                  "before it may have been sent")


def each_is_one_message_of_32_bytes(runner, player):
    for name, value, word in (
            ("focus", 0, "0"), ("focus", 7, "7"), ("focus", 42, "42"),
            ("focus", 255, "255"), ("autofocus", "true", "AUT"),
            ("autofocus", "false", "255"), ("autofocus", "true", "AUT"),
            ("focus", 120, "120")):
        player.set(name, value)
        _, text = expect_message(runner)
        rig.check(text == on_the_wire(word), f"{name}={value}: {text!r}")
        told = json.loads(runner.expect("CONTROL"))
        rig.check(told == [["setAutoFocusMode", "CONTINUOUS_VIDEO"]]
                  if word == "AUT" else told == [["setManualFocus", int(word)]],
                  f"{name}={value}: {told}")


def a_burst_keeps_its_last(runner, player):
    start = time.monotonic()
    for position in range(100):
        player.set("focus", position)
    met = expect_until(runner, "99")
    texts = [text for _, text in met]
    order = [int(text[:3]) for text in texts]
    rig.check(order == sorted(set(order)), f"in order, each once: {order}")
    rig.check(all(text == on_the_wire(int(text[:3])) for text in texts),
              f"{texts}")
    check_spacing(start, met)


def the_picture_goes_on(_, player):
    for position in range(5):
        player.set("focus", position)
        player.wait_for_frame()


def check_client():
    with rig.running(0, *CAMERA) as runner:
        port = int(runner.expect("PORT"))
        with element.Player(f"port={port} {SIZE}") as player:
            player.wait_for_frame()
            # The burst comes first: what is sent before it is a part of it.
            for claim in (a_burst_keeps_its_last,
                          each_is_one_message_of_32_bytes,
                          the_picture_goes_on):
                claim(runner, player)
                print(f"focus: {claim.__name__.replace('_', ' ')}")


def check_first_connection():
    with rig.running(0, *CAMERA) as runner:
        port = int(runner.expect("PORT"))
        with element.Player(f"port={port} {SIZE} focus=33"):
            _, text = expect_message(runner)
            rig.check(text == on_the_wire(33), f"set before: {text!r}")
    print("focus: what was set before is sent when there is a camera")


def check_server():
    with element.Player("mode=server bind-address=127.0.0.1 port=0 "
                        + SIZE) as player:
        port = player.get("current-port")
        last = None
        for name, value, word in (("focus", 90, "90"),
                                  ("autofocus", "true", "AUT"),
                                  ("autofocus", "false", "90"),
                                  ("focus", 5, "5")):
            with rig.running(port, *CAMERA, *AGAIN) as runner:
                if last:
                    _, text = expect_message(runner)
                    rig.check(text == on_the_wire(last), f"again: {text!r}")
                else:
                    player.wait_for_frame()
                player.set(name, value)
                expect_until(runner, word)
                last = word
    print("focus: the last is sent again after a reconnect")


def main():
    check_client()
    check_first_connection()
    check_server()


if __name__ == "__main__":
    rig.limit(120)
    main()
