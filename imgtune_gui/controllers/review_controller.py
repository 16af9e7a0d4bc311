"""The order of "needs review": first what would teach the style most if it were corrected next."""

from __future__ import annotations

from PySide6.QtCore import QObject

from imgtune_gui.models.arrangement import Arrangement, SortKey
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker


class ReviewController(QObject):
    """Asks when that order is chosen, and again when another style is; not at every lesson, for
    then the photos would move under the hand. Until the answer comes, doubts decide."""

    def __init__(
        self, session: PhotoSession, catalog: CatalogWorker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._catalog = session, catalog
        self._sort = session.arrangement.sort
        session.arrangement_changed.connect(self._on_arrangement_changed)
        catalog.review_ordered.connect(self._on_ordered)

    def refresh(self, opening: str = "") -> None:
        """When nothing is being opened any more, or another style is shown."""
        if self._sort is not SortKey.REVIEW or opening:
            return
        known = tuple((i.path, i.features) for i in self._session.all_items if i.features)
        self._catalog.submit(m.OrderReview(self._session.style, known))

    def _on_arrangement_changed(self, arrangement: Arrangement) -> None:
        before, self._sort = self._sort, arrangement.sort
        if before is not self._sort:
            self.refresh()

    def _on_ordered(self, result: m.ReviewOrdered) -> None:
        if result.style != self._session.style:
            return
        ranks = {path: rank for rank, path in enumerate(result.paths)}
        for item in self._session.all_items:
            item.telling = ranks.get(item.path)
        self._session.rearrange(settled=False)
