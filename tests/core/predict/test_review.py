"""The order of review."""

from __future__ import annotations

import numpy as np

from model_core.predict.personal_head import PersonalHead, fit
from model_core.predict.prior import plain_prior
from model_core.predict.review import most_telling

Z, P = 64, 10


def pictures(seed: int, count: int) -> np.ndarray:
    z = np.random.default_rng(seed).normal(size=(count, Z))
    z[:, 0] = 1
    return z


def taught(z: np.ndarray) -> PersonalHead:
    y = np.random.default_rng(9).normal(size=(len(z), P)) + z[:, 1:2]
    return fit(z, y, np.ones(len(z)), [f"s{i // 4}" for i in range(len(z))], plain_prior(Z))


class TestOrder:
    def test_what_was_taught_teaches_least(self) -> None:
        known, new = pictures(0, 30), pictures(1, 10)
        order = most_telling(taught(known), np.r_[known, new], 40)
        assert sorted(order) == list(range(40))
        assert set(order[:8]) <= set(range(30, 40))

    def test_the_same_picture_is_not_asked_for_twice_while_there_are_others(self) -> None:
        one = pictures(2, 1) * 1.2
        order = most_telling(taught(pictures(0, 12)), np.r_[one, one, one, pictures(3, 3)], 4)
        assert len({0, 1, 2} & set(order)) <= 1 or set(order) >= {3, 4, 5}

    def test_before_any_lesson_the_unusual_comes_first(self) -> None:
        z = pictures(4, 20) * 0.3
        z[7, 1:] *= 6
        assert most_telling(PersonalHead.empty(Z, P), z, 1) == [7]

    def test_none_and_fewer_than_wanted(self) -> None:
        head = taught(pictures(0, 8))
        assert most_telling(head, pictures(1, 0), 5) == []
        assert sorted(most_telling(head, pictures(1, 3), 5)) == [0, 1, 2]
