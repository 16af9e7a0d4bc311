from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from model_core.services import DEFAULT_STYLE, Studio
from tests.core.commands import Say
from tests.core.teaching import predicted, teach

OpenStudio = Callable[..., Studio]


def test_lessons_are_listed_with_photo_date_weight_and_changes(
    say: Say, photos: list[Path], open_studio: OpenStudio
) -> None:
    studio = open_studio()
    taught = teach(studio, photos[0], exposure_ev=0.5)
    teach(studio, photos[1], contrast=0.0)
    first, second = say("lessons", "list").out.splitlines()
    assert first.startswith(f"{taught.id}  2")
    assert f"  1  {photos[0]}  exposure_ev +0.50" in first
    assert second.endswith(f"0.5  {photos[1]}  accepted")
    row = json.loads(say("lessons", "list", "--json").out.splitlines()[0])
    assert (row["id"], row["photo"], row["weight"]) == (taught.id, str(photos[0]), 1.0)
    assert row["chosen"] == taught.chosen.as_dict()


def test_forgetting_and_undo_without_a_window(
    say: Say, photos: list[Path], open_studio: OpenStudio
) -> None:
    studio = open_studio()
    bare = predicted(studio, photos[5]).settings
    lessons = [teach(studio, path) for path in photos[:3]]
    before = predicted(studio, photos[5]).settings
    studio.close()
    photos[0].unlink()  # the lesson holds what is needed of it
    said = say("lessons", "forget", *[lesson.id for lesson in lessons])
    assert (said.status, said.out.count("forgotten")) == (0, 3)
    assert say("lessons", "list").out == ""
    assert predicted(open_studio(), photos[5]).settings == bare
    for _ in lessons:
        assert say("lessons", "undo").status == 0
    assert predicted(open_studio(), photos[5]).settings == before
    again = open_studio()
    assert len(again.lesson_thumbnails([c.id for c in again.lessons(DEFAULT_STYLE)])) == 3
    assert say("lessons", "undo").status == 2


def test_what_is_not_there_is_named_and_the_rest_is_done(
    say: Say, photos: list[Path], open_studio: OpenStudio
) -> None:
    lesson = teach(open_studio(), photos[0])
    said = say("lessons", "forget", 999, lesson.id)
    assert said.status == 1
    assert "999" in said.err
    assert f"forgotten: {lesson.id}" in said.out
    assert say("lessons", "forget", "x").status == 2


def test_undo_does_not_overwrite_what_was_taught_since(
    say: Say, photos: list[Path], open_studio: OpenStudio
) -> None:
    studio = open_studio()
    studio.forget(teach(studio, photos[0]).id)
    newer = teach(studio, photos[0], contrast=-40.0)
    assert say("lessons", "undo").status == 2
    assert [c.id for c in studio.lessons(DEFAULT_STYLE)] == [newer.id]


def test_only_the_last_twenty_are_kept(studio: Studio, photos: list[Path]) -> None:
    for _ in range(22):
        studio.forget(teach(studio, photos[0]).id)
    assert len(studio.forgotten(DEFAULT_STYLE)) == 20
