"""Rows that go from one style to another, inside a transaction of the catalog."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from model_core.storage.rows import LESSON_COLUMNS, LESSON_FIELDS, now, text_out

_RENAMES = "unfinished renames"  # key in the table meta

_COPIED = ", ".join(name for name in LESSON_FIELDS if name not in ("id", "style"))


def copy_style(connection: sqlite3.Connection, style: str, to: str) -> None:
    """Makes the style ``to`` with copies of all lessons, edits and trainings of ``style``."""
    connection.execute("INSERT INTO styles VALUES (?, ?)", (to, now()))
    connection.execute(
        f"INSERT INTO lessons (style, {_COPIED}, thumbnail) "
        f"SELECT ?, {_COPIED}, thumbnail FROM lessons WHERE style = ? ORDER BY id",
        (to, style),
    )
    connection.execute(
        "INSERT INTO edits SELECT ?, photo, settings, state, updated_at FROM edits "
        "WHERE style = ? ORDER BY rowid",
        (to, style),
    )
    copies = dict(
        connection.execute(
            "SELECT old.id, new.id FROM lessons old JOIN lessons new ON new.photo = old.photo "
            "WHERE old.style = ? AND new.style = ?",
            (style, to),
        ).fetchall()
    )
    for row in connection.execute(
        "SELECT version, started_at, seconds, method, outcome, gate, lessons FROM trainings "
        "WHERE style = ? ORDER BY id",
        (style,),
    ).fetchall():
        connection.execute(
            "INSERT INTO trainings (style, version, started_at, seconds, method, outcome, gate, "
            "lessons) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (to, *row[:6], _ids_of_copies(row[6], copies)),
        )


def move_lessons(connection: sqlite3.Connection, ids: Iterable[int], to: str) -> list[int]:
    """Moves lessons with their photos' edits to the style ``to``; the ids that moved. One whose
    photo has a lesson there already stays."""
    moved = []
    for lesson in ids:
        row = connection.execute(
            "SELECT style, photo FROM lessons WHERE id = ?", (lesson,)
        ).fetchone()
        if row is None or row[0] == to:
            continue
        cursor = connection.execute(
            "UPDATE OR IGNORE lessons SET style = ? WHERE id = ?", (to, lesson)
        )
        if cursor.rowcount:
            moved.append(lesson)
            connection.execute(
                "UPDATE OR REPLACE edits SET style = ? WHERE style = ? AND photo = ?", (to, *row)
            )
    return moved


def lesson_rows(connection: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[object, ...]]:
    """The columns of those lessons, in that order."""
    query = f"SELECT {LESSON_COLUMNS} FROM lessons WHERE id = ?"
    found = (connection.execute(query, (one,)).fetchone() for one in ids)
    return [row for row in found if row is not None]


def _ids_of_copies(stored: object, copies: dict[int, int]) -> str:
    """A training's lessons as the ids of their copies; those forgotten since have none."""
    try:
        ids = json.loads(text_out(stored))
        return json.dumps([copies[one] for one in ids if one in copies])
    except (ValueError, TypeError):
        return "[]"


def noted_renames(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Renames, (from, to), that are done here and not yet elsewhere."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_RENAMES,)).fetchone()
    try:
        return [(str(name), str(to)) for name, to in json.loads(text_out(row[0]))] if row else []
    except (ValueError, TypeError):  # BadRow is a ValueError
        return []


def note_rename(connection: sqlite3.Connection, name: str, to: str) -> None:
    """Notes that a rename is still to be followed elsewhere."""
    _put_renames(connection, [*noted_renames(connection), (name, to)])


def drop_rename(connection: sqlite3.Connection, name: str) -> None:
    """The rename from ``name`` is followed, or must not be any more."""
    _put_renames(connection, [one for one in noted_renames(connection) if one[0] != name])


def _put_renames(connection: sqlite3.Connection, renames: list[tuple[str, str]]) -> None:
    text = json.dumps(renames)
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_RENAMES, text))
