"""Named RGB colour spaces, the working space, and the scales that errors are measured on.

The working space is **linear Rec.2020, D65**: wide enough for what cameras and screens
deliver, so that no step sees negative light, and with the same white as sRGB.

All functions are generic over numpy and torch (through array-api-compat) and work on
arrays of shape (..., 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import array_api_compat
import numpy as np
import numpy.typing as npt

Array = Any  # a numpy array or a torch tensor
Float64 = npt.NDArray[np.float64]

D65 = (0.3127, 0.3290)
D50 = (0.3457, 0.3585)

#: Bradford cone responses to XYZ (ICC.1:2010, annex E).
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """Primaries and white (CIE xy) and the transfer curve: "srgb" or a plain gamma."""

    label: str
    primaries: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    white: tuple[float, float] = D65
    gamma: float | None = None  # None: the sRGB curve
    #: Instead: the light of evenly spaced codes from 0 to 1, (3, N), rising; numpy only.
    curves: Float64 | None = None


#: Every space a file can be read from or written to.
SPACES: dict[str, ColourSpace] = {
    "srgb": ColourSpace("sRGB", ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))),
    "display-p3": ColourSpace("Display P3", ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))),
    "adobe-rgb": ColourSpace(
        "Adobe RGB (1998)", ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), gamma=563 / 256
    ),
    "prophoto": ColourSpace(
        "ProPhoto RGB",
        ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105)),
        D50,
        gamma=1.8,
    ),
    # The working primaries with the sRGB curve: how raw files and caches are coded.
    "rec2020": ColourSpace("Rec.2020 primaries", ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046))),
}

#: Screens, by a name that no other screen has; no file is read from or written to these.
SCREENS: dict[str, ColourSpace] = {}


def space_of(name: str) -> ColourSpace:
    """The space of files or of a screen that has this name."""
    return SPACES[name] if name in SPACES else SCREENS[name]


def xyz_of(xy: tuple[float, float]) -> Float64:
    """XYZ with Y = 1 of a CIE xy chromaticity."""
    x, y = xy
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


@lru_cache
def to_xyz(space: str) -> Float64:
    """3x3 matrix from linear RGB of ``space`` to XYZ relative to D65 (white has Y = 1).

    Lindbloom, "RGB/XYZ matrices"; whites other than D65 are adapted with Bradford.
    """
    spec = space_of(space)
    primaries = np.stack([xyz_of(p) for p in spec.primaries], axis=1)
    white = xyz_of(spec.white)
    matrix: Float64 = primaries * np.linalg.solve(primaries, white)
    if spec.white != D65:
        matrix = (adaptation(white, xyz_of(D65)) @ matrix).astype(np.float64)
    return matrix


def adaptation(source: Float64, target: Float64) -> Float64:
    """3x3 matrix that takes XYZ under the white ``source`` to XYZ under ``target``, both XYZ
    with Y = 1: Bradford cone responses (ICC.1:2010, annex E), scaled."""
    scale = (BRADFORD @ target) / (BRADFORD @ source)
    result: Float64 = np.linalg.inv(BRADFORD) @ np.diag(scale) @ BRADFORD
    return result


@lru_cache
def between(source: str, target: str) -> Float64:
    """3x3 matrix from linear light of one space to that of another."""
    if source == target:
        return np.eye(3)
    return np.linalg.solve(to_xyz(target), to_xyz(source)).astype(np.float64)


#: Luminance of linear Rec.2020 (second row of its XYZ matrix).
LUMA = tuple(float(v) for v in to_xyz("rec2020")[1])


def apply_matrix(rgb: Array, matrix: Float64) -> Array:
    """``matrix`` (3x3) applied to the last axis of ``rgb``, in the precision of ``rgb``.

    A list of colours (N, 3) comes back with contiguous channels: numpy is several times
    faster on them, and the baking of a table is made of such lists.
    """
    xp = array_api_compat.array_namespace(rgb)
    m = xp.asarray(matrix.copy(), dtype=rgb.dtype, device=array_api_compat.device(rgb))
    return (m @ rgb.T).T if rgb.ndim == 2 else rgb @ m.T


def luminance(rgb: Array) -> Array:
    """CIE luminance Y of working-space light, shape (..., 1)."""
    return LUMA[0] * rgb[..., 0:1] + LUMA[1] * rgb[..., 1:2] + LUMA[2] * rgb[..., 2:3]


def decode_transfer(code: Array, space: str = "srgb") -> Array:
    """Code values 0..1 to linear light, by the transfer curve of ``space`` (IEC 61966-2-1)."""
    xp = array_api_compat.array_namespace(code)
    spec = space_of(space)
    gamma = spec.gamma
    if spec.curves is not None:
        places = np.linspace(0.0, 1.0, spec.curves.shape[1])
        return _by_channel(code, [(places, curve) for curve in spec.curves])
    if gamma is not None:
        return code.clip(0.0, None) ** gamma
    low = code / 12.92
    high = ((code.clip(0.04045, None) + 0.055) / 1.055) ** 2.4
    return xp.where(code <= 0.04045, low, high)


def encode_transfer(linear: Array, space: str = "srgb") -> Array:
    """Linear light to code values, inverse of :func:`decode_transfer`."""
    xp = array_api_compat.array_namespace(linear)
    spec = space_of(space)
    gamma = spec.gamma
    if spec.curves is not None:
        places = np.linspace(0.0, 1.0, spec.curves.shape[1])
        return _by_channel(linear, [(curve, places) for curve in spec.curves])
    if gamma is not None:
        return linear.clip(1e-12, None) ** (1.0 / gamma)
    low = linear * 12.92
    high = 1.055 * linear.clip(0.0031308, None) ** (1 / 2.4) - 0.055
    return xp.where(linear <= 0.0031308, low, high)


def _by_channel(values: Float64, tables: list[tuple[Float64, Float64]]) -> Float64:
    found = np.empty_like(values)
    for channel, (x, y) in enumerate(tables):
        found[..., channel] = np.interp(values[..., channel], x, y)
    return found


def to_working(code: Array, space: str) -> Array:
    """Code values of ``space`` to working light; what lies outside Rec.2020 is clipped."""
    linear = apply_matrix(decode_transfer(code, space), between(space, "rec2020"))
    return linear.clip(0.0, None)


def from_working(rgb: Array, space: str) -> Array:
    """Working light to code values of ``space``, brought into its gamut by :func:`fit_gamut`."""
    return encode_transfer(fit_gamut(rgb, space), space)


# Oklab (Ottosson 2020): hue and chroma that stay put when light is scaled.
_OK_LMS = np.array(
    [
        [0.8189330101, 0.3618667424, -0.1288597137],
        [0.0329845436, 0.9293118715, 0.0361456387],
        [0.0482003018, 0.2643662691, 0.6338517070],
    ]
)
_OK_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_OK_FROM_RGB = _OK_LMS @ to_xyz("rec2020")
# White must be exactly neutral, or greys would pick up colour from published rounding.
_OK_FROM_RGB = _OK_FROM_RGB / _OK_FROM_RGB.sum(axis=1, keepdims=True)
_OK_LAB[1:] -= _OK_LAB[1:].mean(axis=1, keepdims=True)
_OK_LAB[0] /= _OK_LAB[0].sum()
_OK_RGB = np.linalg.inv(_OK_FROM_RGB)
_OK_LMS_FROM_LAB = np.linalg.inv(_OK_LAB)
_SEARCH = 8  # steps; then no more than one colour in a thousand is off by 1 of 255
_HOLLOW = 0.0015  # of the largest channel
_SOFT = 0.003  # of it, over which clipping gives way to less chroma
_TINY = 1e-5  # outside by less is rounding, and clipped
_EPS = 1e-7  # keeps the slope of the cube root finite at black


def oklab(rgb: Array) -> Array:
    """Working light to Oklab (L 0..1, a, b), shape (..., 3)."""
    lms = apply_matrix(rgb, _OK_FROM_RGB).clip(0.0, None)
    return apply_matrix((lms + _EPS) ** (1.0 / 3.0), _OK_LAB)


def oklab_to_working(lab: Array) -> Array:
    """Inverse of :func:`oklab`; may be negative for colours that no light can have."""
    root = apply_matrix(lab, _OK_LMS_FROM_LAB)
    return apply_matrix(root * root * root - _EPS, _OK_RGB)


def light_of(lab: Array, space: str = "rec2020") -> Array:
    """Oklab colours (..., 3) to linear light of ``space`` that is not negative.

    What the space cannot hold keeps its hue and its lightness and as much chroma as fits.
    Mixed with grey in linear light instead, blue turns by 20 degrees.
    """
    xp = array_api_compat.array_namespace(lab)
    matrix = between("rec2020", space) @ _OK_RGB
    root = apply_matrix(lab, _OK_LMS_FROM_LAB)
    light = apply_matrix(root * root * root - _EPS, matrix)
    excess = _negative(xp, light)
    outside = excess[..., 0] > _TINY
    light = light.clip(0.0, None)
    if bool(xp.any(outside)):
        clipped = light[outside]
        held = _with_less_chroma(lab[outside], matrix, lambda at: _negative(xp, at))
        peak = xp.max(clipped, axis=-1, keepdims=True)
        share = (excess[outside] / (_SOFT * peak).clip(_TINY, None)).clip(None, 1.0)
        light[outside] = clipped + share * (held.clip(0.0, None) - clipped)
    return light


def _with_less_chroma(lab: Array, matrix: Float64, excess: Callable[[Array], Array]) -> Array:
    """Oklab colours (N, 3) to light, of the same lightness and hue, with as much of their chroma
    as leaves ``excess`` of the light, (N, 1), at 0."""
    lightness = lab[..., 0:1]
    coloured = apply_matrix(lab * _vector(lab, (0.0, 1.0, 1.0)), _OK_LMS_FROM_LAB)
    root = lightness + coloured * _chroma_held(lightness, coloured, matrix, excess)
    return apply_matrix(root * root * root - _EPS, matrix)


def _chroma_held(
    lightness: Array, coloured: Array, matrix: Float64, excess: Callable[[Array], Array]
) -> Array:
    """The share of chroma, (N, 1) in 0..1, that stays inside, by regula falsi with bisection
    in turn. Each channel is a cubic in that share. No gradient flows through the search."""
    xp = array_api_compat.array_namespace(lightness)
    if hasattr(lightness, "detach"):
        lightness, coloured = lightness.detach(), coloured.detach()
    square = coloured * coloured
    one = 3.0 * lightness * lightness * apply_matrix(coloured, matrix)
    two = 3.0 * lightness * apply_matrix(square, matrix)
    three = apply_matrix(square * coloured, matrix)
    grey = lightness * lightness * lightness

    def found_at(share: Array) -> Array:
        return excess(grey + share * (one + share * (two + share * three)))

    low, high = xp.zeros_like(lightness), xp.ones_like(lightness)
    under, over = found_at(low).clip(None, 0.0), found_at(high).clip(0.0, None)
    for step in range(_SEARCH + 1):
        chord = low - (high - low) * under / (over - under).clip(1e-12, None)
        if step == _SEARCH:
            break
        middle = chord if step % 2 == 0 else (low + high) / 2
        found = found_at(middle)
        inside = found <= 0.0
        low, under = xp.where(inside, middle, low), xp.where(inside, found, under)
        high, over = xp.where(inside, high, middle), xp.where(inside, over, found)
    return chord


def _negative(xp: Any, light: Array) -> Array:
    """By how much the least channel is under 0, (..., 1); not over 0 inside.

    Less than a few thousandths of the largest channel count as inside, and are clipped: at
    constant hue the edges of sRGB and Rec.2020 are hollow near blue by up to 0.0008 of it, and a
    search that took it to the letter would tear neighbouring blues apart. More turns hues (by 5
    degrees with 0.02) and tears others apart. From there on clipping gives way to the search
    bit by bit: at once, blues under another white balance were 4.8 deltaE00 from the next.
    """
    peak = xp.max(light, axis=-1, keepdims=True)
    return -xp.min(light, axis=-1, keepdims=True) - _HOLLOW * peak


def not_negative(rgb: Array, space: str = "rec2020") -> Array:
    """Working light to linear light of ``space`` without channels under 0: what the space cannot
    hold keeps its hue and lightness, see :func:`light_of`; all else is untouched."""
    xp = array_api_compat.array_namespace(rgb)
    linear = apply_matrix(rgb, between("rec2020", space))
    under = _negative(xp, linear)[..., 0] > _TINY
    if bool(xp.any(under)):
        linear = linear + 0.0
        linear[under] = light_of(oklab(rgb[under]), space)
    return linear.clip(0.0, None)


def fit_gamut(rgb: Array, space: str = "rec2020") -> Array:
    """Working light to linear light of ``space`` within 0..1.

    Colours inside are untouched. Others give away chroma at constant hue: for a channel under
    0 at constant lightness (:func:`not_negative`), for one over 1 at constant luminance, so that
    what is brighter stays brighter: at constant lightness the glow around a sun turns white
    before its yellow core does.
    """
    xp = array_api_compat.array_namespace(rgb)
    linear = not_negative(rgb, space)
    over = xp.max(linear, axis=-1) > 1.0 + _TINY
    if bool(xp.any(over)):
        linear = linear + 0.0
        linear[over] = _under_white(linear[over], space)
    return linear.clip(0.0, 1.0)


def _under_white(linear: Array, space: str) -> Array:
    """Light of ``space`` (N, 3) with a channel over 1 to light of the same hue and luminance,
    at most white's, with as much chroma as brings that channel to 1."""
    xp = array_api_compat.array_namespace(linear)
    luma = _vector(linear, tuple(float(v) for v in to_xyz(space)[1]))

    def luminance_in(light: Array) -> Array:
        return xp.sum(light * luma, axis=-1, keepdims=True)

    # Scaled to that luminance, light keeps its hue; so the search needs no scaling.
    target = luminance_in(linear).clip(None, 1.0)
    held = target.detach() if hasattr(target, "detach") else target
    lab = oklab(apply_matrix(linear, between(space, "rec2020")))
    light = _with_less_chroma(
        lab,
        between("rec2020", space) @ _OK_RGB,
        lambda at: xp.max(at, axis=-1, keepdims=True) - luminance_in(at) / held,
    )
    return light * (target / luminance_in(light))


@lru_cache
def within_working(space: str) -> bool:
    """Whether all light of ``space`` is working light without negative channels."""
    return bool(between(space, "rec2020").min() > -_HOLLOW)


def _vector(like: Array, values: tuple[float, ...]) -> Array:
    xp = array_api_compat.array_namespace(like)
    return xp.asarray(values, dtype=like.dtype, device=array_api_compat.device(like))


def cielab(rgb: Array) -> Array:
    """Working light to CIELAB (D65), shape (..., 3)."""
    xp = array_api_compat.array_namespace(rgb)
    white = xyz_of(D65)
    t = apply_matrix(rgb, to_xyz("rec2020") / white[:, None])
    delta = 6 / 29
    cube = t.clip(delta**3, None) ** (1.0 / 3.0)
    f = xp.where(t > delta**3, cube, t / (3 * delta**2) + 4 / 29)
    fx, fy, fz = f[..., 0], f[..., 1], f[..., 2]
    return xp.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)], axis=-1)


def delta_e2000(lab1: Float64, lab2: Float64) -> Float64:
    """CIEDE2000 colour difference of two CIELAB arrays (..., 3) -> (...), numpy only.

    Sharma, Wu, Dalal (2005), "The CIEDE2000 color-difference formula".
    """
    l1, a1, b1 = np.moveaxis(np.asarray(lab1, dtype=np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(lab2, dtype=np.float64), -1, 0)
    c_mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(c_mean7 / (c_mean7 + 25.0**7)))
    a1p, a2p = a1 * (1 + g), a2 * (1 + g)
    c1p, c2p = np.hypot(a1p, b1), np.hypot(a2p, b2)
    h1p = np.degrees(np.arctan2(b1, a1p)) % 360
    h2p = np.degrees(np.arctan2(b2, a2p)) % 360
    dh = h2p - h1p
    dh = np.where(dh > 180, dh - 360, np.where(dh < -180, dh + 360, dh))
    grey = c1p * c2p == 0
    dh = np.where(grey, 0.0, dh)
    d_h = 2 * np.sqrt(c1p * c2p) * np.sin(np.radians(dh) / 2)
    l_mean, c_mean = (l1 + l2) / 2, (c1p + c2p) / 2
    total = h1p + h2p
    far = np.abs(h1p - h2p) > 180
    h_mean = np.where(far, np.where(total < 360, total + 360, total - 360), total) / 2
    h_mean = np.where(grey, total, h_mean)
    return _de2000_weighted(l2 - l1, c2p - c1p, d_h, l_mean, c_mean, h_mean)


def _de2000_weighted(
    d_l: Float64, d_c: Float64, d_h: Float64, l_mean: Float64, c_mean: Float64, h_mean: Float64
) -> Float64:
    """Second half of CIEDE2000: the weighting functions and the rotation term."""
    rad = np.radians
    t = (
        1
        - 0.17 * np.cos(rad(h_mean - 30))
        + 0.24 * np.cos(rad(2 * h_mean))
        + 0.32 * np.cos(rad(3 * h_mean + 6))
        - 0.20 * np.cos(rad(4 * h_mean - 63))
    )
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / np.sqrt(20 + (l_mean - 50) ** 2)
    s_c = 1 + 0.045 * c_mean
    s_h = 1 + 0.015 * c_mean * t
    c7 = c_mean**7
    rotation = (
        -2 * np.sqrt(c7 / (c7 + 25.0**7)) * np.sin(rad(60 * np.exp(-(((h_mean - 275) / 25) ** 2))))
    )
    lc, cc, hc = d_l / s_l, d_c / s_c, d_h / s_h
    result: Float64 = np.sqrt(np.maximum(lc**2 + cc**2 + hc**2 + rotation * cc * hc, 0))
    return result
