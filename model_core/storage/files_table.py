"""The catalog's table of files: which photo a file was when it was opened last."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model_core.domain.photo import Photo, PhotoId
from model_core.storage.framing_table import FramingTable
from model_core.storage.rows import text_in, text_out

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file is written: its size in bytes, and when (ns)."""

    size: int
    written: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Raises OSError."""
        status = os.stat(path)  # noqa: PTH116 called for thousands of files
        return cls(status.st_size, status.st_mtime_ns)


class FilesTable(FramingTable):
    """A part of :class:`model_core.storage.catalog.Catalog`."""

    def note_photo(self, photo: Photo, stamp: Stamp) -> None:
        """:meth:`upsert_photo`, and where it was found."""
        row = (text_in(str(photo.path)), stamp.size, stamp.written, photo.id)
        with self._database.writing() as connection:
            self._put_photo(connection, photo)
            connection.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)

    def known_photos(self, stamps: Mapping[Path, Stamp]) -> dict[Path, Photo]:
        """The photos that those files hold, as far as they were opened before and have not been
        written since."""
        found: dict[Path, Photo] = {}
        paths = list(stamps)
        with self._database.reading() as connection:
            for start in range(0, len(paths), _CHUNK):
                chunk = {text_in(str(path)): path for path in paths[start : start + _CHUNK]}
                rows = connection.execute(
                    "SELECT files.path, size, written, id, width, height, captured_at, camera, "
                    "iso, as_shot_kelvin, as_shot_tint FROM files JOIN photos ON id = photo "
                    f"WHERE files.path IN ({', '.join('?' * len(chunk))})",
                    tuple(chunk),
                )
                for name, size, written, identity, *facts in rows:
                    path = Path(text_out(name))
                    if stamps.get(path) == Stamp(size, written):
                        found[path] = Photo(path, PhotoId(identity), *facts)
        return found
