"""Long work in the status bar: what is done, how far, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from imgtune_gui.views.labels import ElidedLabel
from imgtune_gui.views.theme import SPACE

_STEPS = 1000
_TEXT_WIDTH, _BAR_WIDTH, _CANCEL_WIDTH = 380, 110, 64
_LEAST_TEXT = 170  # where two things run in a narrow window: the name, and the time left


class Activity(QWidget):
    """Hidden while nothing runs."""

    cancel_clicked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._label = ElidedLabel()
        # What it is stands at the start, the time left at the end.
        self._label.mode = Qt.TextElideMode.ElideMiddle
        self._label.setMinimumWidth(_LEAST_TEXT)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.bar.setAccessibleName(name)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setObjectName("Quiet")
        self.cancel_button.setFixedWidth(_CANCEL_WIDTH)
        self.cancel_button.setStyleSheet("padding: 1px 8px; min-height: 16px;")
        self.cancel_button.clicked.connect(self._on_cancel_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, SPACE, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self._label, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.cancel_button)
        self.hide()

    def sizeHint(self) -> QSize:
        """The same whatever is said, so that nothing moves; narrower where there is no room."""
        width = _TEXT_WIDTH + _BAR_WIDTH + _CANCEL_WIDTH + 3 * SPACE
        return QSize(width, super().sizeHint().height())

    def begin(self, text: str = "") -> None:
        self.bar.setRange(0, 0)
        self.cancel_button.setEnabled(True)
        self.set_text(text)
        self.show()

    def report(self, done: float, total: float, text: str) -> None:
        """``total`` 0: it moves, but nobody knows how far it is."""
        if total > 0:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(round(_STEPS * min(done / total, 1.0)))
        else:
            self.bar.setRange(0, 0)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        said = self.without_name(text)
        self._label.set_full_text(f"{self._name}: {said}" if said else self._name)

    def without_name(self, text: str) -> str:
        """``text`` without what stands before it anyway, where it says itself what it is."""
        named = text.casefold().startswith(self._name.casefold())
        return text[len(self._name) :].lstrip(" ,:") if named else text

    def text(self) -> str:
        return self._label.full_text()

    def end(self) -> None:
        self.hide()

    def _on_cancel_clicked(self) -> None:
        # The work stops at its next report; until then, say that the click was heard.
        self.cancel_button.setEnabled(False)
        self.set_text(self.tr("stopping…"))
        self.cancel_clicked.emit()
