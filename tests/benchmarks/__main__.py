"""Measures what the user waits for, and prints a table.

    python -m tests.benchmarks [--photos DIR]

Everything runs on this machine, one thing after the other, each in a process of its own.
Give the machine a rest from other work first; the table states what it was measured on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent

#: Probe -> (what it measures, what was promised).
PROBES = {
    "startup": ("start of the process to the window's first paint", "under 1.0 s, no torch"),
    "first_thumbs": ("open 1,000 photos of 12 MP to a full screen", "under 0.5 s"),
    "journey": ("longest wait for the main thread, 10,000 photos", "100 ms; scrolling 50 ms"),
    "next_photo": ("next photo, neighbours decoded, to repainted loupe, p95", "under 100 ms"),
    "memory_many": ("peak memory, 10,000 photos scrolled through twice", "under 1.2 GB, no torch"),
    "predict": ("predict one cached proxy, one core", "under 6 ms"),
    "slider": ("slider move to repainted 2 MP preview, p95", "under 16 ms"),
    "slider_large": ("the same, 2.5 MP", ""),
    "slider_training": ("the same at 2 MP while a fine-tune runs, p95", "under 33 ms"),
    "opengl": ("a moving 2 MP picture drawn by OpenGL, and by the CPU", ""),
    "learn": ("correction to updated predictions of 1,000 cached photos", "under 50 ms"),
    "memory": ("peak memory with 500 photos open", "under 1 GB, no torch"),
}


def run_probe(name: str, photos: Path) -> dict[str, object]:
    """Runs one probe in its own process with a fresh data directory."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryDirectory() as data:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.probes", name, data, str(photos)],
            cwd=_HERE.parent.parent, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        return {"value": "failed", "note": done.stderr.strip().splitlines()[-1:]}
    result: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what the user waits for.")
    parser.add_argument("--photos", type=Path, default=_HERE.parent.parent / "assets" / "samples")
    parser.add_argument("--only", choices=list(PROBES), action="append")
    args = parser.parse_args()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, no GPU used, "
          f"Python {platform.python_version()}\n")  # fmt: skip
    print(f"{'measured':62} {'result':>12}  {'target':24} note")
    for name in args.only or PROBES:
        text, target = PROBES[name]
        result = run_probe(name, args.photos.absolute())
        print(
            f"{text:62} {result['value']!s:>12}  {target:24} {result.get('note', '')}", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
