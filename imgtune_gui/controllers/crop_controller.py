"""Cropping, straightening, turning: shown at once, exported, and never destructive."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from imgtune_gui.controllers.loupe_controller import LoupeController
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.crop_overlay import CropOverlay
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker
from model_core.domain.geometry import UNCROPPED, Geometry

_SAME_SHAPE = 0.03


class CropController(QObject):
    """Nothing changes until "Done"; then it is one undo."""

    message_raised = Signal(str)
    cropping_changed = Signal(bool)

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        loupe: LoupeController,
        catalog: CatalogWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._loupe = session, window, loupe
        self._catalog = catalog
        self._item: PhotoItem | None = None
        self.overlay = CropOverlay(window.loupe)
        self.overlay.done.connect(self._on_done)
        self.overlay.cancelled.connect(self.cancel)
        loupe.rendered.connect(self._on_rendered)
        session.current_changed.connect(self._on_current_changed)
        session.geometry_changed.connect(self._on_geometry_changed)

    @property
    def is_cropping(self) -> bool:
        return self._item is not None

    def set_cropping(self, wanted: bool) -> None:
        """R: begins, and applies when it is pressed again."""
        if not wanted:
            if self.is_cropping:
                self.overlay.finish()
            return
        item = self._session.current
        if item is None or item.photo is None:
            self.message_raised.emit(self.tr("This photo is still being opened"))
            self.cropping_changed.emit(False)
            return
        self._window.show_page(grid=False)
        self._item = item
        self._window.loupe.fit()
        self._loupe.show_uncropped(True)
        self.overlay.begin(item.photo.width, item.photo.height, item.geometry)
        seen = self._window.loupe.picture()
        if seen is not None and seen.region == m.WHOLE and item.geometry == UNCROPPED:
            self.overlay.set_image(seen.image)  # it is the whole photo already
        self.cropping_changed.emit(True)

    def cancel(self) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._item is None:
            return
        self._item = None
        self.overlay.hide()
        self._loupe.show_uncropped(False)
        self.cropping_changed.emit(False)
        self._window.focus_photo()

    def _on_done(self, geometry: Geometry) -> None:
        item = self._item
        self._loupe.set_snapshot(self.overlay.snapshot())
        self._leave()
        if item is not None:
            self._session.set_geometry([(item, geometry)], self.tr("Crop"))
        self._loupe.set_snapshot(None)

    def _on_current_changed(self, item: PhotoItem | None) -> None:
        # Going on to another photo keeps what was done to this one.
        if self._item is not None and item is not self._item:
            self.overlay.finish()

    def _on_rendered(self, result: m.Rendered) -> None:
        item = self._item
        if item is None or item.photo is None or result.path != item.path:
            return
        # One of the cropped photo may still have been on its way.
        shape = result.image.width() / max(result.image.height(), 1)
        whole = item.photo.width / item.photo.height
        if result.region == m.WHOLE and abs(shape / whole - 1) < _SAME_SHAPE:
            self.overlay.set_image(result.image)

    def _on_geometry_changed(self, item: PhotoItem) -> None:
        if item.photo is not None:
            self._catalog.submit(m.SaveGeometry(item.photo, item.geometry))

    # --- without the tool -----------------------------------------------------------
    def turn_left(self) -> None:
        self._turn(-1, self.tr("Turn left"))

    def turn_right(self) -> None:
        self._turn(1, self.tr("Turn right"))

    def _turn(self, quarters: int, text: str) -> None:
        if self.is_cropping:
            self.overlay.bar.turned.emit(quarters)
            return
        frames = [(item, item.geometry.turned(quarters)) for item in self._targets()]
        self._session.set_geometry(frames, text)

    def reset(self) -> None:
        """The whole photo as the camera held it."""
        frames = [(item, UNCROPPED) for item in self._targets()]
        self._session.set_geometry(frames, self.tr("Whole photo"))

    def _targets(self) -> list[PhotoItem]:
        """In the grid what is selected; in the loupe what is seen."""
        window = self._window
        if window.is_grid():
            return [item for item in window.photo_list.selected_items() if item.photo is not None]
        current = self._session.current
        return [current] if current is not None and current.photo is not None else []
