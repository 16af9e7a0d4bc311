"""Writes photos at full size, as many at a time as there are cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from model_core.domain.export import OnCollision
from model_core.domain.naming import NameTemplate
from model_core.progress import Progress

if TYPE_CHECKING:
    from model_core.services import Studio


class ExportWorker(QueueWorker):
    """One file's error is listed and the other files go on."""

    progressed = Signal(object)  # WorkProgressed
    finished = Signal(object)  # ExportFinished

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None

    def set_studio(self, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._studio = studio

    def _run(self, job: object) -> None:
        assert isinstance(job, m.Export)
        assert self._studio is not None
        choice = job.choice
        result = self._studio.export_batch(
            job.photos,
            job.folder,
            choice.options(),
            style=job.style,
            name=NameTemplate(choice.name),
            on_collision=OnCollision(choice.on_collision),
            background=True,
            progress=Progress(self._report, self.cancel),
        )
        self.finished.emit(m.ExportFinished(result, job.folder, choice.open_folder))

    def _report(self, done: float, total: float, text: str) -> None:
        self.progressed.emit(m.WorkProgressed(done, total, text))
