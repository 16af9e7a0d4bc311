"""Small pieces that panels share."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """One line that ends in … where the panel is narrow; the tool tip has all of it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self.mode = Qt.TextElideMode.ElideRight
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_full_text(text)

    def full_text(self) -> str:
        return self._full

    def set_full_text(self, text: str) -> None:
        if text != self._full:  # the same is said again at every move of a slider
            self._full = text
            self._elide()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._full) + 2, metrics.height() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self.mode, max(self.width(), 1))
        super().setText(shown)
        self.setToolTip(self._full if shown != self._full else "")
        self.setAccessibleName(self._full)


def section_title(text: str) -> QLabel:
    """The title over a group."""
    label = QLabel(text.upper())
    label.setObjectName("SectionTitle")
    label.setAccessibleName(text)
    label.setMinimumHeight(22)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() - 1.2)
    label.setFont(font)
    return label


def rule() -> QFrame:
    """A hairline between sections."""
    line = QFrame()
    line.setObjectName("Rule")
    line.setFixedHeight(1)
    return line
