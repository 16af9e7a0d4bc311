"""The slider shows what it is told and asks for what the user does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imgtune_gui.views.develop_slider import DevelopSlider
from imgtune_gui.views.slider_scale import SliderScale, fine_step
from model_core.domain.develop import PARAMS, ParamSpec, param

NAME = QPoint(10, 14)


@pytest.fixture
def slider(qtbot: QtBot) -> DevelopSlider:
    slider = DevelopSlider(param("contrast"))
    qtbot.addWidget(slider)
    slider.resize(300, 28)
    # A panel's part: what was asked for becomes what is shown.
    slider.value_moved.connect(slider_echo(slider))
    slider.show()
    slider.setFocus()
    return slider


def slider_echo(slider: DevelopSlider):  # type: ignore[no-untyped-def]
    def echo(_name: str, value: float, _drag: int) -> None:
        slider.set_value(value)

    return echo


def moves(slider: DevelopSlider) -> list[tuple[str, float, int]]:
    found: list[tuple[str, float, int]] = []
    slider.value_moved.connect(lambda *args: found.append(args))
    return found


def x_of(slider: DevelopSlider, value: float) -> int:
    return round(slider._x_of(value))


def test_an_arrow_key_is_a_small_step_and_with_shift_a_just_noticeable_one(
    slider: DevelopSlider, qtbot: QtBot
) -> None:
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == fine_step(slider.spec) == 5
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert slider.value() == 0.0
    qtbot.keyClick(slider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert slider.value() == param("contrast").jnd
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    assert slider.value() == 0.0


@pytest.mark.parametrize("spec", PARAMS, ids=lambda spec: spec.name)
def test_small_steps_are_round_and_well_below_what_one_notices(spec: ParamSpec) -> None:
    step = fine_step(spec)
    assert spec.jnd / 8 < step < spec.jnd / 2
    assert round(step, spec.decimals) == step


def test_nudges_in_quick_succession_are_one_drag(slider: DevelopSlider, qtbot: QtBot) -> None:
    found = moves(slider)
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_Up)
    assert len({drag for _, _, drag in found}) == 1


def test_keys_stop_at_the_end_of_the_range(slider: DevelopSlider, qtbot: QtBot) -> None:
    slider.set_value(98)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 100
    found = moves(slider)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert found == []


def test_a_drag_follows_the_pointer_and_has_one_number(slider: DevelopSlider, qtbot: QtBot) -> None:
    found = moves(slider)
    y = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(x_of(slider, 0), y))
    for value in (10, 30, 50):
        qtbot.mouseMove(slider, QPoint(x_of(slider, value), y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    assert slider.value() == pytest.approx(50, abs=1.5)
    assert len({drag for _, _, drag in found}) == 1
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(x_of(slider, -60), y))
    assert slider.value() == pytest.approx(-60, abs=1.5)
    assert len({drag for _, _, drag in found}) == 2


def wheel(slider: DevelopSlider, delta: int) -> QWheelEvent:
    at = QPointF(slider.rect().center())
    return QWheelEvent(
        at,
        QPointF(slider.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


def test_the_wheel_nudges_the_focused_slider(slider: DevelopSlider, qtbot: QtBot) -> None:
    qtbot.waitUntil(slider.hasFocus)
    slider.wheelEvent(wheel(slider, 240))
    assert slider.value() == 2 * fine_step(slider.spec)


def test_the_wheel_scrolls_past_a_slider_without_focus(slider: DevelopSlider) -> None:
    slider.clearFocus()
    event = wheel(slider, 120)
    slider.wheelEvent(event)
    assert slider.value() == 0
    assert not event.isAccepted()


def test_fine_wheel_steps_add_up(slider: DevelopSlider, qtbot: QtBot) -> None:
    qtbot.waitUntil(slider.hasFocus)
    for _ in range(4):
        slider.wheelEvent(wheel(slider, 30))
    assert slider.value() == fine_step(slider.spec)


def test_a_typed_value_is_taken(slider: DevelopSlider, qtbot: QtBot) -> None:
    qtbot.keyClicks(slider, "4")
    editor = QApplication.focusWidget() or slider._editor
    assert editor is slider._editor
    assert slider._editor is not None
    qtbot.keyClicks(slider._editor, "2")
    qtbot.keyClick(slider._editor, Qt.Key.Key_Return)
    assert slider.value() == 42
    assert slider._editor.isHidden()


def test_nonsense_and_escape_change_nothing(slider: DevelopSlider, qtbot: QtBot) -> None:
    slider.set_value(7)
    slider.begin_typing("lots")
    assert slider._editor is not None
    qtbot.keyClick(slider._editor, Qt.Key.Key_Return)
    assert slider.value() == 7
    assert slider._editor.isVisible()  # it says that this is no number, and can be mended
    slider.clearFocus()
    slider._editor.clearFocus()
    slider.begin_typing("50")
    qtbot.keyClick(slider._editor, Qt.Key.Key_Escape)
    assert slider.value() == 7


def test_a_double_click_on_the_value_replaces_all_of_it(
    slider: DevelopSlider, qtbot: QtBot
) -> None:
    slider.set_value(-2)
    slider.begin_typing()
    editor = slider._editor
    assert editor is not None
    qtbot.mouseDClick(editor, Qt.MouseButton.LeftButton, pos=editor.rect().center())
    qtbot.keyClicks(editor, "-35")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert slider.value() == -35


def test_double_click_on_the_handle_asks_for_the_prediction(
    slider: DevelopSlider, qtbot: QtBot
) -> None:
    knob = QPoint(x_of(slider, slider.value()), slider.height() // 2)
    with qtbot.waitSignal(slider.prediction_wanted):
        qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=knob)


def test_double_click_on_the_name_asks_for_the_prediction(
    slider: DevelopSlider, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(slider.prediction_wanted) as asked:
        qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=NAME)
    assert asked.args == ["contrast"]
    alt = Qt.KeyboardModifier.AltModifier
    with qtbot.waitSignal(slider.zero_wanted):
        qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, alt, pos=NAME)


def test_it_says_what_it_is_to_screen_readers(slider: DevelopSlider) -> None:
    slider.set_value(12)
    slider.set_prediction(20, 5)
    assert slider.accessibleName() == "Contrast"
    assert slider.accessibleDescription() == "+12"
    assert "+20 ± 5" in slider.toolTip()


def test_temperature_reads_in_kelvin_when_the_camera_told_it() -> None:
    scale = SliderScale(param("temperature"), 5000)
    assert scale.text(0) == "5000 K"
    # Warmer rendering is to the right, and means bluer light was assumed: more kelvin.
    assert scale.text(50) == "6670 K"
    assert scale.parse("6670") == pytest.approx(50, abs=1)
    assert scale.parse("4000 K") == pytest.approx(-50, abs=1)
    assert scale.parse("+10") == 10
    assert SliderScale(param("temperature")).text(10) == "+10"


@pytest.mark.parametrize(
    ("text", "value"), [("0,35", 0.35), ("+1.2 EV", 1.2), ("9", 5.0), ("nan", None), ("", None)]
)
def test_typed_numbers(text: str, value: float | None) -> None:
    assert SliderScale(param("exposure_ev")).parse(text) == value
