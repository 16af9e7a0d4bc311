"""A studio without networks, catalogs or colour science, for tests of the window.

It keeps the promises of ``model_core.services`` that the window relies on: a lesson moves
the predictions of all other photos, known faults are ImgtuneErrors, work can be cancelled.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from imgtune_gui.backend import Backend
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import CannotTrain, CannotWrite, UnreadablePhoto
from model_core.domain.export import BatchResult, ExportItem, ExportOptions, OnCollision
from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.image import Proxy
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.naming import NameTemplate
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import Because, PhotoFeatures, Prediction
from model_core.domain.version import BASE_VERSION, GateReport, ModelVersion, Recipe
from model_core.exporting import Naming, export_batch
from model_core.finding import Found, walk_photos
from model_core.progress import Progress
from model_core.services import PackWritten, PresetStore, Readiness, Training
from model_core.services.known import Known
from model_core.sidecar import SidecarEdit, read_sidecar, write_sidecar
from model_core.storage.news_table import News
from tests.fake_helpers import (
    FakeEdit,
    FakeOutcome,
    FakePairs,
    FakeReview,
    FakeSplits,
    FakeStyleInfo,
)
from tests.fake_pictures import FakePictures, fake_histogram, fake_screen_of

FAKE_STYLE = "my style"


@dataclass
class FakeStudio(FakePictures):
    """Predicts warm and bright, moved by the mean of all lessons."""

    data_dir: Path | None = None
    warnings: list[str] = field(default_factory=list)
    due_after: int = 10_000
    needs_lessons: int = 1
    train_steps: int = 5
    train_error: Exception | None = None
    train_pause_s: float = 0.0
    rebuilt: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self.splits = FakeSplits(self)
        self.pairs = FakePairs(self)
        self.edits: dict[tuple[str, PhotoId], FakeEdit] = {}
        self.all_lessons: list[Correction] = []
        self.style_names = [FAKE_STYLE]
        self.published: list[ModelVersion] = []
        self.pending_version: str | None = None
        self.exported: list[Path] = []
        self.closed = False
        self.presets = PresetStore(Path("/nonexistent"))
        self.last_id = 0
        self.all_trainings: list[Training] = []
        self.marks: dict[PhotoId, Marks] = {}
        self.marks_beside: dict[PhotoId, Marks] = {}
        self.serving: dict[str, str] = {}  # where another than the newest version does
        self.review = FakeReview()
        self.export_items: list[ExportItem] = []
        self.geometries: dict[PhotoId, Geometry] = {}
        self.seen_before: dict[Path, Known] = {}
        self.opened: list[Path] = []

    def close(self) -> None:
        self.closed = True

    def news_position(self) -> int:
        return 0

    def news(self, since: int) -> News:
        return News(since)

    # --- photos ---------------------------------------------------------------------
    @property
    def known(self) -> FakeStudio:
        return self

    def identify(self, path: Path) -> PhotoId:
        return PhotoId(hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest())

    def find(self, style: str, paths: Iterable[Path]) -> list[Known]:
        return [self.seen_before[path] for path in paths if path in self.seen_before]

    def walk_photos(self, path: Path) -> Iterator[Found]:
        return walk_photos(path)

    def open_photo(self, path: Path, long_side: int = 512) -> tuple[Photo, Proxy]:
        self.opened.append(path)
        try:
            blob = path.read_bytes()
            with Image.open(path) as image:
                size = image.size
                image.draft("RGB", (long_side, long_side))
                image.thumbnail((long_side, long_side))
                pixels = np.ascontiguousarray(np.asarray(image.convert("RGB")))
        except FileNotFoundError:
            raise UnreadablePhoto(f"{path.name}: the file is not there") from None
        except OSError:
            raise UnreadablePhoto(f"{path.name}: not a picture") from None
        photo_id = PhotoId(hashlib.blake2b(blob, digest_size=16).hexdigest())
        return Photo(path, photo_id, size[0], size[1]), Proxy(pixels)

    def analyse(self, photo: Photo, style: str, proxy: Proxy | None = None) -> PhotoFeatures:
        rng = np.random.default_rng(int(photo.id[:8], 16))
        settings = np.array([rng.normal(0.2, 0.6) * 4 * p.jnd for p in PARAMS], np.float32)
        spread = np.array([rng.uniform(0.6, 2.4) * p.jnd for p in PARAMS], np.float32)
        z = rng.normal(size=4).astype(np.float32)
        return PhotoFeatures(photo.id, self.network_version(style), settings, spread, z)

    # --- predicting -----------------------------------------------------------------
    def predict(self, style: str, features: PhotoFeatures) -> Prediction:
        return self.predict_many(style, [features])[0]

    def predict_many(self, style: str, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        lessons = self.lessons(style)
        shift = np.zeros(len(PARAMS))
        for lesson in lessons:
            shift += np.array(lesson.chosen.values) - np.array(lesson.predicted.values)
        shift /= max(1, len(lessons))
        return [
            Prediction(
                f.photo,
                DevelopSettings.from_values(f.settings + shift),
                tuple(float(s) for s in f.spread),
                self.current_version(style),
                len(lessons),
            )
            for f in features
        ]

    def because(self, style: str, features: PhotoFeatures) -> tuple[Because, ...]:
        lessons = self.lessons(style)
        share = 1.0 / max(len(lessons), 1)
        return tuple(Because(one.id, one.photo, one.path, share) for one in reversed(lessons))

    def network_version(self, style: str) -> str:
        return self.current_version(style)

    # --- edits and lessons ----------------------------------------------------------
    def load_edit(self, style: str, photo: PhotoId) -> FakeEdit | None:
        return self.edits.get((style, photo))

    def save_edit(self, style: str, photo: Photo, settings: DevelopSettings) -> None:
        self.edits[style, photo.id] = FakeEdit(settings, "draft")

    def clear_edit(self, style: str, photo: PhotoId) -> None:
        self.edits.pop((style, photo), None)

    def load_marks(self, photo: PhotoId) -> Marks:
        return self.marks.get(photo, UNMARKED)

    def write_sidecar(
        self,
        photo: Photo,
        settings: DevelopSettings | None,
        on_kept: Callable[[Path], None] | None = None,
    ) -> Path | None:
        replaced = photo.path.parent / "replaced"
        geometry = self.geometries.get(photo.id)
        marks = self.marks.get(photo.id)
        return write_sidecar(photo, settings, marks, replaced, geometry, on_kept)

    def write_marks(self, marks: Mapping[PhotoId, Marks]) -> None:
        self.marks_beside.update(marks)

    def read_sidecar(self, photo: Photo) -> SidecarEdit | None:
        return read_sidecar(photo)

    def left_by_others(self, paths: Iterable[Path]) -> list[Path]:
        return [path for path in paths if path.with_name(path.name + ".xmp").is_file()]

    def load_geometry(self, photo: PhotoId) -> Geometry:
        return self.geometries.get(photo, UNCROPPED)

    def save_geometry(self, photo: PhotoId, geometry: Geometry) -> None:
        self.geometries[photo] = geometry

    def save_marks(self, marks: Mapping[PhotoId, Marks]) -> None:
        self.marks.update(marks)

    def learn(
        self,
        style: str,
        photo: Photo,
        features: PhotoFeatures,
        chosen: DevelopSettings,
        *,
        shoot: str | None = None,
    ) -> Correction:
        self.last_id += 1
        predicted = self.predict(style, features).settings.rounded()
        verdict = Verdict.ACCEPTED if chosen == predicted else Verdict.CORRECTED
        lesson = Correction(
            photo.id,
            photo.path,
            style,
            shoot or photo.shoot,
            predicted,
            chosen,
            verdict,
            self.current_version(style),
            "2026-01-01T12:00:00+00:00",
            self.last_id,
        )
        self.all_lessons = [
            old for old in self.all_lessons if (old.style, old.photo) != (style, photo.id)
        ] + [lesson]
        self.edits[style, photo.id] = FakeEdit(chosen, verdict.value)
        return lesson

    def forget(self, correction_id: int) -> None:
        self.all_lessons = [old for old in self.all_lessons if old.id != correction_id]

    def restore_lesson(self, lesson: Correction) -> Correction:
        self.last_id += 1
        stored = replace(lesson, id=self.last_id)
        self.all_lessons.append(stored)
        self.edits[lesson.style, lesson.photo] = FakeEdit(lesson.chosen, lesson.verdict.value)
        return stored

    def lesson_thumbnails(self, ids: Sequence[int]) -> dict[int, bytes]:
        return {}

    def readiness(self, style: str) -> Readiness:
        shoots = [lesson.shoot for lesson in self.lessons(style)]
        enough = len(shoots) >= self.needs_lessons
        return Readiness(len(shoots), self.needs_lessons, len(set(shoots)), 1, enough)

    def trainings(self, style: str) -> list[Training]:
        return [one for one in self.all_trainings if one.style == style]

    def lesson_of(self, style: str, photo: PhotoId) -> Correction | None:
        return next((one for one in self.lessons(style) if one.photo == photo), None)

    def lessons(self, style: str) -> list[Correction]:
        return [lesson for lesson in self.all_lessons if lesson.style == style]

    # --- styles and versions --------------------------------------------------------
    def styles(self) -> list[FakeStyleInfo]:
        return [
            FakeStyleInfo(name, len(self.lessons(name)), self.current_version(name))
            for name in self.style_names
        ]

    def create_style(self, name: str) -> None:
        self.style_names.append(name)

    def duplicate_style(self, name: str, to: str) -> None:
        self.style_names.append(to)
        self.all_lessons += [replace(one, style=to) for one in self.lessons(name)]

    def rename_style(self, name: str, to: str) -> None:
        self.style_names[self.style_names.index(name)] = to

    def delete_style(self, name: str) -> None:
        self.style_names.remove(name)

    def versions(self, style: str) -> list[ModelVersion]:
        return [version for version in self.published if version.style == style]

    def current_version(self, style: str) -> str:
        mine = self.versions(style)
        return self.serving.get(style, mine[-1].id if mine else BASE_VERSION)

    def rollback(self, style: str, to: str | None = None) -> str:
        ids = [BASE_VERSION, *(version.id for version in self.versions(style))]
        before = max(ids.index(self.current_version(style)) - 1, 0)
        self.serving[style] = to or ids[before]
        return self.current_version(style)

    def export_pack(self, style: str, file: Path, *, int8: bool = False) -> PackWritten:
        file.write_text(style)
        return PackWritten(file, 4_000_000 if int8 else 8_000_000, int8, 0.04 * int8, 9 * int8)

    def import_pack(self, file: Path, style: str | None = None) -> ModelVersion:
        return self._publish(style or file.read_text(), "imported")

    # --- training -------------------------------------------------------------------
    def training_due(self, style: str) -> bool:
        return len(self.lessons(style)) >= self.due_after

    def train_in_child(
        self,
        style: str,
        *,
        recipe: Recipe | None = None,
        device: str = "auto",
        progress: Progress | None = None,
    ) -> FakeOutcome:
        progress = progress or Progress()
        for step in range(self.train_steps):
            progress.report(step, self.train_steps, f"step {step + 1}")
            time.sleep(self.train_pause_s)
        if self.train_error is not None:
            raise self.train_error
        if not self.lessons(style):
            raise CannotTrain("there are no lessons to learn from: accept some photos first")
        self.pending_version = f"v{len(self.published) + 1}"
        return FakeOutcome(True, self.pending_version, "Published: 12 % closer to your edits.")

    def reload(self, style: str) -> bool:
        if self.pending_version is None:
            return False
        self._publish(style, self.pending_version)
        self.pending_version = None
        return True

    def _publish(self, style: str, name: str) -> ModelVersion:
        gate = GateReport(True, "better", 24, 6, 0.59, 0.43, 0.05)
        version = ModelVersion(
            name,
            style,
            self.current_version(style),
            "2026-01-01T12:00:00+00:00",
            "lora",
            len(self.lessons(style)),
            "",
            gate,
        )
        self.published.append(version)
        self.serving.pop(style, None)
        return version

    # --- output ---------------------------------------------------------------------
    def export(self, path: Path, settings: DevelopSettings, out: Path, options: Any = None) -> Path:
        if path == out:
            raise CannotWrite(f"{path.name}: originals are never written")
        _, proxy = self.open_photo(path, 100_000)
        Image.fromarray(self.preview(proxy, settings)).save(out)
        self.exported.append(out)
        return out

    def export_batch(
        self,
        items: Sequence[ExportItem],
        folder: Path,
        options: ExportOptions,
        *,
        style: str,
        name: NameTemplate,
        on_collision: OnCollision,
        background: bool = False,
        progress: Progress | None = None,
    ) -> BatchResult:
        def write(item: ExportItem, target: Path) -> None:
            self.export_items.append(item)
            self.export(item.path, item.settings or IDENTITY, target, options)

        naming = Naming(folder, f"-imgtune{options.suffix}", name, on_collision, style)
        return export_batch(items, naming, write, jobs=1, progress=progress)


def fake_backend(studio: FakeStudio, samples: Sequence[Path] = ()) -> Backend:
    """A backend whose studio is ``studio``."""

    def open_studio(data_dir: Path | None) -> Any:
        studio.data_dir = data_dir
        studio.presets = PresetStore((data_dir or Path("/nonexistent")) / "presets")
        return studio

    return Backend(
        open_studio=open_studio,
        sample_photos=lambda: list(samples),
        histogram=fake_histogram,
        screen_of=fake_screen_of,
        default_style=FAKE_STYLE,
        preview_side=1800,
        analysis_side=512,
        patch_share=0.012,
    )
