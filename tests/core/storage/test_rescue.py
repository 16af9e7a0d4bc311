"""A catalog that is damaged, foreign, gone, newer or locked."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.domain.errors import BrokenCatalog, Busy, CannotWrite
from model_core.domain.marks import Flag, Marks
from model_core.domain.photo import PhotoId
from model_core.storage import schema
from model_core.storage.catalog import DEFAULT_STYLE, JOURNAL_NAME, Catalog, Edit, EditState
from tests.core.storage.samples import IDENTITY, contrasts, lesson, photo

Open = Callable[..., Catalog]
DRAFT = PhotoId("draft")
NEXT = schema.newest_version() + 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "catalog.db"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed catalog: p2 .. p39 learned, p1 forgotten, one draft, a second style."""
    folder = tmp_path_factory.mktemp("template")
    catalog = Catalog(folder / "catalog.db")
    catalog.create_style("Weddings")
    first = catalog.add_lesson(lesson("p1", contrast=1), b"thumb")
    for i in range(2, 40):
        catalog.add_lesson(lesson(f"p{i}", contrast=i), b"t" * 5000)
    catalog.add_lesson(lesson("w", style="Weddings"))
    catalog.forget_lesson(first.id)
    catalog.save_edit(DEFAULT_STYLE, DRAFT, IDENTITY.with_value("tint", 4))
    catalog.upsert_photo(photo())
    catalog.close()
    return folder


@pytest.fixture
def filled(template: Path, path: Path) -> Path:
    """A copy of the template to damage."""
    shutil.copytree(template, path.parent)
    return path


EXPECTED = {f"p{i}": float(i) for i in range(2, 40)}


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is not a database\n" * 400)


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 5 * 4096 + 100])


def _short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _gone(path: Path) -> None:
    path.unlink()


def _holes(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // 4096, 5):
        data[page * 4096 : page * 4096 + 2000] = b"\xff" * 2000
    path.write_bytes(data)


def _foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.commit()
    connection.close()


def _table_gone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE lessons")
    connection.commit()
    connection.close()


DAMAGES = [_garbage, _truncated, _short, _empty, _gone, _holes, _foreign, _table_gone]


@pytest.mark.parametrize("damage", DAMAGES)
def test_lessons_outlive_the_catalog(
    filled: Path, open_catalog: Open, damage: Callable[[Path], None]
) -> None:
    damage(filled)
    damaged = filled.read_bytes() if filled.exists() else b""
    catalog = open_catalog()
    assert contrasts(catalog.lessons(DEFAULT_STYLE)) == EXPECTED
    assert contrasts(catalog.lessons("Weddings")) == {"w": 12}
    assert catalog.load_edit(DEFAULT_STYLE, PhotoId("p5")) is not None
    assert "39 lessons" in catalog.warnings[-1]
    aside = list(filled.parent.glob("catalog.broken-*.db"))
    if damage in (_empty, _gone):
        assert not aside
    else:
        assert aside[0].stat().st_size >= len(damaged)  # kept, never deleted
        assert aside[0].name in catalog.warnings[0]
    # and it is a catalog like any other: new ids, no more warnings
    assert catalog.add_lesson(lesson("new")).id > 40
    catalog.close()
    again = open_catalog()
    assert again.warnings == []
    assert again.count_lessons(DEFAULT_STYLE) == 39


def test_readable_rows_are_salvaged_without_the_journal(filled: Path, open_catalog: Open) -> None:
    (filled.parent / JOURNAL_NAME).unlink()
    data = bytearray(filled.read_bytes())
    data[68:72] = b"\0\0\0\0"  # the application id: the tables are all there
    filled.write_bytes(data)
    catalog = open_catalog()
    found = catalog.lessons(DEFAULT_STYLE)
    assert contrasts(found) == EXPECTED
    assert set(catalog.lesson_thumbnails([one.id for one in found]).values()) == {b"t" * 5000}
    draft = catalog.load_edit(DEFAULT_STYLE, DRAFT)
    assert draft == Edit(IDENTITY.with_value("tint", 4), EditState.DRAFT)
    assert catalog.photo(PhotoId("p1")) == photo()
    assert (filled.parent / JOURNAL_NAME).exists()  # the second copy is there again


def test_a_damaged_page_costs_little_without_the_journal(filled: Path, open_catalog: Open) -> None:
    (filled.parent / JOURNAL_NAME).unlink()
    data = bytearray(filled.read_bytes())
    middle = (len(data) // 4096 // 2) * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    filled.write_bytes(data)
    catalog = open_catalog()
    assert len(catalog.lessons(DEFAULT_STYLE)) >= 20
    assert set(contrasts(catalog.lessons(DEFAULT_STYLE)).items()) <= set(EXPECTED.items())


def test_a_torn_last_line_is_tolerated(filled: Path, open_catalog: Open) -> None:
    journal = filled.parent / JOURNAL_NAME
    with journal.open("ab") as file:
        file.write(b'{"event": "lesson", "lesson": {"id": 77, "sty')
    open_catalog().add_lesson(lesson("after", contrast=50))
    _garbage(filled)
    for tail in ("-wal", "-shm"):
        Path(f"{filled}{tail}").unlink(missing_ok=True)
    assert contrasts(open_catalog().lessons(DEFAULT_STYLE)) == EXPECTED | {"after": 50}


def test_the_journal_ignores_lines_that_make_no_sense(filled: Path, open_catalog: Open) -> None:
    journal = filled.parent / JOURNAL_NAME
    nonsense = [b"[]", b"1", b"null", b'{"event": "dance"}', b'{"event": "forget", "id": "x"}']
    nonsense += [b'{"event": "lesson", "lesson": {}}', b"\xff\xfe", b"{" * 20_000, b"[" * 20_000]
    journal.write_bytes(b"\n".join([*nonsense, journal.read_bytes()]))
    filled.unlink()
    assert contrasts(open_catalog().lessons(DEFAULT_STYLE)) == EXPECTED


def test_the_journal_knows_replaced_renamed_and_deleted(open_catalog: Open, path: Path) -> None:
    catalog = open_catalog()
    catalog.create_style("a")
    catalog.create_style("doomed")
    catalog.add_lesson(lesson("p1", contrast=1, style="a"))
    catalog.add_lesson(lesson("p1", contrast=2, style="a"))
    catalog.add_lesson(lesson("p1", style="doomed"))
    catalog.rename_style("a", "b")
    catalog.add_lesson(lesson("p2", contrast=3, style="b"))
    catalog.delete_style("doomed", with_lessons=True)
    catalog.close()
    path.unlink()
    again = open_catalog()
    assert "doomed" not in again.styles()
    assert contrasts(again.lessons("b")) == {"p1": 2, "p2": 3}


def test_the_journal_is_one_json_object_a_line(filled: Path) -> None:
    lines = (filled.parent / JOURNAL_NAME).read_text("utf-8").splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events.count("lesson") == 40
    assert events.count("forget") == 1


def test_a_journal_that_cannot_be_written_is_only_a_warning(open_catalog: Open, path: Path) -> None:
    catalog = open_catalog()
    journal = path.parent / JOURNAL_NAME
    journal.mkdir()
    catalog.add_lesson(lesson("p1", contrast=1))
    assert catalog.count_lessons(DEFAULT_STYLE) == 1
    assert str(journal) in catalog.warnings[0]
    journal.rmdir()
    catalog.add_lesson(lesson("p2", contrast=2))  # brings what was missed
    catalog.close()
    path.unlink()
    assert contrasts(open_catalog().lessons(DEFAULT_STYLE)) == {"p1": 1, "p2": 2}


# --- versions of the schema -----------------------------------------------------------


def test_an_older_catalog_is_migrated_and_keeps_its_lessons(
    filled: Path, open_catalog: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_stars(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE edits ADD COLUMN stars INTEGER NOT NULL DEFAULT 0")

    monkeypatch.setitem(schema.MIGRATIONS, NEXT, add_stars)
    catalog = open_catalog()
    assert contrasts(catalog.lessons(DEFAULT_STYLE)) == EXPECTED
    assert catalog.warnings == []
    connection = sqlite3.connect(filled)
    assert connection.execute("PRAGMA user_version").fetchone() == (NEXT,)
    assert connection.execute("SELECT max(stars) FROM edits").fetchone() == (0,)
    connection.close()


def test_a_catalog_without_marks_gets_room_for_them(path: Path, open_catalog: Open) -> None:
    old = open_catalog()
    old.add_lesson(lesson("p1", contrast=7))
    old.close()
    connection = sqlite3.connect(path)  # as the first version left it
    for table in ("marks", "geometries", "files", "views", "news"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("ALTER TABLE photos DROP COLUMN as_shot_tint")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    catalog = open_catalog()
    catalog.save_marks({DRAFT: Marks(4)})
    assert catalog.load_marks([DRAFT]) == {DRAFT: Marks(4)}
    assert contrasts(catalog.lessons(DEFAULT_STYLE)) == {"p1": 7}
    assert catalog.warnings == []


def test_marks_are_saved_from_a_damaged_catalog(path: Path, open_catalog: Open) -> None:
    catalog = open_catalog()
    catalog.save_marks({DRAFT: Marks(5, Flag.PICK)})
    catalog.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE features")
    connection.close()
    again = open_catalog()
    assert "damaged" in again.warnings[0]
    assert again.load_marks([DRAFT]) == {DRAFT: Marks(5, Flag.PICK)}


def test_a_migration_that_fails_changes_nothing(
    filled: Path, open_catalog: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE edits")
        raise ZeroDivisionError

    monkeypatch.setitem(schema.MIGRATIONS, NEXT, fail)
    with pytest.raises(ZeroDivisionError):
        open_catalog()
    monkeypatch.delitem(schema.MIGRATIONS, NEXT)
    assert len(open_catalog().edits(DEFAULT_STYLE)) == 40


def test_a_newer_catalog_is_left_alone(filled: Path, open_catalog: Open) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = filled.read_bytes()
    with pytest.raises(BrokenCatalog, match=r"newer imgtune; update"):
        open_catalog()
    assert filled.read_bytes() == before
    assert not list(filled.parent.glob("*broken*"))


# --- places and locks -----------------------------------------------------------------


def test_a_folder_in_its_place_is_named(open_catalog: Open, path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(BrokenCatalog, match="is a folder"):
        open_catalog()


def test_a_file_where_its_folder_should_be_is_named(open_catalog: Open, path: Path) -> None:
    path.parent.write_text("in the way")
    with pytest.raises(CannotWrite, match=r"catalog\.db"):
        open_catalog()


def test_a_catalog_locked_by_another_program_is_busy(open_catalog: Open, path: Path) -> None:
    catalog = open_catalog(busy_timeout=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="locked by another program"):
        catalog.add_lesson(lesson())
    assert catalog.lessons(DEFAULT_STYLE) == []  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    catalog.add_lesson(lesson())
    assert catalog.count_lessons(DEFAULT_STYLE) == 1


def test_damage_met_while_running_says_what_to_do(filled: Path, open_catalog: Open) -> None:
    catalog = open_catalog()
    with filled.open("r+b") as file:
        file.truncate(4096)
    with pytest.raises(BrokenCatalog, match="start imgtune again"):
        catalog.lessons(DEFAULT_STYLE)
    catalog.close()
    assert contrasts(open_catalog().lessons(DEFAULT_STYLE)) == EXPECTED


# --- whatever happens to the files -------------------------------------------------------


_TAILS = st.sampled_from(["", "-wal", "-shm"])
_INJURIES = st.lists(
    st.tuples(
        _TAILS, st.sampled_from(["cut", "zero", "noise", "text", "swap"]),
        st.floats(0, 1), st.integers(1, 9000), st.integers(0, 1 << 30),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def unclosed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with lessons that are in the -wal only, as a killed process leaves them."""
    folder = tmp_path_factory.mktemp("unclosed") / "data"
    shutil.copytree(template, folder)
    catalog = Catalog(folder / "catalog.db")
    for i in range(40, 45):
        catalog.add_lesson(lesson(f"p{i}", contrast=i), b"t" * 3000)
    left = folder.with_name("left")
    shutil.copytree(folder, left)
    catalog.close()
    assert (left / "catalog.db-wal").stat().st_size > 10_000
    return left


def injure(folder: Path, injury: tuple[str, str, float, int, int]) -> None:
    tail, kind, where, length, seed = injury
    path = folder / f"catalog.db{tail}"
    data = bytearray(path.read_bytes())
    at = int(where * len(data))
    if kind == "cut":
        del data[at:]
    elif kind == "zero":
        data[at : at + length] = bytes(len(data[at : at + length]))
    elif kind == "noise":
        data[at : at + length] = random.Random(seed).randbytes(len(data[at : at + length]))
    elif kind == "text":
        data[at : at + 12] = b"not a number"
    else:  # pages of another moment
        data[at : at + length], data[:length] = data[:length], data[at : at + length]
    path.write_bytes(data)


@settings(max_examples=80)
@given(injuries=_INJURIES)
def test_no_injury_of_the_files_costs_a_lesson(
    unclosed: Path, injuries: list[tuple[str, str, float, int, int]]
) -> None:
    wanted = EXPECTED | {f"p{i}": float(i) for i in range(40, 45)}
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(unclosed, data)
        for injury in injuries:
            injure(data, injury)
        catalog = Catalog(data / "catalog.db")
        try:
            found = contrasts(catalog.lessons(DEFAULT_STYLE))
        except BrokenCatalog:  # met only while running: the next start repairs it, and says so
            catalog.close()
            catalog = Catalog(data / "catalog.db")
            found = contrasts(catalog.lessons(DEFAULT_STYLE))
        assert set(found) >= set(wanted)
        assert sum(found[name] != value for name, value in wanted.items()) <= len(injuries)
        catalog.add_lesson(lesson("after", contrast=3))  # and work goes on
        catalog.close()
        again = Catalog(data / "catalog.db")
        assert contrasts(again.lessons(DEFAULT_STYLE))["after"] == 3
        again.close()
