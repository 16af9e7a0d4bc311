"""Stars, flags and colour labels, drawn alike in the filmstrip, the grid and the filter bar."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from imgtune_gui.views import theme
from imgtune_gui.views.mark_texts import LABEL_TINTS
from model_core.domain.marks import Colour, Flag, Marks

STAR_STEP = 11.0


def star_polygon(centre: QPointF, radius: float) -> QPolygonF:
    """A star of five points, one of them up."""
    return _star(radius).translated(centre)


@lru_cache(maxsize=8)
def _star(radius: float) -> QPolygonF:
    points = []
    for corner in range(10):
        angle = math.pi * (corner / 5 - 0.5)
        reach = radius if corner % 2 == 0 else 0.45 * radius
        points.append(QPointF(math.cos(angle), math.sin(angle)) * reach)
    return QPolygonF(points)


def paint_stars(painter: QPainter, row: QRectF, stars: int) -> None:
    """``stars`` small ones, centred in ``row``."""
    if not stars:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("#cfcfcf"))
    left = row.center().x() - (stars - 1) * STAR_STEP / 2
    for number in range(stars):
        centre = QPointF(left + number * STAR_STEP, row.center().y())
        painter.drawPolygon(star_polygon(centre, 4.6))


def paint_flag(painter: QPainter, centre: QPointF, flag: Flag, *, dim: bool = False) -> None:
    """Pick: a white flag. Reject: a dark one with a cross. None: an empty one."""
    ink = theme.color("#8c8c8c" if dim else "#f0f0f0")
    painter.save()
    painter.setPen(QPen(ink, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(ink if flag is Flag.PICK else Qt.BrushStyle.NoBrush)
    foot = centre + QPointF(-3.5, 6)
    painter.drawLine(foot, centre + QPointF(-3.5, -5.5))
    cloth = QRectF(centre.x() - 3.5, centre.y() - 5.5, 8, 6)
    painter.drawRect(cloth)
    if flag is Flag.REJECT:
        red = theme.color(theme.WARN, 0.75 if dim else 1.0)
        painter.setPen(QPen(red, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre + QPointF(-0.5, 0.5), centre + QPointF(5.5, 6.5))
        painter.drawLine(centre + QPointF(5.5, 0.5), centre + QPointF(-0.5, 6.5))
    painter.restore()


def paint_marks(painter: QPainter, cell: QRectF, frame: QRectF, row: QRectF, marks: Marks) -> None:
    """A photo's marks in its cell: flag on the picture, stars in ``row``, colour at the foot."""
    if marks.colour is not Colour.NONE:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(LABEL_TINTS[marks.colour]))
        strip = QRectF(cell.left() + 4, cell.bottom() - 4, cell.width() - 8, 3)
        painter.drawRoundedRect(strip, 1.5, 1.5)
    paint_stars(painter, row, marks.stars)
    if marks.flag is not Flag.NONE:
        centre = frame.topLeft() + QPointF(13, 13)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("#101010", 0.6))
        painter.drawEllipse(centre, 10, 10)
        paint_flag(painter, centre + QPointF(0.5, 0), marks.flag)
