"""Sharpening for output: gives back what resizing, ink and paper soften.

The luma of the code values is sharpened and its change added to all three channels alike, so
that colours keep. The change is zero in noise, and never leads beyond what the neighbourhood
holds by more than a little, so that edges get no halos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.imaging.colour import to_xyz
from model_core.imaging.output.size import Coded, Plane, neighbourhood

_BAND = 128


@dataclass(frozen=True, slots=True)
class _Medium:
    """``radius``: sigma of the blur in pixels. ``strength``: of the usual amount."""

    radius: float
    strength: float


#: A screen shows pixels as they are; ink spreads, and spreads further in uncoated paper
#: (radii for about 300 pixels an inch).
_MEDIA = {
    "screen": _Medium(0.6, 0.8),
    "glossy": _Medium(0.9, 1.0),
    "matte": _Medium(1.2, 1.2),
}
_AMOUNTS = {"low": 0.4, "standard": 0.8, "high": 1.3}
_OVERSHOOT = 0.06  # of the local range: below what is seen as a halo
_NOISE = 1.2 / 255  # changes of luma this small are grain, not detail


def sharpen(pixels: Coded, amount: str, medium: str, space: str, *, over: bool = False) -> Coded:
    """``pixels`` (H, W, 3) sharpened, in the same integers; ``amount`` "none" returns them.
    ``amount`` and ``medium``: see ``domain.export``. ``over``: written over them, so that a large
    photo is held once."""
    if amount == "none" or min(pixels.shape[:2]) < 3:
        return pixels
    strength = np.float32(_AMOUNTS[amount] * _MEDIA[medium].strength)
    kernel = _gaussian(_MEDIA[medium].radius)
    full = np.float32(np.iinfo(pixels.dtype).max)
    weights = to_xyz(space)[1].astype(np.float32)
    out = pixels if over else np.empty_like(pixels)
    rows = len(pixels)
    reach = len(kernel) - 1
    above = np.repeat(pixels[:1], reach, axis=0)
    for top in range(0, rows, _BAND):
        bottom = min(top + _BAND, rows)
        below = np.arange(bottom, bottom + reach).clip(0, rows - 1)
        band = np.concatenate([above, pixels[top:bottom], pixels[below]])
        above = band[bottom - top :][:reach].copy()  # as they were, for the next band
        # Planes of one channel each: numpy is several times faster on them.
        planes = [band[..., c].astype(np.float32) for c in range(3)]
        luma = sum(w * p for w, p in zip(weights, planes, strict=True))
        luma = np.pad(luma, ((0, 0), (reach, reach)), mode="edge")
        change = _change(luma, kernel, strength, np.float32(_NOISE) * full)
        planes = [p[reach : len(p) - reach] for p in planes]
        # Within the room that the brightest and darkest channel leave: no channel clips.
        np.minimum(change, full - np.maximum(np.maximum(*planes[:2]), planes[2]), out=change)
        np.maximum(change, -np.minimum(np.minimum(*planes[:2]), planes[2]), out=change)
        change += np.float32(0.5)
        for channel, plane in enumerate(planes):
            out[top:bottom, :, channel] = plane + change
    return out


def _change(
    luma: Plane, kernel: list[np.float32], strength: np.float32, noise: np.float32
) -> Plane:
    """``strength`` times what is lost by a blur, less in noise and without halos; ``luma``
    has a margin as wide as the kernel, which goes."""
    reach = len(kernel) - 1
    height, width = luma.shape[0] - 2 * reach, luma.shape[1] - 2 * reach

    def columns(offset: int) -> Plane:
        return luma[:, reach + offset : reach + offset + width]

    across = columns(0) * kernel[0]
    for i in range(1, reach + 1):
        across += (columns(-i) + columns(i)) * kernel[i]
    blurred = across[reach : reach + height] * kernel[0]
    for i in range(1, reach + 1):
        above, below = across[reach - i :][:height], across[reach + i :][:height]
        blurred += (above + below) * kernel[i]
    here = luma[reach : reach + height, reach : reach + width]
    change: Plane = np.subtract(here, blurred, out=blurred)
    change *= np.minimum(np.abs(change) * (strength / noise), strength)
    ring = luma[reach - 1 : reach + height + 1, reach - 1 : reach + width + 1]
    low, high = neighbourhood(ring)
    spare = (high - low) * np.float32(_OVERSHOOT)
    low -= spare
    low -= here
    high += spare
    high -= here
    return np.clip(change, low, high, out=change)


def _gaussian(sigma: float) -> list[np.float32]:
    """Weights of a pixel and of those 1, 2, ... away, to either side."""
    reach = int(np.ceil(2.5 * sigma))
    weights = np.exp(-(np.arange(reach + 1) ** 2) / (2 * sigma**2))
    weights /= weights[0] + 2 * weights[1:].sum()
    return list(weights.astype(np.float32))
