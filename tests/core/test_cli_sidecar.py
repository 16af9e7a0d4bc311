"""``imgtune sidecar write`` and ``read``."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from model_core.domain.marks import Marks
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.commands import DONE, SOME_FAILED, WRONG_USE, Say
from tests.core.storage.test_presets import HEAD, TAIL
from tests.core.teaching import look

OpenStudio = Callable[..., Studio]
XMP = 'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '


def beside(photo: Path, attributes: str) -> Path:
    file = photo.with_name(f"{photo.name}.xmp")
    file.write_text(f"{HEAD}{attributes}>{TAIL}", encoding="utf-8")
    return file


class TestWriting:
    def test_only_photos_with_an_edit_get_a_sidecar(self, say: Say, photos: list[Path]) -> None:
        say("predict", *photos)
        say("correct", photos[1], "--set", "exposure_ev=0.5", "--set", "temperature=12")
        originals = [photo.read_bytes() for photo in photos]
        told = say("sidecar", "write", photos[0].parent)
        assert told.status == DONE
        assert told.out == f"{photos[1]}: 1.jpg.xmp\n"
        assert "beside their photos: 1 " in told.err
        assert "approximate" in told.err
        assert ": 3, which get none" in told.err
        assert [p.name for p in photos[0].parent.glob("*.xmp")] == ["1.jpg.xmp"]
        assert 'Exposure2012="+0.50"' in photos[1].with_name("1.jpg.xmp").read_text()
        assert [photo.read_bytes() for photo in photos] == originals
        assert "already" in say("sidecar", "write", photos[1]).out

    def test_a_broken_sidecar_is_named_and_the_rest_goes_on(
        self, say: Say, photos: list[Path]
    ) -> None:
        for photo in photos[:2]:
            say("correct", photo, "--set", "exposure_ev=0.5")
        file = photos[0].with_name("0.jpg.xmp")
        file.write_text("broken")
        told = say("sidecar", "write", *photos[:2])
        assert told.status == SOME_FAILED
        assert told.err.count(str(file)) == 1
        assert file.read_text() == "broken"
        assert photos[1].with_name("1.jpg.xmp").exists()

    def test_what_is_written_comes_back_to_an_empty_catalog(
        self, say: Say, photos: list[Path], tmp_path: Path, open_studio: OpenStudio
    ) -> None:
        say("correct", photos[0], "--set", "temperature=140", "--set", "tint=-150")
        say("sidecar", "write", photos[0])
        shutil.rmtree(tmp_path / "data")
        told = say("sidecar", "read", "--learn", photos[0])
        assert "as imgtune wrote it" in told.out
        (lesson,) = open_studio().lessons(DEFAULT_STYLE)
        assert (lesson.chosen["temperature"], lesson.chosen["tint"]) == (140, -150)


class TestReading:
    @pytest.fixture
    def finished(self, photos: list[Path]) -> list[Path]:
        """Photos that another program developed, and what hinders learning from each."""
        beside(photos[0], 'crs:Exposure2012="+0.80" crs:Clarity2012="+20"')
        beside(photos[1], f'{XMP}xmp:Rating="4" crs:Contrast2012="+30"')
        beside(photos[2], 'crs:Contrast2012="+30" crs:ConvertToGrayscale="True"')
        beside(photos[3], 'crs:Exposure2012="0.00"')
        beside(photos[4], 'crs:Exposure2012="+1.00" crs:AlreadyApplied="True"')
        return photos

    def test_reports_what_is_found_usable_and_left_out(
        self, say: Say, finished: list[Path], open_studio: OpenStudio
    ) -> None:
        told = say("sidecar", "read", *finished)
        assert told.status == DONE
        lines = told.out.splitlines()
        assert len(lines) == 5
        assert lines[0] == (
            f"{finished[0]}: exposure_ev +0.80  (0.jpg.xmp, approximate); without Clarity2012"
        )
        for line, why in zip(
            lines[2:], ("without ConvertToGrayscale", "nothing was changed", "part of the pixels"),
            strict=True,
        ):  # fmt: skip
            assert "left out: " in line
            assert why in line
        assert "5 found, 2 usable (approximate here), 3 left out" in told.err
        assert open_studio().lessons(DEFAULT_STYLE) == []

    def test_takes_finished_work_as_lessons_where_asked(
        self, say: Say, finished: list[Path], open_studio: OpenStudio
    ) -> None:
        before = {p: p.read_bytes() for p in finished[0].parent.iterdir()}
        told = say("sidecar", "read", "--learn", finished[0].parent)
        assert "2 learned" in told.err
        studio = open_studio()
        chosen = {lesson.path.name: lesson.chosen for lesson in studio.lessons(DEFAULT_STYLE)}
        assert set(chosen) == {"0.jpg", "1.jpg"}
        assert chosen["0.jpg"]["exposure_ev"] == 0.8
        assert studio.load_marks(look(studio, finished[1])[0].id) == Marks(4)
        assert {p: p.read_bytes() for p in finished[0].parent.iterdir()} == before
        again = say("sidecar", "read", "--learn", finished[0].parent)
        assert "0 learned" in again.err
        assert again.out.count("has an edit of yours") == 2

    def test_a_broken_one_is_named(self, say: Say, finished: list[Path]) -> None:
        file = finished[0].with_name("0.jpg.xmp")
        file.write_text("<x")
        told = say("sidecar", "read", *finished[:2])
        assert told.status == SOME_FAILED
        assert str(file) in told.err
        assert "1 found, 1 usable" in told.err

    def test_of_photos_without_any_says_so(self, say: Say, photos: list[Path]) -> None:
        told = say("sidecar", "read", *photos)
        assert (told.status, told.out) == (DONE, "")
        assert "0 found" in told.err


@pytest.mark.parametrize("words", [[], ["write"], ["mend", "a"], ["read", "--style"]])
def test_wrong_use_is_told(say: Say, words: list[str]) -> None:
    assert say("sidecar", *words).status == WRONG_USE
