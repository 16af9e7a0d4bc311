from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.domain.errors import CannotTrain
from model_core.domain.version import GateReport
from model_core.learn.gate import (
    MAX_CLIPPING,
    MAX_PARITY,
    MIN_PHOTOS,
    MIN_SHOOTS,
    hold_out,
    judge,
    require_enough,
)


def shoots_of(*sizes: int) -> list[str]:
    """Shoots a, b, c ... with so many photos each, oldest first."""
    return [chr(97 + i) for i, size in enumerate(sizes) for _ in range(size)]


class TestHoldOut:
    def test_the_newest_shoots_are_held_out(self) -> None:
        split = hold_out(shoots_of(10, 10, 10, 10, 10, 10))
        assert split is not None
        assert split.train.tolist() == list(range(30))
        assert split.held_out.tolist() == list(range(30, 60))

    def test_as_many_as_make_twenty_photos(self) -> None:
        split = hold_out(shoots_of(30, 30, 4, 4, 4, 4, 4))
        assert split is not None
        assert len(split.held_out) == 20
        assert split.held_out.min() == 60

    def test_of_many_shoots_a_quarter(self) -> None:
        split = hold_out(shoots_of(*[8] * 20))
        assert split is not None
        assert len(split.held_out) == 5 * 8

    def test_at_least_three_shoots_however_large(self) -> None:
        split = hold_out(shoots_of(50, 50, 50, 50, 50))
        assert split is not None
        assert len(split.held_out) == 150

    def test_what_came_back_lately_counts_as_new(self) -> None:
        """A shoot is as new as its newest lesson."""
        shoots = ["old", *shoots_of(10, 10, 10, 10), *["old"] * 9]
        split = hold_out(shoots)
        assert split is not None
        assert 0 in split.held_out

    @pytest.mark.parametrize(
        "sizes",
        [(), (100,), (50, 50), (20, 20, 20, 20), (4, 5, 7, 7, 7), (3, 3, 3, 3, 3, 3)],
        ids=str,
    )
    def test_too_few_give_none(self, sizes: tuple[int, ...]) -> None:
        shoots = shoots_of(*sizes)
        assert hold_out(shoots) is None
        with pytest.raises(CannotTrain, match=rf"there are {len(shoots)} over {len(sizes)}\."):
            require_enough(shoots)

    @pytest.mark.parametrize("sizes", [(5, 5, 6, 7, 7), (6, 6, 6, 6, 6, 6)], ids=str)
    def test_just_enough_are_enough(self, sizes: tuple[int, ...]) -> None:
        split = require_enough(shoots_of(*sizes))
        assert len(split.train) + len(split.held_out) == sum(sizes)

    @given(st.lists(st.sampled_from("abcdefgh"), max_size=120))
    def test_no_shoot_is_on_both_sides_and_nothing_is_lost(self, shoots: list[str]) -> None:
        split = hold_out(shoots)
        if split is None:
            return
        both = np.concatenate([split.train, split.held_out])
        assert sorted(both.tolist()) == list(range(len(shoots)))
        train, held = ({shoots[i] for i in rows} for rows in (split.train, split.held_out))
        assert not train & held
        assert len(split.held_out) >= MIN_PHOTOS
        assert len(held) >= MIN_SHOOTS
        assert len(train) >= 2
        # What is held out is newer: its last lesson comes after the last of each other shoot.
        last = {s: i for i, s in enumerate(shoots)}
        assert min(last[s] for s in held) > max(last[s] for s in train)


def judged(gain: float, noise: float = 0.1, *, parity: float = 0.0, seed: int = 0) -> GateReport:
    """A candidate that is better by ``gain`` J on 30 photos of 6 shoots, give or take."""
    rng = np.random.default_rng(seed)
    current = rng.uniform(1, 3, 30)
    candidate = current - gain + np.repeat(rng.normal(0, noise, 6), 5)
    return judge(current, candidate, [f"s{i // 5}" for i in range(30)], parity)


class TestJudge:
    def test_what_is_clearly_better_is_published(self) -> None:
        report = judged(0.5)
        assert report.publish
        assert "better" in report.reason
        assert "30 photos of 6 shoots" in report.reason
        assert 0 < report.gain_low < 0.5
        assert report.current_error - report.candidate_error == pytest.approx(0.5, abs=0.15)
        assert (report.photos, report.shoots) == (30, 6)

    def test_the_reason_names_both_errors(self) -> None:
        report = judged(0.5)
        assert f"{report.current_error:.2f} to {report.candidate_error:.2f} J" in report.reason

    def test_what_is_worse_is_kept_back(self) -> None:
        report = judged(-0.3)
        assert not report.publish
        assert report.reason.startswith("Kept the current model")
        assert "chance" not in report.reason

    def test_what_is_equal_is_kept_back(self) -> None:
        same = np.linspace(1, 2, 30)
        report = judge(same, same, [f"s{i // 5}" for i in range(30)], 0.0)
        assert not report.publish
        assert report.gain_low == 0
        assert "the error stayed at 1.50 J" in report.reason
        assert report.reason.startswith("Kept the current model")

    def test_what_may_be_chance_is_kept_back_and_said_so(self) -> None:
        reports = [judged(0.05, noise=0.8, seed=seed) for seed in range(30)]
        lucky = [r for r in reports if r.candidate_error < r.current_error and not r.publish]
        assert lucky
        assert all("chance" in r.reason for r in lucky)

    def test_luck_alone_is_seldom_published(self) -> None:
        published = [judged(0.0, noise=0.5, seed=seed).publish for seed in range(100)]
        assert np.mean(published) < 0.2

    def test_one_lucky_shoot_is_not_enough(self) -> None:
        current, candidate = np.full(30, 2.0), np.full(30, 2.02)
        candidate[:5] = 0.5
        report = judge(current, candidate, [f"s{i // 5}" for i in range(30)], 0.0)
        assert report.candidate_error < report.current_error
        assert not report.publish

    def test_a_file_that_answers_otherwise_is_kept_back(self) -> None:
        assert judged(0.5, parity=MAX_PARITY).publish
        report = judged(0.5, parity=MAX_PARITY + 0.01)
        assert not report.publish
        assert "0.11 J" in report.reason

    def test_the_verdict_is_always_the_same_and_the_order_of_photos_does_not_matter(self) -> None:
        rng = np.random.default_rng(0)
        current, candidate = rng.uniform(1, 3, 30), rng.uniform(1, 3, 30)
        shoots = [f"s{i // 5}" for i in range(30)]
        order = rng.permutation(30)
        one = judge(current, candidate, shoots, 0.0)
        other = judge(current[order], candidate[order], [shoots[i] for i in order], 0.0)
        assert one == judge(current, candidate, shoots, 0.0)
        assert other.gain_low == pytest.approx(one.gain_low)
        assert other.reason == one.reason

    def test_what_blows_out_more_of_the_picture_is_kept_back(self) -> None:
        current, shoots = np.full(30, 2.0), [f"s{i // 5}" for i in range(30)]
        assert judge(current, current - 1, shoots, 0.0, MAX_CLIPPING).publish
        report = judge(current, current - 1, shoots, 0.0, MAX_CLIPPING + 0.02)
        assert not report.publish
        assert "3.0% more of the picture" in report.reason

    def test_the_reason_says_where_it_got_worse(self) -> None:
        current, candidate = np.full(30, 2.0), np.full(30, 1.9)
        candidate[:10] = 2.4
        report = judge(current, candidate, [f"s{i // 5}" for i in range(30)], 0.0)
        assert "2 of 6 shoots and 10 of 30 photos came out worse" in report.reason

    def test_every_reason_is_one_plain_line(self) -> None:
        for report in (judged(0.5), judged(-0.3), judged(0.02, 0.9), judged(0.5, parity=1.0)):
            assert "\n" not in report.reason
            assert "nan" not in report.reason
            assert report.reason.endswith(".")
