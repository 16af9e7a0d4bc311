"""The wheel scrolls what is under it, and changes no choice that happens to pass by there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


class WheelGuard(QObject):
    """Over the widgets that are in ``window`` when it is made: a closed combo box never turns,
    and a number only while it has the focus. What they leave goes to the panel around them."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        for kind in (QComboBox, QAbstractSpinBox):
            for widget in window.findChildren(kind):
                if widget.focusPolicy() == Qt.FocusPolicy.WheelFocus:
                    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel:
            return False
        if isinstance(watched, QAbstractSpinBox) and watched.hasFocus():
            return False
        event.ignore()
        return True
