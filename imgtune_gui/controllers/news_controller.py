"""What another window, or the command line, does to the same catalog is shown here too: what is
stale on the screen must never be saved over it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from imgtune_gui.controllers.learn_controller import LearnController
from imgtune_gui.controllers.library_controller import LibraryController
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker

_EVERY_MS = 1_000


class NewsController(QObject):
    """Asks every second, and at once when the user comes back to this window."""

    message_raised = Signal(str)

    def __init__(
        self,
        session: PhotoSession,
        catalog: CatalogWorker,
        learn: LearnController,
        library: LibraryController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._catalog = session, catalog
        self._learn, self._library = learn, library
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        catalog.news_found.connect(self._on_news_found)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.applicationStateChanged.connect(self._on_state_changed)

    def start(self) -> None:
        """The catalog is open."""
        self._timer.start()

    def stop(self) -> None:
        """The window closes."""
        self._timer.stop()

    def look(self) -> None:
        self._catalog.submit(m.LookForNews(self._session.style))

    def _on_state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self._timer.isActive():
            self.look()

    def _on_news_found(self, news: m.NewsFound) -> None:
        if news.style != self._session.style:
            return  # another style came up meanwhile: all of it was read anew
        changed = [
            item
            for item in self._session.all_items
            if item.photo is not None
            and item.photo.id in news.photos
            and not self._learn.is_unsaved(item)  # the hand here is the newer one
        ]
        for item in changed:
            assert item.photo is not None
            self._session.set_lesson(item, news.photos[item.photo.id])
        self._library.read_again(changed)
        if news.taught:
            self._learn.load_style()
            self._learn.predictions_outdated.emit()
        if changed:
            text = self.tr("1 photo was changed in another window or by the command line")
            if len(changed) > 1:
                text = self.tr("{0} photos were changed in another window or by the command line")
            self.message_raised.emit(text.format(len(changed)))
