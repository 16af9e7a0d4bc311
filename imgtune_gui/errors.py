"""What happens to exceptions that nobody caught: one line in the window, all of it in the log."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from imgtune_gui.core_texts import said, unexpected
from model_core.domain.errors import ImgtuneError
from model_core.progress import Cancelled

log = logging.getLogger("imgtune")


class ErrorHook(QObject):
    """Qt only prints what a slot raises; this shows it. ``error_raised`` may be emitted in
    any thread and is delivered in the main one."""

    error_raised = Signal(str)
    bug_found = Signal(object)  # BaseException: nobody expected it

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._old_hook = sys.excepthook
        self._old_thread_hook = threading.excepthook

    def install(self) -> None:
        sys.excepthook = self.handle
        threading.excepthook = self._handle_in_thread

    def remove(self) -> None:
        sys.excepthook = self._old_hook
        threading.excepthook = self._old_thread_hook

    def handle(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """Known errors are the world's fault and are told; anything else is a bug of ours."""
        if isinstance(error, Cancelled):
            return
        if isinstance(error, KeyboardInterrupt):
            self._old_hook(kind, error, trace)
            return
        if isinstance(error, ImgtuneError):
            self.error_raised.emit(said(error))
            return
        log.error("unexpected error", exc_info=(kind, error, trace))
        self.error_raised.emit(unexpected(error))
        self.bug_found.emit(error)

    def _handle_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.handle(args.exc_type, args.exc_value, args.exc_traceback)
