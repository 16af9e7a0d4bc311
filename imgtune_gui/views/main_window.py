"""The window: panels around the loupe, filmstrip below, status bar. Nothing is decided here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QMoveEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.activity import Activity
from imgtune_gui.views.develop_panel import DevelopPanel
from imgtune_gui.views.filmstrip import Filmstrip, PhotoGrid, PhotoListView
from imgtune_gui.views.filter_bar import FilterBar
from imgtune_gui.views.labels import ElidedLabel
from imgtune_gui.views.loupe import LoupeView
from imgtune_gui.views.loupe_page import LoupePage
from imgtune_gui.views.offer_bar import OfferBar
from imgtune_gui.views.start_page import StartPage
from imgtune_gui.views.style_panel import StylePanel
from imgtune_gui.views.theme import SPACE

_FIRST_SIZE = QSize(1440, 900)
_FRAME = QSize(8, 44)  # what window managers put around: their size is not known before
_SIZES = (236, 1000, 344)
_MESSAGE_MS = 8000


class MainWindow(QMainWindow):
    """``closing`` is emitted while the window still exists, for the last autosave."""

    paths_dropped = Signal(object)  # tuple[Path, ...]
    page_changed = Signal()
    placed = Signal()  # it was moved or resized
    leaving = Signal()  # closes, and is still seen
    closing = Signal()

    def __init__(self, session: PhotoSession, model: FilmstripModel, settings: AppSettings) -> None:
        super().__init__()
        self._session = session
        self._settings = settings
        self.setWindowTitle("imgtune")
        self.setAcceptDrops(True)
        self.start_page = StartPage()
        self.loupe_page = LoupePage(session)
        self.grid = PhotoGrid(session, model)
        self.filmstrip = Filmstrip(session, model)
        self.filter_bar = FilterBar(session)
        self.filter_bar.left.connect(self.focus_photo)
        self.offer = OfferBar()
        self.develop_panel = DevelopPanel(session)
        self.develop_panel.left.connect(self.focus_photo)
        self.style_panel = StylePanel(session)
        self._selected: list[PhotoItem] = []
        self._alone = False
        self._first_grid = False
        self._said = ""
        self.training = Activity(self.tr("Fine-tuning"))
        self.export = Activity(self.tr("Export"))
        self._build()
        self._restore()
        session.photos_about_to_be_reset.connect(self._on_photos_about_to_be_reset)
        session.photos_reset.connect(self._restore_selection)
        session.photos_reset.connect(self._on_photos_changed)
        session.photos_added.connect(self._on_photos_changed)
        self._on_photos_changed()

    @property
    def loupe(self) -> LoupeView:
        return self.loupe_page.loupe

    @property
    def photo_list(self) -> PhotoListView:
        """The list whose selection counts."""
        return self.grid if self._stack.currentWidget() is self.grid else self.filmstrip

    def _build(self) -> None:
        self._stack = QStackedWidget()
        for page in (self.start_page, self.loupe_page, self.grid):
            self._stack.addWidget(page)
        # One selection for both lists: what is marked in the grid is exported from the loupe.
        self.grid.setSelectionModel(self.filmstrip.selectionModel())
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(2)
        for index, widget in enumerate((self.style_panel, self._stack, self.develop_panel)):
            self._split.addWidget(widget)
            self._split.setStretchFactor(index, 1 if index == 1 else 0)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.offer)
        layout.addWidget(self._split, 1)
        layout.addWidget(self.filter_bar)
        layout.addWidget(self.filmstrip)
        self.setCentralWidget(central)
        self._build_status_bar()

    def _build_status_bar(self) -> None:
        self._message = ElidedLabel()
        self._message.setContentsMargins(2 * SPACE, 0, 0, 0)
        self._busy = QLabel()
        self._busy.setContentsMargins(0, 0, SPACE, 0)
        self._message_timer = QTimer(self)
        self._message_timer.setSingleShot(True)
        self._message_timer.timeout.connect(self._on_message_expired)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setMinimumHeight(24)
        bar.addWidget(self._message, 1)
        for widget in (self._busy, self.export, self.training):
            bar.addPermanentWidget(widget)

    # --- what is shown --------------------------------------------------------------
    def show_message(self, text: str, *, lasting: bool = False) -> None:
        """One line at the lower left; a lasting one stays until the next."""
        self._said = text
        self._message.set_full_text(text or self._idle_text())
        self._message.setEnabled(bool(text))
        self._message_timer.stop()
        if text and not lasting:
            self._message_timer.start(_MESSAGE_MS)

    def message(self) -> str:
        return self._said

    def _idle_text(self) -> str:
        """What the line says while there is nothing to say: the keys that one needs most."""
        if not self._session.all_items:
            return ""
        return self.tr(
            "Enter accepts   ·   \\ before   ·   G grid, E loupe   ·   P X pick, reject   ·   "
            "R crop   ·   W white balance   ·   F1 all keys"
        )

    def show_busy(self, text: str) -> None:
        """What goes on in the background, such as analysing; empty when nothing."""
        self._busy.setText(text)

    def show_page(self, grid: bool) -> None:
        """Loupe or grid, once there are photos."""
        if self._session.all_items:
            self._stack.setCurrentWidget(self.grid if grid else self.loupe_page)
            self._update_filmstrip()
            self.page_changed.emit()

    def is_grid(self) -> bool:
        return self._stack.currentWidget() is self.grid

    def set_filmstrip_wanted(self, wanted: bool) -> None:
        self._settings.set_value("filmstrip", wanted)
        self._update_filmstrip()

    def set_first_page(self, *, grid: bool) -> None:
        """Which page follows the start page."""
        self._first_grid = grid

    def set_alone(self, alone: bool) -> None:
        """Only the loupe or the grid, without menus and bars."""
        self._alone = alone
        self.menuBar().setVisible(not alone)
        self.statusBar().setVisible(not alone)
        self.loupe_page.set_bar_visible(not alone)
        self._update_filmstrip()

    def release_lists(self) -> None:
        """Before the end: Qt warns of lists whose model is destroyed first."""
        for view in (self.grid, self.filmstrip):
            view.release()

    def focus_photo(self) -> None:
        """Takes the keys away from the slider that was used last."""
        if self._session.all_items:
            (self.grid if self.is_grid() else self.loupe).setFocus()

    def _update_filmstrip(self) -> None:
        wanted = self._settings.value("filmstrip", True)
        has_photos = bool(self._session.all_items)
        self.filmstrip.setVisible(wanted and has_photos and not self.is_grid() and not self._alone)
        self.filter_bar.setVisible(has_photos and not self._alone)

    def _on_photos_changed(self, *_: object) -> None:
        has_photos = bool(self._session.all_items)
        if not has_photos:
            self._stack.setCurrentWidget(self.start_page)
        elif self._stack.currentWidget() is self.start_page:
            self._stack.setCurrentWidget(self.grid if self._first_grid else self.loupe_page)
            self.focus_photo()  # the arrows page at once
        self._update_filmstrip()
        if not self._said:
            self.show_message("")

    def _on_photos_about_to_be_reset(self) -> None:
        self._selected = self.filmstrip.marked_items()

    def _restore_selection(self) -> None:
        """A reset of the model loses the selection; the photos are the same ones."""
        if len(self._selected) > 1:
            self.filmstrip.select_items(self._selected)
        self._selected = []

    def _on_message_expired(self) -> None:
        self.show_message("")

    # --- dropping and closing -------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._take_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._take_copy(event)

    @staticmethod
    def _take_copy(event: QDropEvent) -> bool:
        """Whether it is about files. A file manager that is told "moved" deletes its own."""
        if not any(url.isLocalFile() for url in event.mimeData().urls()):
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def dropEvent(self, event: QDropEvent) -> None:
        if self._take_copy(event):
            urls = event.mimeData().urls()
            paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
            self.paths_dropped.emit(paths)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.placed.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self.placed.emit()

    def remember(self) -> None:
        """Where it stands, for the next start."""
        self._settings.set_blob("geometry", self.saveGeometry())
        self._settings.set_sizes("splitter", self._split.sizes())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.remember()
        self.leaving.emit()
        self.hide()  # what is saved and waited for at the end keeps nobody before a dead window
        self.closing.emit()
        event.accept()

    def _restore(self) -> None:
        room = self.screen().availableSize() - _FRAME if self.screen() else _FIRST_SIZE
        self.resize(_FIRST_SIZE.boundedTo(room))
        geometry = self._settings.blob("geometry")
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        self._split.setSizes(self._settings.sizes("splitter", _SIZES))
