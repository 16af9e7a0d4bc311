"""Those who share a catalog are told what the others changed, and only that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.domain.develop import IDENTITY
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks
from model_core.domain.photo import PhotoId
from model_core.storage.catalog import DEFAULT_STYLE, Catalog
from model_core.storage.news_table import News
from model_core.storage.tables import Training
from tests.core.storage.samples import lesson

Open = Callable[..., Catalog]
P1, P2 = PhotoId("p1"), PhotoId("p2")

#: What changes a photo's look or marks, and whether its style is another one then.
OF_A_PHOTO: dict[str, tuple[Callable[[Catalog], object], bool]] = {
    "edit": (lambda c: c.save_edit(DEFAULT_STYLE, P1, IDENTITY), False),
    "no edit": (lambda c: c.clear_edit(DEFAULT_STYLE, P1), False),
    "marks": (lambda c: c.save_marks({P1: Marks(3)}), False),
    "crop": (lambda c: c.save_geometry(P1, Geometry(turns=1)), False),
    "lesson": (lambda c: c.add_lesson(lesson("p1")), True),
    "forgotten": (lambda c: c.forget_lesson(c.add_lesson(lesson("p1")).id), True),
}


@pytest.mark.parametrize("what", OF_A_PHOTO)
def test_a_change_of_a_photo_is_told_to_the_others_once(
    catalog: Catalog, open_catalog: Open, what: str
) -> None:
    change, of_style = OF_A_PHOTO[what]
    other = open_catalog()
    before = other.news_position()
    assert not other.news(before)
    change(catalog)
    news = other.news(before)
    assert news.photos == {P1}
    assert news.styles == ({DEFAULT_STYLE} if of_style else set())
    assert not other.news(news.upto)
    assert not catalog.news(before)  # who did it knows
    assert catalog.news(before).upto == news.upto


def test_changes_of_styles_are_told(catalog: Catalog, open_catalog: Open) -> None:
    other = open_catalog()
    catalog.create_style("Film")
    catalog.rename_style("Film", "Warm film")
    catalog.duplicate_style("Warm film", "Copy")
    catalog.delete_style("Copy")
    catalog.add_training(Training("Warm film", None, "2024-05-01T10:00:00", 1.0, "lora", "no"))
    assert other.news(0).styles == {"Film", "Warm film", "Copy"}


def test_lessons_that_move_to_another_style_are_told(catalog: Catalog, open_catalog: Open) -> None:
    other = open_catalog()
    stored = [catalog.add_lesson(lesson(name)) for name in ("p1", "p2")]
    since = other.news_position()
    catalog.move_lessons([one.id for one in stored], "Film", new=True)
    assert other.news(since) == News(other.news_position(), {P1, P2}, {DEFAULT_STYLE, "Film"})  # type: ignore[arg-type]


def test_what_was_not_done_is_not_told(catalog: Catalog, open_catalog: Open) -> None:
    other = open_catalog()
    with pytest.raises(Exception, match="no style"):
        catalog.save_edit("nobody", P1, IDENTITY)
    assert not other.news(0)


@settings(max_examples=30, deadline=None)
@given(turns=st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.booleans()), max_size=12))
def test_nobody_misses_a_change_and_nobody_is_told_their_own(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[bool, int, bool]]
) -> None:
    path = tmp_path_factory.mktemp("news") / "catalog.db"
    writers = [Catalog(path), Catalog(path)]
    seen = [0, 0]
    owed: list[set[PhotoId]] = [set(), set()]
    for second, number, looks in turns:
        photo = PhotoId(f"p{number}")
        writers[second].save_marks({photo: Marks(number)})
        owed[1 - second].add(photo)
        owed[second].discard(photo)  # what was there before is gone
        if looks:
            for me in (0, 1):
                news = writers[me].news(seen[me])
                seen[me] = news.upto
                assert news.photos == owed[me]
                owed[me].clear()
    for one in writers:
        one.close()


def test_a_catalog_of_the_version_before_gets_the_table(open_catalog: Open) -> None:
    first = open_catalog()
    first.save_marks({P1: Marks(2)})
    first.close()
    with sqlite3.connect(first.path) as connection:
        connection.execute("DROP TABLE news")
        connection.execute("PRAGMA user_version = 6")
    connection.close()
    second, third = open_catalog(), open_catalog()
    second.save_marks({P2: Marks(1)})
    assert third.news(0).photos == {P2}
    assert third.load_marks([P1]) == {P1: Marks(2)}
