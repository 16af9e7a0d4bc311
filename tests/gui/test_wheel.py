from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QScrollArea, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.views.wheel import WheelGuard


def turn(widget: QWidget) -> None:
    """One notch of the wheel towards the hand, over a widget of a window that is shown."""
    window = widget.window()
    here = QPointF(widget.mapTo(window, widget.rect().center()))
    QTest.wheelEvent(window.windowHandle(), here, QPoint(0, -120))


def test_the_wheel_over_the_styles_chooses_none(app: App) -> None:
    panel, bar = app.window.style_panel, app.window.filter_bar
    for box in (panel.styles, bar.states, bar.sort):
        if box is panel.styles:
            box.addItems(["one more", "another"])
        before = box.currentIndex()
        box.setFocus()
        turn(box)
        assert box.currentIndex() == before


def test_what_a_choice_leaves_scrolls_the_panel_around_it(qtbot: QtBot) -> None:
    area, page = QScrollArea(), QWidget()
    layout = QVBoxLayout(page)
    box, number = QComboBox(), QSpinBox()
    box.addItems(["one", "two", "three"])
    number.setRange(-100, 100)
    for widget in (number, box):
        layout.addWidget(widget)
    layout.addStretch(1)
    page.setMinimumSize(300, 3_000)
    area.setWidget(page)
    WheelGuard(area)
    qtbot.addWidget(area)
    area.resize(320, 200)
    with qtbot.waitExposed(area):
        area.show()
    bar = area.verticalScrollBar()
    for widget in (box, number):
        bar.setValue(0)
        widget.clearFocus()  # a window gives it to its first widget when it is shown
        turn(widget)
        qtbot.waitUntil(lambda: bar.value() > 0)
    assert (box.currentIndex(), number.value()) == (0, 0)
    bar.setValue(0)
    area.activateWindow()
    number.setFocus()
    qtbot.waitUntil(number.hasFocus)
    turn(number)
    qtbot.waitUntil(lambda: number.value() == -1)
