"""The instant learner: what the user does beyond the network, from the first correction.

Learns residuals y = (chosen - network) / J from the features z (bias first) by an average of
regressions, from the user's mean shift to one that follows the photo closely
(``mixture.py``).

Everything is a refit from the list of lessons (milliseconds), so the order of lessons cannot
matter and forgetting one equals never having learned it. The result is linear in z, so that
it can be folded into the network file, and in y, so that it can be explained lesson by lesson.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import PARAMS
from model_core.predict.mixture import Expert, experts_of, mixing, unbound, view_of
from model_core.predict.neighbours import Neighbours, neighbours_of
from model_core.predict.prior import SETTINGS, SETTINGS_PER_J, Prior
from model_core.predict.ridge import Float64, Rows, folds_of

Real = npt.NDArray[np.floating[Any]]

_HARDLY = 0.02  # chance that a slider is set whatever the network says, below which it is none
_UNLIKE = 60.0  # lessons it takes until a direction of the features counts as seen
_FAR, _FAR_FROM = 0.95, 10  # further off than this share of lessons is far, from so many on
_OUTLIER = 4.0  # features are held within this many standard deviations
_COVER = 0.9  # intervals of 1.645 spreads to either side are to cover this share
_CHOSEN = 1.04  # left-out errors are too small by so much: all lessons said what matters
_LOW = np.array([p.low / p.jnd for p in PARAMS])
_HIGH = np.array([p.high / p.jnd for p in PARAMS])
_NETWORK_LESSONS = 1.0  # how many lessons the network's own doubt is worth


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """One expert's part in the result: the shift it adds at z is the sum over lessons i of
    (z @ kernel @ z_i) weight_i (y_i @ mixing). ``kernel``: (Z, Z); ``mixing``: (P, P)."""

    kernel: Float64
    mixing: Float64


@dataclass(frozen=True, slots=True, eq=False)
class PersonalHead:
    """Fitted learner. ``weights``: (Z, P) in J, applied to z; ``covariance``: (Z, Z), small in
    directions that lessons have shown; ``error``: (P,) half-width of the calibrated interval in J,
    as one standard deviation; ``influence``: how lessons make the weights; ``far``: as
    :meth:`unlike`, from where on a photo is unlike anything seen; ``unbound``: (P,) how far the
    user sets each slider whatever the network says; ``neighbours``: what of the shift is theirs."""

    lessons: int
    weights: Float64
    covariance: Float64
    error: Float64
    influence: tuple[Influence, ...] = ()
    far: float = math.inf
    unbound: Float64 | float = 0.0
    neighbours: Neighbours | None = None

    @staticmethod
    def empty(features: int, params: int) -> PersonalHead:
        """The head before any lesson: predicts no shift."""
        return PersonalHead(
            0, np.zeros((features, params)), np.eye(features) / _UNLIKE, np.zeros(params)
        )

    def shift(self, z: Real) -> Float64:
        """Predicted shift from the network's settings, (N, Z) -> (N, P) in J."""
        z = held_in(z)
        # The weights take back all of the network's answer; where it was held at the end of
        # its slider there is less to take back.
        result: Float64 = z @ self.weights + self.unbound * (_said(z) - _network(z))
        if self.neighbours is not None:
            result = result + self.neighbours.shift(z)
        return result

    def spread(self, z: Real, network: Float64) -> Float64:
        """One standard deviation in J, (N, P), given the network's own (N, P): the left-out
        error takes over as lessons come in; photos unlike any lesson stay uncertain."""
        if not self.lessons:
            return network
        n, prior = self.lessons, _NETWORK_LESSONS
        variance = (prior * network**2 + n * self.error**2) / (prior + n)
        result: Float64 = np.sqrt(variance * self.unlike(z)[:, None])
        return result

    def unlike(self, z: Real) -> Float64:
        """How far photos are from all lessons: the factor 1 .. 4 on the variance, (N,)."""
        z = held_in(z)
        result: Float64 = 1.0 + np.clip(((z @ self.covariance) * z).sum(1), 0, 3)
        return result

    def shares(self, z: Real, lessons_z: Real, lessons_y: Real, weight: Real) -> Float64:
        """Which lessons make the shift: (N, n), exact. Each lesson adds its own part to a
        photo's shift; its share is that part's projection on the shift, so that the shares
        of a photo add up to 1 (a negative one held against the others)."""
        z, known = held_in(z), held_in(lessons_z)
        y, weight = np.asarray(lessons_y, np.float64), np.asarray(weight, np.float64)
        shift = self.shift(z)
        # Where lessons say "this value", each takes the network's answer back by its weight.
        taken_back = (shift * (self.unbound * _network(z))).sum(1, keepdims=True)
        parts = np.tile(-taken_back / max(weight.sum(), 1e-12), len(known))
        y = y + self.unbound * _network(known)
        for one in self.influence:
            parts += (z @ one.kernel @ known.T) * (shift @ (y @ one.mixing).T)
        if self.neighbours is not None:
            parts += self.neighbours.kernel(z) * ((shift * self.neighbours.share) @ y.T)
        size = (shift**2).sum(1, keepdims=True)
        result: Float64 = parts * weight / np.where(size > 0, size, 1.0)
        return result


def fit(
    z: Real,
    y: Real,
    weight: Real,
    shoots: Sequence[str],
    prior: Prior,
    *,
    neighbours: bool = True,
) -> PersonalHead:
    """Learns from all lessons at once; without ``neighbours`` all of it is linear in z.

    ``z``: (n, Z) with the bias first; ``y``: (n, P) residuals in J; ``weight``: (n,) positive;
    ``shoots``: the shoot of each lesson, left out together.
    """
    if not len(z):
        return PersonalHead.empty(z.shape[1], y.shape[1])
    given = held_in(z), np.asarray(y, np.float64), np.asarray(weight, np.float64)
    return _fit(*given, shoots, prior, neighbours)


def _fit(
    z: Float64, y: Float64, weight: Float64, shoots: Sequence[str], prior: Prior, neighbours: bool
) -> PersonalHead:
    folds = folds_of(shoots)
    view = view_of(z, y, weight, prior)
    experts = experts_of(z, y, weight, folds, view)
    free = unbound(experts, z, _network(z), y, weight, folds)
    free = np.where(free > _HARDLY, free, 0.0)
    if free.any():
        y = y + free * _network(z)
        experts = experts_of(z, y, weight, folds, view)
    parts = mixing(experts, z, y, weight, folds)
    head = _mixed(z, y, weight, experts, parts, view, folds if neighbours else [])
    head.weights[SETTINGS] -= np.diag(free) / SETTINGS_PER_J
    return replace(head, unbound=free)


def _said(z: Float64) -> Float64:
    """(N, P) what the base's network says, in J, wherever that is."""
    result: Float64 = z[:, SETTINGS] / SETTINGS_PER_J
    return result


def _network(z: Float64) -> Float64:
    """(N, P) what the base's network answers, in J: held within the sliders."""
    return np.clip(_said(z), _LOW, _HIGH)


def _mixed(
    z: Float64,
    y: Float64,
    weight: Float64,
    experts: list[Expert],
    parts: list[Float64],
    view: Float64,
    folds: list[Rows],
) -> PersonalHead:
    weights = np.zeros((z.shape[1], y.shape[1]))
    left_out = np.zeros_like(y)
    influence = []
    for expert, part in zip(experts, parts, strict=True):
        if not np.abs(part).max() > 1e-9:
            continue
        weights += expert.lift @ expert.ridge.weights @ part
        left_out += expert.ridge.left_out @ part
        kernel = expert.lift @ expert.ridge.covariance @ expert.lift.T
        influence.append(Influence(kernel, part))
    near = None
    found = neighbours_of(view, z, y, weight, folds, left_out)
    if found is not None:
        near, left_out = found
        rest = 1 - near.share
        weights = weights * rest
        influence = [Influence(one.kernel, one.mixing * rest) for one in influence]
    covariance: Float64 = np.linalg.inv(
        z.T @ (z * weight[:, None]) + _UNLIKE * np.eye(z.shape[1])
    ).astype(np.float64)
    unsure = np.ones(y.shape[1])
    head = PersonalHead(len(z), weights, covariance, unsure, tuple(influence), neighbours=near)
    # How unlike the others each lesson is: with itself taken out, as a new photo would be.
    own = ((z @ covariance) * z).sum(1)
    unlike = 1.0 + np.clip(own / np.maximum(1.0 - weight * own, 1e-6), 0, 3)
    far = float(np.quantile(unlike, _FAR)) if len(z) >= _FAR_FROM else math.inf
    return replace(head, error=_calibrated(left_out, weight, unlike), far=far)


def _calibrated(left_out: Float64, weight: Float64, unlike: Float64) -> Float64:
    """(P,) spreads such that 1.645 of them, times how unlike a photo is, cover 90 % of the
    left-out errors of all sliders (split conformal prediction, with its finite-sample step)."""
    scaled = left_out / np.sqrt(unlike)[:, None]
    error = np.sqrt((weight[:, None] * scaled**2).sum(0) / weight.sum()) + 1e-12
    scores = np.abs(scaled) / error
    level = min(1.0, _COVER * (1 + 1 / left_out.size))
    result: Float64 = _CHOSEN * error * np.quantile(scores, level) / 1.645
    return result


def held_in(z: Real) -> Float64:
    """Features as float64, odd ones held within what lessons can speak for."""
    return np.clip(np.asarray(z, np.float64), -_OUTLIER, _OUTLIER)
