"""Pixels turned upright and made smaller, whatever their depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

#: uint8 or uint16 pixels (H, W, 3).
Coded = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

#: The sharpest filter for what is looked at; below that size one that takes a third of the
#: time (3 of 8 ms from 24 MP to 512 pixels) and does not sharpen what the JPEG decoder left.
_LOOKED_AT = 1024
_SHARP, _QUICK = Image.Resampling.LANCZOS, Image.Resampling.HAMMING
_REDUCING_GAP = 2.0
_BAND = 1 << 18  # pixels worked on at a time


def fit_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    """The size with the same shape whose long side is exactly ``long_side``."""
    scale = long_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def upright(pixels: Coded, orientation: int) -> Coded:
    """Pixels as stored to pixels as seen, by the EXIF orientation (1..8, CIPA DC-008, 4.6.5).

    Contiguous. A pixel is moved as one thing, which halves the time of moving its channels.
    """
    if orientation not in range(2, 9):
        return cast(Coded, np.ascontiguousarray(pixels))
    whole = np.ascontiguousarray(pixels).view(f"V{3 * pixels.itemsize}")[..., 0]
    if orientation >= 5:
        whole = whole.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        whole = whole[::-1]
    if orientation in (2, 3, 6, 7):
        whole = whole[:, ::-1]
    turned = np.ascontiguousarray(whole)
    return turned.view(pixels.dtype).reshape(*turned.shape, 3)


def shrink_image(image: Image.Image, long_side: int) -> Image.Image:
    """A Pillow image with that long side, never enlarged."""
    if max(image.size) <= long_side:
        return image
    size = fit_size(image.width, image.height, long_side)
    return image.resize(size, _filter_for(long_side), reducing_gap=_REDUCING_GAP)


def shrink(pixels: Coded, long_side: int) -> Coded:
    """Pixels with that long side, never enlarged."""
    if max(pixels.shape[:2]) <= long_side:
        return pixels
    if pixels.dtype == np.uint8:
        return np.array(shrink_image(Image.fromarray(pixels), long_side))
    height, width = pixels.shape[:2]
    block = block_of(width, height, long_side)
    if block > 1:
        pixels = means(pixels, block)
    size = fit_size(width, height, long_side)
    resample, box = _filter_for(long_side), (0, 0, width / block, height / block)
    # Pillow has no 16-bit colour: one channel at a time, as floats.
    planes = [
        np.asarray(
            Image.fromarray(pixels[..., c].astype(np.float32)).resize(size, resample, box=box)
        )
        for c in range(3)
    ]
    return np.clip(np.stack(planes, -1) + 0.5, 0, 65535).astype(np.uint16)


def _filter_for(long_side: int) -> Image.Resampling:
    return _SHARP if long_side >= _LOOKED_AT else _QUICK


def block_of(width: int, height: int, long_side: int) -> int:
    """The side of the blocks whose means leave twice that long side, for the sharper filter."""
    return max(1, int(max(width, height) / long_side / _REDUCING_GAP))


def means(pixels: npt.NDArray[Any], block: int) -> npt.NDArray[Any]:
    """Of blocks of that side, smaller at the right and lower edges: (H, W[, channels]) of uint8
    or uint16 to the same with the sides divided, rounded up."""
    height, width = pixels.shape[:2]
    shape = (-(-height // block), -(-width // block), *pixels.shape[2:])
    out = np.empty(shape, pixels.dtype.newbyteorder("="))
    rows = max(1, _BAND // (width * block))
    for top in range(0, len(out), rows):
        band = np.atleast_3d(pixels[top * block : (top + rows) * block])
        for channel in range(band.shape[2]):
            plane = Image.fromarray(band[..., channel].astype(np.float32)).reduce(block)
            np.atleast_3d(out)[top : top + rows, :, channel] = np.asarray(plane) + 0.5
    return out


def to_array(image: Image.Image) -> npt.NDArray[np.uint8]:
    """The pixels of an 8-bit Pillow image, (H, W) or (H, W, bands).

    Band by band: all at once Pillow would make two copies, and takes three times as long.
    """
    width, height = image.size
    bands = len(image.getbands())
    out = np.empty((height, width) if bands == 1 else (height, width, bands), np.uint8)
    for rows in band_slices(height, width):
        out[rows] = np.asarray(image.crop((0, rows.start, width, rows.stop)))
    return out


def by_bands(
    pixels: npt.NDArray[Any],
    convert: Callable[[npt.NDArray[Any]], npt.NDArray[Any]],
    depth: npt.DTypeLike,
    channels: int = 3,
) -> npt.NDArray[Any]:
    """``convert`` on a few rows at a time, since all that it makes between would fill the
    memory: (H, W, channels) of ``depth``."""
    out = np.empty((*pixels.shape[:2], channels), depth)
    for rows in band_slices(*pixels.shape[:2]):
        out[rows] = convert(pixels[rows])
    return out


def band_slices(height: int, width: int) -> list[slice]:
    """Rows of a picture in bands of about a quarter of a million pixels."""
    rows = max(1, _BAND // max(1, width))
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]
