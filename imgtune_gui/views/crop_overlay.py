"""The crop tool over the loupe: the whole photo, what is kept, and a bar for the rest."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from imgtune_gui.models.crop_state import HANDLES, INSIDE, CropState, Handle
from imgtune_gui.views import theme
from imgtune_gui.views.crop_bar import CropBar
from imgtune_gui.views.keys import ARROWS, claims
from imgtune_gui.views.loupe import LoupeView
from model_core.domain.geometry import UNCROPPED, Geometry

_MARGIN = 34.0
_REACH = 13.0
_CORNER = 18.0
_CURSORS = {
    (-1, -1): Qt.CursorShape.SizeFDiagCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (-1, 1): Qt.CursorShape.SizeBDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
    (-1, 0): Qt.CursorShape.SizeHorCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    INSIDE: Qt.CursorShape.SizeAllCursor,
}
_STEP = 0.01  # of the photo, by a key


class CropOverlay(QWidget):
    """Covers the loupe while a crop is made. ``done`` carries the geometry."""

    done = Signal(object)  # Geometry
    cancelled = Signal()

    def __init__(self, loupe: LoupeView) -> None:
        super().__init__(loupe)
        self._loupe = loupe
        self.state = CropState(3, 2, UNCROPPED)
        self._image: QImage | None = None
        self._handle: Handle | None = None
        self._turning = False
        self._last = QPointF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Crop"))
        self.bar = CropBar(self)
        self.bar.ratio_chosen.connect(self._on_ratio_chosen)
        self.bar.swapped.connect(self._on_swapped)
        self.bar.left.connect(self.setFocus)
        self.bar.angle_changed.connect(self._on_angle_changed)
        self.bar.turned.connect(self._on_turned)
        self.bar.reset.connect(self._on_reset)
        self.bar.done.connect(self.finish)
        self.bar.cancelled.connect(self.cancelled)
        self.hide()
        loupe.installEventFilter(self)

    def begin(self, width: int, height: int, geometry: Geometry) -> None:
        """``width`` and ``height`` of the whole photo."""
        self.state = CropState(width, height, geometry)
        self._image = None
        self.bar.show_state(self.state, new=True)
        self.setGeometry(self._loupe.rect())
        self._place_bar()
        self.show()
        self.raise_()
        self.setFocus()

    def set_image(self, image: QImage) -> None:
        """The whole photo as it is developed now."""
        self._image = image
        self.update()

    def snapshot(self) -> QImage | None:
        """What is kept, as large as it is seen here: shown until it is rendered anew."""
        if self._image is None:
            return None
        rect, ratio = self.crop_rect(), self.devicePixelRatioF()
        image = QImage((rect.size() * ratio).toSize(), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.scale(ratio, ratio)
        painter.translate(-rect.topLeft())
        self._paint_photo(painter)
        painter.end()
        return image

    def finish(self) -> None:
        self.done.emit(self.state.geometry)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.resize(self._loupe.size())
            self._place_bar()
        return False

    def _place_bar(self) -> None:
        height = self.bar.sizeHint().height()
        self.bar.setGeometry(0, self.height() - height, self.width(), height)

    # --- the bar --------------------------------------------------------------------
    def _changed(self) -> None:
        self.bar.show_state(self.state)
        self.update()

    def _on_ratio_chosen(self, ratio: object) -> None:
        self.state.set_ratio(ratio if isinstance(ratio, float) else None)
        self._changed()

    def _on_swapped(self) -> None:
        self.state.swap_ratio()
        self._changed()

    def _on_angle_changed(self, angle: float) -> None:
        self.state.set_angle(angle)
        self._changed()

    def _on_turned(self, quarters: int) -> None:
        self.state.turn(quarters)
        self._changed()

    def _on_reset(self) -> None:
        self.state.reset()
        self.bar.show_state(self.state, new=True)
        self.update()

    # --- where things are -----------------------------------------------------------
    def _frame(self) -> QRectF:
        """The turned photo, upright, in the view."""
        across, down = self.state.turned_size
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        room.setBottom(room.bottom() - self.bar.height())
        scale = min(room.width() / across, room.height() / down)
        frame = QRectF(0, 0, max(across * scale, 1.0), max(down * scale, 1.0))
        frame.moveCenter(room.center())
        return frame

    def crop_rect(self) -> QRectF:
        """What is kept, in the view."""
        frame, g = self._frame(), self.state.geometry
        return QRectF(
            frame.left() + g.left * frame.width(),
            frame.top() + g.top * frame.height(),
            (g.right - g.left) * frame.width(),
            (g.bottom - g.top) * frame.height(),
        )

    def _share(self, point: QPointF) -> tuple[float, float]:
        frame = self._frame()
        x = (point.x() - frame.left()) / frame.width()
        return x, (point.y() - frame.top()) / frame.height()

    def _handle_at(self, point: QPointF) -> Handle | None:
        """None outside, where dragging straightens."""
        rect = self.crop_rect()
        if not rect.adjusted(-_REACH, -_REACH, _REACH, _REACH).contains(point):
            return None
        x = -1 if point.x() < rect.left() + _REACH else int(point.x() > rect.right() - _REACH)
        y = -1 if point.y() < rect.top() + _REACH else int(point.y() > rect.bottom() - _REACH)
        return x, y

    # --- the keys -------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        # Here arrows are the crop's; elsewhere they page through the photos.
        return claims(event, ARROWS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move what is kept; with Shift its right and lower sides."""
        arrow = ARROWS.get(Qt.Key(event.key()))
        if arrow is None:
            super().keyPressEvent(event)
            return
        across, down = arrow[0] * _STEP, arrow[1] * _STEP
        g = self.state.geometry
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.state.drag((abs(arrow[0]), abs(arrow[1])), g.right + across, g.bottom + down)
        else:
            self.state.move(across, down)
        self._changed()

    # --- the mouse ------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._last = event.position()
            self._handle = self._handle_at(self._last)
            self._turning = self._handle is None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        now, before = self._share(point), self._share(self._last)
        if self._turning:
            turned = self.state.angle_between(*before, *now)
            self.state.set_angle(self.state.geometry.angle + turned)
        elif self._handle == INSIDE:
            self.state.move(now[0] - before[0], now[1] - before[1])
        elif self._handle is not None:
            self.state.drag(self._handle, *now)
        else:
            handle = self._handle_at(point)
            cross = Qt.CursorShape.CrossCursor
            self.setCursor(cross if handle is None else _CURSORS[handle])
            return
        self._last = point
        self._changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._handle, self._turning = None, False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.crop_rect().contains(event.position()):
            self.finish()

    # --- painting -------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color(theme.CANVAS))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.crop_rect()
        self._paint_photo(painter)
        shade = QPainterPath()
        shade.addRect(QRectF(self.rect()))
        kept = QPainterPath()
        kept.addRect(rect)
        painter.fillPath(shade.subtracted(kept), theme.color("#101010", 0.68))
        self._paint_lines(painter, rect)
        painter.end()

    def _paint_photo(self, painter: QPainter) -> None:
        if self._image is None:
            return
        frame, g = self._frame(), self.state.geometry
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(frame.center())
        painter.rotate(g.angle + 90 * g.turns)
        wide, high = frame.width(), frame.height()
        if g.turns % 2:
            wide, high = high, wide
        painter.drawImage(QRectF(-wide / 2, -high / 2, wide, high), self._image)
        painter.restore()

    def _paint_lines(self, painter: QPainter, rect: QRectF) -> None:
        # Thirds; while straightening a fine net to lay along the horizon.
        parts = 9 if self._turning else 3
        painter.setPen(QPen(theme.color("#ffffff", 0.28), 1))
        for part in range(1, parts):
            x = rect.left() + rect.width() * part / parts
            y = rect.top() + rect.height() * part / parts
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        painter.setPen(QPen(theme.color("#ffffff", 0.85), 1))
        painter.drawRect(rect)
        painter.setPen(QPen(theme.color("#ffffff"), 3, c=Qt.PenCapStyle.FlatCap))
        for x, y in HANDLES:
            at = rect.center() + QPointF(x * rect.width() / 2, y * rect.height() / 2)
            along = min(_CORNER, rect.width() / 4, rect.height() / 4)
            if x and y:
                painter.drawLine(at, at - QPointF(x * along, 0))
                painter.drawLine(at, at - QPointF(0, y * along))
            else:
                half = QPointF(along / 2, 0) if y else QPointF(0, along / 2)
                painter.drawLine(at - half, at + half)
