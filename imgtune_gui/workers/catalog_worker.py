"""Short work on the catalog and the predictor, strictly in order.

Saving, learning and predicting share one queue, so that a prediction that was asked for
after a lesson always knows the lesson.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage

from imgtune_gui.backend import Backend
from imgtune_gui.core_texts import in_language, said
from imgtune_gui.workers import messages as m
from imgtune_gui.workers import style_messages as s
from imgtune_gui.workers.base import QueueWorker
from model_core.domain.correction import Correction
from model_core.domain.curve import learning_curve
from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import ImgtuneError
from model_core.domain.photo import Photo, PhotoId

if TYPE_CHECKING:
    from model_core.services import SidecarEdit, Studio

_PICTURED = 100  # newest lessons that are shown with a picture
_THUMB = 80  # sharp at twice the density
_KEEP_RATIO = Qt.AspectRatioMode.KeepAspectRatio


def _is_outdone(old: object, new: object) -> bool:
    """Whether the answer to ``new`` makes an answer to ``old`` needless."""
    match old, new:
        case m.LoadStyle(), m.LoadStyle():
            return old.style == new.style
        case m.LookForNews(), m.LookForNews():
            return True
        case m.Predict(everything=True), m.Predict(everything=True):
            return old.style == new.style
    return False


class CatalogWorker(QueueWorker):
    """Opens the studio first; everything else needs it."""

    studio_opened = Signal(object)  # StudioOpened
    news_found = Signal(object)  # NewsFound
    style_loaded = Signal(object)  # StyleLoaded
    learned = Signal(object)  # Learned
    lessons_changed = Signal(object)  # LessonsChanged
    style_created = Signal(object)  # StyleCreated
    style_gone = Signal(object)  # StyleGone
    split_looked_for = Signal(object)  # style_messages.SplitLookedFor
    split_done = Signal(object)  # style_messages.SplitDone
    version_changed = Signal(object)  # VersionChanged
    pack_done = Signal(object)  # PackDone
    styles_merged = Signal(object)  # style_messages.StylesMerged
    review_ordered = Signal(object)  # ReviewOrdered
    predicted = Signal(object)  # Predicted
    explained = Signal(object)  # Explained
    screen_read = Signal(object)  # ScreenRead
    sidecar_said = Signal(str)
    sidecars_read = Signal(object)  # SidecarsRead

    def __init__(self, loader: Callable[[], Backend]) -> None:
        super().__init__()
        self._loader = loader
        self._studio: Studio | None = None
        self.sidecars = False  # whether edits are also written beside the photos
        self._news_from = 0
        self._thumbnails: dict[int, QImage] = {}
        self._replaced: dict[int, Correction] = {}  # by ticket
        self._handlers: dict[type, Callable[[Any], None]] = {
            m.OpenStudio: self._open_studio,
            m.LookForNews: self._look_for_news,
            m.LoadStyle: self._load_style,
            m.SaveEdit: self._save_edit,
            m.SaveMarks: self._save_marks,
            m.ReadSidecars: self._read_sidecars,
            m.SaveGeometry: self._save_geometry,
            m.Learn: self._learn,
            m.Unlearn: self._unlearn,
            m.Forget: self._forget,
            m.Restore: self._restore,
            m.CreateStyle: self._create_style,
            m.RenameStyle: self._rename_style,
            m.DeleteStyle: self._delete_style,
            s.DuplicateStyle: self._duplicate_style,
            s.MergeStyles: self._merge_styles,
            s.LookForSplit: self._look_for_split,
            s.AnswerSplit: self._answer_split,
            s.UndoSplit: self._undo_split,
            m.RollBack: self._roll_back,
            m.Reload: self._reload,
            m.PackRequest: self._pack,
            m.Predict: self._predict,
            m.OrderReview: self._order_review,
            m.Explain: self._explain,
            m.ReadScreen: self._read_screen,
        }

    def _add(self, job: object) -> None:
        # After hundreds of lessons at once the style is shown, and all is predicted, once.
        if isinstance(job, m.LoadStyle | m.Predict | m.LookForNews):
            self._jobs = deque(one for one in self._jobs if not _is_outdone(one, job))
        place = len(self._jobs)
        # What is to be kept waits for nothing that only looks: a kill may come at any moment.
        if isinstance(job, m.SaveEdit | m.SaveMarks | m.SaveGeometry):
            while place and isinstance(self._jobs[place - 1], m.LoadStyle | m.Predict | m.Explain):
                place -= 1
        self._jobs.insert(place, job)

    def _run(self, job: object) -> None:
        self._handlers[type(job)](job)

    @property
    def studio(self) -> Studio:
        if self._studio is None:
            raise RuntimeError("the studio is not open")
        return self._studio

    @property
    def opened_studio(self) -> Studio | None:
        """For shutting down, once the thread has ended."""
        return self._studio

    def _open_studio(self, job: m.OpenStudio) -> None:
        backend = self._loader()
        self._screen_of = backend.screen_of
        self._studio = backend.open_studio(job.data_dir)
        self._news_from = self._studio.news_position()
        names = tuple(info.name for info in self._studio.styles())
        self.studio_opened.emit(m.StudioOpened(backend, self._studio, names))

    def _look_for_news(self, job: m.LookForNews) -> None:
        studio = self.studio
        news = studio.news(self._news_from)
        self._news_from = news.upto
        if news.styles:
            names = [info.name for info in studio.styles()]
            if job.style not in names:
                self.style_gone.emit(m.StyleGone(job.style, names[0]))
                return
            for style in news.styles.intersection(names):
                studio.reload(style)
        if news:
            lessons = {photo: studio.lesson_of(job.style, photo) for photo in news.photos}
            self.news_found.emit(m.NewsFound(job.style, lessons, bool(news.styles)))

    def _load_style(self, job: m.LoadStyle) -> None:
        studio = self.studio
        lessons = tuple(studio.lessons(job.style))
        self.style_loaded.emit(
            m.StyleLoaded(
                style=job.style,
                styles=tuple(studio.styles()),
                lessons=lessons,
                versions=tuple(studio.versions(job.style)),
                version=studio.current_version(job.style),
                network_version=studio.network_version(job.style),
                readiness=studio.readiness(job.style),
                training_due=studio.training_due(job.style),
                curve=learning_curve(lessons),
                trainings=tuple(studio.trainings(job.style)),
                thumbnails=self._lesson_thumbnails([one.id for one in lessons[-_PICTURED:]]),
            )
        )

    def _lesson_thumbnails(self, ids: list[int]) -> dict[int, QImage]:
        """Small pictures for the list; those of the last time are not decoded again."""
        self._thumbnails = self._pictures(ids)
        return self._thumbnails

    def _pictures(self, ids: list[int]) -> dict[int, QImage]:
        known = {key: self._thumbnails[key] for key in ids if key in self._thumbnails}
        for key, data in self.studio.lesson_thumbnails([i for i in ids if i not in known]).items():
            whole = QImage.fromData(data)
            if not whole.isNull():
                known[key] = whole.scaled(
                    _THUMB, _THUMB, _KEEP_RATIO, Qt.TransformationMode.SmoothTransformation
                )
        return known

    def _save_edit(self, job: m.SaveEdit) -> None:
        if job.settings is None:
            self.studio.clear_edit(job.style, job.photo.id)
        else:
            self.studio.save_edit(job.style, job.photo, job.settings)
            self._write_sidecar(job.photo, job.settings)

    def _write_sidecar(self, photo: Photo, settings: DevelopSettings | None) -> None:
        # After the catalog has it: a folder that is read-only must not cost the edit.
        if not self.sidecars:
            return
        try:
            self.studio.write_sidecar(photo, settings, self._tell_kept)
        except ImgtuneError as error:
            self.sidecar_said.emit(said(error))

    def _tell_kept(self, copy: Path) -> None:
        text = self.tr("Your edit replaced what another program had set beside it; kept as {0}")
        self.sidecar_said.emit(text.format(copy))

    def _read_sidecars(self, job: m.ReadSidecars) -> None:
        found: list[tuple[Path, SidecarEdit]] = []
        errors: list[str] = []
        for photo in job.photos:
            try:
                edit = self.studio.read_sidecar(photo)
            except ImgtuneError as error:
                errors.append(said(error))
                continue
            if edit is not None:
                found.append((photo.path, edit))
                if edit.settings is None and edit.marks is None and edit.geometry is None:
                    errors.append(in_language(edit.reason))
        self.sidecars_read.emit(m.SidecarsRead(tuple(found), tuple(errors), job))

    def _save_marks(self, job: m.SaveMarks) -> None:
        marks = dict(job.marks)
        for path, one in job.unopened.items():
            with suppress(ImgtuneError):  # opening it says so
                marks[self.studio.known.identify(path)] = one
        self.studio.save_marks(marks)
        if not self.sidecars:
            return
        try:
            self.studio.write_marks(marks)
        except ImgtuneError as error:
            self.sidecar_said.emit(said(error))

    def _save_geometry(self, job: m.SaveGeometry) -> None:
        self.studio.save_geometry(job.photo.id, job.geometry)
        self._write_sidecar(job.photo, None)

    def _learn(self, job: m.Learn) -> None:
        replaced = self.studio.lesson_of(job.style, job.photo.id)
        lesson = self.studio.learn(job.style, job.photo, job.features, job.chosen)
        if replaced is not None:
            self._replaced[job.ticket] = replaced
        due = self.studio.training_due(job.style)
        self._write_sidecar(job.photo, job.chosen)
        self.learned.emit(m.Learned(job.style, job.photo.path, lesson, due, job.ticket))

    def _unlearn(self, job: m.Unlearn) -> None:
        self._drop(job.style, job.photo)
        replaced = self._replaced.pop(job.ticket, None)
        if replaced is not None:
            replaced = self.studio.restore_lesson(replaced)
        self.lessons_changed.emit(m.LessonsChanged(job, job.style, job.photo, replaced))

    def _forget(self, job: m.Forget) -> None:
        self._drop(job.style, job.photo)
        self.lessons_changed.emit(m.LessonsChanged(job, job.style, job.photo, None))

    def _restore(self, job: m.Restore) -> None:
        lesson = self.studio.restore_lesson(job.lesson)
        self.lessons_changed.emit(m.LessonsChanged(job, lesson.style, lesson.photo, lesson))

    def _drop(self, style: str, photo: PhotoId) -> None:
        lesson = self.studio.lesson_of(style, photo)
        if lesson is not None:
            self.studio.forget(lesson.id)

    def _create_style(self, job: m.CreateStyle) -> None:
        self.studio.create_style(job.name)
        self.style_created.emit(m.StyleCreated(job.name))

    def _rename_style(self, job: m.RenameStyle) -> None:
        self.studio.rename_style(job.style, job.to)
        self.style_gone.emit(m.StyleGone(job.style, job.to))

    def _delete_style(self, job: m.DeleteStyle) -> None:
        self.studio.delete_style(job.style)
        self.style_gone.emit(m.StyleGone(job.style, self.studio.styles()[0].name))

    def _duplicate_style(self, job: s.DuplicateStyle) -> None:
        self.studio.duplicate_style(job.style, job.to)
        self.style_created.emit(m.StyleCreated(job.to))

    def _merge_styles(self, job: s.MergeStyles) -> None:
        gone = self.studio.splits.merge(job.style, job.into)
        left = 0 if gone else len(self.studio.lessons(job.style))
        self.styles_merged.emit(s.StylesMerged(job.style, job.into, left))

    def _look_for_split(self, job: s.LookForSplit) -> None:
        splits = self.studio.splits
        if job.asked or splits.due(job.style):
            found = splits.look(job.style)
            shoots = [lesson.shoot for lesson in self.studio.lessons(job.style)]
            counts = len(shoots), len(set(shoots))
            looked = s.SplitLookedFor(job.style, job.asked, *counts, splits.needed, found)
            self.split_looked_for.emit(looked)

    def _answer_split(self, job: s.AnswerSplit) -> None:
        if job.answer is s.Answer.SPLIT:
            self.split_done.emit(s.SplitDone(self.studio.splits.split(job.suggestion)))
        elif job.answer is s.Answer.NOT_NOW:
            self.studio.splits.not_now(job.suggestion.style)
        else:
            self.studio.splits.never(job.suggestion.style)

    def _undo_split(self, job: s.UndoSplit) -> None:
        self.studio.splits.undo(job.split)
        # Also when something was taught there since: the lessons are back where they were.
        split = job.split
        self.style_gone.emit(m.StyleGone(split.into, split.style))
        version = self.studio.current_version(split.style)
        self.version_changed.emit(m.VersionChanged(split.style, version, rolled_back=False))

    def _roll_back(self, job: m.RollBack) -> None:
        version = self.studio.rollback(job.style, job.to or None)
        self.version_changed.emit(m.VersionChanged(job.style, version, rolled_back=True))

    def _reload(self, job: m.Reload) -> None:
        # Training may have reloaded already: what counts is what the window has not shown.
        self.studio.reload(job.style)
        version = self.studio.current_version(job.style)
        self.version_changed.emit(m.VersionChanged(job.style, version, rolled_back=False))

    def _pack(self, job: m.PackRequest) -> None:
        if job.importing:
            style, written = self.studio.import_pack(job.file).style, None
        else:
            style = job.style
            written = self.studio.export_pack(style, job.file, int8=job.small)
        self.pack_done.emit(m.PackDone(style, job.file, written))

    def _predict(self, job: m.Predict) -> None:
        found = self.studio.predict_many(job.style, [f for _, f in job.features])
        paths = [path for path, _ in job.features]
        pairs = tuple(zip(paths, found, strict=True))
        self.predicted.emit(m.Predicted(job.generation, job.style, pairs))

    def _order_review(self, job: m.OrderReview) -> None:
        paths = {features.photo: path for path, features in job.features}
        found = self.studio.review.order(job.style, [features for _, features in job.features])
        self.review_ordered.emit(m.ReviewOrdered(job.style, tuple(paths[one] for one in found)))

    def _explain(self, job: m.Explain) -> None:
        with self._lock:
            if any(isinstance(other, m.Explain) for other in self._jobs):
                return  # the user has gone on
        found = self.studio.because(job.style, job.features)
        lessons = {lesson.id: lesson for lesson in self.studio.lessons(job.style)}
        pictures = self._pictures([one.lesson for one in found])
        reasons = tuple(
            m.Reason(lessons[one.lesson], one.weight, pictures.get(one.lesson))
            for one in found
            if one.lesson in lessons
        )
        self.explained.emit(m.Explained(job.style, job.path, reasons))

    def _read_screen(self, job: m.ReadScreen) -> None:
        try:
            screen = self._screen_of(job.icc)
        except ImgtuneError as error:
            self.screen_read.emit(m.ScreenRead(job.icc, None, said(error)))
        else:
            self.screen_read.emit(m.ScreenRead(job.icc, screen))
