"""Sidecars: merged, never replaced; read with what cannot be followed named."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model_core import xmp
from model_core.domain.develop import IDENTITY
from model_core.domain.errors import CannotWrite
from model_core.domain.marks import UNMARKED, Colour, Flag, Marks
from model_core.domain.photo import Photo
from model_core.services import Studio
from model_core.sidecar import read_sidecar
from model_core.storage import sidecar as files
from model_core.xmp import UnreadableXmp
from tests.core.imaging.raws import write_dng
from tests.core.pictures import scene, write_scene
from tests.core.sidecars import DC, EDIT, XMP, fields, jpeg, left, raw, said, write
from tests.core.storage.test_presets import HEAD, TAIL

PHOTOSHOP = 'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '


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


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return jpeg(tmp_path)


TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff")
)


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
