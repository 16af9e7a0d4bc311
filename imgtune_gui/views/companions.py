"""Windows that stay open beside the photo: history, presets, exports, learning."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def toggle(window: QWidget, aside_of: QWidget | None = None) -> None:
    """Shows a window that is not modal, or closes it: its key does both.

    It gets the focus, so that Escape closes it too. ``aside_of``: it goes to the left edge of
    that window, where it covers the panel and not the photo.
    """
    if window.isVisible():
        window.close()
    else:
        bring_up(window, aside_of)


def bring_up(window: QWidget, aside_of: QWidget | None = None) -> None:
    """Shows a window, or brings it to the front, with the focus; see :func:`toggle`."""
    if aside_of is not None and not window.testAttribute(Qt.WidgetAttribute.WA_Moved):
        # Once, and before it is shown: what a manager puts around it is not counted then.
        corner = aside_of.mapToGlobal(aside_of.rect().topLeft())
        window.move(corner.x() + 8, corner.y() + 64)
    window.show()
    window.raise_()
    window.activateWindow()
