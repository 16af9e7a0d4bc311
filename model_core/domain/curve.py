"""How well a style predicts its user: measured on each lesson before it was learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_core.domain.correction import Correction
from model_core.domain.develop import PARAMS

_JND = np.array([spec.jnd for spec in PARAMS])
#: Lessons that are averaged for one point of the curve, and for the match.
WINDOW = 20


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """All in order of the lessons, each averaged over the last WINDOW of them.

    ``errors``: mean distance in J (just noticeable differences of a slider) between what was
    predicted and what the user chose, before that lesson was learned. ``preset_errors``: the
    same for a fixed preset made of all earlier choices, their median; before there are any it
    leaves what was predicted.
    ``match``: in the last WINDOW lessons, the share, 0 .. 1, that was predicted within one J, of
    the sliders that the user moved further in any of them: what is always left alone would flatter
    it. 1 where none was; None without lessons.
    """

    errors: tuple[float, ...] = ()
    preset_errors: tuple[float, ...] = ()
    match: float | None = None


def learning_curve(lessons: Sequence[Correction]) -> LearningCurve:
    """From a style's lessons, oldest first."""
    if not lessons:
        return LearningCurve()
    chosen = np.array([one.chosen.values for one in lessons]) / _JND
    predicted = np.array([one.predicted.values for one in lessons]) / _JND
    off = np.abs(chosen - predicted)
    presets = np.stack([predicted[0], *(_preset(chosen[:n]) for n in range(1, len(lessons)))])
    return LearningCurve(
        errors=_smooth(off.mean(axis=1)),
        preset_errors=_smooth(np.abs(chosen - presets).mean(axis=1)),
        match=_match(off[-WINDOW:]),
    )


def _match(off: npt.NDArray[np.float64]) -> float:
    good = off <= 1.0
    used = ~good.all(axis=0)
    return float(good[:, used].mean()) if used.any() else 1.0


def _preset(earlier: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # A few hundred say as much of a median as all of them, and thousands would be slow.
    found: npt.NDArray[np.float64] = np.median(earlier[-200:], axis=0)
    return found


def _smooth(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Trailing means."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - WINDOW, 0)
    return tuple(float(v) for v in (sums[ends] - sums[starts]) / (ends - starts))
