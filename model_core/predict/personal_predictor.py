"""Network plus personal head: the predictor that serves a style, and its learner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import Because, PhotoFeatures, Prediction
from model_core.predict import personal_head
from model_core.predict.personal_head import Float64, PersonalHead
from model_core.predict.prior import Prior

#: Looking at a prediction and keeping it says less than moving a slider.
LESSON_WEIGHT = {Verdict.CORRECTED: 1.0, Verdict.ACCEPTED: 0.5}
#: How many lessons an explanation names.
REASONS = 3
_JND = np.array([p.jnd for p in PARAMS])

#: A correction, and what the network sees of its photo.
Lesson = tuple[Correction, PhotoFeatures]


@dataclass(frozen=True, slots=True, eq=False)
class PersonalPredictor:
    """Immutable; a new lesson makes a new one. ``known``: lessons by photo, each once."""

    version: str
    prior: Prior
    known: Mapping[PhotoId, Lesson]
    head: PersonalHead

    @property
    def lessons(self) -> int:
        return self.head.lessons

    # --- learning -----------------------------------------------------------------
    def learn_one(self, lesson: Correction, features: PhotoFeatures) -> PersonalPredictor:
        """Knows one lesson more; it replaces an older one of the same photo."""
        return self.learn_many([(lesson, features)])

    def learn_many(self, lessons: Iterable[Lesson]) -> PersonalPredictor:
        """As :meth:`learn_one` for each in turn, fitted once."""
        known = dict(self.known)
        for lesson, features in lessons:
            known.pop(lesson.photo, None)  # the newest lesson comes last
            known[lesson.photo] = (lesson, features)
        return learn(self.version, self.prior, list(known.values()))

    def forget(self, lesson: Correction) -> PersonalPredictor:
        """Equals never having learned that lesson; nothing happens when it is not known."""
        if lesson.photo not in self.known or self.known[lesson.photo][0].id != lesson.id:
            return self
        kept = [one for photo, one in self.known.items() if photo != lesson.photo]
        return learn(self.version, self.prior, kept)

    # --- predicting ---------------------------------------------------------------
    def predict_one(self, features: PhotoFeatures) -> Prediction:
        return self.predict_many([features])[0]

    def predict_many(self, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """Network settings plus the learned shift, clamped and rounded as sliders show them."""
        if not features:
            return []
        z = np.stack([f.z for f in features])
        network = np.stack([f.spread for f in features]) / _JND
        settings = np.stack([f.settings for f in features]) + self.head.shift(z) * _JND
        spread = self.head.spread(z, network) * _JND
        return [
            Prediction(
                photo=f.photo,
                settings=DevelopSettings(tuple(s)),
                spread=tuple(u),
                version=self.version,
                lessons=self.lessons,
            )
            for f, s, u in zip(features, as_shown(settings), spread.tolist(), strict=True)
        ]

    # --- explaining ---------------------------------------------------------------
    def because(self, features: PhotoFeatures) -> tuple[Because, ...]:
        """The lessons that move this photo's prediction most, strongest first. Exact: the
        shares of all lessons add up to 1."""
        if not self.known:
            return ()
        z, y, weight, _ = lesson_table(list(self.known.values()))
        shares = self.head.shares(features.z[None], z, y, weight)[0]
        lessons = [lesson for lesson, _ in self.known.values()]
        strongest = np.argsort(-np.abs(shares), kind="stable")[:REASONS]
        return tuple(
            Because(lessons[i].id, lessons[i].photo, lessons[i].path, float(shares[i]))
            for i in strongest
            if shares[i] != 0
        )


def as_shown(settings: npt.NDArray[np.floating[Any]]) -> list[list[float]]:
    """Settings (N, P) clamped to the sliders' ranges and rounded as the sliders show them:
    :meth:`DevelopSettings.rounded` for thousands at once. Raises ValueError for numbers that
    are not finite: no slider can show them."""
    if not np.isfinite(settings).all():
        raise ValueError("settings are not finite numbers")
    scale = 10.0 ** np.array([p.decimals for p in PARAMS])
    low, high = np.array([p.low for p in PARAMS]), np.array([p.high for p in PARAMS])
    rounded = np.round(np.clip(settings, low, high) * scale) / scale + 0.0
    result: list[list[float]] = rounded.tolist()
    return result


def learn(version: str, prior: Prior, lessons: Sequence[Lesson]) -> PersonalPredictor:
    """A predictor over network ``version``, whose features have this prior, that knows
    ``lessons``, at most one a photo."""
    known = {lesson.photo: (lesson, features) for lesson, features in lessons}
    if not lessons:
        head = PersonalHead.empty(prior.features, len(PARAMS))
    else:
        head = personal_head.fit(*lesson_table(lessons), prior)
    return PersonalPredictor(version, prior, known, head)


def lesson_table(lessons: Sequence[Lesson]) -> tuple[Float64, Float64, Float64, list[str]]:
    """z (n, Z), residuals in J (n, P), weights (n,) and shoots."""
    chosen = np.array([c.chosen.values for c, _ in lessons])
    network = np.stack([f.settings for _, f in lessons])
    return (
        np.stack([f.z for _, f in lessons]).astype(np.float64),
        (chosen - network) / _JND,
        np.array([LESSON_WEIGHT[c.verdict] for c, _ in lessons]),
        [c.shoot for c, _ in lessons],
    )
