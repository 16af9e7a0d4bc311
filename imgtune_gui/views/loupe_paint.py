"""What the loupe paints over the photo: the divider of the split view, and tags."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from imgtune_gui.views import theme


def paint_divider(painter: QPainter, shown: QRectF, x: float) -> None:
    """A line at ``x`` over the photo ``shown``, with a handle that says how to drag it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for ink, alpha, width in (("#000000", 0.45, 3.0), ("#ffffff", 0.9, 1.2)):
        painter.setPen(QPen(theme.color(ink, alpha), width))
        painter.drawLine(QPointF(x, shown.top()), QPointF(x, shown.bottom()))
    painter.setBrush(theme.color("#202020", 0.75))
    painter.drawEllipse(QPointF(x, shown.center().y()), 11, 11)
    for sign in (-1, 1):
        tip = QPointF(x + sign * 7, shown.center().y())
        painter.drawLine(tip, tip + QPointF(-sign * 3.5, -3.5))
        painter.drawLine(tip, tip + QPointF(-sign * 3.5, 3.5))


def paint_tag(painter: QPainter, text: str, area: QRectF, *, right: bool = False) -> None:
    """A word in an upper corner of ``area``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = painter.fontMetrics().horizontalAdvance(text) + 18
    x = area.right() - width - 10 if right else area.left() + 10
    box = QRectF(x, area.top() + 10, width, 22)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("#101010", 0.62))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(theme.color("#e6e6e6"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
