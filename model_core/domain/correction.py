"""What the user taught: a prediction paired with the choice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from model_core.domain.develop import DevelopSettings
from model_core.domain.photo import PhotoId


class Verdict(StrEnum):
    """How the user answered a prediction; decides how much it weighs in learning."""

    CORRECTED = "corrected"  # sliders were moved
    ACCEPTED = "accepted"  # looked at and kept


@dataclass(frozen=True, slots=True)
class Correction:
    """One lesson. The newest lesson for a photo in a style replaces the older one.

    ``model`` is the version that made ``predicted``. ``created_at`` is UTC, ISO 8601.
    ``id`` is given by the catalog; 0 before it is stored.
    """

    photo: PhotoId
    path: Path
    style: str
    shoot: str
    predicted: DevelopSettings
    chosen: DevelopSettings
    verdict: Verdict
    model: str
    created_at: str
    id: int = 0
