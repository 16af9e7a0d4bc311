"""Journeys by a real mouse and keyboard, on virtual screens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model_core.assets import sample_photos
from tests.journeys.real_hands import JOURNEYS

TOOLS = ("xvfb-run", "xdotool", "openbox", "import")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]
tools = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def travel(name: str, tmp_path: Path, photos: Path | None) -> set[str]:
    """Goes on a journey; the names of its screenshots."""
    kept = os.environ.get("HANDS_OUT")
    out = Path(kept) / name.replace(" ", "-") if kept else tmp_path / "screens"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    across, down = JOURNEYS[name].screen
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", f"-screen 0 {across}x{down}x24", sys.executable, "-m",
         "tests.journeys.real_hands", name, tmp_path / "data", out, *([photos] if photos else [])],
        capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout
    assert "Q" not in "".join(line[:1] for line in done.stdout.splitlines()), done.stdout
    return {file.stem for file in out.glob("*.png")}


@pytest.mark.slow
@pytest.mark.timeout(900)
@tools
def test_a_shoot_of_200_photos_by_mouse_and_keyboard(shoot: Path, tmp_path: Path) -> None:
    photos = tmp_path / "wedding"
    photos.mkdir()
    sources = sorted(shoot.glob("*.jpg"))
    for number in range(200):
        source = sources[number % len(sources)]
        # Bytes after the picture's end: another photo to the catalog, the same to the eye.
        copy = photos / f"IMG_{number:04}.jpg"
        copy.write_bytes(source.read_bytes() + number.to_bytes(2, "big"))
    seen = travel("shoot", tmp_path, photos)
    assert seen == {"opened", "taught", "grid", "before", "export"}
    assert {file.suffix for file in photos.iterdir()} == {".jpg"}  # nothing was written there
    assert len(list((tmp_path / "wedding export").iterdir())) == 12


@pytest.mark.hands
@pytest.mark.timeout(600)
@tools
def test_first_run(tmp_path: Path) -> None:
    assert travel("first run", tmp_path, None) == {"start", "corrected"}


@pytest.mark.hands
@pytest.mark.timeout(600)
@tools
@pytest.mark.parametrize("name", [name for name in JOURNEYS if name not in ("first run", "shoot")])
def test_a_look_at_everything(name: str, tmp_path: Path) -> None:
    photos = tmp_path / "samples"
    photos.mkdir()
    for sample in sample_photos():
        shutil.copy(sample, photos)
    seen = travel(name, tmp_path, photos)
    assert {"develop", "export"} <= seen or {"because", "reason", "curve"} <= seen
