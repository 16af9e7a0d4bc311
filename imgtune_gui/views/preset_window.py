"""Presets beside the photo: the list, how strongly, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.language import param_label
from imgtune_gui.views.theme import SPACE
from model_core.domain.develop import param

if TYPE_CHECKING:
    from model_core.services import Preset

_STRONGEST = 200


class PresetWindow(QDialog):
    """Not modal: the photo is seen through every try. One try on one photo is one undo."""

    applied = Signal(object, float)  # Preset, strength; the newest try replaces the one before
    delete_clicked = Signal(str)
    rename_clicked = Signal(str)
    closed = Signal()
    import_clicked = Signal()
    save_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle(self.tr("Presets"))
        self.resize(280, 420)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        self.list = QListWidget()
        self.list.setObjectName("Lessons")
        self.list.setAccessibleName(self.tr("Presets"))
        self.list.itemClicked.connect(self._on_clicked)
        self.list.itemActivated.connect(self._on_clicked)
        self.list.currentItemChanged.connect(self._on_current_changed)
        self._empty = QLabel(self.tr("None yet. Save the sliders of a photo, or import one."))
        self._empty.setObjectName("Dim")
        self._empty.setWordWrap(True)
        self._sets = QLabel()
        self._sets.setObjectName("Dim")
        self._sets.setWordWrap(True)
        layout.addWidget(self._empty)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._sets)
        layout.addLayout(self._build_strength())
        layout.addLayout(self._build_buttons())

    def _build_strength(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, _STRONGEST)
        self.strength.setValue(100)
        self.strength.setPageStep(10)
        self.strength.setAccessibleName(self.tr("Strength"))
        self.strength.valueChanged.connect(self._on_strength_changed)
        self._percent = QLabel("100 %")
        self._percent.setMinimumWidth(48)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(QLabel(self.tr("Strength")))
        row.addWidget(self.strength, 1)
        row.addWidget(self._percent)
        return row

    def _build_buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(SPACE)
        save = QPushButton(self.tr("Save…"))
        save.clicked.connect(self.save_clicked)
        load = QPushButton(self.tr("Import…"))
        load.setToolTip(self.tr("Camera Raw presets (.xmp)"))
        load.clicked.connect(self.import_clicked)
        self._rename = QPushButton(self.tr("Rename…"))
        self._rename.clicked.connect(self._on_rename_clicked)
        self._delete = QPushButton(self.tr("Delete"))
        self._delete.clicked.connect(self._on_delete_clicked)
        for place, button in enumerate((save, load, self._rename, self._delete)):
            button.setAutoDefault(False)
            grid.addWidget(button, place // 2, place % 2)
        return grid

    def show_presets(self, presets: Sequence[Preset], chosen: str = "") -> None:
        """The list anew; ``chosen`` is marked, not applied."""
        self.list.blockSignals(True)
        self.list.clear()
        for preset in presets:
            entry = QListWidgetItem(preset.name)
            entry.setData(Qt.ItemDataRole.UserRole, preset)
            entry.setToolTip(_values_text(preset))
            self.list.addItem(entry)
            if preset.name == chosen:
                self.list.setCurrentItem(entry)
        self.list.blockSignals(False)
        self._empty.setVisible(not presets)
        self._on_current_changed()

    def _preset(self) -> Preset | None:
        entry = self.list.currentItem()
        found: Preset | None = entry.data(Qt.ItemDataRole.UserRole) if entry is not None else None
        return found

    def _on_current_changed(self, *_: object) -> None:
        preset = self._preset()
        for button in (self._rename, self._delete):
            button.setEnabled(preset is not None)
        self._sets.setText(_values_text(preset) if preset is not None else "")

    def _on_clicked(self, _entry: QListWidgetItem) -> None:
        preset = self._preset()
        if preset is not None:
            self.applied.emit(preset, self.strength.value() / 100)

    def _on_strength_changed(self, value: int) -> None:
        self._percent.setText(f"{value} %")
        preset = self._preset()
        if preset is not None:
            self.applied.emit(preset, value / 100)

    def _on_delete_clicked(self) -> None:
        preset = self._preset()
        if preset is not None:
            self.delete_clicked.emit(preset.name)

    def _on_rename_clicked(self) -> None:
        preset = self._preset()
        if preset is not None:
            self.rename_clicked.emit(preset.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {
            Qt.Key.Key_F2: self._on_rename_clicked,
            Qt.Key.Key_Delete: self._on_delete_clicked,
        }
        does = keys.get(Qt.Key(event.key()))
        if does is not None:
            does()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()


def _values_text(preset: Preset) -> str:
    pairs = [(param(name), value) for name, value in preset.values.items()]
    return ", ".join(f"{param_label(spec)} {spec.format(value)}" for spec, value in pairs)
