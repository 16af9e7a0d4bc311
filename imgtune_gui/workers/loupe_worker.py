"""Decodes the large proxies: the current photo first, then its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker

if TYPE_CHECKING:
    from model_core.services import Studio


class LoupeWorker(QueueWorker):
    """Knows only the newest wish list: whoever pages on does not wait for pages skipped."""

    decoded = Signal(object)  # ProxyDecoded

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None
        self._running: tuple[object, ...] | None = None

    def set_studio(self, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._studio = studio

    def want(self, requests: Sequence[m.DecodeProxy]) -> None:
        """Replaces all that has not begun, most wanted first; from any thread."""
        with self._lock:
            self._jobs.clear()
            # What is being decoded just now will be there without being asked for again.
            self._jobs.extend(one for one in requests if _key(one) != self._running)
        self._wake()

    def _run(self, job: object) -> None:
        assert isinstance(job, m.DecodeProxy)
        if self._studio is None:
            return
        with self._lock:
            self._running = _key(job)
        try:
            whole = job.source
            if whole is None:
                _, whole = self._studio.open_photo(job.path, job.long_side)
            proxy = self._studio.framed(whole, job.geometry)
            self.decoded.emit(m.ProxyDecoded(job.path, job.long_side, job.geometry, proxy))
        finally:
            with self._lock:
                self._running = None


def _key(job: m.DecodeProxy) -> tuple[object, ...]:
    return job.path, job.long_side, job.geometry
