# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the simulated camera looks at: a car park, and who moves there.

A picture is bytes in planes B, G, R, as a camera's preview is. The detections
are the true boxes of what was drawn. Both depend on the frame's time alone, so
that a test can ask again. Plain Python: a shape is cut into runs of one colour
once per size, and a run is one slice assignment per plane.
"""

import math
import struct

# Where things stand, as parts of the picture's height.
HORIZON = 0.30
PAVEMENT = 0.42
ROAD = 0.50

# One round; objects are spread over it so that some seconds are busy and one
# is empty.
ROUND = 12.0

# A network tells what it sees, and a little of what it guesses beyond the edge.
BEYOND = 0.03
LEAST_VISIBLE = 0.35

PERSON, CAR, BUS, BIRD, DOG = 0, 2, 5, 14, 16
CLASSES = {PERSON: "person", CAR: "car", BUS: "bus", BIRD: "bird", DOG: "dog"}

# Red, green, blue.
TYRE = (28, 28, 32)
GLASS = (176, 208, 222)
LAMP = (250, 232, 150)
SKIN = (226, 180, 148)
HAIR = (70, 48, 36)
INK = (246, 246, 240)
SHADE = (44, 52, 64)


def rect(colour, x0, y0, x1, y1):
    return ("rect", colour, x0, y0, x1, y1)


def oval(colour, x0, y0, x1, y1):
    return ("oval", colour, x0, y0, x1, y1)


# Shapes in a box from 0,0 to 1,1. Each touches all four sides of its box in
# one pose at least, so that the box is the object's and not a frame around it.

def car(colour):
    return [
        oval(colour, 0.16, 0.00, 0.84, 0.95),
        oval(GLASS, 0.23, 0.09, 0.77, 0.78),
        rect(colour, 0.48, 0.05, 0.53, 0.50),
        rect(colour, 0.03, 0.42, 0.97, 0.80),
        oval(colour, 0.00, 0.42, 0.20, 0.84),
        oval(colour, 0.80, 0.42, 1.00, 0.84),
        rect(LAMP, 0.95, 0.50, 0.99, 0.60),
        oval(TYRE, 0.12, 0.62, 0.32, 1.00),
        oval(TYRE, 0.68, 0.62, 0.88, 1.00),
        oval(GLASS, 0.18, 0.74, 0.26, 0.88),
        oval(GLASS, 0.74, 0.74, 0.82, 0.88),
    ]


def bus(colour):
    windows = [rect(GLASS, x / 100, 0.14, x / 100 + 0.13, 0.46)
               for x in range(5, 90, 16)]
    return [rect(colour, 0.00, 0.00, 1.00, 0.88)] + windows + [
        rect(INK, 0.00, 0.56, 1.00, 0.62),
        rect(LAMP, 0.97, 0.68, 1.00, 0.76),
        oval(TYRE, 0.13, 0.72, 0.27, 1.00),
        oval(TYRE, 0.73, 0.72, 0.87, 1.00),
        oval(GLASS, 0.18, 0.82, 0.22, 0.90),
        oval(GLASS, 0.78, 0.82, 0.82, 0.90),
    ]


def person(colour, pose):
    legs = ((0.22, 0.62), (0.34, 0.50), (0.10, 0.72), (0.34, 0.50))[pose]
    arms = ((0.08, 0.74), (0.16, 0.66), (0.00, 0.82), (0.16, 0.66))[pose]
    return [
        rect(SHADE, legs[0], 0.55, legs[0] + 0.18, 1.00),
        rect(SHADE, legs[1], 0.55, legs[1] + 0.18, 1.00),
        rect(SKIN, arms[0], 0.26, arms[0] + 0.18, 0.52),
        rect(SKIN, arms[1], 0.26, arms[1] + 0.18, 0.52),
        oval(colour, 0.16, 0.18, 0.84, 0.40),
        rect(colour, 0.16, 0.28, 0.84, 0.62),
        oval(HAIR, 0.28, 0.00, 0.72, 0.16),
        oval(SKIN, 0.30, 0.04, 0.70, 0.20),
    ]


def dog(colour, pose):
    step = (0.0, 0.05, 0.1, 0.05)[pose]
    return [
        rect(colour, 0.14 + step, 0.55, 0.24 + step, 1.00),
        rect(colour, 0.34 - step, 0.55, 0.44 - step, 1.00),
        rect(colour, 0.54 + step, 0.55, 0.64 + step, 1.00),
        rect(colour, 0.72 - step, 0.55, 0.80 - step, 1.00),
        oval(colour, 0.10, 0.30, 0.82, 0.76),
        rect(colour, 0.00, 0.12 + step, 0.08, 0.48),
        rect(colour, 0.02, 0.38, 0.20, 0.50),
        oval(colour, 0.68, 0.02, 0.94, 0.44),
        rect(colour, 0.84, 0.20, 1.00, 0.36),
        rect(HAIR, 0.70, 0.00, 0.78, 0.26),
        rect(TYRE, 0.96, 0.20, 1.00, 0.28),
    ]


def bird(colour, pose):
    wing = ((0.00, 0.50), (0.25, 0.60), (0.50, 1.00), (0.25, 0.60))[pose]
    return [
        oval(colour, 0.25, 0.38, 0.80, 0.72),
        rect(colour, 0.00, 0.44, 0.35, 0.54),
        oval(colour, 0.70, 0.32, 0.95, 0.60),
        rect(LAMP, 0.92, 0.42, 1.00, 0.50),
        oval(SHADE, 0.36, wing[0], 0.62, wing[1]),
    ]


def cloud():
    return [
        oval((236, 240, 244), 0.00, 0.35, 0.45, 0.95),
        oval((244, 247, 250), 0.20, 0.00, 0.70, 0.90),
        oval((232, 237, 243), 0.50, 0.30, 1.00, 1.00),
    ]


def mirrored(shapes):
    return [(kind, colour, 1 - x1, y0, 1 - x0, y1)
            for kind, colour, x0, y0, x1, y1 in shapes]


def walking(shape, colour):
    return [shape(colour, pose) for pose in range(4)]


class Actor:
    """Enters at @start, crosses the picture in @duration, comes each round."""

    def __init__(self, label, poses, width, height, ground, start, duration,
                 leftward=False, sway=0.0):
        self.label = label
        self.poses = [mirrored(p) for p in poses] if leftward else poses
        self.width, self.height = width, height  # parts of the picture
        self.ground = ground                     # where its feet are
        self.start, self.duration = start, duration
        self.leftward = leftward
        self.sway = sway

    def place(self, time):
        """The top left corner, as parts of the picture, or None if away."""
        way = ((time - self.start) % ROUND) / self.duration
        if way >= 1:
            return None
        if self.leftward:
            way = 1 - way
        x = -self.width + way * (1 + self.width)
        y = self.ground - self.height
        y += self.sway * math.sin(2 * math.pi * time * 0.8)
        return x, y

    def pose(self, time):
        return int(time * 7) % len(self.poses)

    def confidence(self, time):
        return 0.78 + 0.19 * math.sin(time * 1.7 + self.start * 2.3)


# From far to near: the nearer one is drawn over the farther one.
ACTORS = [
    Actor(BIRD, walking(bird, (58, 62, 74)), 0.06, 0.07, 0.17, 3.4, 4.2,
          leftward=True, sway=0.02),
    Actor(PERSON, walking(person, (196, 70, 64)), 0.050, 0.21, 0.475, 0.6, 9.4),
    Actor(PERSON, walking(person, (72, 120, 186)), 0.052, 0.22, 0.485, 1.8, 8.6,
          leftward=True),
    Actor(BUS, [bus((232, 168, 56))], 0.40, 0.30, 0.66, 5.2, 5.4,
          leftward=True),
    Actor(CAR, [car((186, 52, 54))], 0.25, 0.20, 0.76, 0.9, 4.0),
    Actor(CAR, [car((66, 128, 112))], 0.27, 0.21, 0.78, 6.0, 4.4),
    Actor(DOG, walking(dog, (150, 104, 62)), 0.11, 0.13, 0.93, 1.3, 6.2),
    Actor(PERSON, walking(person, (112, 84, 152)), 0.085, 0.38, 0.95, 1.0, 7.0),
    Actor(CAR, [car((70, 92, 168))], 0.34, 0.28, 0.97, 8.0, 3.0,
          leftward=True),
]

FONT = {  # five rows of three dots, a row is a number of three bits
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7),
    "3": (7, 1, 7, 1, 7), "4": (5, 5, 7, 1, 1), "5": (7, 4, 7, 1, 7),
    "6": (7, 4, 7, 5, 7), "7": (7, 1, 1, 2, 2), "8": (7, 5, 7, 5, 7),
    "9": (7, 5, 7, 1, 7), ".": (0, 0, 0, 0, 2),
}


def single(value):
    """As a camera holds a float: in 32 bits."""
    return struct.unpack("f", struct.pack("f", value))[0]


class Detection:
    """What depthai's ImgDetection has."""

    def __init__(self, label, confidence, xmin, ymin, xmax, ymax):
        self.label = label
        self.confidence = single(confidence)
        self.xmin, self.ymin = single(xmin), single(ymin)
        self.xmax, self.ymax = single(xmax), single(ymax)

    def values(self):
        return [self.label, self.confidence,
                self.xmin, self.ymin, self.xmax, self.ymax]


class Scene:
    """The car park at one picture size."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self._colours = {}
        self._sprites = {}
        self._background = self._paint_background()

    def picture(self, time, clock):
        """The planes B, G, R at @time; @clock is what the clock shows."""
        planes = bytearray(self._background)
        self._draw_clouds(planes, time)
        for actor in ACTORS:
            place = actor.place(time)
            if place is not None:
                self._draw(planes, actor.poses[actor.pose(time)], place,
                           actor.width, actor.height)
        self._draw_clock(planes, clock)
        return planes

    def detections(self, time):
        """What a good network would find at @time."""
        found = []
        for actor in ACTORS:
            place = actor.place(time)
            if place is None:
                continue
            x, y = place
            seen = min(x + actor.width, 1) - max(x, 0)
            if seen < LEAST_VISIBLE * actor.width:
                continue
            left, top, right, bottom = self._box(place, actor)
            found.append(Detection(
                actor.label, actor.confidence(time),
                max(left, -BEYOND), max(top, -BEYOND),
                min(right, 1 + BEYOND), min(bottom, 1 + BEYOND)))
        return found

    def _box(self, place, actor):
        x, y, w, h = self._pixels(place, actor.width, actor.height)
        return (x / self.width, y / self.height,
                (x + w) / self.width, (y + h) / self.height)

    def _pixels(self, place, width, height):
        return (round(place[0] * self.width), round(place[1] * self.height),
                max(3, round(width * self.width)),
                max(3, round(height * self.height)))

    def _rows_of(self, colour):
        """One full row of @colour for each plane, to cut runs from."""
        rows = self._colours.get(colour)
        if rows is None:
            rows = [bytes([value]) * self.width for value in reversed(colour)]
            self._colours[colour] = rows
        return rows

    def _sprite(self, shapes, w, h):
        """@shapes as runs: (row, first column, last column + 1, rows)."""
        key = (id(shapes), w, h)
        runs = self._sprites.get(key)
        if runs is None:
            runs = []
            for shape in shapes:
                runs += self._runs(shape, w, h)
            self._sprites[key] = runs
        return runs

    def _runs(self, shape, w, h):
        kind, colour, x0, y0, x1, y1 = shape
        rows = self._rows_of(colour)
        x0, x1, y0, y1 = x0 * w, x1 * w, y0 * h, y1 * h
        for row in range(round(y0), max(round(y1), round(y0) + 1)):
            inset = 0.0
            if kind == "oval":
                slope = (row + 0.5 - (y0 + y1) / 2) / ((y1 - y0) / 2)
                if abs(slope) >= 1:
                    continue
                inset = (x1 - x0) / 2 * (1 - math.sqrt(1 - slope * slope))
            first, last = round(x0 + inset), round(x1 - inset)
            if row < h and first < last:
                yield row, first, last, rows

    def _draw(self, planes, shapes, place, width, height):
        x, y, w, h = self._pixels(place, width, height)
        self._draw_runs(planes, self._sprite(shapes, w, h), x, y)

    def _draw_runs(self, planes, runs, x, y):
        columns, lines = self.width, self.height
        area = columns * lines
        for row, first, last, (blue, green, red) in runs:
            row += y
            if not 0 <= row < lines:
                continue
            first = max(first + x, 0)
            last = min(last + x, columns)
            count = last - first
            if count <= 0:
                continue
            at = row * columns + first
            planes[at:at + count] = blue[:count]
            at += area
            planes[at:at + count] = green[:count]
            at += area
            planes[at:at + count] = red[:count]

    def _draw_clouds(self, planes, time):
        for start, top, width, height, speed in ((0.1, 0.03, 0.22, 0.10, 0.021),
                                                 (0.6, 0.10, 0.16, 0.07, 0.013)):
            x = (start + time * speed) % (1 + width) - width
            self._draw(planes, CLOUD, (x, top), width, height)

    def _draw_clock(self, planes, clock):
        """So that no two frames are alike, and a person sees time pass."""
        dot = max(1, self.height // 120)
        x, y = 3 * dot, self.height - 8 * dot
        ink, shade = self._rows_of(INK), self._rows_of(SHADE)
        runs = [(row, -2 * dot, (4 * len(clock) + 1) * dot, shade)
                for row in range(-2 * dot, 7 * dot)]
        for place, character in enumerate(clock):
            for line, bits in enumerate(FONT[character]):
                for column in range(3):
                    if bits & (4 >> column):
                        left = (4 * place + column) * dot
                        runs += [(line * dot + k, left, left + dot, ink)
                                 for k in range(dot)]
        self._draw_runs(planes, runs, x, y)

    def _paint_background(self):
        w, h = self.width, self.height
        planes = bytearray(3 * w * h)
        for row in range(h):
            colour = ground_colour((row + 0.5) / h)
            for plane in range(3):
                at = (plane * h + row) * w
                planes[at:at + w] = bytes([colour[2 - plane]]) * w
        self._draw(planes, SKYLINE, (0.0, 0.0), 1.0, 1.0)
        return bytes(planes)


def blend(a, b, part):
    return tuple(round(x + (y - x) * part) for x, y in zip(a, b))


def ground_colour(y):
    if y < HORIZON:
        return blend((132, 178, 222), (222, 228, 226), y / HORIZON)
    if y < PAVEMENT:
        return blend((126, 156, 104), (104, 140, 92),
                     (y - HORIZON) / (PAVEMENT - HORIZON))
    if y < ROAD:
        return blend((190, 184, 172), (174, 168, 158),
                     (y - PAVEMENT) / (ROAD - PAVEMENT))
    return blend((112, 114, 120), (74, 76, 84), (y - ROAD) / (1 - ROAD))


def skyline():
    """What never moves: houses, trees, the kerb, and the parking bays."""
    shapes = []
    for x, top, width, colour in (
            (0.04, 0.20, 0.13, (196, 170, 150)), (0.19, 0.15, 0.09, (170, 160, 160)),
            (0.62, 0.18, 0.12, (184, 178, 164)), (0.76, 0.12, 0.08, (160, 152, 150)),
            (0.86, 0.21, 0.12, (204, 182, 152))):
        shapes.append(rect(colour, x, top, x + width, 0.345))
        for line in range(3):
            for column in range(int(width * 50)):
                left = x + 0.012 + column * 0.0195
                up = top + 0.025 + line * 0.042
                if up + 0.02 < 0.33:
                    shapes.append(rect(blend(colour, (90, 100, 120), 0.6),
                                       left, up, left + 0.009, up + 0.02))
    for x in (0.01, 0.33, 0.42, 0.50, 0.57, 0.98):
        shapes.append(rect((104, 84, 66), x - 0.004, 0.31, x + 0.004, 0.39))
        shapes.append(oval((84, 128, 80), x - 0.035, 0.20, x + 0.035, 0.345))
    shapes.append(rect((206, 202, 192), 0.0, ROAD - 0.012, 1.0, ROAD))
    for k in range(9):
        x = 0.03 + k * 0.118
        for step in range(12):
            # Pieces, each a little to the left: a line in perspective.
            left = x - 0.002 * step
            top = 0.80 + step / 60
            shapes.append(rect((206, 208, 210), left, top, left + 0.007,
                               top + 1 / 60))
    for k in range(8):
        shapes.append(rect((214, 200, 130), k * 0.13 + 0.02, 0.675,
                           k * 0.13 + 0.09, 0.685))
    return shapes


CLOUD = cloud()
SKYLINE = skyline()
