"""Requests to the workers and their results.

All are frozen. ``generation`` is copied from a request into its result; the receiver shows
a result only if it still is the newest. Paths, not indices, name photos: a list can change
while a worker works.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from imgtune_gui.backend import Backend, Histogram
from imgtune_gui.export_choice import ExportChoice
from model_core.domain.correction import Correction
from model_core.domain.curve import LearningCurve
from model_core.domain.develop import DevelopSettings
from model_core.domain.export import BatchResult, ExportItem
from model_core.domain.geometry import Geometry
from model_core.domain.image import Proxy
from model_core.domain.marks import Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.domain.version import ModelVersion

if TYPE_CHECKING:
    from model_core.services import (
        Edit,
        Readiness,
        SidecarEdit,
        Studio,
        StyleInfo,
        Training,
        TrainOutcome,
    )

#: Part of a photo: left, top, right, bottom, each 0 .. 1.
Region = tuple[float, float, float, float]
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


# --- catalog worker: short, in order -----------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class OpenStudio:
    data_dir: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class StudioOpened:
    backend: Backend
    studio: Studio
    styles: tuple[str, ...]


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
    marks: dict[PhotoId, Marks]


@dataclass(frozen=True, slots=True, eq=False)
class ReadSidecars:
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SidecarsRead:
    """Of the photos that have one, and what could not be read, in plain lines."""

    edits: tuple[tuple[Path, SidecarEdit], ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SaveGeometry:
    photo: PhotoId
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
    style: str


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
    style: str
    file: Path
    importing: bool


@dataclass(frozen=True, slots=True, eq=False)
class PackDone:
    style: str
    file: Path
    imported: bool


@dataclass(frozen=True, slots=True, eq=False)
class Predict:
    generation: int
    style: str
    features: tuple[tuple[Path, PhotoFeatures], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    generation: int
    style: str
    predictions: tuple[tuple[Path, Prediction], ...]


# --- library worker: decode, analyse, thumbnails ------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Finds photos. ``again``: a watched folder changed; only what is new is of interest."""

    generation: int
    paths: tuple[Path, ...]
    again: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class WatchFolders:
    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    generation: int
    asked: tuple[Path, ...]
    paths: tuple[Path, ...]
    again: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class OpenPhoto:
    """Decode, make the thumbnail's source, analyse. ``photo`` None: not opened before."""

    generation: int
    path: Path
    style: str
    photo: Photo | None = None
    decode: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class PhotoOpened:
    generation: int
    path: Path
    style: str
    photo: Photo
    features: PhotoFeatures | None
    edit: Edit | None
    marks: Marks
    geometry: Geometry
    source: Proxy | None


@dataclass(frozen=True, slots=True, eq=False)
class QuickThumb:
    """Shows the camera's own small picture until the photo is opened."""

    generation: int
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class QuickThumbFound:
    generation: int
    path: Path
    image: QImage


@dataclass(frozen=True, slots=True, eq=False)
class PhotoFailed:
    generation: int
    path: Path
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class RenderThumb:
    path: Path
    source: Proxy
    settings: DevelopSettings
    geometry: Geometry


@dataclass(frozen=True, slots=True, eq=False)
class ThumbRendered:
    path: Path
    image: QImage
    settings: DevelopSettings
    geometry: Geometry


# --- loupe worker: large proxies ----------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class DecodeProxy:
    """``source``: the whole proxy, where it is at hand; then only its framing is done."""

    path: Path
    long_side: int
    geometry: Geometry
    source: Proxy | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ProxyDecoded:
    path: Path
    long_side: int
    geometry: Geometry
    proxy: Proxy  # framed


# --- preview worker: the picture in the loupe ---------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Render:
    """``region`` of ``proxy``, reduced to at most ``width`` x ``height`` pixels."""

    generation: int
    path: Path
    proxy: Proxy
    region: Region
    width: int
    height: int
    settings: DevelopSettings
    with_before: bool = False
    clipping: bool = False
    quick: bool = False  # a slider is moving: speed before the last bit


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    generation: int
    path: Path
    region: Region
    image: QImage
    before: QImage | None
    settings: DevelopSettings


@dataclass(frozen=True, slots=True, eq=False)
class HistogramComputed:
    generation: int
    path: Path
    counts: Histogram


# --- export and training ------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Export:
    photos: tuple[ExportItem, ...]
    style: str
    folder: Path
    choice: ExportChoice


@dataclass(frozen=True, slots=True, eq=False)
class WorkProgressed:
    """``done`` of ``total``; total 0 means that nobody knows."""

    done: float
    total: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class ExportFinished:
    result: BatchResult
    folder: Path | None = None
    open_folder: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Train:
    style: str


@dataclass(frozen=True, slots=True, eq=False)
class TrainFinished:
    style: str
    outcome: TrainOutcome | None
    text: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class WorkFailed:
    """A known error while doing ``request``; one line, ready to show."""

    request: object
    text: str
    photo: PhotoId | None = None
