"""The part of the export dialog that says what kind of file is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)

from imgtune_gui.export_choice import SIZES, ExportChoice
from imgtune_gui.views.theme import SPACE
from model_core.domain.export import FORMATS, MEDIA, METADATA, PROFILES, SHARPENING

_NUMBER_WIDTH = 72

Number = TypeVar("Number", QSpinBox, QDoubleSpinBox)


class FileFields(QWidget):
    """Shows and edits the file part of an :class:`ExportChoice`."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = False
        self._make_file()
        self._make_size()
        self._make_told()
        form = new_form(self)
        form.addRow(self.tr("Format"), row(self.format, self.bits))
        form.addRow(self.tr("Quality"), row(self.quality, self.quality_text))
        form.addRow(self.tr("Colour space"), self.profile)
        form.addRow(self.tr("Size"), row(self.size_mode, *self._size_parts, stretch=True))
        form.addRow("", self.enlarge)
        form.addRow(self.tr("Sharpen"), row(self.sharpen, self.sharpen_for))
        form.addRow(self.tr("Metadata"), self.metadata)
        form.addRow("", self.location)
        form.addRow(self.tr("Copyright"), self.copyright)
        self._connect()

    def _make_file(self) -> None:
        self.format = combo({key: spec.label for key, spec in FORMATS.items()})
        self.bits = combo({8: self.tr("8 bit"), 16: self.tr("16 bit")})
        self.quality = QSlider(Qt.Orientation.Horizontal)
        self.quality.setRange(30, 100)
        self.quality.setAccessibleName(self.tr("Quality"))
        self.quality_text = QLabel()
        self.quality_text.setFixedWidth(26)
        self.quality_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.profile = combo(PROFILES)

    def _make_size(self) -> None:
        names = (
            self.tr("Full size"),
            self.tr("Long side"),
            self.tr("Fit within"),
            self.tr("Megapixels"),
        )
        self.size_mode = combo(dict(zip(SIZES, names, strict=True)))
        self.long_side, self.fit_width, self.fit_height = (_pixels() for _ in range(3))
        self.long_side.setSuffix(self.tr(" px"))
        self.times = QLabel("×")
        self.megapixels = _number(QDoubleSpinBox())
        self.megapixels.setRange(0.1, 500.0)
        self.megapixels.setDecimals(1)
        self.megapixels.setSuffix(self.tr(" MP"))
        self._size_parts: tuple[QWidget, ...] = (
            self.long_side,
            self.fit_width,
            self.times,
            self.fit_height,
            self.megapixels,
        )
        self.enlarge = QCheckBox(self.tr("Enlarge smaller photos"))

    def _make_told(self) -> None:
        strengths = (self.tr("Off"), self.tr("Low"), self.tr("Standard"), self.tr("High"))
        self.sharpen = combo(dict(zip(SHARPENING, strengths, strict=True)))
        media = (self.tr("for screen"), self.tr("for glossy paper"), self.tr("for matte paper"))
        self.sharpen_for = combo(dict(zip(MEDIA, media, strict=True)))
        told = (
            self.tr("All"),
            self.tr("Copyright and contact only"),
            self.tr("None"),
        )
        self.metadata = combo(dict(zip(METADATA, told, strict=True)))
        self.location = QCheckBox(self.tr("Include where the photo was taken"))
        self.copyright = QLineEdit()
        self.copyright.setPlaceholderText(self.tr("As in the photo"))

    def _connect(self) -> None:
        for box in (self.format, self.bits, self.profile, self.size_mode, self.sharpen,
                    self.sharpen_for, self.metadata):  # fmt: skip
            box.currentIndexChanged.connect(self._on_edited)
        for number in (self.quality, self.long_side, self.fit_width, self.fit_height):
            number.valueChanged.connect(self._on_edited)
        self.megapixels.valueChanged.connect(self._on_edited)
        self.enlarge.toggled.connect(self._on_edited)
        self.location.toggled.connect(self._on_edited)
        self.copyright.textChanged.connect(self._on_edited)

    def set_choice(self, choice: ExportChoice) -> None:
        """Shows ``choice``; :attr:`changed` is emitted once."""
        self._setting = True
        select(self.format, choice.format)
        select(self.bits, choice.depth)
        self.quality.setValue(choice.quality)
        select(self.profile, choice.profile)
        select(self.size_mode, choice.size)
        self.long_side.setValue(choice.long_side)
        self.fit_width.setValue(choice.fit_width)
        self.fit_height.setValue(choice.fit_height)
        self.megapixels.setValue(choice.megapixels)
        self.enlarge.setChecked(choice.enlarge)
        select(self.sharpen, choice.sharpen)
        select(self.sharpen_for, choice.sharpen_for)
        select(self.metadata, choice.metadata)
        self.location.setChecked(choice.location)
        self.copyright.setText(choice.copyright)
        self._setting = False
        self._on_edited()

    def apply_to(self, choice: ExportChoice) -> ExportChoice:
        """``choice`` with what is shown here."""
        return replace(
            choice,
            format=self.format.currentData(),
            quality=self.quality.value(),
            depth=self.bits.currentData(),
            profile=self.profile.currentData(),
            size=self.size_mode.currentData(),
            long_side=self.long_side.value(),
            fit_width=self.fit_width.value(),
            fit_height=self.fit_height.value(),
            megapixels=self.megapixels.value(),
            enlarge=self.enlarge.isChecked(),
            sharpen=self.sharpen.currentData(),
            sharpen_for=self.sharpen_for.currentData(),
            metadata=self.metadata.currentData(),
            location=self.location.isChecked(),
            copyright=self.copyright.text().strip(),
        )

    def _on_edited(self, *_: object) -> None:
        if self._setting:
            return
        spec, mode = FORMATS[self.format.currentData()], self.size_mode.currentData()
        if self.bits.currentData() not in spec.depths:
            self._setting = True
            select(self.bits, spec.depths[0])
            self._setting = False
        self.bits.setEnabled(len(spec.depths) > 1)
        self.quality.setEnabled(spec.lossy)
        self.quality_text.setText(str(self.quality.value()) if spec.lossy else "–")
        self.long_side.setVisible(mode == "long_side")
        for part in (self.fit_width, self.times, self.fit_height):
            part.setVisible(mode == "fit")
        self.megapixels.setVisible(mode == "megapixels")
        self.enlarge.setEnabled(mode != "full")
        self.sharpen_for.setEnabled(self.sharpen.currentData() != "none")
        self.location.setEnabled(self.metadata.currentData() == "all")
        self.changed.emit()


def new_form(parent: QWidget) -> QFormLayout:
    """A form as both halves of the dialog have it."""
    form = QFormLayout(parent)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(2 * SPACE)
    form.setVerticalSpacing(SPACE)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def row(*widgets: QWidget, stretch: bool = False) -> QWidget:
    """Widgets side by side."""
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE)
    for widget in widgets:
        layout.addWidget(widget)
    if stretch:
        layout.addStretch(1)
    return made


def combo(entries: Mapping[Any, str]) -> QComboBox:
    """A choice of entries by their keys."""
    made = QComboBox()
    for key, text in entries.items():
        made.addItem(text, key)
    return made


def select(box: QComboBox, key: object) -> None:
    """Chooses the entry with ``key``; the first one where there is none."""
    box.setCurrentIndex(max(0, box.findData(key)))


def _pixels() -> QSpinBox:
    made = QSpinBox()
    made.setRange(16, 60_000)
    return _number(made)


def _number(box: Number) -> Number:
    box.setFixedWidth(_NUMBER_WIDTH)
    box.lineEdit().setTextMargins(SPACE // 2, 0, 0, 0)  # a style sheet cannot
    return box
