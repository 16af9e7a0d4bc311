"""The whole window over the fake studio: styles, selection, keys and what is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.views.loupe import Compare
from imgtune_gui.views.slider_paint import value_rect
from model_core.domain.develop import IDENTITY
from model_core.domain.photo import PhotoId
from tests.fakes import FAKE_STYLE, FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


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
