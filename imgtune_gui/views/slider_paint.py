"""How a develop slider looks; pure painting, no state."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QLinearGradient, QPainter, QPen, QPolygonF

from imgtune_gui.views import theme

ROW_HEIGHT = 28
_NAME_WIDTH = 72.0
_VALUE_WIDTH = 52.0
_GAP = 10.0
_GROOVE = 3.0
_KNOB = 5.5

#: Tints of the white balance tracks: what the slider does to the picture.
_TINTS = {
    "temperature": ("#45678f", "#5a5a5a", "#a8924a"),
    "tint": ("#4d8a55", "#5a5a5a", "#8f4f8a"),
}


@dataclass(frozen=True, slots=True)
class SliderLook:
    """Positions are 0 .. 1 along the track."""

    label: str
    text: str
    name: str
    value: float
    zero: float
    mark: float | None
    band: tuple[float, float] | None
    enabled: bool
    focused: bool
    active: bool
    moved: bool


def name_rect(area: QRectF) -> QRectF:
    return QRectF(area.left(), area.top(), _NAME_WIDTH, area.height())


def value_rect(area: QRectF) -> QRectF:
    height = 22.0
    top = area.center().y() - height / 2
    return QRectF(area.right() - _VALUE_WIDTH, top, _VALUE_WIDTH, height)


def track_rect(area: QRectF) -> QRectF:
    left = area.left() + _NAME_WIDTH + _GAP
    right = area.right() - _VALUE_WIDTH - _GAP
    return QRectF(left, area.center().y() - _GROOVE / 2, max(right - left, 1.0), _GROOVE)


def paint_slider(painter: QPainter, area: QRectF, look: SliderLook, font: QFont) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    _paint_texts(painter, area, look)
    track = track_rect(area)
    _paint_groove(painter, track, look)
    if look.enabled:
        _paint_model(painter, track, look)
        _paint_knob(painter, track, look)


def _paint_texts(painter: QPainter, area: QRectF, look: SliderLook) -> None:
    middle = Qt.AlignmentFlag.AlignVCenter
    if not look.enabled:
        painter.setPen(theme.color(theme.FAINT))
    else:
        painter.setPen(theme.color("#f0f0f0" if look.focused else "#bcbcbc"))
    painter.drawText(name_rect(area), middle | Qt.AlignmentFlag.AlignLeft, look.label)
    box = value_rect(area)
    if look.enabled:
        if look.active or look.focused:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("#000000", 0.22))
            painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.color("#f0f0f0" if look.moved else "#bcbcbc"))
        right = middle | Qt.AlignmentFlag.AlignRight
        painter.drawText(box.adjusted(0, 0, -5, 0), right, look.text)


def _paint_groove(painter: QPainter, track: QRectF, look: SliderLook) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    tints = _TINTS.get(look.name)
    if tints is not None and look.enabled:
        gradient = QLinearGradient(track.topLeft(), track.topRight())
        for stop, tint in zip((0.0, 0.5, 1.0), tints, strict=True):
            gradient.setColorAt(stop, theme.color(tint))
        painter.setBrush(QBrush(gradient))
    else:
        painter.setBrush(theme.color("#151515" if look.enabled else "#222222"))
    painter.drawRoundedRect(track, _GROOVE / 2, _GROOVE / 2)
    zero = track.left() + look.zero * track.width()
    painter.setBrush(theme.color("#6e6e6e" if look.enabled else "#3a3a3a"))
    painter.drawRect(QRectF(zero - 0.5, track.center().y() - 5, 1, 10))
    if tints is None and look.enabled:
        value = track.left() + look.value * track.width()
        painter.setBrush(theme.color("#8e8e8e"))
        left, right = min(zero, value), max(zero, value)
        painter.drawRect(QRectF(left, track.top(), right - left, track.height()))


def _paint_model(painter: QPainter, track: QRectF, look: SliderLook) -> None:
    """The band of doubt behind the groove and the small mark that hangs under it."""
    if look.mark is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    middle = track.center().y()
    if look.band is not None:
        left = track.left() + look.band[0] * track.width()
        right = track.left() + look.band[1] * track.width()
        painter.setBrush(theme.color(theme.ACCENT, 0.27))
        painter.drawRoundedRect(QRectF(left, middle - 5.5, max(right - left, 2), 11), 2.5, 2.5)
    x = track.left() + look.mark * track.width()
    painter.setBrush(theme.color(theme.ACCENT))
    tip = middle + 5.5
    points = [QPointF(x, tip), QPointF(x - 4, tip + 6), QPointF(x + 4, tip + 6)]
    painter.drawPolygon(QPolygonF(points))


def _paint_knob(painter: QPainter, track: QRectF, look: SliderLook) -> None:
    centre = QPointF(track.left() + look.value * track.width(), track.center().y())
    radius = _KNOB + (0.8 if look.active else 0.0)
    painter.setPen(QPen(theme.color("#141414"), 1.2))
    painter.setBrush(theme.color("#ffffff" if look.focused or look.active else "#cfcfcf"))
    painter.drawEllipse(centre, radius, radius)
    if look.focused:
        painter.setPen(QPen(theme.color("#ffffff", 0.35), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius + 2.5, radius + 2.5)
