"""The instant learner: what the user does beyond the network, from the first correction.

Learns residuals y = (chosen - network) / J from the features z (bias first). Its experts are

* the **shrunk mean**: the user's average shift, shrunk towards none (a learned preset);
* **hierarchical Bayesian regression**: the shift depends on the photo, with a prior learned
  across many photographers of which directions of the features matter, at several strengths;
* the same **on the photo's statistics** with a plain prior: empirical-Bayes ridge.

Each has exact errors on every shoot by a fit without that shoot. Experts are averaged with
weights that grow with how well they predict the shoots left out (pseudo-Bayesian model
averaging, Yao et al. 2018), for each slider, and once more for each direction in which this
user moves sliders together. These two averages and the mean are averaged again in the same
way, with the odds against whoever claims more than the mean: the safety net.

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

from model_core.predict.prior import Prior
from model_core.predict.ridge import Float64, Ridge, folds_of, ridge

Real = npt.NDArray[np.floating[Any]]

_BIAS_PRECISION = 0.5  # of the shift itself; 1 lesson moves the next photo by 2/3 of it
_STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_ALONE = 300.0  # strength while there is one shoot and nothing to judge by ...
_ALONE_SHARE = 0.3  # ... and how much the regression then counts beside the mean
_TEMPER = 0.5  # lessons count half as evidence: those of one shoot are not independent
_MEAN_SHARE = 0.3  # of the mean among the experts before anything was left out
_MARGINS = np.array([0.0, 14.0, 15.0])  # log odds against: each slider, sliders together ...
_FEW = 3.0  # ... less with few shoots: leaving one out then costs more than luck can give
_UNSEEN = 0.4  # J: left-out errors below this are nobody's complaint and decide nothing
_TOGETHER = 30.0  # strength at which "moves sliders together" is looked for
_UNLIKE = 60.0  # lessons it takes until a direction of the features counts as seen
_FAR, _FAR_FROM = 0.95, 10  # further off than this share of lessons is far, from so many on
_OUTLIER = 4.0  # features are held within this many standard deviations
_COVER = 0.9  # intervals of 1.645 spreads to either side are to cover this share
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
    :meth:`unlike`, from where on a photo is unlike anything seen."""

    lessons: int
    weights: Float64
    covariance: Float64
    error: Float64
    influence: tuple[Influence, ...] = ()
    far: float = math.inf

    @staticmethod
    def empty(features: int, params: int) -> PersonalHead:
        """The head before any lesson: predicts no shift."""
        return PersonalHead(
            0, np.zeros((features, params)), np.eye(features) / _UNLIKE, np.zeros(params)
        )

    def shift(self, z: Real) -> Float64:
        """Predicted shift from the network's settings, (N, Z) -> (N, P) in J."""
        result: Float64 = held_in(z) @ self.weights
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
        shift = z @ self.weights
        parts = np.zeros((len(z), len(known)))
        for one in self.influence:
            parts += (z @ one.kernel @ known.T) * (shift @ (y @ one.mixing).T)
        size = (shift**2).sum(1, keepdims=True)
        result: Float64 = parts * weight / np.where(size > 0, size, 1.0)
        return result


def fit(z: Real, y: Real, weight: Real, shoots: Sequence[str], prior: Prior) -> PersonalHead:
    """Learns from all lessons at once.

    ``z``: (n, Z) with the bias first; ``y``: (n, P) residuals in J; ``weight``: (n,) positive;
    ``shoots``: the shoot of each lesson, left out together.
    """
    if not len(z):
        return PersonalHead.empty(z.shape[1], y.shape[1])
    given = held_in(z), np.asarray(y, np.float64), np.asarray(weight, np.float64)
    return _fit(*given, shoots, prior)


def _fit(
    z: Float64, y: Float64, weight: Float64, shoots: Sequence[str], prior: Prior
) -> PersonalHead:
    folds = folds_of(shoots)
    experts = [_expert(z[:, :1], np.eye(1, z.shape[1]).T, y, weight, folds, 1.0)]
    for view in prior.views:
        lifted = np.c_[np.eye(1, z.shape[1]).T, view]
        x = z @ lifted
        strengths = _STRENGTHS if len(folds) > 1 else (_ALONE,)
        experts += [_expert(x, lifted, y, weight, folds, s) for s in strengths]
    mixing = _mixing(experts, y, weight, len(folds))
    return _mixed(z, y, weight, experts, mixing)


@dataclass(frozen=True, slots=True, eq=False)
class _Expert:
    """A regression on z @ lift, (Z, D)."""

    lift: Float64
    strength: float
    ridge: Ridge


def _expert(
    x: Float64, lift: Float64, y: Float64, weight: Float64, folds: list[Any], strength: float
) -> _Expert:
    precision = np.full(x.shape[1], strength)
    precision[0] = _BIAS_PRECISION
    return _Expert(lift, strength, ridge(x, y, weight, folds, precision))


def _mixing(
    experts: list[_Expert], y: Float64, weight: Float64, folds: int
) -> list[npt.NDArray[np.float64]]:
    """How much of each expert: (P, P) matrices that add up to the identity."""
    params = np.eye(y.shape[1])
    if folds < 2:
        alone = [1 - _ALONE_SHARE, _ALONE_SHARE] + [0.0] * (len(experts) - 2)
        return [share * params for share in alone]
    left_out = np.stack([e.ridge.left_out for e in experts])
    # Directions in which this user moves sliders together, from what regression foretold.
    reference = next(e for e in experts if e.strength == _TOGETHER)
    foretold = y - reference.ridge.left_out
    centred = foretold - foretold.mean(0)
    shared = centred.T @ centred
    # A ramp tells apart directions of no size, which few lessons leave to rounding.
    ramp = np.diag(np.linspace(1e-6, 2e-6, len(shared))) * max(float(np.trace(shared)), 1e-12)
    together = np.linalg.eigh(shared + ramp)[1]
    candidates = [[params] + [np.zeros_like(params)] * (len(experts) - 1)]
    for basis in (params, together):
        shares = _shares(left_out @ basis, weight)
        candidates.append([(basis * share) @ basis.T for share in shares])
    errors = [
        np.stack([lo @ m for lo, m in zip(left_out, c, strict=True)]).sum(0) for c in candidates
    ]
    evidence = np.array([_evidence(e, weight).sum() for e in errors])
    trust = _softmax(evidence - _MARGINS * folds / (folds + _FEW))
    return [
        np.tensordot(trust, np.stack([c[k] for c in candidates]), 1) for k in range(len(experts))
    ]


def _shares(left_out: Float64, weight: Float64) -> Float64:
    """(K, P) shares of the experts from their left-out errors (K, n, P); the first is the mean."""
    evidence = np.stack([_evidence(e, weight) for e in left_out])
    odds = np.full(len(left_out), (1 - _MEAN_SHARE) / (len(left_out) - 1))
    odds[0] = _MEAN_SHARE
    return _softmax(evidence + np.log(odds)[:, None])


def _evidence(errors: Float64, weight: Float64) -> Float64:
    """Tempered log likelihood of left-out errors (n, P) under their own variance, (P,)."""
    variance = (weight[:, None] * errors**2).sum(0) / weight.sum() + _UNSEEN**2
    result: Float64 = -0.5 * _TEMPER * weight.sum() * np.log(variance)
    return result


def _softmax(log_odds: Float64) -> Float64:
    odds = np.exp(log_odds - log_odds.max(0))
    result: Float64 = odds / odds.sum(0)
    return result


def _mixed(
    z: Float64, y: Float64, weight: Float64, experts: list[_Expert], mixing: list[Float64]
) -> PersonalHead:
    weights = np.zeros((z.shape[1], y.shape[1]))
    left_out = np.zeros_like(y)
    influence = []
    for expert, part in zip(experts, mixing, strict=True):
        if not np.abs(part).max() > 1e-9:
            continue
        weights += expert.lift @ expert.ridge.weights @ part
        left_out += expert.ridge.left_out @ part
        kernel = expert.lift @ expert.ridge.covariance @ expert.lift.T
        influence.append(Influence(kernel, part))
    covariance: Float64 = np.linalg.inv(
        z.T @ (z * weight[:, None]) + _UNLIKE * np.eye(z.shape[1])
    ).astype(np.float64)
    unsure = np.ones(y.shape[1])
    head = PersonalHead(len(z), weights, covariance, unsure, tuple(influence))
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
    result: Float64 = error * np.quantile(scores, level) / 1.645
    return result


def held_in(z: Real) -> Float64:
    """Features as float64, odd ones held within what lessons can speak for."""
    return np.clip(np.asarray(z, np.float64), -_OUTLIER, _OUTLIER)
