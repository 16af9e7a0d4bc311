"""Nearest neighbours in the personal head: there where they help, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from model_core.assets import assets_dir
from model_core.domain.develop import PARAMS
from model_core.predict.fold import MODEL_FILE, fold
from model_core.predict.neighbours import Neighbours, neighbours_of
from model_core.predict.onnx_network import OnnxNetwork
from model_core.predict.personal_head import PersonalHead, fit, held_in
from model_core.predict.prior import Float64, plain_prior, shipped_prior
from model_core.predict.ridge import folds_of, ridge

Z, P = 112, len(PARAMS)
THINGS, SHOOTS = 24, 12
Lessons = tuple[Float64, Float64, Float64, list[str]]


def shop(seed: int = 0, size: int = Z, noise: float = 0.2) -> Lessons:
    """A catalogue's photographer: the same things in every shoot, each edited in its own way,
    which follows from nothing but what thing it is; five features tell them apart."""
    rng = np.random.default_rng(seed)
    things, wanted = np.zeros((THINGS, size)), rng.normal(0, 2, (THINGS, P))
    things[:, -5:] = rng.normal(0, 1, (THINGS, 5))
    row = np.concatenate([rng.permutation(THINGS)[: THINGS // 2] for _ in range(SHOOTS)])
    z = things[row] + rng.normal(0, 0.02, (len(row), size))
    z[:, 0] = 1
    y = wanted[row] + rng.normal(0, noise, (len(row), P))
    return z, y, np.ones(len(row)), [f"s{i // (THINGS // 2):02}" for i in range(len(row))]


def rule(seed: int = 0) -> Lessons:
    """Someone whose edits follow from a few features, for photos that never come back."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(240, Z))
    z[:, 0] = 1
    y = z[:, 40:44] @ rng.normal(0, 1, (4, P)) + rng.normal(0, 0.5, (240, P))
    return z, y, np.ones(240), [f"s{i // 20:02}" for i in range(240)]


def of(lessons: Lessons) -> PersonalHead:
    return fit(*lessons, plain_prior(lessons[0].shape[1]))


def test_things_that_come_back_are_edited_as_before() -> None:
    z, y, weight, shoots = shop()
    told = slice(0, 9 * THINGS // 2)
    head = of((z[told], y[told], weight[told], shoots[told]))
    assert head.neighbours is not None
    assert head.neighbours.share.mean() > 0.3
    new = slice(9 * THINGS // 2, None)
    error = np.abs(head.shift(z[new]) - y[new]).mean()
    assert error < 0.5  # of 1.6 beforehand, and a hand that wavers by 0.16
    x, folds = held_in(z), folds_of(shoots[told])
    best = min(
        np.abs(x[new] @ one.weights - y[new]).mean()
        for strength in (0.1, 1.0, 10.0)
        for one in [ridge(x[told], y[told], weight[told], folds, np.full(Z, strength))]
    )
    assert error < 0.5 * best


def test_whose_edits_follow_a_rule_hears_nothing_of_them() -> None:
    head = of(rule())
    assert head.neighbours is None or head.neighbours.share.mean() < 0.1


@pytest.mark.parametrize("shoots", [1, 2])
def test_one_or_two_shoots_prove_nothing(shoots: int) -> None:
    z, y, weight, names = shop()
    some = slice(0, shoots * THINGS // 2)
    assert of((z[some], y[some], weight[some], names[some])).neighbours is None


def test_equal_photos_are_no_neighbourhood() -> None:
    y = np.random.default_rng(0).normal(size=(30, P))
    head = of((np.ones((30, Z)), y, np.ones(30), [f"s{i // 5}" for i in range(30)]))
    assert head.neighbours is None


def test_the_left_out_errors_are_those_of_neighbours_without_the_shoot() -> None:
    z, y, weight, shoots = shop(1)
    folds = folds_of(shoots)
    # Beside somebody who always says nothing they have a share.
    found = neighbours_of(np.eye(Z), z, y, weight, folds, y)
    assert found is not None
    near, together = found
    for rows in folds[:3]:
        others = np.setdiff1d(np.arange(len(z)), rows)
        without = Neighbours(
            near.view, near.known[others], y[others], weight[others], near.width, near.share
        )
        expected = y[rows] - without.shift(z[rows])
        assert together[rows] == pytest.approx(expected, abs=1e-9)


def test_a_lesson_of_half_the_weight_counts_half() -> None:
    z = np.eye(3, Z)
    y = np.array([[1.0], [0.0], [0.0]]) * np.ones(P)

    def pull(weight: float) -> float:
        weights = np.array([weight, 1.0, 1.0])
        near = Neighbours(np.eye(Z), z, y, weights, 0.1, np.ones(P))
        return float(near.shift(z[:1])[0, 0])

    assert 0.4 < pull(0.5) < pull(1.0) < 0.8


@run(max_examples=10)
@given(st.integers(0, 1000))
def test_reasons_add_up_and_order_does_not_matter(seed: int) -> None:
    z, y, weight, shoots = shop(seed)
    head, order = of((z, y, weight, shoots)), np.random.default_rng(seed).permutation(len(z))
    assert head.neighbours is not None
    assert head.shares(z[:5], z, y, weight).sum(1) == pytest.approx(np.ones(5), abs=1e-6)
    again = of((z[order], y[order], weight[order], [shoots[i] for i in order]))
    assert again.shift(z[:5]) == pytest.approx(head.shift(z[:5]), abs=1e-6)


def test_the_nearest_lesson_is_the_reason() -> None:
    z, y, weight, shoots = shop()
    told, new = slice(0, -20), slice(-20, None)
    head = of((z[told], y[told], weight[told], shoots[told]))
    named = np.abs(head.shares(z[new], z[told], y[told], weight[told])).argmax(1)
    apart = ((z[new, None] - z[None, told]) ** 2).sum(2)
    nearest = np.argsort(apart, 1)[:, :4]  # the same thing in the shoots before
    assert np.mean([one in row for one, row in zip(named, nearest, strict=True)]) >= 0.8


def test_folded_into_the_network_they_say_the_same(tmp_path: Path) -> None:
    base = assets_dir() / "base"
    network = OnnxNetwork(base / MODEL_FILE, "base")
    rng = np.random.default_rng(0)
    things = rng.integers(0, 256, (8, 7, 7, 3)).astype(np.uint8).repeat(32, 1).repeat(32, 2)
    before, _, seen = network.run(things)
    z = np.concatenate([seen + rng.normal(0, 0.05, seen.shape) for _ in range(6)])
    z[:, 0] = 1
    y = np.tile(rng.normal(0, 2, (8, P)), (6, 1))
    shoots = [f"s{i // 8}" for i in range(48)]
    head = fit(z, y, np.ones(48), shoots, shipped_prior(base, z.shape[1]))
    assert head.neighbours is not None
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    fold(head, base, one)
    fold(head, one, two)  # given away, and taught the same again
    jnd = np.array([p.jnd for p in PARAMS])
    low, high = (np.array([getattr(p, side) for p in PARAMS]) for side in ("low", "high"))
    inside = (before > low) & (before < high)
    for times, folder in ((1, one), (2, two)):
        alone = OnnxNetwork(folder / MODEL_FILE, "alone").run(things)[0]
        expected = np.clip(before + times * head.shift(seen) * jnd, low, high)
        assert (np.abs(alone - expected) / jnd)[inside].max() < 0.01
