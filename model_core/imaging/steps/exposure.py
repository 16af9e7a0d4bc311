"""Exposure in stops, and the shoulder that keeps what it lifts from clipping."""

from __future__ import annotations

import array_api_compat

from model_core.imaging.colour import Array

#: Linear light below the knee is never touched by the roll-off.
KNEE = 0.5


def exposure(rgb: Array, exposure_ev: Array | float) -> Array:
    """``rgb * 2**exposure_ev``: +1 EV doubles linear light."""
    return rgb * 2.0**exposure_ev


def roll_off(rgb: Array, white: Array | float) -> Array:
    """Brings light up to ``white`` (>= 1) into 0..1, smoothly and without turning colours.

    The largest channel n of each pixel follows a rational shoulder that leaves [0, KNEE]
    alone with slope 1 and maps ``white`` to 1; the pixel is scaled by the same ratio, so
    hue and saturation stay. With ``white == 1`` this is the identity.
    """
    xp = array_api_compat.array_namespace(rgb)
    white = (white + xp.zeros_like(rgb[..., :1, :1])).clip(1.0, None)
    peak = xp.max(rgb, axis=-1, keepdims=True)
    over = (peak - KNEE).clip(0.0, None)
    pull = 1.0 / (1.0 - KNEE) - 1.0 / (white - KNEE)
    rolled = KNEE + over / (1.0 + over * pull)
    return rgb * xp.where(peak > KNEE, rolled / peak.clip(KNEE, None), xp.ones_like(peak))
