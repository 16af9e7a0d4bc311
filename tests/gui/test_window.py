"""The whole window over the fake studio."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.views.loupe import Compare
from imgtune_gui.views.slider_paint import value_rect
from model_core.domain.develop import IDENTITY
from model_core.domain.errors import BrokenCatalog
from model_core.domain.photo import PhotoId
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


def test_another_style_has_its_own_edits(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    app.session.set_param("contrast", 21.0, drag=1)
    app.learn.create_style("mono")
    qtbot.waitUntil(lambda: app.session.style == "mono")
    wait_for_predictions(app, qtbot)
    assert app.session.items[0].state is EditState.UNTOUCHED
    qtbot.waitUntil(lambda: app.window.style_panel.styles.currentText() == "mono")
    app.learn.choose_style(FAKE_STYLE)
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: app.session.items[0].state is EditState.DRAFT)
    assert app.session.items[0].settings["contrast"] == 21.0


def test_copy_paste_and_sync(app: App) -> None:
    items = app.session.items
    app.session.set_param("shadows", 44.0, drag=1)
    app.actions["copy_again"].trigger()
    app.session.select_row(2)
    app.actions["paste_settings"].trigger()
    assert items[2].settings["shadows"] == 44.0
    app.window.filmstrip.selectAll()
    app.session.select_row(2)
    app.actions["sync_again"].trigger()
    assert app.session.current_row == 2
    assert all(item.settings == items[2].settings for item in items)
    app.session.undo_stack.undo()
    assert items[5].state is EditState.UNTOUCHED
    app.session.select_row(2)
    app.edit.reset_to_zero()
    assert items[2].settings == IDENTITY


def test_before_split_zoom_and_grid(app: App, qtbot: QtBot) -> None:
    loupe = app.window.loupe
    qtbot.waitUntil(lambda: loupe.picture() is not None)
    qtbot.keyClick(app.window, Qt.Key.Key_Backslash)
    assert loupe.compare is Compare.BEFORE
    qtbot.waitUntil(lambda: loupe.picture().before is not None)
    qtbot.keyClick(app.window, Qt.Key.Key_Y)
    assert loupe.compare is Compare.SPLIT
    assert not app.actions["before"].isChecked()
    qtbot.keyClick(app.window, Qt.Key.Key_Y)
    assert loupe.compare is Compare.AFTER
    qtbot.keyClick(app.window, Qt.Key.Key_Z)
    assert app.actions["zoom"].isChecked()
    qtbot.keyClick(app.window, Qt.Key.Key_Space)
    assert not app.actions["zoom"].isChecked()
    qtbot.keyClick(app.window, Qt.Key.Key_G)
    assert app.window.is_grid()
    qtbot.keyClick(app.window, Qt.Key.Key_E)
    assert not app.window.is_grid()


def test_after_enter_the_arrows_page_again(app: App, qtbot: QtBot) -> None:
    slider = app.window.develop_panel.sliders["tint"]
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    qtbot.keyClick(slider, Qt.Key.Key_Return)
    assert app.session.current_row == 1
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert app.session.current_row == 2
    assert app.session.items[1].state is EditState.UNTOUCHED


def test_escape_leaves_the_full_screen_which_is_the_photo_alone(app: App, qtbot: QtBot) -> None:
    qtbot.keyClick(app.window, Qt.Key.Key_F)
    assert app.window.isFullScreen()
    assert not app.window.filter_bar.isVisible()
    assert not app.window.develop_panel.isVisible()
    assert app.window.loupe.isVisible()
    qtbot.keyClick(app.window, Qt.Key.Key_Escape)
    assert not app.window.isFullScreen()
    assert app.window.filter_bar.isVisible()
    assert app.window.develop_panel.isVisible()
    assert not app.actions["full_screen"].isChecked()


def test_a_style_is_renamed_and_deleted(
    app: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("Warm film", True))
    app.actions["rename_style"].trigger()
    qtbot.waitUntil(lambda: app.window.style_panel.styles.currentText() == "Warm film")
    wait_for_predictions(app, qtbot)
    assert app.session.style == "Warm film"
    assert app.session.items[0].prediction is not None
    app.learn.create_style("mono")
    qtbot.waitUntil(lambda: app.session.style == "mono")
    yes = QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QMessageBox, "question", lambda *_args, **_more: yes)
    app.actions["delete_style"].trigger()
    qtbot.waitUntil(lambda: app.session.style == "Warm film")
    assert studio.style_names == ["Warm film"]


def test_arrows_page_unless_a_slider_has_the_focus(app: App, qtbot: QtBot) -> None:
    qtbot.keyClick(app.window, Qt.Key.Key_Right)
    assert app.session.current_row == 1
    slider = app.window.develop_panel.sliders["tint"]
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    before = app.session.items[1].settings["tint"]
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert app.session.current_row == 1
    assert app.session.items[1].settings["tint"] > before


def test_a_typed_value_gives_the_keys_back_to_the_photos(app: App, qtbot: QtBot) -> None:
    slider = app.window.develop_panel.sliders["contrast"]
    area = value_rect(QRectF(slider.rect())).center().toPoint()
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=area)
    qtbot.keyClicks(QApplication.focusWidget(), "15")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    item = app.session.items[0]
    assert item.settings["contrast"] == 15
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert app.session.current_row == 1
    assert item.settings["contrast"] == 15
    # A slider that was only dragged leaves left and right to the photos, too.
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    tint = app.session.items[1].settings["contrast"]
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert app.session.current_row == 2
    assert app.session.items[1].settings["contrast"] == tint
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_G)
    assert not slider.hasFocus()


def test_others_are_chosen_and_the_photo_in_hand_stays(app: App, qtbot: QtBot) -> None:
    items, grid = app.session.items, app.window.grid
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    app.actions["grid"].trigger()

    def click(row: int, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[int]:
        place = grid.visualRect(grid.model().index(row, 0)).center()
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, how, place)
        return [items.index(item) for item in grid.marked_items()]

    assert click(1) == [1]
    assert click(4, shift) == [1, 2, 3, 4]
    assert click(2, control) == [1, 3, 4]
    assert click(5, control) == [1, 3, 4, 5]
    assert app.session.current_row == 1
    app.session.set_param("contrast", 77.0, drag=1)
    app.actions["sync_again"].trigger()
    assert [row for row in range(6) if items[row].settings["contrast"] == 77] == [1, 3, 4, 5]
    # Taken out itself, it hands over to its neighbour.
    assert click(1, control) == [3, 4, 5]
    assert app.session.current_row == 3
    # By keys, there and back.
    for key, rows in (
        ("Right", [3, 4]),
        ("Right", [3, 4, 5]),
        ("Left", [3, 4]),
        ("Home", range(4)),
    ):
        qtbot.keyClick(grid, getattr(Qt.Key, f"Key_{key}"), shift)
        assert [items.index(item) for item in grid.marked_items()] == list(rows)
        assert app.session.current_row == 3
    assert click(0) == [0]


def test_in_the_grid_enter_accepts_all_that_is_selected(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    items = app.session.items
    app.actions["grid"].trigger()
    app.window.grid.select_items(items[1:4])
    said: list[str] = []
    app.learn.message_raised.connect(said.append)
    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    accepted = [False, *[True] * 3, *[False] * 2]
    qtbot.waitUntil(lambda: [one.state is EditState.ACCEPTED for one in items] == accepted)
    assert "Accepted 3 photos" in said
    app.session.undo_stack.undo()
    qtbot.waitUntil(lambda: not studio.lessons(FAKE_STYLE))
    assert all(item.state is EditState.UNTOUCHED for item in items)


def test_enter_presses_what_has_the_focus_on_the_start_page(
    make_app: MakeApp, qtbot: QtBot
) -> None:
    page = make_app().window.start_page
    page.open_folder_clicked.disconnect()  # else it opens a dialog of the system
    with qtbot.waitSignal(page.open_folder_clicked):
        qtbot.keyClick(page.open_button, Qt.Key.Key_Return)


def test_most_doubtful_first_and_back(app: App) -> None:
    names = [item.path.name for item in app.session.items]
    app.actions["sort_doubt"].trigger()
    doubts = [item.prediction.doubt for item in app.session.items if item.prediction]
    assert doubts == sorted(doubts, reverse=True)
    app.actions["sort_doubt"].trigger()
    assert [item.path.name for item in app.session.items] == names


def test_a_rotated_list_keeps_the_selection_for_the_grid(app: App) -> None:
    app.window.filmstrip.selectAll()
    app.actions["grid"].trigger()
    assert len(app.window.photo_list.selected_items()) == 6
    point = app.window.grid.visualRect(app.model.index(0)).center()
    assert isinstance(point, QPoint)
    assert app.session.find(Path("nowhere")) is None
    assert PhotoId("") == ""


def test_reset_in_the_loupe_spares_the_selected_photos_that_are_not_seen(app: App) -> None:
    items = app.session.items
    for row in (0, 1):
        app.session.select_row(row)
        app.session.set_param("contrast", 21.0, drag=row)
    app.window.filmstrip.selectAll()
    app.actions["auto"].trigger()
    assert [item.state for item in items[:2]] == [EditState.DRAFT, EditState.UNTOUCHED]
    app.actions["grid"].trigger()
    app.actions["auto"].trigger()
    assert items[0].state is EditState.UNTOUCHED


def test_at_100_percent_the_full_photo_is_decoded_and_let_go(
    make_app: MakeApp, tmp_path: Path, qtbot: QtBot
) -> None:
    from PIL import Image

    paths = [tmp_path / "large.png", tmp_path / "other.png"]
    for path in paths:
        Image.new("RGB", (2400, 1600), (90, 120, 60)).save(path)
    app = make_app(paths)
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: app.window.loupe.picture() is not None)
    app.actions["zoom"].trigger()
    qtbot.waitUntil(lambda: app.loupe._full is not None)
    picture = app.window.loupe.picture

    def sharp() -> bool:
        shown = picture()
        assert shown is not None
        wide = (shown.region[2] - shown.region[0]) * 2400
        return abs(shown.image.width() - wide) <= 2

    qtbot.waitUntil(sharp)
    app.session.step(1)
    assert app.loupe._full is None


def test_a_moving_slider_is_rendered_quickly_and_then_with_care(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: app.window.loupe.picture() is not None)
    app.session.set_param("contrast", 12.0, drag=1)
    settings = app.session.items[0].settings
    qtbot.waitUntil(lambda: (settings, False) in studio.previews)
    mine = [quick for shown, quick in studio.previews if shown == settings]
    assert mine[0] is True
