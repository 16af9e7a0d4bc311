"""Edits that other programs left beside the photos: offered when a folder is opened, and read or
learned from when the user says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.views.offer_bar import LATER, LEARN
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker
from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.geometry import Geometry
from model_core.domain.marks import UNMARKED, Marks

_GATHER_MS = 300


class SidecarController(QObject):
    """What the user has edited here is never overwritten unless it is asked for by name."""

    message_raised = Signal(str)

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        catalog: CatalogWorker,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._catalog = session, window, catalog
        self._settings = settings
        self._folders: tuple[Path, ...] = ()
        self._offered: dict[Path, None] = {}  # photos with another program's edits, unanswered
        self._answer = ""
        self._rebuilt = False  # sidecars of ours may know what the catalog has lost
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._on_gathered)
        catalog.sidecars_read.connect(self._on_sidecars_read)
        window.offer.answered.connect(self._on_answered)
        session.item_changed.connect(self._on_item_changed)
        session.photos_reset.connect(self._on_photos_reset)

    # --- offering -------------------------------------------------------------------
    def take_found(self, result: m.SidecarsFound) -> None:
        """A folder was opened, and these of its photos have edits beside them."""
        self._folders = result.job.paths
        self._offered = dict.fromkeys(result.photos)
        self._rebuilt = result.rebuilt
        self._answer = self._settings.sidecar_answer(self._folders)
        if self._answer != LATER:
            self._gather.start()

    def _on_item_changed(self, item: PhotoItem) -> None:
        if item.path in self._offered and self._answer != LATER:
            self._gather.start()

    def _on_photos_reset(self) -> None:
        if not any(self._session.find(path) for path in self._offered):
            self._offered.clear()
            self._window.offer.ask(0)

    def _on_gathered(self) -> None:
        """Some of the photos have been opened: only now is it known which are edited here."""
        found = [item for path in self._offered if (item := self._session.find(path))]
        for item in found:
            if item.error or (item.edit is not None and not self._rebuilt):
                self._offered.pop(item.path, None)
        ready = [item for item in found if item.path in self._offered and _is_ready(item)]
        if not self._answer:
            self._window.offer.ask(len(self._offered) if ready else 0)
            return
        for item in ready:
            del self._offered[item.path]
        self._submit(ready, learn=self._answer == LEARN)

    def _on_answered(self, answer: str, remember: bool) -> None:
        self._answer = answer
        # What the catalog had lost is read once: later the sidecars know nothing more.
        if self._rebuilt and answer != LATER:
            self._settings.remember_sidecar_answer(self._folders, LATER)
        elif remember:
            self._settings.remember_sidecar_answer(self._folders, answer)
        if answer != LATER:
            self._on_gathered()

    # --- reading --------------------------------------------------------------------
    def read_selected(self) -> None:
        """What is shown, or selected in the grid; also over what was edited here."""
        items = [self._session.current] if self._session.current is not None else []
        if self._window.is_grid():
            items = self._window.photo_list.selected_items()
        self._submit([item for item in items if not item.error], over=True)

    def _submit(
        self, items: Sequence[PhotoItem], *, learn: bool = False, over: bool = False
    ) -> None:
        photos = tuple(item.photo for item in items if item.photo is not None)
        if photos:
            self._catalog.submit(m.ReadSidecars(photos, learn, over))

    def _on_sidecars_read(self, result: m.SidecarsRead) -> None:
        edits: list[tuple[PhotoItem, DevelopSettings | None]] = []
        marks: list[tuple[PhotoItem, Marks]] = []
        frames: list[tuple[PhotoItem, Geometry]] = []
        learn, over = result.request.learn, result.request.over
        left_out: dict[str, None] = {}
        unfit: dict[PhotoItem, None] = {}
        for path, found in result.edits:
            item = self._session.find(path)
            if item is None:
                continue
            left_out.update(dict.fromkeys(found.left_out))
            if found.values and (over or item.edit is None):
                # What it does not set is as shot there, and so it is here.
                edits.append((item, IDENTITY.updated(dict(found.values))))
            if found.unusable:
                unfit[item] = None
            if found.marks is not None and (over or item.marks == UNMARKED):
                marks.append((item, found.marks))
            if found.geometry is not None and (over or item.geometry.is_identity):
                frames.append((item, found.geometry))
        text = self.tr("Learn from .xmp") if learn else self.tr("Read from .xmp")
        self._session.undo_stack.beginMacro(text)
        self._session.set_edits(edits, text)
        self._session.set_marks(marks, text)
        self._session.set_geometry(frames, text)
        taught = [item for item, _ in edits if item not in unfit] if learn else []
        for item in taught:
            self._session.accept(item)
        self._session.undo_stack.endMacro()
        self.message_raised.emit(self._summary(len(edits), len(taught), left_out, result))

    def _summary(
        self, count: int, taught: int, left_out: Iterable[str], result: m.SidecarsRead
    ) -> str:
        names = list(left_out)
        text = self.tr("Edits of {0} photos were read; looks are approximate").format(count)
        if result.request.learn:
            text = self.tr("Edits of {0} photos were read, {1} of them taught to your style")
            text = text.format(count, taught)
        if not count:
            text = self.tr("No edits were found beside these photos")
        if names:
            text += self.tr(", without {0}").format(", ".join(names[:8]))
        return " · ".join([text, *result.errors[:2]])


def _is_ready(item: PhotoItem) -> bool:
    return item.features is not None and item.prediction is not None
