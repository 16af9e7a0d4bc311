"""The list model, its bounded caches, and typed settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from imgtune_gui.models.filmstrip_model import FilmstripModel, Role
from imgtune_gui.models.lru import LruCache
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings, ExportChoice
from imgtune_gui.workers.pixels import (
    blank_image,
    cut,
    mark_clipping,
    reduce,
    thin_out,
    to_image,
)
from model_core.domain.image import Proxy


def test_the_model_keeps_the_rules_of_qt(session: PhotoSession, tmp_path: Path) -> None:
    model = FilmstripModel(session)
    QAbstractItemModelTester(model, model)  # lives with it, and warns of what is broken
    session.add_photos([tmp_path / "a.jpg", tmp_path / "b.jpg"])
    session.set_photos([tmp_path / "c.jpg"])
    assert model.rowCount() == 1


def test_a_thumbnail_and_a_badge_repaint_one_row(session: PhotoSession, qtbot: QtBot) -> None:
    model = FilmstripModel(session)
    path = session.items[2].path
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.set_image(path, QImage(10, 10, QImage.Format.Format_RGB32))
    assert changed.args[0].row() == 2
    assert model.data(model.index(2), Role.IMAGE) is not None
    assert model.data(model.index(2), Qt.ItemDataRole.DisplayRole) == path.name
    with qtbot.waitSignal(model.dataChanged):
        session.set_param("contrast", 3.0, drag=1)
    tip = model.data(model.index(0), Qt.ItemDataRole.ToolTipRole)
    assert "draft" in tip


def test_the_cache_is_bounded_and_drops_the_oldest() -> None:
    cache: LruCache[str, str] = LruCache(100)
    for name in "abc":
        cache.put(name, name, 40)
    assert cache.get("a") is None
    assert cache.bytes == 80
    assert cache.get("b") == "b"
    cache.put("d", "d", 40)
    assert cache.get("b") == "b"
    assert cache.get("c") is None
    cache.put("huge", "huge", 1000)
    assert len(cache) == 1
    cache.clear()
    assert cache.bytes == 0


def test_settings_survive_a_new_process_with_their_types(tmp_path: Path) -> None:
    settings = AppSettings(tmp_path)
    settings.style = "weddings"
    settings.export_choice = ExportChoice("/out", "png", 80, 1200)
    settings.set_blob("geometry", QByteArray(b"\x00\xff"))
    settings.set_sizes("splitter", [1, 2, 3])
    settings.set_value("filmstrip", False)
    settings.sync()
    again = AppSettings(tmp_path)
    assert again.style == "weddings"
    assert again.export_choice == ExportChoice("/out", "png", 80, 1200)
    assert again.blob("geometry") == QByteArray(b"\x00\xff")
    assert again.sizes("splitter", [0, 0, 0]) == [1, 2, 3]
    assert again.value("filmstrip", True) is False


def test_broken_settings_fall_back(tmp_path: Path) -> None:
    (tmp_path / "window.ini").write_text("[General]\nstyle=7\ngeometry=!!\nsplitter=[1, -5]\n")
    settings = AppSettings(tmp_path)
    assert settings.style == ""
    assert settings.blob("geometry").isEmpty()
    assert settings.sizes("splitter", [4, 5]) == [4, 5]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_reducing_keeps_depth_colour_and_order(kind: type) -> None:
    top = np.iinfo(kind).max
    pixels = np.zeros((90, 150, 3), kind)
    pixels[:, :75, 0] = top
    pixels[:, 75:, 2] = top
    small = reduce(Proxy(pixels), 50, 50)
    assert (small.width, small.height) == (50, 30)
    assert small.pixels.dtype == kind
    assert tuple(small.pixels[15, 5]) == (top, 0, 0)
    assert tuple(small.pixels[15, 45]) == (0, 0, top)
    assert reduce(small, 500, 500) is small


def test_cutting_and_thinning() -> None:
    pixels = np.arange(40 * 60 * 3, dtype=np.uint16).reshape(40, 60, 3)
    part, region = cut(Proxy(pixels), (0.5, 0.25, 1.0, 0.75))
    assert (part.width, part.height) == (30, 20)
    assert region == (0.5, 0.25, 1.0, 0.75)
    assert part.pixels.flags.c_contiguous
    assert thin_out(Proxy(pixels), 600).pixels.shape == (20, 30, 3)


def test_pixels_become_an_image_that_owns_them() -> None:
    pixels = np.zeros((3, 5, 3), np.uint8)
    pixels[1, 2] = (10, 20, 30)
    image = to_image(pixels)
    pixels[:] = 0
    assert image.pixelColor(2, 1).getRgb()[:3] == (10, 20, 30)


def test_a_blank_image_shows_what_is_put_into_its_pixels() -> None:
    image, pixels = blank_image(5, 3)
    pixels[:] = 255
    pixels[1, 2] = (30, 20, 10, 255)  # blue first, as a screen has it
    assert image.pixelColor(2, 1).getRgb()[:3] == (10, 20, 30)


def test_clipping_is_marked_at_both_ends() -> None:
    pixels = np.full((1, 3, 4), 128, np.uint8)
    pixels[0, 0] = (10, 10, 255, 255)
    pixels[0, 2, :3] = 0
    mark_clipping(pixels, pixels.copy())
    blue, green, red, _ = pixels[0, 0]
    assert red > 200 > max(blue, green)
    assert tuple(pixels[0, 1]) == (128, 128, 128, 128)
    blue, green, red, _ = pixels[0, 2]
    assert blue > 200 > max(red, green)
