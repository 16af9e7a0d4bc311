"""The histogram: red, green, blue and luminance, with clipping triangles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from imgtune_gui.backend import Histogram
from imgtune_gui.views import theme

#: Share of pixels at the end of the scale that is worth a warning.
CLIPPED_SHARE = 0.001
_CORNER = 9.0
_COLORS = ("#c05050", "#4f9a57", "#4a72c4")


class HistogramView(QWidget):
    """Shows counts of shape (4, 256). A click on a triangle asks for the overlay."""

    clipping_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: list[npt.NDArray[np.float64]] = []
        self._low = self._high = 0.0
        self._overlay = False
        self._height = 108
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Histogram"))

    def sizeHint(self) -> QSize:
        return QSize(260, self._height)

    def set_height(self, height: int) -> None:
        self._height = height
        self.updateGeometry()

    def set_counts(self, counts: Histogram | None) -> None:
        """New counts; None empties the view."""
        self._curves, self._low, self._high = [], 0.0, 0.0
        if counts is not None and counts[3].sum() > 0:
            shown = counts.astype(np.float64)
            pixels = shown[3].sum()
            self._low, self._high = shown[:3, 0].max() / pixels, shown[:3, 255].max() / pixels
            # The ends can tower over everything; they are told by the triangles.
            peak = max(np.percentile(shown[:, 1:255], 99.5), 1.0)
            smooth = np.array(
                [np.convolve(np.pad(c, 1, "edge"), (0.25, 0.5, 0.25), "valid") for c in shown]
            )
            self._curves = list(np.clip(smooth / peak, 0, 1.0))
        self._describe()
        self.update()

    def clipped(self) -> tuple[float, float]:
        """Share of pixels that are black and white in some channel."""
        return self._low, self._high

    def set_overlay(self, shown: bool) -> None:
        self._overlay = shown
        self.update()

    def _describe(self) -> None:
        text = self.tr("Clipped: {0:.1%} in the shadows, {1:.1%} in the highlights (J shows them)")
        text = text.format(self._low, self._high)
        self.setToolTip(text)
        self.setAccessibleDescription(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().y() < 2.5 * _CORNER:
            self.clipping_clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(theme.CANVAS))
        painter.drawRoundedRect(area, 4, 4)
        plot = area.adjusted(4, 6, -4, -4)
        self._paint_grid(painter, plot)
        if self._curves:
            painter.setBrush(theme.color("#8a8a8a", 0.55))
            painter.drawPolygon(_polygon(self._curves[3], plot))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Screen)
            for curve, tint in zip(self._curves[:3], _COLORS, strict=True):
                painter.setBrush(theme.color(tint, 0.55))
                painter.drawPolygon(_polygon(curve, plot))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        self._paint_triangles(painter, area)
        painter.end()

    def _paint_grid(self, painter: QPainter, plot: QRectF) -> None:
        painter.setBrush(theme.color("#ffffff", 0.05))
        for quarter in (0.25, 0.5, 0.75):
            x = round(plot.left() + quarter * plot.width())
            painter.drawRect(QRectF(x, plot.top(), 1, plot.height()))

    def _paint_triangles(self, painter: QPainter, area: QRectF) -> None:
        left, right, top = area.left() + 6, area.right() - 6, area.top() + 6
        for x, sign, share in ((left, 1, self._low), (right, -1, self._high)):
            lit = share > CLIPPED_SHARE
            painter.setBrush(theme.color("#f0f0f0" if lit else "#4a4a4a"))
            points = [QPointF(x, top), QPointF(x + sign * _CORNER, top), QPointF(x, top + _CORNER)]
            painter.drawPolygon(QPolygonF(points))
            if self._overlay:
                painter.setBrush(theme.color(theme.ACCENT))
                painter.drawRect(QRectF(min(x, x + sign * _CORNER), top - 3, _CORNER, 1.5))


def _polygon(curve: npt.NDArray[np.float64], plot: QRectF) -> QPolygonF:
    step = plot.width() / (len(curve) - 1)
    points = [QPointF(plot.left(), plot.bottom())]
    points += [
        QPointF(plot.left() + i * step, plot.bottom() - float(h) * plot.height())
        for i, h in enumerate(curve)
    ]
    points.append(QPointF(plot.right(), plot.bottom()))
    return QPolygonF(points)
