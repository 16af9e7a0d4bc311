"""Supervises training. The work itself is in a child process, so a crash stays there."""

from __future__ import annotations

import logging

from PySide6.QtCore import Signal

from imgtune_gui.core_texts import said, unexpected
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import StudioWorker
from model_core.domain.errors import ImgtuneError
from model_core.progress import Cancelled, Progress

log = logging.getLogger(__name__)


class TrainWorker(StudioWorker):
    """Always answers a request with exactly one :class:`TrainFinished`."""

    finished = Signal(object)  # TrainFinished

    def _run(self, job: object) -> None:
        assert isinstance(job, m.Train)
        progress = Progress(self._report, self.cancel)
        try:
            outcome = self.studio.train_in_child(job.style, progress=progress)
        except Cancelled:
            self.finished.emit(m.TrainFinished(job.style, None, "", cancelled=True))
        except ImgtuneError as error:
            self.finished.emit(m.TrainFinished(job.style, None, said(error)))
        except Exception as error:
            log.exception("training of %s", job.style)
            self.finished.emit(m.TrainFinished(job.style, None, unexpected(error)))
        else:
            self.finished.emit(m.TrainFinished(job.style, outcome, outcome.reason))
