"""The tables of the catalog, and how older catalogs become current ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

#: "imgt": tells our files from other programs' SQLite files.
APPLICATION_ID = 0x696D6774

_TABLES_1 = (
    """CREATE TABLE photos (
        id TEXT PRIMARY KEY, path TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        captured_at TEXT, camera TEXT, iso REAL, as_shot_kelvin REAL, last_seen TEXT NOT NULL)""",
    "CREATE TABLE styles (name TEXT PRIMARY KEY, created_at TEXT NOT NULL)",
    """CREATE TABLE edits (
        style TEXT NOT NULL REFERENCES styles (name) ON UPDATE CASCADE ON DELETE CASCADE,
        photo TEXT NOT NULL, settings TEXT NOT NULL, state TEXT NOT NULL,
        updated_at TEXT NOT NULL, PRIMARY KEY (style, photo))""",
    # AUTOINCREMENT: an id is never given twice, for trainings and the journal refer to it.
    # The thumbnail is last, so that reading the other columns does not touch its pages.
    """CREATE TABLE lessons (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        style TEXT NOT NULL REFERENCES styles (name) ON UPDATE CASCADE ON DELETE CASCADE,
        photo TEXT NOT NULL, path TEXT NOT NULL, shoot TEXT NOT NULL, predicted TEXT NOT NULL,
        chosen TEXT NOT NULL, verdict TEXT NOT NULL, model TEXT NOT NULL,
        created_at TEXT NOT NULL, thumbnail BLOB, UNIQUE (style, photo))""",
    """CREATE TABLE features (
        photo TEXT NOT NULL, version TEXT NOT NULL, settings BLOB NOT NULL, spread BLOB NOT NULL,
        z BLOB NOT NULL, PRIMARY KEY (photo, version))""",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE trainings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        style TEXT NOT NULL REFERENCES styles (name) ON UPDATE CASCADE ON DELETE CASCADE,
        version TEXT, started_at TEXT NOT NULL, seconds REAL NOT NULL, method TEXT NOT NULL,
        outcome TEXT NOT NULL, gate TEXT, lessons TEXT NOT NULL)""",
)


def _create(connection: sqlite3.Connection) -> None:
    for statement in _TABLES_1:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _add_marks(connection: sqlite3.Connection) -> None:
    # Of the photo, not of a style: sorting a shoot has nothing to do with how it is developed.
    connection.execute(
        "CREATE TABLE marks (photo TEXT PRIMARY KEY, stars INTEGER NOT NULL, flag TEXT NOT NULL, "
        "colour TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )


def _add_tint(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE photos ADD COLUMN as_shot_tint REAL")


def _add_geometries(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE geometries (photo TEXT PRIMARY KEY, geometry TEXT NOT NULL, "
        "updated_at TEXT NOT NULL)"
    )


def _add_files(connection: sqlite3.Connection) -> None:
    # What was found where: a cache, which a damaged catalog does without.
    connection.execute(
        "CREATE TABLE files (path PRIMARY KEY, size INTEGER NOT NULL, written INTEGER NOT NULL, "
        "photo TEXT NOT NULL)"
    )


def _add_news(connection: sqlite3.Connection) -> None:
    # AUTOINCREMENT: a number is never given twice, for others ask for what came after one.
    connection.execute(
        "CREATE TABLE news (number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, "
        "name TEXT NOT NULL, writer TEXT NOT NULL, UNIQUE (kind, name))"
    )


def _add_views(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE views (photo TEXT PRIMARY KEY, view BLOB NOT NULL)")


#: Version reached -> the step from the version before. Add steps; never change one.
MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _create,
    2: _add_marks,
    3: _add_tint,
    4: _add_geometries,
    5: _add_files,
    6: _add_views,
    7: _add_news,
}

#: The tables that every catalog of ours has, whatever its version.
TABLES = frozenset({"photos", "styles", "edits", "lessons", "features", "meta", "trainings"})


def newest_version() -> int:
    """The schema version that this program writes."""
    return max(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> int:
    """Brings an open write transaction's catalog up to date; the version it had (0: new).

    The version number is part of the transaction: a crash leaves the old catalog.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    for version in range(found + 1, newest_version() + 1):
        MIGRATIONS[version](connection)
        connection.execute(f"PRAGMA user_version = {version}")
    return int(found)
