"""A question over the photos that can wait: it takes no focus and stops nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QWidget

from imgtune_gui.views.labels import ElidedLabel
from imgtune_gui.views.theme import SPACE

READ, LEARN, LATER = "read", "learn", "no"


class OfferBar(QFrame):
    """Edits of another program lie beside the photos: what is to be done with them?"""

    answered = Signal(str, bool)  # READ, LEARN or LATER; whether to remember it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Offer")
        self._text = ElidedLabel()
        self.read = QPushButton(self.tr("Read them"))
        self.read.setToolTip(
            self.tr("The photos look here about as they do there. Photos that you edited here stay "
                    "as they are. Undo takes it back.")
        )  # fmt: skip
        self.learn = QPushButton(self.tr("Learn from them"))
        self.learn.setObjectName("Primary")
        self.learn.setToolTip(
            self.tr("Reads them, and teaches them to your style as your corrections.")
        )
        self.later = QPushButton(self.tr("Not now"))
        self.remember = QCheckBox(self.tr("Remember for this folder"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE - 2, 2 * SPACE, SPACE - 2)
        layout.setSpacing(SPACE)
        layout.addWidget(self._text, 1)
        for widget in (self.remember, self.later, self.read, self.learn):
            layout.addWidget(widget)
        for button, answer in ((self.read, READ), (self.learn, LEARN), (self.later, LATER)):
            button.setProperty("answer", answer)
            button.clicked.connect(self._on_clicked)
        self.hide()

    def ask(self, count: int) -> None:
        """Shows the question; 0 photos: takes it away."""
        text = self.tr("{0} photos of this folder have edits in .xmp files beside them")
        if count == 1:
            text = self.tr("1 photo of this folder has edits in an .xmp file beside it")
        self._text.set_full_text(text.format(count))
        if count and self.isHidden():
            self.remember.setChecked(False)
        self.setVisible(count > 0)

    def _on_clicked(self) -> None:
        self.hide()
        self.answered.emit(str(self.sender().property("answer")), self.remember.isChecked())
