from __future__ import annotations

import argparse
import json
import math
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from model_core import __version__, cli
from model_core.commands import COMMANDS
from model_core.domain.develop import PARAM_NAMES, PARAMS, DevelopSettings
from model_core.imaging.decode import decode
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.commands import DONE, SOME_FAILED, WRONG_USE, Say, assert_named
from tests.core.pictures import exif, write_scene

OpenStudio = Callable[..., Studio]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [write_scene(tmp_path / "in" / f"IMG_{i}.jpg", i) for i in (1, 2, 10)]


def _unexplained(
    parser: argparse.ArgumentParser, where: str = "imgtune"
) -> Iterator[tuple[str, argparse.Action]]:
    """Every argument of every command that has no help."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from _unexplained(command, f"{where} {name}")
        elif not action.help:
            yield where, action


class TestWords:
    def test_without_a_command_help_is_shown(self, say: Say) -> None:
        said = say()
        assert said.status == WRONG_USE
        assert all(name in said.err for name in COMMANDS)

    @pytest.mark.parametrize("word", ["--help", "--version"])
    def test_help_and_version_are_no_fault(self, say: Say, word: str) -> None:
        said = say(word)
        assert said.status == DONE
        assert "imgtune" in said.out
        assert word == "--help" or __version__ in said.out

    @pytest.mark.parametrize("name", sorted(COMMANDS))
    def test_every_command_explains_itself(self, say: Say, name: str) -> None:
        said = say(name, "--help")
        assert said.status == DONE
        assert f"usage: imgtune {name}" in said.out

    def test_everything_that_can_be_said_is_explained(self) -> None:
        unexplained = [f"{where} {action.dest}" for where, action in _unexplained(cli.arguments())]
        assert unexplained == []

    @pytest.mark.parametrize(
        "words",
        [
            ["fly"],
            ["predict"],
            ["predict", "--jsn", "a.jpg"],
            ["correct"],
            ["auto", "a.jpg"],
            ["auto", "a.jpg", "--out", "x", "--format", "gif"],
            ["auto", "a.jpg", "--out", "x", "--quality", "0"],
            ["auto", "a.jpg", "--out", "x", "--quality", "high"],
            ["render", "a.jpg", "--out", "b.jpg"],
            ["model"],
            ["model", "burn"],
            ["model", "export"],
            ["train", "--method", "magic"],
            ["train", "--device", "tpu"],
            ["--max-megapixels", "none", "predict", "a.jpg"],
            ["--max-megapixels", "0", "predict", "a.jpg"],
        ],
        ids=" ".join,
    )
    def test_wrong_use_is_told(self, say: Say, words: list[str]) -> None:
        said = say(*words)
        assert said.status == WRONG_USE
        (line,) = said.err.splitlines()
        assert line.startswith("imgtune: ")
        assert said.out == ""

    def test_what_is_stopped_says_so(
        self, say: Say, photos: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Studio, "open_photo", interrupted)
        said = say("predict", *photos)
        assert said.status == SOME_FAILED
        assert "stopped" in said.err

    def test_a_data_directory_that_cannot_be_used_is_named(
        self, tmp_path: Path, photos: list[Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").touch()
        assert cli.main(["--data-dir", str(tmp_path / "file"), "predict", str(photos[0])]) == 1
        assert str(tmp_path / "file") in capsys.readouterr().err


class TestPredict:
    def test_json_names_the_lessons_behind_it(self, say: Say, photos: list[Path]) -> None:
        say("correct", photos[0], "--set", "exposure_ev=1.5")
        found = say("predict", "--json", photos[1]).json[0]["because"]
        assert found == [{"photo": str(photos[0].absolute()), "weight": 1.0}]

    def test_json_has_one_object_a_line(
        self, say: Say, photos: list[Path], open_studio: OpenStudio
    ) -> None:
        said = say("predict", "--json", photos[0].parent)
        assert said.status == DONE
        assert said.err == ""
        assert [Path(line["photo"]).name for line in said.json] == [
            "IMG_1.jpg", "IMG_2.jpg", "IMG_10.jpg"
        ]  # fmt: skip
        for line in said.json:
            assert set(line) == {
                "photo", "settings", "uncertainty", "model", "lessons", "frames_in_scene",
                "needs_review", "teaches", "because",
            }  # fmt: skip
            assert line["because"] == []
            assert list(line["settings"]) == list(line["uncertainty"]) == list(PARAM_NAMES)
            settings = DevelopSettings.from_mapping(line["settings"])
            assert settings.rounded().as_dict() == line["settings"]
            assert all(value > 0 for value in line["uncertainty"].values())
            assert line["model"] == open_studio().base_version
            assert line["lessons"] == 0

    def test_in_order_of_review_the_doubtful_come_first_and_the_answered_last(
        self, say: Say, photos: list[Path]
    ) -> None:
        say("correct", photos[1], "--set", "exposure_ev=1")
        rows = say("predict", "--json", "--order", "review", *photos).json
        assert sorted(row["photo"] for row in rows) == sorted(map(str, photos))
        assert rows[-1]["photo"] == str(photos[1])
        doubts = [sum(row["uncertainty"][p.name] / p.jnd for p in PARAMS) for row in rows[:-1]]
        assert doubts == pytest.approx(sorted(doubts, reverse=True), abs=0.05)

    def test_photos_over_the_limit_are_named(self, say: Say, photos: list[Path]) -> None:
        said = say("--max-megapixels", "0.02", "predict", str(photos[0]))
        assert said.status == SOME_FAILED
        assert "180 x 120 pixels, over the limit of 0.02 megapixels" in said.err

    def test_names_survive_json(self, say: Say, tmp_path: Path) -> None:
        path = write_scene(tmp_path / 'Fotó "ünd" 日本.jpg')
        (line,) = say("predict", "--json", path).json
        assert line["photo"] == str(path)

    def test_text_names_what_would_be_changed(self, say: Say, photos: list[Path]) -> None:
        say("correct", photos[0], "--set", "exposure_ev=2", "--set", "saturation=-50")
        said = say("predict", photos[1])
        assert said.status == DONE
        (line,) = said.out.splitlines()
        assert line.startswith(f"{photos[1]}: ")
        assert "exposure_ev +" in line
        assert "saturation -" in line

    def test_broken_files_are_named_and_the_rest_is_done(
        self, say: Say, photos: list[Path], broken: list[Path]
    ) -> None:
        said = say("predict", "--json", broken[0], photos[0], *broken[1:], photos[1])
        assert said.status == SOME_FAILED
        assert [line["photo"] for line in said.json] == [str(photos[0]), str(photos[1])]
        assert_named(said.err, broken)
        assert "3 of 5 failed" in said.err

    def test_a_folder_without_photos_is_wrong_use(self, say: Say, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        said = say("predict", tmp_path / "empty")
        assert said.status == WRONG_USE
        assert "no photos" in said.err

    def test_an_unknown_style_is_named(self, say: Say, photos: list[Path]) -> None:
        said = say("predict", photos[0], "--style", "Nobody")
        assert said.status == WRONG_USE
        assert "Nobody" in said.err
        assert DEFAULT_STYLE in said.err


class TestCorrect:
    def test_lines_that_teach_nothing_make_no_style(
        self, say: Say, tmp_path: Path, open_studio: OpenStudio
    ) -> None:
        said = say("correct", tmp_path / "gone.jpg", "--set", "tint=3", "--style", "Film")
        assert said.status == SOME_FAILED
        assert [s.name for s in open_studio().styles()] == [DEFAULT_STYLE]

    def test_sets_what_is_said_and_keeps_the_rest_of_the_prediction(
        self, say: Say, photos: list[Path], open_studio: OpenStudio
    ) -> None:
        (before,) = say("predict", "--json", photos[0]).json
        said = say("correct", photos[0], "--set", "exposure_ev=1.5", "--set", "tint=-12")
        assert said.status == DONE
        assert said.out == f"{photos[0]}: corrected\n"
        (lesson,) = open_studio().lessons(DEFAULT_STYLE)
        expected = before["settings"] | {"exposure_ev": 1.5, "tint": -12}
        assert lesson.chosen.as_dict() == expected
        assert lesson.predicted.as_dict() == before["settings"]

    def test_the_next_prediction_knows(self, say: Say, photos: list[Path]) -> None:
        before, *_ = say("predict", "--json", photos[2]).json
        say("correct", photos[0], "--set", "exposure_ev=2", "--shoot", "wedding")
        after, *_ = say("predict", "--json", photos[2]).json
        assert after["settings"]["exposure_ev"] > before["settings"]["exposure_ev"] + 0.8
        assert after["lessons"] == 1

    def test_setting_what_is_predicted_is_an_acceptance(self, say: Say, photos: list[Path]) -> None:
        (line,) = say("predict", "--json", photos[0]).json
        said = say("correct", photos[0], "--set", f"contrast={line['settings']['contrast']}")
        assert said.out == f"{photos[0]}: accepted\n"

    def test_what_was_edited_before_stays(
        self, say: Say, photos: list[Path], open_studio: OpenStudio
    ) -> None:
        say("correct", photos[0], "--set", "saturation=-60", "--set", "tint=3")
        say("correct", photos[1], "--set", "contrast=1")
        say("correct", photos[0], "--set", "exposure_ev=0.5", "--set", "tint=4")
        lesson = open_studio().lessons(DEFAULT_STYLE)[-1]
        chosen = lesson.chosen
        assert (chosen["saturation"], chosen["exposure_ev"], chosen["tint"]) == (-60, 0.5, 4)

    def test_a_new_style_is_made_and_said(
        self, say: Say, photos: list[Path], open_studio: OpenStudio
    ) -> None:
        said = say("correct", photos[0], "--set", "contrast=50", "--style", "Bold")
        assert said.err == "Bold: a new style\nBold: 1 lesson\n"
        studio = open_studio()
        assert [(s.name, s.lessons) for s in studio.styles()] == [(DEFAULT_STYLE, 0), ("Bold", 1)]

    @pytest.mark.parametrize(
        "value", ["clarity=5", "contrast", "contrast=", "contrast=warm", "contrast=nan",
                  "contrast=inf", "=5", "Contrast=5", "contrast=101"],
    )  # fmt: skip
    def test_what_is_no_setting_is_wrong_use_and_teaches_nothing(
        self, say: Say, photos: list[Path], open_studio: OpenStudio, value: str
    ) -> None:
        said = say("correct", photos[0], "--set", "tint=3", "--set", value)
        assert said.status == WRONG_USE
        assert value in said.err
        assert open_studio().lessons(DEFAULT_STYLE) == []

    def test_photo_and_settings_or_a_file_but_not_both(
        self, say: Say, photos: list[Path], tmp_path: Path
    ) -> None:
        lines = tmp_path / "lessons.jsonl"
        lines.write_text("", encoding="utf-8")
        for words in ((), (photos[0],), (photos[0], "--set", "tint=3", "--from", lines)):
            said = say("correct", *words)
            assert said.status == WRONG_USE
            assert "--" in said.err

    def test_a_missing_photo_is_named(self, say: Say, tmp_path: Path) -> None:
        said = say("correct", tmp_path / "gone.jpg", "--set", "tint=3")
        assert said.status == SOME_FAILED
        assert "gone.jpg" in said.err


class TestCorrectFromAFile:
    @pytest.fixture
    def write(self, tmp_path: Path) -> Callable[..., Path]:
        def lines(*content: Any, encoding: str = "utf-8") -> Path:
            path = tmp_path / "lessons.jsonl"
            text = "\n".join(c if isinstance(c, str) else json.dumps(c) for c in content)
            path.write_text(text, encoding=encoding)
            return path

        return lines

    def test_every_line_teaches(
        self,
        say: Say,
        photos: list[Path],
        write: Callable[..., Path],
        open_studio: OpenStudio,
    ) -> None:
        source = write(
            {"photo": str(photos[0]), "settings": {"contrast": 10}, "shoot": "a"},
            "",
            {"photo": str(photos[1].relative_to(photos[1].parents[1])), "settings": {"tint": 24.0}},
            {"photo": str(photos[2]), "settings": {}, "note": "kept", "shoot": None},
        )
        said = say("correct", "--from", source)
        assert said.status == DONE
        assert [line.rsplit(": ")[1] for line in said.out.splitlines()] == [
            "corrected", "corrected", "accepted"
        ]  # fmt: skip
        first, *_ = open_studio().lessons(DEFAULT_STYLE)
        assert (first.chosen["contrast"], first.shoot) == (10, "a")
        assert "3 lessons" in said.err

    @pytest.mark.parametrize(
        "line",
        [
            "not json",
            "[]",
            "{}",
            "null",
            "[" * 100_000,
            '{"photo": "a.jpg"}',
            '{"photo": 3, "settings": {}}',
            '{"photo": "a.jpg", "settings": [1]}',
            '{"photo": "a.jpg", "settings": {"clarity": 1}}',
            '{"photo": "a.jpg", "settings": {"contrast": NaN}}',
            '{"photo": "a.jpg", "settings": {"contrast": 1e999}}',
            '{"photo": "a.jpg", "settings": {"contrast": 1' + "0" * 400 + "}}",
            '{"photo": "a.jpg", "settings": {"contrast": true}}',
            '{"photo": "a.jpg", "settings": {"contrast": null}}',
            '{"photo": "a.jpg", "settings": {"contrast": -101}}',
            '{"photo": "a.jpg", "settings": {}, "shoot": 5}',
            '{"photo": "a.jpg", "settings": {}, "shoot": "\\ud800"}',
        ],
        ids=lambda line: line[:60],
    )
    def test_a_bad_line_is_named_by_its_number_and_the_rest_goes_on(
        self, say: Say, photos: list[Path], write: Callable[..., Path], line: str
    ) -> None:
        good = [{"photo": str(p), "settings": {"contrast": 10}} for p in photos]
        source = write(good[0], line, good[1])
        said = say("correct", "--from", source)
        assert said.status == SOME_FAILED
        assert said.out.count("corrected") == 2
        named = [text for text in said.err.splitlines() if f"{source}, line 2: " in text]
        assert len(named) == 1
        assert len(named[0]) < 400
        assert "1 of 3 failed" in said.err

    def test_broken_photos_are_named_and_the_rest_goes_on(
        self, say: Say, photos: list[Path], broken: list[Path], write: Callable[..., Path]
    ) -> None:
        every = [*broken, photos[0], photos[0].parent]
        said = say("correct", "--from", write(*({"photo": str(p), "settings": {"tint": 9}} for p in
                                               every)))  # fmt: skip
        assert said.status == SOME_FAILED
        assert said.out == f"{photos[0]}: corrected\n"
        assert_named(said.err, broken)
        assert "4 of 5 failed" in said.err

    def test_a_byte_order_mark_is_no_fault(
        self, say: Say, photos: list[Path], write: Callable[..., Path]
    ) -> None:
        line = {"photo": str(photos[0]), "settings": {"tint": 9}}
        assert say("correct", "--from", write(line, encoding="utf-8-sig")).status == DONE

    @pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff\xfe\x00"])
    def test_a_file_without_lessons_is_wrong_use(
        self, say: Say, tmp_path: Path, content: bytes | None
    ) -> None:
        path = tmp_path / "lessons.jsonl"
        if content is not None:
            path.write_bytes(content)
        said = say("correct", "--from", path)
        assert said.status == WRONG_USE
        assert "Traceback" not in said.err

    def test_predictions_can_be_taught_back(
        self, say: Say, photos: list[Path], tmp_path: Path
    ) -> None:
        """What predict --json prints is what correct --from reads."""
        path = tmp_path / "lines.jsonl"
        path.write_text(say("predict", "--json", *photos).out, encoding="utf-8")
        said = say("correct", "--from", path)
        assert said.status == DONE
        assert len(said.out.splitlines()) == 3


class TestModel:
    def test_at_first_there_is_the_shipped_one(self, say: Say, open_studio: OpenStudio) -> None:
        said = say("model", "list")
        assert (said.status, said.out) == (DONE, f"* {open_studio().base_version}  (shipped)\n")

    def test_export_import_list_and_roll_back(
        self, say: Say, tmp_path: Path, photos: list[Path]
    ) -> None:
        say("correct", photos[0], "--set", "exposure_ev=2")
        (expected,) = say("predict", "--json", photos[2]).json
        pack = tmp_path / "mine.imgtune"
        said = say("model", "export", pack)
        assert (said.status, said.out) == (DONE, f"{pack}\n")
        said = say("model", "import", pack, "--style", "Hers")
        assert said.status == DONE
        assert said.out.startswith("Hers: v0001-")
        (found,) = say("predict", "--json", photos[2], "--style", "Hers").json
        for spec in PARAMS:
            gap = abs(found["settings"][spec.name] - expected["settings"][spec.name])
            assert gap <= 1.01 * 10**-spec.decimals
        listed = say("model", "list", "--style", "Hers").out.splitlines()
        assert [line[0] for line in listed] == [" ", "*"]
        assert "1 lessons  loaded from a file" in listed[1]
        again = say("model", "import", pack, "--style", "hers")
        assert again.status == WRONG_USE
        assert "--over" in again.err
        assert say("model", "import", pack, "--style", "hers", "--over").status == DONE
        say("model", "rollback", "--style", "Hers")
        said = say("model", "rollback", "--style", "Hers")
        assert "(shipped)" not in said.out
        assert "serves now" in said.out
        assert say("model", "list", "--style", "Hers").out.startswith("* base-")
        newest = listed[1].split()[1]
        assert newest in say("model", "rollback", "--to", newest, "--style", "Hers").out
        assert say("model", "list", "--style", "Hers").out.splitlines()[1].startswith(f"* {newest}")
        said = say("model", "rollback", "--to", "v0099-00000000", "--style", "Hers")
        assert said.status == SOME_FAILED
        assert "v0099-00000000" in said.err

    def test_a_pack_over_another_base_says_so(
        self, say: Say, photos: list[Path], tmp_path: Path
    ) -> None:
        ours, theirs = tmp_path / "ours.imgtune", tmp_path / "theirs.imgtune"
        say("model", "export", ours)
        assert "another base" not in say("model", "import", ours).err
        with zipfile.ZipFile(ours) as source, zipfile.ZipFile(theirs, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                if name == "manifest.json":
                    data = json.dumps(json.loads(data) | {"base_sha256": "0" * 64}).encode()
                target.writestr(name, data)
        said = say("model", "import", theirs, "--style", "Theirs")
        assert said.status == DONE
        assert "another base" in said.err
        assert say("correct", photos[0], "--set", "contrast=9", "--style", "Theirs").status == DONE

    @pytest.mark.parametrize("action", ["list", "rollback"])
    def test_an_unknown_style_is_named(self, say: Say, action: str) -> None:
        said = say("model", action, "--style", "Nobody")
        assert said.status == WRONG_USE
        assert "Nobody" in said.err

    def test_what_is_no_pack_is_named(self, say: Say, photos: list[Path], tmp_path: Path) -> None:
        for file in (photos[0], tmp_path / "gone.imgtune"):
            said = say("model", "import", file)
            assert said.status == SOME_FAILED
            assert file.name in said.err

    def test_a_broken_version_is_told_and_the_work_is_done(
        self, say: Say, tmp_path: Path, photos: list[Path]
    ) -> None:
        say("model", "export", tmp_path / "mine.imgtune")
        say("model", "import", tmp_path / "mine.imgtune")
        (model,) = (tmp_path / "data" / "models").rglob("model.onnx")
        model.write_bytes(b"damaged")
        said = say("predict", "--json", photos[0])
        assert said.status == DONE
        assert said.json[0]["model"].startswith("base-")
        assert "model.onnx" in said.err


class TestTrain:
    def test_too_few_corrections_are_told_with_their_number(
        self, say: Say, photos: list[Path]
    ) -> None:
        say("correct", photos[0], "--set", "exposure_ev=2")
        said = say("train", "--device", "cpu")
        assert said.status == SOME_FAILED
        assert "there are 1 over 1" in said.err

    def test_as_a_child_it_ends_in_one_json_line(
        self, say: Say, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.nice", lambda _: 0)  # the test run must not become nice
        said = say("train", "--json")
        assert said.status == SOME_FAILED
        assert "correct" in said.json[-1]["result"]["error"]
        assert said.err == ""


class TestDoctor:
    def test_says_what_is_there(self, say: Say, tmp_path: Path) -> None:
        said = say("doctor")
        assert said.status == DONE
        for word in ("Python", "onnxruntime", "torch", "base model", str(tmp_path / "data")):
            assert word in said.out
        assert "MISSING" not in said.out

    def test_names_what_is_missing_and_how_to_get_it(
        self, say: Say, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import importlib.util as util

        found = util.find_spec
        monkeypatch.setattr(
            "model_core.doctor.importlib.util.find_spec",
            lambda name, *rest: None if name == "rawpy" else found(name, *rest),
        )
        said = say("doctor")
        assert said.status == SOME_FAILED
        assert any("rawpy" in x and "pip install" in x for x in said.out.splitlines())

    def test_names_a_data_directory_that_is_broken(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").touch()
        assert cli.main(["--data-dir", str(tmp_path / "file"), "doctor"]) == SOME_FAILED
        assert "BROKEN" in capsys.readouterr().out


def test_photos_with_exif_go_all_the_way(say: Say, tmp_path: Path) -> None:
    path = write_scene(tmp_path / "a.jpg", exif=exif(orientation=8), height=60, width=90)
    shutil.copy(path, tmp_path / "b.jpg")  # the same content twice
    assert say("correct", path, "--set", "contrast=40").status == DONE
    said = say("auto", path, tmp_path / "b.jpg", "--out", tmp_path / "out")
    assert said.status == DONE
    with Image.open(tmp_path / "out" / "a.jpg") as image:
        assert image.size == (60, 90)
        assert image.getexif()[0x0110] == "Camera X"
    assert not math.isnan(decode(tmp_path / "out" / "b.jpg").pixels.mean())
