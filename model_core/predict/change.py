"""Whether a user began to edit in another way: one style with drift, or two styles?

Lessons in the order they were taught leave residuals: what the photos themselves and the other
shoots do not foretell. If taste is steady, or drifts evenly, it is chance in which order the
shoots left theirs. So the likelihood ratio of "a step between two shoots" against "an even
drift", at its best place, is compared with what it is when the shoots are put in random order
(a permutation test after Freedman and Lane, 1983, the largest over all places, so that looking
at all of them is paid for). That alone finds changes too small to be worth two styles; so two
regressions, one for each part, must also foretell left-out shoots clearly better than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_core.predict.personal_head import Real, held_in
from model_core.predict.prior import Prior
from model_core.predict.ridge import Float64, folds_of, ridge

#: Lessons and shoots on either side of a change, at least: fewer are an odd day.
MIN_LESSONS, MIN_SHOOTS = 10, 3

_CHANCE = 0.003  # how often steady taste may look like a change, each time it is looked for
_DRAWS = 1_999
_BETTER = 0.9  # error with two styles as a share of that with one, at most
_STEP = 1.0  # J: the largest slider must have moved by so much
_STRENGTHS = (3.0, 30.0, 300.0, 3000.0)
_BIAS_PRECISION = 0.5
_UNSEEN = 0.2  # J: differences between shoots below this are nothing


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """``first``: row of the first lesson of the new way; ``later``: (n,) whether a lesson is of
    the new way; ``step``: (P,) in J, how it differs on the same photo; ``chance``: how often
    steady taste looks as changed as this; ``one``, ``two``: mean error in J on left-out shoots
    with one style and with two."""

    first: int
    later: npt.NDArray[np.bool_]
    step: Float64
    chance: float
    one: float
    two: float


def find_change(
    z: Real, y: Real, weight: Real, shoots: Sequence[str], prior: Prior, seed: int = 0
) -> Change | None:
    """The place where taste changed; None when it may be chance, drift, or not worth it.

    ``z``: (n, Z), ``y``: (n, P) residuals in J, ``weight``: (n,), in the order of teaching;
    ``shoots``: the shoot of each lesson, which is never cut.
    """
    names = list(dict.fromkeys(shoots))
    rows = [np.flatnonzero(np.array(shoots) == name) for name in names]
    places = _places([len(one) for one in rows])
    if not places:
        return None
    x = held_in(z)
    wanted: Float64 = np.asarray(y, np.float64)
    heavy: Float64 = np.asarray(weight, np.float64)
    left_out = _left_out(x, wanted, heavy, shoots, prior)
    sizes = np.array([heavy[one].sum() for one in rows])
    means = np.stack([heavy[one] @ left_out[one] for one in rows]) / sizes[:, None]
    place, chance = _step_test(means, sizes, [len(one) for one in rows], places, seed)
    later = np.isin(shoots, names[place:])
    step = _mean(left_out[later], heavy[later]) - _mean(left_out[~later], heavy[~later])
    if chance > _CHANCE or np.abs(step).max() < _STEP:
        return None
    apart = np.empty_like(left_out)
    for part in (later, ~later):
        apart[part] = _left_out(
            x[part],
            wanted[part],
            heavy[part],
            [s for s, p in zip(shoots, part, strict=True) if p],
            prior,
        )
    one, two = (float(_mean(np.abs(errors), heavy).mean()) for errors in (left_out, apart))
    if two > _BETTER * one:
        return None
    return Change(int(rows[place][0]), later, step, chance, one, two)


def _places(sizes: list[int]) -> list[int]:
    """Before which shoots a step may be."""
    before = np.cumsum([0, *sizes])
    return [
        k for k in range(MIN_SHOOTS, len(sizes) - MIN_SHOOTS + 1)
        if before[k] >= MIN_LESSONS and before[-1] - before[k] >= MIN_LESSONS
    ]  # fmt: skip


def _left_out(
    z: Float64, y: Float64, weight: Float64, shoots: Sequence[str], prior: Prior
) -> Float64:
    """(n, P) errors on each shoot by a regression on the photos of the others, as strong as
    does best."""
    lifted = np.c_[np.eye(1, z.shape[1]).T, np.diag(prior.scale)[:, prior.used]]
    x, folds = z @ lifted, folds_of(shoots)
    found = []
    for strength in _STRENGTHS:
        precision = np.full(x.shape[1], strength)
        precision[0] = _BIAS_PRECISION
        found.append(ridge(x, y, weight, folds, precision).left_out)
    return min(found, key=lambda errors: float(_mean(errors**2, weight).sum()))


def _mean(values: Float64, weight: Float64) -> Float64:
    result: Float64 = weight @ values / weight.sum()
    return result


def _step_test(
    means: Float64, heavy: Float64, sizes: list[int], places: list[int], seed: int
) -> tuple[int, float]:
    """The best place of a step in the shoots' mean errors (S, P), and how often shoots in
    random order have one as good."""
    count = len(means)
    # A shoot's mean is as sure as its lessons are many, up to what shoots differ by anyhow.
    root = np.sqrt(heavy / (heavy + 1))
    when = np.cumsum(sizes) - np.array(sizes) / 2
    steady = np.linalg.qr(root[:, None] * np.c_[np.ones(count), when / when[-1]])[0]
    rest = root[:, None] * means
    rest = rest - steady @ (steady.T @ rest)
    steps = root * (np.arange(count) >= np.array(places)[:, None])
    steps = steps - (steps @ steady) @ steady.T
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    rest = rest @ _whitening(rest, count - 2)
    gains = ((steps @ rest) ** 2).sum(1)
    best = int(gains.argmax())
    rng = np.random.default_rng(seed)
    as_good = 0
    for _ in range(_DRAWS):
        drawn = ((steps @ rest[rng.permutation(count)]) ** 2).sum(1).max()
        as_good += drawn >= gains[best]
        if (1 + as_good) > _CHANCE * (1 + _DRAWS):
            break  # chance enough, and the rest would say so too
    return places[best], (1 + as_good) / (1 + _DRAWS)


def _whitening(rest: Float64, freedom: int) -> Float64:
    """(P, P) that makes errors of steady taste alike and independent; shrunk towards the
    sliders' own variances while there are few shoots."""
    covariance = rest.T @ rest / freedom
    own = np.diag(np.diag(covariance))
    share = min(1.0, len(own) / freedom)
    covariance = (1 - share) * covariance + share * own + _UNSEEN**2 * np.eye(len(own))
    values, vectors = np.linalg.eigh(covariance)
    result: Float64 = vectors / np.sqrt(values)
    return result
