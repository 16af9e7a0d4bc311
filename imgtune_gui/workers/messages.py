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

from imgtune_gui.backend import Histogram
from imgtune_gui.export_choice import ExportChoice
from imgtune_gui.models.export_queue import ExportJob
from imgtune_gui.workers.catalog_messages import (
    CreateStyle as CreateStyle,
)
from imgtune_gui.workers.catalog_messages import (
    DeleteStyle as DeleteStyle,
)
from imgtune_gui.workers.catalog_messages import (
    Explain as Explain,
)
from imgtune_gui.workers.catalog_messages import (
    Explained as Explained,
)
from imgtune_gui.workers.catalog_messages import (
    Forget as Forget,
)
from imgtune_gui.workers.catalog_messages import (
    Learn as Learn,
)
from imgtune_gui.workers.catalog_messages import (
    Learned as Learned,
)
from imgtune_gui.workers.catalog_messages import (
    LessonsChanged as LessonsChanged,
)
from imgtune_gui.workers.catalog_messages import (
    LoadStyle as LoadStyle,
)
from imgtune_gui.workers.catalog_messages import (
    LookForNews as LookForNews,
)
from imgtune_gui.workers.catalog_messages import (
    NewsFound as NewsFound,
)
from imgtune_gui.workers.catalog_messages import (
    OpenStudio as OpenStudio,
)
from imgtune_gui.workers.catalog_messages import (
    OrderReview as OrderReview,
)
from imgtune_gui.workers.catalog_messages import (
    PackDone as PackDone,
)
from imgtune_gui.workers.catalog_messages import (
    PackRequest as PackRequest,
)
from imgtune_gui.workers.catalog_messages import (
    Predict as Predict,
)
from imgtune_gui.workers.catalog_messages import (
    Predicted as Predicted,
)
from imgtune_gui.workers.catalog_messages import (
    ReadScreen as ReadScreen,
)
from imgtune_gui.workers.catalog_messages import (
    ReadSidecars as ReadSidecars,
)
from imgtune_gui.workers.catalog_messages import (
    Reason as Reason,
)
from imgtune_gui.workers.catalog_messages import (
    Reload as Reload,
)
from imgtune_gui.workers.catalog_messages import (
    RenameStyle as RenameStyle,
)
from imgtune_gui.workers.catalog_messages import (
    Restore as Restore,
)
from imgtune_gui.workers.catalog_messages import (
    ReviewOrdered as ReviewOrdered,
)
from imgtune_gui.workers.catalog_messages import (
    RollBack as RollBack,
)
from imgtune_gui.workers.catalog_messages import (
    SaveEdit as SaveEdit,
)
from imgtune_gui.workers.catalog_messages import (
    SaveGeometry as SaveGeometry,
)
from imgtune_gui.workers.catalog_messages import (
    SaveMarks as SaveMarks,
)
from imgtune_gui.workers.catalog_messages import (
    ScreenRead as ScreenRead,
)
from imgtune_gui.workers.catalog_messages import (
    SidecarsRead as SidecarsRead,
)
from imgtune_gui.workers.catalog_messages import (
    StudioOpened as StudioOpened,
)
from imgtune_gui.workers.catalog_messages import (
    StyleCreated as StyleCreated,
)
from imgtune_gui.workers.catalog_messages import (
    StyleGone as StyleGone,
)
from imgtune_gui.workers.catalog_messages import (
    StyleLoaded as StyleLoaded,
)
from imgtune_gui.workers.catalog_messages import (
    Unlearn as Unlearn,
)
from imgtune_gui.workers.catalog_messages import (
    VersionChanged as VersionChanged,
)
from model_core.domain.develop import DevelopSettings
from model_core.domain.export import BatchResult, ExportItem
from model_core.domain.geometry import Geometry
from model_core.domain.image import Proxy
from model_core.domain.marks import Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures

if TYPE_CHECKING:
    from model_core.services import (
        Edit,
        TrainOutcome,
    )

#: Part of a photo: left, top, right, bottom, each 0 .. 1.
Region = tuple[float, float, float, float]
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


# --- finder: files and folders ------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Finds photos. ``number``: a newer one ends it. ``again``: the open folders changed, so
    what is found is told once, as a whole. ``remembered``: nobody asks for them now, so a photo
    that is not there is passed over."""

    number: int
    paths: tuple[Path, ...]
    again: bool = False
    remembered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """A part of the answer; ``last`` ends it. ``faults``: folders that could not be read
    (``unread``), a line each. ``folders`` and ``missing``: those of the paths asked for so far
    that are folders, and that are not there."""

    job: Scan
    photos: tuple[Path, ...]
    faults: tuple[str, ...] = ()
    unread: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    missing: tuple[Path, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class SidecarsFound:
    """Photos of a scan that have settings beside them: of another program, or of ours where the
    catalog was ``rebuilt`` and may have lost them."""

    job: Scan
    photos: tuple[Path, ...]
    rebuilt: bool


@dataclass(frozen=True, slots=True, eq=False)
class WatchFolders:
    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """``fault``: why new files will not be noticed, in one line; empty when they will."""

    folders: tuple[Path, ...]
    fault: str


@dataclass(frozen=True, slots=True, eq=False)
class CheckFolders:
    """Are the open folders still there? Asked now and then, for disks go without a word."""

    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FoldersChecked:
    missing: tuple[Path, ...]


# --- quick worker: embedded previews --------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class QuickThumbsFound:
    """Some of what was wanted; those that have no small picture are never told."""

    images: dict[Path, QImage]


# --- library worker: decode, analyse, thumbnails ------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class LookUp:
    """Which of the photos were opened before? They are told without decoding one."""

    generation: int
    style: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LookedUp:
    """A part of the answer: ``known`` photos, and those that have to be opened."""

    generation: int
    style: str
    known: tuple[PhotoOpened, ...]
    unknown: tuple[Path, ...]


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
class PhotoFailed:
    """``gone``: the file is not there (any more)."""

    generation: int
    path: Path
    text: str
    gone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RenderThumb:
    path: Path
    source: Proxy
    settings: DevelopSettings
    geometry: Geometry
    space: str = "srgb"  # of the screen


@dataclass(frozen=True, slots=True, eq=False)
class ThumbRendered:
    path: Path
    image: QImage
    settings: DevelopSettings
    geometry: Geometry
    space: str


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
    """``region`` of ``proxy``, where the screen shows the whole of it ``width`` x ``height`` of
    its own pixels large."""

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
    space: str = "srgb"  # of the screen


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    generation: int
    path: Path
    region: Region
    image: QImage
    before: QImage | None
    settings: DevelopSettings


@dataclass(frozen=True, slots=True, eq=False)
class Count:
    """A wish for the histogram of what was rendered last."""


@dataclass(frozen=True, slots=True, eq=False)
class HistogramComputed:
    generation: int
    path: Path
    counts: Histogram


# --- export and training ------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Export:
    job: ExportJob  # of it the worker reads the folder and whether it is cancelled
    photos: tuple[ExportItem, ...]
    style: str
    choice: ExportChoice


@dataclass(frozen=True, slots=True, eq=False)
class ExportProgressed:
    """``text``: the photo in hand."""

    job: ExportJob
    done: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class WorkProgressed:
    """``done`` of ``total``; total 0 means that nobody knows."""

    done: float
    total: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class ExportFinished:
    request: Export
    result: BatchResult


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
