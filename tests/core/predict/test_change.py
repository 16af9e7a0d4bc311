from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.domain.develop import PARAMS
from model_core.predict.change import Change, find_change
from model_core.predict.prior import plain_prior

P, Z = len(PARAMS), 120
EACH = 5  # lessons of a shoot
PRIOR = plain_prior(Z)


def lessons(shoots: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Steady taste: an offset, something of the photo, a hand that is off by 0.6 J."""
    rng = np.random.default_rng(seed)
    n = shoots * EACH
    z = np.c_[np.ones(n), rng.normal(0, 1, (n, Z - 1))]
    taste = rng.normal(0, 0.3, (4, P))
    y = rng.normal(0, 1.5, P) + z[:, 20:24] @ taste + rng.normal(0, 0.6, (n, P))
    return z, y, np.ones(n), [f"s{i // EACH}" for i in range(n)]


def found(y: np.ndarray, rest: tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]) -> Change:
    change = find_change(rest[0], y, rest[2], rest[3], PRIOR)
    assert change is not None
    return change


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(6, 30))
def test_steady_taste_is_one_style(seed: int, shoots: int) -> None:
    assert find_change(*lessons(shoots, seed), PRIOR) is None


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_even_drift_is_one_style(seed: int) -> None:
    z, y, weight, shoots = lessons(24, seed)
    drift = np.random.default_rng(seed).normal(0, 1.5, P)
    y = y + np.linspace(0, 1, len(y))[:, None] * drift
    assert find_change(z, y, weight, shoots, PRIOR) is None


def test_a_step_is_found_where_it_is_and_told_in_j() -> None:
    rest = lessons(20)
    step = np.zeros(P)
    step[[0, 2]] = 3.0, -2.0
    change = found(rest[1] + np.outer(np.arange(100) >= 60, step), rest)
    assert change.first == 60
    assert change.later.tolist() == [False] * 60 + [True] * 40
    assert change.step[[0, 2]] == pytest.approx([3.0, -2.0], abs=0.6)
    assert change.two < change.one
    assert change.chance < 0.01


def test_what_the_photos_explain_is_no_contradiction() -> None:
    """Warmer for night photos, and only night photos since May: one style knows that."""
    z, y, weight, shoots = lessons(30)
    z[:, 20] = (
        np.repeat(np.arange(30) >= 15, EACH) * 2 - 1 + np.random.default_rng(1).normal(0, 1.0, 150)
    )
    y = y + np.outer(z[:, 20], np.full(P, 1.0))
    assert find_change(z, y, weight, shoots, PRIOR) is None


def test_a_difference_that_nobody_sees_is_none() -> None:
    rest = lessons(40)
    y = rest[1] + (np.arange(200) >= 100)[:, None] * 0.4
    assert find_change(rest[0], y, rest[2], rest[3], PRIOR) is None


def test_the_order_within_a_shoot_and_its_length_do_not_matter() -> None:
    rest = lessons(20)
    y = rest[1] + np.outer(np.arange(100) >= 50, np.full(P, 2.5))
    rng = np.random.default_rng(2)
    rows = np.concatenate([i * EACH + rng.permutation(EACH) for i in range(20)])
    turned = find_change(rest[0][rows], y[rows], rest[2], rest[3], PRIOR)
    assert turned is not None
    assert turned.later.tolist() == found(y, rest).later.tolist()


@pytest.mark.parametrize("shoots", [0, 1, 2, 5])
def test_too_little_to_tell(shoots: int) -> None:
    assert find_change(*lessons(shoots), PRIOR) is None
    z, y, weight, _ = lessons(20)
    assert find_change(z, y * 9, weight, ["one"] * len(y), PRIOR) is None


def test_all_corrections_equal() -> None:
    z, y, weight, shoots = lessons(20)
    assert find_change(z, np.ones_like(y), weight, shoots, PRIOR) is None


def test_nothing_given_is_changed_and_the_answer_is_the_same_again() -> None:
    rest = lessons(20)
    y = rest[1] + np.outer(np.arange(100) >= 50, np.full(P, 2.5))
    copies = [one.copy() for one in (rest[0], y, rest[2])]
    one, other = found(y, rest), found(y, rest)
    assert (one.first, one.chance, one.two) == (other.first, other.chance, other.two)
    for before, after in zip(copies, (rest[0], y, rest[2]), strict=True):
        assert np.array_equal(before, after)
