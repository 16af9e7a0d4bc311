"""The histogram: red, green, blue and luminance, with clipping triangles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from imgtune_gui.backend import Histogram
from imgtune_gui.views import theme
from imgtune_gui.workers.pixels import blank_image

#: Share of pixels at the end of the scale that is worth a warning.
CLIPPED_SHARE = 0.001
_CORNER = 9.0
_OPACITY = 0.55


class HistogramView(QWidget):
    """Shows counts of shape (4, 256). A click on a triangle asks for the overlay."""

    clipping_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: npt.NDArray[np.float64] | None = None
        self._image: QImage | None = None
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
        self._curves, self._image, self._low, self._high = None, None, 0.0, 0.0
        if counts is not None and counts[3].sum() > 0:
            shown = counts.astype(np.float64)
            pixels = shown[3].sum()
            self._low, self._high = shown[:3, 0].max() / pixels, shown[:3, 255].max() / pixels
            # The ends can tower over everything; they are told by the triangles.
            # (np.percentile would import numpy.ma here, 30 ms, to find the same.)
            inner = np.sort(shown[:, 1:255], axis=None)
            peak = max(inner[round(0.995 * (inner.size - 1))], 1.0)
            smooth = np.array(
                [np.convolve(np.pad(c, 1, "edge"), (0.25, 0.5, 0.25), "valid") for c in shown]
            )
            self._curves = np.clip(smooth / peak, 0, 1.0)
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
        painter.drawImage(plot.topLeft(), self._drawn(plot.size().toSize()))
        self._paint_triangles(painter, area)
        painter.end()

    def _drawn(self, size: QSize) -> QImage:
        """The curves, drawn anew when they, the size or the screen have changed."""
        ratio = self.devicePixelRatioF()
        width, height = round(size.width() * ratio), round(size.height() * ratio)
        if self._image is None or self._image.size() != QSize(width, height):
            self._image = draw_curves(self._curves, width, height)
            self._image.setDevicePixelRatio(ratio)
        return self._image

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


def _light(color: str) -> npt.NDArray[np.float32]:
    """(3, 1, 1): red, green and blue, 0..1."""
    ink = theme.color(color)
    return np.array([ink.redF(), ink.greenF(), ink.blueF()], np.float32)[:, None, None]


_GREY, _INKS = _light("#8a8a8a"), [_light(ink) for ink in ("#c05050", "#4f9a57", "#4a72c4")]


def draw_curves(curves: npt.NDArray[np.float64] | None, width: int, height: int) -> QImage:
    """Curves (4, N) of heights 0..1 as hills over quarter lines: luminance in grey, and red,
    green and blue as light upon it.

    By columns and all at once: four polygons of hundreds of points with smooth edges take a
    painter longer than the photo does, and they are drawn while a slider moves.
    """
    ground = np.empty((3, height, width), np.float32)  # by channel: numpy likes long rows
    ground[...] = _light(theme.CANVAS)
    ground[..., [round(width * quarter) for quarter in (0.25, 0.5, 0.75)]] += 0.05
    if curves is not None:
        places = np.linspace(0.0, curves.shape[1] - 1.0, width)
        edge = (
            np.arange(height, 0.0, -1.0).astype(np.float32)[:, None] - 1.0
        )  # the lower one of each row
        shares = []
        for curve in curves:
            top = np.interp(places, np.arange(curves.shape[1]), curve).astype(np.float32) * height
            shares.append((top - edge).clip(0.0, 1.0) * np.float32(_OPACITY))
        ground += shares[3] * (_GREY - ground)
        for share, ink in zip(shares, _INKS, strict=False):
            ground += share * ink * (1.0 - ground)
    image, pixels = blank_image(width, height)
    ground = ground * np.float32(255.0) + np.float32(0.5)
    for channel, plane in enumerate(ground.astype(np.uint8)):
        pixels[..., 2 - channel] = plane
    pixels[..., 3] = 255
    return image
