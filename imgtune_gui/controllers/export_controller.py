"""Export: the dialog, and the queue with what could not be written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QThread, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog

from imgtune_gui.backend import Backend
from imgtune_gui.export_choice import ExportChoice
from imgtune_gui.models.export_queue import ExportJob, ExportQueue
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.companions import bring_up, toggle
from imgtune_gui.views.export_dialog import ExportDialog
from imgtune_gui.views.export_window import ExportWindow, result_text
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.export_worker import ExportWorker
from model_core.domain.export import BatchResult, ExportItem


class ExportController(QObject):
    """Owns the export worker. A second export waits for the first."""

    message_raised = Signal(str)
    finished = Signal(object)  # BatchResult

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._settings = session, window, settings
        self.worker = ExportWorker()
        self.worker_thread = WorkerThread(self.worker, "export")
        self.queue = ExportQueue(self)
        self.queue_window: ExportWindow | None = None
        self._ready = False
        self.worker.progressed.connect(self._on_progressed)
        self.worker.finished.connect(self._on_finished)
        self.worker.failed.connect(self._on_failed)
        window.export.cancel_clicked.connect(self.cancel)
        self._asked: dict[ExportJob, m.Export] = {}  # those in the queue
        self.queue.again_wanted.connect(self._on_again_wanted)
        self.queue.listed.connect(self._on_listed)

    def set_studio(self, backend: Backend, opened: m.StudioOpened) -> None:
        self.worker.set_studio(opened.studio)
        self.worker_thread.start(QThread.Priority.LowPriority)
        self._ready = True

    def ask(self) -> None:
        """Shows the dialog and begins."""
        if not self._ready or not self._session.items:
            return
        dialog = ExportDialog(
            self._window.photo_list.selected_items(),
            list(self._session.items),
            self._settings.export_choice,
            self._settings.export_presets,
            self._session.style,
            self._window,
            in_hand=not self._window.is_grid(),
        )
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        self._settings.export_presets = dialog.presets
        if accepted:
            choice = dialog.choice()
            self._settings.export_choice = choice
            self.export(dialog.photos(), choice)
        dialog.deleteLater()

    def toggle_queue(self) -> None:
        """All exports of this run; not modal, so that the work in front goes on."""
        toggle(self._queue_window())

    def _queue_window(self) -> ExportWindow:
        if self.queue_window is None:
            self.queue_window = ExportWindow(self.queue, self._window)
        return self.queue_window

    def export(self, items: list[PhotoItem], choice: ExportChoice) -> None:
        """Queues ``items`` as they look now; later edits do not change the running export."""
        # One that is not analysed yet is exported as the model will show it, not bare.
        photos = tuple(
            ExportItem(
                item.path,
                item.settings if item.prediction or item.edit else None,
                item.geometry if item.photo is not None else None,
            )
            for item in items
        )
        self._queue_up(photos, self._session.style, choice)

    def _queue_up(self, photos: tuple[ExportItem, ...], style: str, choice: ExportChoice) -> None:
        job = ExportJob(Path(choice.folder).expanduser(), len(photos), choice.format.upper())
        if not self.queue.open_jobs:
            self._window.export.begin(self.tr("starting…"))
        self._asked[job] = m.Export(job, photos, style, choice)
        self.queue.add(job)
        self.worker.submit(self._asked[job])

    def _on_again_wanted(self, job: ExportJob) -> None:
        """As they looked and were numbered when they were asked for."""
        asked = self._asked[job]
        photos = tuple(
            replace(asked.photos[i], number=asked.photos[i].number or i + 1)
            for i in job.result.left
        )
        self._queue_up(photos, asked.style, asked.choice)

    def _on_listed(self) -> None:
        self._asked = {job: asked for job, asked in self._asked.items() if job in self.queue.jobs}

    def cancel(self) -> None:
        """The running one; those after it go on."""
        for job in self.queue.open_jobs[:1]:
            self.queue.cancel(job)

    def cancel_all(self) -> None:
        """At the end of the program."""
        for job in self.queue.open_jobs:
            job.cancel.set()

    def _on_progressed(self, report: m.ExportProgressed) -> None:
        self.queue.progress(report.job, report.done, report.text)
        if report.job.cancel.is_set():
            return
        text = self.tr("{0:.0f} of {1:.0f}").format(report.done, report.job.total)
        if report.text:
            text = f"{text}, {report.text}"
        waiting = len(self.queue.open_jobs) - 1
        if waiting:
            text = self.tr("{0} ({1} more wait)").format(text, waiting)
        self._window.export.report(report.done, report.job.total, text)

    def _on_failed(self, failure: m.WorkFailed) -> None:
        assert isinstance(failure.request, m.Export)
        left = tuple(range(len(failure.request.photos)))
        result = BatchResult(errors=(failure.text,), left=left)
        self._on_finished(m.ExportFinished(failure.request, result))

    def _on_finished(self, done: m.ExportFinished) -> None:
        job = done.request.job
        self.queue.end(job, done.result)
        if self.queue.open_jobs:
            self._window.export.begin(self.tr("starting…"))
        else:
            self._window.export.end()
        if done.result.errors:
            bring_up(self._queue_window())
        self.message_raised.emit(result_text(job))
        if done.request.choice.open_folder and done.result.written:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(job.folder)))
        self.finished.emit(done.result)
