"""What serves each style: networks, personal heads over them, and the lessons they know.

One :class:`Predictors` per Studio. Any thread may call anything.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model_core.domain.correction import Correction
from model_core.domain.errors import BrokenModel
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import Because, PhotoFeatures, Prediction
from model_core.domain.version import BASE_VERSION
from model_core.predict.fold import MODEL_FILE
from model_core.predict.onnx_network import OnnxNetwork, thumbnail_pixels
from model_core.predict.personal_head import PersonalHead
from model_core.predict.personal_predictor import Lesson, PersonalPredictor, learn
from model_core.predict.predictor import PredictorSlot
from model_core.predict.prior import PRIOR_FILE, Prior, prior_for, shipped_prior
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore


class Predictors:
    """Networks and predictors by style and version, loaded and learned when first needed."""

    def __init__(self, catalog: Catalog, models: ModelStore, base: Path) -> None:
        self.catalog, self.models = catalog, models
        self._base_path = base / MODEL_FILE
        #: Features are cached by version: another base model must have another name.
        self.base_version = f"{BASE_VERSION}-{_stamp(base / 'manifest.json')}"
        self._lock = threading.RLock()
        self._networks: dict[str, OnnxNetwork] = {}
        self._slots: dict[tuple[str, str], PredictorSlot[PersonalPredictor]] = {}
        self._unseen: dict[tuple[str, str], set[PhotoId]] = {}  # of lessons, by slot
        self._serving: dict[str, str] = {}

    def serving(self, style: str) -> str:
        """The network version that serves a style in this process."""
        with self._lock:
            if style not in self._serving:
                self._serving[style] = self._stored_version(style)
            return self._serving[style]

    def network(self, style: str, version: str) -> OnnxNetwork:
        """A version's network. Raises BrokenModel."""
        with self._lock:
            if version not in self._networks:
                path = self._base_path
                if version != self.base_version:
                    path = self.models.path(self.models.verified(style, version), MODEL_FILE)
                if not path.exists():
                    raise BrokenModel(f"{path}: the model is missing; install imgtune again")
                self._networks[version] = OnnxNetwork(path, version)
            return self._networks[version]

    def predict_many(self, style: str, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """Settings for many photos, in order. Features of an older version are answered by
        the lessons over that version."""
        result: dict[int, Prediction] = {}
        for version in {f.version for f in features}:
            rows = [i for i, f in enumerate(features) if f.version == version]
            predictor = self._slot(style, version).current
            answers = predictor.predict_many([features[i] for i in rows])
            result.update(zip(rows, answers, strict=True))
        return [result[i] for i in range(len(features))]

    def head(self, style: str) -> PersonalHead:
        """What was learned beyond the network that serves."""
        return self._slot(style, self.serving(style)).current.head

    def always(self, style: str) -> npt.NDArray[np.float64]:
        """(P,) probability that the style sets each slider to one value in all photos."""
        return self._slot(style, self.serving(style)).current.always

    def lessons_seen(self, style: str) -> list[Lesson]:
        """The style's lessons with what the network that serves sees of their photos."""
        return list(self._slot(style, self.serving(style)).current.known.values())

    def prior_of(self, style: str) -> Prior:
        """What the style's head is fitted with."""
        return self._slot(style, self.serving(style)).current.prior

    def because(self, style: str, features: PhotoFeatures) -> tuple[Because, ...]:
        """Which lessons moved this photo's prediction most, strongest first."""
        return self._slot(style, features.version).current.because(features)

    def learned(self, lesson: Correction, features: PhotoFeatures) -> None:
        """Takes up a lesson that the catalog has stored: the next prediction knows it."""
        with self._lock:
            style, serving = lesson.style, self.serving(lesson.style)
            self._drop_others(style)
            slot = self._slots.get((style, serving))
            if slot is None or features.version != serving:
                self._slots.pop((style, serving), None)  # read again when it is asked
            else:
                slot.current = slot.current.learn_one(lesson, features)

    def seen(self, photo: PhotoId, version: str) -> None:
        """The catalog has what a network sees in a photo: lessons of it, of which nothing was
        left (the catalog was rebuilt), count from now on."""
        with self._lock:
            for key in [k for k, photos in self._unseen.items() if photo in photos]:
                if key[1] == version:
                    self._slots.pop(key, None)
                    del self._unseen[key]

    def forgotten(self, lesson: Correction) -> None:
        """Drops a lesson that the catalog has deleted."""
        with self._lock:
            self._drop_others(lesson.style)
            slot = self._slots.get((lesson.style, self.serving(lesson.style)))
            if slot is not None:
                slot.current = slot.current.forget(lesson)

    def reload(self, style: str) -> bool:
        """Takes up what another process published or taught; True when the network changed."""
        with self._lock:
            before = self._serving.get(style)
            self._serving[style] = self._stored_version(style)
            for key in [k for k in self._slots if k[0] == style]:
                del self._slots[key]
            return before != self._serving[style]

    def _stored_version(self, style: str) -> str:
        current = self.models.current(style)
        return current.id if current else self.base_version

    def _slot(self, style: str, version: str) -> PredictorSlot[PersonalPredictor]:
        with self._lock:
            key = (style, version)
            if key not in self._slots:
                prior = self._prior(style, version)
                lessons, self._unseen[key] = self._lessons_seen(style, version)
                self._slots[key] = PredictorSlot(learn(version, prior, lessons))
            return self._slots[key]

    def _drop_others(self, style: str) -> None:
        """Predictors over other versions are read again when they are asked: they too must
        know the lessons as they are now."""
        serving = self.serving(style)
        for key in [k for k in self._slots if k[0] == style and k[1] != serving]:
            del self._slots[key]

    def _prior(self, style: str, version: str) -> Prior:
        """What is known of photographers in general, for this version's features: fine-tuned
        versions keep their base's directions, but one from elsewhere may have another base."""
        features, base = self.network(style, version).features, self._base_path.parent
        if version == self.base_version:
            return shipped_prior(base, features)
        made_of = self.models.verified(style, version).base_sha256
        return prior_for(made_of, features, base.parent / PRIOR_FILE)

    def _lessons_seen(self, style: str, version: str) -> tuple[list[Lesson], set[PhotoId]]:
        """The style's lessons with what ``version`` sees of them, from the catalog, and the
        photos of those of which nothing is left."""
        lessons = self.catalog.lessons(style)
        features = self.catalog.features_for(version, [c.photo for c in lessons])
        missing = [c for c in lessons if c.photo not in features]
        if missing:
            features |= self._analyse_lessons(self.network(style, version), missing)
        seen = [(c, features[c.photo]) for c in lessons if c.photo in features]
        return seen, {c.photo for c in lessons} - features.keys()

    def _analyse_lessons(
        self, network: OnnxNetwork, lessons: list[Correction]
    ) -> dict[PhotoId, PhotoFeatures]:
        """Features of lessons that this network never saw, from their stored thumbnails:
        the photos may have been moved or deleted since."""
        stored = self.catalog.lesson_thumbnails([c.id for c in lessons])
        found = {}
        for lesson in lessons:
            if lesson.id in stored and (image := thumbnail_pixels(stored[lesson.id])) is not None:
                found[lesson.photo] = network.analyse(lesson.photo, image)
        self.catalog.put_many(found.values())
        return found


def _stamp(manifest: Path) -> str:
    """First digits of the base model's hash, as its manifest states it."""
    try:
        found = re.search(r'"model.onnx":\s*"([0-9a-f]{8})', manifest.read_text(encoding="utf-8"))
    except OSError:
        found = None
    if found is None:
        raise BrokenModel(f"{manifest}: the base model is missing or damaged; install it again")
    return found[1]
