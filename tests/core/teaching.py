"""What the tests of the use cases do again and again: look at a photo, predict, correct it."""

from __future__ import annotations

from pathlib import Path

from model_core.domain.correction import Correction
from model_core.domain.photo import Photo
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.services import DEFAULT_STYLE, Studio

BRIGHTER = {"exposure_ev": 0.8, "temperature": 25.0}


def look(studio: Studio, path: Path, style: str = DEFAULT_STYLE) -> tuple[Photo, PhotoFeatures]:
    photo, proxy = studio.open_photo(path)
    return photo, studio.analyse(photo, style, proxy)


def predicted(studio: Studio, path: Path, style: str = DEFAULT_STYLE) -> Prediction:
    return studio.predict(style, look(studio, path, style)[1])


def teach(studio: Studio, path: Path, style: str = DEFAULT_STYLE, **change: float) -> Correction:
    """Corrects a photo by so much from what is predicted; brighter and warmer by default."""
    photo, features = look(studio, path, style)
    before = studio.predict(style, features).settings
    chosen = before.updated({n: before[n] + v for n, v in (change or BRIGHTER).items()})
    return studio.learn(style, photo, features, chosen)
