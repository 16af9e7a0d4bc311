"""How a photo is turned, straightened and cropped. Not a slider: never predicted, and pasted only
where the user asks for it by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

MAX_ANGLE = 45.0
_LEAST = 0.02  # smallest crop, as a share of a side
_EPSILON = 1e-6
_SAME_SHAPE = 0.01


@dataclass(frozen=True, slots=True)
class Geometry:
    """First ``turns`` quarter turns clockwise, then ``angle`` degrees clockwise about the
    middle, then the crop.

    The crop's sides are shares of the turned photo's width and height, measured in the upright
    frame of the viewer: at angle 0 they run from 0 to 1 across the photo. Its corners must lie
    inside the photo, for the photo's shape of which :meth:`fits` is asked.
    """

    turns: int = 0
    angle: float = 0.0
    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def __post_init__(self) -> None:
        sides = (self.angle, self.left, self.top, self.right, self.bottom)
        if not all(math.isfinite(value) for value in sides):
            raise ValueError("a geometry is made of finite numbers")
        if self.turns not in range(4) or abs(self.angle) > MAX_ANGLE:
            raise ValueError(f"turns go from 0 to 3 and the angle to ±{MAX_ANGLE:.0f} degrees")
        if not (self.left < self.right and self.top < self.bottom):
            raise ValueError("a crop has a width and a height")

    @property
    def is_identity(self) -> bool:
        return self == UNCROPPED

    @property
    def is_cropped(self) -> bool:
        """Whether anything was cut off, beside what straightening costs."""
        return (self.left, self.top, self.right, self.bottom) != (0.0, 0.0, 1.0, 1.0)

    def turned_size(self, width: float, height: float) -> tuple[float, float]:
        """The photo's size after the quarter turns."""
        return (height, width) if self.turns % 2 else (width, height)

    def output_size(self, width: int, height: int) -> tuple[int, int]:
        """Pixels of the result from a photo of that size."""
        across, down = self.turned_size(width, height)
        wide, high = (self.right - self.left) * across, (self.bottom - self.top) * down
        return max(1, round(wide)), max(1, round(high))

    def fits(self, width: float, height: float) -> bool:
        """Whether the crop lies inside a photo of that size (before the turns)."""
        across, down = self.turned_size(width, height)
        sine, cosine = math.sin(math.radians(self.angle)), math.cos(math.radians(self.angle))
        for x in (self.left - 0.5, self.right - 0.5):
            for y in (self.top - 0.5, self.bottom - 0.5):
                at_x, at_y = x * across, y * down
                # Back by the angle: where this corner lies in the photo.
                in_x = (at_x * cosine + at_y * sine) / across
                in_y = (-at_x * sine + at_y * cosine) / down
                if max(abs(in_x), abs(in_y)) > 0.5 + _EPSILON:
                    return False
        return True

    def fitted(self, width: float, height: float) -> Geometry:
        """The crop about the same middle, shrunk as little as makes it fit; about the photo's
        middle where its own lies outside."""
        if self.fits(width, height):
            return self
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        tiny = self._about(x, y, _LEAST / 4)
        if not tiny.fits(width, height):
            x, y = 0.5, 0.5
        low, high = 0.0, 1.0
        for _ in range(30):
            middle = (low + high) / 2
            if self._about(x, y, middle).fits(width, height):
                low = middle
            else:
                high = middle
        return self._about(x, y, max(low, _LEAST / 4))

    def _about(self, x: float, y: float, scale: float) -> Geometry:
        half_w = max((self.right - self.left) * scale, _EPSILON) / 2
        half_h = max((self.bottom - self.top) * scale, _EPSILON) / 2
        return replace(self, left=x - half_w, right=x + half_w, top=y - half_h, bottom=y + half_h)

    def with_angle(self, angle: float, width: float, height: float) -> Geometry:
        """Straightened to ``angle``; the crop shrinks where it must."""
        angle = min(max(angle, -MAX_ANGLE), MAX_ANGLE)
        return replace(self, angle=angle).fitted(width, height)

    def turned(self, quarters: int) -> Geometry:
        """Turned on by quarters clockwise (negative: back), with its crop."""
        found = self
        for _ in range(quarters % 4):
            found = replace(
                found,
                turns=(found.turns + 1) % 4,
                left=1 - found.bottom,
                top=found.left,
                right=1 - found.top,
                bottom=found.right,
            )
        return found

    def with_ratio(self, ratio: float, width: float, height: float) -> Geometry:
        """The largest crop of ``ratio`` (width by height) within the present one."""
        across, down = self.turned_size(width, height)
        wide, high = (self.right - self.left) * across, (self.bottom - self.top) * down
        wide, high = min(wide, high * ratio), min(high, wide / ratio)
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        half_w, half_h = wide / across / 2, high / down / 2
        return replace(
            self, left=x - half_w, right=x + half_w, top=y - half_h, bottom=y + half_h
        ).fitted(width, height)


def framed_like(
    own: Geometry,
    size: tuple[int, int],
    other: Geometry,
    other_size: tuple[int, int],
    *,
    turns: bool,
    crop: bool,
) -> Geometry:
    """A photo of that ``size`` (width, height before the turns), now with ``own`` geometry, as
    another is: its quarter ``turns``, its ``crop`` with the angle, or both. A crop keeps its ratio
    where the photos are not of one shape, and stands upright in an upright photo."""
    found = replace(other, turns=own.turns) if crop else own
    if turns:
        found = replace(found, turns=other.turns) if crop else own.turned(other.turns - own.turns)
    if not crop or not other.is_cropped:
        return found.fitted(*size)
    shape, other_shape = _shape(found.turned_size(*size)), _shape(other.turned_size(*other_size))
    if abs(shape / other_shape - 1) > _SAME_SHAPE:
        wide, high = other.output_size(*other_size)
        same_way = (shape >= 1) == (other_shape >= 1)
        found = found.fitted(*size).with_ratio(wide / high if same_way else high / wide, *size)
    return found.fitted(*size)


def _shape(size: tuple[float, float]) -> float:
    return size[0] / size[1]


#: The photo as it is.
UNCROPPED = Geometry()
