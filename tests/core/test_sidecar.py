"""Sidecars: merged, never replaced; read with what cannot be followed named."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model_core import xmp
from model_core.cli_sidecar import Reading
from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.domain.geometry import Geometry
from model_core.domain.marks import UNMARKED, Colour, Flag, Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.imaging.decode import decode_proxy
from model_core.services import DEFAULT_STYLE, Studio
from model_core.sidecar import SidecarEdit, read_sidecar, write_sidecar
from model_core.storage import sidecar as files
from model_core.storage.camera_raw import grading
from model_core.xmp import UnreadableXmp
from tests.core.imaging.raws import write_dng
from tests.core.pictures import exif, scene, write_scene
from tests.core.storage.test_presets import HEAD, TAIL

EDIT = IDENTITY.updated({"exposure_ev": 0.5, "contrast": -12, "temperature": 20, "tint": -7})
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" '
XMP = 'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
PHOTOSHOP = 'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '


def jpeg(folder: Path) -> Photo:
    return Photo(folder / "a.jpg", PhotoId("a"), 60, 40)


def raw(folder: Path, kelvin: float | None = 5000.0, tint: float | None = 10.0) -> Photo:
    path = folder / "a.CR2"
    return Photo(path, PhotoId("r"), 60, 40, as_shot_kelvin=kelvin, as_shot_tint=tint)


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return jpeg(tmp_path)


def said(photo: Photo) -> SidecarEdit:
    found = read_sidecar(photo)
    assert found is not None
    return found


def write(
    photo: Photo, settings: DevelopSettings | None = EDIT, marks: Marks | None = None
) -> Path | None:
    return write_sidecar(photo, settings, marks, photo.path.parent / "replaced")


def left(photo: Photo, attributes: str, elements: str = "", suffix: str = "") -> Path:
    """A sidecar of another program."""
    name = f"{photo.path.name}.xmp" if photo.path.suffix == ".jpg" else "a.xmp"
    file = photo.path.with_name(suffix or name)
    file.write_text(f"{HEAD}{attributes}>{elements}{TAIL}", encoding="utf-8")
    return file


def fields(file: Path) -> dict[str, str]:
    return {
        key.rpartition("}")[2]: element.text or ""
        for key, element in xmp.parse(file.read_bytes()).items()
        if key.startswith("{http://ns.adobe.com/camera-raw-settings/1.0/}")
    }


class TestFiles:
    def test_a_raw_and_its_jpeg_do_not_share_a_sidecar(self, tmp_path: Path) -> None:
        written = [write(photo) for photo in (raw(tmp_path), jpeg(tmp_path))]
        assert [file.name for file in written if file] == ["a.xmp", "a.jpg.xmp"]
        (tmp_path / "a.CR2").touch()
        (tmp_path / "a.jpg.xmp").unlink()
        assert read_sidecar(jpeg(tmp_path)) is None

    def test_two_raws_of_one_name_do_not_either(self, tmp_path: Path) -> None:
        first, second = raw(tmp_path), replace(raw(tmp_path), path=tmp_path / "a.dng")
        write(first)
        write(second, IDENTITY.with_value("contrast", 9.0))
        assert sorted(p.name for p in tmp_path.iterdir()) == ["a.dng.xmp", "a.xmp"]
        assert said(first).settings == EDIT
        assert said(second).values["contrast"] == 9.0

    def test_of_a_picture_that_has_only_the_short_name_is_read(self, photo: Photo) -> None:
        left(photo, 'crs:Contrast2012="+9"', suffix="a.xmp")
        assert said(photo).values["contrast"] == 9.0
        left(photo, f'{PHOTOSHOP}photoshop:SidecarForExtension="ARW"', suffix="a.xmp")
        assert read_sidecar(photo) is None

    def test_of_a_picture_that_has_only_the_short_name_is_merged_into(self, photo: Photo) -> None:
        """A second one beside it would disagree with it from then on."""
        short = left(photo, f'{XMP}xmp:Rating="3" crs:Clarity2012="+9"', suffix="a.xmp")
        assert write(photo) == short
        assert fields(short)["Clarity2012"] == "+9"
        assert said(photo).settings == EDIT
        assert not (photo.path.parent / "a.jpg.xmp").exists()

    @pytest.mark.parametrize("other", ["a.dng", "a.mov", "a.png"])
    def test_the_short_name_of_several_files_is_left_alone(self, photo: Photo, other: str) -> None:
        before = left(photo, 'crs:Contrast2012="+9"', suffix="a.xmp").read_bytes()
        (photo.path.parent / other).touch()
        assert write(photo) == photo.path.parent / "a.jpg.xmp"
        assert (photo.path.parent / "a.xmp").read_bytes() == before

    def test_names_in_capitals_are_met(self, tmp_path: Path) -> None:
        left(raw(tmp_path), 'crs:Contrast2012="+9"', suffix="a.XMP")
        assert said(raw(tmp_path)).values["contrast"] == 9.0
        write(raw(tmp_path))
        assert not (tmp_path / "a.xmp").exists()

    def test_what_is_said_already_is_not_written_again(self, photo: Photo) -> None:
        assert read_sidecar(photo) is None
        file = write(photo, EDIT, Marks(3))
        assert file is not None
        before = file.read_bytes()
        assert write(photo, EDIT, Marks(3)) is None
        assert file.read_bytes() == before
        assert write(photo, None, Marks(2)) == file
        assert said(photo).settings == EDIT

    def test_a_photo_of_which_there_is_nothing_to_say_gets_none(self, photo: Photo) -> None:
        assert write(photo, None, UNMARKED) is None
        assert list(photo.path.parent.iterdir()) == []

    def test_an_empty_one_is_filled(self, photo: Photo) -> None:
        photo.path.with_name("a.jpg.xmp").write_bytes(b"\0\n ")
        assert read_sidecar(photo) is None
        write(photo)
        assert said(photo).settings == EDIT

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CannotWrite, match=r"gone.a\.jpg\.xmp"):
            write(jpeg(tmp_path / "gone"))
        (tmp_path / "a.jpg.xmp").mkdir()
        with pytest.raises(CannotWrite, match="cannot be read"):
            write(jpeg(tmp_path))

    def test_one_that_changes_meanwhile_is_merged_again(
        self, photo: Photo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reads = []
        whole = files.content

        def meddled(sidecar: Path) -> bytes | None:
            reads.append(sidecar)
            if len(reads) == 2:  # another program, between our reading and our writing
                left(photo, f'{XMP}xmp:Rating="5"')
            return whole(sidecar)

        monkeypatch.setattr(files, "content", meddled)
        write(photo)
        assert len(reads) == 4
        found = said(photo)
        assert (found.settings, found.marks) == (EDIT, Marks(5))
        assert sorted(p.name for p in photo.path.parent.iterdir()) == ["a.jpg.xmp"]


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
        left(one, " ".join(f"crs:{k}={quoteattr(v)}" for k, v in _crs_in(text).items()))
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


TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff")
)


@pytest.mark.parametrize("field", ["Exposure2012", "Contrast2012", "Saturation"])
def test_a_number_that_no_slider_has_is_left_out_and_not_bent(photo: Photo, field: str) -> None:
    left(photo, f'crs:Whites2012="+20" crs:{field}="+999"')
    found = read_sidecar(photo)
    assert found is not None
    assert found.left_out == (field,)
    assert {name for name, value in found.values.items() if value} == {"whites"}
    assert field in found.unusable  # and nothing to learn from


class TestMerging:
    def test_what_others_wrote_is_kept(self, photo: Photo) -> None:
        file = left(
            photo,
            f'{DC}xmlns:my="http://my/" my:note="mine" rdf:about="uuid:7" '
            'crs:Clarity2012="+20" crs:Exposure2012="+2.00" crs:Temperature="5600"',
            "<dc:subject><rdf:Bag><rdf:li>Åland</rdf:li></rdf:Bag></dc:subject>"
            '<crs:Look><rdf:Description crs:Shadows2012="+9"/></crs:Look>'
            "<crs:Contrast2012>+50</crs:Contrast2012>",
        )
        write(photo)
        text = file.read_text(encoding="utf-8")
        for kept in ("Åland", 'note="mine"', "http://my/", "uuid:7", "Clarity2012", "crs:Look"):
            assert kept in text
        for gone in ("+2.00", "5600", "+50"):
            assert gone not in text
        assert len(re.findall("Contrast2012", text)) == 1

    @given(
        st.dictionaries(
            st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,8}", fullmatch=True), TEXTS, max_size=5
        ),
        st.lists(TEXTS, max_size=4),
        st.booleans(),
    )
    def test_no_property_or_keyword_is_lost(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        texts: dict[str, str],
        keywords: list[str],
        raw_file: bool,
    ) -> None:
        folder = tmp_path_factory.mktemp("m")
        photo = raw(folder) if raw_file else jpeg(folder)
        attributes = "".join(f"my:{k}={quoteattr(v)} " for k, v in texts.items())
        subject = xmp.listed(xmp.name("dc:subject"), keywords)
        packet = xmp.serialise({xmp.name("dc:subject"): subject}).decode()
        inner = packet[packet.index("<dc:subject") : packet.index("</rdf:Description>")]
        file = left(photo, f'{DC}xmlns:my="http://my/" {attributes}', inner)
        before = xmp.parse(file.read_bytes())
        write(photo, EDIT, Marks(4, colour=Colour.RED))
        after = xmp.parse(file.read_bytes())
        for key, element in before.items():
            assert list(after[key].itertext()) == list(element.itertext())
        assert said(photo).settings == EDIT

    @pytest.mark.parametrize(
        "content",
        [
            b"nonsense",
            b"<a",
            b"<a/>",
            b"\xff\xfe\x00",
            f'{HEAD}crs:Contrast2012="+1">{TAIL}'.encode()[:-9],
            b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
            f'<!DOCTYPE a SYSTEM "file:///etc/passwd">{HEAD}>{TAIL}'.encode(),
            b" " * 10_000_000,
            b"<a>" * 3_000 + b"</a>" * 3_000,
            (HEAD + ">" + "<b>" * 200_000).encode(),
        ],
        ids="nonsense cut other utf16 truncated bomb external 10MB deep deeper".split(),
    )
    def test_an_unreadable_one_is_left_alone(self, photo: Photo, content: bytes) -> None:
        file = photo.path.with_name("a.jpg.xmp")
        file.write_bytes(content)
        with pytest.raises(CannotWrite, match=r"a\.jpg\.xmp.* left as it is.* kept in imgtune"):
            write(photo, EDIT, Marks(5))
        assert file.read_bytes() == content
        assert [p.name for p in photo.path.parent.iterdir()] == [file.name]
        if content != b"<a/>":
            with pytest.raises(UnreadableXmp, match=r"a\.jpg\.xmp"):
                read_sidecar(photo)

    @pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-8-sig", "latin-1"])
    def test_other_codings_are_read_and_merged(self, photo: Photo, coding: str) -> None:
        declared = f'<?xml version="1.0" encoding="{coding}"?>' if coding == "latin-1" else ""
        text = f'{declared}{HEAD}{XMP}xmp:Label="Grün" crs:Contrast2012="+7">{TAIL}'
        file = photo.path.with_name("a.jpg.xmp")
        file.write_bytes(text.encode(coding))
        assert said(photo).values["contrast"] == 7.0
        write(photo)
        assert said(photo).settings == EDIT
        assert "Grün" in file.read_text(encoding="utf-8")


class TestMarks:
    @pytest.mark.parametrize(
        "marks",
        [Marks(5), Marks(0, Flag.REJECT), Marks(2, colour=Colour.GREEN), Marks(colour=Colour.RED)],
    )
    def test_are_read_as_they_were_written(self, photo: Photo, marks: Marks) -> None:
        write(photo, None, marks)
        found = said(photo)
        assert found.marks == marks
        assert found.settings is None

    def test_of_others_stay_where_there_are_none_here(self, photo: Photo) -> None:
        left(photo, f'{XMP}xmp:Rating="3" xmp:Label="To print"')
        write(photo, EDIT, None)
        assert said(photo).marks == Marks(3)
        write(photo, None, Marks(4))
        write(photo, None, UNMARKED)
        text = photo.path.with_name("a.jpg.xmp").read_text(encoding="utf-8")
        assert 'xmp:Label="To print"' in text
        assert 'xmp:Rating="0"' in text

    def test_that_are_taken_away_are_taken_away_there(self, photo: Photo) -> None:
        write(photo, EDIT, Marks(4, colour=Colour.BLUE))
        write(photo, None, UNMARKED)
        assert said(photo).marks == UNMARKED

    @pytest.mark.parametrize("rating", ["", "five", "nan", "inf", "99", "-7", "3.0"])
    def test_odd_ratings_do_no_harm(self, photo: Photo, rating: str) -> None:
        left(photo, f'{XMP}xmp:Rating="{rating}" crs:Contrast2012="0"')
        marks = said(photo).marks
        assert marks is not None
        assert marks.stars == {"99": 5, "3.0": 3}.get(rating, 0)
        assert (marks.flag is Flag.REJECT) == (rating == "-7")


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


class TestStudio:
    def test_writes_what_it_reads_of_a_real_raw(self, studio: Studio, tmp_path: Path) -> None:
        path = write_dng(tmp_path / "a.dng", scene(), neutral=(0.5, 1.0, 0.7))
        original = path.read_bytes()
        one, _ = studio.open_photo(path)
        assert one.as_shot_kelvin is not None
        assert studio.read_sidecar(one) is None
        assert studio.write_sidecar(one, EDIT) == path.with_suffix(".xmp")
        assert studio.write_sidecar(one, EDIT) is None
        found = studio.read_sidecar(one)
        assert found is not None
        assert (found.settings, found.exact, found.marks) == (EDIT, True, None)
        studio.save_marks({one.id: Marks(3)})
        studio.write_sidecar(one, EDIT)
        assert said(one).marks == Marks(3)
        assert path.read_bytes() == original

    def test_writes_marks_of_all_that_it_can(self, studio: Studio, tmp_path: Path) -> None:
        paths = [write_scene(tmp_path / "in" / f"{i}.jpg", i) for i in range(3)]
        ones = [studio.open_photo(path)[0] for path in paths]
        paths[0].unlink()
        paths[1].with_name("1.jpg.xmp").write_text("broken")
        with pytest.raises(CannotWrite, match=r"1\.jpg\.xmp"):
            studio.write_marks({one.id: Marks(4) for one in ones})
        assert said(ones[2]).marks == Marks(4)
        assert not paths[0].with_name("0.jpg.xmp").exists()

    def test_exports_do_not_tell_of_the_sidecar_s_settings(
        self, studio: Studio, tmp_path: Path
    ) -> None:
        one, _ = studio.open_photo(write_scene(tmp_path / "in" / "a.jpg"))
        write(one, EDIT, Marks(4))
        with Image.open(studio.export(one.path, EDIT, tmp_path / "out.jpg")) as image:
            packet = image.info["xmp"]
        assert b"Rating" in packet
        assert b"imgtune:Settings" not in packet
        assert b"imgtune:Geometry" not in packet
        assert b"Exposure2012" not in packet


def _crs_in(text: str) -> dict[str, str]:
    return dict(re.findall(r'crs:(\w+)="([^"]*)"', text))
