"""What a screen reader is told of a develop slider: that it is one, its name and its value."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleValueChangeEvent
from PySide6.QtWidgets import QAccessibleWidget

from imgtune_gui.views.develop_slider import DevelopSlider


class SliderAccess(QAccessibleWidget):
    """Qt knows only its own widgets: one that paints itself is a nameless pane to it."""

    def __init__(self, slider: DevelopSlider) -> None:
        super().__init__(slider, QAccessible.Role.Slider, "")
        self._slider = slider

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value:
            return self._slider.value_text()
        return super().text(kind)


_kept: dict[int, SliderAccess] = {}  # Qt holds no reference that Python counts


def _access_of(_class: str, of: QObject) -> QAccessibleInterface | None:
    if not isinstance(of, DevelopSlider):
        return None
    key = id(of)
    _kept[key] = SliderAccess(of)
    of.destroyed.connect(lambda: _kept.pop(key, None))
    of.value_shown.connect(_on_value_shown)
    return _kept[key]


def _on_value_shown(slider: DevelopSlider) -> None:
    QAccessible.updateAccessibility(QAccessibleValueChangeEvent(slider, slider.value()))


def install_slider_access() -> None:
    """Once a process. Costs nothing until a screen reader asks."""
    QAccessible.installFactory(_access_of)
