"""Export: the dialog, the queue, and what could not be written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QObject, QThread, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QMessageBox

from imgtune_gui.backend import Backend
from imgtune_gui.export_choice import ExportChoice
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.export_dialog import ExportDialog
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.export_worker import ExportWorker
from model_core.domain.export import BatchResult, ExportItem

_SHOWN_ERRORS = 12


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
        self._ready = False
        self._queued = 0
        self._box: QMessageBox | None = None
        self.worker.progressed.connect(self._on_progressed)
        self.worker.finished.connect(self._on_finished)
        self.worker.failed.connect(self._on_failed)
        window.export.cancel_clicked.connect(self.cancel)

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
        )
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        self._settings.export_presets = dialog.presets
        if accepted:
            choice = dialog.choice()
            self._settings.export_choice = choice
            self.export(dialog.photos(), choice)
        dialog.deleteLater()

    def export(self, items: list[PhotoItem], choice: ExportChoice) -> None:
        """Queues ``items`` as they look now; later edits do not change the running export."""
        if self._queued == 0:
            self.worker.cancel.clear()
        self._queued += 1
        self._window.export.begin(self.tr("starting…"))
        # One that is not analysed yet is exported as the model will show it, not bare.
        photos = tuple(
            ExportItem(
                item.path,
                item.settings if item.prediction or item.edit else None,
                item.geometry if item.photo is not None else None,
            )
            for item in items
        )
        folder = Path(choice.folder).expanduser()
        self.worker.submit(m.Export(photos, self._session.style, folder, choice))

    def cancel(self) -> None:
        self.worker.cancel.set()

    def _on_progressed(self, report: m.WorkProgressed) -> None:
        text = self.tr("{0:.0f} of {1:.0f}").format(report.done, report.total)
        if report.text:
            text = f"{text}, {report.text}"
        self._window.export.report(report.done, report.total, text)

    def _on_failed(self, failure: m.WorkFailed) -> None:
        self._on_finished(m.ExportFinished(BatchResult(errors=(failure.text,))))

    def _on_finished(self, done: m.ExportFinished) -> None:
        self._queued -= 1
        if self._queued == 0:
            self._window.export.end()
        if done.result.errors:
            self._show_errors(done.result.errors)
        self.message_raised.emit(self._summary(done))
        if done.open_folder and done.folder is not None and done.result.written:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(done.folder)))
        self.finished.emit(done.result)

    def _summary(self, done: m.ExportFinished) -> str:
        result, count = done.result, len(done.result.written)
        text = self.tr("Exported 1 photo") if count == 1 else self.tr("Exported {0} photos")
        text = text.format(count)
        if result.cancelled:
            text = self.tr("Export cancelled after {0} photos").format(count)
        elif result.written:
            text += self.tr(" to {0}").format(done.folder)
        if result.skipped:
            text += self.tr("; {0} were there already").format(len(result.skipped))
        if result.errors:
            text += self.tr("; {0} failed").format(len(result.errors))
        return text

    def _show_errors(self, errors: tuple[str, ...]) -> None:
        counts = Counter(errors)
        lines = [text if n == 1 else f"{text} ({n} ×)" for text, n in counts.items()]
        if len(lines) > _SHOWN_ERRORS:
            hidden = len(lines) - _SHOWN_ERRORS
            lines = [*lines[:_SHOWN_ERRORS], self.tr("… and {0} more").format(hidden)]
        self._box = QMessageBox(self._window)
        self._box.setIcon(QMessageBox.Icon.Warning)
        self._box.setWindowTitle(self.tr("Export"))
        self._box.setText(self.tr("These photos could not be written:"))
        self._box.setInformativeText("\n".join(lines))
        # Not modal: an export in the background must not stop the work in front.
        self._box.setModal(False)
        self._box.show()
