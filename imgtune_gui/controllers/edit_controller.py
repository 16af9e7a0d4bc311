"""Edits on one or several photos at once: reset, copy and paste, sync; and going on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from imgtune_gui.commands import in_history
from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.dialogs import CROP, TURNS, FieldsDialog
from imgtune_gui.views.main_window import MainWindow
from model_core.domain.develop import IDENTITY, PARAM_NAMES
from model_core.domain.geometry import Geometry, framed_like


@dataclass(frozen=True, slots=True)
class Given:
    """What of a photo others are to get: sliders, and how it is framed where that was asked."""

    values: Mapping[str, float]
    frame: tuple[Geometry, tuple[int, int]] | None = None  # with the photo's width and height
    crop: bool = False
    turns: bool = False

    @classmethod
    def of(cls, item: PhotoItem, names: Sequence[str]) -> Given:
        values = {name: item.settings[name] for name in names if name in PARAM_NAMES}
        photo = item.photo
        if photo is None:  # how it is framed is not known yet
            return cls(values)
        frame = item.geometry, (photo.width, photo.height)
        return cls(values, frame, crop=CROP in names, turns=TURNS in names)

    def framed(self, item: PhotoItem) -> Geometry:
        photo = item.photo
        if photo is None or self.frame is None:
            return item.geometry
        size = photo.width, photo.height
        return framed_like(item.geometry, size, *self.frame, turns=self.turns, crop=self.crop)


class EditController(QObject):
    """All of it is undoable."""

    message_raised = Signal(str)

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._settings = session, window, settings
        self._copied: Given | None = None

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
        """Asks which sliders: pasting more than wanted is the classic complaint."""
        for item in self._current():
            names = self._ask("copy", self.tr("Copy settings"), item.name, self.tr("Copy"))
            if names:
                self._copy(item, names)

    def copy_again(self) -> None:
        """The sliders that were chosen the last time."""
        for item in self._current():
            self._copy(item, self._settings.chosen_fields("copy"))

    def _copy(self, item: PhotoItem, names: Sequence[str]) -> None:
        self._copied = Given.of(item, names)
        if set(names) == set(PARAM_NAMES):
            text = self.tr("Copied the settings of {0}")
        else:
            text = self.tr("Copied {1} of the settings of {0}")
        self.message_raised.emit(text.format(item.name, len(names)))

    def paste(self) -> None:
        """What was copied, and no other slider."""
        if self._copied is None:
            self.message_raised.emit(self.tr("Copy the settings of a photo first"))
            return
        self._give(self._copied, self._targets(), self.tr("Paste settings"))

    def sync_selected(self) -> None:
        """The current photo's settings for all that are selected; asks which sliders."""
        others = self._others()
        for item in self._current() if others else []:
            lead = self.tr("{0}, for 1 more photo")
            if len(others) > 1:
                lead = self.tr("{0}, for {1} more photos")
            lead = lead.format(item.name, len(others))
            names = self._ask("sync", self.tr("Sync settings"), lead, self.tr("Sync"))
            self._sync(item, others, names)

    def sync_again(self) -> None:
        """The same at once, of the sliders that were chosen the last time."""
        others = self._others()
        for item in self._current() if others else []:
            self._sync(item, others, self._settings.chosen_fields("sync"))

    def _others(self) -> list[PhotoItem]:
        others = [item for item in self._selected() if item is not self._session.current]
        if not others:
            self.message_raised.emit(self.tr("Select the photos to sync in the filmstrip first"))
        return others

    def _sync(self, item: PhotoItem, others: list[PhotoItem], names: Sequence[str]) -> None:
        if names:
            self._give(Given.of(item, names), others, self.tr("Sync settings"))

    def _ask(self, what: str, title: str, lead: str, button: str) -> list[str]:
        """The ticked fields, of which sliders are ticked the next time too; none when cancelled."""
        ticked = self._settings.chosen_fields(what)
        dialog = FieldsDialog(self._window, title, button, lead, ticked, frame=True)
        names = dialog.names() if dialog.exec() == FieldsDialog.DialogCode.Accepted else []
        dialog.deleteLater()
        if names:
            self._settings.choose_fields(what, names)
        return names

    def paste_previous(self) -> None:
        row = self._session.current_row
        if row > 0:
            previous = self._session.items[row - 1]
            text = self.tr("Settings of the previous photo")
            self._give(Given(previous.settings.as_dict()), self._current(), text)

    def _give(self, given: Given, items: list[PhotoItem], text: str) -> None:
        edits = [(item, item.settings.updated(given.values)) for item in items]
        frames = [(item, given.framed(item)) for item in items]
        if given.values and any(after != item.geometry for item, after in frames):
            stack = self._session.undo_stack
            stack.beginMacro(in_history(text, text, items))
            self._session.set_edits(edits, text)
            self._session.set_geometry(frames, text)
            stack.endMacro()
        elif given.values:
            self._session.set_edits(edits, text)
        else:
            self._session.set_geometry(frames, text)
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
