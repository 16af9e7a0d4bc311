"""Watches open folders for new, changed and deleted files.

watchdog, not QFileSystemWatcher, which is not recursive and forgets replaced files.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from imgtune_gui.core_texts import in_language

log = logging.getLogger(__name__)

#: What is news: not that a file is read, which we do by the thousand ourselves, and watchdog's
#: threads would wake for each; and of a folder, not what is said of the files in it anyway.
_NEWS: list[type[FileSystemEvent]] = [
    DirCreatedEvent, DirDeletedEvent, DirMovedEvent,
    FileClosedEvent, FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent,
]  # fmt: skip


class FolderWatch(QObject, FileSystemEventHandler):
    """``folder_changed`` comes from a thread of watchdog's, once until :meth:`take`."""

    folder_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._observer: BaseObserver | None = None
        self._folders: frozenset[Path] = frozenset()
        self._lock = threading.Lock()
        self._written: set[Path] = set()
        self._told = False

    def watch(self, folders: Iterable[Path]) -> str:
        """Watches these folders with their sub-folders, and no others. Not from the main
        thread: a large tree takes a while. What cannot be watched is left alone, and the
        answer says why; it is empty when all is well."""
        wanted = frozenset(folders)
        if wanted == self._folders:
            return ""
        self.stop()
        if not wanted:
            return ""
        observer = Observer()
        observer.daemon = True
        try:
            observer.start()
            self._observer = observer
            for folder in sorted(wanted):
                observer.schedule(self, str(folder), recursive=True, event_filter=_NEWS)
        except OSError as error:  # no more watches, a network drive, a folder just deleted
            log.warning("new files in %s will not be noticed: %s", sorted(wanted), error)
            return in_language(error.strerror or str(error))
        self._folders = wanted
        return ""

    def stop(self) -> None:
        """Ends watchdog's threads and waits for them."""
        observer, self._observer = self._observer, None
        self._folders = frozenset()
        if observer is not None:
            observer.stop()
            observer.join()

    def take(self) -> frozenset[Path]:
        """The files that were written since the last call; the next change is told again."""
        with self._lock:
            written, self._written, self._told = frozenset(self._written), set(), False
        return written

    def on_any_event(self, event: FileSystemEvent) -> None:
        # Sidecars and half-written files are no photos; we write such ourselves.
        path = Path(os.fsdecode(event.dest_path or event.src_path))
        if path.name.startswith(".") or path.name.lower().endswith(".xmp"):
            return
        with self._lock:
            if not event.is_directory and event.event_type != "deleted":
                self._written.add(path)
            told, self._told = self._told, True
        if not told:
            self.folder_changed.emit()
