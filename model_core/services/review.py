"""What to look at first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.predict.review import most_telling
from model_core.predictors import Predictors
from model_core.storage.catalog import Catalog

#: How many photos are worth asking for at once: what they teach changes the rest.
ASKED = 20


class Review:
    """The order of review for a style. Which photos need one is ``Prediction.needs_review``."""

    def __init__(self, catalog: Catalog, predictors: Predictors) -> None:
        self._catalog, self._predictors = catalog, predictors

    def order(
        self, style: str, features: Sequence[PhotoFeatures], count: int = ASKED
    ) -> list[PhotoId]:
        """Of those photos the ones, up to ``count``, that teach the style most when they are
        corrected next, the most telling first; photos with a lesson are left out."""
        taught = {lesson.photo for lesson in self._catalog.lessons(style)}
        serving = self._predictors.serving(style)
        left = [f for f in features if f.photo not in taught and f.version == serving]
        if not left:
            return []
        rows = most_telling(self._predictors.head(style), np.stack([f.z for f in left]), count)
        return [left[i].photo for i in rows]
