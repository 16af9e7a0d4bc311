"""Crops as Camera Raw says them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.image import CodedImage
from model_core.imaging.framing import framed
from model_core.imaging.shape import upright
from model_core.storage.camera_raw_crop import Stored, crop_fields, geometry_of, oriented
from tests.core.pictures import quarters

orientations = st.integers(1, 8)
crops = st.builds(
    Geometry,
    turns=st.integers(0, 3),
    angle=st.floats(-30, 30).map(lambda v: round(v, 2)),
    left=st.floats(0.05, 0.4),
    top=st.floats(0.05, 0.4),
    right=st.floats(0.5, 0.95),
    bottom=st.floats(0.5, 0.95),
)


def near(one: Geometry, other: Geometry) -> bool:
    def numbers(g: Geometry) -> list[float]:
        return [g.angle / 90, g.left, g.top, g.right, g.bottom]

    same = np.abs(np.subtract(numbers(one), numbers(other))).max() < 1e-4
    return one.turns == other.turns and bool(same)


@given(crops, orientations)
def test_every_crop_survives_the_round_trip(geometry: Geometry, orientation: int) -> None:
    stored = Stored(600, 400, orientation)
    fitted = geometry.fitted(600, 400)
    said = {k: v for k, v in crop_fields(fitted, stored).items() if v is not None}
    found = geometry_of(said, oriented(fitted, stored), stored)
    assert found is not None
    assert near(found, fitted)


def test_sides_are_shares_of_the_photo() -> None:
    said = crop_fields(Geometry(left=0.1, top=0.2, right=0.7, bottom=0.9), Stored(600, 400))
    assert said == {
        "CropLeft": "0.1", "CropTop": "0.2", "CropRight": "0.7", "CropBottom": "0.9",
        "CropAngle": "0", "HasCrop": "True",
    }  # fmt: skip


@pytest.mark.parametrize("orientation", range(1, 9))
def test_they_are_those_of_the_stored_picture(orientation: int) -> None:
    """Cutting the stored picture as the fields say, and then turning it upright, gives what
    our own crop of the upright one gives."""
    pixels = quarters(40, 60)
    seen = upright(pixels, orientation)
    stored = Stored(seen.shape[1], seen.shape[0], orientation)
    geometry = Geometry(left=0.25, top=0.5, right=1.0, bottom=0.75)
    said = {k: float(v or 0) for k, v in crop_fields(geometry, stored).items() if k != "HasCrop"}
    rows = slice(round(said["CropTop"] * 40), round(said["CropBottom"] * 40))
    columns = slice(round(said["CropLeft"] * 60), round(said["CropRight"] * 60))
    expected = upright(np.ascontiguousarray(pixels[rows, columns]), orientation)
    assert np.array_equal(framed(CodedImage(seen), geometry).pixels, expected)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("orientation", range(1, 9))
def test_quarter_turns_are_part_of_the_orientation(orientation: int, turns: int) -> None:
    pixels = quarters(40, 60)
    seen = upright(pixels, orientation)
    stored = Stored(seen.shape[1], seen.shape[0], orientation)
    geometry = Geometry(turns=turns)
    expected = upright(pixels, oriented(geometry, stored))
    assert np.array_equal(framed(CodedImage(seen), geometry).pixels, expected)
    assert geometry_of({"HasCrop": "False"}, oriented(geometry, stored), stored) == geometry


def test_the_angle_is_clockwise_and_the_corners_are_those_of_the_tilted_crop() -> None:
    # A square in the middle of a square of side 1: turned by 30 degrees clockwise it stands
    # upright, so in the photo its upper left corner lies 15 degrees left of straight up-left.
    said = crop_fields(
        Geometry(angle=30, left=0.3, top=0.3, right=0.7, bottom=0.7), Stored(1000, 1000)
    )
    x, y = float(said["CropLeft"] or 0) - 0.5, float(said["CropTop"] or 0) - 0.5
    assert np.degrees(np.arctan2(y, x)) == pytest.approx(-135 - 30)
    assert np.hypot(x, y) == pytest.approx(0.2 * 2**0.5, abs=1e-5)
    assert said["CropAngle"] == "30"


@pytest.mark.parametrize(
    ("fields", "orientation", "found"),
    [
        ({}, None, UNCROPPED),
        ({"HasCrop": "False", "CropLeft": "0.5"}, 1, UNCROPPED),
        ({"HasCrop": "True", "CropLeft": "0.5"}, None, Geometry(left=0.5)),
        ({"HasCrop": "True", "CropLeft": "much"}, None, None),
        ({"HasCrop": "True", "CropLeft": "nan"}, None, None),
        ({"HasCrop": "True", "CropLeft": "1"}, None, None),
        ({"HasCrop": "True", "CropAngle": "90"}, None, None),
        ({"HasCrop": "True"}, 2, None),  # mirrored there
        ({"HasCrop": "True"}, 77, None),
    ],
)
def test_what_others_wrote(
    fields: dict[str, str], orientation: int | None, found: Geometry | None
) -> None:
    assert geometry_of(fields, orientation, Stored(60, 40)) == found


def test_a_crop_beyond_the_photo_is_fitted() -> None:
    said = {"HasCrop": "True", "CropLeft": "-0.2", "CropRight": "0.9", "CropBottom": "1.1"}
    found = geometry_of(said, 1, Stored(60, 40))
    assert found is not None
    assert found.fits(60, 40)
