from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from model_core.imaging import cores


@pytest.mark.parametrize(
    ("text", "found"),
    [("max 100000", None), ("150000 100000", 1), ("400000 100000", 4), ("50000 100000", 1)],
)
def test_reads_the_quota_of_a_container(text: str, found: int | None, tmp_path: Path) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(text + "\n")
    assert cores._quota(file) == found
    assert cores._quota(tmp_path / "none") is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux only")
def test_counts_only_cores_it_may_use() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cores.usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert 1 <= cores.usable_cores() <= len(before)


@pytest.mark.parametrize("size", [0, 1, 3, 100_001])
def test_helpers_do_each_piece_once(size: int) -> None:
    done = np.zeros(size, np.int64)

    def work(first: int, last: int) -> None:
        assert first < last
        done[first:last] += 1

    for _ in range(3):
        cores.helpers.side_by_side(work, size)
    assert (done == 3).all()


def test_what_fails_beside_is_told() -> None:
    def work(_first: int, last: int) -> None:
        if last == 1_000:
            raise ValueError("the last piece")

    with pytest.raises(ValueError, match="the last piece"):
        cores.helpers.side_by_side(work, 1_000)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux only")
def test_helping_leaves_the_asker_on_all_its_cores() -> None:
    before = os.sched_getaffinity(0)
    cores.helpers.side_by_side(lambda _first, _last: None, 10)
    assert os.sched_getaffinity(0) == before
