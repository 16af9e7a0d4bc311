"""Keys that a widget wants for itself, before the window's shortcuts have them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

#: Across and down.
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


def claims(event: QEvent, keys: Collection[Qt.Key]) -> bool:
    """Whether Qt asks with ``event`` who has one of ``keys``; the answer, the
    widget, is given then."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    if event.key() not in keys:
        return False
    event.accept()
    return True
