"""Linear light to the 16-bit code values that everything unusual is kept in."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from model_core.domain.image import Float32
from model_core.imaging.colour import apply_matrix, encode_transfer, to_xyz
from model_core.imaging.shape import Coded, band_slices, by_bands
from model_core.imaging.steps.exposure import roll_off

_PQ, _HLG, _LINEAR = 16, 18, 8
_PRIMARIES = {1: "srgb", 9: "rec2020", 12: "display-p3"}
_PQ_WHITE = 203.0 / 10_000.0  # BT.2408: where diffuse white lies in PQ, of 10,000 cd/m2
_HLG_WHITE = 0.75  # and in HLG, of the code range
_FEW = 1000  # one pixel of so many says nothing of where white is
_ENOUGH = 2_000_000  # pixels
_ENDLESS, _NO_LIGHT = 1e20, 1e15  # infinite light, for sums and lcms; nothing real is over this


def sound(light: Float32) -> Float32:
    """Without what is no light: gaps are black, infinities very bright."""
    return np.nan_to_num(light, nan=0.0, posinf=_ENDLESS, neginf=0.0).clip(0.0, None)


def finite_light(pixels: Float32) -> Float32:
    """The same where all numbers are finite; else gaps are black, infinities very bright."""
    if np.isfinite(pixels.max(initial=0.0)) and np.isfinite(pixels.min(initial=0.0)):
        return pixels
    return np.nan_to_num(pixels, nan=0.0, posinf=_ENDLESS, neginf=0.0)


def sample(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Some of the pixels (H, W[, 3]), evenly: enough to know where white lies."""
    step = max(1, math.ceil(math.sqrt(pixels.shape[0] * pixels.shape[1] / _ENOUGH)))
    return pixels[::step, ::step]


def brightest(light: npt.NDArray[Any]) -> float:
    """Where a picture's own white lies: the greatest value of (H, W[, 3]) but for those of one
    pixel in a thousand, so that a few hot pixels, or the sun, do not darken all the rest."""
    peak = light if light.ndim == 2 else light.max(axis=2)
    peak = peak[peak < _NO_LIGHT]
    if not peak.size:
        return 1.0
    last = peak.size - 1 - peak.size // _FEW
    return float(np.partition(peak, last)[last])


def rolled(light: npt.NDArray[Any], white: float) -> npt.NDArray[np.uint16]:
    """Rec.2020 light to codes of "rec2020". What is over white (HDR) is rolled off rather than
    cut; a picture whose own ``white`` is not over it is not touched."""
    # Far over white, where all is white anyway, the shoulder would run out of digits.
    return to_codes(roll_off(light.clip(None, 16 * white), white) if white > 1 else light)


def to_codes(light: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
    """Rec.2020 light in 0..1 to codes of "rec2020"."""
    code = encode_transfer(light, "rec2020").clip(0.0, 1.0)
    return cast(npt.NDArray[np.uint16], (code * 65535 + 0.5).astype(np.uint16))


def from_floats(pixels: Float32) -> Coded:
    """Floats without a profile, (H, W) or (H, W, 3): linear light with the primaries of sRGB,
    1 being white, as Photoshop and darktable write and read them. Where most of it is over 1
    it cannot be that: then the ``brightest`` value is white."""
    top = brightest(sound(sample(pixels)))
    over = sum(int((pixels[rows] > 1).sum()) for rows in band_slices(*pixels.shape[:2]))
    scale = top if over * 2 > pixels.size else 1.0
    matrix = np.linalg.solve(to_xyz("rec2020"), to_xyz("srgb")).astype(np.float64)

    def convert(band: Float32) -> npt.NDArray[np.uint16]:
        light = sound(band) / np.float32(scale)
        rgb = np.repeat(light[..., None], 3, axis=2) if light.ndim == 2 else light
        return rolled(apply_matrix(rgb, matrix), top / scale)

    return cast(Coded, by_bands(pixels, convert, np.uint16))


def is_scene_light(points: tuple[int, int]) -> bool:
    """Whether code points (primaries, transfer) name light that a curve like sRGB's does not
    describe: PQ, HLG or linear."""
    return points[1] in (_PQ, _HLG, _LINEAR)


def from_code_points(pixels: Coded, primaries: int, transfer: int) -> tuple[Coded, str]:
    """RGB whose meaning is given by the numbers of ITU-T H.273, as HEIF, AVIF and PNG may
    do without a profile.

    Spaces of the table keep their codes. PQ and HLG (BT.2100) and linear light become
    "rec2020" with diffuse white at 1 and what is brighter rolled off. Other numbers, and 2
    (unspecified), are taken for sRGB, as other viewers do.
    """
    space = _PRIMARIES.get(primaries, "srgb")
    if not is_scene_light((primaries, transfer)):
        return pixels, space
    full = np.iinfo(pixels.dtype).max
    table = _light_of(np.linspace(0, 1, full + 1), transfer).astype(np.float32)
    white = brightest(table[sample(pixels)])
    matrix = np.linalg.solve(to_xyz("rec2020"), to_xyz(space)).astype(np.float64)

    def convert(band: Coded) -> npt.NDArray[np.uint16]:
        return rolled(apply_matrix(table[band], matrix).clip(0.0, None), white)

    return cast(Coded, by_bands(pixels, convert, np.uint16)), "rec2020"


def _light_of(code: npt.NDArray[np.float64], transfer: int) -> npt.NDArray[np.float64]:
    """Codes 0..1 to light with diffuse white at 1 (BT.2100, tables 4 and 5)."""
    if transfer == _PQ:
        root = code ** (1 / 78.84375)
        bright = (root - 0.8359375).clip(0) / (18.8515625 - 18.6875 * root)
        light: npt.NDArray[np.float64] = bright ** (1 / 0.1593017578125) / _PQ_WHITE
        return light
    if transfer == _HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        low, high = code**2 / 3, (np.exp((code - c) / a) + b) / 12
        white = (np.exp((_HLG_WHITE - c) / a) + b) / 12
        return np.where(code <= 0.5, low, high) / float(white)
    return code
