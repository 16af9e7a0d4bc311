"""Watches open folders for new files.

watchdog, not QFileSystemWatcher, which is not recursive and forgets replaced files.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)

#: Reading is no news; everything else may be a photo that is being copied.
_QUIET = frozenset({"opened", "closed_no_write"})


class FolderWatch(QObject, FileSystemEventHandler):
    """``folder_changed`` comes from a thread of watchdog's, often many times for one copy."""

    folder_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._observer: BaseObserver | None = None
        self._folders: frozenset[Path] = frozenset()

    def watch(self, folders: Iterable[Path]) -> None:
        """Watches these folders with their sub-folders, and no others. Not from the main
        thread: a large tree takes a while. What cannot be watched is left alone."""
        wanted = frozenset(folders)
        if wanted == self._folders:
            return
        self.stop()
        self._folders = wanted
        if not wanted:
            return
        observer = Observer()
        observer.daemon = True
        try:
            observer.start()
            self._observer = observer
            for folder in sorted(wanted):
                observer.schedule(self, str(folder), recursive=True)
        except OSError as error:  # no more watches, a network drive, a folder just deleted
            log.warning("new files in %s will not be noticed: %s", sorted(wanted), error)

    def stop(self) -> None:
        """Ends watchdog's threads and waits for them."""
        observer, self._observer = self._observer, None
        self._folders = frozenset()
        if observer is not None:
            observer.stop()
            observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _QUIET or event.is_directory:
            return
        # Sidecars and half-written files are no photos; we write such ourselves.
        name = Path(os.fsdecode(event.dest_path or event.src_path)).name
        if not name.startswith(".") and not name.lower().endswith(".xmp"):
            self.folder_changed.emit()
