"""Who has a key: the window's table of shortcuts, or the widget that Tab came to.

Space is the loupe's zoom, Enter accepts, arrows page through the photos. To someone who works
without a mouse, a button that Space does not press is none: what got the focus by Tab has the
keys that it lives by, until the focus goes elsewhere. A click leaves the keys to the window.

What hides or greys out while it has the keys gives them back to the photos: Qt would hand them to
whatever comes next, and the next arrow would turn a slider.
"""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from imgtune_gui.views.filmstrip import PhotoListView
from imgtune_gui.views.keys import ENTER, claims

_TABBED = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_PRESS = {Qt.Key.Key_Space}
_TURN = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End}
_MODIFIED = ~Qt.KeyboardModifier.KeypadModifier


class FocusKeys(QObject):
    """Filters the events of the widgets that are in ``window`` when it is made."""

    left = Signal()  # what had the keys is gone

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tabbed: QObject | None = None  # what has the focus, if it came by Tab
        kinds = (QAbstractButton, QComboBox, QAbstractSlider, QAbstractItemView, QLineEdit)
        for kind in kinds:
            for widget in window.findChildren(kind):
                inner = isinstance(widget.parent(), QAbstractSpinBox)
                if not inner and not isinstance(widget, PhotoListView | QScrollBar):
                    widget.installEventFilter(self)
                if kind is QAbstractButton:
                    # One that greys out once it was clicked would hand the keys to what comes
                    # next, which may be a slider.
                    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        if old is None or now is None or (old.isVisible() and old.isEnabled()):
            return
        if self._window.isVisible() and self._window.isAncestorOf(old):
            self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            tabbed = event.gotFocus() and event.reason() in _TABBED
            self._tabbed = watched if tabbed else None
        elif isinstance(event, QKeyEvent) and not event.modifiers() & _MODIFIED:
            return claims(event, self._keys_of(watched))
        return False

    def _keys_of(self, widget: QObject) -> Set[Qt.Key]:
        if isinstance(widget, QAbstractSlider):
            return _TURN
        if isinstance(widget, QLineEdit):
            return ENTER  # what was typed is entered; it must not teach
        if widget is not self._tabbed:
            return set()
        return _PRESS | _TURN | ENTER if isinstance(widget, QAbstractItemView) else _PRESS
