"""Which photos, where to, and how."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.settings import ExportChoice
from imgtune_gui.views.labels import rule
from imgtune_gui.views.theme import SPACE

_FORMATS = (("jpeg", "JPEG"), ("png", "PNG"), ("tiff", "TIFF, 16 bit"))
_DEFAULT_LONG_SIDE = 2048


class ExportDialog(QDialog):
    """Ask :meth:`photos` and :meth:`choice` after it was accepted."""

    def __init__(
        self,
        selected: list[PhotoItem],
        everything: list[PhotoItem],
        choice: ExportChoice,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export photos"))
        self.setMinimumWidth(480)
        done_states = {EditState.ACCEPTED, EditState.CORRECTED}
        usable = [item for item in everything if not item.error]
        done = [item for item in usable if item.state in done_states]
        chosen = [item for item in selected if not item.error]
        self._sets = [chosen, done, usable]
        self._build(choice)
        self._update()

    def _build(self, choice: ExportChoice) -> None:
        self.which = QComboBox()
        names = (self.tr("Selected"), self.tr("Accepted and corrected"), self.tr("All photos"))
        for name, photos in zip(names, self._sets, strict=True):
            self.which.addItem(f"{name} ({len(photos)})")
        self.which.setCurrentIndex(1 if len(self._sets[0]) <= 1 and self._sets[1] else 0)
        self.folder = QLineEdit(choice.folder)
        self.folder.setPlaceholderText(self.tr("Choose a folder"))
        self.browse = QPushButton(self.tr("Browse…"))
        self.browse.setAutoDefault(False)
        self.format = QComboBox()
        for key, name in _FORMATS:
            self.format.addItem(self.tr(name), key)
        self.format.setCurrentIndex(max(0, self.format.findData(choice.format)))
        self.quality = QSlider(Qt.Orientation.Horizontal)
        self.quality.setRange(50, 100)
        self.quality.setValue(choice.quality)
        self.quality_text = QLabel()
        self.quality_text.setFixedWidth(34)
        self.limit = QCheckBox(self.tr("Long side at most"))
        self.limit.setChecked(choice.long_side > 0)
        self.long_side = QSpinBox()
        self.long_side.setRange(64, 30_000)
        self.long_side.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.long_side.setSuffix(self.tr(" px"))
        self.long_side.setValue(choice.long_side or _DEFAULT_LONG_SIDE)
        self.problem = QLabel()
        self.problem.setObjectName("Warn")
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self.buttons.addButton(
            self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.export_button.setObjectName("Primary")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(2 * SPACE)
        form.setVerticalSpacing(SPACE + 4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        form.addRow(self.tr("Photos"), self.which)
        form.addRow(self.tr("Folder"), _row(self.folder, self.browse))
        form.addRow(self.tr("Format"), self.format)
        form.addRow(self.tr("Quality"), _row(self.quality, self.quality_text))
        form.addRow(self.tr("Size"), _row(self.limit, self.long_side, stretch=True))
        promise = QLabel(self.tr("Originals are never written: every export is a new file."))
        promise.setObjectName("Dim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(form)
        layout.addWidget(promise)
        layout.addWidget(self.problem)
        layout.addWidget(rule())
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.browse.clicked.connect(self._on_browse_clicked)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.which.currentIndexChanged.connect(self._update)
        self.format.currentIndexChanged.connect(self._update)
        self.folder.textChanged.connect(self._update)
        self.quality.valueChanged.connect(self._update)
        self.limit.toggled.connect(self._update)

    def photos(self) -> list[PhotoItem]:
        """The photos to write."""
        return self._sets[self.which.currentIndex()]

    def choice(self) -> ExportChoice:
        """Where to and how, to be remembered for the next time."""
        return ExportChoice(
            folder=self.folder.text().strip(),
            format=str(self.format.currentData()),
            quality=self.quality.value(),
            long_side=self.long_side.value() if self.limit.isChecked() else 0,
        )

    def _update(self, *_: object) -> None:
        jpeg = self.format.currentData() == "jpeg"
        self.quality.setEnabled(jpeg)
        self.quality_text.setText(str(self.quality.value()) if jpeg else "–")
        self.long_side.setEnabled(self.limit.isChecked())
        problem = self._find_problem()
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.export_button.setEnabled(not problem and bool(self.folder.text().strip()))

    def _find_problem(self) -> str:
        if not self.photos():
            return self.tr("There are no such photos.")
        text = self.folder.text().strip()
        if text and not Path(text).expanduser().is_dir():
            return self.tr("This folder does not exist: {0}").format(text)
        return ""

    def _on_browse_clicked(self) -> None:
        start = self.folder.text() or str(Path.home())
        found = QFileDialog.getExistingDirectory(self, self.tr("Export to"), start)
        if found:
            self.folder.setText(found)


def _row(*widgets: QWidget, stretch: bool = False) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE)
    for widget in widgets:
        layout.addWidget(widget)
    if stretch:
        layout.addStretch(1)
    return row
