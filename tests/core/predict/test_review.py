"""The order of review, and the head as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors.numpy import load_file, save_file

from model_core.domain.errors import BrokenModel
from model_core.predict.head_file import load_head, save_head
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


class TestFile:
    @pytest.mark.parametrize("count", [0, 1, 40])
    def test_comes_back_to_the_bit(self, tmp_path: Path, count: int) -> None:
        head = taught(pictures(0, count)) if count else PersonalHead.empty(Z, P)
        save_head(head, tmp_path / "head.safetensors")
        again, new = load_head(tmp_path / "head.safetensors"), pictures(1, 6)
        assert (again.lessons, again.far) == (head.lessons, head.far)
        assert_array_equal(again.shift(new), head.shift(new))
        network = np.ones((6, P))
        assert_array_equal(again.spread(new, network), head.spread(new, network))
        if count:
            z, y, weight = pictures(0, count), np.ones((count, P)), np.ones(count)
            assert_array_equal(again.shares(new, z, y, weight), head.shares(new, z, y, weight))

    @pytest.mark.parametrize("damage", ["missing", "cut", "foreign", "version", "nan", "shape"])
    def test_anything_else_is_refused_by_name(self, tmp_path: Path, damage: str) -> None:
        file = tmp_path / "head.safetensors"
        save_head(taught(pictures(0, 5)), file)
        tensors, facts = load_file(file), {"head_version": "1", "lessons": "5"}
        if damage == "missing":
            file.unlink()
        elif damage == "cut":
            file.write_bytes(file.read_bytes()[:100])
        elif damage == "foreign":
            save_file({"x": np.zeros(3)}, file, metadata=facts)
        else:
            if damage == "version":
                facts["head_version"] = "99"
            elif damage == "nan":
                tensors["weights"][3, 3] = np.nan
            else:
                tensors["covariance"] = np.eye(3)
            save_file(tensors, file, metadata=facts)
        with pytest.raises(BrokenModel, match=r"head\.safetensors"):
            load_head(file)
