"""Which lessons are behind the prediction of the current photo, as photos and lessons change."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.because_row import BecauseRow
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker
from model_core.domain.prediction import Prediction

#: Paging on quickly asks once, for the photo where it ends.
_SETTLE_MS = 60


class BecauseController(QObject):
    """Asks the catalog worker, after the lessons that are queued there."""

    def __init__(
        self,
        session: PhotoSession,
        catalog: CatalogWorker,
        row: BecauseRow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._catalog, self._row = session, catalog, row
        self._asked: Prediction | None = None  # what the shown reasons are of, or will be
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        session.current_changed.connect(self._on_current_changed)
        session.item_changed.connect(self._on_item_changed)
        catalog.explained.connect(self._on_explained)

    def _on_current_changed(self, item: PhotoItem | None) -> None:
        self._asked = None
        self._row.wait()
        if item is None:
            self._row.show_reasons((), taught=False)
        else:
            self._on_item_changed(item)

    def _on_item_changed(self, item: PhotoItem) -> None:
        if item is self._session.current and item.prediction is not self._asked:
            self._row.wait()
            self._settle.start()

    def _on_settled(self) -> None:
        item = self._session.current
        if item is None or item.prediction is None or item.features is None:
            return
        self._asked = item.prediction
        if item.prediction.lessons:
            self._catalog.submit(m.Explain(self._session.style, item.path, item.features))
        else:
            self._row.show_reasons((), taught=False)

    def _on_explained(self, result: m.Explained) -> None:
        item = self._session.current
        if item is None or item.path != result.path or result.style != self._session.style:
            return
        # A photo's own lesson is no news: its sliders are the user's own.
        own = item.photo.id if item.photo is not None else None
        self._row.show_reasons(tuple(r for r in result.reasons if r.lesson.photo != own))
