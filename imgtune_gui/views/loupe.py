"""The loupe: one photo, fitted or zoomed, with before and after.

It draws the newest picture it was given at the place it belongs to, so zooming and panning
follow the hand at once and become sharp when the worker has answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from imgtune_gui.views import theme
from imgtune_gui.views.loupe_geometry import LoupeGeometry
from imgtune_gui.views.loupe_paint import paint_divider, paint_tag
from imgtune_gui.workers.messages import WHOLE, Region

_WHEEL_FACTOR = 1.25
_DIVIDER_GRAB = 10.0
_BETWEEN = 2.0  # two panes


class Compare(Enum):
    AFTER = "after"
    BEFORE = "before"
    SPLIT = "split"
    SIDE = "side by side"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Rendered pixels of ``region`` of the photo; ``before`` is the photo as it was."""

    image: QImage
    region: Region = WHOLE
    before: QImage | None = None


class LoupeView(QWidget):
    """``view_changed``: other pixels are wanted; ``zoom_changed``: the text for it."""

    view_changed = Signal()
    zoom_changed = Signal(str)
    compare_changed = Signal(object)  # Compare

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.geometry_ = LoupeGeometry()
        self.compare = Compare.AFTER
        self.split = 0.5
        self._backdrop: Picture | None = None  # whole photo, under the sharp part
        self._picture: Picture | None = None
        self._text = ""
        self._pan_from: QPointF | None = None
        self._dividing = False
        self._wanted_zoom: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Loupe"))

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    # --- what is shown --------------------------------------------------------------
    def show_photo(self, width: int, height: int, stand_in: QImage | None, text: str = "") -> None:
        """Another photo: its size in pixels, a thumbnail until the real picture comes."""
        self._picture = None
        self._backdrop = Picture(stand_in) if stand_in is not None else None
        self._text = text
        self.set_photo_size(width, height)
        self.update()  # also where the photo before had the same size

    def set_photo_size(self, width: int, height: int) -> None:
        """The true size, once known; keeps fit or zoom."""
        self._set_geometry(self.geometry_.with_photo(width, height))
        self._fit_view()  # a portrait may stand better beside than above

    def clear(self, text: str = "") -> None:
        self._picture = self._backdrop = None
        self._text = text
        self.update()

    def set_picture(self, picture: Picture) -> None:
        """The newest rendering."""
        self._picture = picture
        if picture.region == WHOLE:
            self._backdrop = picture
        # A moving slider leaves all around the photo as it is.
        alone = self.compare is not Compare.SIDE and not self._text
        self._text = ""
        self.update(self._shown_rect().toAlignedRect() if alone else self.rect())

    def picture(self) -> Picture | None:
        return self._picture

    def set_text(self, text: str) -> None:
        """One line over the canvas, such as why a photo cannot be shown."""
        self._text = text
        self.update()

    def set_compare(self, compare: Compare) -> None:
        if compare is not self.compare:
            self.compare = compare
            self.compare_changed.emit(compare)
            if not self._fit_view():
                self.view_changed.emit()
            self.update()

    # --- panes ----------------------------------------------------------------------
    def panes(self) -> list[QRectF]:
        """Where photos are: all of the view, or two equal parts of it, before and after, next
        to each other or one above the other, whichever shows them larger."""
        area = QRectF(self.rect())
        if self.compare is not Compare.SIDE:
            return [area]
        across, down = (area.width() - _BETWEEN) / 2, (area.height() - _BETWEEN) / 2
        shape = self.geometry_.photo_width / self.geometry_.photo_height
        if min(across / shape, area.height()) >= min(area.width() / shape, down):
            size, step = QSizeF(across, area.height()), QPointF(across + _BETWEEN, 0)
        else:
            size, step = QSizeF(area.width(), down), QPointF(0, down + _BETWEEN)
        return [QRectF(area.topLeft(), size), QRectF(area.topLeft() + step, size)]

    def in_pane(self, point: QPointF) -> QPointF:
        """A point of the view, as if the pane that it is in were the first."""
        panes = self.panes()
        pane = next((one for one in panes if one.contains(point)), panes[0])
        return point - pane.topLeft() + panes[0].topLeft()

    def photo_point(self, point: QPointF) -> tuple[float, float]:
        """What of the photo is at a point of the view; 0 .. 1 inside the photo."""
        at = self._device(point)
        return self.geometry_.photo_point(at.x(), at.y())

    def _fit_view(self) -> bool:
        """Gives the geometry the size of a pane; whether that changed anything."""
        size, ratio = self.panes()[0].size(), self.devicePixelRatioF()
        resized = self.geometry_.resized(size.width() * ratio, size.height() * ratio)
        changed = resized != self.geometry_
        self._set_geometry(resized)
        return changed

    # --- zoom -----------------------------------------------------------------------
    def _device(self, point: QPointF) -> QPointF:
        return self.in_pane(point) * self.devicePixelRatioF()

    def _set_geometry(self, geometry: LoupeGeometry) -> None:
        if geometry == self.geometry_:
            return
        self.geometry_ = geometry
        self.zoom_changed.emit(self.zoom_text())
        self.view_changed.emit()
        self.update()

    def zoom_text(self) -> str:
        percent = f"{self.geometry_.actual_scale:.0%}"
        if self.geometry_.filled:
            return self.tr("Fill · {0}").format(percent)
        return self.tr("Fit · {0}").format(percent) if self.geometry_.is_fit else percent

    def fit(self) -> None:
        self._set_geometry(self.geometry_.fitted())

    def fill(self) -> None:
        self._set_geometry(self.geometry_.filling())

    def zoom_to(self, scale: float) -> None:
        """``scale``: screen pixels per photo pixel, about the middle."""
        self._set_geometry(
            self.geometry_.zoomed(
                scale, self.geometry_.view_width / 2, self.geometry_.view_height / 2
            )
        )

    def toggle_zoom(self, point: QPointF | None = None) -> None:
        """Between fit and 100 %, about the pointer if it is over the photo."""
        if not self.geometry_.is_fit:
            self.fit()
            return
        if point is None:
            cursor = QPointF(self.mapFromGlobal(self.cursor().pos()))
            inside = self.underMouse() and QRectF(self.rect()).contains(cursor)
            point = cursor if inside else self.panes()[0].center()
        at = self._device(point)
        scale = 1.0 if self.geometry_.fit_scale < 1.0 else 2.0
        self._set_geometry(self.geometry_.zoomed(scale, at.x(), at.y()))

    def zoom_by(self, factor: float, point: QPointF | None = None) -> None:
        at = self._device(point or self.panes()[0].center())
        scale = self.geometry_.actual_scale * factor
        self._set_geometry(self.geometry_.zoomed(scale, at.x(), at.y()))

    def pan_by(self, across: float, down: float) -> None:
        """Moves what is seen by shares of the view."""
        g = self.geometry_
        self._set_geometry(g.panned(-across * g.view_width, -down * g.view_height))

    def move_divider(self, share: float) -> None:
        """By a share of what is shown of the photo."""
        self.split = min(max(self.split + share, 0.0), 1.0)
        self.update()

    # --- events ---------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom_by(_WHEEL_FACTOR**steps, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(1.0 + event.value(), event.position())
                return True
            return False
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._dividing = self._on_divider(event.position())
        if not self._dividing:
            self._pan_from = event.position()
            if not self.geometry_.is_fit:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._dividing:
            shown = self._shown_rect()
            self.split = min(max((point.x() - shown.left()) / max(shown.width(), 1), 0.0), 1.0)
            self.update()
        elif self._pan_from is not None:
            moved = (point - self._pan_from) * self.devicePixelRatioF()
            self._pan_from = point
            self._set_geometry(self.geometry_.panned(moved.x(), moved.y()))
        else:
            self._set_hover_cursor(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pan_from, self._dividing = None, False
        self._set_hover_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._on_divider(event.position()):
            self.toggle_zoom(event.position())

    def _set_hover_cursor(self, point: QPointF) -> None:
        if self._on_divider(point):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif not self.geometry_.is_fit:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _on_divider(self, point: QPointF) -> bool:
        return self.compare is Compare.SPLIT and (
            abs(point.x() - self.divider_x()) <= _DIVIDER_GRAB
        )

    def divider_x(self) -> float:
        shown = self._shown_rect()
        return shown.left() + self.split * shown.width()

    def _photo_rect(self) -> QRectF:
        left, top, width, height = self.geometry_.photo_rect()
        ratio = self.devicePixelRatioF()
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    def _shown_rect(self) -> QRectF:
        return self._photo_rect().intersected(self.panes()[0])

    # --- painting -------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        panes = self.panes()
        shown = self._shown_rect()
        if not shown.toAlignedRect().contains(event.rect()):
            self._paint_canvas(painter, [shown.translated(pane.topLeft()) for pane in panes])
        if self.compare is Compare.SIDE:
            for pane, before in zip(panes, (True, False), strict=True):
                self._paint_pane(painter, pane, before)
        else:
            self._paint_photo(painter, self.compare is Compare.BEFORE)
        if self.compare is Compare.SPLIT:
            self._paint_split(painter)
        if self.compare is Compare.BEFORE:
            paint_tag(painter, self.tr("Before"), shown)
        if self._text:
            painter.setPen(theme.color(theme.DIM))
            area = self.rect().adjusted(40, 20, -40, -20)
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, wrap, self._text)
        painter.end()

    def _paint_canvas(self, painter: QPainter, photos: list[QRectF]) -> None:
        """Around the photo; under it only until it is there (a fill of 4 MP takes 2 ms)."""
        around = QRegion(self.rect())
        if self._picture is not None or self._backdrop is not None:
            for shown in photos:
                around -= QRegion(shown.toAlignedRect().adjusted(1, 1, -1, -1))
        painter.setClipRegion(around)
        painter.fillRect(self.rect(), theme.color(theme.CANVAS))
        painter.setClipping(False)

    def _paint_pane(self, painter: QPainter, pane: QRectF, before: bool) -> None:
        painter.save()
        painter.setClipRect(pane)
        painter.translate(pane.topLeft())
        self._paint_photo(painter, before)
        text = self.tr("Before") if before else self.tr("After")
        paint_tag(painter, text, self._shown_rect())
        painter.restore()

    def _paint_photo(self, painter: QPainter, before: bool) -> None:
        layers = [self._picture] if self._picture_covers() else [self._backdrop, self._picture]
        pairs = [
            (layer.region, layer.before if before else layer.image) for layer in layers if layer
        ]
        images = [(region, image) for region, image in pairs if image is not None]
        if not images:  # the canvas leaves the photo's place out
            painter.fillRect(self._shown_rect(), theme.color(theme.SUNKEN))
        # In the screen's own pixels: a picture that has as many is copied, not transformed.
        painter.save()
        painter.scale(1 / self.devicePixelRatioF(), 1 / self.devicePixelRatioF())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for region, image in images:
            target = self._target(region)
            exact = target.toRect()
            if exact.size() == image.size():
                painter.drawImage(exact.topLeft(), image)
            else:
                painter.drawImage(target, image)
        painter.restore()

    def _picture_covers(self) -> bool:
        if self._picture is None:
            return False
        visible, region = self.geometry_.visible(), self._picture.region
        inside = (
            region[0] <= visible[0],
            region[1] <= visible[1],
            region[2] >= visible[2],
            region[3] >= visible[3],
        )
        return all(inside)

    def _target(self, region: Region) -> QRectF:
        """Where a part of the photo lies, in the screen's own pixels."""
        left, top, width, height = self.geometry_.photo_rect()
        corner = QPointF(left + region[0] * width, top + region[1] * height)
        return QRectF(corner, QPointF(left + region[2] * width, top + region[3] * height))

    def _paint_split(self, painter: QPainter) -> None:
        shown, x = self._shown_rect(), self.divider_x()
        painter.save()
        painter.setClipRect(QRectF(shown.left(), shown.top(), x - shown.left(), shown.height()))
        self._paint_photo(painter, before=True)
        painter.restore()
        paint_divider(painter, shown, x)
        paint_tag(painter, self.tr("Before"), shown)
        paint_tag(painter, self.tr("After"), shown, right=True)
