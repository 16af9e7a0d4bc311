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

from model_core.domain.develop import DevelopSettings
from model_core.imaging.colour import Array, fit_gamut
from model_core.imaging.steps.exposure import exposure, roll_off
from model_core.imaging.steps.presence import presence
from model_core.imaging.steps.tone import tone
from model_core.imaging.steps.white_balance import white_balance

_TONE = ("contrast", "highlights", "shadows", "whites", "blacks")


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
    if _active(s["temperature"]) or _active(s["tint"]):
        rgb = white_balance(rgb, s["temperature"], s["tint"])
    if _active(s["exposure_ev"]):
        rgb = roll_off(exposure(rgb, s["exposure_ev"]), 2.0 ** s["exposure_ev"])
    if any(_active(s[name]) for name in _TONE):
        rgb = tone(rgb, *(s[name] for name in _TONE), space)
    if _active(s["vibrance"]) or _active(s["saturation"]):
        return presence(rgb, s["vibrance"], s["saturation"], space)
    return fit_gamut(rgb, space)


def _active(value: Any) -> bool:
    return not isinstance(value, int | float) or value != 0.0
