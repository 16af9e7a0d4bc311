"""The window over a fake studio. Every test must leave nothing behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.theme import apply_theme
from tests.fakes import FakeStudio, fake_backend
from tests.gui.leaks import nothing_left as nothing_left

MakeApp = Callable[..., App]


@pytest.fixture(scope="session", autouse=True)
def themed(qapp: QApplication) -> None:
    apply_theme(qapp)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Six small pictures, each of its own colour, in one folder."""
    folder = tmp_path / "photos"
    folder.mkdir()
    paths = []
    for number in range(6):
        path = folder / f"photo{number}.png"
        Image.new("RGB", (120, 80), (40 * number, 90, 200 - 30 * number)).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def studio() -> FakeStudio:
    return FakeStudio()


@pytest.fixture
def make_app(qtbot: QtBot, tmp_path: Path, studio: FakeStudio) -> Iterator[MakeApp]:
    """Starts windows and closes them at the end."""
    apps: list[App] = []

    def make(paths: list[Path] | None = None, samples: list[Path] | None = None) -> App:
        app = App(
            tmp_path / "data", paths or [], loader=lambda: fake_backend(studio, samples or [])
        )
        apps.append(app)
        app.start()
        return app

    yield make
    for app in apps:
        app.window.close()
        app.window.deleteLater()


@pytest.fixture
def app(make_app: MakeApp, photos: list[Path], qtbot: QtBot) -> App:
    """A window with six photos, all analysed and predicted."""
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    return app


def wait_for_predictions(app: App, qtbot: QtBot) -> None:
    def all_predicted() -> None:
        items = app.session.items
        assert items
        assert all(item.prediction is not None or item.error for item in items)

    qtbot.waitUntil(lambda: _holds(all_predicted), timeout=10_000)


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except AssertionError:
        return False
    return True


@pytest.fixture
def session(photos: list[Path]) -> PhotoSession:
    """A session without a window or workers."""
    session = PhotoSession("style")
    session.set_photos(photos)
    return session
