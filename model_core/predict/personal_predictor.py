"""Network plus personal head: the predictor that serves a style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.predict import personal_head
from model_core.predict.personal_head import PersonalHead

#: Columns of z: bias, the network's own prediction, statistics, embedding.
STATISTICS = slice(1, 1 + len(PARAMS) + 32)

#: Looking at a prediction and keeping it says less than moving a slider.
LESSON_WEIGHT = {Verdict.CORRECTED: 1.0, Verdict.ACCEPTED: 0.5}
_JND = np.array([p.jnd for p in PARAMS])


@dataclass(frozen=True, slots=True)
class PersonalPredictor:
    """Immutable; a new lesson makes a new one."""

    version: str
    head: PersonalHead

    @property
    def lessons(self) -> int:
        return self.head.lessons

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


def as_shown(settings: npt.NDArray[np.floating[Any]]) -> list[list[float]]:
    """Settings (N, P) clamped to the sliders' ranges and rounded as the sliders show them:
    :meth:`DevelopSettings.rounded` for thousands at once."""
    scale = 10.0 ** np.array([p.decimals for p in PARAMS])
    low, high = np.array([p.low for p in PARAMS]), np.array([p.high for p in PARAMS])
    rounded = np.round(np.clip(settings, low, high) * scale) / scale + 0.0
    result: list[list[float]] = rounded.tolist()
    return result


def learn(
    version: str, size: int, lessons: Sequence[tuple[Correction, PhotoFeatures]]
) -> PersonalPredictor:
    """A predictor over network ``version`` (with ``size`` features) that knows ``lessons``."""
    if not lessons:
        return PersonalPredictor(version, PersonalHead.empty(size, len(PARAMS)))
    chosen = np.array([c.chosen.values for c, _ in lessons])
    network = np.stack([f.settings for _, f in lessons])
    head = personal_head.fit(
        np.stack([f.z for _, f in lessons]),
        (chosen - network) / _JND,
        np.array([LESSON_WEIGHT[c.verdict] for c, _ in lessons]),
        [c.shoot for c, _ in lessons],
        STATISTICS,
    )
    return PersonalPredictor(version, head)
