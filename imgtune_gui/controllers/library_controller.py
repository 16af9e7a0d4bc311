"""Opening photos: found by one worker, opened by another, told to the session."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from imgtune_gui.backend import Backend
from imgtune_gui.controllers.folder_controller import FolderController
from imgtune_gui.controllers.predict_controller import PredictController
from imgtune_gui.controllers.thumb_controller import ThumbController
from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.catalog_worker import CatalogWorker
from imgtune_gui.workers.finder_worker import FinderWorker
from imgtune_gui.workers.library_worker import LibraryWorker
from model_core.domain.correction import Verdict
from model_core.domain.develop import DevelopSettings
from model_core.domain.marks import UNMARKED


class LibraryController(QObject):
    """Owns the finder and the library worker, and what goes on with open photos:
    ``predictions``, ``thumbs`` and ``folders``."""

    message_raised = Signal(str)
    nothing_found = Signal(str)  # what was opened holds no photos
    busy_changed = Signal(str)
    scan_ended = Signal()  # all photos of what was opened are in the session

    def __init__(
        self,
        session: PhotoSession,
        model: FilmstripModel,
        catalog: CatalogWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model = session, model
        self.finder, self.worker = FinderWorker(), LibraryWorker()
        self.finder_thread = WorkerThread(self.finder, "finder")
        self.worker_thread = WorkerThread(self.worker, "library")
        self.predictions = PredictController(session, catalog, self)
        self.thumbs = ThumbController(session, model, self.worker, self)
        self.folders = FolderController(session, self.finder, self)
        self._ready = False
        self._network = ""
        self._number = 0  # of the newest scan
        self._waiting: tuple[Path, ...] = ()
        self._replacing = self._remembered = False
        self._added = 0  # photos that the present scan has brought
        self.opened_paths: list[Path] = []  # folders and files as they were asked for
        self._select_later: Path | None = None
        self._failed = 0  # since photos were opened last
        self._looking = 0  # photos that are being looked up
        # Of what the catalog knows better than the session: the edit that was stale.
        self._anew: dict[PhotoItem, DevelopSettings | None] = {}
        self._parts: deque[m.Scanned | m.LookedUp] = deque()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(0)
        self._next.timeout.connect(self._on_next)
        self._connect()

    def _connect(self) -> None:
        self.finder.scanned.connect(self._on_part)
        self.finder.failed.connect(self._on_failed)
        self.worker.looked_up.connect(self._on_part)
        self.worker.opened.connect(self._on_opened)
        self.worker.photo_failed.connect(self._on_photo_failed)
        self.worker.failed.connect(self._on_failed)
        self.thumbs.sources_wanted.connect(self._on_sources_wanted)
        self.thumbs.seen_changed.connect(self.predictions.set_visible)
        self.folders.rescan_wanted.connect(self._on_rescan_wanted)
        self.folders.content_changed.connect(self._on_content_changed)
        self.folders.photos_gone.connect(self._on_photos_gone)
        for part in (self.predictions, self.folders):
            part.message_raised.connect(self.message_raised)
        self._session.style_changed.connect(self._on_style_changed)

    @property
    def threads(self) -> list[WorkerThread]:
        return [self.finder_thread, self.thumbs.quick_thread, self.worker_thread]

    def start(self) -> None:
        for thread in self.threads:  # painting and the picture under a slider go before thumbnails
            thread.start(QThread.Priority.LowPriority)

    def set_studio(self, backend: Backend, opened: m.StudioOpened) -> None:
        """Services are there: whatever was asked for before begins now."""
        self.finder.set_studio(opened.studio)
        self.thumbs.quick.set_studio(opened.studio)
        self.worker.set_studio(opened.studio, backend.analysis_side)
        self._ready = True
        if self._waiting:
            self.open_paths(self._waiting, replace=self._replacing, remembered=self._remembered)

    # --- finding --------------------------------------------------------------------
    def open_paths(self, paths: Iterable[Path], *, replace: bool, remembered: bool = False) -> None:
        """Files and folders; the present photos go when ``replace``. ``remembered``: from the
        last time, so that single photos may be gone without a word."""
        asked = tuple(paths)
        if not asked:
            return
        self._replacing, self._remembered = replace, remembered
        if not self._ready:
            self._waiting = asked
            return
        self._waiting = ()
        self._added = 0
        self._number += 1
        self.busy_changed.emit(self.tr("Looking for photos…"))
        self.finder.submit(m.Scan(self._number, asked, remembered=remembered))

    def select_when_found(self, path: Path | None) -> None:
        """The photo to show of those that are opened next."""
        self._select_later = path

    def look_again(self) -> None:
        """Because the user says so: also at photos that could not be opened."""
        self.folders.look_again()

    def _on_rescan_wanted(self) -> None:
        self.finder.submit(m.Scan(self._number, tuple(self.folders.watched), again=True))

    def _on_part(self, part: m.Scanned | m.LookedUp) -> None:
        """Dozens of parts may come at once: one is taken up in each turn of the event loop, so
        that the hand is answered in between."""
        self._parts.append(part)
        if not self._next.isActive():
            self._next.start()

    def _on_next(self) -> None:
        part = self._parts.popleft()
        if self._parts:
            self._next.start()
        if isinstance(part, m.Scanned):
            self._on_scanned(part)
        else:
            self._on_looked_up(part)

    def _on_scanned(self, result: m.Scanned) -> None:
        if result.job.number != self._number:
            return
        if result.job.again:
            self.folders.take(result)
            return
        if result.photos:
            self._take_photos(result)
        if result.last:
            self._end_scan(result)
        self._show_busy()

    def _take_photos(self, result: m.Scanned) -> None:
        known = len(self._session.all_items)
        if self._replacing:
            self._replacing, known = False, 0
            self.worker.clear()
            self._looking = 0
            self.folders.clear()
            self.thumbs.clear()
            self.opened_paths = []
            self._failed = 0
            self._anew.clear()
            self._session.set_photos(result.photos)
            self._added = len(result.photos)
        else:
            self._added += self._session.add_photos(result.photos)
        item = self._session.find(self._select_later) if self._select_later else None
        if item is not None:
            self._session.select(item)
            self._select_later = None
        self._open(self._session.all_items[known:])

    def _end_scan(self, result: m.Scanned) -> None:
        asked = result.job.paths
        if self._added:
            self.opened_paths += [p for p in asked if p not in self.opened_paths]
            self.folders.note(asked, result.folders)
            self.scan_ended.emit()
        elif self._replacing or not any(self._session.find(path) for path in asked):
            self._tell_nothing(result)
        else:
            self.message_raised.emit(self.tr("These photos are already open"))
        if self._added and (result.missing or result.faults):
            self.message_raised.emit(self._fault(result))
        self._replacing = False
        self._select_later = None

    def _tell_nothing(self, result: m.Scanned) -> None:
        names = ", ".join(path.name or str(path) for path in result.job.paths)
        text = self._fault(result) or self.tr("No photos in {0}").format(names)
        self.message_raised.emit(text)
        self.nothing_found.emit(text)

    def _fault(self, result: m.Scanned) -> str:
        if result.missing:
            missing = ", ".join(map(str, result.missing))
            text = self.tr("{0} is not there any more: connect its disk, or open another folder")
            return text.format(missing)
        return result.faults[0] if result.faults else ""

    # --- opening --------------------------------------------------------------------
    def _wanted_for(self) -> str:
        return f"{self._session.style}\n{self._network}"

    def set_network(self, network: str) -> None:
        """Another network serves the style: features of the old one are of no use."""
        if network != self._network:
            self._network = network
            self._open(self._session.all_items)

    def read_again(self, items: Sequence[PhotoItem]) -> None:
        """Others changed what the catalog has of those photos: as it is there, it is shown,
        unless the hand here has changed them meanwhile."""
        for item in items:
            self._anew[item] = item.edit
            item.opened_for = ""
        self._open(items)

    def _open(self, items: Iterable[PhotoItem]) -> None:
        """Opens those that were not yet opened for the present style and network."""
        if not self._ready or not self._network:
            return
        wanted = self._wanted_for()
        paths = tuple(item.path for item in items if item.opened_for != wanted)
        if paths:
            self._looking += len(paths)
            generation, style = self._session.generation, self._session.style
            self.worker.submit(m.LookUp(generation, style, paths))
        self._show_busy()

    def _on_looked_up(self, result: m.LookedUp) -> None:
        self._looking = max(0, self._looking - len(result.known) - len(result.unknown))
        if not self._is_current(result):
            return
        self._take_opened(result.known)
        found = (self._session.find(path) for path in result.unknown)
        self.worker.submit_many(self._request(item) for item in found if item is not None)
        self._show_busy()

    def _is_current(self, result: m.LookedUp | m.PhotoOpened) -> bool:
        """Whether an answer is about the photos and the style that are shown."""
        session = self._session
        return result.generation == session.generation and result.style == session.style

    def _request(self, item: PhotoItem) -> m.OpenPhoto:
        decode = item.path not in self._model.sources
        generation, style = self._session.generation, self._session.style
        return m.OpenPhoto(generation, item.path, style, item.photo, decode=decode)

    def _on_sources_wanted(self, items: list[PhotoItem]) -> None:
        self.worker.want_sources([self._request(item) for item in items if item.opened_for])

    def _on_opened(self, result: m.PhotoOpened) -> None:
        if not self._is_current(result) or self._session.find(result.path) is None:
            return
        if result.source is not None:
            self._model.set_source(result.path, result.source)
        self._take_opened((result,))
        self._show_busy()

    def _take_opened(self, results: Sequence[m.PhotoOpened]) -> None:
        opened: list[PhotoItem] = []
        rewritten: list[PhotoItem] = []
        for result in results:
            item = self._session.find(result.path)
            if item is None:
                continue
            if item.photo is not None and item.photo.id != result.photo.id:
                rewritten.append(item)
            elif item in self._anew:
                if item.edit == self._anew[item]:
                    item.edit, item.marks = None, UNMARKED
                    self._restore(item, result)
            elif not item.opened_for:
                self._restore(item, result)
            self._anew.pop(item, None)
            item.photo, item.features, item.error = result.photo, result.features, ""
            item.opened_for = self._wanted_for()
            opened.append(item)
        self._session.tell_opened(opened)
        for item in rewritten:
            self._session.keep_edits(item)
        for item in opened:
            self.predictions.predict(item)
            self.thumbs.draw(item)

    @staticmethod
    def _restore(item: PhotoItem, result: m.PhotoOpened) -> None:
        """What the catalog remembers; not an act of the user, so neither saved nor undone."""
        item.geometry = result.geometry
        if item.marks == UNMARKED:  # else they were given before the photo was opened
            item.marks = result.marks
        if item.edit is None and result.edit is not None:
            settings, state = result.edit.settings, str(result.edit.state)
            learned = state in {Verdict.ACCEPTED.value, Verdict.CORRECTED.value}
            item.edit = settings
            if learned:
                item.taught = settings, Verdict(state)

    # --- files that come, change and go ---------------------------------------------
    def _on_content_changed(self, items: list[PhotoItem]) -> None:
        for item in items:
            self.thumbs.forget(item)
            self._session.mark_stale(item)
        self._open(self._session.all_items)

    def _on_photos_gone(self, items: list[PhotoItem]) -> None:
        for item in items:
            self.thumbs.forget(item)
        count = len(items)
        text = self.tr("1 photo is gone from its folder; your edit of it is kept")
        if count > 1:
            text = self.tr("{0} photos are gone from their folder; your edits of them are kept")
        self.message_raised.emit(text.format(count))
        self._show_busy()

    # --- faults ---------------------------------------------------------------------
    def _on_photo_failed(self, result: m.PhotoFailed) -> None:
        item = self._session.find(result.path)
        if item is not None and result.generation == self._session.generation:
            self._session.mark_failed(item, result.text)
            self._failed += 1
            self._tell_failures(result.text)
            if result.gone:
                self.folders.look_soon()
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
                self._session.mark_failed(item, f"{item.name}: {failure.text}")
        self.message_raised.emit(failure.text)
        self._show_busy()

    def _show_busy(self) -> None:
        left = self.worker.pending_opens() + self._looking
        total = len(self._session.all_items)
        text = self.tr("Analysing {0} of {1}").format(total - left, total) if left else ""
        self.busy_changed.emit(text)

    def _on_style_changed(self, _style: str) -> None:
        self._network = ""
        self._looking = 0
