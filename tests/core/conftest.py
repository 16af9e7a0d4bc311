from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from model_core import cli
from model_core.services import Studio
from tests.core.commands import Said, Say
from tests.core.pictures import write_scene

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


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Eight small pictures in two folders."""
    return [write_scene(tmp_path / f"photos {i // 4}" / f"{i}.jpg", i) for i in range(8)]


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs one command over the test's data directory."""

    def run(*words: object) -> Said:
        status = cli.main(["--data-dir", str(tmp_path / "data"), *map(str, words)])
        return Said(status, *capsys.readouterr())

    return run


@pytest.fixture
def broken(tmp_path: Path) -> list[Path]:
    """A file that is missing, one that is empty, one that is no picture."""
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello", encoding="utf-8")
    return [tmp_path / name for name in ("missing.jpg", "empty.jpg", "text.jpg")]
