"""Requests to the catalog worker and its results: short, strictly in order.

Part of ``workers.messages``, through which everybody sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from imgtune_gui.backend import Backend
from model_core.domain.correction import Correction
from model_core.domain.curve import LearningCurve
from model_core.domain.develop import DevelopSettings
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.domain.version import ModelVersion

if TYPE_CHECKING:
    from model_core.services import (
        PackWritten,
        Readiness,
        Screen,
        SidecarEdit,
        Studio,
        StyleInfo,
        Training,
    )


@dataclass(frozen=True, slots=True, eq=False)
class OpenStudio:
    data_dir: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class StudioOpened:
    backend: Backend
    studio: Studio
    styles: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LookForNews:
    """Did another window, or the command line, change anything since the last time?"""

    style: str


@dataclass(frozen=True, slots=True, eq=False)
class NewsFound:
    """``photos`` have another edit, marks or crop, and these lessons now; ``taught``: the style
    has other lessons, of whatever photos."""

    style: str
    photos: Mapping[PhotoId, Correction | None]
    taught: bool


@dataclass(frozen=True, slots=True, eq=False)
class LoadStyle:
    style: str


@dataclass(frozen=True, slots=True, eq=False)
class StyleLoaded:
    """Everything the style panel shows."""

    style: str
    styles: tuple[StyleInfo, ...]
    lessons: tuple[Correction, ...]
    versions: tuple[ModelVersion, ...]
    version: str
    network_version: str
    readiness: Readiness
    training_due: bool
    curve: LearningCurve
    trainings: tuple[Training, ...]
    thumbnails: dict[int, QImage]  # of the newest lessons, by id


@dataclass(frozen=True, slots=True, eq=False)
class SaveEdit:
    """Autosave; ``settings`` None means that the photo is untouched again."""

    style: str
    photo: Photo
    settings: DevelopSettings | None


@dataclass(frozen=True, slots=True, eq=False)
class SaveMarks:
    """``unopened``: of photos that nobody has opened yet; they are named by their content here."""

    marks: dict[PhotoId, Marks]
    unopened: dict[Path, Marks] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ReadSidecars:
    """``learn``: what they say is to be taught too. ``over``: and to replace what was done here."""

    photos: tuple[Photo, ...]
    learn: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SidecarsRead:
    """Of the photos that have one, and what could not be read, in plain lines."""

    edits: tuple[tuple[Path, SidecarEdit], ...]
    errors: tuple[str, ...]
    request: ReadSidecars


@dataclass(frozen=True, slots=True, eq=False)
class SaveGeometry:
    photo: Photo
    geometry: Geometry


@dataclass(frozen=True, slots=True, eq=False)
class Learn:
    """``ticket`` names this teaching, so that it can be taken back."""

    style: str
    photo: Photo
    features: PhotoFeatures
    chosen: DevelopSettings
    ticket: int


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    style: str
    path: Path
    correction: Correction
    training_due: bool
    ticket: int


@dataclass(frozen=True, slots=True, eq=False)
class Unlearn:
    """Takes a teaching back: the lesson that it replaced, if any, holds again."""

    style: str
    photo: PhotoId
    ticket: int


@dataclass(frozen=True, slots=True, eq=False)
class Forget:
    """By photo, of which a style has one lesson: ids change when a lesson is restored."""

    style: str
    photo: PhotoId


@dataclass(frozen=True, slots=True, eq=False)
class Restore:
    """Undoes :class:`Forget`."""

    lesson: Correction


@dataclass(frozen=True, slots=True, eq=False)
class LessonsChanged:
    """A lesson was taken back, forgotten or restored. ``lesson``: what holds now."""

    request: Unlearn | Forget | Restore
    style: str
    photo: PhotoId
    lesson: Correction | None


@dataclass(frozen=True, slots=True, eq=False)
class CreateStyle:
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class StyleCreated:
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class RenameStyle:
    style: str
    to: str


@dataclass(frozen=True, slots=True, eq=False)
class DeleteStyle:
    style: str


@dataclass(frozen=True, slots=True, eq=False)
class StyleGone:
    """A style was renamed or deleted; ``follower`` is to be shown where it was."""

    style: str
    follower: str


@dataclass(frozen=True, slots=True, eq=False)
class RollBack:
    """``to``: a version's id; empty: the one before."""

    style: str
    to: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Reload:
    style: str


@dataclass(frozen=True, slots=True, eq=False)
class VersionChanged:
    """Another version serves ``style`` now; ``rolled_back`` says why."""

    style: str
    version: str
    rolled_back: bool


@dataclass(frozen=True, slots=True, eq=False)
class PackRequest:
    """``small``: with 8 bits, half the size."""

    style: str
    file: Path
    importing: bool
    small: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PackDone:
    """``written``: what was made of it; None when it was imported."""

    style: str
    file: Path
    written: PackWritten | None


@dataclass(frozen=True, slots=True, eq=False)
class Predict:
    generation: int
    style: str
    features: tuple[tuple[Path, PhotoFeatures], ...]
    everything: bool = False  # a newer one of these makes this one needless


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    generation: int
    style: str
    predictions: tuple[tuple[Path, Prediction], ...]


@dataclass(frozen=True, slots=True, eq=False)
class OrderReview:
    """Which of the photos teach the style most?"""

    style: str
    features: tuple[tuple[Path, PhotoFeatures], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReviewOrdered:
    """Those that teach most, first; the others are not told."""

    style: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReadScreen:
    """Asks what a screen with this profile shows."""

    icc: bytes


@dataclass(frozen=True, slots=True, eq=False)
class ScreenRead:
    """``screen`` None: the profile is of no use, and ``error`` says why."""

    icc: bytes
    screen: Screen | None
    error: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Explain:
    """Asks which lessons moved the prediction of a photo most."""

    style: str
    path: Path
    features: PhotoFeatures


@dataclass(frozen=True, slots=True, eq=False)
class Reason:
    """One of these lessons. ``weight``: its share, below 0 where it held against the others;
    ``picture``: None where none was kept."""

    lesson: Correction
    weight: float
    picture: QImage | None


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """Strongest first; empty without lessons."""

    style: str
    path: Path
    reasons: tuple[Reason, ...]
