"""Crops in sidecars."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from model_core.cli_sidecar import Reading
from model_core.domain.geometry import Geometry
from model_core.domain.photo import Photo
from model_core.imaging.decode import decode_proxy
from model_core.services import DEFAULT_STYLE, Studio
from model_core.sidecar import write_sidecar
from tests.core.imaging.raws import write_dng
from tests.core.pictures import exif, scene, write_scene
from tests.core.sidecars import EDIT, fields, jpeg, left, said


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return jpeg(tmp_path)


CROPPED = Geometry(turns=1, angle=2.5, left=0.2, top=0.1, right=0.8, bottom=0.75)
HAS_CROP = 'crs:HasCrop="True" crs:CropLeft="0.1" crs:CropTop="0.2" crs:CropRight="0.9" '


class TestCrops:
    """A photo of 60 x 40 whose file stores it turned on its side."""

    @pytest.fixture(params=["jpg", "dng"])
    def photo(self, tmp_path: Path, request: pytest.FixtureRequest) -> Photo:
        path = tmp_path / f"a.{request.param}"
        if request.param == "dng":
            write_dng(path, scene(height=120, width=80), orientation=6)
        else:
            write_scene(path, height=120, width=80, exif=exif(orientation=6))
        return decode_proxy(path, 64)[0]

    def write(self, photo: Photo, geometry: Geometry, settings: Any = EDIT) -> Path | None:
        return write_sidecar(photo, settings, None, photo.path.parent / "replaced", geometry)

    @pytest.mark.parametrize("geometry", [CROPPED, Geometry(turns=3), Geometry(left=1 / 3)])
    def test_survive_the_round_trip_exactly(self, photo: Photo, geometry: Geometry) -> None:
        file = self.write(photo, geometry)
        found = said(photo).geometry
        assert found is not None
        assert found.turns == geometry.turns
        assert asdict(found) == pytest.approx(asdict(geometry.fitted(120, 80)), abs=1e-6)
        assert self.write(photo, geometry) is None  # it says so already
        assert file is not None
        assert fields(file)["HasCrop"] == str(geometry != Geometry(turns=3))

    def test_are_counted_in_the_stored_picture(self, photo: Photo) -> None:
        file = self.write(photo, Geometry(left=0.25, top=0.5))
        assert file is not None
        found = {k: v for k, v in fields(file).items() if "Crop" in k}
        # Orientation 6: what is left of the photo is below in the file; its top is left there.
        assert found == {
            "CropLeft": "0.5", "CropTop": "0", "CropRight": "1", "CropBottom": "0.75",
            "CropAngle": "0", "HasCrop": "True",
        }  # fmt: skip

    def test_of_others_are_read(self, photo: Photo) -> None:
        left(photo, 'crs:Exposure2012="+0.50" crs:CropBottom="1" ' + HAS_CROP)
        found = said(photo)
        assert found.geometry == Geometry(left=0, top=0.1, right=0.8, bottom=0.9)
        assert not any("Crop" in field for field in found.left_out)

    def test_of_others_stay_where_there_is_none_here(self, photo: Photo) -> None:
        file = left(photo, 'crs:Exposure2012="+0.50" ' + HAS_CROP)
        before = {k: v for k, v in fields(file).items() if "Crop" in k}
        self.write(photo, Geometry())
        assert {k: v for k, v in fields(file).items() if "Crop" in k} == before

    def test_of_others_are_kept_when_they_are_changed(self, photo: Photo) -> None:
        file = left(photo, HAS_CROP)
        before = file.read_bytes()
        self.write(photo, CROPPED, None)
        kept = list((photo.path.parent / "replaced").iterdir())
        assert [one.read_bytes() for one in kept] == [before]

    def test_that_are_taken_away_are_taken_away_there(self, photo: Photo) -> None:
        self.write(photo, CROPPED)
        file = self.write(photo, Geometry())
        assert file is not None
        assert fields(file)["HasCrop"] == "False"
        assert "CropLeft" not in fields(file)
        assert said(photo).geometry == Geometry()
        assert self.write(photo, Geometry()) is None

    def test_changed_by_another_program_since_are_its_own(self, photo: Photo) -> None:
        file = self.write(photo, Geometry(left=0.25))
        assert file is not None
        text = file.read_text()
        file.write_text(text.replace('CropBottom="0.75"', 'CropBottom="0.5"'))
        assert said(photo).geometry == Geometry(left=0.5)

    def test_that_cannot_be_followed_are_left_out(self, photo: Photo) -> None:
        left(photo, 'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="2" '
             'crs:Exposure2012="+0.50" ' + HAS_CROP)  # fmt: skip
        found = said(photo)
        assert found.geometry is None
        assert "CropLeft" in found.left_out

    def test_of_a_photo_that_cannot_be_read_are_not_guessed(self, tmp_path: Path) -> None:
        gone = jpeg(tmp_path)
        left(gone, 'crs:Exposure2012="+0.50" ' + HAS_CROP)
        assert said(gone).geometry is None
        assert self.write(gone, CROPPED) is not None

    def test_come_with_what_is_learned(self, studio: Studio, photo: Photo) -> None:
        left(photo, 'crs:Exposure2012="+0.50" ' + HAS_CROP)
        Reading(studio, DEFAULT_STYLE, learn=True).one(photo.path)
        assert studio.load_geometry(photo.id) == Geometry(left=0, top=0.1, right=0.8, bottom=0.9)
        studio.save_geometry(photo.id, CROPPED)
        studio.write_sidecar(photo, EDIT)
        found = said(photo).geometry
        assert found is not None
        assert found.angle == CROPPED.angle

    def test_are_written_alone_where_there_is_no_edit(self, studio: Studio, photo: Photo) -> None:
        studio.save_geometry(photo.id, CROPPED)
        sidecar = studio.write_sidecar(photo, None)
        assert sidecar is not None
        assert "Contrast2012" not in sidecar.read_text()
        found = said(photo)
        assert found.geometry is not None
        assert found.geometry.angle == CROPPED.angle
        assert found.settings is None
        assert "no settings of sliders" in found.reason
