"""Sidecars: merged, never replaced; read with what cannot be followed named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.domain.marks import UNMARKED, Colour, Flag, Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.sidecar import read_sidecar, sidecar_path, write_sidecar
from model_core.storage.xmp import UnreadableXmp
from tests.core.storage.test_presets import HEAD, TAIL

EDIT = IDENTITY.updated({"exposure_ev": 0.5, "contrast": -12, "temperature": 20, "tint": -7})


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return Photo(tmp_path / "a.jpg", PhotoId("a"), 60, 40)


@pytest.fixture
def raw(tmp_path: Path) -> Photo:
    return Photo(tmp_path / "a.CR2", PhotoId("r"), 60, 40, as_shot_kelvin=5000.0, as_shot_tint=10.0)


def test_a_raw_and_its_jpeg_do_not_share_a_sidecar(photo: Photo, raw: Photo) -> None:
    assert sidecar_path(raw.path).name == "a.xmp"
    assert sidecar_path(photo.path).name == "a.jpg.xmp"


@pytest.mark.parametrize("kind", ["photo", "raw"])
def test_what_is_written_is_read_again(kind: str, request: pytest.FixtureRequest) -> None:
    photo: Photo = request.getfixturevalue(kind)
    assert read_sidecar(photo) is None
    marks = Marks(4, Flag.NONE, Colour.GREEN)
    file = write_sidecar(photo, EDIT, marks)
    found = read_sidecar(photo)
    assert found is not None
    assert IDENTITY.updated(dict(found.values)).rounded() == EDIT
    assert found.marks == marks
    assert found.left_out == ()
    text = file.read_text(encoding="utf-8")
    assert "WhiteBalance" in text
    assert ("IncrementalTemperature" in text) == (kind == "photo")


@given(st.lists(st.floats(-1, 1), min_size=len(PARAMS), max_size=len(PARAMS)))
def test_every_edit_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, shares: list[float]
) -> None:
    photo = Photo(tmp_path_factory.mktemp("s") / "a.jpg", PhotoId("a"), 6, 4)
    # Camera Raw's increments end at 100.
    edit = DevelopSettings.from_values(
        share * min(spec.high, 100.0) for share, spec in zip(shares, PARAMS, strict=True)
    ).rounded()
    write_sidecar(photo, edit, UNMARKED)
    found = read_sidecar(photo)
    assert found is not None
    assert IDENTITY.updated(dict(found.values)) == edit


def test_what_others_wrote_is_kept(photo: Photo) -> None:
    file = sidecar_path(photo.path)
    file.write_text(
        f'{HEAD}xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:my="http://my/" my:note="mine" '
        'crs:Clarity2012="+20" crs:Exposure2012="+2.00" crs:Temperature="5600">'
        "<dc:subject><rdf:Bag><rdf:li>Åland</rdf:li></rdf:Bag></dc:subject>"
        f'<crs:Look><rdf:Description crs:Shadows2012="+9"/></crs:Look>{TAIL}',
        encoding="utf-8",
    )
    write_sidecar(photo, EDIT, UNMARKED)
    write_sidecar(photo, EDIT, UNMARKED)
    text = file.read_text(encoding="utf-8")
    for kept in ("Åland", "mine", "Clarity2012", "Look"):
        assert text.count(kept) >= 1
    assert "+2.00" not in text
    assert "5600" not in text
    found = read_sidecar(photo)
    assert found is not None
    assert found.values["exposure_ev"] == 0.5
    assert found.marks is None
    assert set(found.left_out) == {"Clarity2012", "Look"}


@pytest.mark.parametrize("content", [b"nonsense", b"<a", b"\xff\xfe\x00"])
def test_an_unreadable_sidecar_is_left_alone(photo: Photo, content: bytes) -> None:
    file = sidecar_path(photo.path)
    file.write_bytes(content)
    with pytest.raises(CannotWrite, match=r"left as it is"):
        write_sidecar(photo, EDIT, UNMARKED)
    assert file.read_bytes() == content
    with pytest.raises(UnreadableXmp, match=r"a\.jpg\.xmp"):
        read_sidecar(photo)


def test_a_rejected_photo_and_a_rating_without_settings(photo: Photo) -> None:
    write_sidecar(photo, EDIT, Marks(3, Flag.REJECT))
    found = read_sidecar(photo)
    assert found is not None
    assert found.marks == Marks(0, Flag.REJECT)
    sidecar_path(photo.path).write_text(
        HEAD + f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5">{TAIL}'
    )
    found = read_sidecar(replace(photo))
    assert found is not None
    assert (found.values, found.marks) == ({}, Marks(5))
