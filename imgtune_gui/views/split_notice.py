"""Keep two styles? A question in the style panel, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLocale, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from imgtune_gui.views.theme import SPACE
from imgtune_gui.workers.style_messages import Answer

if TYPE_CHECKING:
    from model_core.services import Split, SplitSuggestion


class SplitNotice(QFrame):
    """Hidden until there is something to ask. Nothing happens by itself."""

    answered = Signal(object, object)  # SplitSuggestion, Answer
    undo_clicked = Signal(object)  # Split

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Notice")
        self._suggestion: SplitSuggestion | None = None
        self._split: Split | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.setSpacing(SPACE - 2)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.split = QPushButton(self.tr("Split"))
        self.split.clicked.connect(self._on_split)
        self.undo = QPushButton(self.tr("Undo"))
        self.undo.clicked.connect(self._on_undo)
        self.not_now = self._quiet(self.tr("Not now"))
        self.not_now.clicked.connect(self._on_not_now)
        self.never = self._quiet(self.tr("Never"))
        self.never.setToolTip(self.tr("Not again for this style"))
        self.never.clicked.connect(self._on_never)
        self.close_button = self._quiet(self.tr("Keep"))
        self.close_button.clicked.connect(self.clear)
        layout.addWidget(self.text)
        layout.addWidget(self.split)
        layout.addWidget(self.undo)
        row = QHBoxLayout()
        row.setSpacing(0)
        for button in (self.not_now, self.never, self.close_button):
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        self.clear()

    def _quiet(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("Quiet")
        return button

    def ask(self, suggestion: SplitSuggestion) -> None:
        """Shows the question."""
        self._suggestion, self._split = suggestion, None
        text = self.tr("Since {0} you edit differently ({1}). Keep two styles?")
        self.text.setText(text.format(_day(suggestion.since), ", ".join(words_of(suggestion))))
        tip = self.tr(
            "One style misses your edits by {0:.1f} just noticeable steps on average, two would "
            "by {1:.1f}. Splitting moves the {2} lessons since then, with their edits, into a new "
            "style; it can be undone."
        )
        tip = tip.format(suggestion.one, suggestion.two, len(suggestion.later))
        for widget in (self.text, self.split):
            widget.setToolTip(tip)
        self._show(asking=True)

    def tell(self, split: Split) -> None:
        """Shows what was done, and the way back."""
        self._suggestion, self._split = None, split
        text = self.tr("The {0} later lessons are in {1} now.")
        self.text.setText(text.format(len(split.lessons), split.into))
        self.text.setToolTip("")
        self._show(asking=False)

    def show_for(self, style: str) -> None:
        """Hides what speaks of another style than the one that is shown now."""
        about = {self._suggestion.style} if self._suggestion is not None else set()
        if self._split is not None:
            about = {self._split.style, self._split.into}
        if style not in about:
            self.clear()

    def clear(self) -> None:
        self._suggestion = self._split = None
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_text()

    def _fit_text(self) -> None:
        """A text that wraps gives way first where the panel is low; this one must be read."""
        width = self.width() - 2 * SPACE
        self.text.setMinimumHeight(max(self.text.heightForWidth(width), 0))

    def _show(self, *, asking: bool) -> None:
        for button in (self.split, self.not_now, self.never):
            button.setVisible(asking)
        for button in (self.undo, self.close_button):
            button.setVisible(not asking)
        self.show()
        self._fit_text()

    # --- answers --------------------------------------------------------------------
    def _on_split(self) -> None:
        self._answer(Answer.SPLIT)

    def _on_not_now(self) -> None:
        self._answer(Answer.NOT_NOW)

    def _on_never(self) -> None:
        self._answer(Answer.NEVER)

    def _answer(self, answer: Answer) -> None:
        suggestion = self._suggestion
        self.clear()
        if suggestion is not None:
            self.answered.emit(suggestion, answer)

    def _on_undo(self) -> None:
        split = self._split
        self.clear()
        if split is not None:
            self.undo_clicked.emit(split)


def words_of(suggestion: SplitSuggestion) -> list[str]:
    """How the edits differ, largest first: ``warmer``, ``darker``."""
    words = {
        "temperature": (_tr("warmer"), _tr("cooler")),
        "tint": (_tr("more magenta"), _tr("greener")),
        "exposure_ev": (_tr("brighter"), _tr("darker")),
        "contrast": (_tr("more contrast"), _tr("less contrast")),
        "highlights": (_tr("brighter highlights"), _tr("darker highlights")),
        "shadows": (_tr("brighter shadows"), _tr("darker shadows")),
        "whites": (_tr("brighter whites"), _tr("darker whites")),
        "blacks": (_tr("brighter blacks"), _tr("darker blacks")),
        "vibrance": (_tr("more vibrance"), _tr("less vibrance")),
        "saturation": (_tr("more colourful"), _tr("paler")),
    }
    return [words[name][size < 0] for name, size in suggestion.changes]


def _day(stamp: str) -> str:
    """The day as one says it: ``12 May``."""
    try:
        moment = datetime.fromisoformat(stamp).astimezone()
    except ValueError:
        return stamp
    date = QDate(moment.year, moment.month, moment.day)
    # The window's language, not the system's; a translation needs no names of months.
    return QLocale(QLocale.Language.English).toString(date, _tr("d MMMM"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("SplitNotice", text)
