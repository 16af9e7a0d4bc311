"""The bar over the filmstrip: which photos are shown, and in what order."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from imgtune_gui.models.arrangement import Arrangement, SortKey
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.session import PhotoSession
from imgtune_gui.views import theme
from imgtune_gui.views.keys import claims
from imgtune_gui.views.mark_paint import paint_flag, star_polygon
from imgtune_gui.views.mark_texts import LABEL_TINTS, colour_text, flag_text, state_text
from imgtune_gui.views.theme import SPACE
from model_core.domain.marks import MAX_STARS, Colour, Flag

_STAR_KEYS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Home: -MAX_STARS,
    Qt.Key.Key_End: MAX_STARS,
}


class StarPicker(QWidget):
    """Five stars; a click on the lit count puts them out again. Arrows add and take one."""

    changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stars = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self.tr("At least so many stars"))
        self.setAccessibleName(self.tr("Filter by stars"))

    def sizeHint(self) -> QSize:
        return QSize(MAX_STARS * 16 + 4, 22)

    def set_stars(self, stars: int) -> None:
        self._stars = stars
        self.setAccessibleDescription(str(stars))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        stars = min(max(int((event.position().x() - 2) // 16) + 1, 1), MAX_STARS)
        self.changed.emit(0 if stars == self._stars else stars)

    def event(self, event: QEvent) -> bool:
        # Elsewhere arrows page through the photos.
        return claims(event, _STAR_KEYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STAR_KEYS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        stars = min(max(self._stars + step, 0), MAX_STARS)
        if stars != self._stars:
            self.changed.emit(stars)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(theme.color("#b4b4b4"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(MAX_STARS):
            lit = number < self._stars
            painter.setBrush(theme.color("#e4e4e4" if lit else "#4c4c4c"))
            centre = QPointF(10 + number * 16, self.height() / 2 + 0.5)
            painter.drawPolygon(star_polygon(centre, 6.2))
        painter.end()


class MarkButton(QToolButton):
    """A flag or a colour that can be switched on."""

    def __init__(self, mark: Flag | Colour, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mark = mark
        self.setCheckable(True)
        self.setFixedSize(22, 22)
        self.setToolTip(text)
        self.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setBrush(theme.color("#525252" if self.isChecked() else theme.RAISED))
            painter.drawRoundedRect(area, 4, 4)
        if isinstance(self.mark, Flag):
            paint_flag(painter, area.center(), self.mark, dim=not self.isChecked())
        else:
            tint = theme.color(LABEL_TINTS[self.mark], 1.0 if self.isChecked() else 0.6)
            painter.setBrush(tint)
            painter.drawRoundedRect(area.adjusted(5, 5, -5, -5), 2, 2)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Enter, QEvent.Type.Leave}:
            self.update()
        return super().event(event)


class FilterBar(QFrame):
    """Shows an :class:`Arrangement` and asks for others."""

    changed = Signal(object)  # Arrangement
    left = Signal()  # the hand wants to go back to the photos

    def __init__(self, session: PhotoSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._arrangement = Arrangement()
        self.setObjectName("Toolbar")
        self._buttons: list[MarkButton] = []
        self._bar = QHBoxLayout(self)
        self._bar.setContentsMargins(2 * SPACE, 3, 2 * SPACE, 3)
        self._bar.setSpacing(2)
        self._build_filters()
        self._bar.addStretch(1)
        self._build_order()
        for signal in (session.photos_reset, session.photos_added):
            signal.connect(self._on_photos_changed)

    def _build_filters(self) -> None:
        for flag in (Flag.PICK, Flag.NONE, Flag.REJECT):
            self._add_button(MarkButton(flag, flag_text(flag)))
        self._bar.addSpacing(SPACE)
        self.stars = StarPicker()
        self.stars.changed.connect(self._on_stars)
        self._bar.addWidget(self.stars)
        self._bar.addSpacing(SPACE)
        for colour in LABEL_TINTS:
            self._add_button(MarkButton(colour, colour_text(colour)))
        self._bar.addSpacing(SPACE)
        self.states = QComboBox()
        self.states.setAccessibleName(self.tr("Filter by state"))
        self.states.addItem(self.tr("All states"), "")
        self.states.addItem(self.tr("Not yet answered"), "open")
        self.states.addItem(self.tr("Needs review"), "review")
        for state in EditState:
            self.states.addItem(state_text(state), state.value)
        self.states.activated.connect(self._on_state)
        self._bar.addWidget(self.states)
        self.text = QLineEdit()
        self.text.setPlaceholderText(self.tr("Name contains"))
        self.text.setAccessibleName(self.tr("Filter by name"))
        self.text.setClearButtonEnabled(True)
        self.text.setFixedWidth(128)
        self.text.textChanged.connect(self._on_text)
        self.text.returnPressed.connect(self.left)
        self._bar.addSpacing(4)
        self._bar.addWidget(self.text)
        self.clear = QToolButton()
        self.clear.setText(self.tr("Show all"))
        self.clear.clicked.connect(self._on_clear)
        self._bar.addWidget(self.clear)

    def _build_order(self) -> None:
        self._count = QLabel()
        self._count.setObjectName("Dim")
        self._bar.addWidget(self._count)
        self._bar.addSpacing(SPACE)
        self.sort = QComboBox()
        self.sort.setAccessibleName(self.tr("Sort by"))
        self.sort.setToolTip(self.tr("Sort by"))
        texts = {
            SortKey.ADDED: self.tr("File order"),
            SortKey.CAPTURED: self.tr("Capture time"),
            SortKey.NAME: self.tr("Name"),
            SortKey.STARS: self.tr("Stars"),
            SortKey.REVIEW: self.tr("Needs review"),
            SortKey.DOUBT: self.tr("Doubt of the model"),
        }
        for key, text in texts.items():
            self.sort.addItem(text, key.value)
        self.sort.activated.connect(self._on_sort)
        self._bar.addWidget(self.sort)
        self.direction = QToolButton()
        self.direction.setFixedWidth(26)
        self.direction.clicked.connect(self._on_direction)
        self._bar.addWidget(self.direction)
        self.show_arrangement(self._arrangement)

    def _add_button(self, button: MarkButton) -> None:
        button.clicked.connect(self._on_marks)
        self._buttons.append(button)
        self._bar.addWidget(button)

    # --- showing --------------------------------------------------------------------
    def show_arrangement(self, arrangement: Arrangement) -> None:
        """What the session does now."""
        self._arrangement = arrangement
        for button in self._buttons:
            marks = arrangement.flags if isinstance(button.mark, Flag) else arrangement.colours
            button.setChecked(button.mark in marks)
        self.stars.set_stars(arrangement.min_stars)
        self.states.setCurrentIndex(max(self.states.findData(_state_key(arrangement)), 0))
        if self.text.text() != arrangement.text:
            self.text.setText(arrangement.text)
        self.sort.setCurrentIndex(self.sort.findData(arrangement.sort.value))
        down = arrangement.descending
        self.direction.setText("↓" if down else "↑")
        name = self.tr("Descending") if down else self.tr("Ascending")
        self.direction.setToolTip(name)
        self.direction.setAccessibleName(name)
        self.clear.setVisible(arrangement.filters)
        self._on_photos_changed()

    def _on_photos_changed(self, *_: object) -> None:
        shown, total = len(self._session.items), len(self._session.all_items)
        text = self.tr("{0} of {1} photos") if shown != total else self.tr("{0} photos")
        self._count.setText(text.format(shown, total))

    # --- asking ---------------------------------------------------------------------
    def _on_marks(self) -> None:
        on = [button.mark for button in self._buttons if button.isChecked()]
        flags = frozenset(mark for mark in on if isinstance(mark, Flag))
        colours = frozenset(mark for mark in on if isinstance(mark, Colour))
        self.changed.emit(replace(self._arrangement, flags=flags, colours=colours))

    def _on_stars(self, stars: int) -> None:
        self.changed.emit(replace(self._arrangement, min_stars=stars))

    def _on_state(self, index: int) -> None:
        key = self.states.itemData(index)
        states = _OPEN if key == "open" else frozenset[EditState]()
        if key not in {"", "open", "review"}:
            states = frozenset({EditState(key)})
        unsure = key == "review"
        self.changed.emit(replace(self._arrangement, states=states, unsure=unsure))

    def _on_text(self, text: str) -> None:
        self.changed.emit(replace(self._arrangement, text=text.strip()))

    def _on_clear(self) -> None:
        self.changed.emit(self._arrangement.without_filters())

    def _on_sort(self, index: int) -> None:
        key = SortKey(self.sort.itemData(index))
        # What one wants to see first: the best, and what the model is least sure of.
        down = key in {SortKey.STARS, SortKey.DOUBT}
        self.changed.emit(replace(self._arrangement, sort=key, descending=down))

    def _on_direction(self) -> None:
        self.changed.emit(replace(self._arrangement, descending=not self._arrangement.descending))


_OPEN = frozenset({EditState.UNTOUCHED, EditState.DRAFT})


def _state_key(arrangement: Arrangement) -> str:
    if arrangement.unsure:
        return "review"
    if arrangement.states == _OPEN:
        return "open"
    return next(iter(arrangement.states)).value if len(arrangement.states) == 1 else ""
