r"""Drives the real program on a virtual screen with a mouse and a keyboard, as a person would.

    xvfb-run -a -s "-screen 0 1280x720x24" python -m tests.journeys.real_hands \
        "small screen" DATA OUT PHOTOS

Leaves screenshots in OUT, and what the watchdog saw, and says what it waited for when something
does not come. All journeys: ``pytest -m hands tests/journeys``; HANDS_OUT=DIR keeps their
screenshots there. ``python -m tests.benchmarks.journeys`` goes on all and prints the longest turns.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from imgtune_gui.settings import AppSettings, Preferences

_PATIENCE_S = 240.0
_CORRECTIONS = 12

#: Beside the screenshots: how long the main thread kept the hands waiting (see ``watched``).
TURNS = "turns.json"


class Hands:
    """xdotool on one window."""

    def __init__(self, data: Path, out: Path, screen: tuple[int, int]) -> None:
        self._catalog, self._out, self.screen = data / "catalog.db", out, screen
        self.window = ""
        self.began = time.monotonic()

    def do(self, *words: object) -> str:
        done = subprocess.run(
            ["xdotool", *map(str, words)], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def find(self) -> None:
        self.until("the window", self._found)
        self.do("windowactivate", "--sync", self.window)
        # What the manager puts around it must fit, too.
        self.do("windowsize", "--sync", self.window, self.screen[0] - 10, self.screen[1] - 30)
        self.do("windowmove", self.window, 2, 2)
        time.sleep(1)

    def _found(self) -> bool:
        try:
            self.window = self.do("search", "--onlyvisible", "--name", "imgtune").split()[0]
        except (subprocess.CalledProcessError, IndexError):
            return False
        return True

    def keys(self, *names: str) -> None:
        for name in names:
            self.do("key", "--clearmodifiers", name)
            time.sleep(0.15)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Inside the window; from its right or lower edge when negative."""
        found = self.do("getwindowgeometry", "--shell", self.window)
        place = dict(line.split("=") for line in found.splitlines())
        across = int(place["X"]) + x + (int(place["WIDTH"]) if x < 0 else 0)
        down = int(place["Y"]) + y + (int(place["HEIGHT"]) if y < 0 else 0)
        self.do("mousemove", "--sync", across, down, "click", button)
        time.sleep(0.2)

    def count(self, statement: str) -> int:
        try:
            with closing(sqlite3.connect(f"file:{self._catalog}?mode=ro", uri=True)) as catalog:
                return int(catalog.execute(statement).fetchone()[0])
        except sqlite3.Error:
            return -1

    def until(self, what: str, true: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not true():
            if time.monotonic() > end:
                self.look("stuck")
                sys.exit(f"waited in vain for {what}")
            time.sleep(0.2)

    def look(self, name: str) -> None:
        time.sleep(1)
        subprocess.run(["import", "-window", "root", self._out / f"{name}.png"], check=True)

    def say(self, text: str) -> None:
        """Beside the screenshots."""
        (self._out / "said.txt").write_text(text + "\n", encoding="utf-8")

    def correct(self, text: str) -> None:
        """Types into the slider that was used last; a sign begins a number."""
        self.keys("period")
        self.do("type", "--delay", 60, text)
        self.keys("Return", "Return")

    def wait_for_lessons(self, count: int) -> None:
        self.until(f"lesson {count}", partial(self._has, "lessons", count))

    def wait_for_photos(self, count: int) -> None:
        self.until(f"{count} photos", partial(self._has, "features", count))

    def _has(self, table: str, count: int) -> bool:
        return self.count(f"SELECT count(*) FROM {table}") >= count


def first_run(hands: Hands, _photos: Path) -> None:
    """From nothing to a first corrected photo, by the keyboard alone."""
    hands.find()
    hands.look("start")
    hands.keys("alt+f", "s")  # File > Open the sample photos
    hands.wait_for_photos(1)
    time.sleep(1)  # until its sliders are there
    hands.correct("+0.4")
    hands.wait_for_lessons(1)
    took = time.monotonic() - hands.began
    hands.say(f"first corrected photo {took:.0f} s after the start")
    hands.look("corrected")
    hands.keys("ctrl+q")


def shoot(hands: Hands, photos: Path) -> None:
    """From a folder to twelve lessons, marks, a filter, an export, and out again."""
    count = len(list(photos.iterdir()))
    hands.find()
    hands.wait_for_photos(count)
    hands.look("opened")
    for number in range(_CORRECTIONS):
        hands.correct("+0.3")
        hands.wait_for_lessons(number + 1)
    hands.look("taught")
    hands.keys("5", "p", "Right", "x")
    hands.until("the marks", lambda: hands.count("SELECT count(*) FROM marks") == 2)
    hands.keys("g")
    hands.look("grid")
    hands.keys("e", "ctrl+z", "r", "Escape", "backslash")
    hands.look("before")
    hands.keys("backslash", "g", "ctrl+e")  # in the grid, those that are done are offered
    hands.look("export")
    hands.keys("Return")
    exported = photos.with_name(f"{photos.name} export")
    hands.until("the copies", lambda: len(list(exported.glob("*.jpg"))) >= _CORRECTIONS)
    hands.keys("ctrl+q")


def learning(hands: Hands, photos: Path) -> None:
    """Five corrections move the rest; the reason is named; forgetting it undoes it."""
    hands.find()
    hands.wait_for_photos(len(list(photos.iterdir())))
    hands.keys("g")
    hands.look("before-learning")
    hands.keys("e")
    for number in range(5):
        hands.correct("+0.6")
        hands.wait_for_lessons(number + 1)
    hands.keys("g")
    hands.look("after-learning")
    hands.keys("e", "End", "ctrl+l")
    hands.look("curve")
    hands.keys("ctrl+l")
    hands.look("because")
    hands.click(-305, -255)  # the first of the pictures, above the filmstrip
    hands.look("reason")
    hands.keys("ctrl+z")
    hands.wait_for_lessons(4)
    hands.keys("ctrl+q")


def looks(hands: Hands, photos: Path) -> None:
    """One look at everything: for another language, density or size of the screen."""
    hands.find()
    hands.wait_for_photos(len(list(photos.iterdir())))
    for number in range(2):
        hands.correct("+0.4")
        hands.wait_for_lessons(number + 1)
    hands.look("develop")
    hands.keys("shift+y")
    hands.look("side-by-side")
    hands.keys("shift+y", "r")
    hands.look("crop")
    hands.keys("Escape", "ctrl+l")
    hands.look("curve")
    hands.keys("ctrl+l", "ctrl+comma")
    hands.look("preferences")
    hands.keys("Escape", "ctrl+e")
    hands.look("export")
    hands.keys("Escape", "g", "Home", "ctrl+a", "ctrl+shift+s")
    hands.look("sync")
    hands.keys("Return")
    count = len(list(photos.iterdir()))
    hands.until("the edits of all", lambda: hands.count("SELECT count(*) FROM edits") == count)
    hands.look("grid")
    hands.keys("ctrl+q")


@dataclass(frozen=True, slots=True)
class Journey:
    """What the hands do, and on what kind of screen."""

    hands: Callable[[Hands, Path], None]
    screen: tuple[int, int] = (1440, 900)
    language: str = "en"
    scale: int = 1


JOURNEYS = {
    "first run": Journey(first_run),
    "shoot": Journey(shoot, (1280, 720)),
    "learning": Journey(learning),
    "Chinese": Journey(looks, language="zh_CN"),
    "200 percent": Journey(looks, (2560, 1440), scale=2),
    "small screen": Journey(looks, (1280, 720)),
}


def main(arguments: list[str]) -> int:
    name, data, out, *photos = arguments
    journey = JOURNEYS[name]
    settings = AppSettings(Path(data))
    settings.preferences = Preferences(language=journey.language)
    settings.sync()
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8",
        "QT_SCALE_FACTOR": str(journey.scale),
    }  # fmt: skip
    os.environ["QT_SCALE_FACTOR"] = str(journey.scale)
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    time.sleep(1)
    hands = Hands(Path(data), Path(out), journey.screen)
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.watched", Path(out) / TURNS, "--data-dir", data,
         *photos],
        env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        journey.hands(hands, Path(photos[0]) if photos else Path())
        said = program.communicate(timeout=_PATIENCE_S)[1]
    finally:
        program.kill()
        manager.kill()
    print(said)
    return program.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
