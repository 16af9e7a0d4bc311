"""Keep two styles? Asked when corrections contradict each other, done only when told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import UnknownStyle
from model_core.services import DEFAULT_STYLE, Studio
from model_core.storage.catalog import StyleRefused
from tests.core.commands import Say
from tests.core.pictures import write_scene
from tests.core.teaching import look, predicted

OpenStudio = Callable[..., Studio]
SHOOTS, EACH = 14, 2
MANY = SHOOTS * EACH
LIGHT, DARK = {"exposure_ev": 0.8, "temperature": -40.0}, {"exposure_ev": -0.8, "temperature": 40.0}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("scenes")
    return [write_scene(folder / f"{i}.jpg", i) for i in range(MANY + 2)]


def teach_all(studio: Studio, scenes: list[Path], ways: list[dict[str, float]]) -> None:
    """Each shoot in its way, as an absolute look beyond the network's own settings."""
    for i, path in enumerate(scenes[:MANY]):
        photo, features = look(studio, path)
        own = DevelopSettings.from_values(features.settings)
        way = ways[i // EACH]
        chosen = own.updated({name: own[name] + value for name, value in way.items()})
        studio.learn(DEFAULT_STYLE, photo, features, chosen, shoot=f"shoot {i // EACH}")


@pytest.fixture(scope="module")
def taught(scenes: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half the shoots light and cool, then half dark and warm."""
    data = tmp_path_factory.mktemp("taught") / "data"
    studio = Studio(data)
    teach_all(studio, scenes, [LIGHT] * (SHOOTS // 2) + [DARK] * (SHOOTS // 2))
    studio.close()
    return data


@pytest.fixture
def changed(taught: Path, tmp_path: Path, open_studio: OpenStudio) -> Studio:
    shutil.copytree(taught, tmp_path / "data")
    return open_studio()


def counts(studio: Studio) -> dict[str, int]:
    return {info.name: info.lessons for info in studio.styles()}


class TestAsking:
    def test_a_change_is_told_plainly_and_nothing_is_done(self, changed: Studio) -> None:
        before = predicted(changed, changed.lessons(DEFAULT_STYLE)[0].path)
        found = changed.splits.look(DEFAULT_STYLE)
        assert found is not None
        lessons = changed.lessons(DEFAULT_STYLE)
        assert found.since == lessons[MANY // 2].created_at
        assert found.later == tuple(c.id for c in lessons[MANY // 2 :])
        assert found.earlier == MANY // 2
        assert {name for name, _ in found.changes[:2]} == {"exposure_ev", "temperature"}
        assert dict(found.changes)["exposure_ev"] < 0 < dict(found.changes)["temperature"]
        assert found.two < found.one
        assert counts(changed) == {DEFAULT_STYLE: MANY}
        assert predicted(changed, lessons[0].path) == before

    def test_one_way_is_one_style(self, studio: Studio, scenes: list[Path]) -> None:
        teach_all(studio, scenes, [LIGHT] * SHOOTS)
        assert studio.splits.due(DEFAULT_STYLE)
        assert studio.splits.look(DEFAULT_STYLE) is None
        assert not studio.splits.due(DEFAULT_STYLE)

    def test_few_lessons_are_not_looked_at(self, studio: Studio) -> None:
        assert not studio.splits.due(DEFAULT_STYLE)
        assert studio.splits.find(DEFAULT_STYLE) is None
        with pytest.raises(UnknownStyle):
            studio.splits.find("nobody's")

    def test_it_is_asked_until_it_is_answered(
        self, changed: Studio, open_studio: OpenStudio
    ) -> None:
        changed.splits.look(DEFAULT_STYLE)
        assert open_studio().splits.due(DEFAULT_STYLE)  # also after a new start
        changed.splits.not_now(DEFAULT_STYLE)
        assert not open_studio().splits.due(DEFAULT_STYLE)

    def test_never_is_never_also_under_another_name(
        self, changed: Studio, open_studio: OpenStudio
    ) -> None:
        changed.splits.look(DEFAULT_STYLE)
        changed.splits.never(DEFAULT_STYLE)
        changed.rename_style(DEFAULT_STYLE, "Mine")
        again = open_studio()
        assert not again.splits.due("Mine")
        assert again.splits.find("Mine") is not None  # but who asks is told
        again.delete_style("Mine")
        again.create_style("Mine")
        assert again.splits._answers("Mine") == {}


class TestSplitting:
    def test_each_style_predicts_its_own_way_and_undo_ends_it(
        self, changed: Studio, open_studio: OpenStudio, scenes: list[Path]
    ) -> None:
        blurred = predicted(changed, scenes[-1])
        suggestion = changed.splits.look(DEFAULT_STYLE)
        assert suggestion is not None
        done = changed.splits.split(suggestion)
        assert done.into == f"{DEFAULT_STYLE} 2"
        assert counts(changed) == {DEFAULT_STYLE: MANY // 2, done.into: MANY // 2}
        for one in (changed, open_studio()):
            light, dark = (predicted(one, scenes[-1], s) for s in (DEFAULT_STYLE, done.into))
            assert light.settings["exposure_ev"] > blurred.settings["exposure_ev"] + 0.3
            assert dark.settings["exposure_ev"] < blurred.settings["exposure_ev"] - 0.3
        moved = changed.lessons(done.into)[0]
        assert changed.load_edit(done.into, moved.photo) is not None
        assert changed.load_edit(DEFAULT_STYLE, moved.photo) is None
        assert not changed.splits.due(DEFAULT_STYLE)
        assert changed.splits.undo(done)
        assert counts(changed) == {DEFAULT_STYLE: MANY}
        assert predicted(changed, scenes[-1]) == blurred

    def test_undo_keeps_what_was_taught_since(self, changed: Studio, scenes: list[Path]) -> None:
        suggestion = changed.splits.look(DEFAULT_STYLE)
        assert suggestion is not None
        done = changed.splits.split(suggestion, "Dark")
        photo, features = look(changed, scenes[-1], "Dark")
        changed.learn("Dark", photo, features, changed.predict("Dark", features).settings)
        assert not changed.splits.undo(done)
        assert counts(changed) == {DEFAULT_STYLE: MANY, "Dark": 1}

    def test_it_survives_a_lost_catalog(self, changed: Studio, open_studio: OpenStudio) -> None:
        suggestion = changed.splits.look(DEFAULT_STYLE)
        assert suggestion is not None
        changed.splits.split(suggestion, "Dark")
        changed.close()
        for file in changed.data_dir.glob("catalog.db*"):
            file.unlink()
        assert counts(open_studio()) == {DEFAULT_STYLE: MANY // 2, "Dark": MANY // 2}

    def test_a_name_that_is_taken_changes_nothing(self, changed: Studio) -> None:
        suggestion = changed.splits.look(DEFAULT_STYLE)
        assert suggestion is not None
        changed.create_style("Dark")
        with pytest.raises(StyleRefused, match="Dark"):
            changed.splits.split(suggestion, "dark")
        assert counts(changed) == {DEFAULT_STYLE: MANY, "Dark": 0}

    def test_lessons_forgotten_since_do_not_come_back(self, changed: Studio) -> None:
        suggestion = changed.splits.look(DEFAULT_STYLE)
        assert suggestion is not None
        changed.forget(suggestion.later[0])
        done = changed.splits.split(suggestion, "Dark")
        assert len(done.lessons) == len(changed.lessons("Dark")) == MANY // 2 - 1


class TestCommand:
    def test_checks_splits_and_merges(self, changed: Studio, say: Say) -> None:
        changed.close()
        said = say("style", "check")
        assert said.status == 0
        assert "darker, warmer" in said.out or "warmer, darker" in said.out
        assert "would move 14 lessons" in said.out
        assert say("style", "list").out.count("\n") == 1
        assert "Dark: 14 lessons" in say("style", "split", "--into", "Dark").out
        assert "too early to tell" in say("style", "check", "dark").out
        merged = say("style", "merge", "Dark", DEFAULT_STYLE).out
        assert merged == f"{DEFAULT_STYLE}: 28 lessons; Dark: deleted\n"

    def test_a_style_cannot_be_merged_into_itself(self, say: Say, photos: list[Path]) -> None:
        say("correct", photos[0], "--set", "contrast=50")
        said = say("style", "merge", DEFAULT_STYLE, DEFAULT_STYLE)
        assert said.status == 2
        assert "into itself" in said.err

    def test_merging_keeps_what_both_have(self, say: Say, photos: list[Path]) -> None:
        for style in (DEFAULT_STYLE, "Other"):
            say("correct", photos[0], "--set", "contrast=50", "--style", style)
        say("correct", photos[1], "--set", "contrast=50", "--style", "Other")
        merged = say("style", "merge", "Other", DEFAULT_STYLE).out
        assert merged == f"{DEFAULT_STYLE}: 2 lessons; Other: keeps 1 lesson\n"
