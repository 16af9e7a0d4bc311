from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from model_core.services import Studio

# Two cores are shared with whatever else runs: no example fails for being slow, and the same
# examples come in every run, so that a red test stays red until it is mended.
settings.register_profile(
    "engine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", parent=settings.get_profile("engine"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "engine"))


@pytest.fixture
def open_studio(tmp_path: Path) -> Iterator[Callable[..., Studio]]:
    """Opens a studio on the test's data directory, or on another; all are closed at the end."""
    opened: list[Studio] = []

    def open_(data_dir: Path | None = None) -> Studio:
        opened.append(Studio(data_dir or tmp_path / "data"))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture
def studio(open_studio: Callable[..., Studio]) -> Studio:
    return open_studio()
