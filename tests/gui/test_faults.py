"""The world's faults, as the window meets them: nothing is lost, and the message says what to do.

Where the others are: photos, folders and disks that vanish in test_folders; a full disk and a
folder that takes no files in test_export; a trainer that crashes in test_training; kill -9 in
mid-edit in tests/journeys/test_killed_windows; the repair of catalogs in
tests/core/storage/test_rescue.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QScreen
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.backend import Backend
from imgtune_gui.controllers import screen_controller
from imgtune_gui.export_choice import ExportChoice
from imgtune_gui.settings import Preferences
from model_core.domain.errors import CannotWrite
from tests.fakes import FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


def test_a_catalog_that_was_repaired_is_told_until_it_is_read(
    make_app: MakeApp, studio: FakeStudio, photos: list[Path], qtbot: QtBot
) -> None:
    text = "The catalog was damaged; it was rebuilt, and the old one is kept as catalog.db.broken"
    studio.warnings = [text]
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    assert app.window.message() == text
    assert not app.window._message_timer.isActive()  # it does not go by itself


def test_an_edit_is_kept_where_no_sidecar_can_be_written(
    app: App, studio: FakeStudio, photos: list[Path], qtbot: QtBot
) -> None:
    photos[0].with_name("photo0.png.xmp").mkdir()
    app._apply_preferences(Preferences(sidecars=True))
    item = app.session.items[0]
    app.session.set_param("contrast", 31.0, drag=1)
    app.learn.flush()
    qtbot.waitUntil(lambda: "photo0.png.xmp" in app.window.message())
    assert item.photo is not None
    kept = studio.load_edit(app.session.style, item.photo.id)
    assert kept is not None
    assert kept.settings["contrast"] == 31.0


def test_a_photo_that_vanished_is_named_in_the_queue_and_the_others_are_written(
    app: App, photos: list[Path], qtbot: QtBot, tmp_path: Path
) -> None:
    items = list(app.session.items)
    photos[2].unlink()
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(items, ExportChoice(str(tmp_path / "out")))
    assert len(done.args[0].written) == 5
    assert app.export.queue_window is not None
    (row,) = app.export.queue_window.rows
    assert "photo2.png: the file is not there" in row.errors.item(0).text()


def test_a_window_of_a_screen_that_is_gone_opens_where_it_can_be_seen(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app(photos)
    app.window.move(QPoint(9_000, 7_000))
    app.window.close()
    again = make_app(photos)
    wait_for_predictions(again, qtbot)
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    assert any(area.intersects(again.window.frameGeometry()) for area in screens)


def test_a_screen_that_is_unplugged_takes_its_profile_along(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def profile(screen: QScreen) -> bytes:
        return b"fake"

    monkeypatch.setattr(screen_controller, "system_profile", profile)
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: "Fake screen" in app.screen.text())
    app.window.windowHandle().screenChanged.emit(None)
    assert "taken for sRGB" in app.screen.text()
    app.window.windowHandle().screenChanged.emit(QGuiApplication.primaryScreen())
    qtbot.waitUntil(lambda: "Fake screen" in app.screen.text())


def test_a_data_folder_that_cannot_be_written_is_told_where_one_looks(
    qtbot: QtBot, tmp_path: Path, photos: list[Path]
) -> None:
    """Without a catalog the window is empty, as if all had been lost."""
    text = "Cannot write catalog.db: the folder is read-only; choose another with --data-dir."

    def locked() -> Backend:
        raise CannotWrite(text)

    app = App(tmp_path / "data", photos, locked)
    qtbot.addWidget(app.window)
    app.start()
    qtbot.waitUntil(lambda: app.window.start_page.notice.text() == text)
    assert app.window.start_page.isVisible()
    assert text in app.window.message()
    app.window.close()
