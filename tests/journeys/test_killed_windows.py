"""Windows that are killed in mid-edit, two at a time on one data directory, with the command
line beside them: nothing that was on the screen for a second is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from imgtune_gui.settings import AppSettings
from model_core import cli
from model_core.domain.photo import PhotoId
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.pictures import write_scene

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9"),
]
ROUNDS = int(os.environ.get("IMGTUNE_KILLS", "2"))  # more for those who want to be sure
SECOND = 1.0

#: (kind, photo) -> what was on the screen, (from when, what).
Seen = dict[tuple[str, str], list[tuple[float, object]]]


class Window:
    """A restless window in a process of its own, and what it says."""

    def __init__(self, data: Path, seed: int, photos: Iterable[Path]) -> None:
        command = [sys.executable, "-m", "tests.journeys.restless_hand", str(data), str(seed)]
        self._process = subprocess.Popen(
            [*command, *map(str, photos)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
        self.seen: Seen = defaultdict(list)
        self._first = threading.Event()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):
                when, kind, photo, value = json.loads(line)
                self.seen[kind, photo].append((when, value))
                self._first.set()
        self._process.stdout.close()

    def wait_until_it_edits(self) -> None:
        assert self._first.wait(100), "the window never came to editing"

    def kill(self) -> float:
        """When it was killed."""
        self._process.send_signal(signal.SIGKILL)
        when = time.monotonic()
        self._process.wait()
        self._listener.join()
        return when


def stored(studio: Studio, kind: str, photo: PhotoId) -> object:
    """What the catalog has of a photo."""
    if kind == "stars":
        return studio.load_marks(photo).stars
    if kind == "turns":
        return studio.load_geometry(photo).turns
    if kind == "lesson":
        lesson = studio.catalog.lesson_of(DEFAULT_STYLE, photo)
        return None if lesson is None else list(lesson.chosen.values)
    edit = studio.load_edit(DEFAULT_STYLE, photo)
    return None if edit is None else list(edit.settings.values)


def may_be(timeline: list[tuple[float, object]], since: float) -> list[object]:
    """What may be stored: all that was said after ``since``, and what was on the screen then."""
    old = [value for when, value in timeline if when <= since]
    return old[-1:] + [value for when, value in timeline if when > since]


def a_second_before(killed: float, seen: Seen) -> float:
    """A second of a window that runs: what a busy machine kept from it does not count."""
    said = sorted(when for timeline in seen.values() for when, _ in timeline)
    late = [when for when in said if when > killed - 3 * SECOND] + [killed]
    starved = max((b - a for a, b in pairwise(late)), default=0.0)
    return killed - SECOND - starved


@pytest.mark.timeout(600)
def test_nothing_that_was_on_the_screen_for_a_second_is_lost(tmp_path: Path) -> None:
    data, chance = tmp_path / "data", random.Random(1)
    photos = [write_scene(tmp_path / "photos" / f"{i}.jpg", i) for i in range(7)]
    edits = lessons = 0
    for round_ in range(ROUNDS):
        windows = [Window(data, 2 * round_, photos[:3]), Window(data, 2 * round_ + 1, photos[3:6])]
        try:
            for window in windows:
                window.wait_until_it_edits()
            assert cli.main(["--data-dir", str(data), "correct", str(photos[6]), "--set",
                             f"contrast={10 + round_}"]) == 0  # fmt: skip
            time.sleep(chance.uniform(1.0, 3.0))
        finally:
            ends = [window.kill() for window in windows]
        studio = Studio(data)
        assert studio.warnings == []
        for window, killed in zip(windows, ends, strict=True):
            since = a_second_before(killed, window.seen)
            for (kind, photo), timeline in window.seen.items():
                allowed = may_be(timeline, since)
                found = stored(studio, kind, PhotoId(photo))
                late = timeline[0][0] > since  # new in the last second: may be lost
                assert late or found in allowed, (kind, killed - timeline[-1][0])
                edits += kind == "edit" and len(timeline)
                lessons += kind == "lesson" and len(timeline)
        (own,) = [c for c in studio.lessons(DEFAULT_STYLE) if c.path == photos[6]]
        assert own.chosen["contrast"] == 10 + round_
        studio.close()
        remembered = AppSettings(data)
        assert {Path(one) for one in remembered.open_paths} <= set(photos[:6])
        assert Path(remembered.value("current_photo", "")) in photos[:6]
        assert not remembered.blob("geometry").isEmpty()
    assert edits > 20 * ROUNDS
    assert lessons > 0
