"""Stars, flags and colours in the catalog."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from model_core.domain.marks import UNMARKED, Colour, Flag, Marks
from model_core.domain.photo import PhotoId
from model_core.storage.catalog import Catalog

Open = Callable[..., Catalog]
IDS = [PhotoId(f"p{n}") for n in range(1200)]


def test_marks_are_kept_for_any_number_of_photos(catalog: Catalog, open_catalog: Open) -> None:
    marks = {photo: Marks(n % 6, Flag.PICK, Colour.BLUE) for n, photo in enumerate(IDS)}
    catalog.save_marks(marks)
    assert open_catalog().load_marks(IDS) == marks
    assert catalog.load_marks([PhotoId("other")]) == {}


def test_photos_without_marks_take_no_room(catalog: Catalog) -> None:
    catalog.save_marks({IDS[0]: Marks(3), IDS[1]: UNMARKED})
    catalog.save_marks({IDS[0]: UNMARKED})
    connection = sqlite3.connect(catalog.path)
    assert connection.execute("SELECT count(*) FROM marks").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("row", [(9, "", ""), ("x", "", ""), (1, "maybe", ""), (1, "", "pink")])
def test_a_damaged_row_counts_as_none(catalog: Catalog, row: tuple[object, ...]) -> None:
    catalog.save_marks({IDS[1]: Marks(2)})
    connection = sqlite3.connect(catalog.path)
    with connection:
        connection.execute("INSERT INTO marks VALUES ('p0', ?, ?, ?, '')", row)
    connection.close()
    assert catalog.load_marks(IDS[:2]) == {IDS[1]: Marks(2)}
    assert "skipped" in catalog.warnings[0]


def test_more_than_five_stars_are_a_bug() -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        Marks(6)
