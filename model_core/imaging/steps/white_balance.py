"""Temperature and tint: gains on the working channels, along and across daylight.

By Wien's law the logarithm of a ratio of radiances is linear in the reciprocal colour
temperature, so the log gains are taken linear in mired: shifts add up, and +t followed by
-t is nothing. Slopes are those of the CIE daylight locus at D65; one unit of tint
is 1/3000 across the locus in CIE 1960 uv, as in the DNG specification.
"""

from __future__ import annotations

import array_api_compat
import numpy as np

from model_core.imaging.colour import LUMA, Array, Float64, to_xyz

_D65_MIRED = 1e6 / 6504.0
_TINT_UNIT = 1.0 / 3000.0


def _daylight_uv(mired: float) -> Float64:
    """CIE daylight locus in CIE 1960 uv (CIE 15:2004, 3.1; 4,000 to 25,000 K)."""
    k = 1e6 / mired
    if k <= 7000:
        x = -4.6070e9 / k**3 + 2.9678e6 / k**2 + 0.09911e3 / k + 0.244063
    else:
        x = -2.0064e9 / k**3 + 1.9018e6 / k**2 + 0.24748e3 / k + 0.237040
    y = -3.0 * x * x + 2.870 * x - 0.275
    d = -2 * x + 12 * y + 3
    return np.array([4 * x / d, 6 * y / d])


def daylight_xyz(mired_shift: float, tint: float) -> Float64:
    """XYZ (Y = 1) of the daylight ``mired_shift`` from D65, ``tint`` units across the locus."""
    mired = min(max(_D65_MIRED + mired_shift, 1e6 / 25000), 1e6 / 3500)
    u, v = _daylight_uv(mired) + tint * _TINT_UNIT * _ACROSS
    d = 2 * u - 8 * v + 4
    x, y = 3 * u / d, 2 * v / d
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _directions() -> tuple[Float64, Float64]:
    """Unit vectors in uv along the locus at D65 (to warmer) and across it (to magenta)."""
    along = _daylight_uv(_D65_MIRED + 5) - _daylight_uv(_D65_MIRED - 5)
    along = along / np.linalg.norm(along)
    across = np.array([along[1], -along[0]])
    return along, across if across[1] < 0 else -across


_ACROSS = _directions()[1]


def _log_rgb(mired_shift: float, tint: float) -> Float64:
    """Log of the working RGB of that daylight."""
    result: Float64 = np.log(np.linalg.solve(to_xyz("rec2020"), daylight_xyz(mired_shift, tint)))
    return result


def _slopes() -> tuple[Float64, Float64]:
    """Log gain of each channel for one mired and for one unit of tint."""
    step = 5.0
    per_mired = (_log_rgb(step, 0) - _log_rgb(-step, 0)) / (2 * step)
    per_tint = (_log_rgb(0, step) - _log_rgb(0, -step)) / (2 * step)
    luma = np.array(LUMA)
    # Greys keep their luminance (to first order): brightness belongs to exposure.
    return per_mired - luma @ per_mired, per_tint - luma @ per_tint


TEMPERATURE_SLOPE, TINT_SLOPE = _slopes()


def white_balance(rgb: Array, temperature: Array | float, tint: Array | float) -> Array:
    """Gains on the channels of working light ``rgb`` (..., 3) in 0..1, which leave white white.

    ``temperature`` in mired, positive is warmer; ``tint`` positive is magenta; scalars or
    arrays that broadcast against (..., 1).

    A channel x with gain g becomes x' with x'^4 / (1 - x'^4) = g^4 x^4 / (1 - x^4). Up to
    half of white that is the plain gain of light, to 5 %; at white it fades to nothing, since
    what clipped has lost its colour: a blown sun must not turn blue, nor end in an edge. The
    form has an exact inverse, and shifts add up.
    """
    xp = array_api_compat.array_namespace(rgb)
    device = array_api_compat.device(rgb)
    by_temperature = xp.asarray(TEMPERATURE_SLOPE, dtype=rgb.dtype, device=device)
    by_tint = xp.asarray(TINT_SLOPE, dtype=rgb.dtype, device=device)
    log_gain = temperature * by_temperature + tint * by_tint
    square = rgb.clip(None, 1.0) ** 2
    fade = 1.0 + (xp.exp(4.0 * log_gain) - 1.0) * square * square
    return rgb * xp.exp(log_gain) / xp.sqrt(xp.sqrt(fade))
