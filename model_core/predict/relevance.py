"""Which of the features this user goes by: automatic relevance determination.

Photographers look at few things, each at others. A prior variance for each group of features is
fitted to all sliders at once by maximising the evidence (MacKay 1992; Tipping 2001), held near
what most photographers do while lessons are few. Given these, all stays a linear regression.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from model_core.predict.ridge import Float64

Groups = npt.NDArray[np.intp]

_ROUNDS = 3
_START = 0.03  # variance of a feature's weight, in J squared
_FIRMLY = 3.0  # well-determined weights that the prior variance of a group counts for
_NOISE, _NOISE_LESSONS = 0.5, 2.0  # J squared: what noise is taken for, and how firmly


def relevance(x: Float64, y: Float64, weight: Float64, groups: Groups) -> Float64:
    """(D,) variances of the weights of ``x`` (n, D), as multiples whose mean is 1, from lessons
    ``y`` (n, P) with ``weight`` (n,). ``groups``: (D,) which features share one."""
    total = weight.sum()
    root = np.sqrt(weight)[:, None]
    x = (x - weight @ x / total) * root
    y = (y - weight @ y / (total + 0.5)) * root
    seen, moment = x.T @ x, x.T @ y
    variance = np.full(int(groups.max()) + 1, _START)
    members = np.bincount(groups).astype(np.float64)
    size, noise = np.ones(y.shape[1]), np.full(y.shape[1], _NOISE)
    for _ in range(_ROUNDS):
        scale = np.sqrt(variance[groups])
        sight, basis = np.linalg.eigh(seen * scale * scale[:, None])
        sight = sight.clip(0)[:, None]
        trust = 1 / (sight + noise / size)  # (D, P)
        weights = basis @ (trust * (basis.T @ (moment * scale[:, None])))
        known = basis**2 @ (sight * trust)  # how far lessons, not the prior, decide each
        left = y - x @ (weights * scale[:, None])
        noise = ((left**2).sum(0) + _NOISE_LESSONS * _NOISE) / (
            np.maximum(total - (sight * trust).sum(0) - 1, 1) + _NOISE_LESSONS
        )
        size = ((weights**2).sum(0) + 1) / (known.sum(0) + 1)
        told = np.bincount(groups, (weights**2 / size).sum(1)) * variance
        variance = (told + _FIRMLY * _START) / (np.bincount(groups, known.sum(1)) + _FIRMLY)
    result: Float64 = variance[groups] * (members.sum() / (members * variance).sum())
    return result
