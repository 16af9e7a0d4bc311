from __future__ import annotations

import numpy as np
import pytest

from model_core.predict.personal_head import fit
from model_core.predict.prior import EMBEDDING, Float64, learned_prior
from model_core.predict.relevance import relevance

P, D = 10, 24
GROUPS = np.arange(D) // 2


def lessons(seed: int, count: int) -> tuple[Float64, Float64]:
    """Features, and the noise of a hand."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, D)), rng.normal(0, 0.5, (count, P))


def test_what_a_user_goes_by_comes_to_the_fore() -> None:
    x, y = lessons(0, 80)
    y = y + x[:, [4]] * np.linspace(-1, 1, P)
    found = relevance(x, y, np.ones(80), GROUPS)
    assert found[4:6].min() > 5 * np.delete(found, [4, 5]).max()
    assert found[4] == found[5]
    assert found.mean() == pytest.approx(1)


@pytest.mark.parametrize("count", [1, 3])
def test_few_lessons_say_little(count: int) -> None:
    x, y = lessons(1, count)
    found = relevance(x, y, np.ones(count), GROUPS)
    assert found.min() > 0.3
    assert found.max() < 3


def test_neither_order_nor_an_offset_matters_and_weights_count_as_repeats() -> None:
    x, y = lessons(2, 40)
    y = y + x[:, [1]]
    one = relevance(x, y, np.ones(40), GROUPS)
    turned = relevance(x[::-1], y[::-1], np.ones(40), GROUPS)
    twice = relevance(np.r_[x, x], np.r_[y, y], np.full(80, 0.5), GROUPS)
    assert turned == pytest.approx(one, rel=1e-6)
    assert twice == pytest.approx(one, rel=1e-6)


def pictures(rng: np.random.Generator, count: int) -> Float64:
    """Features that hang together, as those of photos do, and end with bells along axes."""
    sights = rng.normal(size=(count, 12))
    mixed = sights @ np.random.default_rng(5).normal(0, 0.3, (12, EMBEDDING.stop + D // 2))
    mixed[:, 0] = 1
    return np.c_[mixed, np.exp(-(mixed[:, -D // 2 :] ** 2))]


@pytest.mark.parametrize("count", [10, 30, 60])
@pytest.mark.parametrize("frames", [5, 60])
def test_chance_is_not_believed(count: int, frames: int) -> None:
    """Who always does the same is served as by a preset, in one shoot and in many."""
    prior = learned_prior(EMBEDDING.stop + D, np.ones(D), GROUPS)
    missed = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        z, y = pictures(rng, count), rng.normal(1, 1, (count, P))
        shoots = [f"shoot {i // frames}" for i in range(count)]
        moved = fit(z, y, np.ones(count), shoots, prior).shift(pictures(rng, 100))
        missed.append((np.abs(moved - 1).mean(), np.abs(y.sum(0) / (count + 0.5) - 1).mean()))
    head, plain = np.mean(missed, axis=0)
    assert head <= 1.05 * plain
