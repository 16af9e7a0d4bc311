"""Contrast, highlights, shadows, whites, blacks: curves on lightness.

Each is a monotone function of lightness u in 0..1 (a cube root of luminance with a finite
slope at black; middle grey 0.18 lies at u = 0.517). Pixels are then scaled to the new
luminance, which leaves their hue alone.
"""

from __future__ import annotations

import array_api_compat

from model_core.imaging.colour import Array, luminance, oklab, oklab_to_working

_TOE = 1e-3
_ROOT = _TOE ** (1 / 3)
_SPAN = (1.0 + _TOE) ** (1 / 3) - _ROOT
#: Lightness of middle grey, which contrast leaves where it is.
PIVOT = ((0.18 + _TOE) ** (1 / 3) - _ROOT) / _SPAN

_CONTRAST = 1.8  # slope at the pivot 0.55 .. 1.45; over 1.9 would not be monotone
#: Lightness moved at the centre of its zone by highlights / shadows at 100: towards the
#: middle, which opens shadows and brings back skies, more than away from it.
_OPEN = 0.16
_CLOSE = 0.1
_RECOVER = 0.13  # highlights to the left
_END = 0.2  # lightness moved at the white point by whites = 100
_BLACK = 0.16  # lightness moved at black by blacks = 100
_VEIL = 0.002  # share of grey under which it may be added to light
_EPS = 1e-9


def lightness(y: Array) -> Array:
    """Luminance 0..1 to lightness 0..1."""
    return ((y + _TOE) ** (1.0 / 3.0) - _ROOT) / _SPAN


def luminance_of(u: Array) -> Array:
    """Inverse of :func:`lightness`."""
    return _cubed(u * _SPAN + _ROOT) - _TOE


def _cubed(u: Array) -> Array:
    """Many times faster than numpy's power."""
    return u * u * u


def contrast_curve(u: Array, contrast: Array | float) -> Array:
    """Steeper (+) or flatter (-) around middle grey; black and white stay."""
    return u + (contrast / 100.0) * _CONTRAST * u * (1.0 - u) * (u - PIVOT)


def highlights_curve(u: Array, highlights: Array | float) -> Array:
    """Moves bright tones, black and white stay: brighter most at u = 0.75, darker most at 0.83,
    where skies are. Nearer to white, brightening would not be monotone; further from it,
    darkening took the mid-tones along (code 128 to 98)."""
    cube = _cubed(u)
    brighter = _CLOSE * (256 / 27) * cube * (1.0 - u)
    darker = _RECOVER * (46656 / 3125) * cube * u * u * (1.0 - u)
    moved = (highlights > 0.0) * brighter + (highlights <= 0.0) * darker
    return u + (highlights / 100.0) * moved


def shadows_curve(u: Array, shadows: Array | float) -> Array:
    """Moves dark tones, most at u = 0.25; black and white stay."""
    reach = _CLOSE + (_OPEN - _CLOSE) * (shadows > 0.0)
    return u + (shadows / 100.0) * reach * (256 / 27) * u * _cubed(1.0 - u)


def whites_curve(u: Array, whites: Array | float) -> Array:
    """Moves the white point; what is lifted over white clips."""
    return (u + (whites / 100.0) * _END * _cubed(u)).clip(0.0, 1.0)


def blacks_curve(u: Array, blacks: Array | float) -> Array:
    """Moves the black point; what falls under black clips."""
    return (u + (blacks / 100.0) * _BLACK * _cubed(1.0 - u)).clip(0.0, 1.0)


_CURVES = (contrast_curve, highlights_curve, shadows_curve, whites_curve, blacks_curve)


def relight(rgb: Array, y: Array, target: Array) -> Array:
    """Scales ``rgb`` from luminance ``y`` to ``target`` (both (..., 1)), keeping hue.

    Near black, where there is no hue to keep and a ratio would be without bound, lifting
    adds grey instead: black can be lifted, and noise is not blown up into colour.
    """
    xp = array_api_compat.array_namespace(rgb)
    ratio_down = target / y.clip(1e-9, None)
    ratio_up = (target + _TOE) / (y + _TOE)
    lifted = target > y
    scaled = rgb * xp.where(lifted, ratio_up, ratio_down)
    grey = xp.where(lifted, _TOE * (target - y) / (y + _TOE), xp.zeros_like(y))
    veiled = grey[..., 0] > _VEIL * target[..., 0]
    if bool(xp.any(veiled)):
        scaled[veiled] = _with_grey(scaled[veiled], grey[veiled])
    return scaled + xp.where(veiled[..., None], xp.zeros_like(grey), grey)


def _with_grey(rgb: Array, grey: Array) -> Array:
    """Light (N, 3) and as much grey as brings its luminance up by ``grey`` (N, 1).

    The sum as it is, but for its hue: added to light, grey turns dark blue by 20 degrees.
    """
    xp = array_api_compat.array_namespace(rgb)
    total = rgb + grey
    lab, ab = oklab(total), oklab(rgb)[..., 1:3]
    ab = ab * ((_chroma(lab[..., 1:3]) + _EPS) / (_chroma(ab) + _EPS))
    kept = oklab_to_working(xp.concat([lab[..., 0:1], ab], axis=-1)).clip(0.0, None)
    return kept * (luminance(total) / luminance(kept).clip(_EPS, None))


def _chroma(ab: Array) -> Array:
    xp = array_api_compat.array_namespace(ab)
    return xp.sqrt(xp.sum(ab * ab, axis=-1, keepdims=True) + _EPS)


def tone(
    rgb: Array,
    contrast: Array | float,
    highlights: Array | float,
    shadows: Array | float,
    whites: Array | float,
    blacks: Array | float,
) -> Array:
    """The five tone curves, one after the other, on display-referred light 0..1."""
    y = luminance(rgb).clip(0.0, 1.0)
    u = lightness(y)
    for curve, amount in zip(_CURVES, (contrast, highlights, shadows, whites, blacks), strict=True):
        if not isinstance(amount, int | float) or amount != 0.0:  # else an identity
            u = curve(u, amount)
    return relight(rgb, y, luminance_of(u).clip(0.0, None))
