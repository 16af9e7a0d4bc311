"""What is shown before any photo is open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from imgtune_gui.views import theme
from imgtune_gui.views.theme import SPACE

_RECENT = 4


class StartPage(QWidget):
    """Two ways in, the folders of the last times, and a hint that dropping works."""

    open_folder_clicked = Signal()
    samples_clicked = Signal()
    recent_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Canvas")
        self._ready = False
        title = QLabel("imgtune")
        title.setObjectName("Heading")
        lead = QLabel(self.tr("Correct one photo, and the others follow."))
        lead.setObjectName("Lead")
        self.open_button = QPushButton(self.tr("Open folder…"))
        self.open_button.setObjectName("Primary")
        self.open_button.clicked.connect(self.open_folder_clicked)
        self.samples_button = QPushButton(self.tr("Open the sample photos"))
        self.samples_button.clicked.connect(self.samples_clicked)
        for button in (self.open_button, self.samples_button):
            button.setMinimumSize(190, 34)
            button.setAutoDefault(True)  # Enter presses it
        self._hint = QLabel(self.tr("or drop photos and folders here"))
        self._hint.setObjectName("Dim")
        promise = QLabel(self.tr("Originals are never written. Nothing leaves this machine."))
        promise.setObjectName("Dim")
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE + 4)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.samples_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5 * SPACE, 5 * SPACE, 5 * SPACE, 4 * SPACE)
        layout.setSpacing(SPACE)
        layout.addStretch(2)
        for label in (title, lead):
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(3 * SPACE)
        layout.addLayout(buttons)
        layout.addSpacing(SPACE)
        layout.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignHCenter)
        self.notice = QLabel()
        self.notice.setObjectName("Warn")
        layout.addWidget(self.notice, 0, Qt.AlignmentFlag.AlignHCenter)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        layout.addSpacing(3 * SPACE)
        layout.addLayout(self._recent)
        layout.addStretch(3)
        layout.addWidget(promise, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_ready(self, ready: bool) -> None:
        """The samples can only be found once the services are loaded."""
        self.samples_button.setEnabled(ready)

    def set_notice(self, text: str) -> None:
        """Why nothing was opened."""
        self.notice.setText(text)

    def set_recent(self, folders: Sequence[str]) -> None:
        """The folders that were open before, newest first."""
        if not folders:
            return
        title = QLabel(self.tr("Recent folders"))
        title.setObjectName("Dim")
        self._recent.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        for folder in folders[:_RECENT]:
            button = QPushButton(f"{Path(folder).name}   ·   {Path(folder).parent}")
            button.setObjectName("Quiet")
            button.setAutoDefault(True)
            button.setToolTip(folder)
            button.setProperty("folder", folder)
            button.clicked.connect(self._on_recent_clicked)
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def _on_recent_clicked(self) -> None:
        self.recent_chosen.emit(str(self.sender().property("folder")))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color(theme.CANVAS))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.color("#3c3c3c"), 1.5, Qt.PenStyle.DashLine)
        pen.setDashPattern([5, 5])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(20, 20, -20, -20), 10, 10)
        painter.end()
