"""The crop while it is being made: what a handle, a ratio or an angle does to it. No widgets."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from model_core.domain.geometry import UNCROPPED, Geometry

#: Handles: which sides move with them, as signs of x and y; (0, 0) is the inside.
Handle = tuple[int, int]
INSIDE: Handle = (0, 0)
HANDLES: tuple[Handle, ...] = tuple(
    (x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != INSIDE
)
_LEAST = 0.04  # smallest side while dragging, as a share of the photo's


def _moved(g: Geometry, dx: float, dy: float, share: float) -> Geometry:
    dx, dy = share * dx, share * dy
    return replace(g, left=g.left + dx, right=g.right + dx, top=g.top + dy, bottom=g.bottom + dy)


class CropState:
    """A geometry that always fits its photo. Points are shares of the turned photo."""

    def __init__(self, width: int, height: int, geometry: Geometry) -> None:
        self._width, self._height = width, height
        self.geometry = geometry.fitted(width, height)
        self.ratio: float | None = None  # of the result's width to its height; None is free

    @property
    def turned_size(self) -> tuple[float, float]:
        return self.geometry.turned_size(self._width, self._height)

    @property
    def output_size(self) -> tuple[int, int]:
        return self.geometry.output_size(self._width, self._height)

    def set_ratio(self, ratio: float | None) -> None:
        self.ratio = ratio
        if ratio is not None:
            self.geometry = self.geometry.with_ratio(ratio, self._width, self._height)

    def swap_ratio(self) -> None:
        """Portrait to landscape and back."""
        wide, high = self.output_size
        ratio = self.ratio or wide / high
        locked = self.ratio is not None
        self.set_ratio(1 / ratio)
        if not locked:
            self.ratio = None

    def set_angle(self, angle: float) -> None:
        self.geometry = self.geometry.with_angle(angle, self._width, self._height)

    def turn(self, quarters: int) -> None:
        self.geometry = self.geometry.turned(quarters)
        if self.ratio is not None and quarters % 2:
            self.ratio = 1 / self.ratio

    def reset(self) -> None:
        self.geometry, self.ratio = UNCROPPED, None

    def move(self, dx: float, dy: float) -> None:
        """Moves the crop as far as the photo goes, each way by itself."""
        for x, y in ((dx, 0.0), (0.0, dy)):
            self._as_far_as_fits(partial(_moved, self.geometry, x, y))

    def drag(self, handle: Handle, x: float, y: float) -> None:
        """Moves a side or a corner towards a point; the opposite one stays."""
        if self.ratio is None and handle[0] and handle[1]:
            # Each way by itself: at the edge of the photo the other way goes on.
            self.drag((handle[0], 0), x, y)
            self.drag((0, handle[1]), x, y)
            return
        start = self.geometry
        goal = self._dragged(handle, x, y)

        def between(share: float) -> Geometry:
            def mix(a: float, b: float) -> float:
                return a + share * (b - a)

            return replace(
                start,
                left=mix(start.left, goal.left),
                top=mix(start.top, goal.top),
                right=mix(start.right, goal.right),
                bottom=mix(start.bottom, goal.bottom),
            )

        self._as_far_as_fits(between)

    def _dragged(self, handle: Handle, x: float, y: float) -> Geometry:
        g = self.geometry
        left, top, right, bottom = g.left, g.top, g.right, g.bottom
        if handle[0] < 0:
            left = min(x, right - _LEAST)
        elif handle[0] > 0:
            right = max(x, left + _LEAST)
        if handle[1] < 0:
            top = min(y, bottom - _LEAST)
        elif handle[1] > 0:
            bottom = max(y, top + _LEAST)
        if self.ratio is not None:
            left, top, right, bottom = self._in_ratio(handle, left, top, right, bottom)
        return replace(g, left=left, top=top, right=right, bottom=bottom)

    def _in_ratio(
        self, handle: Handle, left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        assert self.ratio is not None
        across, down = self.turned_size
        share = self.ratio * down / across  # of the crop's width to its height, in shares
        wide, high = right - left, bottom - top
        if handle[0] and handle[1]:
            wide, high = max(wide, high * share), max(high, wide / share)
        elif handle[0]:
            high = wide / share
        else:
            wide = high * share
        # What does not move stays; a side's handle grows the other way evenly.
        x = {-1: right, 1: left, 0: (left + right) / 2}[handle[0]]
        y = {-1: bottom, 1: top, 0: (top + bottom) / 2}[handle[1]]
        left, right = {
            -1: (x - wide, x), 1: (x, x + wide), 0: (x - wide / 2, x + wide / 2)
        }[handle[0]]  # fmt: skip
        top, bottom = {
            -1: (y - high, y), 1: (y, y + high), 0: (y - high / 2, y + high / 2)
        }[handle[1]]  # fmt: skip
        return left, top, right, bottom

    def _as_far_as_fits(self, way: Callable[[float], Geometry]) -> None:
        if way(1.0).fits(self._width, self._height):
            self.geometry = way(1.0)
            return
        low, high = 0.0, 1.0
        for _ in range(16):
            middle = (low + high) / 2
            if way(middle).fits(self._width, self._height):
                low = middle
            else:
                high = middle
        self.geometry = way(low)

    def angle_between(self, x0: float, y0: float, x1: float, y1: float) -> float:
        """Degrees clockwise from one point to another, seen from the photo's middle."""
        across, down = self.turned_size
        first = math.atan2((y0 - 0.5) * down, (x0 - 0.5) * across)
        second = math.atan2((y1 - 0.5) * down, (x1 - 0.5) * across)
        return (math.degrees(second - first) + 180) % 360 - 180
