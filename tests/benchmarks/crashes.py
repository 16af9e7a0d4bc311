"""Real fine-tunes, killed at random moments: what is left, and whether the next one goes on.

    python -m tests.benchmarks.crashes [--rounds 20]

A data directory with corrections over several shoots; ``imgtune train`` (few epochs, and a gate
that publishes whatever comes) runs in a process of its own and is killed somewhere between its
first word and its usual end. After each death the program is opened again and looked through. The
hundred deaths of the test suite (tests/core/storage/test_crashes.py) go through the same
publishing without a network.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from model_core.domain.develop import IDENTITY
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.pictures import write_scene

_ROOT = Path(__file__).parents[2]
LESSONS, SHOOTS = 35, 7


def teach(data: Path, folder: Path) -> None:
    studio, chance = Studio(data), random.Random(0)
    for index in range(LESSONS):
        path = write_scene(folder / f"{index:02}.jpg", index, height=120, width=160)
        photo, proxy = studio.open_photo(path)
        features = studio.analyse(photo, DEFAULT_STYLE, proxy)
        chosen = IDENTITY.updated({"exposure_ev": chance.uniform(0.5, 1.5), "contrast": 20.0})
        shoot = f"shoot {index * SHOOTS // LESSONS}"
        studio.learn(DEFAULT_STYLE, photo, features, chosen, shoot=shoot)
    studio.close()


def train(data: Path, seconds: float | None) -> tuple[float, list[str]]:
    """Runs a training, killed so many seconds after its first word (importing torch takes half
    the time and cannot break anything): how long it worked, and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.publishing_trainer", "--data-dir", str(data),
         "train", "--device", "cpu", "--json"],
        cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    started = time.monotonic()
    killer = threading.Timer(seconds or 0, process.kill)
    if seconds is not None:
        killer.start()
    lines += process.stdout
    worked = time.monotonic() - started
    killer.cancel()
    process.wait()
    process.stdout.close()
    return worked, [json.loads(one).get("text", "result") for one in lines if one.endswith("}\n")]


def faults(data: Path, published: int) -> tuple[list[str], int]:
    """What is wrong after a death, and how many versions there are now."""
    studio = Studio(data)
    found = list(studio.warnings)
    if len(studio.lessons(DEFAULT_STYLE)) != LESSONS:
        found.append(f"{len(studio.lessons(DEFAULT_STYLE))} of {LESSONS} lessons are left")
    versions = studio.versions(DEFAULT_STYLE)
    if len(versions) < published:
        found.append(f"{len(versions)} of {published} versions are left")
    serving = studio.network_version(DEFAULT_STYLE)
    if versions and serving != versions[-1].id:
        found.append(f"{serving} serves, not {versions[-1].id}")
    lessons = studio.lessons(DEFAULT_STYLE)
    photo, proxy = studio.open_photo(lessons[0].path)
    answer = studio.predict(DEFAULT_STYLE, studio.analyse(photo, DEFAULT_STYLE, proxy))
    if (answer.version, answer.lessons) != (serving, LESSONS):
        found.append(f"predictions come from {answer.version} with {answer.lessons} lessons")
    recorded = {one.version for one in studio.trainings(DEFAULT_STYLE)}
    if recorded != {version.id for version in versions}:
        found.append("the catalog does not know what was trained on what")
    left = [p for p in studio.models.root.rglob(".*") if p.name != ".locks"]
    found += [f"{path} was left behind" for path in left]
    studio.close()
    return found, len(versions)


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill fine-tunes and look at what is left.")
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    chance, bad, resumed = random.Random(0), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        teach(data, Path(folder) / "photos")
        usual, _ = train(data, None)
        _, published = faults(data, 1)
        print(f"one training: {usual:.1f} s")
        for number in range(1, args.rounds + 1):
            seconds = chance.uniform(0.0, 1.05) * usual
            _, texts = train(data, seconds)
            wrong, published = faults(data, published)
            bad += bool(wrong)
            resumed += any("going on with the interrupted" in text for text in texts)
            at = texts[-1] if texts else "nothing said"
            print(f"{number:3} killed after {seconds:5.1f} s ({at}): {published} versions; "
                  f"{'; '.join(wrong) or 'all is well'}", flush=True)  # fmt: skip
    print(f"{args.rounds} deaths, {bad} with something wrong, {resumed} trainings taken up again")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
