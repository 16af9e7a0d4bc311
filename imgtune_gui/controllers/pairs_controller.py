"""Learning from photos and the finished copies that any program made of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox

from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.activity import Activity
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.pairs_worker import LearnPairs, PairsLearned, PairsWorker

_NAMED = 12  # of the pairs left out, in the message


class PairsController(QObject):
    """Owns the worker; asks for two folders, and tells what was learned."""

    message_raised = Signal(str)
    learned = Signal(str)  # style

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._settings = session, window, settings
        self.worker = PairsWorker()
        self.worker_thread = WorkerThread(self.worker, "pairs")
        self._ready = self._running = False
        self.activity = Activity(self.tr("Learning from pairs"))
        window.statusBar().addPermanentWidget(self.activity)
        self.activity.cancel_clicked.connect(self.cancel)
        self.worker.progressed.connect(self._on_progressed)
        self.worker.finished.connect(self._on_finished)

    @property
    def is_running(self) -> bool:
        return self._running

    def set_studio(self, opened: m.StudioOpened) -> None:
        self.worker.set_studio(opened.studio)
        self.worker_thread.start(QThread.Priority.LowPriority)
        self._ready = True

    def ask(self) -> None:
        """Two folders, then it begins; the style that is shown learns."""
        if not self._ready or self._running:
            return
        start = self._settings.last_folder or str(Path.home())
        before = self._folder(self.tr("Folder with the photos as they were"), start)
        if not before:
            return
        after = self._folder(self.tr("Folder with their finished copies"), before)
        if after:
            self._running = True
            self.worker.cancel.clear()
            self.activity.begin(self.tr("Looking for pairs…"))
            self.worker.submit(LearnPairs(self._session.style, Path(before), Path(after)))

    def _folder(self, title: str, start: str) -> str:
        return QFileDialog.getExistingDirectory(self._window, title, start)

    def cancel(self) -> None:
        """Ends after the pair in hand; what was learned stays."""
        if self._running:
            self.worker.cancel.set()

    def _on_progressed(self, report: m.WorkProgressed) -> None:
        text = self.tr("Learning from pairs, {0} of {1}")
        text = text.format(int(report.done) + 1, int(report.total))
        self.activity.report(report.done, report.total, text)

    def _on_finished(self, result: PairsLearned) -> None:
        self._running = False
        self.activity.end()
        if result.learned:
            self.learned.emit(result.style)
        if result.error:
            self.message_raised.emit(result.error)
            return
        text = self.tr("{0} of {1} pairs learned in {2}")
        text = text.format(result.learned, result.pairs, result.style)
        self.message_raised.emit(text)
        if result.left_out and not self.worker.cancel.is_set():
            shown = "\n".join(result.left_out[:_NAMED])
            more = len(result.left_out) - _NAMED
            if more > 0:
                shown += "\n" + self.tr("… and {0} more").format(more)
            text = f"{text}\n\n{self.tr('Left out:')}\n{shown}"
            QMessageBox.information(self._window, self.tr("Learning from pairs"), text)
