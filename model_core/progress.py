"""Progress and cancelling, the same for decode, export and training."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancelled(Exception):
    """Raised inside long work after the user asked it to stop. Not an error."""


class Progress:
    """Handed to long work, which calls :meth:`report` often.

    ``on_report(done, total, text)`` is called in the thread of the work. ``cancel`` may be
    set from any thread; the next report then raises :class:`Cancelled`.
    """

    def __init__(
        self,
        on_report: Callable[[float, float, str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        self._on_report = on_report
        self.cancel = cancel or threading.Event()

    def report(self, done: float, total: float, text: str = "") -> None:
        """Says that ``done`` of ``total`` is finished; raises :class:`Cancelled` on request."""
        if self.cancel.is_set():
            raise Cancelled
        if self._on_report is not None:
            self._on_report(done, total, text)
