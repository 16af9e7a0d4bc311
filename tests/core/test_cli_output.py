"""The commands that write pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core.cli_output import each
from model_core.domain.develop import IDENTITY
from model_core.domain.errors import CannotWrite
from model_core.imaging.decode import decode
from model_core.imaging.render import render
from tests.core.commands import DONE, SOME_FAILED, WRONG_USE, Say, assert_named
from tests.core.pictures import write_scene


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [write_scene(tmp_path / "in" / f"IMG_{i}.jpg", i) for i in (1, 2, 10)]


class TestAuto:
    def test_writes_copies_and_touches_no_original(
        self, say: Say, tmp_path: Path, photos: list[Path]
    ) -> None:
        before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in photos}
        say("correct", photos[0], "--set", "exposure_ev=2")
        said = say("auto", photos[0].parent, "--out", tmp_path / "out" / "deep")
        assert said.status == DONE
        written = [Path(line) for line in said.out.splitlines()]  # each when it is done
        assert sorted(p.name for p in written) == ["IMG_1.jpg", "IMG_10.jpg", "IMG_2.jpg"]
        assert sorted((tmp_path / "out" / "deep").iterdir()) == sorted(written)
        for original in photos:
            copy = tmp_path / "out" / "deep" / original.name
            assert decode(copy).pixels.mean() > decode(original).pixels.mean() + 5
        assert before == {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in photos}

    def test_the_users_own_edits_are_kept(
        self, say: Say, tmp_path: Path, photos: list[Path]
    ) -> None:
        say("correct", photos[0], "--set", "saturation=-100")
        said = say("auto", *photos[:2], "--out", tmp_path / "out", "--format", "png")
        assert said.status == DONE
        mine, other = (
            decode(tmp_path / "out" / f"{p.stem}.png").pixels.astype(int) for p in photos[:2]
        )
        assert np.ptp(mine, axis=-1).max() <= 2
        assert np.ptp(other, axis=-1).max() > 2  # learned from one correction, not copied

    def test_nothing_that_is_there_is_overwritten(
        self, say: Say, tmp_path: Path, photos: list[Path]
    ) -> None:
        before = {p: p.read_bytes() for p in photos}
        for _ in range(2):
            assert say("auto", *photos, "--out", photos[0].parent).status == DONE
        assert before == {p: p.read_bytes() for p in photos}
        assert len(list(photos[0].parent.iterdir())) == 9

    @pytest.mark.parametrize(("name", "suffix"), [("png", ".png"), ("tiff", ".tif")])
    def test_other_formats(
        self, say: Say, tmp_path: Path, photos: list[Path], name: str, suffix: str
    ) -> None:
        say("auto", photos[0], "--out", tmp_path / "out", "--format", name)
        assert decode(tmp_path / "out" / f"IMG_1{suffix}").width == 180

    def test_broken_files_are_named_and_the_rest_is_done(
        self, say: Say, tmp_path: Path, photos: list[Path], broken: list[Path]
    ) -> None:
        said = say("auto", *broken, photos[0], "--out", tmp_path / "out")
        assert said.status == SOME_FAILED
        assert_named(said.err, broken)
        assert [p.name for p in (tmp_path / "out").iterdir()] == ["IMG_1.jpg"]

    def test_without_photos_no_folder_is_made(self, say: Say, tmp_path: Path) -> None:
        (tmp_path / "none").mkdir()
        assert say("auto", tmp_path / "none", "--out", tmp_path / "out").status == WRONG_USE
        assert not (tmp_path / "out").exists()

    def test_a_folder_that_cannot_be_made_is_named(
        self, say: Say, tmp_path: Path, photos: list[Path]
    ) -> None:
        said = say("auto", photos[0], "--out", photos[1])
        assert said.status == SOME_FAILED
        assert f"{photos[1]}: is a file, not a folder" in said.err


class TestRender:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Path:
        path = tmp_path / "settings.json"
        path.write_text('{"exposure_ev": 1, "saturation": -100}', encoding="utf-8")
        return path

    @pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".png", ".tif", ".tiff"])
    def test_renders_what_is_asked(
        self, say: Say, tmp_path: Path, photos: list[Path], settings: Path, suffix: str
    ) -> None:
        out = tmp_path / f"new{suffix}"
        said = say("render", photos[0], "--settings", settings, "--out", out)
        assert (said.status, said.out) == (DONE, f"{out}\n")
        wanted = IDENTITY.updated({"exposure_ev": 1, "saturation": -100})
        expected = render(decode(photos[0]), wanted)
        with Image.open(out) as image:
            assert np.abs(np.asarray(image).astype(int) - expected).mean() < 2

    def test_takes_a_line_of_predict(self, say: Say, tmp_path: Path, photos: list[Path]) -> None:
        line = tmp_path / "line.json"
        line.write_text(say("predict", "--json", photos[0]).out, encoding="utf-8")
        out = tmp_path / "new.png"
        assert say("render", photos[0], "--settings", line, "--out", out).status == DONE

    @pytest.mark.parametrize("name", ["new", "new.gif", "new.jpg.bak", ".jpg"])
    def test_a_name_without_a_known_suffix_is_wrong_use(
        self, say: Say, tmp_path: Path, photos: list[Path], settings: Path, name: str
    ) -> None:
        said = say("render", photos[0], "--settings", settings, "--out", tmp_path / name)
        assert said.status == WRONG_USE
        assert name in said.err
        assert not (tmp_path / name).exists()

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (None, "there is no such file"),
            ("not json", "is not JSON"),
            ('{"exposure_ev": 99}', "exposure_ev: 99 is outside the slider's range, -5 .. 5"),
            ('{"settings": {"tint": -151}}', "tint: -151 is outside"),
        ],
    )
    def test_what_is_wrong_with_the_settings_is_one_line(
        self, say: Say, tmp_path: Path, photos: list[Path], content: str | None, reason: str
    ) -> None:
        path = tmp_path / "bad.json"
        if content is not None:
            path.write_text(content, encoding="utf-8")
        said = say("render", photos[0], "--settings", path, "--out", tmp_path / "new.jpg")
        assert said.status == WRONG_USE
        (line,) = said.err.splitlines()
        assert line.startswith(f"imgtune: {path}: {reason}")
        assert "Errno" not in line
        assert not (tmp_path / "new.jpg").exists()

    @pytest.mark.parametrize(
        "content",
        [None, "", "not json", "[1]", "3", '{"clarity": 1}', '{"contrast": NaN}',
         '{"contrast": "soft"}', '{"settings": {"contrast": true}}', "[" * 100_000],
        ids=lambda c: str(c)[:30],
    )  # fmt: skip
    def test_a_file_without_settings_is_wrong_use_and_named(
        self, say: Say, tmp_path: Path, photos: list[Path], content: str | None
    ) -> None:
        path = tmp_path / "bad.json"
        if content is not None:
            path.write_text(content, encoding="utf-8")
        said = say("render", photos[0], "--settings", path, "--out", tmp_path / "new.jpg")
        assert said.status == WRONG_USE
        assert str(path) in said.err
        assert not (tmp_path / "new.jpg").exists()

    def test_an_original_is_never_written(
        self, say: Say, photos: list[Path], settings: Path
    ) -> None:
        before = photos[0].read_bytes()
        said = say("render", photos[0], "--settings", settings, "--out", photos[0])
        assert said.status == SOME_FAILED
        assert "original" in said.err
        assert photos[0].read_bytes() == before

    def test_broken_photos_are_named(
        self, say: Say, tmp_path: Path, broken: list[Path], settings: Path
    ) -> None:
        for path in broken:
            said = say("render", path, "--settings", settings, "--out", tmp_path / "new.jpg")
            assert said.status == SOME_FAILED
            assert_named(said.err, [path])
        assert not (tmp_path / "new.jpg").exists()


def test_what_is_wrong_with_every_photo_alike_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work(number: int) -> None:
        raise CannotWrite("Cannot write the catalog: the disk is full." if number else "0: gone")

    assert each(range(4), work) == SOME_FAILED
    told = capsys.readouterr().err.splitlines()
    assert [line.removeprefix("imgtune: ") for line in told] == [
        "0: gone", "Cannot write the catalog: the disk is full.", "4 of 4 failed"
    ]  # fmt: skip
