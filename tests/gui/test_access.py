"""Without a mouse, and without eyes: names, values, and a way to everything."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.views.develop_slider import DevelopSlider
from imgtune_gui.views.slider_access import install_slider_access
from model_core.domain.develop import PARAM_NAMES


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
