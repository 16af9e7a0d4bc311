"""The white-balance picker: which temperature and tint make a patch of a photo grey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.domain.develop import param
from model_core.domain.errors import ImgtuneError
from model_core.domain.image import Proxy
from model_core.imaging.colour import LUMA, from_working, to_working
from model_core.imaging.steps.white_balance import TEMPERATURE_SLOPE, TINT_SLOPE

#: Side of the patch as a share of the photo's long side, and the least number of pixels.
PATCH_SHARE, PATCH_PIXELS = 0.012, 5
_DARKEST = 0.004  # linear light: below it noise has more colour than the surface
_MOST_CLIPPED = 0.1
_BRIGHTEST = 0.999


class NoNeutral(ImgtuneError):
    """A patch that says nothing of the light: too dark, or clipped."""


@dataclass(frozen=True, slots=True)
class Neutral:
    """What was read and what follows. ``rgb``: the patch as it was taken, sRGB 0 .. 255.
    ``temperature`` (mired) and ``tint`` are slider values; ``clamped``: they end at a limit."""

    rgb: tuple[int, int, int]
    temperature: float
    tint: float
    clamped: bool


def patch_side(width: int, height: int) -> int:
    """Side of the square that is averaged, in pixels of a proxy of that size."""
    return max(PATCH_PIXELS, round(PATCH_SHARE * max(width, height)))


def neutral_at(proxy: Proxy, x: float, y: float) -> Neutral:
    """Averages the light of the source around a point (0 .. 1 of width and height) and solves
    for the white balance that makes it grey.

    White balance adds t a + n b to ``log x - log(1 - x^4) / 4`` of each channel x (see
    ``steps.white_balance``), and that is to come out the same for all three: three linear
    equations in t, n and the grey. Raises NoNeutral.
    """
    side = patch_side(proxy.width, proxy.height)
    left = min(max(round(x * proxy.width - side / 2), 0), max(proxy.width - side, 0))
    top = min(max(round(y * proxy.height - side / 2), 0), max(proxy.height - side, 0))
    codes = proxy.pixels[top : top + side, left : left + side].reshape(-1, 3)
    full = np.iinfo(codes.dtype).max
    if (codes >= full).any(axis=1).mean() > _MOST_CLIPPED:
        raise NoNeutral("This spot is clipped; pick a grey that is not quite white")
    light = to_working(codes.astype(np.float64) / full, proxy.space).clip(0).mean(axis=0)
    if float(np.dot(LUMA, light)) < _DARKEST or light.min() <= 0:
        raise NoNeutral("This spot is too dark; pick a brighter grey")
    system = np.stack([TEMPERATURE_SLOPE, TINT_SLOPE, -np.ones(3)], axis=1)
    inner = light.clip(None, _BRIGHTEST)
    wanted = np.linalg.solve(system, np.log1p(-(inner**4)) / 4 - np.log(inner))[:2]
    specs = param("temperature"), param("tint")
    temperature, tint = (s.clamp(float(v)) for s, v in zip(specs, wanted, strict=True))
    shown = from_working(light, "srgb").clip(0, 1) * 255
    rgb = tuple(int(v) for v in np.round(shown))
    clamped = not np.allclose((temperature, tint), wanted)
    return Neutral((rgb[0], rgb[1], rgb[2]), temperature, tint, clamped)
