"""What every learner must hold: one suite for the head with each prior, and for its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from model_core.assets import assets_dir
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.predict.mixture import experts_of, view_of
from model_core.predict.personal_head import PersonalHead, fit
from model_core.predict.personal_predictor import learn
from model_core.predict.prior import (
    EMBEDDING,
    PRIOR_FILE,
    Float64,
    Prior,
    learned_prior,
    plain_prior,
    prior_for,
    save_prior,
    shipped_prior,
)
from model_core.predict.ridge import folds_of, ridge
from model_core.storage.catalog import DEFAULT_STYLE, Catalog

Z, P = 112, 10
Lessons = tuple[Float64, Float64, Float64, list[str]]
TASTE = np.linspace(3.0, 0.3, Z - EMBEDDING.stop)
GROUPS = np.arange(len(TASTE)) // 3


Shift = Callable[[Float64], Float64]  # of photos, (N, Z) -> (N, P)


class Learner(Protocol):
    """Knows lessons by their row in what it was made with."""

    def learn(self, rows: Sequence[int]) -> None: ...

    def forget(self, row: int) -> None: ...

    def shift(self, z: Float64) -> Float64: ...


Maker = Callable[[Float64, Float64, Float64, list[str]], Learner]


@dataclass
class Refitted:
    """A learner that is a fit of the lessons it knows."""

    fit: Callable[[Float64, Float64, Float64, list[str]], Shift]
    lessons: Lessons
    known: list[int] = field(default_factory=list)

    def learn(self, rows: Sequence[int]) -> None:
        self.known += rows

    def forget(self, row: int) -> None:
        self.known.remove(row)

    def shift(self, z: Float64) -> Float64:
        z_, y, weight, shoots = self.lessons
        rows = self.known
        return self.fit(z_[rows], y[rows], weight[rows], [shoots[i] for i in rows])(z)


def _with(prior: Prior) -> Callable[..., Shift]:
    return lambda *lessons: fit(*lessons, prior).shift


def _ridge(z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> Shift:
    weights = ridge(z, y, weight, folds_of(shoots), np.full(Z, 30.0)).weights
    return lambda new: new @ weights


def _shrunk_mean(z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> Shift:
    view = view_of(z, y, weight, plain_prior(Z))
    mean = experts_of(z, y, weight, folds_of(shoots), view)[0]
    return lambda new: new @ mean.lift @ mean.ridge.weights


class Predictor:
    """The program's own, taught one lesson after the other."""

    scale = 0.1 * np.array([p.jnd for p in PARAMS])  # keeps choices within the sliders

    def __init__(self, z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> None:
        self.current = learn("v1", learned_prior(Z, TASTE, GROUPS), [])
        network = np.zeros(P, np.float32)
        self.lessons = []
        for i, shoot in enumerate(shoots):
            seen = PhotoFeatures(PhotoId(f"p{i}"), "v1", network, network + 1, z[i].astype("f4"))
            verdict = Verdict.CORRECTED if weight[i] == 1 else Verdict.ACCEPTED
            chosen = DevelopSettings.from_values(y[i] * self.scale)
            lesson = Correction(
                seen.photo, Path("a.jpg"), DEFAULT_STYLE, shoot, DevelopSettings(), chosen, verdict,
                "v1", f"2024-05-01T10:00:{i % 60:02}", i + 1,
            )  # fmt: skip
            self.lessons.append((lesson, seen))

    def learn(self, rows: Sequence[int]) -> None:
        for row in rows:
            self.current = self.current.learn_one(*self.lessons[row])

    def forget(self, row: int) -> None:
        self.current = self.current.forget(self.lessons[row][0])

    def shift(self, z: Float64) -> Float64:
        return self.current.head.shift(z) / 0.1


def _refitted(fit_: Callable[..., Shift]) -> Maker:
    return lambda *lessons: Refitted(fit_, lessons)


FOLLOWING = {
    "plain": _refitted(_with(plain_prior(Z))),
    "learned": _refitted(_with(learned_prior(Z, TASTE, GROUPS))),
    "shipped": _refitted(_with(shipped_prior(assets_dir() / "base", Z))),
    "ridge": _refitted(_ridge),
}
LEARNERS: dict[str, Maker] = {
    "shrunk mean": _refitted(_shrunk_mean),
    **FOLLOWING,
    "predictor": Predictor,
}


def lessons(seed: int, count: int) -> Lessons:
    """Someone who follows the picture, and does not repeat it exactly."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(count, Z))
    z[:, 0] = 1
    rule = rng.normal(size=(Z, P)) * (rng.random((Z, 1)) < 0.15)
    y = z @ rule + rng.normal(size=P) + rng.normal(0, 0.5, (count, P))
    return z, y, rng.choice([0.5, 1.0], count), [f"s{i // 5}" for i in range(count)]


def taught(maker: Maker, given_: Lessons, rows: Sequence[int] | None = None) -> Learner:
    learner = maker(*given_)
    learner.learn(range(len(given_[0])) if rows is None else rows)
    return learner


every_learner = pytest.mark.parametrize("maker", LEARNERS.values(), ids=LEARNERS)
who_follows_photos = pytest.mark.parametrize("maker", FOLLOWING.values(), ids=FOLLOWING)


@every_learner
class TestEveryLearner:
    @pytest.mark.parametrize("count", [1, 7, 23, 80])
    def test_the_order_of_lessons_does_not_matter(self, maker: Maker, count: int) -> None:
        known, new = lessons(count, count), lessons(99, 9)[0]
        order = np.random.default_rng(0).permutation(count)
        one, other = taught(maker, known), taught(maker, known, order.tolist())
        assert_allclose(one.shift(new), other.shift(new), atol=1e-7)

    @pytest.mark.parametrize("count", [2, 8, 30])
    def test_forgetting_equals_never_having_learned(self, maker: Maker, count: int) -> None:
        known, new = lessons(count, count), lessons(99, 9)[0]
        row = count // 2
        one = taught(maker, known)
        one.forget(row)
        never = taught(maker, known, [i for i in range(count) if i != row])
        assert_array_equal(one.shift(new), never.shift(new))

    def test_the_same_lessons_give_the_same_answer_and_stay_as_they_were(
        self, maker: Maker
    ) -> None:
        given_, new = lessons(3, 30), lessons(99, 9)[0]
        kept = [np.array(x) for x in given_]
        one, other = taught(maker, given_), taught(maker, given_)
        assert_array_equal(one.shift(new), other.shift(new))
        assert_array_equal(new, lessons(99, 9)[0])
        assert all(np.array_equal(a, b) for a, b in zip(kept, given_, strict=True))

    def test_many_are_answered_as_each_alone(self, maker: Maker) -> None:
        learner, photos = taught(maker, lessons(1, 40)), lessons(2, 9)[0]
        alone = np.concatenate([learner.shift(photos[i : i + 1]) for i in range(9)])
        assert_allclose(learner.shift(photos), alone, atol=1e-10)

    @pytest.mark.parametrize("count", [1, 5, 6, 60])
    def test_lessons_that_are_all_equal_are_believed_and_nothing_breaks(
        self, maker: Maker, count: int
    ) -> None:
        z, _, weight, shoots = lessons(0, count)
        z[:] = z[0]
        shift = taught(maker, (z, np.full((count, P), 2.0), weight, shoots)).shift(z)
        assert (shift > 0).all()
        assert (shift < 2.0 + 1e-6).all()


@who_follows_photos
def test_a_clear_rule_is_learned(maker: Maker) -> None:
    rng, (z, _, weight, shoots) = np.random.default_rng(0), lessons(4, 200)
    y = np.outer(z[:, 5], np.ones(P)) * 3 + rng.normal(0, 0.3, (200, P))
    new = lessons(5, 100)[0]
    missed = np.abs(taught(maker, (z, y, weight, shoots)).shift(new) - 3 * new[:, [5]])
    assert missed.mean() < 0.5 * np.abs(3 * new[:, 5]).mean()


@pytest.mark.parametrize("count", [0, 1, 30])
def test_what_the_catalog_keeps_is_what_was_learned_to_the_bit(tmp_path: Path, count: int) -> None:
    """A learner is saved as its lessons, and loaded by learning them."""
    learner, new = Predictor(*lessons(6, count)), lessons(99, 9)[0]
    learner.learn(range(count))
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        for lesson, _ in learner.lessons:
            catalog.add_lesson(lesson)
        catalog.put_many(seen for _, seen in learner.lessons)
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        stored = catalog.lessons(DEFAULT_STYLE)
        seen_of = catalog.features_for("v1", [one.photo for one in stored])
        again = learn(
            "v1", learned_prior(Z, TASTE, GROUPS), [(c, seen_of[c.photo]) for c in stored]
        )
    assert len(stored) == count
    assert_array_equal(again.head.shift(new), learner.current.head.shift(new))
    assert_array_equal(again.head.error, learner.current.head.error)
    assert_array_equal(again.head.covariance, learner.current.head.covariance)


def _learned(z: Float64, y: Float64, weight: Float64, shoots: list[str]) -> PersonalHead:
    return fit(z, y, weight, shoots, learned_prior(Z, TASTE, GROUPS))


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
        save_prior(TASTE, GROUPS, "abc", {"made": "here"}, file)
        ours, other, resized = (
            prior_for("abc", Z, file), prior_for("def", Z, file), prior_for("abc", 70, file)
        )  # fmt: skip
        assert not np.allclose(ours.scale, other.scale)
        assert np.array_equal(other.scale, plain_prior(Z).scale)
        assert resized.features == 70

    @pytest.mark.parametrize("damage", ["missing", "cut", "nonsense", "nan", "groups"])
    def test_without_a_sound_one_the_plain_prior_serves(self, tmp_path: Path, damage: str) -> None:
        file = tmp_path / PRIOR_FILE
        if damage != "missing":
            wrong = np.nan if damage == "nan" else 1
            save_prior(TASTE * wrong, GROUPS - (damage == "groups"), "abc", {}, file)
        if damage == "cut":
            file.write_bytes(file.read_bytes()[:-20])
        elif damage == "nonsense":
            file.write_bytes(b"\xff" * 300)
        found = prior_for("abc", Z, file)
        assert np.array_equal(found.scale, plain_prior(Z).scale)

    def test_a_learned_one_helps_those_it_knows(self) -> None:
        """People who all follow two features are understood from fewer corrections."""
        directions = np.zeros((Z, 2))
        directions[-2:] = np.eye(2) * 8
        taste = np.r_[np.full(Z - EMBEDDING.stop - 2, 0.05), 1, 1]
        learned = learned_prior(Z, taste, np.arange(len(taste)))
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
