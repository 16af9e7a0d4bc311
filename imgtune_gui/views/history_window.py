"""The list of all that can be undone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QDialog, QUndoView, QVBoxLayout, QWidget


class HistoryWindow(QDialog):
    """Not modal; a click on a line goes back, or forward, to it."""

    def __init__(self, stack: QUndoStack, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle(self.tr("History"))
        self.resize(320, 420)
        self.view = QUndoView(stack)
        self.view.setSpacing(2)
        self.view.setEmptyLabel(self.tr("As opened"))
        # Long names of photos go on in the next line, not out of sight.
        self.view.setWordWrap(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("History"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.view)
