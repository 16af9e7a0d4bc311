"""The learning curve: how far predictions were off, lesson by lesson."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from imgtune_gui.views import theme
from model_core.domain.curve import LearningCurve

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 46.0, 12.0, 24.0
_LINE = 15.0
_TICKS = 4


class CurveView(QWidget):
    """Amber: the style. Grey: what one fixed preset would have done. Lower is better."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve = LearningCurve()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 150)
        self.setAccessibleName(self.tr("Learning curve"))

    def sizeHint(self) -> QSize:
        return QSize(460, 210)

    def set_curve(self, curve: LearningCurve) -> None:
        self._curve = curve
        if curve.errors:
            text = self.tr("Off by {0:.1f} J at the start, {1:.1f} J now; a preset {2:.1f} J")
            self.setAccessibleDescription(
                text.format(curve.errors[0], curve.errors[-1], curve.preset_errors[-1])
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(theme.CANVAS))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        plot = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        if len(self._curve.errors) < 2:
            painter.setPen(theme.color(theme.DIM))
            text = self.tr("The curve begins with the second lesson.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        else:
            highest = self._highest()
            self._paint_axes(painter, plot, highest)
            for values, ink, width in (
                (self._curve.preset_errors, "#8a8a8a", 1.5),
                (self._curve.errors, theme.ACCENT, 2.2),
            ):
                painter.setPen(QPen(theme.color(ink), width))
                line = _polyline(values, plot, highest)
                painter.drawPolyline(line)
                painter.setBrush(theme.color(ink))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(line.last(), 3, 3)
            self._paint_ends(painter, plot, highest)
        painter.end()

    def _paint_ends(self, painter: QPainter, plot: QRectF, highest: float) -> None:
        """What both are now, in figures beside the ends of the lines."""
        own, preset = self._curve.errors[-1], self._curve.preset_errors[-1]
        apart = _LINE if own < preset else -_LINE
        y = plot.bottom() - plot.height() * own / highest
        other = plot.bottom() - plot.height() * preset / highest
        if abs(y - other) < _LINE:  # they would be written over each other
            y = other + apart
        for value, ink, at in ((preset, "#a8a8a8", other), (own, theme.ACCENT, y)):
            painter.setPen(theme.color(ink))
            box = QRectF(plot.right() + 8, at - 8, _RIGHT - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{value:.2f}")

    def _highest(self) -> float:
        top = max(*self._curve.errors, *self._curve.preset_errors, 0.5)
        steps = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
        return next((step for step in steps if step >= top), top)

    def _paint_axes(self, painter: QPainter, plot: QRectF, highest: float) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for tick in range(_TICKS + 1):
            y = plot.bottom() - plot.height() * tick / _TICKS
            painter.setPen(QPen(theme.color("#ffffff", 0.07), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme.color(theme.DIM))
            label = f"{highest * tick / _TICKS:.3g}"  # 0.75, not 0.8 between 0 and 1.5
            painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), right, label)
        count = len(self._curve.errors)
        below = QRectF(plot.left(), plot.bottom() + 5, plot.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "1")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self.tr("lessons"))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, str(count))


def _polyline(values: tuple[float, ...], plot: QRectF, highest: float) -> QPolygonF:
    step = plot.width() / (len(values) - 1)
    return QPolygonF(
        [
            QPointF(plot.left() + n * step, plot.bottom() - plot.height() * value / highest)
            for n, value in enumerate(values)
        ]
    )
