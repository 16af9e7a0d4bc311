"""The photos below the loupe, and the same as a grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.thumb_delegate import ThumbDelegate

STRIP_CELL = QSize(148, 118)
GRID_CELL = QSize(184, 172)  # at least; cells grow to fill the row
GRID_WIDTHS = range(110, 330)
_ZOOM_STEP = 1.12
_SETTLE_MS = 40
_CHOOSING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


def _ranges(selection: QItemSelection) -> list[QItemSelectionRange]:
    return list(selection)  # type: ignore[call-overload]  # a list, which the stubs do not say


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending rows as (first, last) of those that follow each other."""
    first = None
    for place, row in enumerate(rows):
        first = row if first is None else first
        if place + 1 == len(rows) or rows[place + 1] != row + 1:
            yield first, row
            first = None


class PhotoListView(QListView):
    """Follows the session's current photo; ``visible_changed`` names what is looked at."""

    visible_changed = Signal(object)  # tuple[Path, ...]
    opened = Signal(object)  # PhotoItem, double-clicked
    scrolled = Signal()

    def __init__(
        self, session: PhotoSession, model: FilmstripModel, cell: QSize, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._cell = cell
        self._end = -1  # of a selection by Shift, whose other end is the photo in hand
        self.setModel(model)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # It fills its ground itself: what is opaque is moved when it is scrolled, and only what
        # comes into sight is painted (6 cells instead of 20 for half a row).
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        model.modelReset.connect(self._on_scrolled)
        model.modelReset.connect(self._on_model_reset)
        model.rowsInserted.connect(self._on_rows_inserted)
        session.current_changed.connect(self._on_current_item_changed)

    def release(self) -> None:
        """Shows nothing any more."""
        self._settle.stop()
        self._session.current_changed.disconnect(self._on_current_item_changed)
        self.setModel(None)

    # --- selection ------------------------------------------------------------------
    def selected_items(self) -> list[PhotoItem]:
        """The selected photos in list order; the current one when none is selected."""
        items = self.marked_items()
        if not items and self._session.current is not None:
            items = [self._session.current]
        return items

    def marked_items(self) -> list[PhotoItem]:
        """What is selected, in list order; nothing when nothing is."""
        items, rows = self._session.items, self._marked_rows()
        return [items[row] for row in rows if row < len(items)]

    def _marked_rows(self) -> list[int]:
        # By ranges: thousands of selected photos are one or two of them.
        parts = _ranges(self.selectionModel().selection())
        return sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})

    def select_items(self, items: Iterable[PhotoItem]) -> None:
        """Selects exactly those of ``items`` that are shown."""
        rows = sorted(row for item in items if (row := self._session.row_of(item)) >= 0)
        selection = QItemSelection()
        for first, last in _runs(rows):  # thousands of ranges would be slow
            selection.append(QItemSelectionRange(self._model.index(first), self._model.index(last)))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def selectAll(self) -> None:
        # As one range: QListView asks the model about every single row.
        self.select_items(self._session.items)

    def currentChanged(
        self,
        current: QModelIndex | QPersistentModelIndex,
        previous: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self._session.select_row(current.row())

    def _on_current_item_changed(self, item: PhotoItem | None) -> None:
        row = self._session.row_of(item) if item is not None else -1
        if row < 0:
            return
        self._end = -1
        index = self._model.index(row)
        if index != self.currentIndex():
            parts = _ranges(self.selectionModel().selection())
            several = sum(part.height() for part in parts) > 1
            # Undo may jump to a photo inside a selection: the selection is kept then.
            keep = several and self.selectionModel().isSelected(index)
            flag = QItemSelectionModel.SelectionFlag
            how = flag.NoUpdate if keep else flag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, how)
        if self.isVisible():  # a list that is not seen is not laid out; see showEvent
            self.scrollTo(index)

    def _on_model_reset(self) -> None:
        self._on_current_item_changed(self._session.current)

    def dataChanged(
        self,
        top_left: QModelIndex | QPersistentModelIndex,
        bottom_right: QModelIndex | QPersistentModelIndex,
        roles: Sequence[int] = (),
    ) -> None:
        # QListView lays all rows out anew here, which with 10,000 photos takes a third of a
        # second for each thumbnail that comes in; our cells have one size whatever they show.
        if top_left == bottom_right:
            self.update(top_left)
        else:
            self.viewport().update()

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        # Qt would ask for the place of every selected row, only to repaint those in sight.
        return QRegion(self.viewport().rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.viewport().palette().base())
        painter.end()
        super().paintEvent(event)

    # --- what is visible ------------------------------------------------------------
    def _on_scrolled(self, _value: int = 0) -> None:
        self._settle.start()
        self.scrolled.emit()

    def _on_rows_inserted(self, _parent: QModelIndex, _first: int, _last: int) -> None:
        self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_current_item_changed(self._session.current)
        self._settle.start()

    def visible_paths(self) -> tuple[Path, ...]:
        """Photos in the viewport, and a few after it."""
        model = self.model()  # none any more when a timer outlives the program's end
        rows = model.rowCount() if model is not None else 0
        if not rows or not self.isVisible():
            return ()
        area = self.viewport().rect()
        middle = QPoint(self._cell.width() // 2, self._cell.height() // 2)
        first = self.indexAt(area.topLeft() + middle).row()
        first = max(first, 0)
        across = max(1, area.width() // self._cell.width() + 1)
        down = max(1, area.height() // self._cell.height() + 1)
        last = min(rows, first + across * down + across)
        return tuple(item.path for item in self._session.items[first:last])

    def first_visible(self) -> PhotoItem | None:
        """The photo in the upper left corner."""
        paths = self.visible_paths()
        return self._session.find(paths[0]) if paths else None

    def show_at_top(self, item: PhotoItem) -> None:
        """Scrolls so that :meth:`first_visible` is this photo."""
        row = self._session.row_of(item)
        if row >= 0:
            self.scrollTo(self._model.index(row), QListView.ScrollHint.PositionAtTop)

    def _on_settled(self) -> None:
        paths = self.visible_paths()
        if paths:
            self.visible_changed.emit(paths)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self._model.item(self.indexAt(event.position().toPoint()))
        if item is not None:
            self.opened.emit(item)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """With Shift or Ctrl others are chosen too, and the photo in hand stays the one whose
        settings they get; Qt would put the last one clicked in its place."""
        index = self.indexAt(event.position().toPoint())
        modifiers = event.modifiers()
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            if modifiers & Qt.KeyboardModifier.ShiftModifier:
                self._select_to(index.row())
                return
            if modifiers & Qt.KeyboardModifier.ControlModifier:
                self._toggle(index)
                return
        self._end = -1
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not event.modifiers() & _CHOOSING:  # else all was done at the press
            super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():  # a hand that trembles must not choose what it passes over
            super().mouseMoveEvent(event)

    def _select_to(self, row: int) -> None:
        """From the photo in hand to this one."""
        self._end = row
        here = max(self._session.current_row, 0)
        low, high = self._model.index(min(here, row)), self._model.index(max(here, row))
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(QItemSelection(low, high), flag)
        self.scrollTo(self._model.index(row))

    def _toggle(self, index: QModelIndex) -> None:
        """Into the selection or out of it; the photo in hand hands over to the nearest."""
        self._end = -1
        flag = QItemSelectionModel.SelectionFlag.Toggle
        if index.row() != self._session.current_row:
            self.selectionModel().select(index, flag)
            return
        others = [row for row in self._marked_rows() if row != index.row()]
        if others:
            nearest = min(others, key=lambda row: abs(row - index.row()))
            self._session.select_row(nearest)
            self.selectionModel().select(index, flag)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Typing must not search by name: single letters are shortcuts of the window.
        if event.text() and event.text().isprintable():
            event.ignore()
            return
        step = self._steps().get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            start = self._end if self._end >= 0 else self._session.current_row
            self._select_to(min(max(start + step, 0), len(self._session.items) - 1))
            return
        super().keyPressEvent(event)

    def _steps(self) -> dict[Qt.Key, int]:
        """How many photos on each key goes."""
        every = len(self._session.items)
        across = max(1, self.viewport().width() // self._cell.width()) if self.isWrapping() else 0
        return {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -across,
            Qt.Key.Key_Down: across,
            Qt.Key.Key_Home: -every,
            Qt.Key.Key_End: every,
        }


class Filmstrip(PhotoListView):
    """One row, scrolled sideways by the wheel."""

    def __init__(
        self, session: PhotoSession, model: FilmstripModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, model, STRIP_CELL, parent)
        self.setObjectName("Filmstrip")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setSpacing(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(ThumbDelegate(STRIP_CELL, parent=self))
        self.setFixedHeight(STRIP_CELL.height() + 14)
        self.setAccessibleName(self.tr("Filmstrip"))

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        move = delta.y() if abs(delta.y()) > abs(delta.x()) else delta.x()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - move)
        event.accept()


class PhotoGrid(PhotoListView):
    """Rows and columns, with names."""

    def __init__(
        self, session: PhotoSession, model: FilmstripModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, model, GRID_CELL, parent)
        self.setObjectName("Grid")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        # Always there: else Qt keeps its width free, and cells that fill the row do not fit.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._width = GRID_CELL.width()
        self._cells = ThumbDelegate(GRID_CELL, with_name=True, parent=self)
        self.setItemDelegate(self._cells)
        self.setAccessibleName(self.tr("Grid"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_cells()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            larger = event.angleDelta().y() > 0
            self.set_cell_width(round(self._width * (_ZOOM_STEP if larger else 1 / _ZOOM_STEP)))
            event.accept()
        else:
            super().wheelEvent(event)

    def cell_width(self) -> int:
        """What the user wants of it; cells are as wide or wider."""
        return self._width

    def set_cell_width(self, width: int) -> None:
        """Larger or smaller thumbnails; what is seen first stays where it is."""
        top = self.first_visible()
        self._width = min(max(width, GRID_WIDTHS.start), GRID_WIDTHS.stop)
        self._fit_cells()
        if top is not None:
            self.show_at_top(top)

    def _fit_cells(self) -> None:
        # Cells grow to fill the row, so that the grid has no ragged right edge.
        width = self.viewport().width() - 2
        columns = max(1, width // self._width)
        wide = width // columns
        cell = QSize(wide, GRID_CELL.height() - GRID_CELL.width() + wide)
        if cell != self._cell:
            self._cell = cell
            self._cells.set_size(cell)
            self.scheduleDelayedItemsLayout()
