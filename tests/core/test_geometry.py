"""Turning, straightening, cropping: the numbers, the pixels, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model_core.domain.develop import IDENTITY
from model_core.domain.export import ExportItem, ExportOptions
from model_core.domain.geometry import UNCROPPED, Geometry, framed_like
from model_core.domain.image import Proxy
from model_core.imaging.framing import framed
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.pictures import write_scene

OpenStudio = Callable[..., Studio]


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    left, top = draw(st.floats(0, 0.8)), draw(st.floats(0, 0.8))
    return Geometry(
        turns=draw(st.integers(0, 3)),
        angle=draw(st.floats(-45, 45)),
        left=left,
        top=top,
        right=draw(st.floats(left + 0.1, 1.0)),
        bottom=draw(st.floats(top + 0.1, 1.0)),
    )


sizes = st.tuples(st.integers(20, 90), st.integers(20, 90))


@given(geometries(), sizes)
def test_a_fitted_crop_lies_inside_and_is_not_shrunk_without_need(
    geometry: Geometry, size: tuple[int, int]
) -> None:
    fitted = geometry.fitted(*size)
    assert fitted.fits(*size)
    if geometry.fits(*size):
        assert fitted == geometry


@given(geometries(), sizes)
def test_four_quarter_turns_are_none(geometry: Geometry, size: tuple[int, int]) -> None:
    round_about = geometry
    for _ in range(4):
        round_about = round_about.turned(1)
    values = (round_about.left, round_about.top, round_about.right, round_about.bottom)
    assert values == pytest.approx((geometry.left, geometry.top, geometry.right, geometry.bottom))
    assert round_about.turns == geometry.turns
    assert geometry.turned(1).output_size(*size) == geometry.output_size(*size)[::-1]
    assert geometry.turned(1).fits(*size) == geometry.fits(*size)


@given(geometries(), sizes, st.sampled_from([np.uint8, np.uint16]))
def test_pixels_come_out_as_large_as_promised_and_none_is_empty(
    geometry: Geometry, size: tuple[int, int], depth: type
) -> None:
    width, height = size
    white = np.iinfo(depth).max
    proxy = Proxy(np.full((height, width, 3), white, depth))
    out = framed(proxy, geometry)
    assert (out.width, out.height) == geometry.fitted(width, height).output_size(width, height)
    assert out.pixels.dtype == depth
    assert out.pixels.flags.c_contiguous
    assert out.pixels.min() >= 0.9 * white  # no black corner


def test_turns_go_clockwise_and_crops_count_after_them() -> None:
    pixels = np.zeros((2, 3, 3), np.uint8)
    pixels[0, 0] = 255  # upper left
    turned = framed(Proxy(pixels), Geometry(turns=1))
    assert (turned.width, turned.height) == (2, 3)
    assert turned.pixels[0, 1, 0] == 255  # upper right
    cut = framed(Proxy(pixels), Geometry(turns=1, left=0.5, bottom=1 / 3))
    assert cut.pixels.tolist() == [[[255, 255, 255]]]


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_tilted_horizon_is_straightened(depth: type) -> None:
    y, x = np.mgrid[0:200, 0:300]
    # Falls to the right by 5 degrees: turning back, against the clock, makes it level.
    below = (y - 100) > np.tan(np.radians(5)) * (x - 150)
    pixels = np.where(below[..., None], 0.8, 0.2) * np.iinfo(depth).max
    proxy = Proxy(np.repeat(pixels, 3, axis=2).astype(depth))
    out = framed(proxy, UNCROPPED.with_angle(-5, 300, 200)).pixels[..., 0].astype(float)
    edges = (out > 0.5 * np.iinfo(depth).max).argmax(axis=0)
    assert np.ptp(edges) <= 1
    assert out.shape[1] < 300


def test_a_pasted_crop_keeps_its_ratio_and_stands_upright_in_an_upright_photo() -> None:
    wide, tall = (600, 400), (400, 600)
    crop = Geometry(left=0.1, top=0.2, right=0.7, bottom=0.6)  # 360 x 160
    assert framed_like(UNCROPPED, wide, crop, wide, turns=False, crop=True) == crop
    upright = framed_like(UNCROPPED, tall, crop, wide, turns=False, crop=True)
    across, down = upright.output_size(*tall)
    assert down / across == pytest.approx(360 / 160, rel=0.02)
    turned = Geometry(turns=1)
    assert framed_like(turned, wide, crop, wide, turns=False, crop=True).turns == 1
    assert framed_like(crop, wide, turned, wide, turns=True, crop=False) == crop.turned(1)
    assert framed_like(crop, wide, turned, wide, turns=True, crop=True) == turned
    assert framed_like(crop, wide, turned, tall, turns=False, crop=False) == crop


def test_a_ratio_is_the_largest_within() -> None:
    square = UNCROPPED.with_ratio(1.0, 300, 200)
    assert square.output_size(300, 200) == (200, 200)
    assert square.turned(1).output_size(300, 200) == (200, 200)


@pytest.mark.parametrize(
    "changes",
    [{"turns": 4}, {"angle": 50.0}, {"left": 0.9, "right": 0.5}, {"top": float("nan")}],
)
def test_nonsense_is_a_bug(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(UNCROPPED, **changes)  # type: ignore[arg-type]


def test_a_crop_is_kept_exported_and_never_touches_the_original(
    open_studio: OpenStudio, tmp_path: Path
) -> None:
    path = write_scene(tmp_path / "a.jpg", width=120, height=80)
    before = path.read_bytes()
    studio = open_studio()
    photo, _ = studio.open_photo(path)
    geometry = Geometry(turns=1, left=0.25, right=0.75)
    studio.save_geometry(photo.id, geometry)
    assert open_studio().load_geometry(photo.id) == geometry
    out = tmp_path / "out"
    items = [ExportItem(path, IDENTITY), ExportItem(path, IDENTITY, UNCROPPED)]
    result = studio.export_batch(items, out, ExportOptions(format="png"), style=DEFAULT_STYLE)
    sizes = []
    for file in result.written:
        with Image.open(file) as picture:
            sizes.append(picture.size)
    assert sizes == [(40, 120), (120, 80)]
    assert path.read_bytes() == before
    studio.save_geometry(photo.id, UNCROPPED)
    assert studio.load_geometry(photo.id) == UNCROPPED
