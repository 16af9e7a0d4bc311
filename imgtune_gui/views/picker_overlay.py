"""The white-balance picker over the loupe: shows the patch that would be read, and what it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from imgtune_gui.views import theme
from imgtune_gui.views.keys import ARROWS, ENTER, claims
from imgtune_gui.views.loupe import LoupeView

_BOX = (188.0, 46.0)
_PICK = ENTER | {Qt.Key.Key_Space}
_KEYS = ARROWS.keys() | _PICK
_STEP, _FINE = 12.0, 2.0  # pixels of the window


class PickerOverlay(QWidget):
    """A child of the loupe that covers it while the picker is armed.

    ``hovered`` and ``picked`` carry a point of the photo, 0 .. 1; ``left`` when the pointer is
    not over the photo.
    """

    hovered = Signal(float, float)
    picked = Signal(float, float)
    left = Signal()
    cancelled = Signal()

    def __init__(self, loupe: LoupeView) -> None:
        super().__init__(loupe)
        self._loupe = loupe
        self._pointer = QPointF(-1, -1)
        self._rgb: tuple[int, int, int] | None = None
        self._text = ""
        self._patch_share = 0.0
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("White balance picker"))
        self.hide()
        loupe.installEventFilter(self)

    def arm(self, patch_share: float) -> None:
        """``patch_share``: side of the patch as a share of the photo's long side."""
        self._patch_share, self._rgb, self._text = patch_share, None, ""
        self.setGeometry(self._loupe.rect())
        self.show()
        self.raise_()
        self.setFocus()
        if self._loupe.underMouse():
            self._point_at(QPointF(self.mapFromGlobal(QCursor.pos())))

    def disarm(self) -> None:
        self.hide()

    def show_reading(self, rgb: tuple[int, int, int] | None, text: str) -> None:
        """What the patch under the pointer holds."""
        self._rgb, self._text = rgb, text
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.resize(self._loupe.size())
        return False

    # --- the pointer ----------------------------------------------------------------
    def _photo_point(self, point: QPointF) -> tuple[float, float] | None:
        x, y = self._loupe.photo_point(point)
        return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())

    def _point_at(self, point: QPointF) -> None:
        self._pointer = point
        found = self._photo_point(self._pointer)
        if found is None:
            self.left.emit()
        else:
            self.hovered.emit(*found)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            self.cancelled.emit()
            return
        found = self._photo_point(event.position())
        if found is not None:
            self.picked.emit(*found)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the loupe zooms

    def event(self, event: QEvent) -> bool:
        # Here arrows and Enter are the picker's, as long as it is armed.
        return claims(event, _KEYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the pointer, from the middle of the photo; with Shift finely."""
        arrow = ARROWS.get(Qt.Key(event.key()))
        found = self._photo_point(self._pointer)
        if arrow is not None:
            fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            start = self._pointer if found is not None else QPointF(self.rect().center())
            self._point_at(start + QPointF(*arrow) * (_FINE if fine else _STEP))
        elif event.key() in _PICK and found is not None:
            self.picked.emit(*found)
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = QPointF(-1, -1)
        self.left.emit()
        self.update()

    # --- painting -------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._photo_point(self._pointer) is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _, _, width, height = self._loupe.geometry_.photo_rect()
        side = max(self._patch_share * max(width, height) / self.devicePixelRatioF(), 6.0)
        square = QRectF(0, 0, side, side)
        square.moveCenter(self._pointer)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("#000000", 0.6), 3))
        painter.drawRect(square)
        painter.setPen(QPen(theme.color("#ffffff", 0.95), 1.2))
        painter.drawRect(square)
        if self._text:
            self._paint_reading(painter, square)
        painter.end()

    def _paint_reading(self, painter: QPainter, square: QRectF) -> None:
        box = QRectF(square.right() + 12, square.bottom() + 12, *_BOX)
        if box.right() > self.width():
            box.moveRight(square.left() - 12)
        if box.bottom() > self.height():
            box.moveBottom(square.top() - 12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("#101010", 0.85))
        painter.drawRoundedRect(box, 4, 4)
        text = box.adjusted(10, 0, -8, 0)
        if self._rgb is not None:
            swatch = QRectF(box.left() + 8, box.top() + 8, 30, 30)
            painter.setBrush(QColor(*self._rgb))
            painter.drawRoundedRect(swatch, 3, 3)
            text.setLeft(swatch.right() + 10)
        painter.setPen(theme.color("#e6e6e6"))
        wrap = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(text, wrap, self._text)
