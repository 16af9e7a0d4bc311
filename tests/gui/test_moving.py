"""A slider that moves: the picture has the place and the pixels of the one at rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.views.loupe import Compare, LoupeView, Picture
from imgtune_gui.views.loupe_geometry import LoupeGeometry
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.pixels import on_screen
from model_core.domain.image import Proxy


def proxy(width: int, height: int) -> Proxy:
    rng = np.random.default_rng(width)
    return Proxy(rng.integers(0, 255, (height, width, 3), dtype=np.uint8))


@given(
    st.integers(30, 90), st.integers(30, 90), st.floats(0.2, 1.4),
    st.floats(0, 1), st.floats(0, 1), st.booleans(),
)  # fmt: skip
def test_what_is_rendered_lies_on_whole_pixels_of_the_screen_and_covers_the_view(
    width: int, height: int, scale: float, x: float, y: float, zoomed: bool
) -> None:
    view = LoupeGeometry(width, height, 40, 30)
    view = view.zoomed(scale, 40 * x, 30 * y) if zoomed else view
    region = m.WHOLE if view.is_fit else view.visible()
    across, down = view.photo_rect()[2:]
    part, placed = on_screen(proxy(width, height), region, round(across), round(down), 1.5)
    edges = np.array(placed) * [across, down, across, down]
    assert edges == pytest.approx(edges.round(), abs=1e-6)
    assert part.width == round(edges[2] - edges[0])
    assert part.height == round(edges[3] - edges[1])
    seen = view.visible()
    assert placed[0] <= seen[0]
    assert placed[1] <= seen[1]
    assert placed[2] >= seen[2]
    assert placed[3] >= seen[3]


def test_a_small_picture_is_left_to_the_painter() -> None:
    small = proxy(20, 10)
    assert on_screen(small, m.WHOLE, 200, 100, 1.5) == (small, m.WHOLE)


@pytest.mark.parametrize("compare", [Compare.AFTER, Compare.SIDE])
def test_a_picture_of_the_right_size_is_shown_pixel_for_pixel(
    qtbot: QtBot, compare: Compare
) -> None:
    loupe = LoupeView()
    qtbot.addWidget(loupe)
    loupe.resize(640, 481)
    loupe.show()
    loupe.set_compare(compare)
    loupe.show_photo(3001, 1999, None)
    left, top, width, height = (round(v) for v in loupe.geometry_.photo_rect())
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 4), dtype=np.uint8)
    image = QImage(pixels.data, width, height, QImage.Format.Format_RGB32)
    loupe.set_picture(Picture(image, before=image))
    shown = loupe.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), -1, 4)
    found = found[top : top + height, left : left + width, :3]
    assert np.array_equal(found[50:], pixels[50:, :, :3])  # above is the tag


def test_the_picture_keeps_its_place_and_size_when_a_slider_comes_to_rest(
    app: App, qtbot: QtBot
) -> None:
    shown: list[m.Rendered] = []
    app.loupe.rendered.connect(shown.append)
    app.session.set_param("exposure_ev", 0.4, 1)
    wanted = app.session.current.settings
    studio = app.catalog.opened_studio
    qtbot.waitUntil(lambda: studio.previews[-1] == (wanted, False) and len(shown) > 1)
    assert {
        (one.region, one.image.size().toTuple()) for one in shown if one.settings == wanted
    } == {(m.WHOLE, tuple(round(v) for v in app.window.loupe.geometry_.photo_rect()[2:]))}


def test_the_histogram_is_counted_after_the_picture_is_on_the_screen_and_not_for_each(
    app: App, qtbot: QtBot
) -> None:
    counts: list[m.HistogramComputed] = []
    order: list[str] = []
    app.loupe.rendered.connect(lambda _: order.append("picture"))
    before = app.loupe._generation  # that of the photo as it was opened may still come
    app.loupe.renderer.histogram_computed.connect(
        lambda one: order.append("histogram") if one.generation > before else None
    )
    app.loupe.renderer.histogram_computed.connect(counts.append)
    for step in range(12):
        app.session.set_param("exposure_ev", 0.1 * step + 0.05, 1)
        qtbot.wait(2)
    last = app.session.current.settings
    studio = app.catalog.opened_studio
    qtbot.waitUntil(lambda: studio.previews[-1] == (last, False))
    qtbot.waitUntil(lambda: order[-1] == "histogram" and counts[-1].generation >= 1)
    assert order.count("histogram") < order.count("picture")
    assert order[0] == "picture"
