"""Sorting a shoot: stars, flags and colours, and which photos are shown in what order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.models.arrangement import Arrangement, SortKey
from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.views.mark_texts import colour_text, flag_text
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker
from model_core.domain.marks import MAX_STARS, Colour, Flag, Marks

_SETTLE_MS = 250

#: Actions that set a flag or a colour; stars are ``stars_0`` .. ``stars_5``.
FLAG_ACTIONS = {"pick": Flag.PICK, "unflag": Flag.NONE, "reject": Flag.REJECT}
COLOUR_ACTIONS = {
    "colour_red": Colour.RED,
    "colour_yellow": Colour.YELLOW,
    "colour_green": Colour.GREEN,
    "colour_blue": Colour.BLUE,
    "colour_none": Colour.NONE,
}


class CullController(QObject):
    """Marks are undoable and saved at once; the filter follows them after a moment."""

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
        self._opening = False
        # Not at every signal: one lesson changes thousands of photos.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        session.marks_changed.connect(self._on_marks_changed)
        session.item_changed.connect(self._on_item_changed)
        session.items_changed.connect(self._on_item_changed)
        session.current_changed.connect(self._on_item_changed)
        session.arrangement_changed.connect(window.filter_bar.show_arrangement)
        window.filter_bar.changed.connect(session.set_arrangement)
        window.style_panel.folders.folder_chosen.connect(self.show_folder)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the actions of the table do, by name."""
        found: dict[str, Callable[[], None]] = {}
        for count in range(MAX_STARS + 1):
            found[f"stars_{count}"] = _Marker(self, stars=count).mark
        for name, flag in FLAG_ACTIONS.items():
            found[name] = _Marker(self, flag=flag).mark
        for name, colour in COLOUR_ACTIONS.items():
            found[name] = _Marker(self, colour=colour).mark
        return found

    # --- marks ----------------------------------------------------------------------
    def _targets(self) -> list[PhotoItem]:
        """In the grid what is selected; in the loupe what is seen, and nothing unseen."""
        if self._window.is_grid():
            return [i for i in self._window.photo_list.selected_items() if not i.error]
        current = self._session.current
        return [current] if current is not None and not current.error else []

    def mark(self, text: str, change: Callable[[Marks], Marks]) -> None:
        """Changes the marks of what is shown or selected, as one undo."""
        items = self._targets()
        # Thousands of photos have few different marks between them.
        after = {marks: change(marks) for marks in {item.marks for item in items}}
        self._session.set_marks([(item, after[item.marks]) for item in items], text)
        if len(items) == 1:
            self.message_raised.emit(f"{items[0].name}: {text}")
        elif items:
            self.message_raised.emit(self.tr("{0}: {1} photos").format(text, len(items)))

    def _on_marks_changed(self, items: list[PhotoItem]) -> None:
        marks = {item.photo.id: item.marks for item in items if item.photo is not None}
        unopened = {item.path: item.marks for item in items if item.photo is None}
        self._catalog.submit(m.SaveMarks(marks, unopened))

    # --- what is shown --------------------------------------------------------------
    def set_opening(self, text: str) -> None:
        """Photos are being opened while ``text`` is not empty: their keys are still coming."""
        opening = bool(text)
        if self._opening and not opening:
            self._session.rearrange(settled=False)
        self._opening = opening

    def doubtful_first(self, wanted: bool) -> None:
        """Most doubtful first; or back to the order of the files."""
        key = SortKey.DOUBT if wanted else SortKey.ADDED
        arrangement = replace(self._session.arrangement, sort=key, descending=wanted)
        self._session.set_arrangement(arrangement)

    def review(self) -> None:
        """The queue: only what nobody has looked at, the most doubtful first."""
        untouched = frozenset({EditState.UNTOUCHED, EditState.DRAFT})
        self._session.set_arrangement(Arrangement(SortKey.DOUBT, descending=True, states=untouched))
        self._session.select_row(0)

    def show_folder(self, folder: str) -> None:
        """Only what lies in it and below; all photos when it is empty."""
        self._session.set_arrangement(replace(self._session.arrangement, folder=folder))

    def clear_filter(self) -> None:
        self._session.set_arrangement(self._session.arrangement.without_filters())

    def _on_item_changed(self, _item: object) -> None:
        if not self._session.arrangement.is_plain:
            self._settle.start()

    def _on_settled(self) -> None:
        self._session.rearrange(settled=not self._opening)


class _Marker(QObject):
    """One action's change; a QObject, so that its slot runs in the main thread."""

    def __init__(
        self,
        owner: CullController,
        *,
        stars: int | None = None,
        flag: Flag | None = None,
        colour: Colour | None = None,
    ) -> None:
        super().__init__(owner)
        self._owner, self._stars, self._flag, self._colour = owner, stars, flag, colour

    def mark(self) -> None:
        self._owner.mark(self._text(), self._changed)

    def _changed(self, marks: Marks) -> Marks:
        if self._stars is not None:
            return replace(marks, stars=self._stars)
        if self._flag is not None:
            return replace(marks, flag=self._flag)
        # The same key again takes the colour away, as everywhere.
        assert self._colour is not None
        colour = Colour.NONE if self._colour is marks.colour else self._colour
        return replace(marks, colour=colour)

    def _text(self) -> str:
        if self._stars is not None:
            return "★" * self._stars or self.tr("No stars")
        if self._flag is not None:
            return flag_text(self._flag)
        assert self._colour is not None
        return colour_text(self._colour)
