"""Opening photos, thumbnails, and predictions for all of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.backend import Backend
from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.catalog_worker import CatalogWorker
from imgtune_gui.workers.library_worker import LibraryWorker
from model_core.domain.correction import Verdict
from model_core.domain.develop import DevelopSettings
from model_core.domain.geometry import Geometry
from model_core.domain.prediction import Prediction

#: Photos analysed within this time are predicted together.
_GATHER_MS = 25
_THUMB_DELAY_MS = 180
#: A file that is being copied is many events; it is looked at when they have stopped.
_WATCH_MS = 1200
#: How long the main thread may be kept by taking up predictions.
_SLICE_S = 0.008
_SLICE = 1_000  # photos asked for in one turn of the event loop


class LibraryController(QObject):
    """Owns the library worker. Predictions come from the catalog worker, after lessons."""

    message_raised = Signal(str)
    nothing_found = Signal(str)  # what was opened holds no photos
    busy_changed = Signal(str)
    folders_changed = Signal(object)  # list[str]
    thumb_changed = Signal(object)  # PhotoItem

    def __init__(
        self,
        session: PhotoSession,
        model: FilmstripModel,
        catalog: CatalogWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model, self._catalog = session, model, catalog
        self.worker = LibraryWorker()
        self.worker_thread = WorkerThread(self.worker, "library")
        self._ready = False
        self._generation = 0  # of the list of photos
        self._prediction_generation = 0
        self._network = ""
        self._waiting: tuple[Path, ...] = ()
        self._replacing = False
        self._folders: list[str] = []
        self.opened_paths: list[Path] = []  # folders and files as they were asked for
        self._select_later: Path | None = None
        self._watched: list[str] = []  # those that were opened as folders
        self._drawn: dict[Path, tuple[DevelopSettings, Geometry]] = {}
        self._visible: tuple[Path, ...] = ()
        self._left: PhotoItem | None = None
        self._failed = 0  # since photos were opened last
        self._lesson: tuple[int, str] | None = None  # generation that answers it, photo's name
        self._to_predict: dict[Path, PhotoItem] = {}
        self._to_open: deque[PhotoItem] = deque()
        self._answers: deque[tuple[int, tuple[Path, Prediction] | None]] = deque()
        self._moved = 0  # photos that the answers to a lesson have moved so far
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._on_gathered)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_THUMB_DELAY_MS)
        self._later.timeout.connect(self._on_later)
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.setInterval(0)
        self._more.timeout.connect(self._take_answers)
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask_more)
        self._changed = QTimer(self)
        self._changed.setSingleShot(True)
        self._changed.setInterval(_WATCH_MS)
        self._changed.timeout.connect(self._on_folders_settled)
        self._connect()

    def _connect(self) -> None:
        self.worker.scanned.connect(self._on_scanned)
        self.worker.opened.connect(self._on_opened)
        self.worker.photo_failed.connect(self._on_photo_failed)
        self.worker.quick_thumb_found.connect(self._on_quick_thumb_found)
        self.worker.thumb_rendered.connect(self._on_thumb_rendered)
        self.worker.failed.connect(self._on_failed)
        self.worker.watch.folder_changed.connect(self._on_folder_changed)
        self._catalog.predicted.connect(self._on_predicted)
        self._session.settings_changed.connect(self._on_settings_changed)
        self._session.geometry_changed.connect(self._draw)
        self._session.style_changed.connect(self._on_style_changed)
        self._session.current_changed.connect(self._on_current_changed)

    def set_studio(self, backend: Backend, opened: m.StudioOpened) -> None:
        """Services are there: whatever was asked for before begins now."""
        self.worker.set_studio(opened.studio, backend.analysis_side)
        self._ready = True
        if self._waiting:
            self.open_paths(self._waiting, replace=self._replacing)

    # --- opening --------------------------------------------------------------------
    def open_paths(self, paths: Iterable[Path], *, replace: bool) -> None:
        """Files and folders; the present photos go when ``replace``."""
        asked = tuple(paths)
        if not asked:
            return
        self._replacing = replace
        if not self._ready:
            self._waiting = asked
            return
        self._waiting = ()
        if replace:
            self.worker.clear()
            self._generation += 1
        self.busy_changed.emit(self.tr("Looking for photos…"))
        self.worker.submit(m.Scan(self._generation, asked))

    def select_when_found(self, path: Path | None) -> None:
        """The photo to show of those that are opened next."""
        self._select_later = path

    def _on_scanned(self, result: m.Scanned) -> None:
        if result.generation != self._generation:
            return
        if result.again:
            self._add_new(result.paths)
            return
        if not result.paths:
            self._show_busy()
            names = ", ".join(path.name or str(path) for path in result.asked)
            text = self.tr("No photos in {0}").format(names)
            self.message_raised.emit(text)
            self.nothing_found.emit(text)
            return
        if self._replacing:
            self._replacing = False
            self._folders, self._watched = [], []
            self._drawn.clear()
            self._model.images.clear()
            self._model.sources.clear()
            self.opened_paths = []
            self._session.set_photos(result.paths)
        elif not self._session.add_photos(result.paths):
            self.message_raised.emit(self.tr("These photos are already open"))
        item = self._session.find(self._select_later) if self._select_later else None
        self._select_later = None
        if item is not None:
            self._session.select(item)
        self._failed = 0
        self.opened_paths += [p for p in result.asked if p not in self.opened_paths]
        self._note_folders(result.asked)
        self._open_all()

    # --- watching -------------------------------------------------------------------
    def _on_folder_changed(self) -> None:
        self._changed.start()

    def _on_folders_settled(self) -> None:
        folders = tuple(Path(folder) for folder in self._watched)
        self.worker.submit(m.Scan(self._generation, folders, again=True))

    def _add_new(self, paths: tuple[Path, ...]) -> None:
        """A watched folder changed: opens what is new, and again what failed before."""
        count = self._session.add_photos(paths)
        for path in paths:
            item = self._session.find(path)
            if item is not None and item.error:
                self._session.mark_failed(item, "")
        if count:
            text = self.tr("1 new photo") if count == 1 else self.tr("{0} new photos")
            self.message_raised.emit(text.format(count))
        self._open_all()

    def _note_folders(self, asked: Iterable[Path]) -> None:
        for path in asked:
            folder = str(path if path.is_dir() else path.parent)
            if folder not in self._folders:
                self._folders.append(folder)
            if path.is_dir() and folder not in self._watched:
                self._watched.append(folder)
        self.worker.submit(m.WatchFolders(tuple(Path(folder) for folder in self._watched)))
        self.folders_changed.emit(list(self._folders))

    def _wanted_for(self) -> str:
        return f"{self._session.style}\n{self._network}"

    def set_network(self, network: str) -> None:
        """Another network serves the style: features of the old one are of no use."""
        if network != self._network:
            self._network = network
            self._open_all()

    def _open_all(self) -> None:
        """Opens whatever was not yet opened for the present style and network."""
        if not self._ready or not self._network:
            return
        wanted = self._wanted_for()
        self._to_open = deque(i for i in self._session.all_items if i.opened_for != wanted)
        self._ask_more()
        self._show_busy()

    def _ask_more(self) -> None:
        """Asks for a slice of what is to be opened, and comes back for the rest."""
        slice_ = [self._to_open.popleft() for _ in range(min(_SLICE, len(self._to_open)))]
        sources, style, generation = self._model.sources, self._session.style, self._generation
        self.worker.submit_many(
            m.OpenPhoto(generation, item.path, style, item.photo, decode=item.path not in sources)
            for item in slice_
        )
        if self._to_open:
            self._asking.start()

    def _on_opened(self, result: m.PhotoOpened) -> None:
        item = self._session.find(result.path)
        if item is None or result.generation != self._generation:
            return
        if result.style != self._session.style:
            return
        first = not item.opened_for
        self._session.mark_opened(
            item,
            result.photo,
            result.features,
            self._wanted_for(),
            result.marks if first else None,
            result.geometry if first else None,
        )
        if result.source is not None:
            self._model.set_source(item.path, result.source)
        if first and item.edit is None and result.edit is not None:
            settings = result.edit.settings
            state = str(result.edit.state)
            learned = state in {Verdict.ACCEPTED.value, Verdict.CORRECTED.value}
            self._session.restore_edit(
                item, settings, (settings, Verdict(state)) if learned else None
            )
        self._to_predict[item.path] = item
        if not self._gather.isActive():
            self._gather.start()
        self._draw(item)
        self._show_busy()

    def _on_photo_failed(self, result: m.PhotoFailed) -> None:
        item = self._session.find(result.path)
        if item is not None and result.generation == self._generation:
            self._session.mark_failed(item, result.text)
            self._failed += 1
            self._tell_failures(result.text)
        self._show_busy()

    def _tell_failures(self, newest: str) -> None:
        """One line, however many files of a folder are broken."""
        text = newest
        if self._failed > 1:
            text = self.tr("{0} files could not be opened; the filmstrip marks them")
        self.message_raised.emit(text.format(self._failed) if self._failed > 1 else text)

    def _on_failed(self, failure: m.WorkFailed) -> None:
        if isinstance(failure.request, m.OpenPhoto):
            item = self._session.find(failure.request.path)
            if item is not None:
                self._session.mark_failed(item, f"{item.path.name}: {failure.text}")
        self.message_raised.emit(failure.text)
        self._show_busy()

    def _show_busy(self) -> None:
        left = self.worker.pending_opens() + len(self._to_open)
        total = len(self._session.all_items)
        text = self.tr("Analysing {0} of {1}").format(total - left, total) if left else ""
        self.busy_changed.emit(text)

    # --- predictions ----------------------------------------------------------------
    def predict_all(self) -> None:
        """Asks again for every analysed photo: after a lesson, or with another version."""
        for item in self._session.all_items:
            if item.features is not None:
                self._to_predict[item.path] = item
        self._on_gathered()

    def predict_after_lesson(self, name: str) -> None:
        """The same, and says how many photos moved because of the lesson."""
        self._lesson, self._moved = (self._prediction_generation + 1, name), 0
        self.predict_all()

    def _on_gathered(self) -> None:
        pairs = tuple(
            (path, item.features)
            for path, item in self._to_predict.items()
            if item.features is not None
        )
        self._to_predict.clear()
        if pairs:
            self._prediction_generation += 1
            request = m.Predict(self._prediction_generation, self._session.style, pairs)
            self._catalog.submit(request)

    def _on_predicted(self, result: m.Predicted) -> None:
        """Thousands of answers come at once: taken up in slices, so that nothing stutters."""
        if result.style != self._session.style:
            return
        # What the user looks at follows first; a stable sort keeps the order of the rest.
        seen = {path: rank for rank, path in enumerate(self._visible)}
        current = self._session.current
        if current is not None:
            seen[current.path] = -1
        ordered = sorted(result.predictions, key=lambda pair: seen.get(pair[0], len(seen)))
        self._answers.extend((result.generation, pair) for pair in ordered)
        self._answers.append((result.generation, None))
        self._take_answers()

    def _take_answers(self) -> None:
        until = time.perf_counter() + _SLICE_S
        while self._answers and time.perf_counter() < until:
            generation, pair = self._answers.popleft()
            if pair is not None:
                self._take_answer(generation, *pair)
            elif self._lesson is not None and self._lesson[0] == generation:
                self._tell_lesson(self._lesson[1], self._moved)
                self._lesson = None
        if self._answers:
            self._more.start()

    def _take_answer(self, generation: int, path: Path, prediction: Prediction) -> None:
        item = self._session.find(path)
        # Answers of one queue come in order, so a later one is never older.
        if item is not None and item.photo is not None and item.photo.id == prediction.photo:
            before = item.settings
            self._session.set_prediction(item, prediction)
            if self._lesson is not None and self._lesson[0] == generation:
                self._moved += item.settings != before

    def _tell_lesson(self, name: str, moved: int) -> None:
        text = self.tr("Learned from {0}")
        if moved:
            text = self.tr("Learned from {0}: {1} other photos follow")
        if moved == 1:
            text = self.tr("Learned from {0}: 1 other photo follows")
        self.message_raised.emit(text.format(name, moved))

    # --- thumbnails -----------------------------------------------------------------
    def set_visible(self, paths: tuple[Path, ...]) -> None:
        """What the user looks at is drawn first, and again if memory had no room for it."""
        self._visible = paths
        self.worker.set_visible(paths)
        for path in paths:
            item = self._session.find(path)
            if item is None or item.error or path in self._model.images:
                continue
            self._drawn.pop(path, None)
            if path in self._model.sources:
                self._draw(item)
            elif item.opened_for:
                request = m.OpenPhoto(self._generation, path, self._session.style)
                self.worker.submit(request)
            else:
                self.worker.submit(m.QuickThumb(self._generation, path))

    def _on_settings_changed(self, item: PhotoItem) -> None:
        if item is self._session.current:
            # While a slider moves, the cores belong to the loupe; the small picture can wait.
            self._later.start()
        else:
            self._draw(item)

    def _on_current_changed(self, _item: PhotoItem | None) -> None:
        # The photo that was left may still wait for its small picture.
        left, self._left = self._left, _item
        if self._later.isActive() and left is not None:
            self._later.stop()
            self._draw(left)

    def _on_later(self) -> None:
        current = self._session.current
        if current is not None:
            self._draw(current)

    def _draw(self, item: PhotoItem) -> None:
        """Asks for the thumbnail as developed, unless it looks like that already."""
        if (
            self._drawn.get(item.path) == (item.settings, item.geometry)
            and item.path in self._model.images
        ):
            return
        source = self._model.sources.get(item.path)
        if source is not None:
            self.worker.submit(m.RenderThumb(item.path, source, item.settings, item.geometry))

    def _on_quick_thumb_found(self, result: m.QuickThumbFound) -> None:
        item = self._session.find(result.path)
        # The developed one may have been faster; it is never replaced by the camera's.
        if item is not None and result.generation == self._generation and not item.opened_for:
            self._model.set_image(result.path, result.image)

    def _on_thumb_rendered(self, result: m.ThumbRendered) -> None:
        item = self._session.find(result.path)
        if item is None:
            return
        self._drawn[result.path] = result.settings, result.geometry
        self._model.set_image(result.path, result.image)
        self.thumb_changed.emit(item)

    def _on_style_changed(self, _style: str) -> None:
        self._network = ""
        self._answers.clear()
        self._to_predict.clear()
