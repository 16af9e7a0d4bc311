"""Weighted ridge regression with the exact errors of each shoot by a fit without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

_MAX_FOLDS = 40  # beyond this many shoots, whole shoots are left out in groups


@dataclass(frozen=True, slots=True)
class Ridge:
    """``weights``: (D, P); ``covariance``: (D, D), to be scaled by the noise; ``left_out``:
    (n, P), the errors on each lesson by a fit without its shoot; ``unexplained``: (P, P),
    lessons' squares that neither the features nor the prior pay for; ``volume``: log
    determinant of the lessons' covariance, noise 1, up to what all regressions share."""

    weights: Float64
    covariance: Float64
    left_out: Float64
    unexplained: Float64
    volume: float


def ridge(x: Float64, y: Float64, weight: Float64, folds: list[Rows], precision: Float64) -> Ridge:
    """Fits ``x`` (n, D) to ``y`` (n, P) with ``weight`` (n,); ``precision``: (D,) of the prior
    around zero. ``folds``: row numbers of each shoot."""
    return ridges(x, y, weight, folds, [precision])[0]


def ridges(
    x: Float64, y: Float64, weight: Float64, folds: list[Rows], precisions: list[Float64]
) -> list[Ridge]:
    """:func:`ridge` with each of several priors, sooner."""
    weighted = x * weight[:, None]
    seen: Float64 = x.T @ weighted
    moment: Float64 = weighted.T @ y
    square: Float64 = y.T @ (y * weight[:, None])
    small = [rows for rows in folds if len(rows) < x.shape[1]]
    large = [rows for rows in folds if len(rows) >= x.shape[1]]
    without = [(x[r].T @ weighted[r], weighted[r].T @ y[r]) for r in large]
    found = []
    for precision in precisions:
        gram = seen + np.diag(precision)
        covariance = np.linalg.inv(gram).astype(np.float64)
        coefficients: Float64 = covariance @ moment
        left_out: Float64 = np.empty_like(y)
        _leave_out_small(small, x, weighted, covariance, y - x @ coefficients, left_out)
        for rows, (fold_seen, fold_moment) in zip(large, without, strict=True):
            others = np.linalg.solve(gram - fold_seen, moment - fold_moment)
            left_out[rows] = y[rows] - x[rows] @ others
        volume = float(np.linalg.slogdet(gram)[1] - np.log(precision).sum())
        unexplained = square - moment.T @ coefficients
        found.append(Ridge(coefficients, covariance, left_out, unexplained, volume))
    return found


def _leave_out_small(
    folds: list[Rows],
    x: Float64,
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
    xs, ws = x[rows] * real, weighted[rows] * real
    hat = (xs @ covariance) @ ws.transpose(0, 2, 1)
    errors = np.linalg.solve(np.eye(size) - hat, residual[rows] * real)
    for i, fold in enumerate(folds):
        left_out[fold] = errors[i, : len(fold)]


def folds_of(shoots: Sequence[str]) -> list[Rows]:
    """Row numbers of each shoot; with very many shoots, of groups of whole shoots."""
    names = sorted(set(shoots))
    group = {name: i % _MAX_FOLDS for i, name in enumerate(names)}
    labels = np.array([group[s] for s in shoots])
    return [np.flatnonzero(labels == g) for g in sorted(set(labels.tolist()))]
