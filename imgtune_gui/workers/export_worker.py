"""Writes photos at full size, as many at a time as there are cores."""

from __future__ import annotations

from PySide6.QtCore import Signal

from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import StudioWorker
from model_core.domain.export import BatchResult, OnCollision
from model_core.domain.naming import NameTemplate
from model_core.progress import Progress


class ExportWorker(StudioWorker):
    """One file's error is listed and the other files go on. ``progressed`` carries
    :class:`ExportProgressed`."""

    finished = Signal(object)  # ExportFinished

    def _run(self, request: object) -> None:
        assert isinstance(request, m.Export)
        job, choice = request.job, request.choice
        if job.cancel.is_set():
            left = tuple(range(len(request.photos)))
            self.finished.emit(m.ExportFinished(request, BatchResult(cancelled=True, left=left)))
            return

        def report(done: float, _total: float, text: str) -> None:
            self.progressed.emit(m.ExportProgressed(job, int(done), text))

        result = self.studio.export_batch(
            request.photos,
            job.folder,
            choice.options(),
            style=request.style,
            name=NameTemplate(choice.name),
            on_collision=OnCollision(choice.on_collision),
            background=True,
            progress=Progress(report, job.cancel),
        )
        self.finished.emit(m.ExportFinished(request, result))
