"""The loupe with its bar: file name, before/after, zoom."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.keys import ARROWS
from imgtune_gui.views.labels import ElidedLabel
from imgtune_gui.views.loupe import LoupeView
from imgtune_gui.views.theme import SPACE

_ZOOMS = ("zoom_fit", "zoom_fill", "zoom", "zoom_in", "zoom_out")

_PAN, _DIVIDER = 0.15, 0.05  # of the view; of the photo


class LoupePage(QWidget):
    """Buttons are the window's actions, so they and the keys cannot differ."""

    def __init__(self, session: PhotoSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.loupe = LoupeView()
        self._name = ElidedLabel()
        self._name.mode = Qt.TextElideMode.ElideMiddle
        self._place = QLabel()
        self._place.setObjectName("Dim")
        self._zoom = QToolButton()
        self._zoom.setObjectName("Dropdown")
        self._zoom.setMinimumWidth(104)
        self._zoom.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._zoom.setToolTip(self.tr("How large the photo is shown"))
        self._frame = bar = QFrame()
        bar.setObjectName("Toolbar")
        self._bar = QHBoxLayout(bar)
        self._bar.setContentsMargins(2 * SPACE, 4, 2 * SPACE, 4)
        self._bar.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.loupe, 1)
        layout.addWidget(bar)
        self.loupe.zoom_changed.connect(self._zoom.setText)
        session.current_changed.connect(self._on_current_changed)
        session.photos_added.connect(self._on_photos_added)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With Shift the arrows, which page through the photos, move what is seen of one; with
        Alt the divider between before and after."""
        across, down = ARROWS.get(Qt.Key(event.key()), (0, 0))
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held == Qt.KeyboardModifier.ShiftModifier and (across or down):
            self.loupe.pan_by(across * _PAN, down * _PAN)
        elif held == Qt.KeyboardModifier.AltModifier and across:
            self.loupe.move_divider(across * _DIVIDER)
        else:
            super().keyPressEvent(event)

    def set_bar_visible(self, visible: bool) -> None:
        self._frame.setVisible(visible)

    def add_buttons(self, actions: Mapping[str, QAction]) -> None:
        """Once the actions exist."""
        texts = {
            "previous": "‹",
            "next": "›",
            "before": self.tr("Before"),
            "split": self.tr("Split"),
            "side_by_side": self.tr("Beside"),
            "clipping": self.tr("Clipping"),
            "crop": self.tr("Crop"),
        }
        self._bar.addWidget(self._name, 1)
        self._bar.addSpacing(SPACE)
        self._bar.addWidget(self._place)
        self._bar.addSpacing(SPACE)
        for name, text in texts.items():
            if name == "before":
                self._bar.addSpacing(SPACE)
            button = QToolButton()
            button.setDefaultAction(actions[name])
            button.setText(text)
            # The action's text would come back whenever the action changes.
            actions[name].setIconText(text)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._bar.addWidget(button)
        menu = QMenu(self._zoom)
        menu.addActions([actions[name] for name in _ZOOMS])
        self._zoom.setMenu(menu)
        self._bar.addSpacing(SPACE)
        self._bar.addWidget(self._zoom)

    def _on_current_changed(self, item: PhotoItem | None) -> None:
        self._name.set_full_text(item.name if item is not None else "")
        total = len(self._session.items)
        row = self._session.current_row
        self._place.setText(self.tr("{0} of {1}").format(row + 1, total) if item else "")

    def _on_photos_added(self, _first: int, _last: int) -> None:
        self._on_current_changed(self._session.current)
