"""Use cases: what the window and the command line call. No Qt; no torch unless training.

One :class:`Studio` per process and data directory. Every method may be called from any
thread; those marked (slow) belong on a worker thread. Known faults are raised as
``domain.errors.ImgtuneError`` (one line to show); anything else is a bug.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs

from model_core.assets import assets_dir, sample_photos
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import BrokenModel, CannotWrite, UnknownStyle, UnreadablePhoto
from model_core.domain.image import Proxy
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.domain.version import BASE_VERSION, ModelVersion
from model_core.imaging.decode import PHOTO_SUFFIXES, decode, decode_proxy
from model_core.imaging.encode import ExportOptions, encode, refuse_original
from model_core.imaging.histogram import histogram
from model_core.imaging.render import EXPORT_GRID, PREVIEW_GRID, QUICK_GRID, render
from model_core.learn.gate import hold_out, require_enough
from model_core.predict.fold import MODEL_FILE, PERSONAL_FILE, fold
from model_core.predict.onnx_network import (
    OnnxNetwork,
    network_input,
    thumbnail_of,
    thumbnail_pixels,
)
from model_core.predict.personal_predictor import PersonalPredictor, learn
from model_core.predict.predictor import PredictorSlot
from model_core.progress import Progress
from model_core.storage.atomic import write_atomic
from model_core.storage.catalog import DEFAULT_STYLE, Catalog, Edit, EditState
from model_core.storage.model_store import ModelStore
from model_core.training import TrainOutcome, base_sha256, train_here, train_in_child

__all__ = [
    "ANALYSIS_SIDE", "DEFAULT_STYLE", "PREVIEW_SIDE", "Edit", "EditState", "ExportOptions",
    "Studio", "StyleInfo", "TrainOutcome", "default_data_dir", "histogram", "sample_photos",
]  # fmt: skip

PREVIEW_SIDE = 1800  # long side of the loupe's proxy, about 2 MP
ANALYSIS_SIDE = 512  # long side of the proxy that the network sees; fine for thumbnails too

#: New lessons since the last training before the next one starts by itself.
LESSONS_FOR_TRAINING = 30
_KEPT_THUMBNAILS = 2_000


@dataclass(frozen=True, slots=True)
class StyleInfo:
    """One style: its name, how many lessons it has, which network version serves it."""

    name: str
    lessons: int
    version: str


def default_data_dir() -> Path:
    """Where everything is kept unless the user says otherwise."""
    return Path(platformdirs.user_data_dir("imgtune", appauthor=False))


class Studio:
    """The program without its window.

    ``warnings``: what was found broken and what was done about it; show them once.
    Raises BrokenCatalog, BrokenModel (the shipped base is damaged) or CannotWrite.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        self.data_dir = data_dir or default_data_dir()
        self.catalog = Catalog(self.data_dir / "catalog.db")
        self.models = ModelStore(self.data_dir / "models")
        self.models.clean()
        self._lock = threading.RLock()
        self._networks: dict[str, OnnxNetwork] = {}
        self._slots: dict[tuple[str, str], PredictorSlot] = {}
        self._serving: dict[str, str] = {}
        self._known: dict[tuple[str, str], dict[PhotoId, tuple[Correction, PhotoFeatures]]] = {}
        self._thumbnails: OrderedDict[PhotoId, bytes] = OrderedDict()
        base = assets_dir() / "base"
        self._base_path = base / "model.onnx"
        # Features are cached by version: another base model must have another name.
        self.base_version = f"{BASE_VERSION}-{_stamp(base / 'manifest.json')}"

    @property
    def warnings(self) -> list[str]:
        return [*self.catalog.warnings, *self.models.warnings]

    def close(self) -> None:
        """Closes the catalog. Nothing may be called afterwards."""
        self.catalog.close()

    # --- photos -------------------------------------------------------------------
    def find_photos(self, paths: Iterable[Path]) -> list[Path]:
        """Files, and photos in folders and their sub-folders, in natural order and each
        once. Files named explicitly are kept whatever they are: opening reports them."""
        found: dict[Path, None] = {}
        for path in paths:
            if not path.is_dir():
                found[path] = None
                continue
            found.update(dict.fromkeys(sorted(_photos_below(path), key=_natural)))
        return list(found)

    def open_photo(self, path: Path, long_side: int = ANALYSIS_SIDE) -> tuple[Photo, Proxy]:
        """(slow) Decodes to an upright proxy with that long side, never enlarged.
        Raises UnreadablePhoto."""
        photo, proxy = decode_proxy(path, long_side)
        self.catalog.upsert_photo(photo)
        if long_side == ANALYSIS_SIDE:
            self._keep_thumbnail(photo.id, network_input(proxy))
        return photo, proxy

    def analyse(self, photo: Photo, style: str, proxy: Proxy | None = None) -> PhotoFeatures:
        """(slow) What the style's network sees in a photo; cached by content and version.
        ``proxy`` saves decoding when it has ANALYSIS_SIDE; others are not used, so that the
        answer does not depend on what happened to be on the screen."""
        version = self.network_version(style)
        cached = self.catalog.get_features(photo.id, version)
        if cached is not None:
            return cached
        if proxy is None or max(proxy.width, proxy.height) > ANALYSIS_SIDE:
            _, proxy = decode_proxy(photo.path, ANALYSIS_SIDE)
        image = network_input(proxy)
        self._keep_thumbnail(photo.id, image)
        features = self._network(style, version).analyse(photo.id, image)
        self.catalog.put_features(features)
        return features

    # --- predicting ---------------------------------------------------------------
    def predict(self, style: str, features: PhotoFeatures) -> Prediction:
        """Settings for one photo, by the network and all lessons of the style."""
        return self.predict_many(style, [features])[0]

    def predict_many(self, style: str, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """Settings for many photos (milliseconds for 1,000), in order, by one predictor.
        Features of an older version are answered by the lessons over that version."""
        result: dict[int, Prediction] = {}
        for version in {f.version for f in features}:
            rows = [i for i, f in enumerate(features) if f.version == version]
            predictor = self._slot(style, version).current
            answers = predictor.predict_many([features[i] for i in rows])
            result.update(zip(rows, answers, strict=True))
        return [result[i] for i in range(len(features))]

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
        with self._lock:
            if style not in self._serving:
                self._serving[style] = self._stored_version(style)
            return self._serving[style]

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
        with self._lock:
            serving = self.network_version(style)
            if features.version == serving:
                known = self._lessons_seen(style, serving)
                known.pop(photo.id, None)  # the newest lesson comes last
                known[photo.id] = (stored, features)
            else:
                self._known.clear()
            self._relearn(style)
        return stored

    def forget(self, lesson_id: int) -> Correction:
        """Unlearns one lesson; equals never having learned it. Raises UnknownLesson."""
        lesson = self.catalog.forget_lesson(lesson_id)
        with self._lock:
            for (style, _), known in self._known.items():
                if style == lesson.style and known.get(lesson.photo, (lesson,))[0].id == lesson.id:
                    known.pop(lesson.photo, None)
            self._relearn(lesson.style)
        return lesson

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
        with self._lock:
            before = self._serving.get(style)
            self._serving[style] = self._stored_version(style)
            for key in [k for k in self._known if k[0] == style]:
                del self._known[key]
            self._relearn(style)
            return before != self._serving[style]

    def export_pack(self, style: str, file: Path) -> None:
        """Writes the style's model, with all that its personal head knows folded in, as one
        portable file. Raises CannotWrite, BrokenModel."""
        with self._lock:
            version = self.network_version(style)
            head = self._slot(style, version).current.head
        base = assets_dir() / "base"
        current = None if version == self.base_version else self.models.verified(style, version)
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
    def training_due(self, style: str) -> bool:
        """Whether enough was learned since the last training to start one by itself."""
        trainings = self.catalog.trainings(style)
        seen = set(trainings[-1].lessons) if trainings else set()
        lessons = self.lessons(style)
        new = [c for c in lessons if c.id not in seen]
        enough = hold_out([c.shoot for c in lessons]) is not None
        return enough and len(new) >= LESSONS_FOR_TRAINING

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
    def preview(
        self, proxy: Proxy, settings: DevelopSettings, *, quick: bool = False
    ) -> npt.NDArray[np.uint8]:
        """(H, W, 3) uint8 sRGB, contiguous, ready for the screen. ``quick`` is for a picture
        that is about to be replaced by the next: a coarser table, baked in half the time."""
        return render(proxy, settings, grid=QUICK_GRID if quick else PREVIEW_GRID)

    def export(
        self,
        path: Path,
        settings: DevelopSettings,
        out: Path,
        options: ExportOptions | None = None,
    ) -> Path:
        """(slow) Develops the whole photo into the file ``out``: atomic, never an original.
        Raises UnreadablePhoto or CannotWrite."""
        options = options or ExportOptions()
        refuse_original(out, [path])
        pixels = render(decode(path), settings, grid=EXPORT_GRID)
        data = encode(pixels, path, options)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(f"{out.parent}: cannot be made ({error.strerror})") from None
        write_atomic(out, data)
        return out

    def export_name(self, path: Path, out_dir: Path, options: ExportOptions | None = None) -> Path:
        """A file name in ``out_dir`` for this photo that is not taken."""
        suffix = (options or ExportOptions()).suffix
        candidate = out_dir / f"{path.stem}{suffix}"
        count = 2
        while candidate.exists():
            candidate = out_dir / f"{path.stem}-{count}{suffix}"
            count += 1
        return candidate

    # --- inside -------------------------------------------------------------------
    def _stored_version(self, style: str) -> str:
        current = self.models.current(style)
        return current.id if current else self.base_version

    def _network(self, style: str, version: str) -> OnnxNetwork:
        with self._lock:
            if version not in self._networks:
                path = self._base_path
                if version != self.base_version:
                    path = self.models.path(self.models.verified(style, version), "model.onnx")
                if not path.exists():
                    raise BrokenModel(f"{path}: the model is missing; install imgtune again")
                self._networks[version] = OnnxNetwork(path, version)
            return self._networks[version]

    def _slot(self, style: str, version: str) -> PredictorSlot:
        with self._lock:
            key = (style, version)
            if key not in self._slots:
                self._slots[key] = PredictorSlot(self._learned(style, version))
            return self._slots[key]

    def _relearn(self, style: str) -> None:
        """Swaps in predictors that know the lessons as they are now."""
        with self._lock:
            serving = self.network_version(style)
            for style_, version in list(self._slots):
                if style_ == style and version != serving:
                    del self._slots[style_, version]
            self._slot(style, serving).current = self._learned(style, serving)

    def _learned(self, style: str, version: str) -> PersonalPredictor:
        """A predictor over ``version`` that knows every lesson it can see."""
        known = list(self._lessons_seen(style, version).values())
        return learn(version, self._network(style, version).features, known)

    def _lessons_seen(
        self, style: str, version: str
    ) -> dict[PhotoId, tuple[Correction, PhotoFeatures]]:
        """The style's lessons with what ``version`` sees of them. Read from the catalog once,
        then kept up to date: reading thousands anew for each lesson would take too long."""
        with self._lock:
            if (style, version) not in self._known:
                lessons = self.catalog.lessons(style)
                features = self.catalog.features_for(version, [c.photo for c in lessons])
                missing = [c for c in lessons if c.photo not in features]
                if missing:
                    network = self._network(style, version)
                    features |= self._analyse_lessons(network, missing)
                self._known[style, version] = {
                    c.photo: (c, features[c.photo]) for c in lessons if c.photo in features
                }
            return self._known[style, version]

    def _analyse_lessons(
        self, network: OnnxNetwork, lessons: list[Correction]
    ) -> dict[PhotoId, PhotoFeatures]:
        """Features of lessons that this network never saw, from their stored thumbnails:
        the photos may have been moved or deleted since."""
        stored = self.catalog.lesson_thumbnails([c.id for c in lessons])
        found = {}
        for lesson in lessons:
            if lesson.id in stored and (image := thumbnail_pixels(stored[lesson.id])) is not None:
                found[lesson.photo] = network.analyse(lesson.photo, image)
        self.catalog.put_many(found.values())
        return found

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
                self._keep_thumbnail(
                    photo.id, network_input(decode_proxy(photo.path, ANALYSIS_SIDE)[1])
                )
            except UnreadablePhoto:
                return None
        return self._thumbnails[photo.id]


def _stamp(manifest: Path) -> str:
    """First digits of the base model's hash, as its manifest states it."""
    try:
        found = re.search(r'"model.onnx":\s*"([0-9a-f]{8})', manifest.read_text(encoding="utf-8"))
    except OSError:
        found = None
    if found is None:
        raise BrokenModel(f"{manifest}: the base model is missing or damaged; install it again")
    return found[1]


def _photos_below(folder: Path) -> Iterator[Path]:
    """Files with a photo's suffix below ``folder``; hidden files and folders are passed over."""
    for root, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in PHOTO_SUFFIXES:
                yield Path(root, name)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key under which IMG_2 comes before IMG_10."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [(1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts]
