"""White-balance picker, presets, history, and settings for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.views.dialogs import FieldsDialog
from imgtune_gui.views.preset_window import PresetWindow
from model_core.domain.develop import PARAM_NAMES
from model_core.domain.geometry import Geometry
from tests.core.storage.test_presets import HEAD, TAIL
from tests.fakes import FakeStudio


@pytest.fixture
def picking(app: App, qtbot: QtBot) -> App:
    """The picker is armed by its key."""
    qtbot.waitUntil(lambda: app.window.loupe.picture() is not None)
    qtbot.keyClick(app.window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: app.picker.is_armed)
    return app


def in_photo(app: App) -> QPoint:
    """The middle of the photo, in the loupe."""
    left, top, width, height = app.window.loupe.geometry_.photo_rect()
    return QPointF(left + width / 2, top + height / 2).toPoint()


def test_the_picker_reads_the_source_sets_both_sliders_and_disarms(
    picking: App, qtbot: QtBot
) -> None:
    app, item = picking, picking.session.items[0]
    app.session.set_param("exposure_ev", 3.0, drag=1)
    app.actions["clipping"].trigger()  # the overlay must not be what is read
    before = item.settings
    overlay = app.picker.overlay
    qtbot.mouseMove(overlay, in_photo(app))
    assert overlay._rgb == (0, 90, 200)  # the colour of the file, as it was written
    qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=in_photo(app))
    assert not app.picker.is_armed
    assert not app.actions["pick_white"].isChecked()
    assert (item.settings["temperature"], item.settings["tint"]) == (150, 90)
    assert item.settings["exposure_ev"] == before["exposure_ev"]
    assert "Read R 0 G 90 B 200" in app.window.message()
    app.session.undo_stack.undo()
    assert item.settings == before


def test_a_spot_that_cannot_be_used_keeps_the_picker_armed(
    picking: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model_core.domain.errors import UnreadablePhoto

    def refuse(*_args: object) -> None:
        raise UnreadablePhoto("This spot is clipped")

    monkeypatch.setattr(studio, "neutral_at", refuse)
    overlay = picking.picker.overlay
    qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=in_photo(picking))
    assert picking.picker.is_armed
    assert picking.window.message() == "This spot is clipped"
    assert picking.session.items[0].state is EditState.UNTOUCHED


@pytest.mark.parametrize("leave", ["key", "escape", "next", "right click"])
def test_the_picker_is_left_in_every_way(picking: App, qtbot: QtBot, leave: str) -> None:
    if leave == "key":
        qtbot.keyClick(picking.window, Qt.Key.Key_W)
    elif leave == "escape":
        qtbot.keyClick(picking.window, Qt.Key.Key_Escape)
    elif leave == "next":
        picking.session.step(1)
    else:
        overlay = picking.picker.overlay
        qtbot.mouseClick(overlay, Qt.MouseButton.RightButton, pos=in_photo(picking))
    assert not picking.picker.is_armed
    assert not picking.actions["escape"].isEnabled()
    assert all(item.state is EditState.UNTOUCHED for item in picking.session.items)


def test_a_preset_is_saved_tried_with_strength_and_undone_as_one(app: App) -> None:
    item, window = app.session.items[1], app.presets.window
    app.presets.save("Punch", {"contrast": 50.0})
    app.session.select(item)
    start = item.settings
    app.actions["presets"].trigger()
    window.list.setCurrentRow(0)
    window.list.itemClicked.emit(window.list.item(0))
    assert item.settings["contrast"] == 50
    window.strength.setValue(50)
    assert item.settings["contrast"] == pytest.approx((start["contrast"] + 50) / 2, abs=0.51)
    window.strength.setValue(0)
    assert item.settings["contrast"] == start["contrast"]
    window.strength.setValue(100)
    app.session.undo_stack.undo()
    assert item.settings == start
    assert app.session.undo_stack.index() == 0
    assert item.settings["tint"] == start["tint"]


def test_a_try_after_another_edit_does_not_undo_that_edit(app: App) -> None:
    item, window = app.session.items[0], app.presets.window
    app.presets.save("Punch", {"contrast": 50.0})
    app.presets.show()
    window.list.setCurrentRow(0)
    window.list.itemClicked.emit(window.list.item(0))
    app.session.set_param("contrast", 10.0, drag=9)
    window.strength.setValue(150)
    assert item.settings["contrast"] == 70
    app.session.undo_stack.undo()
    assert item.settings["contrast"] == 10


def try_on(window: PresetWindow, row: int) -> None:
    window.list.setCurrentRow(row)
    window.list.itemClicked.emit(window.list.item(row))


def test_a_preset_goes_on_from_what_was_kept_when_the_window_was_closed(app: App) -> None:
    item, window = app.session.items[0], app.presets.window
    app.presets.save("A", {"contrast": 50.0})
    app.presets.save("B", {"tint": 20.0})
    app.presets.show()
    try_on(window, 0)
    app.presets.show()  # its key closes it
    app.presets.show()
    try_on(window, 1)
    assert (item.settings["contrast"], item.settings["tint"]) == (50, 20)


def test_a_preset_that_is_clicked_only_to_be_deleted_leaves_nothing(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, window = app.session.items[0], app.presets.window
    app.presets.save("Wild", {"contrast": 50.0})
    app.presets.show()
    try_on(window, 0)
    yes = QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QMessageBox, "question", lambda *_args, **_more: yes)
    QTest.keyClick(window.list, Qt.Key.Key_Delete)
    assert window.list.count() == 0
    assert item.state is EditState.UNTOUCHED


def test_a_preset_is_renamed(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    window = app.presets.window
    for name in ("Punch", "Soft"):
        app.presets.save(name, {"contrast": 50.0})
    app.presets.show()
    window.list.setCurrentRow(0)
    for name, names in (("soft", ["Punch", "Soft"]), ("Zap", ["Soft", "Zap"])):
        answer = (name, True)
        monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: answer)  # noqa: B023
        QTest.keyClick(window.list, Qt.Key.Key_F2)
        assert [window.list.item(row).text() for row in range(2)] == names


def test_imported_presets_say_what_is_missing(app: App, tmp_path: Path, qtbot: QtBot) -> None:
    good, bad = tmp_path / "Film.xmp", tmp_path / "bad.xmp"
    good.write_text(f'{HEAD}crs:Contrast2012="+20" crs:Clarity2012="+30">{TAIL}')
    bad.write_text("nonsense")
    app.presets.show()
    app.presets.import_files([good, bad])
    box = app.presets.window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "Clarity2012" in box.informativeText()
    assert "bad.xmp" in box.informativeText()
    assert app.presets.window.list.count() == 1
    box.close()


def test_the_history_lists_edits_and_goes_back(app: App) -> None:
    start = app.session.items[0].settings
    app.session.set_param("exposure_ev", 0.5, drag=1)
    app.session.set_param("tint", 12.0, drag=2)
    app.actions["history"].trigger()
    view = app.view._history.view  # type: ignore[union-attr]
    lines = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
    assert lines == ["As opened", "Exposure +0.50  ·  photo0.png", "Tint +12  ·  photo0.png"]
    assert app.actions["undo"].text() == "&Undo Tint"
    view.setCurrentIndex(view.model().index(0, 0))
    assert app.session.items[0].settings == start


def test_sync_by_the_keys_of_the_market_leader(app: App, qtbot: QtBot) -> None:
    items = app.session.items
    contrast = items[3].settings["contrast"]
    app.session.set_param("tint", 44.0, drag=1)
    app.session.set_param("contrast", 66.0, drag=2)
    app.window.filmstrip.selectAll()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with answering(only("tint")) as asked:
        qtbot.keyClick(app.window, Qt.Key.Key_S, both)
    activate(app, qtbot)
    assert asked == ["Sync settings: photo0.png, for 5 more photos"]
    assert items[3].settings["tint"] == 44
    assert items[3].settings["contrast"] == contrast
    app.session.undo_stack.undo()
    assert all(item.state is EditState.UNTOUCHED for item in items[1:])
    # At once, what was chosen the last time; in a new window too.
    app.session.select_row(0)
    app.window.filmstrip.selectAll()
    at_once = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(app.window, Qt.Key.Key_S, at_once)
    assert items[3].settings["tint"] == 44
    assert items[3].settings["contrast"] == contrast
    assert app.settings.chosen_fields("sync") == ["tint"]


def test_what_was_not_chosen_is_not_pasted(app: App, qtbot: QtBot) -> None:
    items = app.session.items
    contrast = items[2].settings["contrast"]
    app.session.set_param("tint", 44.0, drag=1)
    app.session.set_param("contrast", 66.0, drag=2)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with answering(only("tint")) as asked:
        qtbot.keyClick(app.window, Qt.Key.Key_C, both)
    activate(app, qtbot)
    assert asked == ["Copy settings: photo0.png"]
    app.session.select_row(2)
    qtbot.keyClick(app.window, Qt.Key.Key_V, both)
    assert items[2].settings["tint"] == 44
    assert items[2].settings["contrast"] == contrast
    app.session.undo_stack.undo()
    assert items[2].state is EditState.UNTOUCHED
    # Cancelled: what was copied before is still what is pasted.
    with answering(Qt.Key.Key_Escape):
        qtbot.keyClick(app.window, Qt.Key.Key_C, both)
    activate(app, qtbot)
    app.session.select_row(3)
    qtbot.keyClick(app.window, Qt.Key.Key_V, both)
    assert items[3].settings["tint"] == 44


def test_a_crop_is_pasted_only_where_it_was_ticked(app: App, qtbot: QtBot) -> None:
    items = app.session.items
    crop = Geometry(left=0.1, top=0.1, right=0.6, bottom=0.6)
    app.session.set_geometry([(items[0], crop)], "Crop")
    app.session.set_param("tint", 44.0, drag=1)
    app.window.filmstrip.selectAll()
    with answering(only("tint", "crop")):
        app.actions["sync_selected"].trigger()
    assert [item.geometry for item in items] == [crop] * 6
    app.session.undo_stack.undo()
    assert items[3].geometry.is_identity
    assert items[3].state is EditState.UNTOUCHED
    app.session.select_row(0)
    app.window.filmstrip.selectAll()
    app.actions["sync_again"].trigger()  # what was chosen the last time, but no crop unasked
    assert items[3].settings["tint"] == 44
    assert items[3].geometry.is_identity


def test_a_choice_of_nothing_cannot_be_synced(app: App) -> None:
    with answering(only()):
        app.window.filmstrip.selectAll()
        app.actions["sync_selected"].trigger()
    assert app.settings.chosen_fields("sync") == list(PARAM_NAMES)


def only(*names: str) -> Callable[[FieldsDialog], None]:
    """Ticks these, and presses Enter; Escape where Enter must do nothing."""

    def answer(dialog: FieldsDialog) -> None:
        dialog.tick_none()
        for name in names:
            dialog.boxes[name].setChecked(True)
            dialog.boxes[name].setFocus()  # as a click does
        QTest.keyClick(dialog.boxes[names[-1]] if names else dialog, Qt.Key.Key_Return)
        assert dialog.isVisible() == (not names)
        if not names:
            dialog.reject()

    return answer


@contextmanager
def answering(answer: Callable[[FieldsDialog], None] | Qt.Key) -> Iterator[list[str]]:
    """Answers the next dialog of sliders; what it said comes back."""
    said: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, FieldsDialog)
        lead = dialog.findChild(QLabel, "Lead")
        assert lead is not None
        said.append(f"{dialog.windowTitle()}: {lead.text()}")
        if isinstance(answer, Qt.Key):
            QTest.keyClick(dialog, answer)
        else:
            answer(dialog)

    QTimer.singleShot(0, look)
    yield said
    assert said


def activate(app: App, qtbot: QtBot) -> None:
    """The offscreen platform does not do so when a dialog has been closed."""
    app.window.activateWindow()
    qtbot.waitUntil(app.window.isActiveWindow)
