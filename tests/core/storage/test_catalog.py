from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_core.domain.correction import Verdict
from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import UnknownStyle
from model_core.domain.photo import PhotoId
from model_core.storage.catalog import (
    DEFAULT_STYLE,
    JOURNAL_NAME,
    Catalog,
    Edit,
    EditState,
    StyleRefused,
    Training,
    UnknownLesson,
)
from tests.core.storage.samples import GATE, contrasts, features, lesson, photo

Open = Callable[..., Catalog]
P1 = PhotoId("p1")


def _sql(catalog: Catalog, statement: str, *values: object) -> None:
    """Another program writes into the catalog."""
    connection = sqlite3.connect(catalog.path)
    with connection:
        connection.execute(statement, values)
    connection.close()


# --- styles ---------------------------------------------------------------------------


def test_a_new_catalog_has_the_default_style(catalog: Catalog) -> None:
    assert catalog.styles() == [DEFAULT_STYLE]
    assert catalog.warnings == []


def test_styles_are_made_and_kept(catalog: Catalog, open_catalog: Open) -> None:
    catalog.create_style("Hochzeit / été 📷")
    assert open_catalog().styles() == [DEFAULT_STYLE, "Hochzeit / été 📷"]


@pytest.mark.parametrize("name", ["", "  ", " a", "a\nb", "x" * 101, DEFAULT_STYLE, "\udcff"])
def test_bad_and_taken_names_are_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(StyleRefused):
        catalog.create_style(name)
    assert catalog.styles() == [DEFAULT_STYLE]


def test_renaming_takes_everything_along(catalog: Catalog) -> None:
    catalog.add_lesson(lesson())
    catalog.add_training(Training(DEFAULT_STYLE, None, "t", 1.0, "lora", "kept back"))
    catalog.rename_style(DEFAULT_STYLE, "Weddings")
    assert catalog.styles() == ["Weddings"]
    assert [one.style for one in catalog.lessons("Weddings")] == ["Weddings"]
    assert catalog.load_edit("Weddings", P1) is not None
    assert len(catalog.trainings("Weddings")) == 1
    with pytest.raises(UnknownStyle, match="Weddings"):
        catalog.rename_style(DEFAULT_STYLE, "x")


def test_a_style_with_work_in_it_is_not_deleted_silently(catalog: Catalog) -> None:
    catalog.add_lesson(lesson())
    with pytest.raises(StyleRefused, match="1 lessons and 1 edits"):
        catalog.delete_style(DEFAULT_STYLE)
    assert catalog.count_lessons(DEFAULT_STYLE) == 1
    catalog.delete_style(DEFAULT_STYLE, with_lessons=True)
    assert catalog.styles() == [DEFAULT_STYLE]  # never without a style
    assert catalog.count_lessons(DEFAULT_STYLE) == 0
    assert catalog.edits(DEFAULT_STYLE) == {}


def test_unknown_styles_are_named(catalog: Catalog) -> None:
    for call in (
        lambda: catalog.add_lesson(lesson(style="no")),
        lambda: catalog.save_edit("no", P1, IDENTITY),
        lambda: catalog.delete_style("no"),
    ):
        with pytest.raises(UnknownStyle, match="'no'"):
            call()


# --- edits ----------------------------------------------------------------------------

VALUES = st.tuples(*(st.floats(p.low, p.high, allow_nan=False) for p in PARAMS))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=VALUES, state=st.sampled_from(EditState))
def test_settings_come_back_exactly(
    catalog: Catalog, values: tuple[float, ...], state: EditState
) -> None:
    wanted = DevelopSettings.from_values(values)
    catalog.save_edit(DEFAULT_STYLE, P1, wanted, state)
    assert catalog.load_edit(DEFAULT_STYLE, P1) == Edit(wanted, state)


def test_edits_are_replaced_cleared_and_listed(catalog: Catalog) -> None:
    catalog.save_edit(DEFAULT_STYLE, P1, IDENTITY)
    catalog.save_edit(DEFAULT_STYLE, P1, IDENTITY.with_value("tint", 3))
    catalog.save_edit(DEFAULT_STYLE, PhotoId("p2"), IDENTITY)
    assert set(catalog.edits(DEFAULT_STYLE)) == {"p1", "p2"}
    catalog.clear_edit(DEFAULT_STYLE, PhotoId("p2"))
    catalog.clear_edit(DEFAULT_STYLE, PhotoId("never"))
    assert catalog.edits(DEFAULT_STYLE) == {
        P1: Edit(IDENTITY.with_value("tint", 3), EditState.DRAFT)
    }
    assert catalog.load_edit(DEFAULT_STYLE, PhotoId("p2")) is None


def test_sliders_that_came_or_went_do_no_harm(catalog: Catalog) -> None:
    catalog.save_edit(DEFAULT_STYLE, P1, IDENTITY)
    _sql(catalog, "UPDATE edits SET settings = ?", '{"contrast": 5, "dehaze": 30}')
    edit = catalog.load_edit(DEFAULT_STYLE, P1)
    assert edit == Edit(IDENTITY.with_value("contrast", 5), EditState.DRAFT)


GARBAGE = [
    '{"contrast": NaN}', '{"contrast": Infinity}', '{"contrast": "12"}', '{"contrast": true}',
    '{"contrast": null}', "[1, 2]", "null", "{", "", b"\xff\xfe", 12, "[" * 100_000,
    '{"contrast": 1' + "0" * 400 + "}",
]  # fmt: skip


@pytest.mark.parametrize("bad", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_rows_are_skipped_with_a_warning(catalog: Catalog, bad: object) -> None:
    catalog.add_lesson(lesson("p1"))
    catalog.add_lesson(lesson("p2"))
    catalog.path.with_name(JOURNAL_NAME).write_text("")  # no second copy to read it from
    _sql(catalog, "UPDATE lessons SET chosen = ? WHERE photo = 'p1'", bad)
    _sql(catalog, "UPDATE edits SET settings = ? WHERE photo = 'p1'", bad)
    assert set(contrasts(catalog.lessons(DEFAULT_STYLE))) == {"p2"}
    assert set(catalog.edits(DEFAULT_STYLE)) == {"p2"}
    assert catalog.load_edit(DEFAULT_STYLE, P1) is None
    assert len(catalog.warnings) == 2
    catalog.lessons(DEFAULT_STYLE)
    assert len(catalog.warnings) == 2  # said once


def test_an_unknown_state_or_verdict_is_skipped(catalog: Catalog) -> None:
    catalog.add_lesson(lesson())
    catalog.path.with_name(JOURNAL_NAME).write_text("")
    _sql(catalog, "UPDATE lessons SET verdict = 'liked'")
    _sql(catalog, "UPDATE edits SET state = 'published'")
    assert catalog.lessons(DEFAULT_STYLE) == []
    assert catalog.edits(DEFAULT_STYLE) == {}


# --- lessons --------------------------------------------------------------------------


def test_a_lesson_comes_back_as_it_was(catalog: Catalog, open_catalog: Open) -> None:
    stored = catalog.add_lesson(lesson(), b"jpeg")
    assert stored.id > 0
    assert replace(stored, id=0) == lesson()
    again = open_catalog()
    assert again.lessons(DEFAULT_STYLE) == [stored]
    assert again.lesson_thumbnails([stored.id, 999]) == {stored.id: b"jpeg"}


@pytest.mark.parametrize("verdict", Verdict)
def test_a_lesson_marks_the_edit(catalog: Catalog, verdict: Verdict) -> None:
    stored = catalog.add_lesson(lesson(verdict=verdict))
    edit = catalog.load_edit(DEFAULT_STYLE, P1)
    assert edit == Edit(stored.chosen, EditState(verdict.value))


def test_the_newest_lesson_of_a_photo_replaces(catalog: Catalog) -> None:
    first = catalog.add_lesson(lesson(contrast=1), b"jpeg")
    second = catalog.add_lesson(lesson(contrast=2))
    assert catalog.lessons(DEFAULT_STYLE) == [second]
    assert second.id > first.id
    assert catalog.count_lessons(DEFAULT_STYLE) == 1
    # the thumbnail shows the same content, so it is still right
    assert catalog.lesson_thumbnails([first.id, second.id]) == {second.id: b"jpeg"}


def test_lessons_are_ordered_by_time_then_id(catalog: Catalog) -> None:
    for name, at in (("c", "2024-03"), ("a", "2024-01"), ("b", "2024-03")):
        catalog.add_lesson(lesson(name, created_at=at))
    assert [one.photo for one in catalog.lessons(DEFAULT_STYLE)] == ["a", "c", "b"]


def test_styles_learn_apart(catalog: Catalog) -> None:
    catalog.create_style("Other")
    catalog.add_lesson(lesson(contrast=1))
    catalog.add_lesson(lesson(contrast=2, style="Other"))
    assert contrasts(catalog.lessons(DEFAULT_STYLE)) == {"p1": 1}
    assert contrasts(catalog.lessons("Other")) == {"p1": 2}


def test_forgetting_returns_the_lesson_and_leaves_a_draft(catalog: Catalog) -> None:
    stored = catalog.add_lesson(lesson())
    assert catalog.forget_lesson(stored.id) == stored
    assert catalog.lessons(DEFAULT_STYLE) == []
    assert catalog.load_edit(DEFAULT_STYLE, P1) == Edit(stored.chosen, EditState.DRAFT)
    with pytest.raises(UnknownLesson, match=str(stored.id)):
        catalog.forget_lesson(stored.id)
    assert catalog.add_lesson(lesson()).id > stored.id  # an id is never given twice


def test_paths_that_are_not_utf8_survive(catalog: Catalog) -> None:
    path = Path("/photos/caf\udce9/\U0001f4f7.jpg")
    stored = catalog.add_lesson(lesson(path=path, shoot=f"{path.parent}|2024"))
    catalog.upsert_photo(replace(photo(), path=path))
    assert catalog.lessons(DEFAULT_STYLE) == [stored]
    assert catalog.photo(P1) == replace(photo(), path=path)


# --- photos, features, trainings, meta ------------------------------------------------


def test_photos_follow_their_content(catalog: Catalog) -> None:
    catalog.upsert_photo(photo())
    moved = replace(photo(), path=Path("/elsewhere/p1.jpg"), iso=200.0)
    catalog.upsert_photo(moved)
    assert catalog.photo(P1) == moved
    assert catalog.photo(PhotoId("never")) is None


def test_features_come_back_by_photo_and_version(catalog: Catalog) -> None:
    many = [features(f"p{i}", "base", i) for i in range(1201)]
    catalog.put_many(many)
    catalog.put_features(features("p1", "v0001-00000000", 99))
    found = catalog.features_for("base", [one.photo for one in many] + [PhotoId("never")])
    assert len(found) == 1201
    for one in many:
        np.testing.assert_array_equal(found[one.photo].z, one.z)
        np.testing.assert_array_equal(found[one.photo].settings, one.settings)
        np.testing.assert_array_equal(found[one.photo].spread, one.spread)
    newer = catalog.get_features(P1, "v0001-00000000")
    assert newer is not None
    assert not np.array_equal(newer.z, many[1].z)
    assert newer.z.dtype == np.float32
    catalog.drop_features("base")
    assert catalog.get_features(P1, "base") is None
    assert catalog.get_features(P1, "v0001-00000000") is not None
    assert catalog.features_for("base", []) == {}


@pytest.mark.parametrize(
    "blob", [b"abc", b"", np.full(10, math.nan, "<f4").tobytes(), "text", b"\0" * 4]
)
def test_damaged_features_count_as_absent(catalog: Catalog, blob: object) -> None:
    catalog.put_features(features())
    _sql(catalog, "UPDATE features SET settings = ?", blob)
    assert catalog.get_features(P1, "base") is None


def test_trainings_are_recorded(catalog: Catalog) -> None:
    one = Training(DEFAULT_STYLE, "v0001-00000000", "t1", 12.5, "lora", "published", GATE, (1, 2))
    two = Training(DEFAULT_STYLE, None, "t2", 3.0, "lora", "too little to learn from")
    stored = [catalog.add_training(one), catalog.add_training(two)]
    assert catalog.trainings(DEFAULT_STYLE) == stored
    assert [replace(s, id=0) for s in stored] == [one, two]
    _sql(catalog, "UPDATE trainings SET gate = '[]' WHERE version NOT NULL")
    assert catalog.trainings(DEFAULT_STYLE) == stored[1:]


def test_meta_holds_json(catalog: Catalog) -> None:
    assert catalog.get_meta("window", 5) == 5
    catalog.set_meta("window", {"a": [1, None, "é"]})
    assert catalog.get_meta("window") == {"a": [1, None, "é"]}
    _sql(catalog, "UPDATE meta SET value = '{'")
    assert catalog.get_meta("window", "default") == "default"


# --- threads --------------------------------------------------------------------------


def test_threads_write_at_once(catalog: Catalog) -> None:
    errors: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for i in range(10):
                catalog.add_lesson(lesson(f"t{thread}-{i}"))
                catalog.lessons(DEFAULT_STYLE)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert catalog.count_lessons(DEFAULT_STYLE) == 80


def test_connections_of_dead_threads_do_not_pile_up(catalog: Catalog) -> None:
    keep_idents_apart = threading.Barrier(20)

    def read() -> None:
        keep_idents_apart.wait()
        catalog.styles()
        keep_idents_apart.wait()

    for _ in range(3):
        threads = [threading.Thread(target=read) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(catalog._database._sessions) <= 41


def test_a_closed_catalog_is_a_bug_to_use(catalog: Catalog) -> None:
    catalog.close()
    catalog.close()
    with pytest.raises(RuntimeError, match="closed"):
        catalog.styles()
