"""Windows come back when the display they were on is unplugged.

Qt gives them to another screen and leaves them where they were, which may be nowhere; window
managers move them, if at all, until a corner shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QWidget

#: After the last change, in which a window manager moves what it can.
_SETTLE_MS = 400
#: What of a window must be seen for it to stay where it is.
_SEEN = 2 / 3
_PASSING = {Qt.WindowType.Popup, Qt.WindowType.ToolTip, Qt.WindowType.SplashScreen}


class OnScreen(QObject):
    """Looks after all windows of the program while ``window`` lives."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self._on_settled)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenRemoved.connect(self._on_changed)
        app.screenAdded.connect(self._on_screen_added)
        for screen in app.screens():
            screen.availableGeometryChanged.connect(self._on_changed)
        # Out of the full screen a window goes back to where it was before, which may be gone.
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowStateChange:
            self._timer.start()
        return False

    def _on_screen_added(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._on_changed)

    def _on_changed(self, *_: object) -> None:
        self._timer.start()

    def _on_settled(self) -> None:
        screens = QGuiApplication.screens()
        primary = QGuiApplication.primaryScreen()
        screens.sort(key=lambda screen: screen is not primary)
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and window.windowType() not in _PASSING:
                _bring(window, screens)


def _bring(window: QWidget, screens: Sequence[QScreen]) -> None:
    if window.isMinimized() or not screens:
        return
    if window.isFullScreen() or window.isMaximized():
        if not any(screen.geometry().contains(window.geometry().center()) for screen in screens):
            window.setGeometry(screens[0].availableGeometry())
        return
    frame = window.frameGeometry()
    goal = brought_back(frame, [screen.availableGeometry() for screen in screens])
    if goal != frame:
        around = frame.size() - window.size()
        window.resize(goal.size() - around)
        window.move(goal.topLeft())


def brought_back(frame: QRect, screens: Sequence[QRect]) -> QRect:
    """Where a window goes: stays if most of it is seen, else into the screen that has most of
    it, or the first; no larger than that."""
    seen = [_area(frame & screen) for screen in screens]
    if sum(seen) >= _SEEN * _area(frame):
        return frame
    screen = screens[seen.index(max(seen))]
    goal = QRect(frame.topLeft(), frame.size().boundedTo(screen.size()))
    goal.moveLeft(min(max(goal.left(), screen.left()), screen.right() + 1 - goal.width()))
    goal.moveTop(min(max(goal.top(), screen.top()), screen.bottom() + 1 - goal.height()))
    return goal


def _area(rect: QRect) -> int:
    return rect.width() * rect.height() if rect.isValid() else 0
