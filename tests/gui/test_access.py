"""Without a mouse, and without eyes: names, values, and a way to everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.views.develop_slider import DevelopSlider
from imgtune_gui.views.filter_bar import StarPicker
from imgtune_gui.views.slider_access import install_slider_access
from model_core.domain.develop import PARAM_NAMES
from tests.gui.conftest import MakeApp, wait_for_predictions


@pytest.fixture(scope="module", autouse=True)
def readable(qapp: QApplication) -> None:
    install_slider_access()


def read(widget: QWidget, kind: QAccessible.Text = QAccessible.Text.Name) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(kind) if found is not None else ""


def test_all_that_can_be_used_has_a_name(app: App, qtbot: QtBot) -> None:
    nameless = []
    for widget in app.window.findChildren(QWidget):
        usable = isinstance(widget, QAbstractButton) or (
            widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        )
        inner = widget.objectName().startswith("qt_") or type(widget.parent()).__name__ in {
            "QLineEdit",  # its button to clear it
            "QComboBoxPrivateContainer",
            "QFrame",
        }
        if usable and widget.isVisible() and not inner and not read(widget):
            nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert not nameless


def test_a_slider_is_one_and_tells_its_value(app: App, qtbot: QtBot) -> None:
    slider = app.window.develop_panel.sliders["exposure_ev"]
    found = QAccessible.queryAccessibleInterface(slider)
    assert found.role() == QAccessible.Role.Slider
    app.session.set_param("exposure_ev", 1.25, drag=1)
    assert read(slider) == "Exposure"
    assert read(slider, QAccessible.Text.Value) == "+1.25"


def test_a_photo_in_the_strip_tells_its_name_and_state(app: App) -> None:
    strip = QAccessible.queryAccessibleInterface(app.window.filmstrip)
    assert strip.childCount() == 6
    text = strip.child(0).text(QAccessible.Text.Name)
    assert text == "photo0.png, shows the prediction"


def test_tab_comes_to_every_slider_and_to_both_buttons(app: App, qtbot: QtBot) -> None:
    app.window.activateWindow()
    app.window.loupe.setFocus()
    reached: list[QWidget] = []
    for _ in range(80):
        app.window.focusNextChild()
        widget = QApplication.focusWidget()
        if widget is None or widget in reached:
            break
        reached.append(widget)
    sliders = [widget.spec.name for widget in reached if isinstance(widget, DevelopSlider)]
    assert sliders == list(PARAM_NAMES)  # in the order that they are seen
    names = [widget.accessibleName() or read(widget) for widget in reached]
    assert {"Accept", "Filmstrip", "Filter by state", "Style"} <= set(names)
    assert not any(type(widget).__name__ == "QScrollArea" for widget in reached)


def tab_to(app: App, wanted: QWidget) -> None:
    """As a hand does that has no mouse."""
    app.window.activateWindow()
    app.window.focus_photo()
    for _ in range(80):
        app.window.focusNextChild()
        if QApplication.focusWidget() is wanted:
            return
    raise AssertionError(f"Tab does not come to {wanted}")


def test_all_that_a_mouse_can_use_is_in_the_order_of_tab(app: App, qtbot: QtBot) -> None:
    """What is not has a key of its own in the table of actions."""
    teach_once(app, qtbot)
    have_keys = {action.text() for action in app.actions.values()}
    missing = []
    for widget in app.window.findChildren(QWidget):
        usable = isinstance(widget, QAbstractButton | StarPicker) and widget.isEnabled()
        if not usable or not widget.isVisible() or widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        action = widget.defaultAction() if isinstance(widget, QToolButton) else None
        if action is None or action.text() not in have_keys:
            missing.append(read(widget) or repr(widget))
    assert not missing
    tab_to(app, app.window.filter_bar.stars)


def teach_once(app: App, qtbot: QtBot) -> None:
    app.session.set_param("contrast", 40.0, drag=1)
    app.actions["accept"].trigger()
    qtbot.waitUntil(lambda: app.window.style_panel.lessons.count() == 1)


def test_stars_are_filtered_by_keys(app: App, qtbot: QtBot) -> None:
    stars = app.window.filter_bar.stars
    app.actions["stars_5"].trigger()
    tab_to(app, stars)
    for _ in range(3):
        qtbot.keyClick(stars, Qt.Key.Key_Right)
    qtbot.keyClick(stars, Qt.Key.Key_Left)
    assert app.session.arrangement.min_stars == 2
    assert app.session.current is app.session.all_items[0]  # no arrow paged
    qtbot.keyClick(stars, Qt.Key.Key_Home)
    assert not app.session.arrangement.filters


def test_space_presses_what_tab_came_to_and_zooms_elsewhere(app: App, qtbot: QtBot) -> None:
    bar = app.window.filter_bar
    tab_to(app, bar.direction)
    qtbot.keyClick(bar.direction, Qt.Key.Key_Space)
    assert app.session.arrangement.descending
    assert not app.actions["zoom"].isChecked()
    app.window.focus_photo()
    qtbot.keyClick(app.window.loupe, Qt.Key.Key_Space)
    assert app.actions["zoom"].isChecked()
    style = app.window.style_panel.more
    style.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.keyClick(style, Qt.Key.Key_Space)
    assert not app.actions["zoom"].isChecked()


def test_enter_in_the_name_filter_does_not_teach(app: App, qtbot: QtBot) -> None:
    text = app.window.filter_bar.text
    text.setFocus()
    qtbot.keyClicks(text, "photo3")
    qtbot.keyClick(text, Qt.Key.Key_Return)
    assert [item.name for item in app.session.items if item.taught] == []
    assert app.window.loupe.hasFocus()
    assert app.session.arrangement.text == "photo3"


def test_arrows_turn_the_strength_and_page_elsewhere(app: App, qtbot: QtBot) -> None:
    bar = app.window.develop_panel.strength.bar
    tab_to(app, bar)
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert bar.value() < 100
    assert app.session.current_row == 0
    app.window.focus_photo()
    qtbot.keyClick(app.window.loupe, Qt.Key.Key_Right)
    assert app.session.current_row == 1


def test_a_lesson_is_opened_from_the_list_by_enter(app: App, qtbot: QtBot) -> None:
    teach_once(app, qtbot)
    lessons = app.window.style_panel.lessons
    app.session.select_row(4)
    tab_to(app, lessons)
    lessons.setCurrentRow(0)
    qtbot.keyClick(lessons, Qt.Key.Key_Return)
    assert app.session.current_row == 0
    assert app.session.items[4].taught is None


def test_a_slider_goes_back_by_keys(app: App, qtbot: QtBot) -> None:
    slider, item = app.window.develop_panel.sliders["contrast"], app.session.items[0]
    predicted = item.settings["contrast"]
    app.session.set_param("contrast", 44.0, drag=1)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Delete)
    assert item.settings["contrast"] == predicted
    qtbot.keyClick(slider, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    assert item.settings["contrast"] == 0.0


def test_a_crop_is_made_by_keys_alone(app: App, qtbot: QtBot) -> None:
    item, shift = app.session.items[0], Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(app.window.loupe, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: app.crop.is_cropping)
    overlay = app.crop.overlay
    for _ in range(10):
        qtbot.keyClick(overlay, Qt.Key.Key_Left, shift)
        qtbot.keyClick(overlay, Qt.Key.Key_Right)
    qtbot.keyClick(overlay, Qt.Key.Key_Up, shift)
    qtbot.keyClick(overlay, Qt.Key.Key_Return)
    assert not app.crop.is_cropping
    g = item.geometry
    assert (g.left, g.right) == pytest.approx((0.1, 1.0), abs=0.011)
    assert (g.top, g.bottom) == pytest.approx((0.0, 0.99), abs=0.011)
    assert item.taught is None


def test_white_is_picked_by_keys_alone(app: App, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: app.loupe.proxy_of(app.session.items[0]) is not None)
    qtbot.keyClick(app.window.loupe, Qt.Key.Key_W)
    overlay = app.picker.overlay
    qtbot.keyClick(overlay, Qt.Key.Key_Return)  # nothing is pointed at yet
    assert app.picker.is_armed
    qtbot.keyClick(overlay, Qt.Key.Key_Right)
    qtbot.keyClick(overlay, Qt.Key.Key_Return)
    assert not app.picker.is_armed
    assert app.session.items[0].edit is not None
    assert app.session.current_row == 0
    assert app.window.loupe.hasFocus()


def test_the_loupe_is_moved_and_divided_by_keys(app: App, qtbot: QtBot) -> None:
    loupe, shift = app.window.loupe, Qt.KeyboardModifier.ShiftModifier
    app.window.focus_photo()
    loupe.zoom_to(40.0)
    before = loupe.geometry_.visible()
    qtbot.keyClick(loupe, Qt.Key.Key_Right, shift)
    qtbot.keyClick(loupe, Qt.Key.Key_Up, shift)
    after = loupe.geometry_.visible()
    assert after[0] > before[0]
    assert after[1] < before[1]
    qtbot.keyClick(loupe, Qt.Key.Key_Y)
    qtbot.keyClick(loupe, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert loupe.split == pytest.approx(0.45)
    assert app.session.current_row == 0


def test_thumbnails_grow_by_the_keys_that_zoom(app: App, qtbot: QtBot) -> None:
    app.actions["grid"].trigger()
    grid = app.window.grid
    before = grid.cell_width()
    qtbot.keyClick(grid, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert grid.cell_width() > before
    qtbot.keyClick(grid, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert grid.cell_width() == pytest.approx(before, abs=2)


def test_the_arrows_page_from_the_start(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    assert app.window.focusWidget() is app.window.loupe
    qtbot.keyClick(app.window.focusWidget(), Qt.Key.Key_Right)
    assert app.session.current_row == 1


@pytest.mark.parametrize("name", ["history", "presets", "export_queue", "learning"])
def test_escape_and_its_key_close_what_stands_beside_the_photo(
    app: App, qtbot: QtBot, name: str
) -> None:
    for close in (
        lambda window: qtbot.keyClick(window, Qt.Key.Key_Escape),
        lambda _window: app.actions[name].trigger(),
    ):
        app.actions[name].trigger()
        window = next(w for w in app.window.findChildren(QDialog) if w.isVisible())
        if name in ("history", "presets"):
            assert window.geometry().left() < app.window.geometry().left() + 20
        close(window)
        assert not window.isVisible()


def test_a_photo_is_corrected_and_accepted_by_keys_alone(app: App, qtbot: QtBot) -> None:
    item = app.session.current
    assert item is not None
    slider = app.window.develop_panel.sliders["contrast"]
    slider.setFocus()
    before = item.settings["contrast"]
    qtbot.keyClick(slider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert item.settings["contrast"] > before
    qtbot.keyClick(slider, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: item.taught is not None)
    assert app.session.current_row == 1


def test_a_key_goes_from_slider_to_slider(app: App, qtbot: QtBot) -> None:
    sliders = app.window.develop_panel.sliders
    app.window.loupe.setFocus()
    qtbot.keyClick(app.window, Qt.Key.Key_Period)
    assert sliders["exposure_ev"].hasFocus()
    qtbot.keyClick(sliders["exposure_ev"], Qt.Key.Key_Period)
    assert sliders["contrast"].hasFocus()
    qtbot.keyClick(sliders["contrast"], Qt.Key.Key_Comma)
    app.window.loupe.setFocus()
    qtbot.keyClick(app.window, Qt.Key.Key_Comma)
    assert sliders["exposure_ev"].hasFocus()  # where one was


def test_a_list_that_goes_away_gives_the_keys_to_the_photo(app: App, qtbot: QtBot) -> None:
    """They would go to a slider, which the next arrow would turn."""
    teach_once(app, qtbot)
    lessons = app.window.style_panel.lessons
    app.window.activateWindow()
    lessons.setFocus()
    lessons.setCurrentRow(0)
    qtbot.keyClick(lessons, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not lessons.isVisible())
    qtbot.waitUntil(app.window.loupe.hasFocus)
    assert lessons.count() == 0
    app.actions["undo"].trigger()
    qtbot.waitUntil(lambda: lessons.count() == 1)
