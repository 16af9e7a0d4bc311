"""Teaching a style, and unteaching it: what the catalog keeps and the predictors know."""

from __future__ import annotations

from datetime import UTC, datetime

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import DevelopSettings
from model_core.domain.photo import Photo
from model_core.domain.prediction import PhotoFeatures
from model_core.predictors import Predictors
from model_core.services.photos import Photos
from model_core.storage.catalog import Catalog


class Lessons:
    """Lessons go to the catalog first, durably, and then to the predictors."""

    def __init__(self, catalog: Catalog, predictors: Predictors, photos: Photos) -> None:
        self._catalog, self._predictors, self._photos = catalog, predictors, photos
        self._forgotten_thumbnails: dict[int, bytes] = {}

    def learn(
        self,
        style: str,
        photo: Photo,
        features: PhotoFeatures,
        chosen: DevelopSettings,
        shoot: str | None,
    ) -> Correction:
        (predicted,) = self._predictors.predict_many(style, [features])
        chosen = chosen.rounded()
        verdict = Verdict.ACCEPTED if chosen == predicted.settings else Verdict.CORRECTED
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
        # For restore(): the photo may be gone by then.
        for data in self._catalog.lesson_thumbnails([lesson_id]).values():
            self._forgotten_thumbnails[lesson_id] = data
        lesson = self._catalog.forget_lesson(lesson_id)
        self._predictors.forgotten(lesson)
        return lesson

    def restore(self, lesson: Correction) -> Correction:
        thumbnail = self._forgotten_thumbnails.get(lesson.id)
        thumbnail = thumbnail or self._photos.kept_thumbnail(lesson.photo)
        stored = self._catalog.add_lesson(lesson, thumbnail)
        self._predictors.reload(lesson.style)
        return stored
