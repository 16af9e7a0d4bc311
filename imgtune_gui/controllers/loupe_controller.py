"""Feeds the loupe: decodes what is needed, renders the newest settings only."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, QThread, QTimer, Signal
from PySide6.QtGui import QImage

from imgtune_gui.backend import Backend
from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.models.lru import LruCache
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.develop_panel import DevelopPanel
from imgtune_gui.views.loupe import Compare, LoupeView, Picture
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.loupe_worker import LoupeWorker
from imgtune_gui.workers.preview_worker import PreviewWorker
from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.image import Proxy

PROXY_BYTES = 96 * 1024**2
#: Decode without reducing. Proxies are never enlarged, so any large number does.
FULL_SIDE = 1_000_000
#: A photo as it is framed.
Framed = tuple[Path, Geometry]
#: After the last change of what is shown, the picture is rendered once more, with all care.
_SETTLE_MS = 120
#: The histogram is counted once the picture is on the screen, and not for each of them.
_COUNT_AFTER_MS, _COUNT_EVERY_S = 12, 0.1


class LoupeController(QObject):
    """Owns the loupe worker (decoding) and the preview worker (rendering)."""

    message_raised = Signal(str)
    rendered = Signal(object)  # m.Rendered, after it was handed to the loupe

    def __init__(
        self,
        session: PhotoSession,
        model: FilmstripModel,
        loupe: LoupeView,
        panel: DevelopPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model = session, model
        self._loupe, self._panel = loupe, panel
        self.decoder = LoupeWorker()
        self.renderer = PreviewWorker()
        self.threads = [WorkerThread(self.decoder, "loupe"), WorkerThread(self.renderer, "preview")]
        self._side = 0
        self._generation = 0
        self._clipping = False
        self._space = "srgb"
        self._proxies: LruCache[Framed, Proxy] = LruCache(PROXY_BYTES)
        self._full: tuple[Framed, Proxy] | None = None
        self._snapshot: QImage | None = None
        self._oldest = 0  # generation that may still be shown
        self._uncropped = False  # the crop tool shows the whole photo
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.timeout.connect(self._on_count_due)
        self._counted = 0.0  # when, by time.monotonic()
        self.decoder.decoded.connect(self._on_decoded)
        self.decoder.failed.connect(self._on_failed)
        self.renderer.rendered.connect(self._on_rendered)
        self.renderer.histogram_computed.connect(self._on_histogram_computed)
        self.renderer.failed.connect(self._on_failed)
        session.current_changed.connect(self._on_current_changed)
        session.look_changed.connect(self._on_look_changed)
        session.photos_reset.connect(self._on_photos_reset)
        session.geometry_changed.connect(self._on_geometry_changed)
        session.item_changed.connect(self._on_item_changed)
        session.content_changed.connect(self._on_content_changed)
        loupe.view_changed.connect(self._on_view_changed)

    def start(self) -> None:
        decoding, rendering = self.threads
        decoding.start()
        # The picture under the slider goes before thumbnails and analysis.
        rendering.start(QThread.Priority.HighPriority)

    def set_studio(self, backend: Backend, opened: m.StudioOpened) -> None:
        self.decoder.set_studio(opened.studio)
        self.renderer.set_studio(backend, opened.studio)
        self._side = backend.preview_side
        self._want()

    def set_clipping(self, shown: bool) -> None:
        """The overlay that marks clipped pixels."""
        self._clipping = shown
        self._panel.histogram.set_overlay(shown)
        self._render()

    def set_space(self, space: str) -> None:
        """Of the screen that the photo is shown on."""
        if space != self._space:
            self._space = space
            self._render()

    def proxy_of(self, item: PhotoItem) -> Proxy | None:
        """The source's pixels of a photo near the current one, as framed, or None while it is
        opened."""
        return self._proxies.get(self._key(item))

    def show_uncropped(self, wanted: bool) -> None:
        """The whole photo as the camera held it, for the crop tool."""
        self._uncropped = wanted
        self._on_geometry_changed(self._session.current)

    def _on_item_changed(self, item: PhotoItem) -> None:
        # How it is framed is known with the photo, perhaps after the first decoding.
        if item is self._session.current and self.proxy_of(item) is None:
            self._want()

    def _on_content_changed(self, item: PhotoItem) -> None:
        for geometry in (item.geometry, UNCROPPED):
            self._proxies.drop((item.path, geometry))
        if item is self._session.current:
            self._full = None
            self._want()

    def _key(self, item: PhotoItem) -> Framed:
        return item.path, UNCROPPED if self._uncropped else item.geometry

    def _size(self, item: PhotoItem) -> tuple[int, int] | None:
        if self._uncropped and item.photo is not None:
            return item.photo.width, item.photo.height
        return item.size

    def _on_geometry_changed(self, item: PhotoItem | None) -> None:
        if item is None or item is not self._session.current:
            return
        self._full = None
        # What is being rendered shows the old frame; so does the thumbnail.
        self._oldest = self._generation + 1
        size = self._size(item)
        if size is not None:
            self._loupe.show_photo(*size, self._snapshot)
        self._want()
        self._render_twice()

    def set_snapshot(self, image: QImage | None) -> None:
        """What to show of the next frame until it is rendered."""
        self._snapshot = image

    # --- decoding -------------------------------------------------------------------
    def _on_photos_reset(self) -> None:
        if not self._session.all_items:
            self._proxies.clear()
            self._full = None
            self._loupe.clear()

    def _on_current_changed(self, item: PhotoItem | None) -> None:
        self._generation += 1
        self._full = None  # up to hundreds of megabytes, and seldom wanted again
        if item is None:
            filtered = bool(self._session.all_items)
            self._loupe.clear(self.tr("No photo passes the filter") if filtered else "")
            return
        stand_in = self._model.images.get(item.path)
        size = self._size(item)
        if size is None and stand_in is not None:
            size = stand_in.width() * 8, stand_in.height() * 8
        elif size is None:
            size = 3000, 2000
        text = item.error or ("" if stand_in is not None else self.tr("Opening…"))
        self._loupe.show_photo(*size, stand_in, text)
        self._want()
        self._render_twice()

    def _want(self) -> None:
        """The current photo, its full size if zoomed, then the next and the previous one."""
        item = self._session.current
        if item is None or not self._side:
            return
        wanted: list[m.DecodeProxy] = []
        if not item.error:
            wanted += self._decodes(item)
        if self._needs_full(item):
            wanted.append(m.DecodeProxy(item.path, FULL_SIDE, self._key(item)[1]))
        row, items = self._session.current_row, self._session.items
        for near in (row + 1, row - 1):
            inside = 0 <= near < len(items)
            if inside and not items[near].error:
                wanted += self._decodes(items[near])
        self.decoder.want(wanted)

    def _decodes(self, item: PhotoItem) -> list[m.DecodeProxy]:
        """What it takes to have the photo as it is framed; nothing when it is here."""
        key = self._key(item)
        if key in self._proxies:
            return []
        whole = self._proxies.get((item.path, UNCROPPED))
        return [m.DecodeProxy(item.path, self._side, key[1], whole)]

    def _needs_full(self, item: PhotoItem) -> bool:
        proxy, size = self.proxy_of(item), self._size(item)
        if proxy is None or size is None or proxy.width >= size[0]:
            return False
        if self._full is not None and self._full[0] == self._key(item):
            return False
        return self._loupe.geometry_.actual_scale > 1.05 * proxy.width / size[0]

    def _on_decoded(self, result: m.ProxyDecoded) -> None:
        item = self._session.find(result.path)
        if item is None:
            return
        key = result.path, result.geometry
        if result.long_side == FULL_SIDE:
            if item is self._session.current:
                self._full = key, result.proxy
        else:
            self._proxies.put(key, result.proxy, result.proxy.pixels.nbytes)
        if item is self._session.current and key == self._key(item):
            size = self._size(item) or (result.proxy.width, result.proxy.height)
            self._loupe.set_photo_size(*size)
            self._render_twice()
            if result.long_side != FULL_SIDE:
                self._want()

    def _on_failed(self, failure: m.WorkFailed) -> None:
        request, current = failure.request, self._session.current
        path = getattr(request, "path", None)
        if current is not None and path == current.path:
            if isinstance(request, m.DecodeProxy) and request.long_side != FULL_SIDE:
                self._loupe.clear(failure.text)  # says it where one looks; no second time below
            else:
                self.message_raised.emit(failure.text)

    # --- rendering ------------------------------------------------------------------
    def _on_view_changed(self) -> None:
        item = self._session.current
        if item is not None and self._needs_full(item):
            self._want()
        self._render_twice()

    def _on_look_changed(self, item: PhotoItem) -> None:
        if item is self._session.current:
            self._render_twice()

    def _render_twice(self) -> None:
        """At once, for the eye, and with all care when nothing has changed for a while."""
        self._settle.start()
        self._render(quick=True)

    def _on_settled(self) -> None:
        self._render()

    def _render(self, *, quick: bool = False) -> None:
        item = self._session.current
        proxy = self.proxy_of(item) if item is not None else None
        if item is None or proxy is None:
            return
        geometry = self._loupe.geometry_
        if self._full is not None and self._full[0] == self._key(item) and not geometry.is_fit:
            proxy = self._full[1]
        region = m.WHOLE if geometry.is_fit else geometry.visible()
        _, _, width, height = geometry.photo_rect()
        self._generation += 1
        self.renderer.submit(
            m.Render(
                self._generation,
                item.path,
                proxy,
                region,
                round(width),
                round(height),
                item.settings,
                with_before=self._loupe.compare is not Compare.AFTER,
                clipping=self._clipping,
                quick=quick,
                space=self._space,
            )
        )

    def _on_rendered(self, result: m.Rendered) -> None:
        current = self._session.current
        if current is None or result.path != current.path or result.generation < self._oldest:
            return
        # Not only the newest: while a slider is dragged each answer is newer than what is
        # shown, and the one before the last keeps the picture moving with the hand.
        self._loupe.set_picture(Picture(result.image, result.region, result.before))
        self.rendered.emit(result)
        if not self._count.isActive():
            rest = self._counted + _COUNT_EVERY_S - time.monotonic()
            self._count.start(max(_COUNT_AFTER_MS, round(rest * 1e3)))

    def _on_count_due(self) -> None:
        self._counted = time.monotonic()
        self.renderer.submit(m.Count())

    def _on_histogram_computed(self, result: m.HistogramComputed) -> None:
        current = self._session.current
        if current is not None and result.path == current.path:
            self._panel.histogram.set_counts(result.counts)
