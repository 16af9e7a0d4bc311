"""Drives the real program on a virtual screen with a mouse and a keyboard, as a person would.

    xvfb-run -a -s "-screen 0 1280x720x24" python -m tests.journeys.real_hands PHOTOS DATA OUT

Leaves screenshots in OUT and prints what it waited for when something does not come.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

_PATIENCE_S = 240.0
_CORRECTIONS = 12


class Hands:
    """xdotool on one window."""

    def __init__(self, data: Path, out: Path) -> None:
        self._catalog, self._out = data / "catalog.db", out
        self.window = ""

    def do(self, *words: object) -> str:
        done = subprocess.run(
            ["xdotool", *map(str, words)], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def find(self) -> None:
        self.until("the window", self._found)
        self.do("windowactivate", "--sync", self.window)
        self.do("windowsize", "--sync", self.window, 1270, 690)
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
        """``x`` from the window's right edge when negative; both inside the window."""
        found = self.do("getwindowgeometry", "--shell", self.window)
        place = dict(line.split("=") for line in found.splitlines())
        across = int(place["X"]) + x + (int(place["WIDTH"]) if x < 0 else 0)
        self.do("mousemove", "--sync", across, int(place["Y"]) + y, "click", button)
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


def shoot(hands: Hands, photos: int) -> None:
    """From a folder to twelve lessons, marks, a filter, and out again."""
    hands.find()
    hands.until("all photos", lambda: hands.count("SELECT count(*) FROM features") >= photos)
    hands.look("opened")
    for number in range(_CORRECTIONS):
        # The name of a tone slider takes the focus, + begins a number. Which one it is depends
        # on whether the window manager counts its frame; any will do.
        hands.click(-300, 228)
        hands.do("type", "--delay", 60, "+3")
        hands.keys("Return", "Return")
        want = number + 1
        hands.until(f"lesson {want}", partial(_has_lessons, hands, want))
    hands.look("taught")
    hands.keys("5", "p", "Right", "x")
    hands.until("the marks", lambda: hands.count("SELECT count(*) FROM marks") == 2)
    hands.keys("g")
    hands.look("grid")
    hands.keys("e", "ctrl+z", "r", "Escape", "backslash")
    hands.look("before")
    hands.keys("ctrl+q")


def _has_lessons(hands: Hands, count: int) -> bool:
    return hands.count("SELECT count(*) FROM lessons") >= count


def main(arguments: list[str]) -> int:
    photos, data, out = map(Path, arguments)
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    time.sleep(1)
    program = subprocess.Popen(
        [sys.executable, "-m", "imgtune_gui.main", "--data-dir", data, photos],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        shoot(Hands(data, out), len(list(photos.iterdir())))
        said = program.communicate(timeout=_PATIENCE_S)[1]
    finally:
        program.kill()
        manager.kill()
    print(said)
    return program.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
