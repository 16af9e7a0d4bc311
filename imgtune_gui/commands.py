"""Undoable edits and marks. One drag is one undo; a command shows the photo that it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QUndoCommand

from imgtune_gui.language import param_label
from imgtune_gui.models.photo_item import PhotoItem
from model_core.domain.correction import Correction
from model_core.domain.develop import DevelopSettings, param
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks

if TYPE_CHECKING:
    from imgtune_gui.session import PhotoSession

_MERGEABLE, _MERGEABLE_EDITS = 1, 2


def in_history(line: str, action: str, items: Sequence[PhotoItem]) -> str:
    """Text of a command: what the history shows, and after a line break what menus show."""
    if len(items) == 1:
        return f"{line}  ·  {items[0].name}\n{action}"
    count = QCoreApplication.translate("commands", "{0} photos").format(len(items))
    return f"{line}  ·  {count}\n{action}"


class SetParam(QUndoCommand):
    """One slider of one photo. Commands with the same ``drag`` merge into one."""

    def __init__(
        self,
        session: PhotoSession,
        item: PhotoItem,
        name: str,
        after: DevelopSettings,
        drag: int,
    ) -> None:
        super().__init__()
        self._session, self._item = session, item
        self._before, self._after = item.edit, after
        self._name, self._drag = name, drag
        self._describe()

    def _describe(self) -> None:
        spec = param(self._name)
        label = param_label(spec)
        value = spec.format(self._after[self._name])
        self.setText(in_history(f"{label} {value}", label, [self._item]))

    def id(self) -> int:
        return _MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SetParam):
            return False
        same = (other._item is self._item, other._name == self._name, other._drag == self._drag)
        if not all(same):
            return False
        self._after = other._after
        self._describe()
        return True

    def redo(self) -> None:
        self._session.select(self._item)
        self._session.apply_edit(self._item, self._after)

    def undo(self) -> None:
        self._session.select(self._item)
        self._session.apply_edit(self._item, self._before)


class Teach(QUndoCommand):
    """Accepting a photo: a lesson. Undone, it was never taught and the photo is as before."""

    def __init__(self, session: PhotoSession, item: PhotoItem, chosen: DevelopSettings) -> None:
        text = QCoreApplication.translate("commands", "Accept")
        super().__init__(in_history(text, text, [item]))
        self._session, self._item, self._chosen = session, item, chosen
        self._before = item.edit, item.taught
        self._ticket = 0

    def redo(self) -> None:
        self._ticket = self._session.teach(self._item, self._chosen)

    def undo(self) -> None:
        self._session.select(self._item)
        self._session.take_back(self._item, self._ticket, *self._before)


class ForgetLesson(QUndoCommand):
    """A lesson of the list; its photo need not be open."""

    def __init__(self, session: PhotoSession, lesson: Correction) -> None:
        super().__init__(QCoreApplication.translate("commands", "Forget a lesson"))
        self._session, self._lesson = session, lesson

    def redo(self) -> None:
        self._session.lesson_dropped.emit(self._lesson)

    def undo(self) -> None:
        self._session.lesson_wanted_back.emit(self._lesson)


class SetGeometry(QUndoCommand):
    """How a photo is turned, straightened and cropped."""

    def __init__(
        self, session: PhotoSession, frames: Sequence[tuple[PhotoItem, Geometry]], text: str
    ) -> None:
        super().__init__(in_history(text, text, [item for item, _ in frames]))
        self._session = session
        self._frames = [(item, item.geometry, after) for item, after in frames]

    def redo(self) -> None:
        for item, _, after in self._frames:
            self._session.apply_geometry(item, after)

    def undo(self) -> None:
        for item, before, _ in self._frames:
            self._session.apply_geometry(item, before)


class SetMarks(QUndoCommand):
    """Stars, flag or colour of one or more photos."""

    def __init__(
        self, session: PhotoSession, marks: Sequence[tuple[PhotoItem, Marks]], text: str
    ) -> None:
        super().__init__(in_history(text, text, [item for item, _ in marks]))
        self._session = session
        self._marks = [(item, item.marks, after) for item, after in marks]

    def redo(self) -> None:
        self._session.apply_marks([(item, after) for item, _, after in self._marks])

    def undo(self) -> None:
        self._session.apply_marks([(item, before) for item, before, _ in self._marks])


class SetEdits(QUndoCommand):
    """Whole settings of one or more photos: reset, paste, sync, strength.

    Commands with the same ``drag``, unless it is 0, merge into one.
    """

    def __init__(
        self,
        session: PhotoSession,
        edits: Sequence[tuple[PhotoItem, DevelopSettings | None]],
        text: str,
        drag: int = 0,
    ) -> None:
        super().__init__(in_history(text, text, [item for item, _ in edits]))
        self._session = session
        self._edits = [(item, item.edit, after) for item, after in edits]
        self._drag = drag
        self._pushed = False
        self._from = session.current

    def id(self) -> int:
        return _MERGEABLE_EDITS if self._drag else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SetEdits) or other._drag != self._drag:
            return False
        if [item for item, _, _ in self._edits] != [item for item, _, _ in other._edits]:
            return False
        pairs = zip(self._edits, other._edits, strict=True)
        self._edits = [(item, before, after) for (item, before, _), (_, _, after) in pairs]
        return True

    def redo(self) -> None:
        # The first time it is the user who acts, on others than the shown photo perhaps.
        if self._pushed:
            self._show()
        self._pushed = True
        self._session.apply_edits([(item, after) for item, _, after in self._edits])

    def undo(self) -> None:
        self._show()
        self._session.apply_edits([(item, before) for item, before, _ in self._edits])

    def _show(self) -> None:
        """What is changed, or the photo that gave it: to go on from one that only received
        would give the wrong settings the next time."""
        if self._session.current not in [item for item, _, _ in self._edits]:
            self._session.select(self._from or self._edits[0][0])
