"""A worker object on its own thread, with a queue of its own.

Qt's event queue alone cannot drop or reorder requests, so each worker keeps its jobs in a
Python container under a lock and the queued signal only says "look at it".
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from imgtune_gui.core_texts import said, unexpected
from imgtune_gui.workers.messages import WorkFailed, WorkProgressed
from model_core.domain.errors import ImgtuneError
from model_core.progress import Cancelled

if TYPE_CHECKING:
    from model_core.services import Studio

log = logging.getLogger(__name__)

_NICE = 10


class QueueWorker(QObject):
    """Runs :meth:`_run` for every job, one an event, so that the thread can be stopped."""

    failed = Signal(object)  # WorkFailed
    _woken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._jobs: deque[object] = deque()
        self._awake = False  # whether a call of _on_woken is on its way
        self.cancel = threading.Event()
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def submit(self, job: object) -> None:
        """Queues a job; from any thread."""
        self.submit_many((job,))

    def submit_many(self, jobs: Iterable[object]) -> None:
        """Queues jobs in order; from any thread. Thousands cost one signal."""
        with self._lock:
            for job in jobs:
                self._add(job)
        self._wake()

    def _wake(self) -> None:
        """Has the thread look at the queue; from any thread, without the lock."""
        with self._lock:
            if self._awake:
                return
            self._awake = True
        self._woken.emit()

    def clear(self) -> None:
        """Drops what has not begun; from any thread."""
        with self._lock:
            self._drop_all()

    def _add(self, job: object) -> None:
        self._jobs.append(job)

    def _drop_all(self) -> None:
        self._jobs.clear()

    def _take(self) -> object | None:
        return self._jobs.popleft() if self._jobs else None

    @Slot()
    def give_way(self) -> None:
        """Lets the threads that a hand waits for go before this worker's own, in which it runs.
        Linux heeds the niceness of a thread, and no QThread.Priority."""
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)

    @Slot()
    def end(self) -> None:
        """In the worker's thread, when no job comes any more."""

    @Slot()
    def _on_woken(self) -> None:
        with self._lock:
            self._awake = False
            job = self._take()
        if job is None:
            return
        if isinstance(job, _Stop):
            self.thread().quit()
            return
        self._do(job)
        # One job a turn of the event loop, in which the thread can be told to stop.
        self._wake()

    def _do(self, job: object) -> None:
        try:
            self._run(job)
        except Cancelled:
            return
        except ImgtuneError as error:
            self.failed.emit(WorkFailed(job, said(error)))
        except Exception as error:
            # A bug of ours must not leave the request without an answer.
            log.exception("%s failed at %s", type(self).__name__, type(job).__name__)
            self.failed.emit(WorkFailed(job, unexpected(error)))

    def _run(self, job: object) -> None:
        raise NotImplementedError


class StudioWorker(QueueWorker):
    """One whose jobs need the studio, and tell how far they are."""

    progressed = Signal(object)  # WorkProgressed

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None

    @property
    def studio(self) -> Studio:
        if self._studio is None:
            raise RuntimeError("the studio is not open")
        return self._studio

    def set_studio(self, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._studio = studio

    def _report(self, done: float, total: float, text: str) -> None:
        self.progressed.emit(WorkProgressed(done, total, text))


class _Stop:
    """The last job of a queue that must be worked off before the thread ends."""


class WorkerThread:
    """A worker and its thread; :meth:`stop` leaves neither running."""

    def __init__(self, worker: QueueWorker, name: str) -> None:
        self.worker = worker
        self.thread = QThread()
        self.thread.setObjectName(name)
        worker.moveToThread(self.thread)
        # Told by the thread that ends, which takes no queued call any more.
        self.thread.finished.connect(worker.end, Qt.ConnectionType.DirectConnection)

    def start(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        if priority == QThread.Priority.LowPriority:
            self.thread.started.connect(self.worker.give_way)
        self.thread.start(priority)

    def begin_stop(self, *, finish_queue: bool = False) -> None:
        """Asks the thread to end: now, or after all that is queued (for autosaves)."""
        if finish_queue:
            self.worker.submit(_Stop())
            return
        self.worker.cancel.set()
        self.worker.clear()
        self.thread.quit()

    def wait(self) -> None:
        """Blocks until the thread has ended; a running QThread must never be destroyed."""
        self.thread.wait()
