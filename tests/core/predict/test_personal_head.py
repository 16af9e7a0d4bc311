from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from model_core.domain.develop import PARAMS as SLIDERS
from model_core.predict import ridge
from model_core.predict.personal_head import Float64, PersonalHead, fit
from model_core.predict.prior import SETTINGS, SETTINGS_PER_J, plain_prior

Z, PARAMS = 64, 10
ENDS = ("low", "high")
PRIOR = plain_prior(Z)


def test_learning_takes_one_thread() -> None:
    """Those of OpenBLAS wait for each other on busy cores, up to seconds for one correction."""
    script = """
import numpy, psutil
from tests.core.predict.test_personal_head import learned, pictures
before = psutil.Process().num_threads()
z = pictures(numpy.random.default_rng(0), 300)
learned(z, z[:, :10])
assert psutil.Process().num_threads() == before == 1, psutil.Process().num_threads()
"""
    answer = subprocess.run(
        [sys.executable, "-c", f"import model_core{script}"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr


def pictures(rng: np.random.Generator, count: int) -> Float64:
    """Features of photos as networks give them: a bias, the rest whitened."""
    z = rng.normal(size=(count, Z))
    z[:, 0] = 1
    return z


def shoots_of(count: int, size: int = 5) -> list[str]:
    return [f"shoot {i // size}" for i in range(count)]


def learned(z: Float64, y: Float64, shoots: list[str] | None = None) -> PersonalHead:
    return fit(z, y, np.ones(len(z)), shoots or shoots_of(len(z)), PRIOR)


def preset(y: Float64) -> Float64:
    """The plain rival: the average correction, shrunk towards none."""
    result: Float64 = y.sum(0) / (len(y) + 0.5)
    return result


class Photographer:
    """Someone who always does the same, or what the picture's features ask for."""

    def __init__(self, seed: int, *, linear: bool) -> None:
        rng = np.random.default_rng([seed, 7])
        self.offset = rng.normal(0, 2, PARAMS)
        self.rule = np.zeros((Z, PARAMS))
        if linear:
            used = rng.choice(np.arange(1, 43), 10, replace=False)
            self.rule[used] = rng.normal(0, 0.6, (10, PARAMS))

    def wants(self, z: Float64) -> Float64:
        result: Float64 = self.offset + z @ self.rule
        return result


def errors(count: int, *, linear: bool, noise: float = 1.0) -> tuple[float, float]:
    """Mean error on new photos of head and preset, after ``count`` lessons, in J; mean over
    photographers."""
    found = []
    for seed in range(12):
        rng, who = np.random.default_rng(seed), Photographer(seed, linear=linear)
        z = pictures(rng, count)
        y = who.wants(z) + rng.normal(0, noise, (count, PARAMS))
        new = pictures(rng, 200)
        truth = who.wants(new)
        head = np.abs(learned(z, y).shift(new) - truth).mean()
        found.append((head, np.abs(preset(y) - truth).mean()))
    mean = np.mean(found, axis=0)
    return float(mean[0]), float(mean[1])


class TestNoLessons:
    def test_nothing_is_shifted_and_the_network_is_believed(self) -> None:
        z = pictures(np.random.default_rng(0), 7)
        for head in (PersonalHead.empty(Z, PARAMS), learned(z[:0], np.zeros((0, PARAMS)))):
            assert head.lessons == 0
            assert np.array_equal(head.shift(z), np.zeros((7, PARAMS)))
            network = np.random.default_rng(1).random((7, PARAMS))
            assert np.array_equal(head.spread(z, network), network)


class TestOneLesson:
    @given(st.integers(0, 10_000), st.floats(-30, 30))
    def test_moves_every_photo_half_way_at_least_and_never_past_the_choice(
        self, seed: int, choice: float
    ) -> None:
        rng = np.random.default_rng(seed)
        head = learned(pictures(rng, 1), np.full((1, PARAMS), choice))
        moved = head.shift(pictures(rng, 20))
        assert (np.abs(moved) >= abs(choice) / 2 - 1e-9).all()
        assert (np.abs(moved) <= abs(choice) + 1e-9).all()
        assert (moved * choice >= 0).all()

    def test_moves_only_the_sliders_that_were_moved(self) -> None:
        rng = np.random.default_rng(0)
        y = np.zeros((1, PARAMS))
        y[0, 3] = 4.0
        moved = learned(pictures(rng, 1), y).shift(pictures(rng, 9))
        assert np.abs(np.delete(moved, 3, axis=1)).max() < 1e-12
        assert (moved[:, 3] > 2).all()

    def test_a_lesson_that_weighs_less_moves_less(self) -> None:
        rng = np.random.default_rng(0)
        z, y = pictures(rng, 1), np.ones((1, PARAMS))
        full, half = (fit(z, y, np.array([w]), ["a"], PRIOR).shift(z) for w in (1.0, 0.5))
        assert (half > 0).all()
        assert (half < full).all()

    def test_a_second_of_the_same_brings_it_closer(self) -> None:
        rng = np.random.default_rng(0)
        z, new = pictures(rng, 4), pictures(rng, 9)
        gaps = [np.abs(learned(z[:n], np.ones((n, PARAMS))).shift(new) - 1).mean() for n in
                (1, 2, 4)]  # fmt: skip
        assert gaps[0] > gaps[1] > gaps[2]


class TestManyLessons:
    @pytest.mark.parametrize("count", [1, 2, 5, 10, 20, 50, 100])
    def test_of_one_who_always_does_the_same_it_is_as_good_as_a_preset(self, count: int) -> None:
        head, plain = errors(count, linear=False)
        assert head <= plain * 1.1 + 1e-9
        assert head <= plain + 0.03

    @pytest.mark.parametrize(("count", "share"), [(5, 1.02), (20, 0.93), (50, 0.75), (100, 0.55)])
    def test_of_one_who_looks_at_the_picture_it_beats_a_preset(
        self, count: int, share: float
    ) -> None:
        head, plain = errors(count, linear=True)
        assert head <= plain * share

    def test_more_lessons_help(self) -> None:
        found = [errors(n, linear=True)[0] for n in (1, 5, 20, 100)]
        assert found == sorted(found, reverse=True)

    def test_without_noise_it_finds_the_rule(self) -> None:
        assert errors(150, linear=True, noise=0.01)[0] < 0.5

    @run(max_examples=20)
    @given(st.integers(0, 10_000), st.integers(2, 40))
    def test_their_order_does_not_matter(self, seed: int, count: int) -> None:
        rng = np.random.default_rng(seed)
        z, y = pictures(rng, count), rng.normal(size=(count, PARAMS))
        weight, shoots = rng.choice([0.5, 1.0], count), shoots_of(count)
        order = rng.permutation(count)
        one = fit(z, y, weight, shoots, PRIOR)
        other = fit(z[order], y[order], weight[order], [shoots[i] for i in order], PRIOR)
        assert_allclose(one.weights, other.weights, atol=1e-8)
        assert_allclose(one.error, other.error, atol=1e-8)

    def test_nothing_that_was_given_is_changed_and_the_answer_is_always_the_same(self) -> None:
        rng = np.random.default_rng(0)
        z, y, weight = pictures(rng, 30), rng.normal(size=(30, PARAMS)), np.ones(30)
        z[3, 5] = 99.0
        shoots = shoots_of(30)
        given_ = [x.copy() for x in (z, y, weight)]
        first, second = (fit(z, y, weight, shoots, PRIOR) for _ in range(2))
        first.shift(z)
        first.spread(z, np.ones((30, PARAMS)))
        assert all(map(np.array_equal, given_, (z, y, weight)))
        assert shoots == shoots_of(30)
        assert np.array_equal(first.weights, second.weights)

    @pytest.mark.parametrize(
        "shoots",
        [["one"] * 60, [f"own {i}" for i in range(60)], ["huge"] * 59 + ["lone"], shoots_of(60)],
        ids=["one shoot", "each its own", "one huge", "of five"],
    )
    @pytest.mark.parametrize("alike", [True, False])
    def test_any_division_into_shoots_is_fine(self, shoots: list[str], alike: bool) -> None:
        rng = np.random.default_rng(0)
        z = pictures(rng, 1).repeat(60, 0) if alike else pictures(rng, 60)
        head = learned(z, np.full((60, PARAMS), 2.0), shoots)
        assert np.abs(head.shift(z) - 2).max() < 0.6
        assert np.isfinite(head.shift(pictures(rng, 20))).all()
        assert np.isfinite(head.error).all()
        assert np.isfinite(head.spread(z, np.ones((60, PARAMS)))).all()

    def test_a_clear_rule_is_learned_from_one_shoot(self) -> None:
        rng = np.random.default_rng(0)
        z, new = pictures(rng, 60), pictures(rng, 200)
        y = z[:, [5]] * 3.0 + 1 + rng.normal(0, 0.5, (60, PARAMS))
        moved = learned(z, y, ["afternoon"] * 60).shift(new)
        assert np.abs(moved - 3 * new[:, [5]] - 1).mean() < 0.6

    @pytest.mark.parametrize("count", [10, 30, 60])
    def test_details_of_one_shoot_that_may_be_chance_are_not_believed(self, count: int) -> None:
        worse = []
        for seed in range(12):
            rng = np.random.default_rng(seed)
            z, y = pictures(rng, count), rng.normal(1, 1, (count, PARAMS))
            moved = learned(z, y, ["afternoon"] * count).shift(pictures(rng, 200))
            worse.append((np.abs(moved - 1).mean(), np.abs(preset(y) - 1).mean()))
        head, plain = np.mean(worse, axis=0)
        assert head <= 1.05 * plain

    def test_a_mood_of_each_shoot_is_not_taken_for_a_rule(self) -> None:
        """Every shoot has a shift and a light of its own, which have nothing to do with each
        other."""
        found = []
        for seed in range(12):
            rng = np.random.default_rng(seed)
            z, shoots = pictures(rng, 40), shoots_of(40, 8)
            z[:, 1:] += np.repeat(rng.normal(0, 1, (5, Z - 1)), 8, 0)
            moods = np.repeat(rng.normal(0, 0.7, (5, PARAMS)), 8, 0)
            y = 1 + moods + rng.normal(0, 0.5, (40, PARAMS))
            moved = learned(z, y, shoots).shift(pictures(rng, 200))
            found.append((np.abs(moved - 1).mean(), np.abs(preset(y) - 1).mean()))
        head, plain = np.mean(found, axis=0)
        assert head <= 1.1 * plain

    def test_an_odd_photo_gives_no_wild_answer(self) -> None:
        rng = np.random.default_rng(0)
        z, who = pictures(rng, 80), Photographer(1, linear=True)
        head = learned(z, who.wants(z))
        odd = pictures(rng, 1) * 1e6
        assert np.abs(head.shift(odd)).max() < np.abs(head.weights).sum(0).max() * 4.0 + 1e-9

    def test_one_odd_lesson_among_many_does_little(self) -> None:
        rng = np.random.default_rng(0)
        z, y, new = pictures(rng, 80), np.ones((80, PARAMS)), pictures(rng, 50)
        spoiled = z.copy()
        spoiled[7, 1:] = 1e6
        gap = learned(spoiled, y).shift(new) - learned(z, y).shift(new)
        assert np.abs(gap).mean() < 0.1

    @pytest.mark.slow
    def test_ten_thousand_lessons(self) -> None:
        rng, who = np.random.default_rng(0), Photographer(3, linear=True)
        z = pictures(rng, 10_000)
        y = who.wants(z) + rng.normal(0, 1, (10_000, PARAMS))
        head = learned(z, y, shoots_of(10_000, 25))
        new = pictures(rng, 200)
        assert np.abs(head.shift(new) - who.wants(new)).mean() < 0.1


class TestSetToAValue:
    """Someone who sets two sliders to one value each, whatever the network says."""

    SET = (2, 3)

    def lessons(self, count: int, seed: int = 0) -> tuple[Float64, Float64, Float64]:
        """Features, what the network answers, and what was done to it."""
        rng = np.random.default_rng(seed)
        z = pictures(rng, count)
        z[:, SETTINGS] *= 0.5
        network = z[:, SETTINGS] / SETTINGS_PER_J
        y = np.zeros((count, PARAMS))
        y[:, self.SET] = np.array([8.0, -1.0]) - network[:, self.SET]
        return z, network, y

    def test_five_equal_edits_are_foretold(self) -> None:
        z, _, y = self.lessons(5)
        new, _, wanted = self.lessons(100, 1)
        moved = learned(z, y).shift(new)
        assert np.abs(moved - wanted)[:, self.SET].mean() < 0.6
        assert np.abs(wanted - preset(y))[:, self.SET].mean() > 1.2
        assert np.abs(np.delete(moved, self.SET, 1)).mean() < 0.2

    def test_where_the_network_was_held_at_the_end_of_a_slider_too(self) -> None:
        """What is taken back is what it answered, not what it would have liked to."""
        z, _, y = self.lessons(30)
        over = self.lessons(2, 1)[0]
        over[:, SETTINGS] = [[3.9] * PARAMS, [-3.9] * PARAMS]
        low, high = (np.array([getattr(p, side) / p.jnd for p in SLIDERS]) for side in ENDS)
        said = over[:, SETTINGS] / SETTINGS_PER_J
        answer = np.clip(said, low, high)
        assert (answer != said)[:, self.SET].any()
        shown = answer + learned(z, y).shift(over)
        assert np.abs(shown[:, self.SET] - [8.0, -1.0]).max() < 0.6
        shares = learned(z, y).shares(over, z, y, np.ones(30))
        assert_allclose(shares.sum(1), 1.0, atol=1e-6)

    def test_its_reasons_add_up(self) -> None:
        z, _, y = self.lessons(12)
        new = self.lessons(7, 1)[0]
        shares = learned(z, y).shares(new, z, y, np.ones(12))
        assert_allclose(shares.sum(1), 1.0, atol=1e-6)

    def test_who_moves_sliders_from_where_they_are_is_not_taken_for_one(self) -> None:
        for seed in range(6):
            z, _, y = self.lessons(40, seed)
            y[:] = np.random.default_rng(seed).normal(1, 0.6, y.shape)
            head = learned(z, y)
            assert np.abs(head.shift(z) - y.mean(0)).max() < 0.5


class TestSpread:
    def test_the_left_out_error_takes_over_from_the_network(self) -> None:
        rng = np.random.default_rng(0)
        network = np.full((1, PARAMS), 4.0)
        z, noise = pictures(rng, 300), rng.normal(0, 1, (300, PARAMS))
        found = [float(learned(z[:n], noise[:n]).spread(z[:1], network).mean()) for n in
                 (1, 10, 300)]  # fmt: skip
        assert found == sorted(found, reverse=True)
        assert found[-1] == pytest.approx(1.0, abs=0.35)

    def test_a_consistent_hand_is_predicted_more_surely_than_a_restless_one(self) -> None:
        rng = np.random.default_rng(0)
        z, network = pictures(rng, 40), np.full((40, PARAMS), 2.0)
        y = rng.normal(0, 1, (40, PARAMS))
        calm, restless = (learned(z, y * k).spread(z, network) for k in (0.2, 3.0))
        assert calm.max() < restless.min()

    def test_photos_unlike_any_lesson_stay_uncertain(self) -> None:
        rng = np.random.default_rng(0)
        z = pictures(rng, 40)
        z[:, 20:] = 0
        head = learned(z, rng.normal(size=(40, PARAMS)))
        far = np.zeros((1, Z))
        far[0, 0], far[0, 50] = 1, 4
        network = np.ones((1, PARAMS))
        assert (head.spread(far, network) > head.spread(z[:1], network)).all()


class TestLeftOutErrors:
    """Exactly those of a refit without the shoot: what the mixture is judged by."""

    @run(max_examples=25)
    @given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 90), st.sampled_from(
        [4.0, 40.0, 400.0]))  # fmt: skip
    def test_equal_those_of_refits(self, seed: int, count: int, size: int, strength: float) -> None:
        rng = np.random.default_rng(seed)
        columns = int(rng.integers(1, 12))
        z, y = pictures(rng, count)[:, :columns], rng.normal(size=(count, 3))
        weight = rng.choice([0.5, 1.0], count)
        shoots = [f"s{i}" for i in rng.integers(0, max(2, count // size), count)]
        folds = ridge.folds_of(shoots)
        precision = np.r_[0.5, np.full(columns - 1, strength)]
        fitted = ridge.ridge(z, y, weight, folds, precision)
        for rows in folds:
            kept = np.setdiff1d(np.arange(count), rows)
            without = refit(z[kept], y[kept], weight[kept], strength)
            assert_allclose(fitted.left_out[rows], y[rows] - z[rows] @ without, atol=1e-8)

    def test_fold_together_what_was_shot_together(self) -> None:
        rng = np.random.default_rng(0)
        shoots = [f"s{i}" for i in rng.integers(0, 300, 900)]
        folds = ridge.folds_of(shoots)
        assert sorted(np.concatenate(folds).tolist()) == list(range(900))
        homes = [{shoots[i] for i in rows} for rows in folds]
        assert sum(map(len, homes)) == len(set(shoots))


def refit(z: Float64, y: Float64, weight: Float64, strength: float) -> Float64:
    """Ridge regression as least squares over lessons and prior, by another route."""
    precision = np.full(z.shape[1], strength)
    precision[0] = 0.5
    rows = np.concatenate([z * np.sqrt(weight)[:, None], np.diag(np.sqrt(precision))])
    targets = np.concatenate([y * np.sqrt(weight)[:, None], np.zeros((z.shape[1], y.shape[1]))])
    return np.linalg.lstsq(rows, targets, rcond=None)[0]
