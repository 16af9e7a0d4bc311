"""The catalog's table of stars, flags and colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model_core.domain.marks import UNMARKED, Colour, Flag, Marks
from model_core.domain.photo import PhotoId
from model_core.storage.rows import now
from model_core.storage.tables import Tables

_CHUNK = 500


class MarksTable(Tables):
    """A part of :class:`model_core.storage.catalog.Catalog`."""

    def save_marks(self, marks: Mapping[PhotoId, Marks]) -> None:
        """Stores marks of any number of photos, durable on return; no marks: no row."""
        kept = [
            (photo, one.stars, one.flag.value, one.colour.value, now())
            for photo, one in marks.items()
            if one != UNMARKED
        ]
        gone = [(photo,) for photo, one in marks.items() if one == UNMARKED]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)", kept)
            connection.executemany("DELETE FROM marks WHERE photo = ?", gone)
            self._note_change(connection, photos=marks)

    def load_marks(self, photos: Sequence[PhotoId]) -> dict[PhotoId, Marks]:
        """Marks of those photos that have any; a damaged row counts as none."""
        found: dict[PhotoId, Marks] = {}
        with self._database.reading() as connection:
            for start in range(0, len(photos), _CHUNK):
                chunk = photos[start : start + _CHUNK]
                places = ", ".join("?" * len(chunk))
                rows = connection.execute(
                    f"SELECT photo, stars, flag, colour FROM marks WHERE photo IN ({places})",
                    tuple(chunk),
                )
                for photo, stars, flag, colour in rows:
                    try:
                        found[PhotoId(photo)] = Marks(int(stars), Flag(flag), Colour(colour))
                    except (ValueError, TypeError):
                        self.warn("Damaged stars, flag or colour of a photo were skipped.")
        return found
