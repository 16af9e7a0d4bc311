"""Use cases: what the window and the command line call. No Qt; no torch unless training.

One :class:`Studio` per process and data directory. Every method may be called from any
thread; those marked (slow) belong on a worker thread. Known faults are raised as
``domain.errors.ImgtuneError`` (one line to show); anything else is a bug.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import platformdirs

from model_core.assets import assets_dir, sample_photos
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.errors import CannotWrite, UnknownStyle, UnreadablePhoto
from model_core.domain.export import BatchResult, ExportItem, ExportOptions, OnCollision
from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.image import Proxy
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.naming import NameTemplate
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import Because, PhotoFeatures, Prediction
from model_core.domain.version import ModelVersion
from model_core.exporting import Naming, Targets, export_batch, export_photo
from model_core.finding import find_photos, without_exports
from model_core.imaging.decode import (
    MAX_PIXELS,
    decode_proxy,
    embedded_preview,
    photo_id,
)
from model_core.imaging.framing import framed
from model_core.imaging.histogram import histogram
from model_core.imaging.neutral import PATCH_SHARE, Neutral, neutral_at
from model_core.imaging.palette import Palette, palette_of, render_palette
from model_core.imaging.render import PREVIEW_GRID, QUICK_GRID, render
from model_core.learn.gate import MIN_PHOTOS, MIN_SHOOTS, hold_out, require_enough
from model_core.predict.fold import MODEL_FILE, PERSONAL_FILE, fold
from model_core.predict.onnx_network import (
    OnnxNetwork,
    network_input,
    thumbnail_of,
)
from model_core.predictors import Predictors
from model_core.progress import Progress
from model_core.sidecar import SidecarEdit, read_sidecar, write_sidecar
from model_core.storage.catalog import DEFAULT_STYLE, Catalog, Edit, EditState, Training
from model_core.storage.model_store import ModelStore
from model_core.storage.presets import Preset, PresetStore
from model_core.training import TrainOutcome, base_sha256, train_here, train_in_child

__all__ = [
    "ANALYSIS_SIDE",
    "DEFAULT_STYLE",
    "MAX_MEGAPIXELS",
    "PATCH_SHARE",
    "PREVIEW_SIDE",
    "BatchResult",
    "Edit",
    "EditState",
    "ExportItem",
    "ExportOptions",
    "NameTemplate",
    "Neutral",
    "OnCollision",
    "Palette",
    "Preset",
    "PresetStore",
    "Readiness",
    "SidecarEdit",
    "Studio",
    "StyleInfo",
    "TrainOutcome",
    "Training",
    "default_data_dir",
    "histogram",
    "sample_photos",
    "without_exports",
]

PREVIEW_SIDE = 1800  # long side of the loupe's proxy, about 2 MP
ANALYSIS_SIDE = 512  # long side of the proxy that the network sees; fine for thumbnails too

#: Photos that declare more are refused unless the user sets another limit.
MAX_MEGAPIXELS = MAX_PIXELS / 1e6

#: New lessons since the last training before the next one starts by itself.
LESSONS_FOR_TRAINING = 30
#: ... and all lessons before the first one does: with fewer the personal head alone is as good
#: (`python -m tests.benchmarks.ablation`: bitfit at 200 ties with it, LoRA at 60 is 3 % worse).
LESSONS_THAT_PAY = 200
_KEPT_THUMBNAILS = 2_000


@dataclass(frozen=True, slots=True)
class StyleInfo:
    """One style: its name, how many lessons it has, which network version serves it."""

    name: str
    lessons: int
    version: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a fine-tune needs, and what is there. A shoot is a folder and a day, unless the
    user said otherwise; ``ready`` is the rule itself, the numbers are its plain reading."""

    lessons: int
    lessons_needed: int
    shoots: int
    shoots_needed: int
    ready: bool


def default_data_dir() -> Path:
    """Where everything is kept unless the user says otherwise."""
    return Path(platformdirs.user_data_dir("imgtune", appauthor=False))


class Studio:
    """The program without its window.

    ``warnings``: what was found broken and what was done about it; show them once.
    ``max_megapixels``: larger photos are refused by their declared size, before any pixel is
    made; may be set at any time. Raises BrokenCatalog, BrokenModel (the shipped base is
    damaged) or CannotWrite.
    """

    def __init__(
        self, data_dir: Path | None = None, *, max_megapixels: float = MAX_MEGAPIXELS
    ) -> None:
        self.data_dir = data_dir or default_data_dir()
        self.max_megapixels = max_megapixels
        self.catalog = Catalog(self.data_dir / "catalog.db")
        self.models = ModelStore(self.data_dir / "models")
        self.models.clean()
        self.presets = PresetStore(self.data_dir / "presets")
        self._lock = threading.RLock()
        self._thumbnails: OrderedDict[PhotoId, bytes] = OrderedDict()
        self._forgotten_thumbnails: dict[int, bytes] = {}
        self.predictors = Predictors(self.catalog, self.models, assets_dir() / "base")

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

    # --- photos -------------------------------------------------------------------
    def find_photos(self, paths: Iterable[Path]) -> list[Path]:
        """Files, and photos in folders and their sub-folders, in natural order and each
        once. Files named explicitly are kept whatever they are: opening reports them."""
        return find_photos(paths)

    def open_photo(self, path: Path, long_side: int = ANALYSIS_SIDE) -> tuple[Photo, Proxy]:
        """(slow) Decodes to an upright proxy with that long side, never enlarged.
        Raises UnreadablePhoto."""
        photo, proxy = decode_proxy(path, long_side, max_pixels=self._max_pixels)
        self.catalog.upsert_photo(photo)
        if long_side == ANALYSIS_SIDE:
            self._keep_thumbnail(photo.id, network_input(proxy))
        return photo, proxy

    def quick_thumbnail(self, path: Path, long_side: int) -> npt.NDArray[np.uint8] | None:
        """The small picture that the camera left in the file, for showing something at once:
        (H, W, 3) uint8 sRGB, upright, with that long side, undeveloped. Milliseconds, also
        for a raw; None where there is none as large. Raises UnreadablePhoto."""
        found = embedded_preview(path, long_side, max_pixels=self._max_pixels)
        if found is None:
            return None
        return cast(npt.NDArray[np.uint8], render(found, IDENTITY, grid=PREVIEW_GRID))

    def analyse(self, photo: Photo, style: str, proxy: Proxy | None = None) -> PhotoFeatures:
        """(slow) What the style's network sees in a photo; cached by content and version.
        ``proxy`` saves decoding when it has ANALYSIS_SIDE; others are not used, so that the
        answer does not depend on what happened to be on the screen."""
        version = self.network_version(style)
        cached = self.catalog.get_features(photo.id, version)
        if cached is not None:
            return cached
        if proxy is None or max(proxy.width, proxy.height) > ANALYSIS_SIDE:
            _, proxy = decode_proxy(photo.path, ANALYSIS_SIDE, max_pixels=self._max_pixels)
        image = network_input(proxy)
        self._keep_thumbnail(photo.id, image)
        features = self.predictors.network(style, version).analyse(photo.id, image)
        self.catalog.put_features(features)
        return features

    # --- predicting ---------------------------------------------------------------
    def predict(self, style: str, features: PhotoFeatures) -> Prediction:
        """Settings for one photo, by the network and all lessons of the style."""
        return self.predict_many(style, [features])[0]

    def predict_many(self, style: str, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """Settings for many photos (milliseconds for 1,000), in order, by one predictor.
        Features of an older version are answered by the lessons over that version."""
        return self.predictors.predict_many(style, features)

    def because(self, style: str, features: PhotoFeatures) -> tuple[Because, ...]:
        """The lessons that moved this photo's prediction most, strongest first; exact."""
        return self.predictors.because(style, features)

    def settings_for(self, style: str, path: Path) -> DevelopSettings:
        """(slow) What a photo should look like: the user's own settings where they accepted
        or corrected it in this style, else the prediction. Raises UnreadablePhoto."""
        photo, proxy = self.open_photo(path)
        edit = self.load_edit(style, photo.id)
        if edit is not None and edit.state is not EditState.DRAFT:
            return edit.settings
        return self.predict(style, self.analyse(photo, style, proxy)).settings

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

    def framed(self, proxy: Proxy, geometry: Geometry) -> Proxy:
        """(slow) A proxy of any size, turned, straightened and cropped."""
        return framed(proxy, geometry)

    def write_sidecar(self, photo: Photo, settings: DevelopSettings) -> Path | None:
        """Merges an edit, with the photo's marks, into the XMP beside it; None when it says that
        already. Settings that another program had there are kept in the data directory.
        Raises CannotWrite."""
        marks = self.load_marks(photo.id)
        said = None if marks == UNMARKED else marks
        return write_sidecar(photo, settings, said, self.data_dir / "replaced sidecars")

    def write_marks(self, marks: Mapping[PhotoId, Marks]) -> None:
        """Merges stars and colours into the XMP beside the photos, wherever they are now. Raises
        CannotWrite, for the first that failed, when all others are written."""
        failed: list[CannotWrite] = []
        for identity, one in marks.items():
            photo = self.catalog.photo(identity)
            if photo is None or not photo.path.is_file():
                continue
            try:
                write_sidecar(photo, None, one, self.data_dir / "replaced sidecars")
            except CannotWrite as error:
                failed.append(error)
        if failed:
            raise failed[0]

    def read_sidecar(self, photo: Photo) -> SidecarEdit | None:
        """What other programs left beside or in a photo; None when nothing. Raises
        UnreadableXmp."""
        return read_sidecar(photo)

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
        predicted = self.predict(style, features)
        chosen = chosen.rounded()
        verdict = Verdict.ACCEPTED if chosen == predicted.settings else Verdict.CORRECTED
        lesson = Correction(
            photo=photo.id,
            path=photo.path.absolute(),
            style=style,
            shoot=shoot or photo.shoot,
            predicted=predicted.settings,
            chosen=chosen,
            verdict=verdict,
            model=features.version,
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        stored = self.catalog.add_lesson(lesson, self._thumbnail(photo))
        self.predictors.learned(stored, features)
        return stored

    def forget(self, lesson_id: int) -> Correction:
        """Unlearns one lesson; equals never having learned it. Raises UnknownLesson."""
        # For restore_lesson(): the photo may be gone by then.
        for data in self.catalog.lesson_thumbnails([lesson_id]).values():
            self._forgotten_thumbnails[lesson_id] = data
        lesson = self.catalog.forget_lesson(lesson_id)
        self.predictors.forgotten(lesson)
        return lesson

    def restore_lesson(self, lesson: Correction) -> Correction:
        """Teaches a forgotten or replaced lesson again, as it was; it has a new id."""
        thumbnail = self._forgotten_thumbnails.get(lesson.id) or self._thumbnails.get(lesson.photo)
        stored = self.catalog.add_lesson(lesson, thumbnail)
        self.predictors.reload(lesson.style)
        return stored

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
        return [
            StyleInfo(name, self.catalog.count_lessons(name), self.network_version(name))
            for name in self.catalog.styles()
        ]

    def require_style(self, style: str) -> str:
        """The style's name; raises UnknownStyle naming those there are."""
        names = self.catalog.styles()
        if style not in names:
            raise UnknownStyle(f"There is no style {style!r}; there are: {', '.join(names)}")
        return style

    def create_style(self, name: str) -> None:
        """Adds an empty style. Raises StyleRefused."""
        self.catalog.create_style(name)

    def rename_style(self, name: str, to: str) -> None:
        """Renames a style with all it holds. Raises UnknownStyle, StyleRefused, Busy."""
        self.catalog.rename_style(name, to)
        self.models.rename_style(name, to)
        for one in (name, to):
            self.predictors.reload(one)

    def delete_style(self, name: str) -> None:
        """Deletes a style with its edits, lessons and versions; an empty one follows the last.
        Raises UnknownStyle, Busy."""
        # The versions first: without their style they would be nobody's.
        self.models.delete_style(name)
        self.catalog.delete_style(name, with_lessons=True)
        self.predictors.reload(name)

    def versions(self, style: str) -> list[ModelVersion]:
        """All published versions, oldest first; the base is not among them."""
        return self.models.versions(style)

    def current_version(self, style: str) -> str:
        """The version that serves this style in this process."""
        return self.network_version(style)

    def rollback(self, style: str) -> str:
        """Lets the version before the current one serve; returns its name. Lessons stay."""
        self.models.rollback(style)
        self.reload(style)
        return self.network_version(style)

    def reload(self, style: str) -> bool:
        """Takes up what another process published or taught; True when the network changed."""
        return self.predictors.reload(style)

    def export_pack(self, style: str, file: Path) -> None:
        """Writes the style's model, with all that its personal head knows folded in, as one
        portable file. Raises CannotWrite, BrokenModel."""
        version, head = self.network_version(style), self.predictors.head(style)
        base = assets_dir() / "base"
        current = (
            None
            if version == self.predictors.base_version
            else self.models.verified(style, version)
        )
        source = self.models.path(current, MODEL_FILE).parent if current else base
        with tempfile.TemporaryDirectory(prefix="imgtune-") as temporary:
            folder = Path(temporary)
            fold(head, source, folder)
            self.models.export_pack(
                style,
                current.id if current else None,
                file,
                {MODEL_FILE: base / MODEL_FILE},
                replaced={name: folder / name for name in (MODEL_FILE, PERSONAL_FILE)},
                corrections=len(self.lessons(style)),
                base_sha256=current.base_sha256 if current else base_sha256(base),
            )

    def import_pack(self, file: Path, style: str | None = None) -> ModelVersion:
        """Makes a pack the next version of ``style`` (made when it is new; by default the
        style the pack was exported from). Raises BrokenModel."""
        style = style or self.models.pack_info(file).style
        with self.models.read_pack(file, style) as (staging, _):
            OnnxNetwork(staging.path / "model.onnx", "trial")  # refuses what cannot predict
        if style not in self.catalog.styles():
            self.catalog.create_style(style)
        version = self.models.import_pack(file, style)
        self.reload(style)
        return version

    # --- training -----------------------------------------------------------------
    def readiness(self, style: str) -> Readiness:
        """Whether the style has enough lessons for a fine-tune to be judged fairly."""
        shoots = [lesson.shoot for lesson in self.lessons(style)]
        return Readiness(
            lessons=len(shoots),
            lessons_needed=MIN_PHOTOS * 3 // 2,
            shoots=len(set(shoots)),
            shoots_needed=MIN_SHOOTS + 2,
            ready=hold_out(shoots) is not None,
        )

    def trainings(self, style: str) -> list[Training]:
        """All fine-tunes of a style, published or not, oldest first."""
        return self.catalog.trainings(style)

    def training_due(self, style: str) -> bool:
        """Whether enough was learned since the last training to start one by itself."""
        trainings = self.catalog.trainings(style)
        seen = set(trainings[-1].lessons) if trainings else set()
        lessons = self.lessons(style)
        new = [c for c in lessons if c.id not in seen]
        enough = hold_out([c.shoot for c in lessons]) is not None
        pays = len(lessons) >= LESSONS_THAT_PAY
        return enough and pays and len(new) >= LESSONS_FOR_TRAINING

    def train(
        self,
        style: str,
        *,
        method: str = "lora",
        device: str = "auto",
        progress: Progress | None = None,
    ) -> TrainOutcome:
        """(slow, imports torch) Fine-tunes on all lessons of the style and publishes the
        result if the gate agrees. Raises CannotTrain, Busy or Cancelled."""
        # Before torch is imported, which takes longer than all else that a refusal needs.
        require_enough([c.shoot for c in self.lessons(self.require_style(style))])
        outcome = train_here(
            self.catalog,
            self.models,
            assets_dir() / "base",
            style,
            method=method,
            device=device,
            progress=progress or Progress(),
        )
        self.reload(style)
        return outcome

    def train_in_child(
        self,
        style: str,
        *,
        method: str = "lora",
        device: str = "auto",
        progress: Progress | None = None,
    ) -> TrainOutcome:
        """(slow) :meth:`train` in a low-priority process of its own, which cannot harm this
        one. Cancelling ends it within a second; a crash is raised as CannotTrain."""
        # Before a process is started that would import torch only to refuse.
        require_enough([c.shoot for c in self.lessons(self.require_style(style))])
        outcome = train_in_child(
            self.data_dir, style, method=method, device=device, progress=progress or Progress()
        )
        self.reload(style)
        return outcome

    # --- output -------------------------------------------------------------------
    def palette(self, proxy: Proxy) -> Palette | None:
        """(slow, 50 ms for 2 MP) What makes :meth:`preview` of this very proxy three times as
        fast; None where it would not."""
        return palette_of(proxy)

    def preview(
        self,
        proxy: Proxy,
        settings: DevelopSettings,
        *,
        quick: bool = False,
        out: npt.NDArray[np.uint8] | None = None,
        palette: Palette | None = None,
    ) -> npt.NDArray[np.uint8]:
        """(H, W, 3) uint8 sRGB, contiguous; or written to ``out``, (H, W, 4) uint8, as blue,
        green, red and 255 of a 32-bit picture, for which ``palette`` (of the same proxy)
        saves time. ``quick`` is for a picture that is about to be replaced by the next: a
        coarser table, baked in a third of the time."""
        grid = QUICK_GRID if quick else PREVIEW_GRID
        if palette is not None and out is not None and (quick or palette.exact):
            return render_palette(palette, settings, out, grid=grid)
        return cast(npt.NDArray[np.uint8], render(proxy, settings, grid=grid, out=out))

    def neutral_at(self, proxy: Proxy, x: float, y: float) -> Neutral:
        """White balance that makes the area around a point (0 .. 1) of the source grey.
        Raises NoNeutral where the source is clipped or too dark there."""
        return neutral_at(proxy, x, y)

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
        return export_photo(
            path,
            settings,
            out,
            options or ExportOptions(),
            marks=self.load_marks(photo_id(path)),
            geometry=geometry,
            max_pixels=self._max_pixels,
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
        progress = progress or Progress()

        def write(item: ExportItem, target: Path) -> None:
            settings = item.settings or self.settings_for(style, item.path)
            geometry = item.geometry
            if geometry is None:
                geometry = self.load_geometry(photo_id(item.path))
            self.export(
                item.path,
                settings,
                target,
                options,
                geometry=geometry,
                threads=1,
                may_replace=on_collision is OnCollision.OVERWRITE,
                cancel=progress.cancel,
            )

        naming = Naming(folder, options.suffix, name or NameTemplate(), on_collision, style)
        return export_batch(
            items,
            naming,
            write,
            jobs=jobs,
            background=background,
            progress=progress,
            on_written=on_written,
        )

    def export_name(self, path: Path, out_dir: Path, options: ExportOptions | None = None) -> Path:
        """A file name in ``out_dir`` for this photo that is not taken."""
        naming = Naming(out_dir, (options or ExportOptions()).suffix)
        found = Targets(naming, [path]).next(path, 1)
        assert found is not None  # only "skip" finds none
        return found

    # --- inside -------------------------------------------------------------------
    @property
    def _max_pixels(self) -> int:
        return round(self.max_megapixels * 1e6)

    def _keep_thumbnail(self, photo: PhotoId, image: npt.NDArray[np.uint8]) -> None:
        data = thumbnail_of(image)
        with self._lock:
            self._thumbnails[photo] = data
            self._thumbnails.move_to_end(photo)
            while len(self._thumbnails) > _KEPT_THUMBNAILS:
                self._thumbnails.popitem(last=False)

    def _thumbnail(self, photo: Photo) -> bytes | None:
        """What the network saw of a photo, as JPEG; None when it cannot be read any more."""
        if photo.id not in self._thumbnails:
            try:
                _, proxy = decode_proxy(photo.path, ANALYSIS_SIDE, max_pixels=self._max_pixels)
                self._keep_thumbnail(photo.id, network_input(proxy))
            except UnreadablePhoto:
                return None
        return self._thumbnails[photo.id]
