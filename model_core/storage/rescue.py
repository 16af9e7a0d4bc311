"""Opening the catalog, and what to do when it is damaged, foreign or gone.

A bad file is moved aside, never deleted. A new catalog is filled with the rows that can
still be read from it and with the journal of lessons, all in the transaction that makes
its tables: it is complete or not there.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model_core.domain.correction import Correction
from model_core.domain.errors import BrokenCatalog, CannotWrite, ImgtuneError
from model_core.storage.atomic import cannot_write, remove_leftovers
from model_core.storage.database import Database, connect, is_damage, known_error
from model_core.storage.journal import Journal
from model_core.storage.locks import locked
from model_core.storage.rows import (
    LESSON_COLUMNS,
    BadRow,
    lesson_from_row,
    lesson_row,
    now,
    settings_from_json,
    settings_to_json,
)
from model_core.storage.schema import APPLICATION_ID, TABLES, migrate, newest_version

#: Key in the table meta: when the catalog was made anew of what was left of an older one.
REBUILT = "rebuilt"

#: Columns to save from a damaged catalog, besides lessons. Features are computed again.
_SAVED = {
    "styles": ("name", "created_at"),
    "edits": ("style", "photo", "settings", "state", "updated_at"),
    "photos": (
        "id", "path", "width", "height", "captured_at", "camera", "iso", "as_shot_kelvin",
        "as_shot_tint", "last_seen",
    ),
    "meta": ("key", "value"),
    "marks": ("photo", "stars", "flag", "colour", "updated_at"),
    "geometries": ("photo", "geometry", "updated_at"),
    "trainings": (
        "id", "style", "version", "started_at", "seconds", "method", "outcome", "gate", "lessons",
    ),
}  # fmt: skip


@dataclass(slots=True)
class _Salvage:
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    lessons: dict[int, Correction] = field(default_factory=dict)
    thumbnails: dict[int, bytes] = field(default_factory=dict)


def open_catalog(
    database: Database,
    journal: Journal,
    default_style: str,
    wait: float,
    warn: Callable[[str], None],
) -> None:
    """Checks, repairs or makes the catalog. Raises Busy, CannotWrite, BrokenCatalog."""
    path = database.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    # Two windows that start together must not both repair.
    with locked(path.with_name(f"{path.name}.lock"), doing="opening the catalog", wait=wait):
        remove_leftovers(path.parent)
        problem = _examine(path, wait)
        salvage = _Salvage()
        if problem is not None:
            aside = _set_aside(path)
            salvage = _read_salvage(aside)
            warn(f"The catalog {problem}. It was moved to {aside.name} and a new one was made.")
        with database.writing() as connection:
            was = migrate(connection)
            if was == 0:
                _restore(connection, salvage, journal, problem is not None, warn)
            else:
                _catch_up(connection, journal, warn)
            connection.execute(
                "INSERT INTO styles SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM styles)",
                (default_style, now()),
            )
        _mend_journal(database, journal)


def _examine(path: Path, wait: float) -> str | None:
    """What is wrong with the file, completing "The catalog ..."; None when all is well."""
    if path.is_dir():
        raise BrokenCatalog(f"The catalog {path} is a folder; rename it or choose another place.")
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(connect(path, wait)) as connection:
            return _examine_open(connection, path)
    except sqlite3.Error as error:
        if is_damage(error):
            return "was damaged"
        known = known_error(error, path)
        if known is None:
            known = BrokenCatalog(f"The catalog {path} cannot be opened ({error}); move it away.")
        raise known from error


def _examine_open(connection: sqlite3.Connection, path: Path) -> str | None:
    (identity,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not names and version == 0:
        return None  # empty: made a moment ago, and not yet filled
    if identity != APPLICATION_ID:
        return "was not made by imgtune"
    if version > newest_version():
        raise BrokenCatalog(f"The catalog {path} was written by a newer imgtune; update this one.")
    if not names >= TABLES:
        return "was damaged"
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return None if verdict == "ok" else "was damaged"


def _set_aside(path: Path) -> Path:
    """Moves the catalog with its -wal and -shm to a free name; the new path."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number = 1
    aside = path.with_name(f"{path.stem}.broken-{stamp}{path.suffix}")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.broken-{stamp}-{number}{path.suffix}")
    try:
        path.rename(aside)
        for tail in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
    except OSError as error:
        raise CannotWrite(
            f"The damaged catalog {path} cannot be moved aside ({error.strerror}); "
            "close other imgtune windows and make its folder writable."
        ) from error
    return aside


# --- what can still be read -----------------------------------------------------------


def _read_salvage(aside: Path) -> _Salvage:
    salvage = _Salvage()
    with suppress(sqlite3.Error, ImgtuneError), closing(connect(aside, 1.0)) as connection:
        for table, columns in _SAVED.items():
            salvage.rows[table] = _rows(connection, table, ", ".join(columns))
        for row in _rows(connection, "lessons", LESSON_COLUMNS):
            with suppress(BadRow):
                salvage.lessons[row[0]] = lesson_from_row(row)
        # Apart from the lessons: a damaged thumbnail must not cost its lesson.
        for key, thumbnail in _rows(connection, "lessons", "id, thumbnail"):
            if isinstance(thumbnail, bytes):
                salvage.thumbnails[key] = thumbnail
    return salvage


def _rows(connection: sqlite3.Connection, table: str, columns: str) -> list[tuple[Any, ...]]:
    """The rows up to the damage, read from both ends."""
    found: dict[int, tuple[Any, ...]] = {}
    for direction in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            for rowid, *row in connection.execute(
                f"SELECT rowid, {columns} FROM {table} NOT INDEXED ORDER BY rowid {direction}"
            ):
                found[rowid] = tuple(row)
            break  # no damage met
    return [found[rowid] for rowid in sorted(found)]


# --- filling the new catalog ----------------------------------------------------------


def _restore(
    connection: sqlite3.Connection,
    salvage: _Salvage,
    journal: Journal,
    damaged: bool,
    warn: Callable[[str], None],
) -> None:
    replay = journal.replay()
    for key, lesson in salvage.lessons.items():
        if key not in replay.gone:
            replay.lessons.setdefault(key, lesson)
    replay.newest_only()
    lessons = sorted(replay.lessons.values(), key=lambda lesson: lesson.id)

    styles = [row for row in salvage.rows.get("styles", []) if _is_text(row)]
    named = [lesson.style for lesson in lessons]
    named += [row[0] for row in salvage.rows.get("edits", []) if isinstance(row[0], str)]
    styles += [(name, now()) for name in named]
    _insert(connection, "styles", _SAVED["styles"], styles)
    _insert(connection, "edits", _SAVED["edits"], map(_clean_edit, salvage.rows.get("edits", [])))
    for table in ("photos", "meta", "marks", "geometries", "trainings"):
        _insert(connection, table, _SAVED[table], salvage.rows.get(table, []))
    for lesson in lessons:
        _restore_lesson(connection, lesson, salvage.thumbnails.get(lesson.id))
    _keep_ids_unused(connection, replay.highest_id)

    if lessons or damaged:
        edits = connection.execute("SELECT count(*) FROM edits").fetchone()[0]
        start = "" if damaged else "The catalog was missing and a new one was made. "
        _insert(connection, "meta", _SAVED["meta"], [(REBUILT, json.dumps(now()))])
        warn("What .xmp files beside your photos keep is offered when you open their folder.")
        warn(f"{start}{len(lessons)} lessons and {edits} edits were restored.")


def _catch_up(
    connection: sqlite3.Connection, journal: Journal, warn: Callable[[str], None]
) -> None:
    """Takes up lessons that only the journal has: the catalog is an older copy of itself, or
    its -wal was lost. What was forgotten meanwhile stays forgotten."""
    known = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'lessons'").fetchone()
    highest = known[0] if known else 0
    if journal.newest_id() <= highest:
        return
    replay = journal.replay()
    new = [lesson for key, lesson in sorted(replay.lessons.items()) if key > highest]
    connection.executemany("DELETE FROM lessons WHERE id = ?", [(key,) for key in replay.gone])
    _insert(connection, "styles", _SAVED["styles"], [(lesson.style, now()) for lesson in new])
    for lesson in new:
        _restore_lesson(connection, lesson, None)
    _keep_ids_unused(connection, max(highest, replay.highest_id))
    warn(
        f"The catalog was older than the second copy of its lessons: {len(new)} lessons were "
        "restored; edits since then that taught nothing are lost."
    )


def _restore_lesson(
    connection: sqlite3.Connection, lesson: Correction, thumbnail: bytes | None
) -> None:
    marks = ", ".join("?" * 11)
    connection.execute(
        f"INSERT OR REPLACE INTO lessons ({LESSON_COLUMNS}, thumbnail) VALUES ({marks})",
        (*lesson_row(lesson), thumbnail),
    )
    chosen = settings_to_json(lesson.chosen)
    edit = (lesson.style, lesson.photo, chosen, lesson.verdict.value, lesson.created_at)
    _insert(connection, "edits", _SAVED["edits"], [edit])  # a later draft of the user wins


def _insert(
    connection: sqlite3.Connection,
    table: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Inserts the rows that fit; a row that a constraint refuses is left out."""
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    for row in rows:
        with suppress(sqlite3.IntegrityError):  # foreign keys are not covered by OR IGNORE
            connection.execute(statement, row)


def _clean_edit(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row; all None (which the table refuses) when its settings make no sense."""
    try:
        settings_from_json(row[2])
    except BadRow:
        return (None,) * len(row)
    return row


def _is_text(row: tuple[Any, ...]) -> bool:
    return all(isinstance(value, str) for value in row)


def _keep_ids_unused(connection: sqlite3.Connection, highest: int) -> None:
    """An id in the journal is never given again, even when its lesson was forgotten."""
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'lessons'")
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('lessons', ?)", (highest,))


def _mend_journal(database: Database, journal: Journal) -> None:
    """Writes the journal anew when it is gone and there are lessons to lose."""
    if journal.path.exists():
        return
    with database.reading() as connection:
        rows = connection.execute(f"SELECT {LESSON_COLUMNS} FROM lessons ORDER BY id").fetchall()
    lessons = []
    for row in rows:
        with suppress(BadRow):
            lessons.append(lesson_from_row(row))
    if lessons:
        journal.rewrite(lessons)
