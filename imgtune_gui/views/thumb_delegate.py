"""Draws one photo of the filmstrip or grid: thumbnail, badge, doubt."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from imgtune_gui.models.filmstrip_model import Role
from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.views import theme
from imgtune_gui.views.mark_paint import paint_marks
from model_core.domain.marks import Flag

#: Doubt in J at which the bar is full.
_FULL_DOUBT = 3.0
_PAD = 5.0
_BADGE = 8.0
_STARS, _NAME = 17.0, 20.0  # rows below the picture
_REJECTED_OPACITY = 0.3


class ThumbDelegate(QStyledItemDelegate):
    """Cells have one fixed size; the thumbnail is fitted into it."""

    def __init__(self, size: QSize, *, with_name: bool = False, parent: QObject | None = None):
        super().__init__(parent)
        self._size = size
        self._with_name = with_name

    def set_size(self, size: QSize) -> None:
        """Another cell size; the view lays its items out anew."""
        self._size = size

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return self._size

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        item = index.data(Role.ITEM)
        if not isinstance(item, PhotoItem):
            return
        image = index.data(Role.IMAGE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = QRectF(option.rect).adjusted(2, 2, -2, -2)
        state = option.state
        current = index.row() == self._current_row(option)
        self._paint_cell(painter, cell, bool(state & QStyle.StateFlag.State_Selected), current)
        room = cell.adjusted(_PAD, _PAD, -_PAD, -_STARS - (_NAME if self._with_name else 0))
        if item.marks.flag is Flag.REJECT:
            painter.setOpacity(_REJECTED_OPACITY)
        frame = self._paint_image(painter, room, image, item)
        painter.setOpacity(1.0)
        stars = QRectF(cell.left(), cell.bottom() - _STARS - 1, cell.width(), _STARS - 3)
        paint_marks(painter, cell, frame, stars, item.marks)
        if self._with_name:
            marked = current or bool(state & QStyle.StateFlag.State_Selected)
            painter.setPen(theme.color("#ececec" if marked else "#a2a2a2"))
            line = QRectF(room.left(), room.bottom() + 4, room.width(), 16)
            name = painter.fontMetrics().elidedText(
                item.name, Qt.TextElideMode.ElideMiddle, int(line.width())
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, name)
        if item.error:
            self._paint_error(painter, frame)
        else:
            self._paint_doubt(painter, frame, item)
            _paint_badge(painter, frame, item.state)
        painter.restore()

    @staticmethod
    def _current_row(option: QStyleOptionViewItem) -> int:
        view = option.widget
        return view.currentIndex().row() if isinstance(view, QAbstractItemView) else -1

    @staticmethod
    def _paint_cell(painter: QPainter, cell: QRectF, selected: bool, current: bool) -> None:
        painter.setPen(QPen(theme.color("#e8e8e8"), 1.4) if current else Qt.PenStyle.NoPen)
        if current:
            painter.setBrush(theme.color("#5a5a5a"))
        else:
            painter.setBrush(theme.color("#484848" if selected else "#292929"))
        painter.drawRoundedRect(cell, 4, 4)

    @staticmethod
    def _paint_image(
        painter: QPainter, room: QRectF, image: QImage | None, item: PhotoItem
    ) -> QRectF:
        if image is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("#ffffff", 0.04))
            painter.drawRoundedRect(room, 3, 3)
            if not item.error:
                painter.setPen(theme.color(theme.FAINT))
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "···")
            return room
        factor = min(room.width() / image.width(), room.height() / image.height())
        width, height = image.width() * factor, image.height() * factor
        frame = QRectF(0, 0, width, height)
        frame.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(frame, image)
        return frame

    @staticmethod
    def _paint_error(painter: QPainter, frame: QRectF) -> None:
        painter.setPen(QPen(theme.color(theme.WARN), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        centre = frame.center()
        painter.drawEllipse(centre, 11, 11)
        painter.drawLine(centre + QPointF(0, -5.5), centre + QPointF(0, 1.5))
        painter.drawPoint(centre + QPointF(0, 5.5))

    @staticmethod
    def _paint_doubt(painter: QPainter, frame: QRectF, item: PhotoItem) -> None:
        """A short bar, longer when the model is less sure; only where it still decides."""
        if item.prediction is None or item.state is not EditState.UNTOUCHED:
            return
        share = min(item.prediction.doubt / _FULL_DOUBT, 1.0)
        bar = QRectF(frame.left() + 6, frame.bottom() - 9, 26, 3.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("#000000", 0.55))
        painter.drawRoundedRect(bar.adjusted(-1.5, -1.5, 1.5, 1.5), 3, 3)
        painter.setBrush(theme.color(theme.ACCENT))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * share, 3.5), 1.5, 1.5)
        if item.needs_review:
            dot = QPointF(bar.right() + 9, bar.center().y())
            painter.setBrush(theme.color("#000000", 0.55))
            painter.drawEllipse(dot, 6.5, 6.5)
            painter.setPen(theme.color(theme.ACCENT))
            around = QRectF(dot.x() - 7, dot.y() - 8, 14, 16)
            painter.drawText(around, Qt.AlignmentFlag.AlignCenter, "?")


def _paint_badge(painter: QPainter, frame: QRectF, state: EditState) -> None:
    """Ring: draft. Tick: accepted. Slider knob: corrected. Nothing: untouched."""
    if state is EditState.UNTOUCHED:
        return
    centre = QPointF(frame.right() - _BADGE - 4, frame.bottom() - _BADGE - 4)
    solid = state is not EditState.DRAFT
    painter.setPen(QPen(theme.color("#101010", 0.7), 1.5))
    painter.setBrush(theme.color("#f2f2f2") if solid else theme.color("#1c1c1c", 0.8))
    painter.drawEllipse(centre, _BADGE, _BADGE)
    ink = theme.color("#1a1a1a") if solid else theme.color("#f2f2f2")
    pen = QPen(ink, 1.7)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    if state is EditState.ACCEPTED:
        painter.drawLine(centre + QPointF(-3.5, 0.2), centre + QPointF(-0.8, 3.0))
        painter.drawLine(centre + QPointF(-0.8, 3.0), centre + QPointF(4.0, -3.2))
        return
    for y, knob in ((-2.6, 1.6), (2.6, -1.8)):
        painter.drawLine(centre + QPointF(-4.2, y), centre + QPointF(4.2, y))
        painter.setBrush(ink)
        painter.drawEllipse(centre + QPointF(knob, y), 1.2, 1.2)
