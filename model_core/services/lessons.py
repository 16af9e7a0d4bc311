"""Teaching a style, and unteaching it: what the catalog keeps and the predictors know."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import DevelopSettings
from model_core.domain.photo import Photo
from model_core.domain.prediction import PhotoFeatures
from model_core.predictors import Predictors
from model_core.services.photos import Photos
from model_core.services.scenes import Scenes
from model_core.storage.catalog import Catalog
from model_core.storage.rows import BadRow, lesson_from_dict, lesson_to_dict

_FORGOTTEN = "forgotten"  # key in the catalog: the last lessons, with what was seen, 20 kB each
_KEPT = 20


class Lessons:
    """Lessons go to the catalog first, durably, and then to the predictors."""

    def __init__(
        self, catalog: Catalog, scenes: Scenes, predictors: Predictors, photos: Photos
    ) -> None:
        self._catalog, self._scenes = catalog, scenes
        self._predictors, self._photos = predictors, photos

    def learn(
        self,
        style: str,
        photo: Photo,
        features: PhotoFeatures,
        chosen: DevelopSettings,
        shoot: str | None,
    ) -> Correction:
        (alone,) = self._predictors.predict_many(style, [features])
        (predicted,) = self._scenes.predict_many(style, [features])
        chosen = chosen.rounded()
        # Its siblings may have been seen only after it was shown.
        shown = chosen in (predicted.settings, alone.settings)
        verdict = Verdict.ACCEPTED if shown else Verdict.CORRECTED
        lesson = Correction(
            photo=photo.id,
            path=photo.path.absolute(),
            style=style,
            shoot=shoot or photo.shoot,
            predicted=predicted.settings,
            chosen=chosen,
            verdict=verdict,
            model=features.version,
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        stored = self._catalog.add_lesson(lesson, self._photos.thumbnail(photo))
        self._predictors.learned(stored, features)
        return stored

    def forget(self, lesson_id: int) -> Correction:
        # For restore(), also after the next start: the photo may be gone by then.
        thumbnail = self._catalog.lesson_thumbnails([lesson_id]).get(lesson_id, b"")
        lesson = self._catalog.forget_lesson(lesson_id)
        self._predictors.forgotten(lesson)
        row = {"lesson": lesson_to_dict(lesson), "thumbnail": b64encode(thumbnail).decode("ascii")}
        self._catalog.set_meta(_FORGOTTEN, [*self._rows(), row][-_KEPT:])
        return lesson

    def forgotten(self, style: str) -> list[Correction]:
        """The lessons of a style that were forgotten lately and are not taught again, in that
        order."""
        found = [lesson for row in self._rows() if (lesson := _lesson_in(row)) is not None]
        known = {lesson.photo for lesson in self._catalog.lessons(style)}
        return [one for one in found if one.style == style and one.photo not in known]

    def restore(self, lesson: Correction) -> Correction:
        kept = {}
        for row in self._rows():
            if (one := _lesson_in(row)) is not None:
                kept[one.id] = b64decode(row["thumbnail"])
        thumbnail = kept.get(lesson.id) or self._photos.kept_thumbnail(lesson.photo)
        stored = self._catalog.add_lesson(lesson, thumbnail)
        self._predictors.reload(lesson.style)
        return stored

    def _rows(self) -> list[dict[str, Any]]:
        found = self._catalog.get_meta(_FORGOTTEN, [])
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _lesson_in(row: dict[str, Any]) -> Correction | None:
    """The lesson of a kept row; None when it makes no sense any more."""
    try:
        b64decode(row["thumbnail"], validate=True)
        return lesson_from_dict(row["lesson"])
    except (BadRow, KeyError, TypeError, ValueError):
        return None
