"""The catalog's table of crops."""

from __future__ import annotations

import json
from dataclasses import asdict

from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.photo import PhotoId
from model_core.storage.marks import MarksTable
from model_core.storage.rows import now, text_out


class FramingTable(MarksTable):
    """A part of :class:`model_core.storage.catalog.Catalog`."""

    def save_geometry(self, photo: PhotoId, geometry: Geometry) -> None:
        """Keeps how a photo is framed, in whatever style; durable on return."""
        with self._database.writing() as connection:
            self._note_change(connection, photos=[photo])
            if geometry.is_identity:
                connection.execute("DELETE FROM geometries WHERE photo = ?", (photo,))
                return
            row = (photo, json.dumps(asdict(geometry)), now())
            connection.execute("INSERT OR REPLACE INTO geometries VALUES (?, ?, ?)", row)

    def load_geometry(self, photo: PhotoId) -> Geometry:
        """How a photo is framed; a damaged row counts as not at all."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT geometry FROM geometries WHERE photo = ?", (photo,)
            ).fetchone()
        return UNCROPPED if row is None else self._geometry(row[0])

    def geometries(self) -> dict[PhotoId, Geometry]:
        """Of all photos that are framed in any way."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT photo, geometry FROM geometries").fetchall()
        return {PhotoId(photo): self._geometry(stored) for photo, stored in rows}

    def _geometry(self, stored: object) -> Geometry:
        try:
            return Geometry(**json.loads(text_out(stored)))
        except (ValueError, TypeError):
            self.warn("A damaged crop of a photo was skipped.")
            return UNCROPPED
