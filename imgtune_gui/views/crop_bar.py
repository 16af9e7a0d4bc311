"""Under the crop: ratio, angle, quarter turns, size, done."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from imgtune_gui.models.crop_state import CropState
from imgtune_gui.views.keys import ENTER, claims
from imgtune_gui.views.theme import SPACE
from model_core.domain.geometry import MAX_ANGLE

_OTHER = "other"
_TYPED = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:[:x×/]\s*(\d+(?:[.,]\d+)?))?\s*")
_EXTREME = 20.0  # no photo is longer than so many times its width
_RATIOS = ("1:1", "5:4", "4:3", "3:2", "16:10", "16:9", "2:1")
_STEPS = 10  # of the angle's slider, to a degree


class AngleBox(QDoubleSpinBox):
    """Enter takes the number that was typed; it must not end the tool."""

    def event(self, event: QEvent) -> bool:
        return claims(event, ENTER) or super().event(event)


class CropBar(QFrame):
    """Asks the overlay; shows what the state is."""

    ratio_chosen = Signal(object)  # float, or None for free
    swapped = Signal()
    angle_changed = Signal(float)
    turned = Signal(int)
    reset = Signal()
    done = Signal()
    cancelled = Signal()
    left = Signal()  # a number was typed; the keys are the tool's again

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("Toolbar")
        self._original: float | None = None
        self._chosen = 0  # of the ratios
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 5, 2 * SPACE, 5)
        layout.setSpacing(4)
        self.ratios = QComboBox()
        self.ratios.setAccessibleName(self.tr("Ratio"))
        self.ratios.setToolTip(self.tr("Ratio of the sides"))
        self.ratios.addItem(self.tr("Free"), None)
        self.ratios.addItem(self.tr("As taken"), "original")
        for text in _RATIOS:
            self.ratios.addItem(text, text)
        self.ratios.addItem(self.tr("Other…"), _OTHER)
        self.ratios.activated.connect(self._on_ratio_activated)
        layout.addWidget(self.ratios)
        layout.addWidget(self._tool("⇄", self.tr("Portrait or landscape"), self.swapped))
        layout.addSpacing(SPACE)
        self._left = self._tool("↺", self.tr("Turn left"), self._on_left)
        self._right = self._tool("↻", self.tr("Turn right"), self._on_right)
        layout.addWidget(self._left)
        layout.addWidget(self._right)
        layout.addSpacing(SPACE)
        self._build_angle(layout)
        self._size = QLabel()
        self._size.setObjectName("Dim")
        layout.addSpacing(SPACE)
        layout.addWidget(self._size)
        layout.addStretch(1)
        for text, signal, name in (
            (self.tr("Reset"), self.reset, "Quiet"),
            (self.tr("Cancel"), self.cancelled, ""),
            (self.tr("Done"), self.done, "Primary"),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.clicked.connect(signal)
            layout.addWidget(button)

    def _build_angle(self, layout: QHBoxLayout) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(-MAX_ANGLE * _STEPS), round(MAX_ANGLE * _STEPS))
        self.slider.setMinimumWidth(60)
        self.slider.setMaximumWidth(240)
        self.slider.setAccessibleName(self.tr("Straighten"))
        self.slider.setToolTip(self.tr("Straighten; or drag outside the crop"))
        self.slider.valueChanged.connect(self._on_slider_changed)
        self.angle = AngleBox()
        self.angle.setKeyboardTracking(False)  # half a number would be written over
        self.angle.setRange(-MAX_ANGLE, MAX_ANGLE)
        self.angle.setDecimals(1)
        self.angle.setSingleStep(0.1)
        self.angle.setSuffix("°")
        self.angle.setFixedWidth(60)
        self.angle.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.angle.setAccessibleName(self.tr("Angle"))
        self.angle.valueChanged.connect(self.angle_changed)
        self.angle.lineEdit().returnPressed.connect(self.left)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.angle)

    def _tool(
        self, text: str, tip: str, slot: Callable[[], object] | SignalInstance
    ) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(slot)
        return button

    def show_state(self, state: CropState, *, new: bool = False) -> None:
        """``new``: another photo, or all anew; a ratio that it was cropped to before is kept."""
        across, down = state.turned_size
        self._original = across / down
        angle = state.geometry.angle
        self.slider.blockSignals(True)
        self.angle.blockSignals(True)
        self.slider.setValue(round(angle * _STEPS))
        self.angle.setValue(angle)
        self.slider.blockSignals(False)
        self.angle.blockSignals(False)
        wide, high = state.output_size
        self._size.setText(f"{wide} × {high}")
        if new:
            name = self._ratio_of(wide, high) if state.geometry.is_cropped else None
            if name == self._ratio_of(round(across), round(down)):
                name = None  # straightening leaves the photo's own
            state.ratio = wide / high if name is not None else None
            self._show_ratio(name)

    def _show_ratio(self, name: str | None) -> None:
        self._chosen = max(0, self.ratios.findData(name))
        self.ratios.setCurrentIndex(self._chosen)

    def _ratio_of(self, wide: int, high: int) -> str | None:
        """That of the list which a crop of so many pixels has, upright or lying."""
        for key in (str(self.ratios.itemData(row)) for row in range(self.ratios.count())):
            if ":" not in key:
                continue
            long, short = (float(part) for part in key.split(":"))
            if abs(max(wide, high) * short - min(wide, high) * long) <= long:  # rounded to pixels
                return key
        return None

    def _type_ratio(self) -> None:
        """Any two numbers, kept in the list from then on; as it is typed, upright or lying."""
        lead = self.tr("Width to height, such as 7:5 or 2.39")
        ask, given, text = lead, True, ""
        while given:
            text, given = QInputDialog.getText(self, self.tr("Ratio of the sides"), ask, text=text)
            ratio = ratio_in(text)
            if given and ratio is not None:
                name = _name_of(text)
                if self.ratios.findData(name) < 0:
                    self.ratios.insertItem(self.ratios.count() - 1, name, name)
                self._show_ratio(name)
                self.ratio_chosen.emit(ratio)
                return
            ask = self.tr("“{0}” is no ratio. {1}").format(text, lead)
        self.ratios.setCurrentIndex(self._chosen)

    def _on_ratio_activated(self, index: int) -> None:
        key = self.ratios.itemData(index)
        if key != _OTHER:
            self._chosen = index
        if key == _OTHER:
            self._type_ratio()
        elif key == "original":
            self.ratio_chosen.emit(self._original)
        elif key is None:
            self.ratio_chosen.emit(None)
        else:
            wide, high = (float(part) for part in str(key).split(":"))
            landscape = self._original is None or self._original >= 1
            self.ratio_chosen.emit(wide / high if landscape else high / wide)

    def _on_slider_changed(self, value: int) -> None:
        self.angle_changed.emit(value / _STEPS)

    def _on_left(self) -> None:
        self.turned.emit(-1)

    def _on_right(self) -> None:
        self.turned.emit(1)


def ratio_in(text: str) -> float | None:
    """Width by height: ``7:5``, ``4 x 5``, ``2,39``; None where that is no shape of a photo."""
    found = _TYPED.fullmatch(text)
    if found is None:
        return None
    wide, high = (float((part or "1").replace(",", ".")) for part in found.groups())
    ratio = wide / high if high else 0.0
    return ratio if 1 / _EXTREME <= ratio <= _EXTREME else None


def _name_of(text: str) -> str:
    """Of a ratio that was typed, the longer side first as all in the list."""
    found = _TYPED.fullmatch(text)
    assert found is not None
    sides = sorted(float((part or "1").replace(",", ".")) for part in found.groups())
    return f"{sides[1]:g}:{sides[0]:g}"
