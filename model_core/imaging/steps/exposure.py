"""Exposure in stops, and the shoulder that keeps what it lifts from clipping."""

from __future__ import annotations

import array_api_compat

from model_core.imaging.colour import Array

#: Linear light below the knee is never touched by the roll-off.
KNEE = 0.5


def exposure(rgb: Array, exposure_ev: Array | float) -> Array:
    """``rgb * 2**exposure_ev``: +1 EV doubles linear light."""
    return rgb * 2.0**exposure_ev


def shoulder(light: Array, white: Array | float) -> Array:
    """``light`` from 0..``white`` (at least 1) to 0..1: a rational curve that leaves [0, KNEE]
    alone and goes on from there with slope 1. With a ``white`` of 1 it is the identity."""
    xp = array_api_compat.array_namespace(light)
    white = (white + xp.zeros_like(light[..., :1, :1])).clip(1.0, None)
    pull = 1.0 / (1.0 - KNEE) - 1.0 / (white - KNEE)
    over = (light - KNEE).clip(0.0, None)
    return light + over / (1.0 + over * pull) - over


def roll_off(rgb: Array, white: Array | float) -> Array:
    """Brings light up to ``white`` into 0..1, smoothly and without a coloured edge.

    Half of the answer scales each pixel by what the :func:`shoulder` does to its largest
    channel, half puts each channel through it: the first alone keeps every ratio and makes
    salmon of bright gold, the second alone, as film does, pales blue skies to nothing (seen in
    the gallery).
    """
    xp = array_api_compat.array_namespace(rgb)
    peak = xp.max(rgb, axis=-1, keepdims=True)
    scale = shoulder(peak, white) / peak.clip(KNEE, None)
    scaled = rgb * xp.where(peak > KNEE, scale, xp.ones_like(peak))
    return 0.5 * (scaled + shoulder(rgb, white))
