"""The program without its window: the one way in for the window and the command line.

One :class:`Studio` per process and data directory. Every method may be called from any
thread; those marked (slow) belong on a worker thread. Known faults are raised as
``domain.errors.ImgtuneError`` (one line to show); anything else is a bug.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs

from model_core.assets import assets_dir
from model_core.domain.correction import Correction
from model_core.domain.develop import DevelopSettings
from model_core.domain.export import BatchResult, ExportItem, ExportOptions, OnCollision
from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.image import Proxy
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.naming import NameTemplate
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import Because, PhotoFeatures, Prediction
from model_core.domain.version import ModelVersion, Recipe
from model_core.finding import Found, find_photos, walk_photos
from model_core.imaging.framing import framed
from model_core.imaging.neutral import neutral_at
from model_core.imaging.palette import Palette, moving_axis, moving_points, palette_of
from model_core.predictors import Predictors
from model_core.progress import Progress
from model_core.services.exports import Exports
from model_core.services.known import KnownPhotos
from model_core.services.lessons import Lessons
from model_core.services.packs import Packs, PackWritten
from model_core.services.pairs import Pairs
from model_core.services.photos import ANALYSIS_SIDE, MAX_MEGAPIXELS, Photos
from model_core.services.pictures import preview
from model_core.services.review import Review
from model_core.services.scenes import Scenes
from model_core.services.sidecars import Sidecars
from model_core.services.splits import Splits
from model_core.services.styles import StyleInfo, Styles
from model_core.services.training import Readiness, Trainings
from model_core.sidecar import read_sidecar
from model_core.storage.catalog import Catalog, Edit, EditState, Training
from model_core.storage.model_store import ModelStore
from model_core.storage.news_table import News
from model_core.storage.presets import PresetStore
from model_core.storage.recovery import recover
from model_core.training import TrainOutcome


def default_data_dir() -> Path:
    """Where everything is kept unless the user says otherwise."""
    return Path(platformdirs.user_data_dir("imgtune", appauthor=False))


class Studio:
    """The program without its window.

    A new subject gets a class of its own in this package and a public attribute here, as
    ``presets`` has; what several subjects share is passed to them.

    ``warnings``: what was found broken and what was done about it; show them once.
    ``max_megapixels``: larger photos are refused by their declared size, before any pixel is
    made; may be set at any time. Raises BrokenCatalog, BrokenModel (the shipped base is
    damaged) or CannotWrite.
    """

    def __init__(
        self, data_dir: Path | None = None, *, max_megapixels: float = MAX_MEGAPIXELS
    ) -> None:
        self.data_dir = data_dir or default_data_dir()
        base = assets_dir() / "base"
        self.catalog = Catalog(self.data_dir / "catalog.db")
        self.models = ModelStore(self.data_dir / "models")
        recover(self.catalog, self.models)
        self.presets = PresetStore(self.data_dir / "presets")
        self.predictors = Predictors(self.catalog, self.models, base)
        self._photos = Photos(self.catalog, self.predictors, max_megapixels)
        self.known = KnownPhotos(self.catalog, self.predictors)
        self.scenes = Scenes(self.catalog, self.predictors)
        self.review = Review(self.catalog, self.predictors)
        self._lessons = Lessons(self.catalog, self.scenes, self.predictors, self._photos)
        self._styles = Styles(self.catalog, self.models, self.predictors)
        self.splits = Splits(self.catalog, self.models, self.predictors, self._styles)
        self.pairs = Pairs(self.predictors, self._photos, self._lessons, self._styles)
        self._packs = Packs(self.catalog, self.models, self.predictors, self._styles, base=base)
        self._trainings = Trainings(
            self.catalog,
            self.models,
            self.predictors,
            self._styles,
            data_dir=self.data_dir,
            base=base,
        )
        self._sidecars = Sidecars(self.catalog, self.data_dir / "replaced sidecars")
        self._exports = Exports(self.catalog, self._photos, self.settings_for)

    @property
    def max_megapixels(self) -> float:
        """Photos that declare more are refused."""
        return self._photos.max_megapixels

    @max_megapixels.setter
    def max_megapixels(self, value: float) -> None:
        self._photos.max_megapixels = value

    @property
    def warnings(self) -> list[str]:
        return [*self.catalog.warnings, *self.models.warnings]

    @property
    def base_version(self) -> str:
        """What the shipped base model is called (``base-1a2b3c4d``)."""
        return self.predictors.base_version

    def close(self) -> None:
        """Closes the catalog. Nothing may be called afterwards."""
        self.catalog.close()

    # --- of photos and their pixels alone ---------------------------------------------
    find_photos = staticmethod(find_photos)
    read_sidecar = staticmethod(read_sidecar)
    framed = staticmethod(framed)
    neutral_at = staticmethod(neutral_at)
    palette = staticmethod(palette_of)
    moving_axis = staticmethod(moving_axis)
    moving_points = staticmethod(moving_points)

    # --- photos -------------------------------------------------------------------
    def walk_photos(self, path: Path) -> Iterator[Found]:
        """:meth:`find_photos` of one file or folder, told while it is being found."""
        return walk_photos(path)

    def open_photo(self, path: Path, long_side: int = ANALYSIS_SIDE) -> tuple[Photo, Proxy]:
        """(slow) Decodes to an upright proxy with that long side, never enlarged.
        Raises UnreadablePhoto."""
        return self._photos.open(path, long_side)

    def quick_thumbnail(self, path: Path, long_side: int) -> npt.NDArray[np.uint8] | None:
        """The small picture that the camera left in the file, for showing something at once:
        (H, W, 3) uint8 sRGB, upright, with that long side, undeveloped. Milliseconds, also
        for a raw; None where there is none as large. Raises UnreadablePhoto."""
        return self._photos.quick_thumbnail(path, long_side)

    def analyse(self, photo: Photo, style: str, proxy: Proxy | None = None) -> PhotoFeatures:
        """(slow) What the style's network sees in a photo; cached by content and version.
        ``proxy`` saves decoding when it has ANALYSIS_SIDE; others are not used, so that the
        answer does not depend on what happened to be on the screen."""
        return self._photos.analyse(photo, style, proxy)

    # --- predicting ---------------------------------------------------------------
    def predict(self, style: str, features: PhotoFeatures) -> Prediction:
        """Settings for one photo, by the network and all lessons of the style."""
        return self.predict_many(style, [features])[0]

    def predict_many(self, style: str, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """Settings for many photos (milliseconds for 1,000), in order, by one predictor, those
        of one scene made alike (:class:`Scenes`). Features of an older version are answered
        by the lessons over that version."""
        return self.scenes.predict_many(style, features)

    def because(self, style: str, features: PhotoFeatures) -> tuple[Because, ...]:
        """The lessons that moved this photo's prediction most, strongest first; exact."""
        return self.predictors.because(style, features)

    def settings_for(self, style: str, path: Path) -> DevelopSettings:
        """(slow) What a photo should look like: the user's own settings where they accepted
        or corrected it in this style, else the prediction. Raises UnreadablePhoto."""
        features = self._photos.seen(path, style)
        edit = self.load_edit(style, features.photo)
        if edit is not None and edit.state is not EditState.DRAFT:
            return edit.settings
        return self.predict(style, features).settings

    def network_version(self, style: str) -> str:
        """The version whose features are wanted now: after it changes, analyse() again."""
        return self.predictors.serving(style)

    # --- edits and lessons --------------------------------------------------------
    def load_edit(self, style: str, photo: PhotoId) -> Edit | None:
        """What the user last had on this photo in this style."""
        return self.catalog.load_edit(style, photo)

    def save_edit(self, style: str, photo: Photo, settings: DevelopSettings) -> None:
        """Keeps a draft; durable on return."""
        self.catalog.save_edit(style, photo.id, settings, EditState.DRAFT)

    def clear_edit(self, style: str, photo: PhotoId) -> None:
        """Forgets the draft: the photo follows the prediction again."""
        self.catalog.clear_edit(style, photo)

    def load_marks(self, photo: PhotoId) -> Marks:
        """Stars, flag and colour of a photo, in whatever style."""
        return self.catalog.load_marks((photo,)).get(photo, UNMARKED)

    def save_marks(self, marks: Mapping[PhotoId, Marks]) -> None:
        """Keeps stars, flags and colours; durable on return."""
        self.catalog.save_marks(marks)

    def load_geometry(self, photo: PhotoId) -> Geometry:
        """How a photo is turned, straightened and cropped, in whatever style."""
        return self.catalog.load_geometry(photo)

    def save_geometry(self, photo: PhotoId, geometry: Geometry) -> None:
        """Keeps how a photo is framed; durable on return."""
        self.catalog.save_geometry(photo, geometry)

    def write_sidecar(
        self,
        photo: Photo,
        settings: DevelopSettings | None,
        on_kept: Callable[[Path], None] | None = None,
    ) -> Path | None:
        """Merges an edit (None: as it is there), with the photo's marks and crop, into the XMP
        beside it; None when it says that already. Settings that another program had there are
        kept in the data directory, and ``on_kept`` is told the copy. Raises CannotWrite."""
        return self._sidecars.write(photo, settings, on_kept)

    def write_marks(self, marks: Mapping[PhotoId, Marks]) -> None:
        """Merges stars and colours into the XMP beside the photos, wherever they are now. Raises
        CannotWrite, for the first that failed, when all others are written."""
        self._sidecars.write_marks(marks)

    @property
    def rebuilt(self) -> bool:
        """Whether the catalog was made anew once, so that sidecars of ours may know more."""
        return self._sidecars.rebuilt

    def left_by_others(self, paths: Iterable[Path]) -> list[Path]:
        """(slow) Those of the photos that have another program's settings beside them, or ours
        that the catalog has lost."""
        return self._sidecars.left_by_others(paths)

    def learn(
        self,
        style: str,
        photo: Photo,
        features: PhotoFeatures,
        chosen: DevelopSettings,
        *,
        shoot: str | None = None,
    ) -> Correction:
        """Stores a lesson durably and learns from it at once: the next predict() knows.

        An acceptance when ``chosen`` is what was predicted, else a correction. A newer
        lesson for the same photo and style replaces the older one.
        """
        return self._lessons.learn(style, photo, features, chosen, shoot)

    def forget(self, lesson_id: int) -> Correction:
        """Unlearns one lesson; equals never having learned it. Raises UnknownLesson."""
        return self._lessons.forget(lesson_id)

    def forgotten(self, style: str) -> list[Correction]:
        """The last lessons that were forgotten and can be restored, in that order."""
        return self._lessons.forgotten(style)

    def restore_lesson(self, lesson: Correction) -> Correction:
        """Teaches a forgotten or replaced lesson again, as it was; it has a new id."""
        return self._lessons.restore(lesson)

    def lesson_thumbnails(self, ids: Sequence[int]) -> dict[int, bytes]:
        """JPEG bytes of what was seen of the photos of those lessons."""
        return self.catalog.lesson_thumbnails(ids)

    def lesson_of(self, style: str, photo: PhotoId) -> Correction | None:
        """The lesson that a style has of a photo, or None."""
        return self.catalog.lesson_of(style, photo)

    def lessons(self, style: str) -> list[Correction]:
        """All lessons of a style, oldest first."""
        return self.catalog.lessons(style)

    # --- styles and versions ------------------------------------------------------
    def styles(self) -> list[StyleInfo]:
        """All styles, oldest first; never empty."""
        return self._styles.all()

    def require_style(self, style: str) -> str:
        """The style's name, as it is written; raises UnknownStyle naming those there are."""
        return self._styles.require(style)

    def ensure_style(self, name: str) -> str:
        """The style's name, as it is written, made when it is new. Raises StyleRefused."""
        return self._styles.ensure(name)

    def create_style(self, name: str) -> None:
        """Adds an empty style. Raises StyleRefused."""
        self._styles.create(name)

    def duplicate_style(self, name: str, to: str) -> None:
        """Adds a style with copies of all lessons, edits and versions of another; teaching or
        forgetting in one does not touch the other. Raises UnknownStyle, StyleRefused, Busy."""
        self._styles.duplicate(name, to)

    def free_style_name(self, wanted: str) -> str:
        """``wanted`` where it is free, else with a number."""
        return self._styles.free_name(wanted)

    def rename_style(self, name: str, to: str) -> None:
        """Renames a style with all it holds. Raises UnknownStyle, StyleRefused, Busy."""
        self._styles.rename(name, to)
        self.splits.renamed(name, to)

    def delete_style(self, name: str) -> None:
        """Deletes a style with its edits, lessons and versions; an empty one follows the last.
        Raises UnknownStyle, Busy."""
        self._styles.delete(name)
        self.splits.renamed(name, None)

    def versions(self, style: str) -> list[ModelVersion]:
        """All published versions, oldest first; the base is not among them."""
        return self.models.versions(style)

    def current_version(self, style: str) -> str:
        """The version that serves this style in this process."""
        return self.network_version(style)

    def rollback(self, style: str, to: str | None = None) -> str:
        """Lets the version before the current one serve, or the version ``to`` (any of them, or
        the base); returns its name. Lessons stay. Raises BrokenModel."""
        return self._styles.rollback(style, to)

    def reload(self, style: str) -> bool:
        """Takes up what another process published or taught; True when the network changed."""
        return self.predictors.reload(style)

    def export_pack(self, style: str, file: Path, *, int8: bool = False) -> PackWritten:
        """(slow) Writes the style's model, with all that its personal head knows folded in, as
        one portable file; ``int8``: of half the size. Raises CannotWrite, BrokenModel (also
        when 8 bits would be more than 0.1 J off)."""
        return self._packs.export(style, file, int8=int8)

    def import_pack(self, file: Path, style: str | None = None) -> ModelVersion:
        """Makes a pack the next version of ``style`` (made when it is new). By default it gets
        a style of its own, called as where it was exported and never one in which there is
        something already. Raises BrokenModel, StyleRefused, Busy, CannotWrite."""
        return self._packs.import_(file, style)

    def is_in_use(self, style: str) -> bool:
        """Whether anything was taught, edited or imported in a style of that name."""
        found = self._styles.find(style)
        return found is not None and not self._styles.is_empty(found)

    def is_of_this_base(self, version: ModelVersion) -> bool:
        """Whether a version stands on the base model that ships here."""
        return self._packs.fits(version)

    # --- others at work -----------------------------------------------------------
    def news_position(self) -> int:
        """Where :meth:`news` are to begin for what is read from now on."""
        return self.catalog.news_position()

    def news(self, since: int) -> News:
        """What other windows, or the command line, changed in this catalog after that."""
        return self.catalog.news(since)

    # --- training -----------------------------------------------------------------
    def readiness(self, style: str) -> Readiness:
        """Whether the style has enough lessons for a fine-tune to be judged fairly."""
        return self._trainings.readiness(style)

    def trainings(self, style: str) -> list[Training]:
        """All fine-tunes of a style, published or not, oldest first."""
        return self.catalog.trainings(style)

    def training_due(self, style: str) -> bool:
        """Whether enough was learned since the last training to start one by itself."""
        return self._trainings.due(style)

    def train(
        self,
        style: str,
        *,
        recipe: Recipe | None = None,
        device: str = "auto",
        progress: Progress | None = None,
    ) -> TrainOutcome:
        """(slow, imports torch) Fine-tunes on all lessons of the style and publishes the
        result if the gate agrees. Raises CannotTrain, Busy or Cancelled."""
        return self._trainings.train(style, recipe or Recipe(), device, progress or Progress())

    def train_in_child(
        self,
        style: str,
        *,
        recipe: Recipe | None = None,
        device: str = "auto",
        progress: Progress | None = None,
    ) -> TrainOutcome:
        """(slow) :meth:`train` in a low-priority process of its own, which cannot harm this
        one. Cancelling ends it within a second; a crash is raised as CannotTrain."""
        progress = progress or Progress()
        return self._trainings.train_in_child(style, recipe or Recipe(), device, progress)

    # --- output -------------------------------------------------------------------
    def preview(
        self,
        proxy: Proxy,
        settings: DevelopSettings,
        *,
        quick: bool = False,
        out: npt.NDArray[np.uint8] | None = None,
        palette: Palette | None = None,
        space: str = "srgb",
    ) -> npt.NDArray[np.uint8]:
        """(H, W, 3) uint8 of ``space``, contiguous; or written to ``out``, (H, W, 4) uint8, as
        blue, green, red and 255 of a 32-bit picture, for which ``palette`` (of the same proxy)
        saves time. ``quick`` is for a picture that is about to be replaced by the next: the
        table is trusted then, and what has more than 8 bits is read as if it had not.
        ``space`` may be a screen's (see :func:`screen_of`): that costs next to nothing, since it
        is baked into the table."""
        return preview(proxy, settings, quick=quick, out=out, palette=palette, space=space)

    def export(
        self,
        path: Path,
        settings: DevelopSettings,
        out: Path,
        options: ExportOptions | None = None,
        *,
        geometry: Geometry = UNCROPPED,
        threads: int | None = None,
        may_replace: bool = True,
        cancel: threading.Event | None = None,
    ) -> Path:
        """(slow) Develops the whole photo into the file ``out``: atomic, and never over another
        file than an export of ours, not even that without ``may_replace``. ``threads``: for
        this one photo. Raises UnreadablePhoto, CannotWrite, or Cancelled soon after ``cancel``
        is set."""
        return self._exports.one(
            path,
            settings,
            out,
            options or ExportOptions(),
            geometry=geometry,
            threads=threads,
            may_replace=may_replace,
            cancel=cancel,
        )

    def export_batch(
        self,
        items: Sequence[ExportItem],
        folder: Path,
        options: ExportOptions,
        *,
        style: str,
        name: NameTemplate | None = None,
        on_collision: OnCollision = OnCollision.UNIQUE,
        jobs: int | None = None,
        background: bool = False,
        progress: Progress | None = None,
        on_written: Callable[[Path], None] | None = None,
    ) -> BatchResult:
        """(slow) :meth:`export` for many photos, ``jobs`` at a time (default: one a core).
        Photos without settings are developed as :meth:`settings_for` says. One photo's
        fault is listed in the result and the rest goes on."""
        return self._exports.batch(
            items,
            folder,
            options,
            style=style,
            name=name or NameTemplate(),
            on_collision=on_collision,
            jobs=jobs,
            background=background,
            progress=progress or Progress(),
            on_written=on_written,
        )

    def export_name(self, path: Path, out_dir: Path, options: ExportOptions | None = None) -> Path:
        """A file name in ``out_dir`` for this photo that is not taken."""
        return self._exports.free_name(path, out_dir, options or ExportOptions())
