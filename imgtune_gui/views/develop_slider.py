"""One develop slider: name, track with the model's mark, value that can be typed.

It shows and asks. The value it paints is set by the panel from the session; what the user
does is emitted, and comes back as a new value.
"""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QScrollArea, QSizePolicy, QWidget

from imgtune_gui.language import param_label, param_tip
from imgtune_gui.views import theme
from imgtune_gui.views.slider_paint import (
    ROW_HEIGHT,
    SliderLook,
    name_rect,
    paint_slider,
    track_rect,
    value_rect,
)
from imgtune_gui.views.slider_scale import SliderScale, fine_step
from model_core.domain.develop import ParamSpec

#: Nudges that follow each other within this time are one undo.
_NUDGE_JOIN_MS = 700
_EDIT_STYLE = "padding: 0 3px;"
_drag_ids = itertools.count(1)

_NUDGE_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
}
#: Who has dragged a slider goes on to the next photo by these; up and down still turn it.
_PAGING = {Qt.Key.Key_Left, Qt.Key.Key_Right}
_LEAP_KEYS = {Qt.Key.Key_PageDown: -1, Qt.Key.Key_PageUp: 1}
_BACK_KEYS = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}


class ValueEdit(QLineEdit):
    """Keeps Enter and arrows to itself: Enter must not accept the photo while typing."""

    cancelled = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # All of it: a word would leave the sign standing, and "--35" is no number.
        self.selectAll()

    def set_wrong(self, wrong: bool) -> None:
        """Shows that this is no number."""
        self.setStyleSheet(_EDIT_STYLE + (f" border-color: {theme.WARN};" if wrong else ""))


class DevelopSlider(QWidget):
    """``value_moved(name, value, drag)``: moves of one drag carry the same number."""

    value_moved = Signal(str, float, int)
    value_shown = Signal(object)  # itself, with another value
    drag_finished = Signal(str)
    prediction_wanted = Signal(str)
    zero_wanted = Signal(str)
    left = Signal()  # a value was typed that a click had begun: the keys are the photo's again

    def __init__(self, spec: ParamSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.scale = SliderScale(spec)
        self._value = 0.0
        self._mark: float | None = None
        self._spread = 0.0
        self._drag = 0
        self._row_height = ROW_HEIGHT
        self._dragging = False
        self._grab_offset = 0.0
        self._hovered = False
        self._wheel_rest = 0.0
        self._editor: ValueEdit | None = None
        self._clicked = False  # whether a click, not a key, gave it the focus
        self._nudge_timer = QTimer(self)
        self._nudge_timer.setSingleShot(True)
        self._nudge_timer.setInterval(_NUDGE_JOIN_MS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._describe()

    # --- what is shown --------------------------------------------------------------
    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """Shows ``value``; emits nothing."""
        if value != self._value:
            self._value = value
            self.setAccessibleDescription(self.value_text())
            self.value_shown.emit(self)
            self.update()

    def set_prediction(self, mark: float | None, spread: float = 0.0) -> None:
        """Where the model's mark sits and how wide its band is; None shows neither."""
        if (mark, spread) != (self._mark, self._spread):
            self._mark, self._spread = mark, spread
            self._describe()
            self.update()

    def prediction(self) -> float | None:
        return self._mark

    def set_kelvin(self, as_shot: float | None) -> None:
        """Shows the temperature in kelvin when the camera's own is known."""
        self.scale = SliderScale(self.spec, as_shot)
        self._describe()
        self.update()

    def value_text(self) -> str:
        return self.scale.text(self._value)

    def _label(self) -> str:
        return param_label(self.spec)

    def _describe(self) -> None:
        lines = [param_tip(self.spec)]
        lines += self.scale.notes()
        if self._mark is not None:
            spread = self.scale.spread_text(self._spread)
            text = self.tr("Prediction: {0} ± {1}")
            lines.append(text.format(self.scale.text(self._mark), spread))
        lines.append(self.tr("Double-click: back to the prediction. With Alt: to zero."))
        self.setToolTip("\n".join(line for line in lines if line))
        self.setAccessibleName(self._label())
        self.setAccessibleDescription(self.value_text())

    # --- geometry and painting ------------------------------------------------------
    def sizeHint(self) -> QSize:
        return QSize(260, self._row_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._row_height)

    def set_row_height(self, height: int) -> None:
        """Lower rows, where the window is."""
        self._row_height = height
        self.updateGeometry()

    def _x_of(self, value: float) -> float:
        track = track_rect(QRectF(self.rect()))
        return track.left() + self.scale.position(value) * track.width()

    def _value_at(self, x: float) -> float:
        track = track_rect(QRectF(self.rect()))
        return self.scale.value_at((x - track.left()) / track.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = SliderLook(
            label=self._label(),
            text=self.value_text(),
            name=self.spec.name,
            value=self.scale.position(self._value),
            zero=self.scale.position(0.0),
            mark=None if self._mark is None else self.scale.position(self._mark),
            band=self._band(),
            enabled=self.isEnabled(),
            focused=self.hasFocus(),
            active=self._hovered or self._dragging,
            moved=self._mark is not None and self._value != self._mark,
        )
        paint_slider(painter, QRectF(self.rect()), look, self.font())
        painter.end()

    def _band(self) -> tuple[float, float] | None:
        if self._mark is None or self._spread <= 0:
            return None
        low, high = self._mark - self._spread, self._mark + self._spread
        return self.scale.position(low), self.scale.position(high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._editor is not None:
            self._editor.setGeometry(value_rect(QRectF(self.rect())).toRect())

    # --- mouse ----------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position()
        area = QRectF(self.rect())
        if value_rect(area).contains(point):
            self.begin_typing()
        elif not name_rect(area).contains(point):
            self._dragging, self._drag = True, next(_drag_ids)
            knob = self._x_of(self._value)
            on_knob = abs(point.x() - knob) <= 8
            self._grab_offset = knob - point.x() if on_knob else 0.0
            if not on_knob:
                self._move(self._value_at(point.x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._move(self._value_at(event.position().x() + self._grab_offset))
            return
        on_value = value_rect(QRectF(self.rect())).contains(event.position())
        self.setCursor(Qt.CursorShape.IBeamCursor if on_value else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self.drag_finished.emit(self.spec.name)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if value_rect(QRectF(self.rect())).contains(event.position()):
            self.begin_typing()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.zero_wanted.emit(self.spec.name)
        else:
            self.prediction_wanted.emit(self.spec.name)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the panel past a slider must not turn it: there only the focused one turns.
        if not self.hasFocus() and self._can_scroll_past():
            event.ignore()
            return
        # With Shift or Alt some platforms report the wheel as horizontal.
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._wheel_rest += turned / 120
        steps = int(self._wheel_rest)
        self._wheel_rest -= steps
        if steps:
            self.nudge(steps, leap=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        event.accept()

    def _can_scroll_past(self) -> bool:
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        return parent is None or parent.verticalScrollBar().maximum() > 0

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        back = menu.addAction(self.tr("Back to the prediction"))
        back.setEnabled(self._mark is not None)
        zero = menu.addAction(self.tr("Back to zero"))
        typed = menu.addAction(self.tr("Type a value…"))
        chosen = menu.exec(event.globalPos())
        if chosen is back:
            self.prediction_wanted.emit(self.spec.name)
        elif chosen is zero:
            self.zero_wanted.emit(self.spec.name)
        elif chosen is typed:
            self.begin_typing()

    # --- keys -----------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        # Arrows turn the focused slider; elsewhere they page through the photos.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = not event.modifiers() & ~(
                Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
            )
            # Digits are stars and colours, whatever was touched last; signs begin a number.
            sign = event.text() in {"-", "+"}
            if self._clicked and event.key() in _PAGING:
                return super().event(event)
            if plain and (event.key() in _NUDGE_KEYS or event.key() in _LEAP_KEYS or sign):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = _NUDGE_KEYS.get(Qt.Key(event.key()))
        leap = _LEAP_KEYS.get(Qt.Key(event.key()))
        if steps is not None:
            self.nudge(steps, leap=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif leap is not None:
            self.nudge(leap, leap=True)
        elif event.key() == Qt.Key.Key_F2:
            self.begin_typing()
        elif event.key() in _BACK_KEYS:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.zero_wanted if shift else self.prediction_wanted).emit(self.spec.name)
        elif event.text() and event.text() in "0123456789+-.":
            self.begin_typing(event.text())
        else:
            super().keyPressEvent(event)

    def nudge(self, steps: int, *, leap: bool = False) -> None:
        """Moves by small steps, or by just noticeable differences (``leap``)."""
        if not self._nudge_timer.isActive():
            self._drag = next(_drag_ids)
        self._nudge_timer.start()
        size = self.spec.jnd if leap else fine_step(self.spec)
        self._move(self._value + steps * size)

    def _move(self, value: float) -> None:
        value = round(self.spec.clamp(value), self.spec.decimals) + 0.0
        if value != self._value:
            self.value_moved.emit(self.spec.name, value, self._drag)

    # --- typing ---------------------------------------------------------------------
    def begin_typing(self, text: str = "") -> None:
        """Opens the value field, with ``text`` or with the present value selected."""
        if self._editor is None:
            self._editor = ValueEdit(self)
            self._editor.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._editor.setTextMargins(0, 0, 0, 0)
            self._editor.set_wrong(False)
            self._editor.textEdited.connect(self._on_text_edited)
            self._editor.setAccessibleName(self.tr("{0}, value").format(self._label()))
            self._editor.editingFinished.connect(self._on_editing_finished)
            self._editor.cancelled.connect(self._on_editing_cancelled)
        self._editor.setGeometry(value_rect(QRectF(self.rect())).toRect())
        self._editor.setText(text or self.value_text())
        if not text:
            self._editor.selectAll()
        self._editor.show()
        self._editor.setFocus()

    def _on_editing_finished(self) -> None:
        if self._editor is None or self._editor.isHidden():
            return
        value = self.scale.parse(self._editor.text())
        if value is None and self._editor.hasFocus():
            self._editor.set_wrong(True)
            self._editor.selectAll()
            return
        self._end_typing()
        if value is not None:
            self._drag = next(_drag_ids)
            self._move(value)

    def _end_typing(self) -> None:
        """The keys go back to where they were; nowhere when they are elsewhere already."""
        if self._editor is None:
            return
        focused = self._editor.hasFocus()
        self._editor.hide()
        if focused and self._clicked:
            self.left.emit()
        elif focused:
            self.setFocus()

    def _on_text_edited(self, _text: str) -> None:
        if self._editor is not None:
            self._editor.set_wrong(False)

    def _on_editing_cancelled(self) -> None:
        self._end_typing()

    # --- looks ----------------------------------------------------------------------
    def enterEvent(self, event: QEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._clicked = event.reason() == Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
