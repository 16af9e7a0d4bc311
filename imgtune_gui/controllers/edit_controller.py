"""Edits on one or several photos at once: reset, copy and paste, sync; and going on."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.dialogs import FieldsDialog
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.workers.catalog_worker import CatalogWorker
from model_core.domain.develop import IDENTITY, PARAM_NAMES, DevelopSettings


class EditController(QObject):
    """All of it is undoable."""

    message_raised = Signal(str)

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        catalog: CatalogWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._catalog = session, window, catalog
        self._copied: DevelopSettings | None = None

    def _selected(self) -> list[PhotoItem]:
        return [item for item in self._window.photo_list.selected_items() if not item.error]

    def _current(self) -> list[PhotoItem]:
        current = self._session.current
        return [current] if current is not None and not current.error else []

    def _targets(self) -> list[PhotoItem]:
        """In the grid what is selected; in the loupe what is seen, and nothing unseen."""
        return self._selected() if self._window.is_grid() else self._current()

    def reset_to_prediction(self) -> None:
        """The photo follows the model again; in the grid, all selected ones do."""
        edits = [(item, None) for item in self._targets()]
        self._session.set_edits(edits, self.tr("Reset to prediction"))

    def reset_to_zero(self) -> None:
        edits = [(item, IDENTITY) for item in self._current()]
        self._session.set_edits(edits, self.tr("As it was taken"))

    def copy(self) -> None:
        for item in self._current():
            self._copied = item.settings
            text = self.tr("Copied the settings of {0}").format(item.name)
            self.message_raised.emit(text)

    def paste(self) -> None:
        self._paste(PARAM_NAMES)

    def paste_some(self) -> None:
        """Asks which sliders: pasting more than wanted is the classic complaint."""
        if self._copied is None:
            self.message_raised.emit(self.tr("Copy the settings of a photo first"))
            return
        dialog = FieldsDialog(self._window, self.tr("Paste settings"), self.tr("Paste"))
        if dialog.exec() == FieldsDialog.DialogCode.Accepted:
            self._paste(dialog.names())
        dialog.deleteLater()

    def _paste(self, names: Iterable[str]) -> None:
        if self._copied is None:
            self.message_raised.emit(self.tr("Copy the settings of a photo first"))
            return
        self._give(self._copied, self._targets(), names, self.tr("Paste settings"))

    def sync_selected(self) -> None:
        """The current photo's settings for all that are selected."""
        self._sync(PARAM_NAMES)

    def sync_some(self) -> None:
        """The same, of the sliders that are asked for."""
        dialog = FieldsDialog(self._window, self.tr("Sync settings"), self.tr("Sync"))
        if dialog.exec() == FieldsDialog.DialogCode.Accepted:
            self._sync(dialog.names())
        dialog.deleteLater()

    def _sync(self, names: Iterable[str]) -> None:
        others = [item for item in self._selected() if item is not self._session.current]
        if not others:
            self.message_raised.emit(self.tr("Select the photos to sync in the filmstrip first"))
            return
        for item in self._current():
            self._give(item.settings, others, names, self.tr("Sync settings"))

    def paste_previous(self) -> None:
        row = self._session.current_row
        if row > 0:
            previous = self._session.items[row - 1]
            text = self.tr("Settings of the previous photo")
            self._give(previous.settings, self._current(), PARAM_NAMES, text)

    def _give(
        self,
        settings: DevelopSettings,
        items: list[PhotoItem],
        names: Iterable[str],
        text: str,
    ) -> None:
        values = {name: settings[name] for name in names}
        edits = [(item, item.settings.updated(values)) for item in items]
        self._session.set_edits(edits, text)
        count = len(items)
        done = self.tr("{0}: 1 photo") if count == 1 else self.tr("{0}: {1} photos")
        self.message_raised.emit(done.format(text, count))

    # --- going on -------------------------------------------------------------------
    def next_photo(self) -> None:
        self._session.step(1)

    def previous_photo(self) -> None:
        self._session.step(-1)

    def next_doubtful(self) -> None:
        """To the untouched photo of which the model is least sure."""
        left = [
            item
            for item in self._session.items
            if item.state is EditState.UNTOUCHED
            and item.prediction is not None
            and item is not self._session.current
        ]
        if not left:
            self.message_raised.emit(self.tr("No photo is left that waits for you"))
            return
        self._session.select(max(left, key=_doubt))


def _doubt(item: PhotoItem) -> float:
    return item.prediction.doubt if item.prediction is not None else -1.0
