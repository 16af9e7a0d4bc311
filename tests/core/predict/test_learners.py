"""What every learner must hold: one suite for the head with each prior, and for its parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from model_core.assets import assets_dir
from model_core.predict.personal_head import PersonalHead, fit
from model_core.predict.prior import (
    EMBEDDING,
    PRIOR_FILE,
    Float64,
    learned_prior,
    plain_prior,
    prior_for,
    save_prior,
    shipped_prior,
)
from model_core.predict.ridge import folds_of, ridge

Z, P = 112, 10
Lessons = tuple[Float64, Float64, Float64, list[str]]
Learner = Callable[[Float64, Float64, Float64, list[str]], PersonalHead]


TASTE = np.linspace(3.0, 0.3, Z - EMBEDDING.stop)


def _head(z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> PersonalHead:
    return fit(z, y, weight, shoots, plain_prior(Z))


def _learned(z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> PersonalHead:
    return fit(z, y, weight, shoots, learned_prior(Z, TASTE))


def _shipped(z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> PersonalHead:
    return fit(z, y, weight, shoots, shipped_prior(assets_dir() / "base", Z))


def _ridge(z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> PersonalHead:
    fitted = ridge(z, y, weight, folds_of(shoots), np.full(Z, 30.0))
    return PersonalHead(len(z), fitted.weights, fitted.covariance, np.ones(P))


LEARNERS = {"plain": _head, "learned": _learned, "shipped": _shipped, "ridge": _ridge}


def lessons(seed: int, count: int) -> Lessons:
    """Someone who follows the picture, and does not repeat it exactly."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(count, Z))
    z[:, 0] = 1
    rule = rng.normal(size=(Z, P)) * (rng.random((Z, 1)) < 0.15)
    y = z @ rule + rng.normal(size=P) + rng.normal(0, 0.5, (count, P))
    return z, y, rng.choice([0.5, 1.0], count), [f"s{i // 5}" for i in range(count)]


@pytest.fixture(params=LEARNERS.values(), ids=LEARNERS)
def learner(request: pytest.FixtureRequest) -> Learner:
    return request.param  # type: ignore[no-any-return]


class TestEveryLearner:
    @pytest.mark.parametrize("count", [1, 7, 23, 80])
    def test_the_order_of_lessons_does_not_matter(self, learner: Learner, count: int) -> None:
        z, y, weight, shoots = lessons(count, count)
        order = np.random.default_rng(0).permutation(count)
        one = learner(z, y, weight, shoots)
        other = learner(z[order], y[order], weight[order], [shoots[i] for i in order])
        assert_allclose(one.weights, other.weights, atol=1e-7)
        assert_allclose(one.error, other.error, atol=1e-7)

    def test_the_same_lessons_give_the_same_answer_and_stay_as_they_were(
        self, learner: Learner
    ) -> None:
        given_ = lessons(3, 30)
        kept = [np.array(x) for x in given_]
        one, other = learner(*given_), learner(*given_)
        assert np.array_equal(one.weights, other.weights)
        assert all(np.array_equal(a, b) for a, b in zip(kept, given_, strict=True))

    def test_many_are_answered_as_each_alone(self, learner: Learner) -> None:
        head, photos = learner(*lessons(1, 40)), lessons(2, 9)[0]
        together = head.shift(photos)
        alone = np.concatenate([head.shift(photos[i : i + 1]) for i in range(9)])
        assert_allclose(together, alone, atol=1e-10)

    def test_a_clear_rule_is_learned(self, learner: Learner) -> None:
        rng, (z, _, weight, shoots) = np.random.default_rng(0), lessons(4, 200)
        y = np.outer(z[:, 5], np.ones(P)) * 3 + rng.normal(0, 0.3, (200, P))
        new = lessons(5, 100)[0]
        missed = np.abs(learner(z, y, weight, shoots).shift(new) - 3 * new[:, [5]])
        assert missed.mean() < 0.5 * np.abs(3 * new[:, 5]).mean()

    @pytest.mark.parametrize("count", [1, 5, 6, 60])
    def test_lessons_that_are_all_equal_are_believed_and_nothing_breaks(
        self, learner: Learner, count: int
    ) -> None:
        z, _, weight, shoots = lessons(0, count)
        z[:] = z[0]
        head = learner(z, np.full((count, P), 2.0), weight, shoots)
        assert np.isfinite(head.weights).all()
        assert (head.shift(z) > 0).all()
        assert (head.shift(z) < 2.0 + 1e-6).all()


class TestTheHeadExplains:
    @run(max_examples=20)
    @given(st.integers(0, 1000), st.integers(1, 60))
    def test_the_shares_of_all_lessons_add_up_to_one(self, seed: int, count: int) -> None:
        z, y, weight, shoots = lessons(seed, count)
        head = _learned(z, y, weight, shoots)
        photos = lessons(seed + 1, 7)[0]
        shares = head.shares(photos, z, y, weight)
        assert shares.shape == (7, count)
        assert_allclose(shares.sum(1), 1.0, atol=1e-6)

    def test_who_did_nothing_is_no_reason(self) -> None:
        z, y, weight, shoots = lessons(1, 20)
        y[4] = 0
        assert_allclose(_learned(z, y, weight, shoots).shares(z, z, y, weight)[:, 4], 0, atol=1e-12)

    def test_a_like_photo_is_the_strongest_reason(self) -> None:
        z, y, weight, shoots = lessons(1, 100)
        weight[:] = 1
        shares = _learned(z, y, weight, shoots).shares(z, z, y, weight)
        own = np.argsort(-np.abs(shares), 1)[:, :5]
        assert np.mean([i in own[i] for i in range(100)]) > 0.5

    def test_before_any_lesson_there_is_no_reason(self) -> None:
        z = lessons(1, 3)[0]
        assert PersonalHead.empty(Z, P).shares(z, z[:0], np.zeros((0, P)), z[:0, 0]).shape == (3, 0)


class TestCalibration:
    @pytest.mark.parametrize("count", [50, 150])
    def test_intervals_cover_nine_of_ten(self, count: int) -> None:
        covered = []
        for seed in range(8):
            z, y, weight, shoots = lessons(seed, count + 200)
            weight[:] = 1
            head = _learned(z[:count], y[:count], weight[:count], shoots[:count])
            off = np.abs(y[count:] - head.shift(z[count:]))
            spread = head.spread(z[count:], np.ones((200, P)))
            covered.append((off <= 1.645 * spread).mean())
        assert 0.85 < np.mean(covered) < 0.96


class TestPrior:
    def test_what_was_learned_belongs_to_one_base(self, tmp_path: Path) -> None:
        file = tmp_path / PRIOR_FILE
        save_prior(TASTE, "abc", {"made": "here"}, file)
        ours, other, resized = (
            prior_for("abc", Z, file), prior_for("def", Z, file), prior_for("abc", 70, file)
        )  # fmt: skip
        assert not np.allclose(np.abs(ours.views[0]).sum(), np.abs(other.views[0]).sum())
        assert other.views[0].shape == plain_prior(Z).views[0].shape
        assert resized.features == 70

    @pytest.mark.parametrize("damage", ["missing", "cut", "nonsense", "nan"])
    def test_without_a_sound_one_the_plain_prior_serves(self, tmp_path: Path, damage: str) -> None:
        file = tmp_path / PRIOR_FILE
        if damage != "missing":
            save_prior(TASTE * (np.nan if damage == "nan" else 1), "abc", {}, file)
        if damage == "cut":
            file.write_bytes(file.read_bytes()[:-20])
        elif damage == "nonsense":
            file.write_bytes(b"\xff" * 300)
        found = prior_for("abc", Z, file)
        for one, other in zip(found.views, plain_prior(Z).views, strict=True):
            assert np.array_equal(one, other)

    def test_a_learned_one_helps_those_it_knows(self) -> None:
        """People who all follow two features are understood from fewer corrections."""
        directions = np.zeros((Z, 2))
        directions[-2:] = np.eye(2) * 8
        taste = np.r_[np.full(Z - EMBEDDING.stop - 2, 0.05), 1, 1]
        learned = learned_prior(Z, taste)
        errors = []
        for seed in range(6):
            z, _, weight, shoots = lessons(seed, 130)
            mix = np.random.default_rng(seed).normal(size=(2, P))
            wanted = z @ directions / 8 @ mix * 2
            y = wanted + np.random.default_rng(seed).normal(0, 0.5, wanted.shape)
            part = z[:30], y[:30], weight[:30], shoots[:30]
            errors.append([
                np.abs(fit(*part, prior).shift(z[30:]) - wanted[30:]).mean()
                for prior in (plain_prior(Z), learned)
            ])  # fmt: skip
        plain, known = np.mean(errors, axis=0)
        assert known < 0.6 * plain
