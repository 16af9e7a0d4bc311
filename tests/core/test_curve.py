"""The learning curve and the match."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.domain.correction import Correction
from model_core.domain.curve import WINDOW, LearningCurve, learning_curve
from model_core.domain.develop import IDENTITY, PARAMS, param
from tests.core.storage.samples import lesson


def taught(predicted: float, chosen: float) -> Correction:
    return lesson(
        predicted=IDENTITY.with_value("exposure_ev", predicted),
        chosen=IDENTITY.with_value("exposure_ev", chosen),
    )


def test_without_lessons_there_is_nothing_to_say() -> None:
    assert learning_curve([]) == LearningCurve()


def test_errors_are_counted_in_j_before_each_lesson() -> None:
    jnd = param("exposure_ev").jnd
    found = learning_curve([taught(0, 4 * jnd), taught(2 * jnd, 4 * jnd)])
    assert found.errors == pytest.approx((4 / len(PARAMS), 3 / len(PARAMS)))
    assert found.match == 0


def test_the_match_counts_the_sliders_that_the_user_works_with() -> None:
    """Eight that are never touched would make every match one of 80 % at least."""
    jnd = param("exposure_ev").jnd
    right, wrong = taught(0.5, 0.5), taught(0, 4 * jnd)
    assert learning_curve([right, wrong, right, right]).match == pytest.approx(0.75)
    assert learning_curve([right, right]).match == 1


def test_a_preset_is_as_good_as_the_earlier_choices_are_alike() -> None:
    found = learning_curve([taught(0, 1.0)] * (WINDOW + 1))
    assert found.preset_errors[0] == pytest.approx(1.0 / param("exposure_ev").jnd / len(PARAMS))
    assert found.preset_errors[-1] == pytest.approx(0)


def test_learning_shows_as_a_falling_curve() -> None:
    rng = np.random.default_rng(0)
    lessons = [taught(chosen * min(n / 20, 1), chosen) for n, chosen in
               enumerate(rng.normal(0, 1, 60))]  # fmt: skip
    found = learning_curve(lessons)
    assert found.errors[0] > found.errors[30] > found.errors[-1] == pytest.approx(0)
    assert found.preset_errors[-1] > 0.5
    assert found.match == 1


def test_both_lines_begin_at_the_same_point() -> None:
    found = learning_curve([taught(0.4, 1.0), taught(0.4, 1.0)])
    assert found.preset_errors[0] == found.errors[0]
    assert found.preset_errors[-1] == pytest.approx(found.errors[0] / 2)
