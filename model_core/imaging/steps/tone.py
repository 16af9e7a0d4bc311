"""Contrast, highlights, shadows, whites, blacks: curves on lightness.

Each is a monotone function of lightness u in 0..1 (a cube root of luminance with a finite
slope at black; middle grey 0.18 lies at u = 0.517). Pixels are then scaled to the new
luminance, which leaves their hue alone.
"""

from __future__ import annotations

import array_api_compat

from model_core.imaging.colour import Array, luminance

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
_END = 0.2  # lightness moved at the white point by whites = 100
_BLACK = 0.16  # lightness moved at black by blacks = 100


def lightness(y: Array) -> Array:
    """Luminance 0..1 to lightness 0..1."""
    return ((y + _TOE) ** (1.0 / 3.0) - _ROOT) / _SPAN


def luminance_of(u: Array) -> Array:
    """Inverse of :func:`lightness`."""
    root = u * _SPAN + _ROOT
    return root * root * root - _TOE


def contrast_curve(u: Array, contrast: Array | float) -> Array:
    """Steeper (+) or flatter (-) around middle grey; black and white stay."""
    return u + (contrast / 100.0) * _CONTRAST * u * (1.0 - u) * (u - PIVOT)


def highlights_curve(u: Array, highlights: Array | float) -> Array:
    """Moves bright tones, most at u = 0.75; black and white stay."""
    reach = _OPEN + (_CLOSE - _OPEN) * (highlights > 0.0)
    return u + (highlights / 100.0) * reach * (256 / 27) * u**3 * (1.0 - u)


def shadows_curve(u: Array, shadows: Array | float) -> Array:
    """Moves dark tones, most at u = 0.25; black and white stay."""
    reach = _CLOSE + (_OPEN - _CLOSE) * (shadows > 0.0)
    return u + (shadows / 100.0) * reach * (256 / 27) * u * (1.0 - u) ** 3


def whites_curve(u: Array, whites: Array | float) -> Array:
    """Moves the white point; what is lifted over white clips."""
    return (u + (whites / 100.0) * _END * u**3).clip(0.0, 1.0)


def blacks_curve(u: Array, blacks: Array | float) -> Array:
    """Moves the black point; what falls under black clips."""
    return (u + (blacks / 100.0) * _BLACK * (1.0 - u) ** 3).clip(0.0, 1.0)


def relight(rgb: Array, y: Array, target: Array) -> Array:
    """Scales ``rgb`` from luminance ``y`` to ``target`` (both (..., 1)), keeping hue.

    Near black, where there is no hue to keep and a ratio would be without bound, lifting
    adds grey instead: black can be lifted, and noise is not blown up into colour.
    """
    xp = array_api_compat.array_namespace(rgb)
    ratio_down = target / y.clip(1e-9, None)
    ratio_up = (target + _TOE) / (y + _TOE)
    grey_up = _TOE * (target - y) / (y + _TOE)
    lifted = target > y
    scaled = rgb * xp.where(lifted, ratio_up, ratio_down)
    return scaled + xp.where(lifted, grey_up, xp.zeros_like(y))


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
    u = contrast_curve(u, contrast)
    u = highlights_curve(u, highlights)
    u = shadows_curve(u, shadows)
    u = whites_curve(u, whites)
    u = blacks_curve(u, blacks)
    return relight(rgb, y, luminance_of(u).clip(0.0, None))
