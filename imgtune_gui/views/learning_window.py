"""Learning made visible: the match, the curve, the versions, and what every fine-tune came to."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.core_texts import in_language
from imgtune_gui.models.photo_item import is_base
from imgtune_gui.views import theme
from imgtune_gui.views.curve_view import CurveView
from imgtune_gui.views.labels import ElidedLabel, rule, section_title
from imgtune_gui.views.lesson_texts import (
    base_text,
    can_train,
    day,
    readiness_text,
    version_name,
)
from imgtune_gui.views.theme import SPACE
from imgtune_gui.workers.messages import StyleLoaded
from model_core.domain.curve import WINDOW, LearningCurve
from model_core.domain.version import BASE_VERSION, ModelVersion

_DOT = 14
_ENOUGH = 3  # lessons, before a match is told


class LearningWindow(QDialog):
    """Not modal; follows the style and every lesson while it is open. Asks by signals."""

    train_clicked = Signal()
    cancel_clicked = Signal()
    serve_clicked = Signal(str)  # a version's id

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self._loaded: StyleLoaded | None = None
        self._doing = self._result = ""
        self.resize(720, 660)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        self._build_match(layout)
        layout.addWidget(rule())
        self._build_trainer(layout)
        layout.addWidget(rule())
        layout.addLayout(self._build_lists(), 3)

    # --- building -------------------------------------------------------------------
    def _build_match(self, layout: QVBoxLayout) -> None:
        self.match = QLabel()
        self.match.setObjectName("Heading")
        self._says = QLabel()
        self._says.setWordWrap(True)
        self._says.setObjectName("Dim")
        head = QHBoxLayout()
        head.setSpacing(2 * SPACE)
        head.addWidget(self.match)
        head.addWidget(self._says, 1)
        self.curve = CurveView()
        self.curve.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # its description can be read out
        self.curve.setFocus()
        note = QLabel(
            self.tr(
                "Lower is better. Amber: how far the prediction was from what you then chose. "
                "Grey: how far the same preset for all photos would have been, the middle of your "
                "edits before each. In J, a slider step that one just notices; averages of {0}."
            ).format(WINDOW)
        )
        note.setObjectName("Dim")
        note.setWordWrap(True)
        layout.addLayout(head)
        title = QHBoxLayout()
        title.addWidget(section_title(self.tr("How far predictions were off")))
        title.addStretch(1)
        for ink, text in (
            (theme.ACCENT, self.tr("your style")),
            ("#8a8a8a", self.tr("one preset, made of your edits so far")),
        ):
            title.addWidget(QLabel(f'<span style="color:{ink}">━━</span>&nbsp; {text}'))
            title.addSpacing(SPACE)
        layout.addLayout(title)
        layout.addWidget(self.curve, 4)
        layout.addWidget(note)

    def _build_trainer(self, layout: QVBoxLayout) -> None:
        row = QHBoxLayout()
        self.trainer = ElidedLabel()
        self.train = QPushButton(self.tr("Fine-tune now"))
        self.train.clicked.connect(self.train_clicked)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_clicked)
        for button in (self.train, self.cancel):
            button.setAutoDefault(False)
        row.addWidget(self.trainer, 1)
        row.addWidget(self.train)
        row.addWidget(self.cancel)
        layout.addLayout(row)

    def _build_lists(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * SPACE)
        grid.setVerticalSpacing(4)
        self.versions, self.trainings = QListWidget(), QListWidget()
        self.roll_back = QPushButton(self.tr("Roll back"))
        self.roll_back.setToolTip(self.tr("Lets the marked version serve; lessons are kept."))
        self.roll_back.setAutoDefault(False)
        self.roll_back.clicked.connect(self._on_roll_back)
        self.versions.currentRowChanged.connect(self._show_trainer)
        self._none = QLabel()
        self._none.setObjectName("Dim")
        self._none.setWordWrap(True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.addWidget(section_title(self.tr("Versions")))
        head.addStretch(1)
        head.addWidget(self.roll_back)
        grid.addLayout(head, 0, 0)
        grid.addWidget(section_title(self.tr("Fine-tunes")), 0, 1)
        for column, (found, name) in enumerate(
            ((self.versions, self.tr("Versions")), (self.trainings, self.tr("Fine-tunes")))
        ):
            found.setObjectName("Lessons")
            found.setWordWrap(True)
            found.setAccessibleName(name)
            found.setMinimumHeight(64)
            found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            grid.addWidget(found, 1, column)
            grid.setColumnStretch(column, 1)
        grid.addWidget(self._none, 1, 1)
        return grid

    # --- showing --------------------------------------------------------------------
    def show_style(self, loaded: StyleLoaded) -> None:
        """Everything anew."""
        self._loaded = loaded
        self.setWindowTitle(self.tr("How well {0} knows you").format(loaded.style))
        self.match.setText(match_text(loaded))
        self._says.setText(self._match_says(loaded))
        self.curve.set_curve(loaded.curve)
        self._fill_versions(loaded)
        self._fill_trainings(loaded)
        self._show_trainer()

    def show_doing(self, text: str) -> None:
        """What the trainer is doing; empty when it rests."""
        self._doing = text
        self._show_trainer()

    def show_result(self, text: str) -> None:
        """How the last fine-tune of this run ended, also one that left nothing in the lists."""
        self._result = text
        self._show_trainer()

    def _match_says(self, loaded: StyleLoaded) -> str:
        if loaded.curve.match is None:
            return self.tr("Correct a photo and press Enter: the first lesson already counts.")
        if not has_match(loaded):
            return self.tr("How well the style knows you can be told from {0} lessons on.").format(
                _ENOUGH
            )
        count = min(len(loaded.lessons), WINDOW)
        says = self.tr(
            "right in the last {0} lessons, of the sliders that you moved in any of them"
        )
        says = says.format(count)
        gain = _gain(loaded.curve)
        if gain is None or round(gain, 2) == 0:
            return says
        text = self.tr("{0}; {1:.0%} closer than one preset")
        return text.format(says, gain).replace("%", " %")

    def _fill_versions(self, loaded: StyleLoaded) -> None:
        self.versions.blockSignals(True)
        self.versions.clear()
        for version in reversed(loaded.versions):
            self._add_version(self._version_text(loaded, version), version.id, loaded.version)
        self._add_version(base_text(loaded), BASE_VERSION, loaded.version)
        # What one most likely wants to go back to: the one before.
        rows = [row for row in range(self.versions.count()) if self._id(row) == self._serving()]
        row = rows[0] + 1 if rows else 0
        last = self.versions.count() - 1
        self.versions.setCurrentRow((row if row <= last else 0) if last else -1)
        self.versions.blockSignals(False)
        self.roll_back.setVisible(bool(loaded.versions))

    def _add_version(self, text: str, version: str, serving: str) -> None:
        serves = version == serving or (version == BASE_VERSION and is_base(serving))
        entry = QListWidgetItem(f"{text}\n{self.tr('serves now')}" if serves else text)
        entry.setData(Qt.ItemDataRole.UserRole, version)
        entry.setIcon(_dot(theme.ACCENT if serves else "#4a4a4a"))
        self.versions.addItem(entry)

    def _id(self, row: int) -> str:
        entry = self.versions.item(row)
        return str(entry.data(Qt.ItemDataRole.UserRole)) if entry is not None else ""

    def _serving(self) -> str:
        version = self._loaded.version if self._loaded is not None else ""
        return BASE_VERSION if is_base(version) else version

    def _on_roll_back(self) -> None:
        self.serve_clicked.emit(self._id(self.versions.currentRow()))

    def _version_text(self, loaded: StyleLoaded, version: ModelVersion) -> str:
        gate = version.gate
        head = self.tr("{0} · {1} · {2} lessons, {3}")
        name, when = version_name(loaded, version.id), day(version.created_at)
        lines = [head.format(name, when, version.corrections, version.method)]
        if gate.photos:
            text = self.tr("off by {0:.2f} J, before {1:.2f} J, on {2} photos that it had not seen")
            lines.append(text.format(gate.candidate_error, gate.current_error, gate.photos))
        else:
            lines.append(self.tr("loaded from a file, not measured here"))
        return "\n".join(lines)

    def _fill_trainings(self, loaded: StyleLoaded) -> None:
        self.trainings.clear()
        for training in reversed(loaded.trainings):
            when = day(training.started_at)
            done = self.tr("published") if training.version else self.tr("not published")
            head = self.tr("{0} · {1} lessons · {2}").format(when, len(training.lessons), done)
            self.trainings.addItem(QListWidgetItem(f"{head}\n{in_language(training.outcome)}"))
        text = self.tr(
            "None yet. The first starts by itself with {0} lessons: until then none beat "
            "what is learned from each lesson at once."
        )
        self._none.setText(text.format(loaded.readiness.pays_from))
        self.trainings.setVisible(bool(loaded.trainings))
        self._none.setVisible(not loaded.trainings)

    def _show_trainer(self, _row: int = 0) -> None:
        loaded, running = self._loaded, bool(self._doing)
        self.cancel.setVisible(running)
        self.train.setVisible(not running)
        self.train.setEnabled(can_train(loaded))
        row = self.versions.currentRow()
        older = self._serving() in map(self._id, range(row))
        self.roll_back.setText(self.tr("Roll back") if older else self.tr("Let it serve"))
        self.roll_back.setEnabled(not running and self._id(row) != self._serving())
        needs = readiness_text(loaded.readiness) if loaded is not None else ""
        text = self.tr("The trainer rests; there is enough to learn from.")
        if needs:
            text = self.tr("To fine-tune by hand: {0}").format(needs)
        self.trainer.set_full_text(self._doing or self._result or text)


def match_text(loaded: StyleLoaded) -> str:
    """The match as a percentage; a dash while there are too few lessons."""
    if not has_match(loaded):
        return "–"
    return f"{loaded.curve.match:.0%}".replace("%", " %")


def has_match(loaded: StyleLoaded) -> bool:
    """One lesson that happened to be foretold is no match."""
    return loaded.curve.match is not None and len(loaded.lessons) >= _ENOUGH


def _gain(curve: LearningCurve) -> float | None:
    """By how much less the style is off now than a preset; None where it is not less."""
    if len(curve.errors) < 2 or curve.errors[-1] >= curve.preset_errors[-1]:
        return None
    return 1.0 - curve.errors[-1] / curve.preset_errors[-1]


def _dot(ink: str) -> QIcon:
    picture = QPixmap(_DOT, _DOT)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(ink))
    painter.drawEllipse(3, 3, _DOT - 6, _DOT - 6)
    painter.end()
    return QIcon(picture)
