"""Files that crashed, hung or fooled other readers have the outcomes that someone looked at."""

from __future__ import annotations

import pytest

from tests.core.imaging.nasty import FOLDER, changes, files, sweep, table


@pytest.mark.slow
def test_every_nasty_file_ends_as_it_did_when_someone_looked() -> None:
    if not FOLDER.is_dir():
        pytest.skip("the folder of nasty files is not beside this checkout")
    expected = table()
    found = list(sweep(files()))
    assert [one["file"] for one in found] == sorted(expected)
    said = [line for one in found for line in changes(expected[one["file"]], one)]
    assert not said, (
        "\n".join(said) + "\nIf that is meant: python -m tests.core.imaging.nasty --write"
    )


def test_the_table_knows_no_crash() -> None:
    rows = table().values()
    assert len(rows) == 520
    for row in rows:
        assert not row["reason"].startswith("CRASH"), row
        assert bool(row["reason"]) != bool(row["width"]), row  # a picture or a reason
