"""Learning made visible: the match, the curve, and what every fine-tune came to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.core_texts import in_language
from imgtune_gui.views import theme
from imgtune_gui.views.curve_view import CurveView
from imgtune_gui.views.labels import rule, section_title
from imgtune_gui.views.lesson_texts import day
from imgtune_gui.views.theme import SPACE
from imgtune_gui.workers.messages import StyleLoaded
from model_core.domain.curve import WINDOW


class LearningWindow(QDialog):
    """Not modal; follows the style and every lesson while it is open."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.resize(560, 600)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        self.match = QLabel()
        self.match.setObjectName("Heading")
        self._says = QLabel()
        self._says.setObjectName("Dim")
        self._says.setWordWrap(True)
        self.curve = CurveView()
        layout.addWidget(self.match)
        layout.addWidget(self._says)
        layout.addSpacing(SPACE)
        layout.addWidget(section_title(self.tr("How far predictions were off")))
        layout.addLayout(self._build_legend())
        layout.addWidget(self.curve, 3)
        note = QLabel(
            self.tr(
                "In J: 1 J is a slider step that one just notices. Each photo counts as it was "
                "predicted before its lesson; averages of {0}."
            ).format(WINDOW)
        )
        note.setObjectName("Dim")
        note.setWordWrap(True)
        layout.addWidget(note)
        layout.addSpacing(SPACE)
        layout.addWidget(rule())
        layout.addWidget(section_title(self.tr("Fine-tunes")))
        self.trainings = QListWidget()
        self.trainings.setObjectName("Lessons")
        self.trainings.setWordWrap(True)
        self.trainings.setAccessibleName(self.tr("Fine-tunes"))
        self._none = QLabel(self.tr("None yet. The first starts by itself when there is enough."))
        self._none.setObjectName("Dim")
        layout.addWidget(self._none)
        layout.addWidget(self.trainings, 2)

    def _build_legend(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for ink, text in (
            (theme.ACCENT, self.tr("your style")),
            ("#8a8a8a", self.tr("one fixed preset, the best there was")),
        ):
            label = QLabel(f'<span style="color:{ink}">━━</span>&nbsp; {text}')
            row.addWidget(label)
            row.addSpacing(2 * SPACE)
        row.addStretch(1)
        return row

    def show_style(self, loaded: StyleLoaded) -> None:
        """Everything anew."""
        self.setWindowTitle(self.tr("How well {0} knows you").format(loaded.style))
        curve = loaded.curve
        self.match.setText(match_text(loaded))
        count = min(len(loaded.lessons), WINDOW)
        says = self.tr("of the sliders in the last {0} lessons were predicted as you wanted them")
        none = self.tr("Correct a photo and press Enter: the first lesson already counts.")
        self._says.setText(says.format(count) if curve.match is not None else none)
        self.curve.set_curve(curve)
        self.trainings.clear()
        for training in reversed(loaded.trainings):
            when = day(training.started_at)
            done = self.tr("published") if training.version else self.tr("not published")
            head = self.tr("{0} · {1} lessons · {2}").format(when, len(training.lessons), done)
            self.trainings.addItem(QListWidgetItem(f"{head}\n{in_language(training.outcome)}"))
        self.trainings.setVisible(bool(loaded.trainings))
        self._none.setVisible(not loaded.trainings)


def match_text(loaded: StyleLoaded) -> str:
    """The match as a percentage; a dash without lessons."""
    match = loaded.curve.match
    return f"{match:.0%}".replace("%", " %") if match is not None else "–"
