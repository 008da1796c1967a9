# SPDX-License-Identifier: LGPL-2.1-or-later
"""A camera that shows four colours and one detection, always the same: what is
decoded behind encoders can be told by a few pixels. It can be taken away."""

import contextlib
import socket
import threading
import time

WIDTH, HEIGHT = 640, 352

# Red, green, blue; upper left, upper right, lower left, lower right.
COLOURS = ((200, 40, 40), (40, 170, 60), (40, 60, 190), (180, 180, 60))

# Around the middle: its edges cross all four.
BOX = (0.25, 0.25, 0.75, 0.75)


def picture(order=(2, 1, 0)):
    """Planes B, G, R; or in another order."""
    planes = []
    for channel in order:
        halves = [bytes([COLOURS[row * 2][channel]]) * (WIDTH // 2)
                  + bytes([COLOURS[row * 2 + 1][channel]]) * (WIDTH // 2)
                  for row in (0, 1)]
        planes.append(halves[0] * (HEIGHT // 2) + halves[1] * (HEIGHT // 2))
    return b"".join(planes)


class StillCamera:
    """Serves one client at a time. @images: bytes as they are sent, in turn."""

    def __init__(self, *images, fps=30):
        self.images = images or [picture()]
        self.fps = fps
        self.connections = 0
        self.listener = None
        self.client = None
        self.thread = None
        self.port = 0

    def appear(self):
        """Power on; under the address it had."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def vanish(self):
        """Power off; once is enough."""
        if self.listener is None:
            return
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.client is not None:
            with contextlib.suppress(OSError):
                self.client.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener = None

    def _serve(self):
        while True:
            try:
                self.client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with self.client, contextlib.suppress(OSError):
                self._talk(self.client)

    def _talk(self, client):
        text = ("0;87.5;" + ";".join(f"{edge:.4f}" for edge in BOX)).encode()
        start = time.monotonic()
        n = 0
        while True:
            image = self.images[n % len(self.images)]
            header = f"IMG {start + n / self.fps:.6f} {len(image)} {len(text)}"
            client.sendall(header.ljust(32).encode() + text + image)
            n += 1
            time.sleep(max(0, start + n / self.fps - time.monotonic()))


@contextlib.contextmanager
def running(*images, fps=30):
    camera = StillCamera(*images, fps=fps)
    camera.appear()
    try:
        yield camera
    finally:
        camera.vanish()
