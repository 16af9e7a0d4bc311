"""Autosave, accepting and correcting, lessons, styles and their versions."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker

_AUTOSAVE_MS = 300


class LearnController(QObject):
    """Everything here goes through the catalog worker's one queue, in order."""

    message_raised = Signal(str)
    style_loaded = Signal(object)  # m.StyleLoaded
    predictions_outdated = Signal()
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
        self._lesson_paths: dict[int, Path] = {}
        session.edit_changed.connect(self._on_edit_changed)
        session.current_changed.connect(self._on_current_changed)
        catalog.learned.connect(self._on_learned)
        catalog.forgotten.connect(self._on_forgotten)
        catalog.style_loaded.connect(self._on_style_loaded)
        catalog.style_created.connect(self._on_style_created)
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
        self._autosave.start()

    def _on_current_changed(self, _item: PhotoItem | None) -> None:
        self.flush()

    def flush(self) -> None:
        """Queues what is not yet saved; called before anything that could lose it."""
        self._autosave.stop()
        unsaved, self._unsaved = self._unsaved, {}
        for item in unsaved.values():
            if item.photo is not None and self._ready:
                self._catalog.submit(m.SaveEdit(self._session.style, item.photo, item.edit))

    # --- lessons --------------------------------------------------------------------
    def accept(self) -> None:
        """Teaches the current photo's settings and goes to the next photo."""
        item = self._session.current
        if item is None or item.photo is None or item.features is None:
            self.message_raised.emit(self.tr("This photo is still being looked at"))
            return
        if item.prediction is None or item.error:
            return
        self.flush()
        chosen = item.settings.rounded()
        self._catalog.submit(m.Learn(self._session.style, item.photo, item.features, chosen))
        if not self._session.step(1):
            self.message_raised.emit(self.tr("That was the last photo"))

    def forget(self, correction_id: int) -> None:
        self._catalog.submit(m.Forget(self._session.style, correction_id))

    def _on_learned(self, result: m.Learned) -> None:
        if result.style != self._session.style:
            return
        lesson = result.correction
        item = self._session.find(result.path)
        if item is not None:
            self._session.mark_learned(item, lesson)
        self.lesson_learned.emit(result.path.name)
        self.load_style()
        if result.training_due:
            self.training_wanted.emit(result.style)

    def _on_forgotten(self, result: m.Forgotten) -> None:
        path = self._lesson_paths.get(result.correction_id)
        item = self._session.find(path) if path is not None else None
        if item is not None:
            self._session.mark_forgotten(item)
        self.message_raised.emit(self.tr("Forgotten, as if it had never been taught"))
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

    def roll_back(self) -> None:
        self._catalog.submit(m.RollBack(self._session.style))

    def reload(self, style: str) -> None:
        """After training: takes up what the child process published."""
        self._catalog.submit(m.Reload(style))

    def pack(self, file: Path, *, importing: bool) -> None:
        self._catalog.submit(m.PackRequest(self._session.style, file, importing))

    def _on_style_loaded(self, loaded: m.StyleLoaded) -> None:
        if loaded.style != self._session.style:
            return
        self._lesson_paths = {lesson.id: lesson.path for lesson in loaded.lessons}
        self._restore_verdicts(loaded)
        self.style_loaded.emit(loaded)
        self.network_changed.emit(loaded.network_version)

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

    def _on_version_changed(self, result: m.VersionChanged) -> None:
        if result.rolled_back:
            self.message_raised.emit(self.tr("Rolled back; your lessons are kept"))
        if result.style == self._session.style:
            self.load_style()
            self.predictions_outdated.emit()

    def _on_pack_done(self, result: m.PackDone) -> None:
        done = self.tr("Loaded {0}") if result.imported else self.tr("Saved {0}")
        self.message_raised.emit(done.format(result.file.name))
        if result.imported and result.style == self._session.style:
            self.load_style()
            self.predictions_outdated.emit()
