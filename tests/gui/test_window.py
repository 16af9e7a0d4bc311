"""The whole window over the fake studio: photos, lessons, drafts and faults."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from model_core.domain.errors import BrokenCatalog
from tests.fakes import FAKE_STYLE, FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


def test_photos_open_analysed_and_predicted(app: App, qtbot: QtBot) -> None:
    assert [item.path.name for item in app.session.items] == [f"photo{n}.png" for n in range(6)]
    assert app.session.current_row == 0
    qtbot.waitUntil(lambda: app.window.loupe.picture() is not None)
    qtbot.waitUntil(lambda: len(app.model.images) == 6)
    panel = app.window.develop_panel
    item = app.session.items[0]
    assert item.predicted is not None
    assert panel.sliders["contrast"].value() == item.predicted["contrast"]
    assert panel.sliders["contrast"].prediction() == item.predicted["contrast"]
    qtbot.waitUntil(lambda: panel.histogram.clipped() is not None)


def test_one_correction_moves_the_others(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    items = app.session.items
    app.session.select_row(3)
    app.session.set_param("shadows", items[3].settings["shadows"] + 7, drag=1)
    draft = items[3].settings
    app.session.select_row(0)
    app.session.set_param("exposure_ev", items[0].settings["exposure_ev"] + 1.0, drag=2)
    before = [item.settings["exposure_ev"] for item in items]
    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    assert app.session.current_row == 1
    qtbot.waitUntil(lambda: items[0].state is EditState.CORRECTED)
    for row in (1, 2, 4, 5):
        qtbot.waitUntil(
            lambda row=row: (
                items[row].settings["exposure_ev"] == pytest.approx(before[row] + 1.0, abs=0.011)
            )
        )
    assert items[3].settings == draft
    assert items[0].settings["exposure_ev"] == before[0]
    assert len(studio.all_lessons) == 1
    learned = "Learned from photo0.png: 4 other photos follow"
    qtbot.waitUntil(lambda: app.window.message() == learned)
    shown = app.window.develop_panel.sliders["exposure_ev"].value()
    assert shown == items[1].settings["exposure_ev"]
    qtbot.waitUntil(lambda: app.window.style_panel.lessons.count() == 1)


def test_thumbnails_change_when_learning_moves_them(app: App, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(app.model.images) == 6)
    path = app.session.items[4].path
    old = app.model.images.get(path)
    assert old is not None
    app.session.set_param("exposure_ev", app.session.items[0].settings["exposure_ev"] + 1, 1)
    app.learn.accept()

    def changed() -> bool:
        new = app.model.images.get(path)
        return new is not None and new.pixelColor(5, 5) != old.pixelColor(5, 5)

    qtbot.waitUntil(changed)


def test_enter_without_a_change_is_an_acceptance(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    qtbot.keyClick(app.window, Qt.Key.Key_Enter)
    qtbot.waitUntil(lambda: app.session.items[0].state is EditState.ACCEPTED)
    assert studio.all_lessons[0].verdict.value == "accepted"


def test_undo_takes_the_lesson_back(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    item = app.session.items[0]
    start = [one.settings for one in app.session.items[1:]]
    app.session.set_param("contrast", 33.0, drag=1)
    app.learn.accept()
    qtbot.waitUntil(lambda: item.state is EditState.CORRECTED)
    qtbot.waitUntil(lambda: [one.settings for one in app.session.items[1:]] != start)
    others = [one.settings for one in app.session.items[1:]]
    app.actions["undo"].trigger()
    assert app.session.current is item
    assert item.state is EditState.DRAFT
    qtbot.waitUntil(lambda: studio.all_lessons == [])
    assert others != start
    qtbot.waitUntil(lambda: [one.settings for one in app.session.items[1:]] == start)
    assert "Taken back" in app.window.message()
    app.actions["undo"].trigger()
    assert item.state is EditState.UNTOUCHED
    app.actions["redo"].trigger()
    app.actions["redo"].trigger()
    qtbot.waitUntil(lambda: item.state is EditState.CORRECTED)
    assert len(studio.all_lessons) == 1


def test_undo_at_once_wins_over_the_lesson_that_is_still_on_its_way(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    item = app.session.items[0]
    app.learn.accept()
    app.actions["undo"].trigger()
    qtbot.waitUntil(lambda: "Taken back" in app.window.message())
    assert studio.all_lessons == []
    assert item.state is EditState.UNTOUCHED


def test_undoing_a_second_lesson_brings_the_first_back(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    item = app.session.items[0]
    for contrast in (30.0, 60.0):
        app.session.select(item)
        app.session.set_param("contrast", contrast, drag=int(contrast))
        app.learn.accept()
        qtbot.waitUntil(lambda: item.state is EditState.CORRECTED)
    app.actions["undo"].trigger()
    qtbot.waitUntil(lambda: "Taken back" in app.window.message())
    assert [one.chosen["contrast"] for one in studio.all_lessons] == [30.0]
    assert item.state is EditState.DRAFT
    app.actions["undo"].trigger()
    assert item.state is EditState.CORRECTED


def test_enter_passes_over_a_photo_that_cannot_be_read(
    make_app: MakeApp, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    app = make_app([broken, *photos])
    wait_for_predictions(app, qtbot)
    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    assert app.session.current_row == 1
    assert "not a picture" in app.window.message()


def test_forgetting_a_lesson_moves_the_predictions_back(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    last = app.session.items[5]
    before = last.settings
    app.session.set_param("tint", app.session.items[0].settings["tint"] + 20, drag=1)
    app.learn.accept()
    qtbot.waitUntil(lambda: last.settings != before)
    panel = app.window.style_panel
    qtbot.waitUntil(lambda: panel.lessons.count() == 1)
    panel.lessons.setCurrentRow(0)
    panel._forget.click()
    qtbot.waitUntil(lambda: last.settings == before)
    assert studio.all_lessons == []
    assert app.session.items[0].state is EditState.DRAFT
    app.actions["undo"].trigger()
    qtbot.waitUntil(lambda: last.settings != before)
    assert app.session.items[0].state is EditState.CORRECTED


def test_a_draft_is_saved_by_itself(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    app.session.set_param("contrast", 21.0, drag=1)
    photo = app.session.items[0].photo
    assert photo is not None
    qtbot.waitUntil(lambda: (FAKE_STYLE, photo.id) in studio.edits, timeout=3000)
    app.session.undo_stack.undo()
    qtbot.waitUntil(lambda: (FAKE_STYLE, photo.id) not in studio.edits, timeout=3000)


def test_a_draft_survives_closing_at_once(
    make_app: MakeApp, photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    app.session.set_param("contrast", 21.0, drag=1)
    app.window.close()
    assert [edit.settings["contrast"] for edit in studio.edits.values()] == [21.0]
    assert studio.closed
    studio.closed = False
    again = make_app(photos)
    wait_for_predictions(again, qtbot)
    assert again.session.items[0].settings["contrast"] == 21.0
    assert again.session.items[0].state is EditState.DRAFT


def test_verdicts_come_back(
    make_app: MakeApp, photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    app.learn.accept()
    qtbot.waitUntil(lambda: len(studio.all_lessons) == 1)
    app.window.close()
    again = make_app(photos)
    wait_for_predictions(again, qtbot)
    assert again.session.items[0].state is EditState.ACCEPTED


def test_what_was_corrected_is_not_said_to_be_looked_at(app: App, qtbot: QtBot) -> None:
    """After a restart the model has not answered yet, and need not have."""
    item, panel = app.session.items[0], app.window.develop_panel
    app.session.set_param("contrast", 31.0, drag=1)
    app.session.accept(item)
    qtbot.waitUntil(lambda: item.state is EditState.CORRECTED)
    item.prediction = None
    app.session.item_changed.emit(item)
    assert panel._model_line.full_text() == "Your own sliders"


def test_broken_and_missing_files_are_told_and_the_rest_opens(
    make_app: MakeApp, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    app = make_app([tmp_path / "gone.jpg", broken, *photos])
    wait_for_predictions(app, qtbot)
    assert [bool(item.error) for item in app.session.items] == [True, True] + [False] * 6
    assert "broken.jpg" in app.session.items[1].error
    assert "2 files could not be opened" in app.window.message()
    app.session.select_row(1)
    assert not app.window.develop_panel._accept.isEnabled()
    app.learn.accept()  # must not raise


def test_a_dropped_folder_opens(make_app: MakeApp, photos: list[Path], qtbot: QtBot) -> None:
    app = make_app()
    qtbot.waitUntil(lambda: app.window.start_page.samples_button.isEnabled())
    assert app.window.start_page.isVisible()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos[0].parent))])
    drop = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ShiftModifier,  # by which it would be moved
    )
    assert drop.proposedAction() == Qt.DropAction.MoveAction
    app.window.dropEvent(drop)
    assert drop.isAccepted()
    assert drop.dropAction() == Qt.DropAction.CopyAction  # else the source deletes its files
    wait_for_predictions(app, qtbot)
    assert len(app.session.items) == 6
    assert not app.window.start_page.isVisible()


def test_the_samples_open_from_the_start_page(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app(samples=photos[:2])
    button = app.window.start_page.samples_button
    qtbot.waitUntil(button.isEnabled)
    button.click()
    wait_for_predictions(app, qtbot)
    assert len(app.session.items) == 2


def test_an_empty_folder_says_so(make_app: MakeApp, tmp_path: Path, qtbot: QtBot) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    app = make_app([empty])
    qtbot.waitUntil(lambda: "empty" in app.window.message())


def test_closing_while_everything_is_busy(
    make_app: MakeApp, photos: list[Path], studio: FakeStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = threading.Event()
    release = threading.Event()
    original = studio.open_photo

    def slow(path: Path, long_side: int = 512):  # type: ignore[no-untyped-def]
        started.set()
        release.wait(0.2)
        return original(path, long_side)

    monkeypatch.setattr(studio, "open_photo", slow)
    app = make_app(photos)
    app.window.close()
    release.set()
    assert studio.closed


def test_a_catalog_that_cannot_be_opened_is_told(
    make_app: MakeApp, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tests.gui.conftest as conftest

    def refuse(_studio: FakeStudio, _samples: list[Path]) -> None:
        raise BrokenCatalog("catalog.db is not ours; choose another --data-dir")

    monkeypatch.setattr(conftest, "fake_backend", refuse)
    app = make_app()
    qtbot.waitUntil(lambda: "catalog.db" in app.window.message())


def test_a_bug_in_a_slot_becomes_one_line(app: App, qtbot: QtBot) -> None:
    error = ZeroDivisionError("oops")
    app.hook.handle(ZeroDivisionError, error, None)
    qtbot.waitUntil(lambda: "ZeroDivisionError: oops" in app.window.message())


def test_a_bug_shows_what_to_send_once(app: App, tmp_path: Path, qtbot: QtBot) -> None:
    from imgtune_gui.crash import start_log

    for number in range(3):
        error = ZeroDivisionError(f"oops {number}")
        app.hook.handle(ZeroDivisionError, error, None)
    box = app.crash.box
    assert box is not None
    assert "oops 0" in box.detailedText()
    assert "Qt" in box.detailedText()
    assert len(app.window.findChildren(QMessageBox)) == 1
    next(b for b in box.buttons() if "Copy" in b.text()).click()
    assert "oops 0" in QApplication.clipboard().text()
    box.close()
    (tmp_path / "file").write_text("")
    assert start_log(tmp_path / "file" / "log") is None
