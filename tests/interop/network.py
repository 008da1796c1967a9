# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network of one's own: this machine, a switch, and a camera behind it, each
in a network namespace, joined by cables that can be pulled and spoilt.

Nobody needs to be root for that, but not every system allows it.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

import rig

HOST, CAMERA = "10.73.0.1", "10.73.0.2"
PORT = 5000

# The camera keeps it when it is switched off, so that nobody has to ask anew.
HARDWARE_ADDRESS = "02:73:00:00:00:02"

BAD_CABLE = pathlib.Path(__file__).resolve().parent / "badcable.py"
ALONE = (["unshare", "--map-root-user", "--net"], ["unshare", "--net"])
PROBE = ("ip link add switch type bridge && "
         "ip link add cable0 type veth peer name port0")
INSIDE = "OAK_TEST_NETWORK"


def move_in():
    """Starts this program again, with a network of its own; or skips."""
    if INSIDE in os.environ:
        return
    for tool in ("unshare", "nsenter", "ip"):
        if shutil.which(tool) is None:
            rig.skip(f"no {tool} here")
    for alone in ALONE:
        tried = subprocess.run([*alone, "sh", "-c", PROBE], check=False,
                               capture_output=True, text=True)
        if tried.returncode == 0:
            os.environ[INSIDE] = "yes"
            os.execvp(alone[0], [*alone, sys.executable, *sys.argv])
    rig.skip(f"no network of one's own can be made here: {tried.stderr}")


def run(*words):
    subprocess.run(words, check=True)


class Namespace:
    """A network that lasts as long as somebody is in it."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo here && exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        rig.check(self.holder.stdout.readline() == "here\n", "it is there")
        self.pid = str(self.holder.pid)
        self.within = ["nsenter", f"--net=/proc/{self.pid}/ns/net"]

    def run(self, *words):
        run(*self.within, *words)

    def ip(self, *words):
        self.run("ip", *words)

    def close(self):
        self.holder.stdin.close()
        self.holder.stdout.close()
        self.holder.wait()


class Camera:
    """A camera's network, at the end of a cable from a port of the switch."""

    def __init__(self, switch):
        self.switch = switch
        self.namespace = Namespace()
        self.within = self.namespace.within
        switch.ip("link", "add", "port1", "type", "veth", "peer", "name",
                  "cable1", "address", HARDWARE_ADDRESS, "netns",
                  self.namespace.pid)
        connect(switch, "port1")
        self.namespace.ip("address", "add", f"{CAMERA}/24", "dev", "cable1")
        # A camera's kernel is an old one. Others take a while to notice that
        # the way has become longer.
        self.namespace.run("sh", "-c", "echo reno > "
                           "/proc/sys/net/ipv4/tcp_congestion_control")
        # A frame on this cable is no longer than on any other.
        self.namespace.ip("link", "set", "cable1", "gso_max_segs", "1", "up")

    def pull_cable(self):
        self.namespace.ip("link", "set", "cable1", "down")

    def plug_cable(self):
        self.namespace.ip("link", "set", "cable1", "up")

    def lose_power(self, runner):
        """Not a word leaves it any more, and it forgets whom it spoke to."""
        self.pull_cable()
        runner.process.kill()
        runner.process.wait()
        self.switch.ip("link", "delete", "port1")


@contextlib.contextmanager
def camera(middle):
    """Gives the network of a camera, and ends it."""
    there = Camera(middle)
    try:
        yield there
    finally:
        there.namespace.close()


@contextlib.contextmanager
def switch():
    """Gives a switch that this machine is connected to."""
    middle = Namespace()
    try:
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "cable0", "type", "veth", "peer", "name",
            "port0", "netns", middle.pid)
        run("ip", "address", "add", f"{HOST}/24", "dev", "cable0")
        run("ip", "link", "set", "cable0", "gso_max_segs", "1", "up")
        middle.ip("link", "add", "switch", "type", "bridge")
        middle.ip("link", "set", "switch", "up")
        connect(middle, "port0")
        yield middle
    finally:
        middle.close()


def connect(middle, port):
    middle.ip("link", "set", port, "master", "switch", "up")


class BadCable:
    """Loses and delays what goes through the switch, both ways, to and from a
    camera that is there. By netem where the kernel has it, else by a program
    that passes on the packets in the switch's place."""

    PORTS = ("port0", "port1")

    def __init__(self, middle):
        self.middle = middle
        self.relay = None
        why = self.lacking()
        if why:
            print(f"(no netem here: {why}; a program of ours takes its place)")
            for port in self.PORTS:
                middle.ip("link", "set", port, "nomaster")
            self.relay = subprocess.Popen(
                [*middle.within, sys.executable, str(BAD_CABLE), *self.PORTS],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.relay:
            self.relay.stdin.close()
            self.relay.wait()
            self.relay.stdout.close()

    def netem(self, port, *words):
        return [*self.middle.within, "tc", "qdisc", "replace", "dev", port,
                "root", "netem", *words]

    def lacking(self):
        if shutil.which("tc") is None:
            return "no tc"
        tried = subprocess.run(self.netem("port0"), check=False,
                               capture_output=True, text=True)
        return tried.stderr.strip() if tried.returncode else None

    def set(self, loss=0, delay=0, jitter=0):
        """@loss: in percent; @delay, @jitter: in ms."""
        if self.relay:
            self.relay.stdin.write(f"{loss} {delay} {jitter}\n")
            self.relay.stdin.flush()
            rig.check(self.relay.stdout.readline() == "ok\n", "the cable obeys")
            return
        # With a rate none overtakes another.
        for port in self.PORTS:
            run(*self.netem(port, "loss", f"{loss}%", "delay", f"{delay}ms",
                            f"{jitter}ms", "rate", "1gbit"))
