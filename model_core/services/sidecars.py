"""Edits and marks beside the photos, for other programs and from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.sidecar import write_sidecar
from model_core.storage.catalog import Catalog


class Sidecars:
    """Merges into the XMP beside photos; what that replaces is kept in ``replaced``."""

    def __init__(self, catalog: Catalog, replaced: Path) -> None:
        self._catalog, self._replaced = catalog, replaced

    def write(self, photo: Photo, settings: DevelopSettings) -> Path | None:
        marks = self._catalog.load_marks((photo.id,)).get(photo.id, UNMARKED)
        said = None if marks == UNMARKED else marks
        return write_sidecar(photo, settings, said, self._replaced)

    def write_marks(self, marks: Mapping[PhotoId, Marks]) -> None:
        failed: list[CannotWrite] = []
        for identity, one in marks.items():
            photo = self._catalog.photo(identity)
            if photo is None or not photo.path.is_file():
                continue
            try:
                write_sidecar(photo, None, one, self._replaced)
            except CannotWrite as error:
                failed.append(error)
        if failed:
            raise failed[0]
