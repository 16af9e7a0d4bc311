"""The truth of the window: which photos, which one is shown, and how each is developed.

Signals are in the past tense and carry the :class:`PhotoItem` they are about. Widgets
listen and ask; only commands, and answers of workers, change anything here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from imgtune_gui.commands import ForgetLesson, SetEdits, SetGeometry, SetMarks, SetParam, Teach
from imgtune_gui.models.arrangement import Arrangement, SortKey
from imgtune_gui.models.photo_item import PhotoItem
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import DevelopSettings
from model_core.domain.geometry import Geometry
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.prediction import Prediction

_UNDO_LIMIT = 500


class PhotoSession(QObject):
    """The photos of one window and the undo stack over all of them.

    ``items`` are the photos that are shown, filtered and sorted; rows count in them.
    ``all_items`` are all that are open, in the order of the files.
    """

    photos_about_to_be_reset = Signal()
    photos_reset = Signal()
    photos_added = Signal(int, int)  # first new row, last new row
    current_changed = Signal(object)  # PhotoItem or None
    look_changed = Signal(object)  # the look of an item changed, for whatever reason
    settings_changed = Signal(object)  # the same, told when it is being rendered already
    edit_changed = Signal(object)  # the user's part of it changed: to be saved
    item_changed = Signal(object)  # anything else about an item
    items_changed = Signal(object)  # list[PhotoItem]: the same of many, of which only the current
    # one is told by item_changed too
    marks_changed = Signal(object)  # list[PhotoItem], by the user: to be saved
    geometry_changed = Signal(object)  # PhotoItem, by the user: to be saved and shown
    content_changed = Signal(object)  # PhotoItem whose file is another one now
    arrangement_changed = Signal(object)  # Arrangement
    taught = Signal(object, object, int)  # PhotoItem, DevelopSettings, ticket
    taken_back = Signal(object, int)  # PhotoItem, ticket
    lesson_dropped = Signal(object)  # Correction
    lesson_wanted_back = Signal(object)  # Correction
    style_changed = Signal(str)

    def __init__(self, style: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_UNDO_LIMIT)
        self._style = style
        self._all: list[PhotoItem] = []
        self._items: list[PhotoItem] = []
        self._arrangement = Arrangement()
        self._by_path: dict[Path, PhotoItem] = {}
        self._rows: dict[PhotoItem, int] = {}
        self._current: PhotoItem | None = None
        self._ticket = 0
        self.generation = 0  # of the list of photos: what was asked of an older one is of no use

    # --- photos ---------------------------------------------------------------------
    @property
    def items(self) -> Sequence[PhotoItem]:
        return self._items

    @property
    def all_items(self) -> Sequence[PhotoItem]:
        return self._all

    @property
    def arrangement(self) -> Arrangement:
        return self._arrangement

    @property
    def current(self) -> PhotoItem | None:
        return self._current

    @property
    def current_row(self) -> int:
        return self.row_of(self._current) if self._current else -1

    def row_of(self, item: PhotoItem) -> int:
        """The row of ``item``; -1 when it left the session or is not shown."""
        return self._rows.get(item, -1)

    def find(self, path: Path) -> PhotoItem | None:
        return self._by_path.get(path)

    def set_photos(self, paths: Iterable[Path]) -> None:
        """Replaces all photos; undo of edits on photos that left would be a surprise."""
        self.undo_stack.clear()
        self.generation += 1
        self._all = [PhotoItem(path) for path in dict.fromkeys(paths)]
        self._by_path = {item.path: item for item in self._all}
        self._current = None
        # A filter of the last folder would hide photos that nobody has seen yet.
        self._arrangement = self._arrangement.without_filters()
        self.arrangement_changed.emit(self._arrangement)
        self._show(self._arrangement.arranged(self._all, None))
        self.select_row(0)

    def add_photos(self, paths: Iterable[Path]) -> int:
        """Appends photos that are not here yet; returns how many were new."""
        new = [PhotoItem(p) for p in dict.fromkeys(paths) if p not in self._by_path]
        if new:
            self._all.extend(new)
            self._by_path.update({item.path: item for item in new})
            if self._arrangement.is_plain:
                self._append(new)
            else:
                self.rearrange()
        if self._current is None:
            self.select_row(0)
        return len(new)

    def remove_photos(self, gone: Iterable[PhotoItem]) -> None:
        """Photos whose files are no longer there leave; the next one that is left is shown."""
        leaving = set(gone)
        left = [item for item in self._all if item not in leaving]
        before, row = self._items, max(self.current_row, 0)
        self._all = left
        self._by_path = {item.path: item for item in left}
        if self._current in leaving:
            following = chain(before[row:], reversed(before[:row]))
            self._current = next((item for item in following if item not in leaving), None)
        self._show(self._arrangement.arranged(left, self._current))
        self.current_changed.emit(self._current)

    def _append(self, new: Sequence[PhotoItem]) -> None:
        first, last = len(self._items), len(self._items) + len(new) - 1
        self._items.extend(new)
        self._rows.update({item: row for row, item in enumerate(new, first)})
        self.photos_added.emit(first, last)

    def _show(self, items: Sequence[PhotoItem]) -> None:
        self.photos_about_to_be_reset.emit()
        self._items = list(items)
        self._rows = {item: row for row, item in enumerate(self._items)}
        self.photos_reset.emit()

    # --- filter and order -----------------------------------------------------------
    def set_arrangement(self, arrangement: Arrangement) -> None:
        """Filters and sorts anew. A current photo that does not pass gives way to the next."""
        if arrangement == self._arrangement:
            return
        self._arrangement = arrangement
        shown = arrangement.arranged(self._all, None)
        old, row, before = self._current, max(self.current_row, 0), self._items
        self._show(shown)
        if old is not None and old in self._rows:
            self.current_changed.emit(old)
        else:
            after = chain(before[row:], reversed(before[:row]))
            self._current = next((item for item in after if item in self._rows), None)
            self._current = self._current or (shown[0] if shown else None)
            self.current_changed.emit(self._current)
        self.arrangement_changed.emit(arrangement)

    def restore_arrangement(self, arrangement: Arrangement) -> None:
        """The filter and order of the last time, before anything is known of the photos: the
        current one stays, and :meth:`rearrange` brings the others."""
        self._arrangement = arrangement
        self.arrangement_changed.emit(arrangement)
        self.rearrange(settled=False)

    def rearrange(self, *, settled: bool = True) -> None:
        """After photos changed: filters anew, and sorts by what does not move under the hand.

        The current photo always stays. Doubts change with every lesson, so that order is
        kept once it is there, unless photos are still being opened (``settled`` False).
        """
        if self._arrangement.is_plain:
            return
        shown = self._arrangement.arranged(self._all, self._current)
        if settled and self._arrangement.sort in (SortKey.DOUBT, SortKey.REVIEW):
            last = len(self._rows)
            shown.sort(key=lambda item: self._rows.get(item, last))
        if shown != self._items:
            self._show(shown)
            self.current_changed.emit(self._current)

    def select_row(self, row: int) -> None:
        if 0 <= row < len(self._items):
            self.select(self._items[row])
        elif not self._items:
            self._current = None
            self.current_changed.emit(None)

    def select(self, item: PhotoItem) -> None:
        if item is not self._current and self._by_path.get(item.path) is item:
            self._current = item
            if item not in self._rows:
                self.rearrange()  # it was filtered out: now it is shown, and says so itself
            else:
                self.current_changed.emit(item)

    def step(self, rows: int) -> bool:
        """Goes ``rows`` photos on; False at the end, where nothing happens."""
        row = self.current_row + rows
        if self._current is None or not 0 <= row < len(self._items):
            return False
        self.select_row(row)
        return True

    # --- what the user does (undoable) ----------------------------------------------
    def set_param(self, name: str, value: float, drag: int) -> None:
        """Moves one slider of the current photo; calls with one ``drag`` are one undo."""
        item = self._current
        if item is None:
            return
        # Rounded as shown: what is taught and what is kept must be the same numbers.
        after = item.settings.with_value(name, value).rounded()
        if after != item.settings:
            self.undo_stack.push(SetParam(self, item, name, after, drag))

    def set_edits(
        self,
        edits: Sequence[tuple[PhotoItem, DevelopSettings | None]],
        text: str,
        drag: int = 0,
    ) -> None:
        """Whole settings for one or more photos, as one undo; None is the prediction."""
        shown = [(item, edit.rounded() if edit is not None else None) for item, edit in edits]
        changed = [(item, edit) for item, edit in shown if item.edit != edit]
        if changed:
            self.undo_stack.push(SetEdits(self, changed, text, drag))

    def set_marks(self, marks: Sequence[tuple[PhotoItem, Marks]], text: str) -> None:
        """Stars, flags, colours of one or more photos, as one undo."""
        changed = [(item, after) for item, after in marks if item.marks != after]
        if changed:
            self.undo_stack.push(SetMarks(self, changed, text))

    def accept(self, item: PhotoItem) -> None:
        """Teaches what ``item`` looks like now; undoable."""
        self.undo_stack.push(Teach(self, item, item.settings.rounded()))

    def accept_all(self, items: Sequence[PhotoItem], text: str) -> None:
        """Teaches what each of ``items`` looks like now, as one undo."""
        if items:
            self.undo_stack.beginMacro(text)
            for item in items:
                self.accept(item)
            self.undo_stack.endMacro()

    def forget(self, lesson: Correction) -> None:
        """Unlearns a lesson; undoable."""
        self.undo_stack.push(ForgetLesson(self, lesson))

    def teach(self, item: PhotoItem, chosen: DevelopSettings) -> int:
        """For commands only: asks for the lesson; its ticket."""
        self._ticket += 1
        self.taught.emit(item, chosen, self._ticket)
        return self._ticket

    def take_back(
        self,
        item: PhotoItem,
        ticket: int,
        edit: DevelopSettings | None,
        taught: tuple[DevelopSettings, Verdict] | None,
    ) -> None:
        """For commands only: the photo is as it was before the lesson."""
        item.taught = taught
        self.taken_back.emit(item, ticket)
        self.apply_edit(item, edit)
        self.item_changed.emit(item)

    def set_geometry(self, frames: Sequence[tuple[PhotoItem, Geometry]], text: str) -> None:
        """Turns, straightens, crops one or more photos, as one undo."""
        changed = [(item, after) for item, after in frames if item.geometry != after]
        if changed:
            self.undo_stack.push(SetGeometry(self, changed, text))

    def apply_geometry(self, item: PhotoItem, geometry: Geometry) -> None:
        """For commands only."""
        item.geometry = geometry
        self.geometry_changed.emit(item)
        self.item_changed.emit(item)

    def apply_marks(self, marks: Sequence[tuple[PhotoItem, Marks]]) -> None:
        """For commands only."""
        for item, after in marks:
            item.marks = after
        items = [item for item, _ in marks]
        self._tell_changed(items)
        self.marks_changed.emit(items)

    def _tell_changed(self, items: Sequence[PhotoItem]) -> None:
        """A signal a photo would take a second for 10,000 of them."""
        if len(items) == 1:
            self.item_changed.emit(items[0])
            return
        self.items_changed.emit(items)
        if self._current is not None and self._current in items:
            self.item_changed.emit(self._current)

    def _tell_look(self, item: PhotoItem) -> None:
        self.look_changed.emit(item)
        self.settings_changed.emit(item)

    def apply_edits(self, edits: Sequence[tuple[PhotoItem, DevelopSettings | None]]) -> None:
        """For commands only: changes edits and tells everybody."""
        if len(edits) == 1:
            self.apply_edit(*edits[0])
            return
        for item, edit in edits:
            item.edit = edit
        items = [item for item, _ in edits]
        self._tell_changed(items)
        if self._current is not None and self._current in items:
            self._tell_look(self._current)
        for item in items:
            self.edit_changed.emit(item)

    def apply_edit(self, item: PhotoItem, edit: DevelopSettings | None) -> None:
        """For commands only: changes the edit and tells everybody."""
        state = item.state
        item.edit = edit
        self._tell_look(item)
        self.edit_changed.emit(item)
        # Only then: a dragged slider must not repaint the filmstrip at every step.
        if item.state is not state:
            self.item_changed.emit(item)

    # --- what the workers answer ----------------------------------------------------
    def tell_opened(self, items: Sequence[PhotoItem]) -> None:
        """Photos were opened; what is known of them now stands in them already."""
        if items:
            self._tell_changed(items)
            if self._current is not None and self._current in items:
                self._tell_look(self._current)

    def mark_failed(self, item: PhotoItem, text: str) -> None:
        item.error = text
        self.item_changed.emit(item)

    def mark_stale(self, item: PhotoItem) -> None:
        """The file was written anew: it is to be opened as if for the first time."""
        item.opened_for = ""
        self.content_changed.emit(item)

    def keep_edits(self, item: PhotoItem) -> None:
        """The photo has another content, and so another name in the catalog: what the user did
        is saved under it."""
        if item.edit is not None:
            self.edit_changed.emit(item)
        if item.marks != UNMARKED:
            self.marks_changed.emit([item])
        if not item.geometry.is_identity:
            self.geometry_changed.emit(item)

    def set_prediction(self, item: PhotoItem, prediction: Prediction) -> None:
        """A newer prediction: moves an untouched photo, and only the mark of any other."""
        before = item.settings
        item.prediction = prediction
        if item.settings != before:
            self._tell_look(item)
        self.item_changed.emit(item)

    def restore_edit(
        self,
        item: PhotoItem,
        edit: DevelopSettings | None,
        taught: tuple[DevelopSettings, Verdict] | None,
    ) -> None:
        """What the catalog remembers; not an act of the user, so neither saved nor undone."""
        item.edit, item.taught = edit, taught
        self._tell_look(item)
        self.item_changed.emit(item)

    def mark_learned(self, item: PhotoItem, lesson: Correction) -> None:
        """The choice became a lesson: the photo no longer follows the model."""
        item.taught = lesson.chosen, lesson.verdict
        if item.edit is None:
            item.edit = lesson.chosen
        self.item_changed.emit(item)

    def set_lesson(self, item: PhotoItem, lesson: Correction | None) -> None:
        """Which lesson its style has of a photo now; the look stays, if need be as a draft."""
        item.taught = (lesson.chosen, lesson.verdict) if lesson is not None else None
        self.item_changed.emit(item)

    # --- style ----------------------------------------------------------------------
    @property
    def style(self) -> str:
        return self._style

    def set_style(self, style: str) -> None:
        """Another style has its own edits and predictions: everything is asked again."""
        if style == self._style:
            return
        self._style = style
        self.undo_stack.clear()
        for item in self._all:
            item.edit = item.taught = item.prediction = None
            item.opened_for = ""
        self.style_changed.emit(style)
        self._tell_changed(self._all)
        if self._current is not None:
            self._tell_look(self._current)
