"""Stored numbers to numbers over the full range, and transparency laid over white."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.imaging.shape import band_slices, by_bands


def full_range(stored: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    """(H, W, channels) of ``bits`` a channel to float32, or uint16 over its full range."""
    if stored.dtype.kind == "f":
        return stored.astype(np.float32, copy=False)
    if stored.dtype.kind == "i":
        bits -= 1  # of which one is the sign; nothing is darker than black
        stored = stored.clip(0, None).astype(f"u{stored.dtype.itemsize}")
    if bits == 16:
        return stored.astype(np.uint16, copy=False)
    return widened(stored, 0.0, 2.0**bits - 1)


def widened(stored: npt.NDArray[Any], black: float, white: float) -> npt.NDArray[np.uint16]:
    """(H, W, channels) with ``black`` at 0 and ``white`` at 65535; what is beyond is cut."""
    scale = 65535.0 / (white - black)
    return by_bands(
        stored,
        lambda b: ((b - black) * scale + 0.5).clip(0, 65535).astype(np.uint16),
        np.uint16,
        stored.shape[2],
    )


def over_white(
    colour: npt.NDArray[Any], alpha: npt.NDArray[Any], *, premultiplied: bool
) -> npt.NDArray[Any]:
    """Colour (H, W, channels), uint16 or float32, laid over white by its alpha (H, W)."""
    full = 1.0 if colour.dtype == np.float32 else 65535.0
    out = np.empty_like(colour, order="C")
    for band in band_slices(*colour.shape[:2]):
        cover = alpha[band, :, None].astype(np.float32) / np.float32(full)
        shown = colour[band].astype(np.float32) * (1 if premultiplied else cover)
        mixed = shown + np.float32(full) * (1 - cover)
        if full > 1:
            mixed = (mixed + 0.5).clip(0, full)
        out[band] = mixed.astype(colour.dtype)
    return out
