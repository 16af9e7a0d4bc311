from __future__ import annotations

import os
from pathlib import Path

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
