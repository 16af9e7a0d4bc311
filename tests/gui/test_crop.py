"""The crop tool: handles, ratios, angle, turns; undone, kept, exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.export_choice import ExportChoice
from imgtune_gui.models.crop_state import HANDLES, CropState
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.views.crop_bar import ratio_in
from model_core.domain.geometry import UNCROPPED, Geometry
from tests.fakes import FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


@given(
    st.sampled_from(HANDLES),
    st.lists(st.tuples(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5)), min_size=1, max_size=5),
    st.floats(-45, 45),
    st.sampled_from([None, 1.0, 1.5]),
)
def test_whatever_is_dragged_the_crop_stays_inside_and_in_ratio(
    handle: tuple[int, int],
    points: list[tuple[float, float]],
    angle: float,
    ratio: float | None,
) -> None:
    state = CropState(600, 400, UNCROPPED)
    state.set_angle(angle)
    state.set_ratio(ratio)
    for x, y in points:
        state.drag(handle, x, y)
        state.move(x - 0.5, y - 0.5)
        assert state.geometry.fits(600, 400)
        wide, high = state.output_size
        if ratio is not None and min(wide, high) > 20:
            assert wide / high == pytest.approx(ratio, rel=0.06)


def test_a_side_that_is_not_dragged_stays() -> None:
    state = CropState(600, 400, UNCROPPED)
    state.drag((1, 0), 0.5, 0.9)
    assert (state.geometry.left, state.geometry.right) == (0, 0.5)
    assert (state.geometry.top, state.geometry.bottom) == (0, 1)
    state.swap_ratio()
    assert state.ratio is None


@pytest.fixture
def cropping(app: App, qtbot: QtBot) -> App:
    """The tool is open, by its key, on the first photo (120 x 80)."""
    qtbot.waitUntil(lambda: app.window.loupe.picture() is not None)
    qtbot.keyClick(app.window, Qt.Key.Key_R)
    assert app.crop.is_cropping
    qtbot.waitUntil(lambda: app.crop.overlay._image is not None)
    return app


def pull(app: App, qtbot: QtBot, start: QPointF, by: QPoint) -> None:
    overlay, at = app.crop.overlay, start.toPoint()
    qtbot.mousePress(overlay, Qt.MouseButton.LeftButton, pos=at)
    for step in (1, 2, 3):
        qtbot.mouseMove(overlay, at + by * step / 3)
    qtbot.mouseRelease(overlay, Qt.MouseButton.LeftButton, pos=at + by)


def test_a_crop_by_its_corner_is_shown_undone_and_kept(
    cropping: App, make_app: MakeApp, photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    app, item = cropping, cropping.session.items[0]
    rect = app.crop.overlay.crop_rect()
    pull(app, qtbot, rect.bottomRight(), QPoint(-round(rect.width() / 2), 0))
    assert item.geometry == UNCROPPED  # only when it is done
    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    assert not app.crop.is_cropping
    assert item.geometry.right == pytest.approx(0.5, abs=0.02)
    assert item.state is EditState.UNTOUCHED
    assert studio.all_lessons == []
    assert app.window.loupe.geometry_.photo_width == item.size[0]  # type: ignore[index]
    qtbot.waitUntil(lambda: app.window.loupe.picture() is not None)
    path = item.path
    qtbot.waitUntil(lambda: app.model.images.get(path).width() < 70)  # type: ignore[union-attr]
    app.session.undo_stack.undo()
    assert item.geometry == UNCROPPED
    app.session.undo_stack.redo()
    kept = item.geometry
    app.window.close()
    again = make_app(photos)
    wait_for_predictions(again, qtbot)
    assert again.session.items[0].geometry == kept


def test_ratio_angle_and_turns_by_the_bar(cropping: App, qtbot: QtBot) -> None:
    app, bar = cropping, cropping.crop.overlay.bar
    bar.ratios.setCurrentIndex(bar.ratios.findText("1:1"))
    bar.ratios.activated.emit(bar.ratios.currentIndex())
    assert bar._size.text() == "80 × 80"
    bar.angle.setValue(10.0)
    state = app.crop.overlay.state
    assert state.geometry.angle == 10
    assert state.output_size[0] < 80
    assert bar.slider.value() == 100
    bar._right.click()
    assert state.geometry.turns == 1
    bar.done.emit()
    geometry = app.session.items[0].geometry
    assert (geometry.turns, geometry.angle) == (1, 10.0)
    assert geometry.fits(120, 80)


def test_a_ratio_is_there_again_when_the_tool_is_opened_again(cropping: App, qtbot: QtBot) -> None:
    overlay, bar = cropping.crop.overlay, cropping.crop.overlay.bar
    bar.ratios.setCurrentIndex(bar.ratios.findText("1:1"))
    bar.ratios.activated.emit(bar.ratios.currentIndex())
    for key, shown in ((Qt.Key.Key_Return, "1:1"), (Qt.Key.Key_Return, "1:1")):
        qtbot.keyClick(overlay, key)
        assert "80 × 80" in cropping.window.develop_panel._facts.full_text()
        qtbot.keyClick(cropping.window, Qt.Key.Key_R)
        assert bar.ratios.currentText() == shown
        assert overlay.state.ratio == 1.0
    overlay.state.set_angle(3.0)
    bar.reset.emit()
    assert (bar.ratios.currentIndex(), overlay.state.ratio) == (0, None)


def test_a_ratio_can_be_typed(cropping: App, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay, bar = cropping.crop.overlay, cropping.crop.overlay.bar
    answers = iter([("wide", True), ("2:5", True), ("", False)])
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: next(answers))
    for _ in range(2):  # the second time it is cancelled
        bar.ratios.setCurrentIndex(bar.ratios.findData("other"))
        bar.ratios.activated.emit(bar.ratios.currentIndex())
        assert bar.ratios.currentText() == "5:2"
        assert overlay.state.ratio == pytest.approx(0.4)
    qtbot.keyClick(overlay, Qt.Key.Key_Return)
    qtbot.keyClick(cropping.window, Qt.Key.Key_R)
    assert bar.ratios.currentText() == "5:2"


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("7:5", 1.4), ("4 x 5", 0.8), ("2,39", 2.39), ("1.85:1", 1.85), ("0", None), ("99", None)],
)
def test_ratios_are_read_as_people_write_them(text: str, ratio: float | None) -> None:
    assert ratio_in(text) == (None if ratio is None else pytest.approx(ratio))


def test_dragging_outside_the_crop_straightens(cropping: App, qtbot: QtBot) -> None:
    app, overlay = cropping, cropping.crop.overlay
    rect = overlay.crop_rect()
    pull(app, qtbot, QPointF(rect.right() + 20, rect.center().y()), QPoint(0, 30))
    assert 0 < overlay.state.geometry.angle < 20


def test_escape_changes_nothing_and_the_next_photo_keeps_the_crop(
    cropping: App, qtbot: QtBot
) -> None:
    app, items = cropping, cropping.session.items
    app.crop.overlay.state.turn(1)
    qtbot.keyClick(app.window, Qt.Key.Key_Escape)
    assert not app.crop.is_cropping
    assert items[0].geometry == UNCROPPED
    assert app.actions["before"].isEnabled()
    app.actions["crop"].trigger()
    app.crop.overlay.state.turn(1)
    app.session.step(1)
    assert not app.crop.is_cropping
    assert items[0].geometry.turns == 1
    assert items[1].geometry == UNCROPPED


def test_turning_without_the_tool_and_whole_again(app: App, qtbot: QtBot) -> None:
    item = app.session.items[0]
    app.actions["turn_left"].trigger()
    assert item.geometry.turns == 3
    assert item.size == (80, 120)
    app.actions["turn_right"].trigger()
    assert item.geometry == UNCROPPED
    app.session.set_geometry([(item, Geometry(left=0.5))], "x")
    app.actions["whole_photo"].trigger()
    assert item.geometry == UNCROPPED


def test_an_angle_is_typed_whole_and_enter_takes_only_the_number(app: App, qtbot: QtBot) -> None:
    app.actions["crop"].trigger()
    qtbot.waitUntil(lambda: app.crop.is_cropping)
    box = app.crop.overlay.bar.angle
    for typed, angle in (("-3.4", -3.4), ("2.5", 2.5)):
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, typed)
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert box.value() == angle
        assert app.crop.is_cropping
        assert app.crop.overlay.hasFocus()
    qtbot.keyClick(app.crop.overlay, Qt.Key.Key_Return)
    assert app.session.items[0].geometry.angle == 2.5


def test_paste_never_pastes_a_crop_and_export_writes_it(
    app: App, studio: FakeStudio, tmp_path: Path, qtbot: QtBot
) -> None:
    first, second = app.session.items[:2]
    app.session.set_geometry([(first, Geometry(right=0.5))], "x")
    app.edit.copy_again()
    app.session.select(second)
    app.edit.paste()
    assert second.geometry == UNCROPPED
    with qtbot.waitSignal(app.export.finished):
        app.export.export([first], ExportChoice(folder=str(tmp_path / "out")))
    assert studio.export_items[-1].geometry == Geometry(right=0.5)
