"""Resizing finished pixels, in light, at 8 and 16 bits.

Averages are taken of light, not of code values: a fine pattern of black and white becomes the
grey that the eye sees from afar, and small lights keep their brightness. Lanczos in light
rings (an edge of code 63 beside white falls to 0), so its result is held within what a plain
average finds in the neighbourhood: as sharp, and without halos.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.imaging.colour import decode_transfer, encode_transfer

Coded = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Plane = npt.NDArray[np.float32]

_BAND = 128  # rows at a time: what fits into the processor's cache
_LANCZOS, _BOX = Image.Resampling.LANCZOS, Image.Resampling.BOX


def resize(pixels: Coded, size: tuple[int, int], space: str) -> Coded:
    """``pixels`` (H, W, 3) of ``space`` at ``size`` (width, height), in the same integers."""
    width, height = size
    if (width, height) == (pixels.shape[1], pixels.shape[0]):
        return pixels
    if width > pixels.shape[1] or height > pixels.shape[0]:
        return _enlarge(pixels, size)
    light = _light_of_codes(pixels.dtype.name, space)
    out = np.empty((height, width, 3), pixels.dtype)
    for channel in range(3):
        wanted, plain = _reduce(pixels[..., channel], light, size)
        _limit(wanted, plain)
        for top in range(0, height, _BAND):
            band = slice(top, top + _BAND)
            out[band, :, channel] = _coded(wanted[band], space, pixels.dtype)
    return out


def _reduce(codes: Any, light: Plane, size: tuple[int, int]) -> tuple[Plane, Plane]:
    """One channel's light at ``size``: by Lanczos, and as plain averages."""
    width = size[0]
    rows = codes.shape[0]
    # First the columns, a band of rows at a time, so that no plane of the full size is needed.
    narrow = np.empty((2, rows, width), np.float32)
    for top in range(0, rows, _BAND):
        band = np.take(light, codes[top : top + _BAND], mode="clip")
        image = Image.fromarray(band)
        for i, kernel in enumerate((_LANCZOS, _BOX)):
            narrow[i, top : top + _BAND] = np.asarray(image.resize((width, len(band)), kernel))
    wanted, plain = (
        np.array(Image.fromarray(narrow[i]).resize(size, kernel))
        for i, kernel in enumerate((_LANCZOS, _BOX))
    )
    return wanted, plain


def _limit(wanted: Plane, plain: Plane) -> None:
    """Clips ``wanted`` in place to the range of ``plain`` over 3 x 3 pixels."""
    rows = len(wanted)
    padded = np.pad(plain, 1, mode="edge")
    for top in range(0, rows, _BAND):
        bottom = min(top + _BAND, rows)
        part = padded[top : bottom + 2]
        low, high = neighbourhood(part)
        np.clip(wanted[top:bottom], low, high, out=wanted[top:bottom])


def neighbourhood(padded: Plane) -> tuple[Plane, Plane]:
    """Least and greatest of 3 x 3 pixels: (H + 2, W + 2) -> two of (H, W)."""
    low = np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
    high = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    return (
        np.minimum(np.minimum(low[:, :-2], low[:, 1:-1]), low[:, 2:]),
        np.maximum(np.maximum(high[:, :-2], high[:, 1:-1]), high[:, 2:]),
    )


def _enlarge(pixels: Coded, size: tuple[int, int]) -> Coded:
    """Bicubic, in code values: there is nothing to average, and it rings least there."""
    full = np.iinfo(pixels.dtype).max
    out = np.empty((size[1], size[0], 3), pixels.dtype)
    for channel in range(3):
        plane = Image.fromarray(pixels[..., channel].astype(np.float32))
        found = np.asarray(plane.resize(size, Image.Resampling.BICUBIC))
        out[..., channel] = np.clip(found + 0.5, 0, full)
    return out


@lru_cache(maxsize=8)
def _light_of_codes(depth: str, space: str) -> Plane:
    full = np.iinfo(depth).max
    return decode_transfer(np.arange(full + 1) / full, space).astype(np.float32)


def _coded(light: Plane, space: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    full = np.float32(np.iinfo(dtype).max)
    code: Plane = encode_transfer(light, space).astype(np.float32, copy=False)
    return (code * full + np.float32(0.5)).clip(0, full).astype(dtype)
