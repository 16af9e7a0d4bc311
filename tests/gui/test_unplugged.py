"""A display that is unplugged takes no window with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from imgtune_gui.on_screen import brought_back

TOOLS = ("xvfb-run", "xrandr", "openbox")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]

#: Two real screens of an X server; the right one, with all windows on it, goes.
PROBE = """
import json, subprocess, sys, time
def xrandr(*words): subprocess.run(["xrandr", *map(str, words)], check=True)
xrandr("--newmode", "half", 83.5, 1280, 1352, 1480, 1680, 800, 803, 809, 831)
xrandr("--addmode", "screen", "half")
xrandr("--setmonitor", "right", "1280/338x800/211+1280+0", "none")
xrandr("--setmonitor", "left", "1280/338x800/211+0+0", "screen")
manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
time.sleep(0.5)
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow
from PySide6.QtTest import QTest
from imgtune_gui.on_screen import OnScreen
app = QApplication([])
found = {"screens": [screen.name() for screen in app.screens()]}
window = QMainWindow()
OnScreen(window)
window.setGeometry(1400, 60, 1000, 700)
beside, dialog = QDialog(window), QDialog(window)
beside.setGeometry(2200, 300, 280, 300)
dialog.setGeometry(2000, 500, 400, 200)
windows = {"window": window, "beside": beside, "dialog": dialog}
for one in windows.values():
    one.show()
if sys.argv[1] == "full":
    window.showFullScreen()
QTest.qWait(400)
found["before"] = window.geometry().getRect()
xrandr("--delmonitor", "right")
xrandr("--delmonitor", "left")
xrandr("--output", "screen", "--mode", "half")
QTest.qWait(1200)
if sys.argv[1] == "full":
    found["full"] = window.geometry().getRect()
    window.showNormal()
    QTest.qWait(1200)
for name, one in windows.items():
    found[name] = one.frameGeometry().getRect()
print(json.dumps(found))
manager.kill()
"""


@pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
@pytest.mark.parametrize("how", ["normal", "full"])
def test_windows_of_an_unplugged_display_come_to_the_other(how: str) -> None:
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 2560x800x24 +extension RANDR -noreset",
         sys.executable, "-c", PROBE, how],
        capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert sorted(found["screens"]) == ["left", "right"]
    assert found["before"][0] >= 1280
    if how == "full":
        assert found["full"] == [0, 0, 1280, 800]
    for name in ("window", "beside", "dialog"):
        assert QRect(0, 0, 1280, 800).contains(QRect(*found[name])), (name, found)


rects = st.builds(
    QRect,
    st.integers(-4000, 4000),
    st.integers(-3000, 3000),
    st.integers(50, 3000),
    st.integers(50, 2000),
)


@given(rects, st.lists(rects, min_size=1, max_size=3))
def test_a_window_is_seen_afterwards_and_stays_where_it_can_be_seen(
    frame: QRect, screens: list[QRect]
) -> None:
    goal = brought_back(frame, screens)
    assert goal == frame or any(screen.contains(goal) for screen in screens)
    for screen in screens:
        if screen.contains(frame):
            assert goal == frame
