"""What the catalog knows for grouping photos into scenes: views and times."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_core.domain.photo import PhotoId
from model_core.storage.files_table import FilesTable
from model_core.storage.rows import text_out

View = npt.NDArray[np.float16]
_CHUNK = 500  # SQLite allows 999 variables in old builds


@dataclass(frozen=True, slots=True)
class Taken:
    """The folder a photo is in and when it was taken, ISO 8601 without a zone."""

    photo: PhotoId
    folder: str
    at: str


class SceneTable(FilesTable):
    """A part of :class:`model_core.storage.catalog.Catalog`."""

    def put_view(self, photo: PhotoId, view: View) -> None:
        """Caches what of a photo tells its scene."""
        row = (photo, np.ascontiguousarray(view, "<f2").tobytes())
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO views VALUES (?, ?)", row)

    def views(self, photos: Sequence[PhotoId], size: int) -> dict[PhotoId, View]:
        """Cached views of ``size`` numbers; absent and damaged ones are left out."""
        found = {}
        for photo, blob in self._chunks("SELECT photo, view FROM views WHERE photo IN", photos):
            if isinstance(blob, bytes) and len(blob) == 2 * size:
                view = np.frombuffer(blob, "<f2").astype(np.float16)
                if np.isfinite(view).all():
                    found[PhotoId(text_out(photo))] = view
        return found

    def taken(self, photos: Sequence[PhotoId]) -> list[Taken]:
        """When those photos were taken; the ones that do not say are left out."""
        rows = self._chunks("SELECT id, path, captured_at FROM photos WHERE id IN", photos)
        return _taken(rows)

    def taken_between(self, first: str, last: str) -> list[Taken]:
        """All photos taken then."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, path, captured_at FROM photos WHERE captured_at BETWEEN ? AND ?",
                (first, last),
            ).fetchall()
        return _taken(rows)

    def _chunks(self, select: str, photos: Sequence[PhotoId]) -> Iterable[tuple[object, ...]]:
        with self._database.reading() as connection:
            for start in range(0, len(photos), _CHUNK):
                chunk = photos[start : start + _CHUNK]
                marks = ", ".join("?" * len(chunk))
                yield from connection.execute(f"{select} ({marks})", tuple(chunk))


def _taken(rows: Iterable[tuple[object, ...]]) -> list[Taken]:
    return [
        Taken(PhotoId(text_out(photo)), _folder(text_out(path)), text_out(at))
        for photo, path, at in rows
        if at is not None
    ]


def _folder(path: str) -> str:
    # Thousands at a time: a Path of each would take longer than all the rest.
    return os.path.split(path)[0]
