"""Photos that were opened before: all that is known of thousands of them, without decoding one."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.imaging.decode import photo_id
from model_core.predictors import Predictors
from model_core.storage.catalog import Catalog, Edit
from model_core.storage.files_table import Stamp


@dataclass(frozen=True, slots=True)
class Known:
    """A photo as ``open_photo``, ``analyse`` and the catalog would say it is."""

    photo: Photo
    features: PhotoFeatures
    edit: Edit | None
    marks: Marks
    geometry: Geometry


class KnownPhotos:
    """Goes by size and time of a file; what was written since is not known."""

    def __init__(self, catalog: Catalog, predictors: Predictors) -> None:
        self._catalog, self._predictors = catalog, predictors

    def identify(self, path: Path) -> PhotoId:
        """(slow: reads the file) The name of a photo that was not opened. Raises
        UnreadablePhoto."""
        return photo_id(path)

    def find(self, style: str, paths: Iterable[Path]) -> list[Known]:
        """(slow: 40 us a photo) Those of the photos that were analysed for the network that
        serves the style, in order."""
        stamps: dict[Path, Stamp] = {}
        for path in paths:
            with suppress(OSError):  # opening it says so
                stamps[path] = Stamp.of(path)
        photos = self._catalog.known_photos(stamps)
        if not photos:
            return []
        ids = [photo.id for photo in photos.values()]
        features = self._catalog.features_for(self._predictors.serving(style), ids)
        edits, marks = self._catalog.edits(style), self._catalog.load_marks(ids)
        geometries = self._catalog.geometries()
        found = (photos[path] for path in stamps if path in photos)
        return [
            Known(
                photo,
                features[photo.id],
                edits.get(photo.id),
                marks.get(photo.id, UNMARKED),
                geometries.get(photo.id, UNCROPPED),
            )
            for photo in found
            if photo.id in features
        ]
