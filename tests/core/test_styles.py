"""Styles: make, copy, rename, delete, and models that come from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from model_core.domain.errors import Busy, UnknownStyle
from model_core.services import DEFAULT_STYLE, Studio
from model_core.storage.catalog import StyleRefused
from tests.core.commands import Say
from tests.core.teaching import look, predicted, teach

OpenStudio = Callable[..., Studio]
WRONG_USE = 2


def names(studio: Studio) -> list[str]:
    return [info.name for info in studio.styles()]


class TestStyles:
    def test_a_renamed_style_keeps_what_it_has_learned(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        teach(studio, photos[0])
        before = predicted(studio, photos[1])
        studio.rename_style(DEFAULT_STYLE, "Warm film")
        assert [(info.name, info.lessons) for info in studio.styles()] == [("Warm film", 1)]
        assert predicted(studio, photos[1], "Warm film").settings == before.settings

    def test_a_deleted_style_is_gone_and_its_name_is_free(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        bare = predicted(studio, photos[1])
        studio.create_style("mono")
        teach(studio, photos[0], "mono")
        assert predicted(studio, photos[1], "mono").settings != bare.settings
        studio.delete_style("mono")
        studio.create_style("mono")
        assert predicted(studio, photos[1], "mono").settings == bare.settings
        for name in ("mono", DEFAULT_STYLE):
            studio.delete_style(name)
        assert names(studio) == [DEFAULT_STYLE]

    @pytest.mark.parametrize(
        "name", ["", " ", " a", "a\nb", "\u202ereversed", "\ud800", "x" * 101, "a\x00b"]
    )
    def test_names_that_cannot_be_shown_are_refused(self, studio: Studio, name: str) -> None:
        for change in (studio.create_style, lambda n: studio.rename_style(DEFAULT_STYLE, n),
                       lambda n: studio.duplicate_style(DEFAULT_STYLE, n)):  # fmt: skip
            with pytest.raises(StyleRefused):
                change(name)
        assert names(studio) == [DEFAULT_STYLE]

    @pytest.mark.parametrize(
        "name", ["a/b\\..\\c", "..", "CON", "Été 2024", "婚礼", "x" * 100, "--yes", "🌅 dawn"]
    )
    def test_odd_names_hold_lessons_and_versions_like_any(
        self, studio: Studio, photos: list[Path], tmp_path: Path, name: str
    ) -> None:
        studio.create_style(name)
        teach(studio, photos[0], name)
        studio.export_pack(name, tmp_path / "odd.imgtune")
        version = studio.import_pack(tmp_path / "odd.imgtune", name)
        assert studio.network_version(name) == version.id
        studio.duplicate_style(name, "Plain")
        assert predicted(studio, photos[1], "Plain") == predicted(studio, photos[1], name)
        studio.delete_style(name)
        assert names(studio) == [DEFAULT_STYLE, "Plain"]

    @pytest.mark.parametrize(("name", "twin"), [("Été", "E\u0301te\u0301"), ("Bold", "bOLD")])
    def test_names_that_look_the_same_are_one(self, studio: Studio, name: str, twin: str) -> None:
        studio.create_style(name)
        assert studio.require_style(twin) == studio.ensure_style(twin) == name
        with pytest.raises(StyleRefused, match=name):
            studio.create_style(twin)
        studio.rename_style(name, twin)  # itself, in other letters
        assert names(studio) == [DEFAULT_STYLE, twin]

    def test_a_style_in_training_is_not_deleted(
        self, studio: Studio, open_studio: OpenStudio, photos: list[Path], tmp_path: Path
    ) -> None:
        teach(studio, photos[0])
        studio.export_pack(DEFAULT_STYLE, tmp_path / "a.imgtune")
        studio.import_pack(tmp_path / "a.imgtune", DEFAULT_STYLE)
        other = open_studio()
        with studio.models.lock(DEFAULT_STYLE):
            for change in (lambda: other.delete_style(DEFAULT_STYLE),
                           lambda: other.duplicate_style(DEFAULT_STYLE, "Copy")):  # fmt: skip
                with pytest.raises(Busy):
                    change()
        assert [(info.name, info.lessons) for info in other.styles()] == [(DEFAULT_STYLE, 1)]

    def test_a_style_that_another_window_deleted_is_named(
        self, studio: Studio, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        studio.create_style("Mono")
        photo, features = look(studio, photos[0], "Mono")
        open_studio().delete_style("Mono")
        with pytest.raises(UnknownStyle, match="Mono"):
            studio.learn("Mono", photo, features, studio.predict("Mono", features).settings)


class TestDuplicates:
    def test_hold_the_same_and_are_apart_from_then_on(
        self, studio: Studio, open_studio: OpenStudio, photos: list[Path], tmp_path: Path
    ) -> None:
        lessons = [teach(studio, path) for path in photos[:4]]
        studio.export_pack(DEFAULT_STYLE, tmp_path / "a.imgtune")
        version = studio.import_pack(tmp_path / "a.imgtune", DEFAULT_STYLE)
        before = predicted(studio, photos[5])
        studio.duplicate_style(DEFAULT_STYLE, "Copy")
        assert predicted(studio, photos[5], "Copy") == before
        copies = studio.lessons("Copy")
        assert [c.chosen for c in copies] == [c.chosen for c in lessons]
        assert not {c.id for c in copies} & {c.id for c in lessons}
        assert len(studio.lesson_thumbnails([c.id for c in copies])) == 4
        assert studio.load_edit("Copy", lessons[0].photo) is not None
        for lesson in studio.lessons(DEFAULT_STYLE):
            studio.forget(lesson.id)
        studio.rollback(DEFAULT_STYLE)
        assert predicted(studio, photos[5]) != before
        for one in (studio, open_studio()):  # and so it is written
            assert predicted(one, photos[5], "Copy") == before
            assert [v.id for v in one.versions("Copy")] == [version.id]
        teach(studio, photos[6], "Copy", contrast=-30)
        assert studio.lessons(DEFAULT_STYLE) == []
        studio.delete_style(DEFAULT_STYLE)
        assert [v.id for v in studio.versions("Copy")] == [version.id]

    def test_come_back_when_the_catalog_is_lost(
        self, studio: Studio, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        for path in photos[:2]:
            teach(studio, path)
        studio.duplicate_style(DEFAULT_STYLE, "Copy")
        studio.forget(studio.lessons(DEFAULT_STYLE)[0].id)
        data = studio.data_dir
        studio.close()
        for file in data.glob("catalog.db*"):
            file.unlink()
        again = open_studio()
        assert {info.name: info.lessons for info in again.styles()} == {DEFAULT_STYLE: 1, "Copy": 2}

    def test_of_nothing_or_over_something_are_refused(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        teach(studio, photos[0])
        studio.create_style("There")
        with pytest.raises(StyleRefused, match="There"):
            studio.duplicate_style(DEFAULT_STYLE, "there")
        with pytest.raises(UnknownStyle):
            studio.duplicate_style("nobody's", "new")
        assert [(s.name, s.lessons) for s in studio.styles()] == [(DEFAULT_STYLE, 1), ("There", 0)]


class TestPacksOfTheSameName:
    def test_two_users_share_a_name_but_not_a_style(
        self, open_studio: OpenStudio, photos: list[Path], tmp_path: Path
    ) -> None:
        packs = [tmp_path / "hers.imgtune", tmp_path / "his.imgtune"]
        for pack, change in zip(packs, (1.5, -1.5), strict=True):
            teacher = open_studio(tmp_path / pack.stem)
            for path in photos[:3]:
                teach(teacher, path, exposure_ev=change)
            teacher.export_pack(DEFAULT_STYLE, pack)
        mine = open_studio(tmp_path / "mine")
        before = predicted(mine, photos[5]).settings["exposure_ev"]
        hers = mine.import_pack(packs[0])  # mine is empty: it takes its name
        his = mine.import_pack(packs[1])
        assert (hers.style, his.style) == (DEFAULT_STYLE, f"{DEFAULT_STYLE} 2")
        shown = [predicted(mine, photos[5], v.style).settings["exposure_ev"] for v in (hers, his)]
        assert shown[0] > before > shown[1]

    def test_a_pack_never_lands_in_a_style_with_something_in_it(
        self, studio: Studio, photos: list[Path], tmp_path: Path
    ) -> None:
        teach(studio, photos[0])
        studio.export_pack(DEFAULT_STYLE, tmp_path / "a.imgtune")
        assert studio.import_pack(tmp_path / "a.imgtune").style == f"{DEFAULT_STYLE} 2"
        assert studio.import_pack(tmp_path / "a.imgtune").style == f"{DEFAULT_STYLE} 3"
        assert studio.versions(DEFAULT_STYLE) == []
        assert studio.import_pack(tmp_path / "a.imgtune", "MY STYLE").style == DEFAULT_STYLE

    def test_numbers_keep_names_within_their_length(self, studio: Studio) -> None:
        studio.create_style("x" * 100)
        assert studio.free_style_name("x" * 100) == "x" * 98 + " 2"


class TestCommand:
    def test_makes_copies_renames_and_lists(self, say: Say, photos: list[Path]) -> None:
        say("correct", photos[0], "--set", "contrast=50")
        assert say("style", "create", "Mono").status == 0
        assert say("style", "duplicate", DEFAULT_STYLE, "Bold").status == 0
        assert say("style", "rename", "mono", "Noir").out == "Mono: renamed as Noir\n"
        listed = [json.loads(x) for x in say("style", "list", "--json").out.splitlines()]
        assert [(x["style"], x["lessons"]) for x in listed] == [
            (DEFAULT_STYLE, 1), ("Noir", 0), ("Bold", 1)
        ]  # fmt: skip
        assert "Bold: 1 lesson, base-" in say("style", "list").out

    def test_exports_in_8_bits_and_says_what_it_costs(
        self, say: Say, photos: list[Path], tmp_path: Path
    ) -> None:
        say("correct", photos[0], "--set", "contrast=50")
        whole, small = tmp_path / "a.imgtune", tmp_path / "b.imgtune"
        assert "8 bits" not in say("model", "export", whole).err
        said = say("model", "export", "--int8", small)
        assert said.status == 0
        assert "J off on" in said.err
        assert small.stat().st_size < 0.7 * whole.stat().st_size
        say("model", "import", small)
        before, after = (
            say("predict", "--json", photos[1], "--style", s).json[0]["settings"]["contrast"]
            for s in (DEFAULT_STYLE, f"{DEFAULT_STYLE} 2")
        )
        assert abs(before - after) <= 3

    def test_deletes_only_when_told_what_is_lost(self, say: Say, photos: list[Path]) -> None:
        for path in photos[:2]:
            say("correct", path, "--set", "contrast=50", "--style", "Bold")
        said = say("style", "delete", "Bold")
        assert said.status == WRONG_USE
        assert "2 lessons" in said.err
        assert "Bold" in say("style", "list").out
        assert say("style", "delete", "bold", "--yes").out == "Bold: deleted with its 2 lessons\n"
        assert say("style", "list").out.count("\n") == 1

    def test_says_which_styles_there_are(self, say: Say) -> None:
        for words in (("delete", "x", "--yes"), ("rename", "x", "y"), ("duplicate", "x", "y")):
            said = say("style", *words)
            assert said.status == 2
            assert DEFAULT_STYLE in said.err
