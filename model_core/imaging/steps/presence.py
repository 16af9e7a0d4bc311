"""Vibrance and saturation: chroma in Oklab, at constant hue and luminance."""

from __future__ import annotations

import array_api_compat

from model_core.imaging.colour import (
    Array,
    apply_matrix,
    between,
    fit_gamut,
    light_of,
    luminance,
    not_negative,
    oklab,
    within_working,
)

_MUTED = 0.12  # Oklab chroma around which colours stop counting as muted
_VIBRANCE = 0.9  # gain of the most muted colours at vibrance = 100


def presence(
    rgb: Array, vibrance: Array | float, saturation: Array | float, space: str = "rec2020"
) -> Array:
    """Working light to linear light of ``space`` within 0..1, with more or less chroma.

    ``vibrance`` acts mostly where there is little chroma; ``saturation`` multiplies it by
    ``1 + saturation / 100``: -100 is grey of the same luminance. What the space cannot hold is
    given as much chroma as it can, by :func:`light_of`.
    """
    xp = array_api_compat.array_namespace(rgb)
    lab = oklab(rgb)
    ab = lab[..., 1:3]
    chroma = xp.sqrt(xp.sum(ab * ab, axis=-1, keepdims=True) + 1e-9)
    muted = xp.exp(-chroma / _MUTED)
    factor = (1.0 + vibrance / 100.0 * _VIBRANCE * muted) * (1.0 + saturation / 100.0)
    scaled = light_of(xp.concat([lab[..., 0:1], ab * factor], axis=-1), space)
    working = apply_matrix(scaled, between(space, "rec2020"))
    working = working.clip(0.0, None) if within_working(space) else not_negative(working)
    # Oklab's lightness is not luminance: scaling light brings it back and keeps the hue. The
    # offset makes the ratio 1 at black.
    ratio = (luminance(rgb) + 1e-6) / (luminance(working) + 1e-6)
    return fit_gamut(working * ratio, space)
