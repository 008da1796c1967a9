#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bad cable between two network interfaces, for kernels without netem.

    badcable.py INTERFACE INTERFACE

Reads lines `LOSS DELAY JITTER`: how many of a hundred packets get lost, how
many ms the others are late, and how much more or less; and says `ok`. None
overtakes another.
"""

import collections
import random
import selectors
import socket
import sys
import time

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_VNET_HDR = 15            # what is left to do comes with each packet
PACKET_IGNORE_OUTGOING = 23
SIZE_MAX = 65536 + 256


def open_end(name):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                        socket.htons(ETH_P_ALL))
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.bind((name, 0))
    end.setblocking(False)
    return end


class Way:
    """From one end to the other."""

    def __init__(self, out, into):
        self.out = out
        self.into = into
        self.due = 0            # of the last packet
        self.packets = collections.deque()

    def take(self, chance, loss, delay, jitter):
        try:
            packet = self.out.recv(SIZE_MAX)
        except OSError:
            return              # pulled out
        if chance.random() * 100 < loss:
            return
        late = (delay + chance.uniform(-jitter, jitter)) / 1000
        self.due = max(self.due, time.monotonic() + late)
        self.packets.append((self.due, packet))

    def deliver(self):
        while self.packets and self.packets[0][0] <= time.monotonic():
            _, packet = self.packets.popleft()
            try:
                self.into.send(packet)
            except OSError:
                pass            # no room, or pulled out: it is lost


def time_left(ways):
    """In s, until the next packet is due; None if there is none."""
    dues = [way.packets[0][0] for way in ways if way.packets]
    return max(0, min(dues) - time.monotonic()) if dues else None


def main(names):
    ends = [open_end(name) for name in names]
    ways = [Way(*ends), Way(*reversed(ends))]
    selector = selectors.DefaultSelector()
    for way in ways:
        selector.register(way.out, selectors.EVENT_READ, way)
    selector.register(sys.stdin, selectors.EVENT_READ)
    chance = random.Random(42)
    settings = (0.0, 0.0, 0.0)

    while True:
        for key, _ in selector.select(time_left(ways)):
            if key.data is not None:
                key.data.take(chance, *settings)
                continue
            line = sys.stdin.readline()
            if not line:
                return
            settings = tuple(map(float, line.split()))
            print("ok", flush=True)
        for way in ways:
            way.deliver()


if __name__ == "__main__":
    main(sys.argv[1:])
