"""Edits and marks beside the photos, for other programs and from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.imaging.decode import RAW_SUFFIXES
from model_core.sidecar import write_sidecar
from model_core.storage.catalog import Catalog
from model_core.storage.rescue import REBUILT
from model_core.storage.sidecar import content, sidecars_beside
from model_core.xmp import UnreadableXmp

#: What a sidecar that imgtune wrote has in it.
_OF_OURS = (b"imgtune:", b"xmp:Rating", b"xmp:Label")


class Sidecars:
    """Merges into the XMP beside photos; what that replaces is kept in ``replaced``."""

    def __init__(self, catalog: Catalog, replaced: Path) -> None:
        self._catalog, self._replaced = catalog, replaced

    def write(
        self,
        photo: Photo,
        settings: DevelopSettings | None,
        on_kept: Callable[[Path], None] | None = None,
    ) -> Path | None:
        marks = self._catalog.load_marks((photo.id,)).get(photo.id, UNMARKED)
        said = None if marks == UNMARKED else marks
        geometry = self._catalog.load_geometry(photo.id)
        return write_sidecar(photo, settings, said, self._replaced, geometry, on_kept)

    @property
    def rebuilt(self) -> bool:
        """Whether the catalog was made anew once, and the sidecars may know more than it."""
        return self._catalog.get_meta(REBUILT) is not None

    def left_by_others(self, paths: Iterable[Path]) -> list[Path]:
        """Those of the photos with Camera Raw settings beside them that imgtune did not write,
        or has forgotten that it did. Looks, and does not read: what they say, and whether it
        can be used, is for later."""
        found, rebuilt = [], self.rebuilt
        for path in paths:
            for sidecar in sidecars_beside(path, raw=path.suffix.lower() in RAW_SUFFIXES):
                with suppress(UnreadableXmp):
                    said = content(sidecar) or b""
                    theirs = b"crs:" in said and b"imgtune:" not in said
                    if theirs or (rebuilt and any(word in said for word in _OF_OURS)):
                        found.append(path)
                        break
        return found

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
