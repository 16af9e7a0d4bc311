"""What was open when the window was closed, and how it was looked at, is there again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from imgtune_gui.controllers.library_controller import LibraryController
from imgtune_gui.models.arrangement import from_stored, to_stored
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.main_window import MainWindow

#: More selected photos than that are no selection to come back to.
_SELECTED = 1_000
#: Filters and orders settle while the photos are being opened; then the hand has it.
_HOLD_MS = 2_000
#: How old what is remembered may be when the program is killed.
_REMEMBER_MS = 1_000


class RestoreController(QObject):
    """Folders, photo, page, filter and order, selection, and where the grid was scrolled to.

    Remembered at the end, and a second after it changes: not every program ends well.
    """

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        library: LibraryController,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._library = session, window, library
        self._settings = settings
        self._top: Path | None = None
        self._selected: list[Path] = []
        self._pending = False
        self._current: PhotoItem | None = None
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(_HOLD_MS)
        self._ended = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REMEMBER_MS)
        self._soon.timeout.connect(self._on_soon)
        for signal in (
            session.current_changed,
            session.arrangement_changed,
            session.photos_reset,
            session.photos_added,
            library.scan_ended,
            window.page_changed,
            window.placed,
        ):
            signal.connect(self._remember_soon)
        window.leaving.connect(self.remember)
        session.photos_reset.connect(self._on_photos_reset)
        session.current_changed.connect(self._on_current_changed)
        library.scan_ended.connect(self._on_scan_ended)
        window.grid.set_cell_width(settings.value("cell_width", window.grid.cell_width()))

    def remember(self) -> None:
        """For the next start."""
        current, top = self._session.current, self._window.photo_list.first_visible()
        marked = self._window.filmstrip.marked_items()
        store = self._settings
        store.open_paths = [str(path.absolute()) for path in self._library.opened_paths]
        store.set_value("current_photo", str(current.path) if current else "")
        store.set_value("grid", self._window.is_grid())
        store.set_value("cell_width", self._window.grid.cell_width())
        store.set_value("top_photo", str(top.path) if top else "")
        store.set_json("arrangement", to_stored(self._session.arrangement))
        selected = [str(item.path) for item in marked] if 1 < len(marked) <= _SELECTED else []
        store.set_json("selected", selected)

    def end(self) -> None:
        """The window closes."""
        self._ended = True
        self._soon.stop()
        if self._window.isVisible():  # a hidden list does not know what is at its top
            self.remember()

    def _remember_soon(self, *_: object) -> None:
        if self._ended:
            return
        if not self._soon.isActive():  # else a hand that never rests is never remembered
            self._soon.start()

    def _on_soon(self) -> None:
        # Before the last session is there again, it would be forgotten for nothing.
        if not self._pending and self._window.isVisible():
            self.remember()
            self._window.remember()
            self._settings.sync()

    def restore(self) -> tuple[Path, ...]:
        """What to open; the rest follows when it is found."""
        store = self._settings
        last, top = store.value("current_photo", ""), store.value("top_photo", "")
        selected = store.json("selected")
        self._library.select_when_found(Path(last) if last else None)
        self._window.set_first_page(grid=store.value("grid", False))
        self._top = Path(top) if top else None
        if isinstance(selected, list):
            self._selected = [Path(path) for path in selected if isinstance(path, str)]
        self._pending = True
        return tuple(Path(path) for path in store.open_paths)

    def _on_scan_ended(self) -> None:
        if not self._pending:
            return
        self._pending = False
        self._current = self._session.current
        self._hold.start()
        self._session.restore_arrangement(from_stored(self._settings.json("arrangement")))
        self._show()

    def _on_photos_reset(self) -> None:
        if self._hold.isActive():
            self._show()

    def _on_current_changed(self, item: PhotoItem | None) -> None:
        if self._hold.isActive() and item is not self._current:
            self._hold.stop()  # the hand was quicker

    def _show(self) -> None:
        items = [item for path in self._selected if (item := self._session.find(path))]
        if items:
            self._window.filmstrip.select_items(items)
        item = self._session.find(self._top) if self._top is not None else None
        if item is not None:
            self._window.photo_list.show_at_top(item)
