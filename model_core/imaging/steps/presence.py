"""Vibrance and saturation: chroma in Oklab, at constant hue and luminance."""

from __future__ import annotations

import array_api_compat

from model_core.imaging.colour import Array, light_with_chroma, luminance, oklab

_MUTED = 0.12  # Oklab chroma around which colours stop counting as muted
_VIBRANCE = 0.9  # gain of the most muted colours at vibrance = 100


def vibrance(rgb: Array, amount: Array | float) -> Array:
    """More (+) or less (-) chroma, mostly where there is little."""
    xp = array_api_compat.array_namespace(rgb)
    lab = oklab(rgb)
    ab2 = lab[..., 1:2] ** 2 + lab[..., 2:3] ** 2
    muted = xp.exp(-xp.sqrt(ab2 + 1e-9) / _MUTED)
    return _with_chroma(rgb, lab, 1.0 + (amount / 100.0) * _VIBRANCE * muted)


def saturation(rgb: Array, amount: Array | float) -> Array:
    """Chroma times ``1 + amount / 100``: -100 is grey of the same luminance."""
    return _with_chroma(rgb, oklab(rgb), 1.0 + amount / 100.0)


def _with_chroma(rgb: Array, lab: Array, factor: Array | float) -> Array:
    scaled = light_with_chroma(lab, factor).clip(0.0, None)
    # Oklab's lightness is not luminance: scaling light brings it back and keeps the hue.
    # The offset makes the ratio 1 at black.
    return scaled * ((luminance(rgb) + 1e-6) / (luminance(scaled) + 1e-6))
