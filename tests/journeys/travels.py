"""What journeys need: photos to open, and a virtual screen to go on them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from model_core.assets import sample_photos
from model_core.variants import VARIANTS, write_variant
from tests.journeys.real_hands import JOURNEYS, TURNS

TOOLS = ("xvfb-run", "xdotool", "openbox", "import")


def write_shoot(folder: Path) -> Path:
    """84 small photos: each bundled sample as seven cameras might have left it."""
    for source in sample_photos():
        if "(" in source.name:
            continue
        for label in VARIANTS:
            write_variant(source, label, folder / f"{source.stem}-{label}.jpg", 256)
    return folder


def write_wedding(shoot: Path, folder: Path, count: int = 200) -> Path:
    """``count`` photos to open, made of those of a shoot."""
    folder.mkdir()
    sources = sorted(shoot.glob("*.jpg"))
    for number in range(count):
        source = sources[number % len(sources)]
        # Bytes after the picture's end: another photo to the catalog, the same to the eye.
        copy = folder / f"IMG_{number:04}.jpg"
        copy.write_bytes(source.read_bytes() + number.to_bytes(2, "big"))
    return folder


def copy_samples(folder: Path) -> Path:
    """The bundled samples, where they may be edited."""
    folder.mkdir()
    for sample in sample_photos():
        shutil.copy(sample, folder)
    return folder


@dataclass(frozen=True, slots=True)
class Travelled:
    """What came of a journey: the names of its screenshots, and what the watchdog saw."""

    screens: set[str]
    worst: dict[str, float]  # the longest turn: ms, own_ms, queued_ms
    by_the_clock_ms: float
    stalls: str


def travel(name: str, data: Path, out: Path, photos: Path | None) -> Travelled:
    """Goes on a journey by real hands; screenshots lie in ``out`` afterwards. Raises
    AssertionError with what was said when it could not be gone to its end."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    across, down = JOURNEYS[name].screen
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", f"-screen 0 {across}x{down}x24", sys.executable, "-m",
         "tests.journeys.real_hands", name, data, out, *([photos] if photos else [])],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout
    assert "Q" not in "".join(line[:1] for line in done.stdout.splitlines()), done.stdout
    return Travelled(
        {file.stem for file in out.glob("*.png")},
        **json.loads((out / TURNS).read_text(encoding="utf-8")),
    )
