"""A folder that was opened before is known again without decoding its photos."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from model_core.domain.develop import IDENTITY
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.pictures import exif, write_scene


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path / "data")


def seen(studio: Studio, path: Path) -> None:
    photo, proxy = studio.open_photo(path)
    studio.analyse(photo, DEFAULT_STYLE, proxy)


def test_all_that_is_known_of_a_photo_is_found_at_once(studio: Studio, tmp_path: Path) -> None:
    paths = [
        write_scene(tmp_path / f"{name}.jpg", width=90 + number, exif=exif(orientation=1))
        for number, name in enumerate(("b", "a", "latin-\udce4"))
    ]
    for path in paths:
        seen(studio, path)
    first, _ = studio.open_photo(paths[0])
    chosen = IDENTITY.with_value("contrast", 9.0)
    studio.save_edit(DEFAULT_STYLE, first, chosen)
    studio.save_marks({first.id: Marks(4)})
    studio.save_geometry(first.id, Geometry(turns=1))
    found = studio.known.find(DEFAULT_STYLE, [*paths, tmp_path / "gone.jpg"])
    assert [one.photo.path for one in found] == paths
    assert found[0].photo == first
    assert found[0].edit is not None
    assert found[0].edit.settings == chosen
    assert (found[0].marks, found[0].geometry) == (Marks(4), Geometry(turns=1))
    assert (found[1].edit, found[1].marks) == (None, Marks())
    assert found[1].features.photo == found[1].photo.id
    assert studio.known.find(DEFAULT_STYLE, []) == []


def test_a_file_that_was_written_since_is_not_known(studio: Studio, tmp_path: Path) -> None:
    path = write_scene(tmp_path / "a.jpg")
    seen(studio, path)
    os.utime(path, ns=(1, 1))
    assert studio.known.find(DEFAULT_STYLE, [path]) == []
    seen(studio, path)
    assert len(studio.known.find(DEFAULT_STYLE, [path])) == 1
    write_scene(path, width=333)
    assert studio.known.find(DEFAULT_STYLE, [path]) == []


def test_a_photo_is_only_known_for_the_network_that_has_seen_it(
    studio: Studio, tmp_path: Path
) -> None:
    path = write_scene(tmp_path / "a.jpg")
    studio.open_photo(path)
    assert studio.known.find(DEFAULT_STYLE, [path]) == []


def test_photos_with_settings_of_others_beside_them(studio: Studio, tmp_path: Path) -> None:
    paths = [write_scene(tmp_path / f"{name}.jpg") for name in "abcd"]
    said = {
        "a": '<x crs:Contrast2012="1"/>',
        "b": '<x crs:Contrast2012="1" imgtune:Settings="{}"/>',
        "c": '<x xmp:Rating="5"/>',
    }
    for name, text in said.items():
        (tmp_path / f"{name}.jpg.xmp").write_text(text)
    assert studio.left_by_others(paths) == [paths[0]]
