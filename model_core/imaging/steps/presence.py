"""Vibrance and saturation: chroma in Oklab, at constant hue and luminance."""

from __future__ import annotations

import array_api_compat

from model_core.imaging.colour import Array, luminance, oklab, oklab_to_working

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
    xp = array_api_compat.array_namespace(rgb)
    only_l = xp.asarray([1.0, 0.0, 0.0], dtype=lab.dtype, device=array_api_compat.device(lab))
    light = lab * only_l
    scaled = oklab_to_working(light + (lab - light) * factor)
    y = luminance(rgb)
    y_new = luminance(scaled)
    # Oklab's lightness is not luminance: scaling light brings it back and keeps the hue.
    # The offset makes the ratio 1 at black.
    scaled = scaled * ((y + 1e-6) / (y_new + 1e-6).clip(1e-6, None))
    return _lift_negative(scaled, y)


def _lift_negative(rgb: Array, y: Array) -> Array:
    """Mixes in grey of luminance ``y``, just enough that no channel is negative."""
    xp = array_api_compat.array_namespace(rgb)
    bottom = xp.min(rgb, axis=-1, keepdims=True)
    keep = xp.where(bottom < 0.0, y / (y - bottom).clip(1e-9, None), xp.ones_like(y))
    return (y + (rgb - y) * keep).clip(0.0, None)
