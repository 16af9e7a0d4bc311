"""Journeys by a real mouse and keyboard, on virtual screens."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.journeys.real_hands import JOURNEYS
from tests.journeys.travels import TOOLS, Travelled, copy_samples, travel, write_wedding

missing = [tool for tool in TOOLS if shutil.which(tool) is None]
tools = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def go(name: str, tmp_path: Path, photos: Path | None) -> set[str]:
    """The names of the journey's screenshots; tells (pytest -rP) what the watchdog saw."""
    kept = os.environ.get("HANDS_OUT")
    out = Path(kept) / name.replace(" ", "-") if kept else tmp_path / "screens"
    came: Travelled = travel(name, tmp_path / "data", out, photos)
    print(f"{name}: longest turn of the main thread {came.worst}\n{came.stalls}")
    # It watched to the end; how long a turn took is told by tests.benchmarks.journeys.
    assert came.by_the_clock_ms > 0
    return came.screens


@pytest.mark.slow
@pytest.mark.timeout(900)
@tools
def test_a_shoot_of_200_photos_by_mouse_and_keyboard(shoot: Path, tmp_path: Path) -> None:
    photos = write_wedding(shoot, tmp_path / "wedding")
    seen = go("shoot", tmp_path, photos)
    assert seen == {"opened", "taught", "grid", "before", "export"}
    assert {file.suffix for file in photos.iterdir()} == {".jpg"}  # nothing was written there
    assert len(list((tmp_path / "wedding export").iterdir())) == 12


@pytest.mark.hands
@pytest.mark.timeout(600)
@tools
def test_first_run(tmp_path: Path) -> None:
    assert go("first run", tmp_path, None) == {"start", "corrected"}


@pytest.mark.hands
@pytest.mark.timeout(600)
@tools
@pytest.mark.parametrize("name", [name for name in JOURNEYS if name not in ("first run", "shoot")])
def test_a_look_at_everything(name: str, tmp_path: Path) -> None:
    seen = go(name, tmp_path, copy_samples(tmp_path / "samples"))
    assert {"develop", "export"} <= seen or {"because", "reason", "curve"} <= seen
