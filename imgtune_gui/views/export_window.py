"""The queue of exports: each with its progress, a way to stop it, and what could not be written."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.core_texts import in_language
from imgtune_gui.models.export_queue import ExportJob, ExportQueue, JobState
from imgtune_gui.views.labels import ElidedLabel, rule
from imgtune_gui.views.theme import SPACE

_ERROR_ROWS = 6


class JobRow(QFrame):
    """One export."""

    def __init__(self, job: ExportJob, queue: ExportQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job, self._queue = job, queue
        self.title = ElidedLabel(self.tr("{0} photos to {1}").format(job.total, job.folder))
        if job.total == 1:
            self.title.set_full_text(self.tr("1 photo to {0}").format(job.folder))
        self.title.mode = Qt.TextElideMode.ElideMiddle
        self._kind = QLabel(job.kind)
        self._kind.setObjectName("Dim")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, max(job.total, 1))
        self.bar.setAccessibleName(self.title.full_text())
        self.says = ElidedLabel()
        self.says.setObjectName("Dim")
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._on_cancel)
        self.open_folder = QPushButton(self.tr("Open folder"))
        self.open_folder.clicked.connect(self._on_open_folder)
        self.again = QPushButton(self.tr("Try again"))
        self.again.setToolTip(self.tr("Exports the photos that were not written"))
        self.again.clicked.connect(self._on_again)
        self.errors = QListWidget()
        self.errors.setObjectName("Lessons")
        self.errors.setWordWrap(True)
        self.errors.setAccessibleName(self.tr("Not written"))
        self._build()
        self.refresh()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self._kind)
        foot = QHBoxLayout()
        foot.addWidget(self.says, 1)
        for button in (self.cancel, self.again, self.open_folder):
            button.setAutoDefault(False)
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE, 0, SPACE)
        layout.setSpacing(SPACE - 2)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addLayout(foot)
        layout.addWidget(self.errors)
        layout.addWidget(rule())

    def refresh(self) -> None:
        """As the job is now."""
        job, ended = self.job, self.job.state is JobState.ENDED
        self.bar.setValue(job.done)
        self.bar.setVisible(not ended)
        self.says.set_full_text(self._status())
        self.cancel.setVisible(not ended)
        self.cancel.setEnabled(not job.cancel.is_set())
        self.open_folder.setVisible(ended and bool(job.result.written))
        self.again.setVisible(job.can_go_again)
        shown = [in_language(error) for error in job.result.errors]
        self.errors.setVisible(bool(shown))
        if self.errors.count() != len(shown):
            self.errors.clear()
            self.errors.addItems(shown)
            rows = min(len(shown), _ERROR_ROWS)
            self.errors.setFixedHeight(rows * (self.fontMetrics().height() + 10) + 4)

    def _status(self) -> str:
        job = self.job
        if job.state is JobState.ENDED:
            return result_text(job)
        if job.cancel.is_set():
            return self.tr("stopping…")
        if job.state is JobState.WAITING:
            return self.tr("waits for the exports before it")
        text = self.tr("{0} of {1}").format(job.done, job.total)
        return f"{text}, {job.text}" if job.text else text

    def _on_cancel(self) -> None:
        self._queue.cancel(self.job)

    def _on_again(self) -> None:
        self._queue.go_again(self.job)

    def _on_open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.job.folder)))


class ExportWindow(QDialog):
    """Not modal; follows the queue."""

    def __init__(self, queue: ExportQueue, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self._queue = queue
        self.rows: list[JobRow] = []
        self.setWindowTitle(self.tr("Export queue"))
        self.resize(560, 420)
        content = QWidget()
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        self._list.setSpacing(0)
        self._none = QLabel(self.tr("Nothing was exported yet."))
        self._none.setObjectName("Dim")
        self._list.addWidget(self._none)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        self.clear = QPushButton(self.tr("Clear what has ended"))
        self.clear.setAutoDefault(False)
        self.clear.clicked.connect(queue.clear_ended)
        foot = QHBoxLayout()
        foot.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        foot.addStretch(1)
        foot.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)
        queue.changed.connect(self._on_changed)
        queue.listed.connect(self._on_listed)
        self._on_listed()

    def _on_listed(self) -> None:
        known = {row.job: row for row in self.rows}
        for job in known.keys() - set(self._queue.jobs):
            known.pop(job).deleteLater()
        self.rows = []
        for place, job in enumerate(self._queue.jobs):
            if job not in known:
                known[job] = JobRow(job, self._queue)
                self._list.insertWidget(place, known[job])
            self.rows.append(known[job])
        self._none.setVisible(not self.rows)
        self._update_clear()

    def _on_changed(self, job: ExportJob) -> None:
        for row in self.rows:
            if row.job is job:
                row.refresh()
        self._update_clear()

    def _update_clear(self) -> None:
        self.clear.setEnabled(len(self._queue.jobs) > len(self._queue.open_jobs))


def result_text(job: ExportJob) -> str:
    """What became of an export, in one line."""
    result, count = job.result, len(job.result.written)
    text = _tr("Exported 1 photo") if count == 1 else _tr("Exported {0} photos")
    text = text.format(count)
    if result.cancelled:
        text = _tr("Export cancelled after {0} photos").format(count)
    elif result.written:
        text += _tr(" to {0}").format(job.folder)
    if result.skipped:
        text += _tr("; {0} were there already").format(len(result.skipped))
    if result.errors:
        text += _tr("; {0} failed").format(len(result.errors))
    left = job.total - count - len(result.skipped) - len(result.errors)
    if left > 0 and not result.cancelled:  # a full disk is full for all of them
        text += _tr("; {0} not tried").format(left)
    return text


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportController", text)
