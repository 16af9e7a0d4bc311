"""Looks for photos in files and folders, and watches the folders. On a thread of its own: a
network drive may take minutes to answer."""

from __future__ import annotations

import re
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from imgtune_gui.core_texts import in_language
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from imgtune_gui.workers.folder_watch import FolderWatch

if TYPE_CHECKING:
    from model_core.services import Found, Studio

#: A folder may be called "Rome 2024.05"; no photo is.
_SUFFIX = re.compile(r"\.[A-Za-z]\w{1,4}")
#: What was found is told when so much time has passed, or so many photos are waiting.
_TELL_S, _TELL_PHOTOS = 0.15, 500
_LOOK = 50


class FinderWorker(QueueWorker):
    """One scan at a time; a newer one ends it."""

    scanned = Signal(object)  # Scanned, several for one Scan
    sidecars_found = Signal(object)  # SidecarsFound, after the scan
    watched = Signal(object)  # Watched
    checked = Signal(object)  # FoldersChecked

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None
        self._number = 0  # of the newest scan that was asked for
        self.watch = FolderWatch()

    def set_studio(self, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._studio = studio

    def _add(self, job: object) -> None:
        if isinstance(job, m.Scan):
            self._number = max(self._number, job.number)
            self._jobs = deque(one for one in self._jobs if not _replaces(job, one))
        self._jobs.append(job)

    def _run(self, job: object) -> None:
        if isinstance(job, m.Scan):
            self._scan(job)
        elif isinstance(job, m.WatchFolders):
            fault = self.watch.watch(job.folders)
            self.watched.emit(m.Watched(job.folders, fault))
        elif isinstance(job, m.CheckFolders):
            missing = tuple(folder for folder in job.folders if not folder.is_dir())
            self.checked.emit(m.FoldersChecked(missing))

    def _is_stale(self, job: m.Scan) -> bool:
        return self.cancel.is_set() or job.number != self._number

    def _scan(self, job: m.Scan) -> None:
        assert self._studio is not None
        found = _Findings(job)
        told = time.monotonic()
        for path in job.paths:
            if not found.note(path):
                continue
            for part in self._studio.walk_photos(path):
                if self._is_stale(job):
                    return
                found.add(part)
                waiting = len(found.photos)
                late = time.monotonic() - told > _TELL_S
                if waiting and not job.again and (late or waiting >= _TELL_PHOTOS):
                    self.scanned.emit(found.told(last=False))
                    told = time.monotonic()
        self.scanned.emit(found.told(last=True))
        if found.beside and not job.again:
            self._look_beside(job, found.beside)

    def _look_beside(self, job: m.Scan, paths: list[Path]) -> None:
        """Reads a little of each sidecar, once all photos are shown."""
        assert self._studio is not None
        left: list[Path] = []
        for start in range(0, len(paths), _LOOK):
            if self._is_stale(job):
                return
            left += self._studio.left_by_others(paths[start : start + _LOOK])
        if left:
            self.sidecars_found.emit(m.SidecarsFound(job, tuple(left), self._studio.rebuilt))


def _replaces(scan: m.Scan, other: object) -> bool:
    return isinstance(other, m.Scan) and (other.again or other.number < scan.number)


class _Findings:
    """What has been found and not been told yet."""

    def __init__(self, job: m.Scan) -> None:
        self._job = job
        self._passes_over = job.again or job.remembered
        self.photos: list[Path] = []
        self.beside: list[Path] = []  # of the whole scan
        self._faults: list[str] = []
        self._unread: list[Path] = []
        self._folders: list[Path] = []
        self._missing: list[Path] = []

    def note(self, asked: Path) -> bool:
        """Whether to look into it: a photo that is not there is shown, and says so itself."""
        if asked.is_dir():
            self._folders.append(asked)
        elif not asked.exists() and (self._passes_over or not _SUFFIX.fullmatch(asked.suffix)):
            self._missing.append(asked)
            return False
        return True

    def add(self, part: Found) -> None:
        self.photos += part.photos
        self.beside += part.beside
        if part.fault:
            self._faults.append(in_language(part.fault))
            self._unread.append(part.folder)

    def told(self, *, last: bool) -> m.Scanned:
        said = m.Scanned(
            self._job,
            tuple(self.photos),
            faults=tuple(self._faults),
            unread=tuple(self._unread),
            folders=tuple(self._folders),
            missing=tuple(self._missing),
            last=last,
        )
        for waiting in (self.photos, self._faults):
            waiting.clear()
        return said
