"""Resizing finished pixels, in light, at 8 and 16 bits.

Averages are taken of light, not of code values: a fine pattern of black and white becomes the
grey that the eye sees from afar, and small lights keep their brightness. Lanczos in light
rings (an edge of code 63 beside white falls to 0), so its result is held within what a plain
average finds in the neighbourhood: as sharp, and without halos.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.imaging.colour import decode_transfer, encode_transfer

Coded = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Plane = npt.NDArray[np.float32]

_MOST_ROWS, _LEAST_ROWS = 64, 8  # of the result at a time,
_SOURCE_ROWS = 300  # made of about so many
#: Lines of the result that one product of matrices makes (their sources overlap, so that most
#: of the weights are no zeros), its width, and its most multiplications: OpenBLAS shares larger
#: ones among threads, which wait for each other where the cores have more to do.
_CHUNK, _WIDE, _ALONE = 16, 128, 250_000


def resize(pixels: Coded, size: tuple[int, int], space: str) -> Coded:
    """``pixels`` (H, W, 3) of ``space`` at ``size`` (width, height), in the same integers."""
    width, height = size
    if (width, height) == (pixels.shape[1], pixels.shape[0]):
        return pixels
    if width > pixels.shape[1] or height > pixels.shape[0]:
        return _enlarge(pixels, size)
    light = _light_of_codes(pixels.dtype.name, space)
    work = _Work((pixels.shape[0], pixels.shape[1]), (height, width))
    out = np.empty((height, width, 3), pixels.dtype)
    for top in range(0, height, work.band):
        bottom = min(top + work.band, height)
        first, last = max(top - 1, 0), min(bottom + 1, height)  # neighbours count, too
        wanted, plain = work.reduced(pixels, light, first, last)
        _limit(wanted, plain)
        band = _coded(wanted[:, top - first : bottom - first], space, pixels.dtype)
        out[top:bottom] = band.swapaxes(0, 1)
    return out


@dataclass(frozen=True, slots=True)
class _Lines:
    """Some neighbouring lines of the result, ``first`` ...: lines ``start`` .. ``end`` of the
    source, each with its weight, (lines, end - start), by Lanczos and as a plain average."""

    first: int
    start: int
    end: int
    lanczos: Plane
    box: Plane


def _lines(source: int, target: int, first: int, last: int) -> list[_Lines]:
    """Lines ``first`` .. ``last`` of ``target`` ones, with the weights that Pillow has."""
    scale = source / target
    reach = 3 * scale
    found = []
    # n lines are made of about (n + 6) scale ones.
    lines = int((9 + _ALONE / _WIDE / scale) ** 0.5 - 3)
    parts = -(-(last - first) // min(max(lines, 2), _CHUNK))
    edges = [first + (last - first) * i // parts for i in range(parts + 1)]
    for begin, stop in pairwise(edges):
        middle = (np.arange(begin, stop) + 0.5) * scale
        start = max(int(middle[0] - reach + 0.5), 0)
        end = min(int(middle[-1] + reach + 0.5), source)
        at = (np.arange(start, end) + 0.5 - middle[:, None]) / scale
        lanczos = np.where(np.abs(at) < 3, np.sinc(at) * np.sinc(at / 3), 0.0)
        box = ((at > -0.5) & (at <= 0.5)).astype(np.float64)
        sums = ((w / w.sum(axis=1, keepdims=True)).astype(np.float32) for w in (lanczos, box))
        found.append(_Lines(begin - first, start, end, *sums))
    return found


class _Work:
    """Memory for a band of the result, made once: fresh memory costs more than the sums. Light
    lies in blocks of _WIDE numbers a row."""

    def __init__(self, source: tuple[int, int], target: tuple[int, int]) -> None:
        self._height, self._width = source
        self._target = target
        self._across = _lines(self._width, target[1], 0, target[1])
        rows = int(_SOURCE_ROWS * target[0] / self._height)
        self.band = min(max(rows, _LEAST_ROWS), _MOST_ROWS)
        rows = min(self.band + 2, target[0])
        most = min(math.ceil((rows + 6) * self._height / target[0]) + 2, self._height)
        blocks = -(-3 * self._width // _WIDE)
        self._row = np.zeros(blocks * _WIDE, np.float32)
        self._light = np.zeros((blocks, most, _WIDE), np.float32)
        self._low = np.empty((2, blocks, rows, _WIDE), np.float32)
        self._turned = np.zeros((2, self._width, rows * 3), np.float32)
        self._found = np.empty((2, target[1], rows * 3), np.float32)

    def reduced(self, pixels: Coded, light: Plane, first: int, last: int) -> tuple[Plane, Plane]:
        """Columns of rows ``first`` .. ``last``, (width, rows, 3) of light: by Lanczos, and as
        averages."""
        down = _lines(self._height, self._target[0], first, last)
        start, rows, width = down[0].start, last - first, self._width
        for i in range(start, down[-1].end):
            np.take(light, pixels[i].reshape(-1), out=self._row[: 3 * width], mode="clip")
            self._light[:, i - start] = self._row.reshape(-1, _WIDE)
        _products(self._light, self._light, down, self._low)
        # The same once more with columns for rows.
        for low, turned in zip(self._low, self._turned, strict=True):
            across = low[:, :rows].swapaxes(0, 1).reshape(rows, -1)[:, : 3 * width]
            turned.reshape(width, -1, 3)[:, :rows] = across.reshape(rows, width, 3).swapaxes(0, 1)
        _products(self._turned[0], self._turned[1], self._across, self._found)
        wanted, plain = self._found.reshape(2, self._target[1], -1, 3)[:, :, :rows]
        return wanted, plain


def _products(lanczos: Plane, box: Plane, lines: list[_Lines], out: Plane) -> None:
    """Fills ``out`` (2, ..., lines, N) with ``lines``, of two sources (..., lines, N) that begin
    at the first one's start."""
    offset = lines[0].start
    for some in lines:
        rows = slice(some.start - offset, some.end - offset)
        to = slice(some.first, some.first + len(some.box))
        for i, (weights, source) in enumerate(((some.lanczos, lanczos), (some.box, box))):
            np.matmul(weights, source[..., rows, :], out=out[i][..., to, :])


def _limit(wanted: Plane, plain: Plane) -> None:
    """Clips ``wanted`` in place to the range of ``plain`` over 3 x 3 pixels."""
    padded = np.pad(plain, ((1, 1), (1, 1), (0, 0)), mode="edge")
    low, high = neighbourhood(padded)
    np.clip(wanted, low, high, out=wanted)


def neighbourhood(padded: Plane) -> tuple[Plane, Plane]:
    """Least and greatest of 3 x 3 pixels: (H + 2, W + 2[, 3]) -> two of (H, W[, 3])."""
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
