"""Fine-tuning in the background: one at a time, with progress, cancel and a plain result."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from imgtune_gui.core_texts import in_language
from imgtune_gui.views.activity import Activity
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.train_worker import TrainWorker

#: The trainer names its device once, at the start: "preparing 40 photos (CPU)".
_DEVICE = re.compile(r"\((CPU|CUDA|GPU|MPS|XPU)[^)]*\)")


class TrainController(QObject):
    """Owns the training worker, which supervises a child process."""

    message_raised = Signal(str)
    running_changed = Signal(bool)
    published = Signal(str)  # style
    said = Signal(str)  # what the trainer is doing; empty when it has ended
    result_changed = Signal(str)  # how the last fine-tuning ended, in plain words

    def __init__(self, activity: Activity, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._activity = activity
        self.worker = TrainWorker()
        self.worker_thread = WorkerThread(self.worker, "training")
        self._ready = False
        self._running = False
        self._style = ""  # of the running fine-tune
        self._then: list[Callable[[], None]] = []  # what waits for its end
        self.doing = ""
        self.result = ""
        self._device = ""  # of the running fine-tune, once it has said it
        self.worker.progressed.connect(self._on_progressed)
        self.worker.finished.connect(self._on_finished)
        activity.cancel_clicked.connect(self.cancel)

    @property
    def is_running(self) -> bool:
        return self._running

    def runs_for(self, style: str) -> bool:
        """Whether a fine-tune of that style runs, which holds the style's versions."""
        return self._running and style == self._style

    def set_studio(self, opened: m.StudioOpened) -> None:
        self.worker.set_studio(opened.studio)
        self.worker_thread.start(QThread.Priority.LowPriority)
        self._ready = True

    def train(self, style: str) -> None:
        """Begins, unless it runs already."""
        if not self._ready or self._running:
            return
        self._running = True
        self._style = style
        self._device = ""
        self.worker.cancel.clear()
        self._activity.begin(self.tr("starting…"))
        self._say(self.tr("starting…"))
        self._tell("")
        self.running_changed.emit(True)
        self.worker.submit(m.Train(style))

    def cancel(self) -> None:
        # Set directly: a queued slot would arrive only after the work has finished.
        if self._running:
            self.worker.cancel.set()

    def without(self, style: str, work: Callable[[], None]) -> None:
        """Stops the style's fine-tune where one runs, and does the work once it has ended."""
        if not self.runs_for(style):
            work()
            return
        self._then.append(work)
        self.cancel()

    def _say(self, text: str) -> None:
        self.doing = text
        self.said.emit(text)

    def _tell(self, result: str) -> None:
        self.result = result
        self.result_changed.emit(result)

    def _on_progressed(self, report: m.WorkProgressed) -> None:
        if self.worker.cancel.is_set():
            return
        found = _DEVICE.search(report.text)
        if found is not None:
            self._device = found[1]
        text = in_language(_DEVICE.sub("", report.text).strip())
        short = self._activity.without_name(text)
        if self._device:
            on = self.tr("on the {0}: {1}")
            text, short = (on.format(self._device, one) for one in (text, short))
        self._activity.report(report.done, report.total, short)
        self._say(text)

    def _on_finished(self, result: m.TrainFinished) -> None:
        self._running = False
        self._activity.end()
        self._say("")
        self.running_changed.emit(False)
        text = in_language(result.text)
        text = text[:1].upper() + text[1:]
        if result.cancelled:
            text = self.tr("Fine-tuning cancelled; nothing was changed")
        self.message_raised.emit(text)
        self._tell(text)
        if result.outcome is not None and result.outcome.published:
            self.published.emit(result.style)
        waiting, self._then = self._then, []
        for work in waiting:
            work()
