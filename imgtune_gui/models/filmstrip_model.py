"""The photos as a list for views: thumbnails come in when the worker has drawn them."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtGui import QImage

from imgtune_gui.models.lru import LruCache
from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.session import PhotoSession
from model_core.domain.image import Proxy

#: Bytes of thumbnails kept. The sources let learning redraw them without decoding.
IMAGE_BYTES = 160 * 1024**2
SOURCE_BYTES = 128 * 1024**2

AnyIndex = QModelIndex | QPersistentModelIndex


class Role(IntEnum):
    ITEM = Qt.ItemDataRole.UserRole + 1
    IMAGE = Qt.ItemDataRole.UserRole + 2


class FilmstripModel(QStringListModel):
    """Rows are the session's items; images are bounded by bytes, not by count.

    A list of (empty) strings, because a list view asks for the number of rows twice for each
    row that it lays out: answered by Qt itself, 10,000 rows take 6 ms, and 40 ms by Python.
    """

    def __init__(self, session: PhotoSession, parent: QObject | None = None) -> None:
        super().__init__([""] * len(session.items), parent)
        self._session = session
        self.images: LruCache[Path, QImage] = LruCache(IMAGE_BYTES)
        self.sources: LruCache[Path, Proxy] = LruCache(SOURCE_BYTES)
        session.photos_reset.connect(self._on_photos_reset)
        session.photos_added.connect(self._on_photos_added)
        session.item_changed.connect(self._on_item_changed)
        session.items_changed.connect(self._on_items_changed)

    def item(self, index: AnyIndex) -> PhotoItem | None:
        items = self._session.items
        return items[index.row()] if index.isValid() and index.row() < len(items) else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.item(index)
        if item is None:
            return None
        if role == Role.ITEM:
            return item
        if role == Role.IMAGE:
            return self.images.get(item.path)
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.name}, {self._state_text(item)}"
        return None

    def set_image(self, path: Path, image: QImage) -> None:
        """A thumbnail was drawn."""
        item = self._session.find(path)
        if item is not None:
            self.images.put(path, image, image.sizeInBytes())
            self._on_item_changed(item)

    def set_source(self, path: Path, source: Proxy) -> None:
        """Pixels from which the thumbnail can be drawn with other settings."""
        self.sources.put(path, source, source.pixels.nbytes)

    def _state_text(self, item: PhotoItem) -> str:
        texts = {
            EditState.UNTOUCHED: self.tr("shows the prediction"),
            EditState.DRAFT: self.tr("draft, not yet accepted"),
            EditState.ACCEPTED: self.tr("prediction accepted"),
            EditState.CORRECTED: self.tr("corrected by you"),
        }
        return item.error or texts[item.state]

    def _tool_tip(self, item: PhotoItem) -> str:
        lines = [item.name, self._state_text(item)]
        photo = item.photo
        if photo is not None:
            facts = [f"{photo.width} × {photo.height}"]
            facts += [str(fact) for fact in (photo.camera, photo.captured_at) if fact]
            lines.append(" · ".join(facts))
        if item.prediction is not None:
            lines.append(self.tr("Doubt of the model: {0:.1f} J").format(item.prediction.doubt))
        if item.needs_review:
            lines.append(self.tr("The model is unsure here: please look at it"))
        return "\n".join(lines)

    def _on_photos_reset(self) -> None:
        self.setStringList([""] * len(self._session.items))

    def _on_photos_added(self, first: int, last: int) -> None:
        self.insertRows(first, last - first + 1)

    def _on_item_changed(self, item: PhotoItem) -> None:
        row = self._session.row_of(item)
        if row >= 0:
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def _on_items_changed(self, _items: object) -> None:
        # One signal: the views paint no more than what is seen, however many rows it names.
        self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))
