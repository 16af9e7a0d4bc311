"""What was changed last, and by whom: so windows and the command line, at work on one catalog at
the same time, learn of each other's changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from model_core.domain.photo import PhotoId
from model_core.storage.database import Database
from model_core.storage.rows import text_out

_PHOTO, _STYLE = "photo", "style"


@dataclass(frozen=True, slots=True)
class News:
    """What others changed: ``photos`` have another edit, marks or crop; ``styles`` have other
    lessons, edits or trainings, or are new or gone. The next news begin after ``upto``."""

    upto: int
    photos: frozenset[PhotoId] = frozenset()
    styles: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.photos or self.styles)


class NewsTable:
    """A part of :class:`model_core.storage.catalog.Catalog`. Each photo and style has one row,
    of its newest change; the numbers only grow, whatever the clock does."""

    _database: Database
    _writer: str  # tells this object's changes from those of others, in this process or another

    def news_position(self) -> int:
        """The number of the newest change; 0 before the first."""
        with self._database.reading() as connection:
            (newest,) = connection.execute("SELECT max(number) FROM news").fetchone()
        return int(newest or 0)

    def news(self, since: int) -> News:
        """What others changed after the change with that number."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT number, kind, name, writer FROM news WHERE number > ? ORDER BY number",
                (since,),
            ).fetchall()
        others = [
            (kind, text_out(name)) for _, kind, name, writer in rows if writer != self._writer
        ]
        return News(
            int(rows[-1][0]) if rows else since,
            frozenset(PhotoId(name) for kind, name in others if kind == _PHOTO),
            frozenset(name for kind, name in others if kind == _STYLE),
        )

    def _note_change(
        self,
        connection: sqlite3.Connection,
        *,
        photos: Iterable[PhotoId] = (),
        styles: Iterable[str] = (),
    ) -> None:
        """To be told with the transaction, or not at all."""
        rows = [(_PHOTO, str(name), self._writer) for name in photos]
        rows += [(_STYLE, name, self._writer) for name in styles]
        statement = "INSERT OR REPLACE INTO news (kind, name, writer) VALUES (?, ?, ?)"
        connection.executemany(statement, rows)
