"""Autosave, accepting and correcting, lessons, styles and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.models.photo_item import PhotoItem, is_base, shown_name
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.lesson_texts import version_name
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker
from model_core.domain.correction import Correction
from model_core.domain.develop import DevelopSettings

if TYPE_CHECKING:
    from model_core.services import PackWritten

_AUTOSAVE_MS = 300


class LearnController(QObject):
    """Everything here goes through the catalog worker's one queue, in order."""

    message_raised = Signal(str)
    style_loaded = Signal(object)  # m.StyleLoaded
    predictions_outdated = Signal()
    version_served = Signal(str)  # which; predictions are outdated
    lesson_learned = Signal(str)  # the photo's name; predictions are outdated too
    network_changed = Signal(str)
    training_wanted = Signal(str)  # enough has been learned since the last time

    def __init__(
        self,
        session: PhotoSession,
        catalog: CatalogWorker,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._catalog, self._settings = session, catalog, settings
        self._unsaved: dict[Path, PhotoItem] = {}
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.setInterval(_AUTOSAVE_MS)
        self._autosave.timeout.connect(self.flush)
        self._ready = False
        self.auto_train = True  # else only when asked for
        self._first_load = True
        self.loaded: m.StyleLoaded | None = None
        self._lessons: dict[int, Correction] = {}
        self._taken_back: set[int] = set()  # tickets of lessons that may still be on their way
        session.edit_changed.connect(self._on_edit_changed)
        session.current_changed.connect(self._on_current_changed)
        catalog.learned.connect(self._on_learned)
        catalog.lessons_changed.connect(self._on_lessons_changed)
        session.taught.connect(self._on_taught)
        session.taken_back.connect(self._on_taken_back)
        session.lesson_dropped.connect(self._on_lesson_dropped)
        session.lesson_wanted_back.connect(self._on_lesson_wanted_back)
        catalog.style_loaded.connect(self._on_style_loaded)
        catalog.style_created.connect(self._on_style_created)
        catalog.style_gone.connect(self._on_style_gone)
        catalog.version_changed.connect(self._on_version_changed)
        catalog.pack_done.connect(self._on_pack_done)

    def begin(self, style: str) -> None:
        """The studio is open: shows ``style``."""
        self._ready = True
        self._session.set_style(style)
        self.load_style()

    def load_style(self) -> None:
        """Asks anew for all that the style panel shows."""
        self._catalog.submit(m.LoadStyle(self._session.style))

    # --- autosave -------------------------------------------------------------------
    def _on_edit_changed(self, item: PhotoItem) -> None:
        self._unsaved[item.path] = item
        if not self._autosave.isActive():  # else a drag that never rests is never saved
            self._autosave.start()

    def _on_current_changed(self, _item: PhotoItem | None) -> None:
        self.flush()

    def is_unsaved(self, item: PhotoItem) -> bool:
        """Whether the user's newest change of it is still on its way to the catalog."""
        return item.path in self._unsaved

    def flush(self) -> None:
        """Queues what is not yet saved; called before anything that could lose it."""
        self._autosave.stop()
        unsaved, self._unsaved = self._unsaved, {}
        style = self._session.style
        if self._ready:
            self._catalog.submit_many(
                m.SaveEdit(style, item.photo, item.edit)
                for item in unsaved.values()
                if item.photo is not None
            )

    # --- lessons --------------------------------------------------------------------
    def accept(self) -> None:
        """Teaches the current photo's settings and goes to the next photo."""
        item = self._session.current
        if item is None:
            return
        if item.error:
            self.message_raised.emit(self.tr("Passed over: {0}").format(item.error))
        elif item.photo is None or item.features is None or item.prediction is None:
            self.message_raised.emit(self.tr("This photo is still being looked at"))
            return
        else:
            self._session.accept(item)
        if not self._session.step(1):
            self.message_raised.emit(self.tr("That was the last photo"))

    def accept_all(self, items: Sequence[PhotoItem]) -> None:
        """Teaches several at once, as one undo; what cannot be taught yet is left as it is."""
        ready = [
            item
            for item in items
            if item.photo and item.features and item.prediction and not item.error
        ]
        self._session.accept_all(ready, self.tr("Accept {0} photos").format(len(ready)))
        text = self.tr("Accepted {0} photos")
        if len(ready) < len(items):
            text = self.tr("Accepted {0} photos; {1} are not ready or cannot be read")
        self.message_raised.emit(text.format(len(ready), len(items) - len(ready)))

    def _on_taught(self, item: PhotoItem, chosen: DevelopSettings, ticket: int) -> None:
        self.flush()
        assert item.photo is not None
        assert item.features is not None
        style = self._session.style
        self._catalog.submit(m.Learn(style, item.photo, item.features, chosen, ticket))

    def _on_taken_back(self, item: PhotoItem, ticket: int) -> None:
        self._taken_back.add(ticket)
        assert item.photo is not None
        self._catalog.submit(m.Unlearn(self._session.style, item.photo.id, ticket))

    def forget(self, lesson_id: int) -> None:
        lesson = self._lessons.get(lesson_id)
        if lesson is not None:
            self._session.forget(lesson)

    def _on_lesson_dropped(self, lesson: Correction) -> None:
        self._catalog.submit(m.Forget(lesson.style, lesson.photo))

    def _on_lesson_wanted_back(self, lesson: Correction) -> None:
        self._catalog.submit(m.Restore(lesson))

    def _on_learned(self, result: m.Learned) -> None:
        if result.style != self._session.style or result.ticket in self._taken_back:
            return
        lesson = result.correction
        item = self._session.find(result.path)
        if item is not None:
            self._session.mark_learned(item, lesson)
        self.lesson_learned.emit(shown_name(result.path))
        self.load_style()
        if result.training_due and self.auto_train:
            self.training_wanted.emit(result.style)

    def _on_lessons_changed(self, result: m.LessonsChanged) -> None:
        if result.style != self._session.style:
            return
        for item in self._session.all_items:
            if item.photo is not None and item.photo.id == result.photo:
                self._session.set_lesson(item, result.lesson)
        texts = {
            m.Unlearn: self.tr("Taken back, as if it had never been taught"),
            m.Forget: self.tr("Forgotten, as if it had never been taught (undo brings it back)"),
            m.Restore: self.tr("The lesson is back"),
        }
        self.message_raised.emit(texts[type(result.request)])
        self.predictions_outdated.emit()
        self.load_style()

    # --- styles and versions --------------------------------------------------------
    def choose_style(self, name: str) -> None:
        """Another style: its own edits, lessons and version."""
        if name and name != self._session.style:
            self.flush()
            self._settings.style = name
            self._session.set_style(name)
            self.load_style()

    def create_style(self, name: str) -> None:
        self._catalog.submit(m.CreateStyle(name))

    def rename_style(self, to: str) -> None:
        self.flush()
        self._catalog.submit(m.RenameStyle(self._session.style, to))

    def delete_style(self, style: str) -> None:
        """With its lessons and versions."""
        if style == self._session.style:
            self._autosave.stop()
            self._unsaved.clear()
        self._catalog.submit(m.DeleteStyle(style))

    def roll_back(self, to: str = "") -> None:
        """To the version before, or to any; the base model is one of them."""
        self._catalog.submit(m.RollBack(self._session.style, to))

    def reload(self, style: str) -> None:
        """After training: takes up what the child process published."""
        self._catalog.submit(m.Reload(style))

    def pack(self, file: Path, *, importing: bool, small: bool = False) -> None:
        self._catalog.submit(m.PackRequest(self._session.style, file, importing, small))

    def _on_style_loaded(self, loaded: m.StyleLoaded) -> None:
        if loaded.style != self._session.style:
            return
        self.loaded = loaded
        self._lessons = {lesson.id: lesson for lesson in loaded.lessons}
        self._restore_verdicts(loaded)
        self.style_loaded.emit(loaded)
        self.network_changed.emit(loaded.network_version)
        if self._first_load:
            # A fine-tune that the end of the last run cut off begins anew.
            self._first_load = False
            if loaded.training_due and self.auto_train:
                self.training_wanted.emit(loaded.style)

    def _restore_verdicts(self, loaded: m.StyleLoaded) -> None:
        """An edit that equals its lesson is that lesson, even if it was saved again since."""
        by_photo = {lesson.photo: lesson for lesson in loaded.lessons}
        for item in self._session.all_items:
            lesson = by_photo.get(item.photo.id) if item.photo else None
            taught = (lesson.chosen, lesson.verdict) if lesson else None
            if item.photo is not None and item.taught != taught and lesson is not None:
                self._session.restore_edit(item, item.edit, taught)

    def _on_style_created(self, result: m.StyleCreated) -> None:
        self.choose_style(result.name)

    def _on_style_gone(self, result: m.StyleGone) -> None:
        if result.style == self._session.style:
            self.choose_style(result.follower)

    def _on_version_changed(self, result: m.VersionChanged) -> None:
        if result.style != self._session.style:
            return
        loaded = self.loaded
        self.load_style()
        if not result.rolled_back or loaded is None:
            self.predictions_outdated.emit()
            return
        ids = [one.id for one in loaded.versions]
        before, now = (_age(ids, one) for one in (loaded.version, result.version))
        text = self.tr("Rolled back to {0}") if now < before else self.tr("{0} serves now")
        self.version_served.emit(text.format(version_name(loaded, result.version)))

    def _on_pack_done(self, result: m.PackDone) -> None:
        if result.written is not None:
            self.message_raised.emit(self._saved_text(result.written))
            return
        text = self.tr("Loaded {0} as {1}")
        self.message_raised.emit(text.format(result.file.name, result.style))
        if result.style == self._session.style:
            self.load_style()
            self.predictions_outdated.emit()
        self.choose_style(result.style)

    def _saved_text(self, written: PackWritten) -> str:
        text = self.tr("Saved {0}, {1:.1f} MB")
        if written.int8:
            text = self.tr("Saved {0}, {1:.1f} MB; on {2} photos it was at most {3:.2f} J off")
        size = written.size / 1e6
        return text.format(written.file.name, size, written.photos, written.difference)


def _age(ids: list[str], version: str) -> int:
    """The base is the oldest; one that is not known yet the newest."""
    if is_base(version):
        return -1
    return ids.index(version) if version in ids else len(ids)
