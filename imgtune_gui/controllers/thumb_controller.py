"""Thumbnails: the camera's own at once, then as the photo is developed; what is seen first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.library_worker import LibraryWorker
from imgtune_gui.workers.quick_worker import QuickWorker
from model_core.domain.develop import DevelopSettings
from model_core.domain.geometry import Geometry

_DELAY_MS = 180
_WAY_MS = 150


class ThumbController(QObject):
    """Fills the model's images; ``worker`` draws them, a worker of its own finds the camera's."""

    seen_changed = Signal(object)  # tuple[Path, ...]: what is looked at now
    sources_wanted = Signal(object)  # list[PhotoItem] to decode, most wanted first

    def __init__(
        self,
        session: PhotoSession,
        model: FilmstripModel,
        worker: LibraryWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model, self._worker = session, model, worker
        self.quick = QuickWorker()
        self.quick_thread = WorkerThread(self.quick, "quick")
        self._drawn: dict[Path, tuple[DevelopSettings, Geometry]] = {}
        self._left: PhotoItem | None = None
        self._seen: tuple[Path, ...] = ()
        self._space = "srgb"  # of the screen
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_DELAY_MS)
        self._later.timeout.connect(self._on_later)
        self._way = QTimer(self)
        self._way.setSingleShot(True)
        self._way.setInterval(_WAY_MS)
        self._way.timeout.connect(self._on_way_free)
        self.quick.found.connect(self._on_quick_found)
        worker.thumb_rendered.connect(self._on_thumb_rendered)
        session.settings_changed.connect(self._on_settings_changed)
        session.items_changed.connect(self._on_items_changed)
        session.geometry_changed.connect(self.draw)
        session.current_changed.connect(self._on_current_changed)

    def make_way(self) -> None:
        """A hand moves something: what is not seen waits until it rests."""
        if not self._way.isActive():
            self._worker.set_resting(True)
        self._way.start()

    def _on_way_free(self) -> None:
        self._worker.set_resting(False)

    def clear(self) -> None:
        """Other photos are shown now."""
        self._drawn.clear()
        self._model.images.clear()
        self._model.sources.clear()

    def forget(self, item: PhotoItem) -> None:
        """The file is another one now, or gone."""
        self._drawn.pop(item.path, None)
        self._model.images.drop(item.path)
        self._model.sources.drop(item.path)

    def set_space(self, space: str) -> None:
        """Of the screen: for another one all thumbnails are drawn anew."""
        if space != self._space:
            self._space = space
            self._drawn.clear()
            self._model.images.clear()
            self.set_visible(self._seen)

    def set_visible(self, paths: tuple[Path, ...]) -> None:
        """What the user looks at is drawn first, and again if memory had no room for it."""
        self._seen = paths
        self._worker.set_visible(paths)
        self.seen_changed.emit(paths)
        found = (self._session.find(path) for path in paths)
        items = [item for item in found if item is not None and not item.error]
        self.quick.want(item.path for item in items if item.path not in self._model.images)
        outdated = [item for item in items if not self._is_drawn(item)]
        for item in outdated:
            self.draw(item)
        sources = self._model.sources
        self.sources_wanted.emit([item for item in outdated if item.path not in sources])

    def _is_drawn(self, item: PhotoItem) -> bool:
        look = item.settings, item.geometry
        return item.path in self._model.images and self._drawn.get(item.path) == look

    def draw(self, item: PhotoItem) -> None:
        """Asks for the thumbnail as developed, unless it looks like that already."""
        if self._is_drawn(item):
            return
        source = self._model.sources.get(item.path)
        if source is not None:
            self._worker.submit(
                m.RenderThumb(item.path, source, item.settings, item.geometry, self._space)
            )

    # --- when the look changes ------------------------------------------------------
    def _on_settings_changed(self, item: PhotoItem) -> None:
        if item is self._session.current:
            # While a slider moves, the cores belong to the loupe; the small picture can wait, and
            # so can photos that are being opened.
            self.make_way()
            self._later.start()
        else:
            self.draw(item)

    def _on_items_changed(self, _items: object) -> None:
        # Many at once: drawn as far as they are seen, the others when they are.
        self.set_visible(self._seen)

    def _on_current_changed(self, _item: PhotoItem | None) -> None:
        # The photo that was left may still wait for its small picture.
        left, self._left = self._left, _item
        if self._later.isActive() and left is not None:
            self._later.stop()
            self.draw(left)

    def _on_later(self) -> None:
        current = self._session.current
        if current is not None:
            self.draw(current)

    # --- answers --------------------------------------------------------------------
    def _on_quick_found(self, result: m.QuickThumbsFound) -> None:
        for path, image in result.images.items():
            # The developed one may have been faster; it is never replaced by the camera's.
            if path not in self._model.images:
                self._model.set_image(path, image)

    def _on_thumb_rendered(self, result: m.ThumbRendered) -> None:
        if self._session.find(result.path) is not None and result.space == self._space:
            self._drawn[result.path] = result.settings, result.geometry
            self._model.set_image(result.path, result.image)
