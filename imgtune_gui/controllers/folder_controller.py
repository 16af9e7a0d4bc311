"""Open folders over time: files that come, change and go, disks that vanish and come back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.finder_worker import FinderWorker

#: A file that is being copied is many events; it is looked at when they have stopped ...
_SETTLE_MS = 1_200
#: ... or after so long, when thousands are being copied.
_PATIENCE_MS = 5_000
_CHECK_MS = 2_000


class FolderController(QObject):
    """Tells the session what has come and gone; :attr:`content_changed` asks to open again."""

    message_raised = Signal(str)
    rescan_wanted = Signal()
    content_changed = Signal(object)  # list[PhotoItem]: to be opened (again)
    photos_gone = Signal(object)  # list[PhotoItem], after they have left the session
    folders_changed = Signal(object)  # list[str]: those that hold what is open

    def __init__(
        self, session: PhotoSession, finder: FinderWorker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._finder = session, finder
        self.watched: list[Path] = []  # those that were opened as folders
        self._holding: list[str] = []
        self._missing: frozenset[Path] = frozenset()
        self._try_failed = False
        self._settle = self._timer(_SETTLE_MS, self.rescan)
        self._patience = self._timer(_PATIENCE_MS, self.rescan)
        self._check = self._timer(_CHECK_MS, self._on_check)
        self._check.setSingleShot(False)
        finder.watch.folder_changed.connect(self._on_folder_changed)
        finder.watched.connect(self._on_watched)
        finder.checked.connect(self._on_checked)

    def _timer(self, interval: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer

    # --- what is open ---------------------------------------------------------------
    def clear(self) -> None:
        """Another folder is opened instead."""
        self.watched, self._holding, self._missing = [], [], frozenset()
        self._settle.stop()
        self._patience.stop()
        self._check.stop()

    def note(self, asked: Iterable[Path], folders: Iterable[Path]) -> None:
        """These were opened; of them, ``folders`` are folders and are watched from now on."""
        inside = frozenset(folders)
        for path in asked:
            holding = str(path if path in inside else path.parent)
            if holding not in self._holding:
                self._holding.append(holding)
            if path in inside and path not in self.watched:
                self.watched.append(path)
        self._finder.submit(m.WatchFolders(tuple(self.watched)))
        if self.watched:
            self._check.start()
        self.folders_changed.emit(list(self._holding))

    # --- noticing -------------------------------------------------------------------
    def _on_folder_changed(self) -> None:
        self._settle.start()
        if not self._patience.isActive():
            self._patience.start()

    def look_soon(self) -> None:
        """A photo is not there: perhaps it alone is gone, perhaps the whole disk."""
        if self.watched:
            self._on_folder_changed()

    def look_again(self) -> None:
        """The user asks: what could not be opened before is tried again too."""
        self._try_failed = True
        self.rescan()

    def rescan(self) -> None:
        """Looks through the open folders now."""
        self._settle.stop()
        self._patience.stop()
        if self.watched:
            self.rescan_wanted.emit()

    def _on_check(self) -> None:
        self._finder.submit(m.CheckFolders(tuple(self.watched)))

    def _on_checked(self, result: m.FoldersChecked) -> None:
        if frozenset(result.missing) != self._missing:
            self.rescan()

    def _on_watched(self, result: m.Watched) -> None:
        if result.fault and list(result.folders) == self.watched:
            names = ", ".join(folder.name for folder in result.folders)
            text = self.tr("New files in {0} will not be noticed ({1}): press F5 to look again")
            self.message_raised.emit(text.format(names, result.fault))

    # --- taking up ------------------------------------------------------------------
    def take(self, result: m.Scanned) -> None:
        """The open folders were looked through again."""
        written = self._finder.watch.take()
        count = self._session.add_photos(result.photos)
        stale = self._back(result, written) | self._rewritten(written)
        gone = self._gone(result)
        if gone:
            self._session.remove_photos(gone)
            self.photos_gone.emit(gone)
        self._tell_missing(result)
        self._missing = frozenset(result.missing)
        if count or stale:
            self.content_changed.emit(list(stale))
        if count and not result.missing:
            text = self.tr("1 new photo") if count == 1 else self.tr("{0} new photos")
            self.message_raised.emit(text.format(count))

    def _back(self, result: m.Scanned, written: Iterable[Path]) -> set[PhotoItem]:
        """Photos that failed before and may be readable now: tried once more."""
        all_of_them = self._try_failed or bool(self._missing)
        self._try_failed = False
        found = (self._session.find(path) for path in (result.photos if all_of_them else written))
        back = {item for item in found if item is not None and item.error}
        for item in back:
            self._session.mark_failed(item, "")
        return back

    def _rewritten(self, written: Iterable[Path]) -> set[PhotoItem]:
        found = (self._session.find(path) for path in written)
        return {item for item in found if item is not None and item.opened_for}

    def _gone(self, result: m.Scanned) -> list[PhotoItem]:
        """Photos whose folder is there without them. Where the folder itself is missing or
        cannot be read, they are marked and stay: a disk may come back."""
        there, roots = set(result.photos), set(self.watched)
        unreachable = {*result.missing, *result.unread}
        gone = []
        for item in self._session.all_items:
            if item.path in there or roots.isdisjoint(item.path.parents):
                continue
            away = unreachable.intersection(item.path.parents)
            if not away:
                gone.append(item)
            elif not item.error:
                text = self.tr("{0} cannot be reached now; its photos come back with it")
                self._session.mark_failed(item, text.format(next(iter(away))))
        return gone

    def _tell_missing(self, result: m.Scanned) -> None:
        new = [folder for folder in result.missing if folder not in self._missing]
        if new:
            text = self.tr(
                "{0} has vanished. Connect its disk again, or give the folder its old name, and "
                "its photos come back; all your edits are kept."
            )
            self.message_raised.emit(text.format(", ".join(map(str, new))))
        elif self._missing and not result.missing:
            self.message_raised.emit(self.tr("The folder is back"))
        elif result.faults:
            self.message_raised.emit(result.faults[0])
