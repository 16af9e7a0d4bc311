"""Zoom stays under the pointer; before and after show what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from imgtune_gui.views.loupe import Compare, LoupeView, Picture
from imgtune_gui.views.loupe_geometry import LoupeGeometry

FITTED = LoupeGeometry(6000, 4000, 1200, 800)


def plain(color: str, width: int = 300, height: int = 200) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


def test_a_fitted_photo_is_centred_and_whole() -> None:
    left, top, width, height = FITTED.photo_rect()
    assert width / height == pytest.approx(1.5, abs=0.01)
    assert left == pytest.approx(1200 - left - width, abs=1)
    assert top == pytest.approx(800 - top - height, abs=1)
    assert FITTED.visible() == (0.0, 0.0, 1.0, 1.0)


def test_small_photos_are_not_enlarged() -> None:
    assert LoupeGeometry(100, 80, 1200, 800).actual_scale == 1.0


@given(st.floats(0.3, 0.7), st.floats(0.3, 0.7), st.floats(0.5, 8.0))
def test_zooming_keeps_the_point_under_the_pointer(fx: float, fy: float, scale: float) -> None:
    x, y = 1200 * fx, 800 * fy
    before = FITTED.photo_point(x, y)
    after = FITTED.zoomed(scale, x, y).photo_point(x, y)
    assert after[0] == pytest.approx(before[0], abs=0.002)
    assert after[1] == pytest.approx(before[1], abs=0.002)


@given(st.floats(-9999, 9999), st.floats(-9999, 9999))
def test_panning_never_loses_the_photo(dx: float, dy: float) -> None:
    left, top, right, bottom = FITTED.zoomed(1.0, 600, 400).panned(dx, dy).visible()
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    assert right - left == pytest.approx(1200 / 6000, abs=0.002)


def test_zooming_out_ends_at_fit() -> None:
    assert FITTED.zoomed(2.0, 10, 10).zoomed(0.01, 10, 10).is_fit


@given(st.floats(50, 9000), st.floats(50, 9000), st.floats(200, 3000), st.floats(200, 3000))
def test_filling_leaves_no_part_of_the_view_empty(
    photo_width: float, photo_height: float, width: float, height: float
) -> None:
    filled = LoupeGeometry(photo_width, photo_height, 500, 500).filling().resized(width, height)
    left, top, across, down = filled.photo_rect()
    if filled.actual_scale < 8.0:
        assert left <= 1
        assert top <= 1
        assert left + across >= width - 1.5
        assert top + down >= height - 1.5
    assert not filled.is_fit


def test_filling_shows_all_of_the_shorter_side_and_can_be_panned() -> None:
    filled = FITTED.filling().resized(1200, 1200)
    assert filled.visible()[1::2] == (0.0, 1.0)
    left = filled.panned(9999, 9999).visible()
    assert left[0] == 0.0
    assert left[2] - left[0] == pytest.approx(1200 / 1800, abs=0.002)


@pytest.fixture
def loupe(qtbot: QtBot) -> LoupeView:
    loupe = LoupeView()
    qtbot.addWidget(loupe)
    loupe.resize(640, 480)
    loupe.show()
    loupe.show_photo(3000, 2000, None)
    loupe.set_picture(Picture(plain("#204060"), before=plain("#806020")))
    return loupe


def pixel(loupe: LoupeView, x: int, y: int) -> str:
    return loupe.grab().toImage().pixelColor(x, y).name()


def test_before_after_and_split(loupe: LoupeView) -> None:
    assert pixel(loupe, 320, 240) == "#204060"
    loupe.set_compare(Compare.BEFORE)
    assert pixel(loupe, 320, 300) == "#806020"
    loupe.set_compare(Compare.SPLIT)
    assert pixel(loupe, 200, 300) == "#806020"
    assert pixel(loupe, 440, 300) == "#204060"


def test_side_by_side_shows_all_of_both(loupe: LoupeView) -> None:
    loupe.set_compare(Compare.SIDE)
    before, after = loupe.panes()
    assert before.width() == after.width()
    assert not before.intersects(after)
    for pane, ink in ((before, "#806020"), (after, "#204060")):
        inside = pane.center().toPoint()
        assert pixel(loupe, inside.x() + 30, inside.y()) == ink
    assert loupe.geometry_.visible() == (0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize(("width", "height", "beside"), [(2000, 3000, True), (3000, 1000, False)])
def test_panes_lie_so_that_the_photo_is_larger(
    loupe: LoupeView, width: int, height: int, *, beside: bool
) -> None:
    loupe.set_compare(Compare.SIDE)
    loupe.show_photo(width, height, None)
    one, two = loupe.panes()
    assert (one.top() == two.top()) is beside


def test_the_wheel_zooms_both_panes_about_the_pointer(loupe: LoupeView) -> None:
    loupe.set_compare(Compare.SIDE)
    second = loupe.panes()[1]
    point = second.topLeft() + QPointF(second.width() * 0.6, second.height() * 0.45)
    before = loupe.photo_point(point)
    loupe.zoom_by(4.0, point)
    assert loupe.photo_point(point) == pytest.approx(before, abs=0.003)
    first = loupe.panes()[0]
    same = first.topLeft() + QPointF(first.width() * 0.6, first.height() * 0.45)
    assert loupe.photo_point(same) == loupe.photo_point(point)


@pytest.mark.parametrize("compare", [Compare.BEFORE, Compare.SIDE])
def test_the_last_photo_does_not_stay_where_the_next_has_no_before_yet(
    loupe: LoupeView, compare: Compare
) -> None:
    loupe.set_compare(compare)
    loupe.grab()
    loupe.show_photo(3000, 2000, plain("#505050", 60, 40))
    inside = loupe.panes()[0].center().toPoint()
    assert pixel(loupe, inside.x() + 30, inside.y() + 10) not in {"#806020", "#505050"}


def test_the_last_photo_goes_where_the_next_of_its_size_cannot_be_opened(
    loupe: LoupeView, qtbot: QtBot
) -> None:
    size = round(loupe.geometry_.photo_width), round(loupe.geometry_.photo_height)
    seen = PaintsSeen(loupe)
    qtbot.wait(30)
    seen.count = 0
    loupe.show_photo(*size, None, "It is not there any more")
    qtbot.waitUntil(lambda: seen.count > 0)  # what is not repainted stays on the screen
    assert loupe.picture() is None


class PaintsSeen(QObject):
    """Counts the paints of a widget."""

    def __init__(self, widget: LoupeView) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_the_divider_can_be_dragged(loupe: LoupeView, qtbot: QtBot) -> None:
    loupe.set_compare(Compare.SPLIT)
    start = QPoint(round(loupe.divider_x()), 240)
    qtbot.mousePress(loupe, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(loupe, QPoint(160, 240))
    qtbot.mouseRelease(loupe, Qt.MouseButton.LeftButton, pos=QPoint(160, 240))
    assert loupe.divider_x() == pytest.approx(160, abs=1)
    assert pixel(loupe, 300, 300) == "#204060"


def test_double_click_goes_to_100_percent_and_back(loupe: LoupeView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(loupe.view_changed):
        qtbot.mouseDClick(loupe, Qt.MouseButton.LeftButton, pos=QPoint(320, 240))
    assert loupe.geometry_.actual_scale == 1.0
    assert loupe.zoom_text() == "100%"
    qtbot.mouseDClick(loupe, Qt.MouseButton.LeftButton, pos=QPoint(320, 240))
    assert loupe.geometry_.is_fit


def test_dragging_pans_when_zoomed(loupe: LoupeView, qtbot: QtBot) -> None:
    loupe.toggle_zoom()
    x = loupe.geometry_.x
    qtbot.mousePress(loupe, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseMove(loupe, QPoint(200, 200))
    qtbot.mouseRelease(loupe, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert loupe.geometry_.x > x


def test_a_stand_in_is_shown_until_the_picture_comes(loupe: LoupeView) -> None:
    loupe.show_photo(3000, 2000, plain("#505050", 60, 40))
    assert pixel(loupe, 320, 240) == "#505050"
    loupe.set_picture(Picture(plain("#204060")))
    assert pixel(loupe, 320, 240) == "#204060"
