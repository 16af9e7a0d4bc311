"""The instant learner: what the user does beyond the network, from the first correction.

Learns residuals y = (chosen - network) / J from the features z (bias first). Three simple
learners, each with exact leave-one-shoot-out errors, are mixed by how well they predict
shoots they have not seen; the mixture is the safety net, since plain ridge regression loses
to a plain average until many corrections are there.

* **shrunk mean**: the user's average shift, shrunk towards none (a learned preset);
* **ridge on statistics**: the shift depends on the photo's tones and colours;
* **ridge on all features**: also on what is in the picture.

The ridge strengths are chosen by the same left-out errors. Everything is a refit from the
list of lessons (milliseconds), so the order of lessons cannot matter and forgetting one
equals never having learned it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Real = npt.NDArray[np.floating[Any]]

_BIAS_PRECISION = 0.5  # of the shift itself; 1 lesson moves the next photo by 2/3 of it
_STRENGTHS = (4.0, 12.0, 40.0, 120.0, 400.0)
_PRIOR_WEIGHTS = np.array([0.7, 0.2, 0.1])  # trust before anything has been left out
_PRIOR_SHOOTS = 3.0  # how many shoots that trust is worth
_UNSEEN = 0.3  # J: a left-out error below this is nobody's complaint
_MAX_FOLDS = 40  # beyond this many shoots, whole shoots are left out in groups
_OUTLIER = 4.0  # features are held within this many standard deviations


@dataclass(frozen=True, slots=True)
class PersonalHead:
    """Fitted learner. ``weights``: (Z, P) in J, applied to z; ``covariance``: (Z, Z) of the
    ridge on all features; ``error``: (P,) left-out root mean square error in J."""

    lessons: int
    weights: Float64
    covariance: Float64
    error: Float64

    @staticmethod
    def empty(features: int, params: int) -> PersonalHead:
        """The head before any lesson: predicts no shift."""
        return PersonalHead(
            0, np.zeros((features, params)), np.zeros((features, features)), np.zeros(params)
        )

    def shift(self, z: Real) -> Float64:
        """Predicted shift from the network's settings, (N, Z) -> (N, P) in J."""
        result: Float64 = _held_in(z) @ self.weights
        return result

    def spread(self, z: Real, network: Float64) -> Float64:
        """One standard deviation in J, (N, P), given the network's own (N, P): the left-out
        error takes over as lessons come in; photos unlike any lesson stay uncertain."""
        if not self.lessons:
            return network
        n, prior = self.lessons, 5.0
        variance = (prior * network**2 + n * self.error**2) / (prior + n)
        z = _held_in(z)
        unlike = ((z @ self.covariance) * z).sum(1)
        result: Float64 = np.sqrt(variance * (1.0 + np.clip(unlike, 0, 3)[:, None]))
        return result


def fit(
    z: Real,
    y: Real,
    weight: Real,
    shoots: list[str],
    statistics: slice,
) -> PersonalHead:
    """Learns from all lessons at once.

    ``z``: (n, Z) with the bias first; ``y``: (n, P) residuals in J; ``weight``: (n,) positive;
    ``shoots``: the shoot of each lesson, left out together; ``statistics``: the columns of z
    that the smaller ridge may use besides the bias.
    """
    return _fit(
        _held_in(z), np.asarray(y, np.float64), np.asarray(weight, np.float64), shoots, statistics
    )


def _fit(
    z: Float64, y: Float64, weight: Float64, shoots: list[str], statistics: slice
) -> PersonalHead:
    n, size = z.shape
    if n == 0:
        return PersonalHead.empty(size, y.shape[1])
    folds = _folds(shoots)
    blocks = [np.array([0]), np.r_[0, np.arange(size)[statistics]], np.arange(size)]
    fitted = []
    for index, columns in enumerate(blocks):
        strengths = _STRENGTHS if index else (1.0,)
        tried = [_ridge(z[:, columns], y, weight, folds, s) for s in strengths]
        errors = [float((weight[:, None] * r.left_out**2).sum()) for r in tried]
        # With one shoot nothing is left to judge by: the strongest shrinkage is the safe one.
        best = int(np.argmin(errors)) if len(folds) > 1 else len(tried) - 1
        fitted.append(tried[best])
    mix = _mixture(np.stack([f.left_out for f in fitted]), weight, len(folds))
    weights = np.zeros((size, y.shape[1]))
    for share, columns, part in zip(mix, blocks, fitted, strict=True):
        weights[columns] += share * part.weights
    left_out = np.tensordot(mix, np.stack([f.left_out for f in fitted]), 1)
    error = np.sqrt((weight[:, None] * left_out**2).sum(0) / weight.sum())
    return PersonalHead(n, weights, fitted[-1].covariance, error)


@dataclass(frozen=True, slots=True)
class _Ridge:
    weights: Float64  # (D, P)
    covariance: Float64  # (D, D)
    left_out: Float64  # (n, P): errors on each lesson by a fit without its shoot


def _ridge(
    z: Float64, y: Float64, weight: Float64, folds: list[npt.NDArray[np.intp]], strength: float
) -> _Ridge:
    """Weighted ridge regression and its exact left-out errors."""
    precision = np.full(z.shape[1], strength, np.float64)
    precision[0] = _BIAS_PRECISION
    weighted = z * weight[:, None]
    gram: Float64 = z.T @ weighted + np.diag(precision)
    moment = weighted.T @ y
    covariance = np.linalg.inv(gram).astype(np.float64)
    coefficients: Float64 = covariance @ moment
    left_out: Float64 = np.empty_like(y)
    small = [rows for rows in folds if len(rows) < z.shape[1]]
    _leave_out_small(small, z, weighted, covariance, y - z @ coefficients, left_out)
    for rows in folds:
        if len(rows) >= z.shape[1]:
            zs, ws = z[rows], weighted[rows]
            without = np.linalg.solve(gram - zs.T @ ws, moment - ws.T @ y[rows])
            left_out[rows] = y[rows] - zs @ without
    return _Ridge(coefficients, covariance, left_out)


def _leave_out_small(
    folds: list[npt.NDArray[np.intp]],
    z: Float64,
    weighted: Float64,
    covariance: Float64,
    residual: Float64,
    left_out: Float64,
) -> None:
    """Left-out errors (I - H)^-1 r of folds smaller than the number of features, with H the
    fold's hat matrix: the same as refitting, by Woodbury. All folds in one batched solve,
    padded with rows of nothing to the size of the largest."""
    if not folds:
        return
    size = max(map(len, folds))
    rows = np.zeros((len(folds), size), np.intp)
    real = np.zeros((len(folds), size, 1))
    for i, fold in enumerate(folds):
        rows[i, : len(fold)] = fold
        real[i, : len(fold)] = 1
    zs, ws = z[rows] * real, weighted[rows] * real
    hat = (zs @ covariance) @ ws.transpose(0, 2, 1)
    errors = np.linalg.solve(np.eye(size) - hat, residual[rows] * real)
    for i, fold in enumerate(folds):
        left_out[fold] = errors[i, : len(fold)]


def _mixture(left_out: Float64, weight: Float64, folds: int) -> Float64:
    """Shares (K,) on the simplex that minimise the left-out error of the mixture, pulled
    towards the prior shares while there are few shoots."""
    k = len(left_out)
    if folds < 2:
        return _PRIOR_WEIGHTS
    scaled = left_out * np.sqrt(weight)[None, :, None]
    flat = scaled.reshape(k, -1)
    gram = flat @ flat.T
    # The floor keeps errors that nobody would see (under 0.3 J) from deciding anything: with
    # twenty look-alikes every learner is right, and the one that claims least is the safest.
    unseen = _UNSEEN**2 * weight.sum() * left_out.shape[2]
    gram /= max(float(np.trace(gram)) / k, unseen)
    # Normalised, the gram is of order 1: the pull is one part in the number of shoots.
    pull = _PRIOR_SHOOTS / folds * 0.1
    share = _PRIOR_WEIGHTS.copy()
    step = 0.5 / (np.linalg.norm(gram, 2) + pull)
    for _ in range(300):
        share = _to_simplex(share - step * (gram @ share + pull * (share - _PRIOR_WEIGHTS)))
    return share


def _to_simplex(v: Float64) -> Float64:
    """Euclidean projection on {x >= 0, sum x = 1} (Duchi et al. 2008)."""
    u = np.sort(v)[::-1]
    excess = (np.cumsum(u) - 1) / np.arange(1, len(v) + 1)
    theta = excess[np.flatnonzero(u > excess)[-1]]
    result: Float64 = np.maximum(v - theta, 0)
    return result


def _folds(shoots: list[str]) -> list[npt.NDArray[np.intp]]:
    """Row numbers of each shoot; with very many shoots, of groups of whole shoots."""
    names = sorted(set(shoots))
    group = {name: i % _MAX_FOLDS for i, name in enumerate(names)}
    labels = np.array([group[s] for s in shoots])
    return [np.flatnonzero(labels == g) for g in sorted(set(labels.tolist()))]


def _held_in(z: Real) -> Float64:
    return np.clip(np.asarray(z, np.float64), -_OUTLIER, _OUTLIER)
