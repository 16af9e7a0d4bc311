"""A shoot of 200 photos by a real mouse and keyboard, on a small virtual screen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("xvfb-run", "xdotool", "openbox", "import")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
def test_a_shoot_of_200_photos_by_mouse_and_keyboard(shoot: Path, tmp_path: Path) -> None:
    photos, out = tmp_path / "wedding", tmp_path / "screens"
    photos.mkdir()
    out.mkdir()
    sources = sorted(shoot.glob("*.jpg"))
    for number in range(200):
        source = sources[number % len(sources)]
        # Bytes after the picture's end: another photo to the catalog, the same to the eye.
        copy = photos / f"IMG_{number:04}.jpg"
        copy.write_bytes(source.read_bytes() + number.to_bytes(2, "big"))
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x720x24", sys.executable, "-m",
         "tests.journeys.real_hands", photos, tmp_path / "data", out],
        capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout
    assert "Q" not in "".join(line[:1] for line in done.stdout.splitlines()), done.stdout
    assert not (out / "stuck.png").exists()
    assert {file.stem for file in out.iterdir()} == {"opened", "taught", "grid", "before"}
    assert {file.suffix for file in photos.iterdir()} == {".jpg"}  # nothing was written there
