"""How much of the prediction: from the photo as shot to all of it, and beyond."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.views.labels import ElidedLabel
from imgtune_gui.views.theme import SPACE
from model_core.domain.develop import PARAMS, DevelopSettings

_STRONGEST = 150
_drags = itertools.count(1)


class _Bar(QSlider):
    """A double-click is the whole prediction again."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(100)


class StrengthRow(QWidget):
    """``moved(percent, drag)``: moves of one drag are one undo."""

    moved = Signal(int, int)

    def __init__(self, label: ElidedLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag = 0
        self.bar = _Bar(Qt.Orientation.Horizontal)
        self.bar.setRange(0, _STRONGEST)
        self.bar.setPageStep(10)
        self.bar.setFixedWidth(84)
        self.bar.setAccessibleName(self.tr("Strength of the prediction"))
        self.bar.sliderPressed.connect(self._on_pressed)
        self.bar.valueChanged.connect(self._on_value_changed)
        self._percent = QLabel()
        self._percent.setObjectName("Dim")
        self._percent.setFixedWidth(46)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(label, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self._percent)

    def show_item(self, item: PhotoItem | None) -> None:
        """Where the photo stands between as shot and its prediction."""
        known = item is not None and not item.error
        # Rounded sliders fit several strengths: the one that was set stays.
        strength = strength_of(item, self.bar.value()) if item is not None and known else None
        usable = item is not None and known and item.prediction is not None
        self.bar.setVisible(usable)
        self._percent.setVisible(usable)
        self.bar.setEnabled(strength is not None)
        tip = self.tr("How much of the prediction: 0 % is the photo as shot")
        if strength is None:
            tip = self.tr("Your own sliders hold here; reset to the prediction to use this")
        self.bar.setToolTip(tip)
        self.bar.blockSignals(True)
        self.bar.setValue(100 if strength is None else strength)
        self.bar.blockSignals(False)
        self._percent.setText("" if strength is None else f"{strength} %")

    def _on_pressed(self) -> None:
        self._drag = next(_drags)

    def _on_value_changed(self, value: int) -> None:
        if not self.bar.isSliderDown():
            self._drag = next(_drags)
        self.moved.emit(value, self._drag)


def at_strength(predicted: DevelopSettings, percent: int) -> DevelopSettings:
    """The prediction, weaker or stronger, as the sliders show it."""
    scaled = DevelopSettings.from_values(v * percent / 100 for v in predicted.values)
    return scaled.rounded()


def strength_of(item: PhotoItem, likely: int = 100) -> int | None:
    """Which strength gives exactly what the photo looks like, ``likely`` if that one does;
    None when none does."""
    predicted = item.predicted
    if predicted is None or item.edit is None or item.edit == predicted:
        return 100
    if at_strength(predicted, likely) == item.edit:
        return likely
    pairs = zip(PARAMS, predicted.values, item.edit.values, strict=True)
    spec, whole, part = max(pairs, key=lambda pair: abs(pair[1]) / pair[0].jnd)
    guess = round(100 * part / whole) if whole else 0
    near = sorted(range(guess - 8, guess + 9), key=lambda n: abs(n - guess))
    # Asked at every move of a slider: all ten are looked at only where the strongest one fits.
    likely_ones = (
        n for n in near if round(spec.clamp(whole * n / 100), spec.decimals) == round(part, 9)
    )
    fits = (n for n in likely_ones if 0 <= n <= _STRONGEST)
    return next((n for n in fits if at_strength(predicted, n) == item.edit), None)
