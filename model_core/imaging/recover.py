"""The settings between two pictures: what turns a photo into its finished copy, whatever program
made that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import PARAM_NAMES, PARAMS, DevelopSettings
from model_core.domain.image import CodedImage
from model_core.imaging.colour import LUMA, apply_matrix, between, cielab, delta_e2000
from model_core.imaging.decode import to_linear
from model_core.imaging.pipeline import develop

#: Long side of the proxies that are compared.
PAIR_SIDE = 256
_GRID = 40  # points a side at which two pictures are compared
_STEPS = 40
_TRIAL = 0.2  # J by which a slider is moved to see what it does
#: Price of one J of a slider beside one squared deltaE: of all that would explain a copy, what
#: takes the fewest sliders, and light before tone, is what somebody did.
_PRICES = {"exposure_ev": 0.002, "temperature": 0.002, "tint": 0.002}
_PRICE_OF_OTHERS = 0.006
_SMALL = 0.1  # J below which a slider hardly counts as moved
_OUTLIER = 4.0  # deltaE beyond which a point tells of a local edit rather than of sliders
_LIGHT = [PARAM_NAMES.index(name) for name in ("exposure_ev", "temperature", "tint")]
_SHAPE = 0.02  # relative difference of the shapes that rounding explains
_ALIKE = 0.7  # correlation of the ranks of brightness

Float64 = npt.NDArray[np.float64]
_JND = np.array([p.jnd for p in PARAMS])
_PRICE = np.array([_PRICES.get(name, _PRICE_OF_OTHERS) for name in PARAM_NAMES])
_LOW, _HIGH = (np.array([getattr(p, side) for p in PARAMS]) / _JND for side in ("low", "high"))


@dataclass(frozen=True, slots=True)
class Recovered:
    """``settings`` turn the photo into its copy up to ``residual``, where it was ``apart``
    untouched: mean deltaE00 over the picture."""

    settings: DevelopSettings
    apart: float
    residual: float


@dataclass(frozen=True, slots=True)
class _Pair:
    """Working light (N, 3) of the photo, CIELAB (N, 3) of its copy, and the copy's space, whose
    gamut has its part in what the sliders did."""

    light: Float64
    wanted: Float64
    space: str

    def developed(self, settings: Mapping[str, Any]) -> Float64:
        """The photo with these settings as that space shows it, in CIELAB (N, 3)."""
        linear = develop(self.light, settings, self.space)
        result: Float64 = cielab(apply_matrix(linear, between(self.space, "rec2020")))
        return result


def unlike(before: CodedImage, after: CodedImage) -> str:
    """Why two pictures cannot be compared point by point; empty when they can."""
    shapes = [image.width / image.height for image in (before, after)]
    if abs(shapes[0] / shapes[1] - 1) > _SHAPE:
        return "it has another shape: cropped or turned"
    light = [_points(image) @ np.array(LUMA) for image in (before, after)]
    ranks = [one.argsort().argsort() for one in light]
    if np.corrcoef(ranks[0], ranks[1])[0, 1] < _ALIKE:
        return "it does not look like the same photo"
    return ""


def recover(before: CodedImage, after: CodedImage) -> Recovered:
    """(slow) Fits all sliders to a pair that is not :func:`unlike`.

    Least squares in CIELAB by Levenberg and Marquardt's method (Marquardt, 1963), light and
    white balance first; points far off count less, since other programs edit locally too.
    """
    pair = _Pair(_points(before), cielab(_points(after)), after.space)
    s = np.zeros(len(PARAMS))
    s = _descend(pair, s, _LIGHT, _STEPS // 4)
    s = _descend(pair, s, list(range(len(PARAMS))), _STEPS)
    settings = _settings(s).rounded()
    apart, residual = (
        float(delta_e2000(pair.developed(one.as_dict()), pair.wanted).mean())
        for one in (DevelopSettings(), settings)
    )
    return Recovered(settings, apart, residual)


def _points(image: CodedImage) -> Float64:
    """Working light at _GRID**2 places on a regular grid, (_GRID**2, 3)."""
    light = to_linear(image).pixels
    rows, columns = (
        np.linspace(0, size - 1, _GRID + 2)[1:-1].round().astype(int) for size in light.shape[:2]
    )
    return light[np.ix_(rows, columns)].reshape(-1, 3).astype(np.float64)


def _settings(s: Float64) -> DevelopSettings:
    return DevelopSettings.from_values(np.clip(s, _LOW, _HIGH) * _JND)


def _descend(pair: _Pair, s: Float64, free: list[int], steps: int) -> Float64:
    """Moves the ``free`` sliders of ``s``, (P,) in J, downhill."""
    damping, off = 0.1, _off(pair, s[None])[0]
    for _ in range(steps):
        weight = 1 / np.sqrt(1 + (off**2).sum(-1) / _OUTLIER**2)
        trials = s + _TRIAL * np.eye(len(s))[free]
        slope = (_off(pair, trials) - off) / _TRIAL  # (F, N, 3)
        flat, heavy = slope.reshape(len(free), -1), np.repeat(weight, 3)
        # The price as a square that touches it here (iteratively reweighted).
        price = _PRICE[free] / (2 * np.sqrt(s[free] ** 2 + _SMALL**2))
        normal = flat * heavy @ flat.T / len(pair.light) + np.diag(price)
        downhill = flat @ (heavy * off.ravel()) / len(pair.light) + price * s[free]
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), downhill)
        tried = s.copy()
        tried[free] -= step
        tried = np.clip(tried, _LOW, _HIGH)
        ahead = _off(pair, tried[None])[0]
        if _cost(ahead, tried) < _cost(off, s):
            gained = _cost(off, s) - _cost(ahead, tried)
            s, off, damping = tried, ahead, damping / 3
            if gained < 1e-5:
                break
        else:
            damping *= 4
            if damping > 1e6:
                break
    return s


def _off(pair: _Pair, trials: Float64) -> Float64:
    """How far each point is off, (K, N, 3), for settings (K, P) in J: CIELAB, with strong
    colours forgiven as CIE94 does (CIE 116:1995)."""
    units = np.clip(trials, _LOW, _HIGH) * _JND
    shown = [pair.developed(dict(zip(PARAM_NAMES, row, strict=True))) for row in units.tolist()]
    difference = np.stack(shown) - pair.wanted
    chroma = np.hypot(*pair.wanted.T[1:])
    difference[..., 1:] /= (1 + 0.03 * chroma)[:, None]
    result: Float64 = difference
    return result


def _cost(off: Float64, s: Float64) -> float:
    """Mean of a distance that grows like its square while small, then like itself."""
    far = _OUTLIER**2 * (np.sqrt(1 + (off**2).sum(-1) / _OUTLIER**2) - 1)
    return float(2 * far.mean() + _PRICE @ np.sqrt(s**2 + _SMALL**2))
