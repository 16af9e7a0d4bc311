"""What the model says of a photo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.photo import PhotoId


@dataclass(frozen=True, slots=True, eq=False)
class PhotoFeatures:
    """What a network version computed from one photo's proxy; small enough to keep.

    ``settings`` and ``spread``: (len(PARAMS),) float32 in slider units, the network's own
    prediction and its standard deviation. ``z``: (Z,) float32, the whitened features that
    the personal head works on. ``version``: the network that computed them.
    """

    photo: PhotoId
    version: str
    settings: npt.NDArray[np.float32]
    spread: npt.NDArray[np.float32]
    z: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Because:
    """One lesson's part in a prediction. ``weight``: its share of what was learned for this
    photo; the shares of all lessons add up to 1, one below 0 held against the others."""

    lesson: int
    photo: PhotoId
    path: Path
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Settings for one photo, how sure, and what made them.

    ``spread``: one standard deviation for each slider, in its unit, in table order.
    ``lessons``: how many corrections the personal head had learned from. ``scene``: how many
    photos of one scene were made alike, this one among them; 1 is a photo alone.
    ``needs_review``: it may well be wrong enough to be seen, or the photo is unlike any lesson.
    """

    photo: PhotoId
    settings: DevelopSettings
    spread: tuple[float, ...]
    version: str
    lessons: int
    scene: int = 1
    needs_review: bool = False

    @property
    def doubt(self) -> float:
        """Mean spread in J over all sliders: one number to sort by, smaller is surer."""
        return sum(s / p.jnd for s, p in zip(self.spread, PARAMS, strict=True)) / len(PARAMS)
