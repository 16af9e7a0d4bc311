"""What the window knows of one photo. Changed by the session only."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from model_core.domain.correction import Verdict
from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.photo import Photo
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.domain.version import BASE_VERSION


class EditState(StrEnum):
    """How far the user has come with a photo; the badge in the filmstrip."""

    UNTOUCHED = "untouched"  # shows the prediction, and follows it
    DRAFT = "draft"  # sliders were moved, nothing learned yet
    ACCEPTED = "accepted"
    CORRECTED = "corrected"


def is_base(version: str) -> bool:
    """Whether a version is the shipped base model, of whatever build (``base-1a2b3c4d``)."""
    return version.partition("-")[0] == BASE_VERSION


def shown_name(path: Path) -> str:
    """A file's name on one line; what is no text in it becomes a sign that says so."""
    name = os.fsencode(path.name).decode("utf-8", "replace")
    return " ".join(name.split()) if not name.isprintable() else name


@dataclass(eq=False)
class PhotoItem:
    """``edit`` None means untouched: the photo shows whatever the model predicts."""

    path: Path
    photo: Photo | None = None
    features: PhotoFeatures | None = None
    prediction: Prediction | None = None
    edit: DevelopSettings | None = None
    taught: tuple[DevelopSettings, Verdict] | None = None
    marks: Marks = UNMARKED
    geometry: Geometry = UNCROPPED
    telling: int | None = None  # place among those that would teach most; see ReviewController
    error: str = ""
    opened_for: str = field(default="", repr=False)  # style and network it was opened for
    name: str = field(init=False, repr=False)  # as it is shown
    sort_name: str = field(init=False, repr=False)  # as names are compared
    folder: str = field(init=False, repr=False)
    _rounded: tuple[Prediction, DevelopSettings] | None = field(
        default=None, init=False, repr=False
    )

    def __post_init__(self) -> None:
        self.name = shown_name(self.path)
        self.sort_name = self.name.casefold()
        self.folder = os.path.dirname(self.path)  # noqa: PTH120 a Path of each takes longer

    @property
    def size(self) -> tuple[int, int] | None:
        """Pixels of the photo as it is framed."""
        if self.photo is None:
            return None
        return self.geometry.output_size(self.photo.width, self.photo.height)

    @property
    def predicted(self) -> DevelopSettings | None:
        """The prediction as the sliders show it."""
        if self.prediction is None:
            return None
        # Asked at every repaint of every photo, and always the same for one prediction.
        if self._rounded is None or self._rounded[0] is not self.prediction:
            self._rounded = self.prediction, self.prediction.settings.rounded()
        return self._rounded[1]

    @property
    def settings(self) -> DevelopSettings:
        """What the photo looks like now."""
        if self.edit is not None:
            return self.edit
        return self.predicted or IDENTITY

    @property
    def needs_review(self) -> bool:
        """Whether the model itself would rather have somebody look at what it predicts."""
        untouched = self.edit is None and self.prediction is not None
        return untouched and self.prediction.needs_review  # type: ignore[union-attr]

    @property
    def state(self) -> EditState:
        """Derived, so that undo after accepting cannot show a badge that is not true."""
        if self.edit is None:
            return EditState.UNTOUCHED
        if self.taught is not None and self.taught[0] == self.edit:
            return EditState(self.taught[1].value)
        return EditState.DRAFT
