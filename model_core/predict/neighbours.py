"""Nearest neighbours among the lessons, and how much of them left-out shoots ask for.

A photo gets the average of the lessons, those alike by what matters to this user counting most
(Nadaraya 1964, Watson 1964), drawn to the mean of all where nothing is alike. Beside the
regressions they are wanted where the same things come back in other shoots and what is done to
them follows no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.predict.ridge import Float64, Rows

#: Lessons of no shift that the mean counts for, and of the mean that the near ones count for.
FIRMLY = 0.5
#: Of "near", in medians of the squared distance between two lessons: so, a third, a ninth.
_WIDEST, _NARROWER = 0.3, 3
_SHOOTS = 3  # before this many nothing is sure
_SURE = 1.0  # standard errors over shoots that the gain must be above zero
_UNSEEN = 0.15  # J: by less than this the two do not differ for anybody
_LEAST = 0.02  # a smaller share is none
_BLOCK = 1024  # photos at a time


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """``view``: (Z, D), with x = z @ view two photos are |x - x'| apart; ``known``: (n, D),
    ``y``: (n, P) and ``weight``: (n,) of the lessons; ``width``: the squared distance at which
    a lesson counts 1/e; ``share``: (P,) how much of the predicted shift they are."""

    view: Float64
    known: Float64
    y: Float64
    weight: Float64
    width: float
    share: Float64

    def shift(self, z: Float64) -> Float64:
        """Their part of the predicted shift, (N, Z) -> (N, P) in J."""
        result = np.empty((len(z), self.y.shape[1]))
        for start in range(0, len(z), _BLOCK):
            part = slice(start, start + _BLOCK)
            result[part] = self.kernel(z[part]) @ (self.weight[:, None] * self.y)
        return self.share * result

    def kernel(self, z: Float64) -> Float64:
        """(N, n): their average at z is the sum of kernel * weight * y over the lessons."""
        near = np.exp(-_squares(z @ self.view, self.known) / self.width)
        return _average(near, self.weight, np.ones_like(near))


def neighbours_of(
    view: Float64, z: Float64, y: Float64, weight: Float64, folds: list[Rows], left_out: Float64
) -> tuple[Neighbours, Float64] | None:
    """What of the lessons' neighbours is wanted beside a predictor whose errors on lessons,
    each by a fit without its shoot, are ``left_out``, (n, P).

    Each slider's share is what these errors and the neighbours' own, of other shoots only, ask
    for (stacking: Wolpert 1992), as far as that is sure. With the left-out errors of both
    together; None when no slider has a share.
    """
    known = z @ view
    median = _median_distance(known)
    if len(folds) < _SHOOTS or not median:
        return None
    fold = np.empty(len(z), np.intp)
    for number, rows in enumerate(folds):
        fold[rows] = number
    tried = _left_out(known, y, weight, fold, _WIDEST * median)
    squares = [float((weight[:, None] * errors**2).sum()) for errors in tried]
    best = int(np.argmin(squares))
    share = _share(left_out, tried[best], weight, folds)
    if share.max() < _LEAST:
        return None
    width = _WIDEST * median / _NARROWER**best
    return Neighbours(view, known, y, weight, width, share), (
        (1 - share) * left_out + share * tried[best]
    )


def _share(mixed: Float64, near: Float64, weight: Float64, folds: list[Rows]) -> Float64:
    """(P,) of the neighbours, from left-out errors (n, P) of what they are mixed with and of
    their own: where the mixture's squares would be least, held back by the standard error."""
    apart = mixed - near
    gain = np.array([(weight[r, None] * mixed[r] * apart[r]).sum(0) for r in folds])
    sure = gain.sum(0) - _SURE * np.sqrt(len(folds)) * gain.std(0, ddof=1)
    size = (weight[:, None] * (apart**2 + _UNSEEN**2)).sum(0)
    result: Float64 = np.clip(sure / size, 0, 1)
    return result


def _left_out(
    known: Float64, y: Float64, weight: Float64, fold: Rows, widest: float
) -> list[Float64]:
    """(n, P) errors on each lesson by the neighbours in all other shoots, for each width."""
    errors = [np.empty_like(y) for _ in range(_NARROWER)]
    moved = weight[:, None] * y
    for start in range(0, len(known), _BLOCK):
        part = slice(start, start + _BLOCK)
        others = (fold[part, None] != fold).astype(np.float64)
        near = np.exp(-_squares(known[part], known) / widest) * others
        for one in errors:
            one[part] = y[part] - _average(near, weight, others) @ moved
            near = near * near * near  # as exp of a third of the width
    return errors


def _average(near: Float64, weight: Float64, there: Float64) -> Float64:
    """(N, n) kernel of the average, by how near lessons are and whether they are there."""
    close, total = near @ weight, there @ weight
    mean = there * (FIRMLY / (total + FIRMLY))[:, None]
    result: Float64 = (near + mean) / (close + FIRMLY)[:, None]
    return result


def _median_distance(known: Float64) -> float:
    """Squared, between two lessons; of at most _BLOCK of them, evenly among all in order of
    how far out they are, so that it does not matter in which order they came."""
    outwards = np.argsort((known**2).sum(1), kind="stable")
    some = known[outwards][:: -(-len(known) // _BLOCK)]
    between = _squares(some, some)
    apart = between[between > 1e-9]
    return float(np.median(apart)) if apart.size else 0.0


def _squares(a: Float64, b: Float64) -> Float64:
    both = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.clip(both, 0, None)
