"""Colour-managed display: the screen's profile is used, and said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.controllers import screen_controller
from imgtune_gui.settings import Preferences
from imgtune_gui.views.preferences import PreferencesDialog
from imgtune_gui.workers.messages import WHOLE

PROBE = """
import ctypes, sys
from ctypes import c_char_p, c_int, c_ulong, c_void_p
from PySide6.QtGui import QGuiApplication
from imgtune_gui.screen_profile import system_profile

x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = c_void_p
x.XDefaultRootWindow.restype = x.XInternAtom.restype = c_ulong
display = c_void_p(x.XOpenDisplay(None))
app = QGuiApplication([])
print(system_profile(app.primaryScreen()))
atom, cardinal = x.XInternAtom(display, c_char_p(b"_ICC_PROFILE"), 0), 6
root = c_ulong(x.XDefaultRootWindow(display))
x.XChangeProperty(display, root, c_ulong(atom), c_ulong(cardinal), 8, 0, c_char_p(b"profile"), 7)
x.XSync(display, 0)
print(system_profile(app.primaryScreen()))
"""


def colour(app: App) -> tuple[int, int]:
    """Red and blue in the middle of what the loupe shows."""
    picture = app.window.loupe.picture()
    if picture is None or picture.region != WHOLE:
        return 0, 0
    seen = picture.image.pixelColor(picture.image.rect().center())
    return seen.red(), seen.blue()


def prefer(app: App, screen: str) -> None:
    app.menu.preferences_changed.emit(Preferences(screen=screen))


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "screen.icc"
    file.write_bytes(b"fake")
    return file


def test_a_profile_that_was_chosen_is_used_for_loupe_and_thumbnails(
    app: App, qtbot: QtBot, profile: Path
) -> None:
    app.actions["zero"].trigger()
    qtbot.waitUntil(lambda: colour(app) == (0, 200))
    assert "taken for sRGB" in app.screen.text()
    prefer(app, str(profile))
    qtbot.waitUntil(lambda: colour(app) == (200, 0))
    assert app.screen.text() == "Photos are shown with the profile Fake screen"
    path = app.session.items[0].path

    def thumb_red() -> int:
        image = app.model.images.get(path)
        return image.pixelColor(image.rect().center()).red() if image is not None else -1

    qtbot.waitUntil(lambda: thumb_red() == 200)
    prefer(app, "srgb")
    qtbot.waitUntil(lambda: colour(app) == (0, 200) and thumb_red() == 0)
    assert "whatever the screen is" in app.screen.text()


def test_the_systems_profile_is_used_by_itself(
    app: App, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.actions["zero"].trigger()
    qtbot.waitUntil(lambda: colour(app) == (0, 200))
    monkeypatch.setattr(screen_controller, "system_profile", lambda _screen: b"fake")
    app.screen._look()  # as when the window comes to the front
    qtbot.waitUntil(lambda: colour(app) == (200, 0))
    assert app.screen.text().endswith("the system's profile of this screen: Fake screen")


def test_the_histogram_and_clipping_do_not_depend_on_the_screen(
    app: App, qtbot: QtBot, profile: Path
) -> None:
    app.actions["zero"].trigger()
    app.actions["clipping"].trigger()
    qtbot.waitUntil(lambda: colour(app) == (0, 200))
    counts = []
    app.loupe.renderer.histogram_computed.connect(lambda r: counts.append(r.counts))
    prefer(app, str(profile))
    qtbot.waitUntil(lambda: bool(counts) and colour(app) == (200, 0))
    assert counts[-1][2].argmax() == 200  # blue, as in the file


@pytest.mark.parametrize("kind", ["missing", "nonsense"])
def test_a_profile_that_is_of_no_use_is_said_and_srgb_is_used(
    app: App, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "bad.icc"
    if kind == "nonsense":
        file.write_bytes(b"nonsense")
    app.actions["zero"].trigger()
    prefer(app, str(file))
    qtbot.waitUntil(lambda: app.screen.text().startswith("Shown as sRGB. "))
    assert app.window.message()
    qtbot.waitUntil(lambda: colour(app) == (0, 200))


def test_preferences_say_which_profile_is_used(app: App, qtbot: QtBot, profile: Path) -> None:
    dialog = PreferencesDialog(Preferences(), {}, (app.screen.text(), ""), app.window)
    qtbot.addWidget(dialog)
    assert dialog.preferences().screen == ""
    dialog.choose_profile(profile)
    assert dialog.screen_profile.currentText() == "screen.icc"
    assert dialog.preferences().screen == str(profile)
    again = PreferencesDialog(dialog.preferences(), {}, ("", ""), app.window)
    qtbot.addWidget(again)
    assert again.preferences() == dialog.preferences()


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="not installed: xvfb-run")
def test_the_profile_of_an_x11_screen_is_found() -> None:
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-c", PROBE],
        capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb"},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["None", "b'profile'"], done.stderr
