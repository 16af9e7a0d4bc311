"""What is read of a sidecar's settings, and what of them cannot be followed."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.domain.marks import Colour, Marks
from model_core.domain.photo import Photo
from model_core.sidecar import read_sidecar
from model_core.storage.camera_raw import grading
from tests.core.pictures import scene
from tests.core.sidecars import DC, EDIT, XMP, crs_in, fields, jpeg, left, raw, said, write
from tests.core.storage.test_presets import HEAD, TAIL


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return jpeg(tmp_path)


class TestSettings:
    @given(
        st.lists(st.floats(-1, 1), min_size=len(PARAMS), max_size=len(PARAMS)),
        st.one_of(st.none(), st.floats(1500, 33_000)),
        st.integers(-150, 150),
    )
    def test_every_edit_survives_the_round_trip(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        shares: list[float],
        kelvin: float | None,
        tint: int,
    ) -> None:
        folder = tmp_path_factory.mktemp("s")
        for one in (jpeg(folder), raw(folder, kelvin, float(tint))):
            edit = DevelopSettings.from_values(
                share * spec.high for share, spec in zip(shares, PARAMS, strict=True)
            ).rounded()
            write(one, edit)
            found = said(one)
            assert found.settings == edit
            assert found.exact
            assert found.left_out == ()

    @pytest.mark.parametrize("end", ["low", "high"])
    @pytest.mark.parametrize("spec", PARAMS, ids=lambda spec: spec.name)
    def test_the_ends_of_every_slider_survive(self, spec: object, end: str, tmp_path: Path) -> None:
        edit = IDENTITY.with_value(spec.name, getattr(spec, end))  # type: ignore[attr-defined]
        for one in (jpeg(tmp_path), raw(tmp_path)):
            write(one, edit)
            assert said(one).settings == edit

    @given(
        st.integers(-120, 120), st.integers(-140, 140), st.floats(2_500, 9_000), st.integers(-9, 9)
    )
    def test_kelvin_alone_say_the_same_to_a_mired(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        temperature: int,
        tint: int,
        kelvin: float,
        as_shot_tint: int,
    ) -> None:
        one = raw(tmp_path_factory.mktemp("s"), kelvin, float(as_shot_tint))
        write(one, IDENTITY.updated({"temperature": temperature, "tint": tint}))
        text = (one.path.parent / "a.xmp").read_text(encoding="utf-8")
        left(one, " ".join(f"crs:{k}={quoteattr(v)}" for k, v in crs_in(text).items()))
        found = said(one)
        assert found.settings is not None
        assert not found.exact
        if 20 <= 1e6 / kelvin - temperature <= 500:
            assert found.settings["temperature"] == temperature
        assert found.settings["tint"] == tint

    def test_are_written_as_camera_raw_does(self, tmp_path: Path) -> None:
        write(raw(tmp_path))
        found = fields(tmp_path / "a.xmp")
        assert found["Exposure2012"] == "+0.50"
        assert found["Contrast2012"] == "-12"
        assert found["Shadows2012"] == "0"
        assert found["Temperature"] == "5556"  # 200 mired become 180
        assert found["Tint"] == "+3"
        assert found["WhiteBalance"] == "Custom"
        assert (found["HasSettings"], found["AlreadyApplied"]) == ("True", "False")
        assert {"ProcessVersion", "Version"} <= set(found)
        assert not any(name.startswith("Incremental") for name in found)
        write(jpeg(tmp_path))
        found = fields(tmp_path / "a.jpg.xmp")
        assert (found["IncrementalTemperature"], found["IncrementalTint"]) == ("+20", "-7")
        assert not {"Temperature", "Tint"} & set(found)

    def test_white_balance_as_shot_is_said_to_be_so(self, tmp_path: Path) -> None:
        write(raw(tmp_path), IDENTITY.with_value("contrast", 5.0))
        assert fields(tmp_path / "a.xmp")["WhiteBalance"] == "As Shot"

    def test_of_a_raw_whose_light_is_not_known_white_balance_is_left(self, tmp_path: Path) -> None:
        one = raw(tmp_path, None, None)
        left(one, 'crs:WhiteBalance="Custom" crs:Temperature="5600" crs:Tint="+5"')
        found = said(one)
        assert set(found.left_out) == {"Temperature", "Tint"}
        assert grading(found.left_out) == found.left_out
        write(one)
        assert fields(tmp_path / "a.xmp")["Temperature"] == "5600"

    def test_of_kelvin_and_increments_only_those_of_the_file_are_read(self, tmp_path: Path) -> None:
        both = (
            'crs:WhiteBalance="Custom" crs:Temperature="4000" crs:Tint="+20" '
            'crs:IncrementalTemperature="+30" crs:IncrementalTint="-5"'
        )
        for one, temperature, tint in ((raw(tmp_path), -50, 10), (jpeg(tmp_path), 30, -5)):
            file = left(one, both)
            values = said(one).values
            assert (values["temperature"], values["tint"]) == (temperature, tint)
            write(one)
            kinds = [("Incremental" in name) for name in fields(file) if "Tint" in name]
            assert kinds == [one.path.suffix == ".jpg"]

    @pytest.mark.parametrize(("word", "left_out"), [("As Shot", ()), ("Cloudy", ("WhiteBalance",))])
    def test_words_for_white_balance(
        self, word: str, left_out: tuple[str, ...], photo: Photo
    ) -> None:
        left(photo, f'crs:WhiteBalance="{word}" crs:Contrast2012="+5"')
        assert said(photo).left_out == left_out
        assert said(photo).settings == IDENTITY.with_value("contrast", 5.0)

    def test_beyond_what_can_be_followed_is_told(self, tmp_path: Path) -> None:
        left(raw(tmp_path), 'crs:WhiteBalance="Custom" crs:Temperature="2000" crs:Tint="+10"')
        assert said(raw(tmp_path)).values["temperature"] == -150
        assert said(raw(tmp_path)).left_out == ("Temperature",)

    def test_elements_are_read_as_attributes_are_and_looks_passed_over(self, photo: Photo) -> None:
        left(
            photo,
            'crs:Contrast2012="+20" crs:Clarity2012="+30" crs:Texture="0"',
            "<crs:Exposure2012>+1.25</crs:Exposure2012><crs:RetouchInfo><rdf:Seq/></crs:RetouchInfo>"
            '<crs:Look><rdf:Description crs:Shadows2012="+9"/></crs:Look>',
        )
        found = said(photo)
        assert found.settings == IDENTITY.updated({"contrast": 20, "exposure_ev": 1.25})
        assert found.left_out == ("Clarity2012",)
        assert grading(found.left_out) == ()
        assert not found.exact

    def test_masks_curves_and_black_and_white_are_grading(self, photo: Photo) -> None:
        left(
            photo,
            'crs:ConvertToGrayscale="True" crs:Sharpness="40" crs:ColorGradeBlending="50"',
            "<crs:ToneCurvePV2012><rdf:Seq><rdf:li>0, 9</rdf:li></rdf:Seq></crs:ToneCurvePV2012>"
            "<crs:MaskGroupBasedCorrections><rdf:Seq><rdf:li/></rdf:Seq>"
            "</crs:MaskGroupBasedCorrections>",
        )
        assert set(grading(said(photo).left_out)) == {"ConvertToGrayscale", "ToneCurvePV2012"}
        left(
            photo,
            "",
            "<crs:MaskGroupBasedCorrections><rdf:Seq><rdf:li>"
            '<rdf:Description crs:What="Correction"/></rdf:li></rdf:Seq>'
            "</crs:MaskGroupBasedCorrections>",
        )
        assert grading(said(photo).left_out) == ("MaskGroupBasedCorrections",)

    @pytest.mark.parametrize(
        ("attributes", "reason"),
        [
            ('crs:AlreadyApplied="True" crs:Contrast2012="+9"', "part of the pixels"),
            ('crs:HasSettings="False" crs:Contrast2012="+9"', "no Camera Raw settings"),
            (f'{XMP}xmp:Rating="3"', "no Camera Raw settings"),
        ],
    )
    def test_that_cannot_be_used_say_why(self, attributes: str, reason: str, photo: Photo) -> None:
        left(photo, attributes)
        found = said(photo)
        assert found.settings is None
        assert found.values == {}
        assert reason in found.reason

    def test_that_are_in_the_pixels_are_not_built_upon(self, photo: Photo) -> None:
        file = left(photo, 'crs:AlreadyApplied="True" crs:Contrast2012="+9"')
        before = file.read_bytes()
        with pytest.raises(CannotWrite, match="part of the pixels"):
            write(photo)
        assert file.read_bytes() == before

    def test_changed_by_another_program_since_are_its_own(self, photo: Photo) -> None:
        file = write(photo)
        assert file is not None
        file.write_text(file.read_text("utf-8").replace('"+0.50"', '"+0.75"'), "utf-8")
        found = said(photo)
        assert not found.exact
        assert found.values["exposure_ev"] == 0.75

    def test_within_a_photo_are_read_unless_a_sidecar_has_some(self, tmp_path: Path) -> None:
        packet = f'{HEAD}{XMP}xmp:Label="Blue" crs:Contrast2012="+15">{TAIL}'.encode()
        one = jpeg(tmp_path)
        Image.fromarray(scene()).save(one.path, xmp=packet)
        found = said(one)
        assert (found.source, found.values["contrast"]) == (one.path, 15.0)
        assert found.marks == Marks(0, colour=Colour.BLUE)
        file = left(one, f'{XMP}xmp:Rating="2"')
        assert said(one).values["contrast"] == 15.0
        assert said(one).marks == Marks(2)
        left(one, 'crs:Contrast2012="-4"')
        assert (said(one).source, said(one).values["contrast"]) == (file, -4.0)

    def test_packets_that_say_nothing_of_them_are_no_news(self, photo: Photo) -> None:
        packet = f'{HEAD}{DC}{XMP}dc:format="image/jpeg" xmp:Rating="0">{TAIL}'.encode()
        Image.fromarray(scene()).save(photo.path, xmp=packet)
        assert read_sidecar(photo) is None
        Image.fromarray(scene()).save(photo.path, xmp=b"<x")
        assert read_sidecar(photo) is None

    def test_of_another_program_are_kept_when_they_are_changed(self, photo: Photo) -> None:
        before = left(photo, 'crs:Exposure2012="+2.00"').read_bytes()
        write(photo)
        write(photo, EDIT.with_value("contrast", 3.0))
        (kept,) = (photo.path.parent / "replaced").iterdir()
        assert kept.read_bytes() == before
        assert kept.name.startswith("a.jpg-")

    def test_are_not_changed_when_they_cannot_be_kept(self, photo: Photo) -> None:
        file = left(photo, 'crs:Exposure2012="+2.00"')
        before = file.read_bytes()
        (photo.path.parent / "replaced").write_text("in the way")
        with pytest.raises(CannotWrite, match="replaced"):
            write(photo)
        assert file.read_bytes() == before


@pytest.mark.parametrize("field", ["Exposure2012", "Contrast2012", "Saturation"])
def test_a_number_that_no_slider_has_is_left_out_and_not_bent(photo: Photo, field: str) -> None:
    left(photo, f'crs:Whites2012="+20" crs:{field}="+999"')
    found = read_sidecar(photo)
    assert found is not None
    assert found.left_out == (field,)
    assert {name for name, value in found.values.items() if value} == {"whites"}
    assert field in found.unusable  # and nothing to learn from
