"""Supervises training. The work itself is in a child process, so a crash stays there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from model_core.domain.errors import ImgtuneError
from model_core.progress import Cancelled, Progress

if TYPE_CHECKING:
    from model_core.services import Studio

log = logging.getLogger(__name__)


class TrainWorker(QueueWorker):
    """Always answers a request with exactly one :class:`TrainFinished`."""

    progressed = Signal(object)  # WorkProgressed
    finished = Signal(object)  # TrainFinished

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None

    def set_studio(self, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._studio = studio

    def _run(self, job: object) -> None:
        assert isinstance(job, m.Train)
        assert self._studio is not None
        progress = Progress(self._report, self.cancel)
        try:
            outcome = self._studio.train_in_child(job.style, progress=progress)
        except Cancelled:
            self.finished.emit(m.TrainFinished(job.style, None, "", cancelled=True))
        except ImgtuneError as error:
            self.finished.emit(m.TrainFinished(job.style, None, str(error)))
        except Exception as error:
            log.exception("training of %s", job.style)
            text = f"Fine-tuning stopped by an unexpected error: {error!r}"
            self.finished.emit(m.TrainFinished(job.style, None, text))
        else:
            self.finished.emit(m.TrainFinished(job.style, outcome, outcome.reason))

    def _report(self, done: float, total: float, text: str) -> None:
        self.progressed.emit(m.WorkProgressed(done, total, text))
