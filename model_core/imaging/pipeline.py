"""The look, defined once: the order of the steps.

white balance -> exposure -> roll-off -> tone -> vibrance and saturation -> gamut

Light comes in scene-linear, 0..1 for files that were rendered by a camera. White balance
and exposure act on it as light does; the roll-off then brings what exposure lifted over white
back under it, so that the tone curves work between black and white; colour comes last.

The same code runs on numpy arrays and on torch tensors, so that training differentiates
what the preview shows. ``render.py`` bakes it for speed; nothing else writes this maths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import array_api_compat

from model_core.domain.develop import DevelopSettings
from model_core.imaging.colour import Array, apply_matrix, between, fit_gamut
from model_core.imaging.steps.exposure import KNEE, exposure, roll_off, shoulder
from model_core.imaging.steps.presence import presence
from model_core.imaging.steps.tone import tone
from model_core.imaging.steps.white_balance import white_balance

_WHITE_BALANCE = ("temperature", "tint")
_TONE = ("contrast", "highlights", "shadows", "whites", "blacks")
_DARK = 1e-3  # light that no slider lifts to the shoulder


def develop(
    rgb: Array, settings: DevelopSettings | Mapping[str, Any], space: str = "rec2020"
) -> Array:
    """Applies the look to working light.

    ``rgb``: (..., 3), non-negative, in linear Rec.2020; white is 1. ``settings``: numbers,
    or for a batch arrays that broadcast against (..., 1). Returns linear light of ``space``
    in 0..1, of the same shape and dtype. Steps whose sliders are the number 0 are skipped;
    they are identities.
    """
    s = settings.as_dict() if isinstance(settings, DevelopSettings) else settings
    if space == "rec2020" and not any(_active(value) for value in s.values()):
        return rgb
    if any(_active(s[name]) for name in (*_WHITE_BALANCE, "exposure_ev", *_TONE)):
        rgb = _short_of_white(rgb, s, space)
    if _active(s["vibrance"]) or _active(s["saturation"]):
        return presence(rgb, s["vibrance"], s["saturation"], space)
    return fit_gamut(rgb, space)


def _lit(rgb: Array, s: Mapping[str, Any]) -> Array:
    """All that acts on light: the look up to vibrance and saturation."""
    if any(_active(s[name]) for name in _WHITE_BALANCE):
        rgb = white_balance(rgb, s["temperature"], s["tint"])
    if _active(s["exposure_ev"]):
        rgb = roll_off(exposure(rgb, s["exposure_ev"]), 2.0 ** s["exposure_ev"])
    if any(_active(s[name]) for name in _TONE):
        rgb = tone(rgb, *(s[name] for name in _TONE))
    return rgb


def _short_of_white(rgb: Array, s: Mapping[str, Any], space: str) -> Array:
    """:func:`_lit`, with no colour lifted over the brightest light of it that ``space`` has.

    A saturated colour has a luminance that it cannot exceed. Lifted over that, it has to give
    up its colour to the gamut: pure yellow was white at whites +25, 78 codes from the yellow
    beside it. So its largest channel goes through a :func:`shoulder`, whose end is where the
    sliders put that colour at its brightest; greys, whose brightest is white, are left alone.
    """
    xp = array_api_compat.array_namespace(rgb)
    matrix = between("rec2020", space)

    def largest(light: Array) -> Array:
        return xp.max(apply_matrix(light, matrix), axis=-1, keepdims=True)

    lit = _lit(rgb, s)
    peak, before = largest(lit), largest(rgb)
    bright = peak[..., 0] > KNEE
    if not all(isinstance(value, int | float) for value in s.values()):
        scale = shoulder(peak, largest(_lit(rgb / before.clip(_DARK, None), s)))
        return lit * xp.where(peak > KNEE, scale / peak.clip(KNEE, None), xp.ones_like(peak))
    if bool(xp.any(bright)):
        lit = lit + 0.0
        peak = peak[bright]
        white = largest(_lit(rgb[bright] / before[bright].clip(_DARK, None), s))
        lit[bright] = lit[bright] * (shoulder(peak, white) / peak)
    return lit


def _active(value: Any) -> bool:
    return not isinstance(value, int | float) or value != 0.0
