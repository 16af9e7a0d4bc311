"""Export: the dialog, the queue, errors by file, cancel."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.settings import ExportChoice
from imgtune_gui.views.export_dialog import ExportDialog
from model_core.domain.errors import CannotWrite
from tests.fakes import FakeStudio


def dialog_for(app: App, qtbot: QtBot, choice: ExportChoice | None = None) -> ExportDialog:
    dialog = ExportDialog(
        app.window.photo_list.selected_items(),
        list(app.session.items),
        choice or ExportChoice(),
    )
    qtbot.addWidget(dialog)
    return dialog


def test_the_dialog_offers_selected_done_and_all(app: App, qtbot: QtBot) -> None:
    app.learn.accept()
    qtbot.waitUntil(lambda: app.session.items[0].taught is not None)
    dialog = dialog_for(app, qtbot)
    counts = []
    for index in range(3):
        dialog.which.setCurrentIndex(index)
        counts.append(len(dialog.photos()))
    assert counts == [1, 1, 6]


def test_the_dialog_wants_a_folder_that_exists(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_for(app, qtbot)
    assert not dialog.export_button.isEnabled()
    dialog.folder.setText(str(tmp_path / "nowhere"))
    assert "does not exist" in dialog.problem.text()
    dialog.folder.setText(str(tmp_path))
    assert dialog.export_button.isEnabled()


def test_the_choice_is_what_was_set(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    choice = ExportChoice(str(tmp_path), "tiff", 80, 1600)
    dialog = dialog_for(app, qtbot, choice)
    assert dialog.choice() == choice
    assert not dialog.quality.isEnabled()
    dialog.format.setCurrentIndex(0)
    dialog.limit.setChecked(False)
    assert dialog.quality.isEnabled()
    assert dialog.choice() == ExportChoice(str(tmp_path), "jpeg", 80, 0)


def test_photos_are_written_as_they_look(
    app: App, studio: FakeStudio, qtbot: QtBot, tmp_path: Path
) -> None:
    app.session.set_param("exposure_ev", 2.0, drag=1)
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path), "png"))
    assert len(done.args[0].written) == 6
    assert sorted(p.name for p in tmp_path.glob("*-imgtune.png"))[0] == "photo0-imgtune.png"
    assert "Exported 6 photos" in app.window.message()
    assert not app.window.export.isVisible()


def test_one_failure_is_listed_and_the_rest_is_written(
    app: App,
    studio: FakeStudio,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = studio.export

    def picky(path: Path, *args: object) -> Path:
        if path.name == "photo2.png":
            raise CannotWrite("photo2.png: the disk is full")
        return original(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "export", picky)
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path)))
    assert len(done.args[0].written) == 5
    assert done.args[0].errors == ("photo2.png: the disk is full",)
    box = app.export._box
    assert isinstance(box, QMessageBox)
    assert "disk is full" in box.informativeText()
    box.close()


def test_cancel_stops_after_the_photo_in_hand(
    app: App,
    studio: FakeStudio,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = studio.export

    def cancelling(path: Path, *args: object) -> Path:
        app.export.cancel()
        return original(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "export", cancelling)
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path)))
    assert done.args[0].cancelled
    assert len(done.args[0].written) == 1
    assert "cancelled after 1" in app.window.message()
