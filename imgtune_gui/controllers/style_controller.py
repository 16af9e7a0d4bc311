"""Styles: making, copying, renaming, deleting, as files, and whether one has become two."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from imgtune_gui.controllers.learn_controller import LearnController
from imgtune_gui.controllers.train_controller import TrainController
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.workers import messages as m
from imgtune_gui.workers import style_messages as s
from imgtune_gui.workers.catalog_worker import CatalogWorker

if TYPE_CHECKING:
    from model_core.services import Split, SplitSuggestion

_PACK_SUFFIX = ".imgtune"
_QUIET_MS = 3_000  # after the last lesson, before it is looked whether to ask


class StyleController(QObject):
    """Asks the user, then the catalog worker."""

    message_raised = Signal(str)

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        learn: LearnController,
        training: TrainController,
        catalog: CatalogWorker,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._settings = session, window, settings
        self._learn, self._training, self._catalog = learn, training, catalog
        self._lessons = 0
        self._names: list[str] = []
        self._notice = window.style_panel.notice
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_QUIET_MS)
        self._look.timeout.connect(self._on_quiet)
        learn.style_loaded.connect(self._on_style_loaded)
        catalog.split_looked_for.connect(self._on_looked_for)
        catalog.split_done.connect(self._on_split_done)
        catalog.styles_merged.connect(self._on_merged)
        self._notice.answered.connect(self._on_answered)
        self._notice.undo_clicked.connect(self._on_undo_clicked)

    def _on_style_loaded(self, loaded: m.StyleLoaded) -> None:
        self._lessons = len(loaded.lessons)
        self._names = [info.name for info in loaded.styles]
        self._notice.show_for(loaded.style)
        self._look.start()

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What the actions of the table do, by name."""
        return {
            "new_style": self.new_style,
            "duplicate_style": self.duplicate_style,
            "rename_style": self.rename_style,
            "merge_style": self.merge_style,
            "delete_style": self.delete_style,
            "look_for_split": self.look_for_split,
            "export_pack": self.export_pack,
            "export_small_pack": self.export_small_pack,
            "import_pack": self.import_pack,
        }

    # --- making and unmaking --------------------------------------------------------
    def new_style(self) -> None:
        name = self._ask_name(self.tr("New style"), "")
        if name:
            self._learn.create_style(name)

    def duplicate_style(self) -> None:
        if self._is_trained():
            return
        name = self._ask_name(
            self.tr("Duplicate style"), self.tr("{0} copy").format(self._session.style)
        )
        if name:
            self._learn.flush()
            self._catalog.submit(s.DuplicateStyle(self._session.style, name))

    def rename_style(self) -> None:
        if self._is_trained():
            return
        name = self._ask_name(self.tr("Rename style"), self._session.style)
        if name and name != self._session.style:
            self._learn.rename_style(name)

    def _is_trained(self) -> bool:
        """Whether the shown style's fine-tune runs, which is said then: it holds the versions."""
        style = self._session.style
        runs = self._training.runs_for(style)
        if runs:
            text = self.tr(
                "{0} is being fine-tuned: wait until that has ended, or press Cancel beside it "
                "at the lower right"
            )
            self.message_raised.emit(text.format(style))
        return runs

    def _ask_name(self, title: str, proposed: str) -> str:
        name, good = QInputDialog.getText(
            self._window, title, self.tr("Name of the style"), text=proposed
        )
        return name.strip() if good else ""

    def delete_style(self) -> None:
        text = self.tr("Delete the style {0} with its edits and versions?")
        if self._lessons == 1:
            text = self.tr("Delete the style {0} with its lesson, its edits and versions?")
        elif self._lessons:
            text = self.tr("Delete the style {0} with its {1} lessons, its edits and versions?")
        end = self.tr("This cannot be undone. Your photos are not touched.")
        style = self._session.style
        question = f"{text.format(style, self._lessons)} {end}"
        if self._training.runs_for(style):
            question += " " + self.tr("Its fine-tune, which runs now, is stopped.")
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            self.tr("Delete style"),
            question,
            buttons.Yes | buttons.No,
            buttons.No,
        )
        if answer == buttons.Yes:
            self._training.without(style, lambda: self._learn.delete_style(style))

    def merge_style(self) -> None:
        """The shown style into another, which is shown then."""
        if self._is_trained():
            return
        style = self._session.style
        others = [name for name in self._names if name != style]
        title = self.tr("Merge styles")
        if not others:
            self.message_raised.emit(self.tr("There is only one style"))
            return
        text = self.tr(
            "All lessons and edits of {0} go into {1}, and {0} is deleted. Photos that both have "
            "lessons of keep theirs. This cannot be undone; to keep a copy, duplicate the style "
            "before."
        )
        ask = self.tr("Merge {0} into").format(style.replace("&", "&&"))  # no mnemonic
        into, good = QInputDialog.getItem(self._window, title, ask, others, 0, False)
        if not good or into not in others:
            return
        buttons = QMessageBox.StandardButton
        text = text.format(style, into)
        both = buttons.Yes | buttons.No
        if QMessageBox.question(self._window, title, text, both, buttons.No) == buttons.Yes:
            self._learn.flush()
            self._catalog.submit(s.MergeStyles(style, into))

    def _on_merged(self, result: s.StylesMerged) -> None:
        self._learn.choose_style(result.into)
        text = self.tr("{0} is a part of {1} now")
        if result.left:
            text = self.tr("{0} is a part of {1} now, but for {2} photos that {1} has lessons of")
        self.message_raised.emit(text.format(result.style, result.into, result.left))

    # --- files ----------------------------------------------------------------------
    def export_small_pack(self) -> None:
        """Of half the size; refused where that would be seen."""
        self.export_pack(small=True)

    def export_pack(self, *, small: bool = False) -> None:
        # A name of a style may hold what no name of a file can.
        plain = re.sub(r'[\\/:*?"<>|]+', "-", self._session.style).strip(". ")[:80] or "style"
        found, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save style"),
            str(Path(self._folder()) / f"{plain}{_PACK_SUFFIX}"),
            f"imgtune (*{_PACK_SUFFIX})",
        )
        if not found:
            return
        file = Path(found)
        if file.suffix.lower() != _PACK_SUFFIX:  # not every file dialog adds it
            file = file.with_name(file.name + _PACK_SUFFIX)
            if file.exists() and not self._may_replace(file):
                return
        self._learn.pack(file, importing=False, small=small)

    def _may_replace(self, file: Path) -> bool:
        text = self.tr("{0} is there already. Replace it?").format(file.name)
        answer = QMessageBox.question(self._window, self.tr("Save style"), text)
        return answer == QMessageBox.StandardButton.Yes

    def import_pack(self) -> None:
        """It gets a style of its own."""
        found, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Load style"),
            self._folder(),
            f"imgtune (*{_PACK_SUFFIX});;" + self.tr("All files (*)"),
        )
        if found:
            self._learn.flush()
            self._learn.pack(Path(found), importing=True)

    def tell_pack_failed(self, text: str) -> None:
        """A line in the status bar would be gone before it is read."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Style as a file"))
        box.setText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _folder(self) -> str:
        return self._settings.last_folder or str(Path.home())

    # --- one style or two -----------------------------------------------------------
    def look_for_split(self) -> None:
        """The user asks."""
        self._catalog.submit(s.LookForSplit(self._session.style, asked=True))

    def _on_quiet(self) -> None:
        self._catalog.submit(s.LookForSplit(self._session.style, asked=False))

    def _on_looked_for(self, result: s.SplitLookedFor) -> None:
        if result.style != self._session.style:
            return
        if result.found is not None:
            self._notice.ask(result.found)
            if result.asked:
                self._window.style_panel.show()
        elif result.asked:
            text = self.tr("One style, as far as {0} lessons can tell")
            if result.lessons < result.needed[0] or result.shoots < result.needed[1]:
                text = self.tr(
                    "Too early to tell: it takes {2} lessons of {3} shoots on different days, and "
                    "there are {0} of {1}"
                )
            counts = result.lessons, result.shoots, *result.needed
            self.message_raised.emit(text.format(*counts))

    def _on_answered(self, suggestion: SplitSuggestion, answer: s.Answer) -> None:
        self._learn.flush()
        self._catalog.submit(s.AnswerSplit(suggestion, answer))

    def _on_split_done(self, result: s.SplitDone) -> None:
        self._notice.tell(result.split)
        # What the user does now is what the later lessons are like.
        self._learn.choose_style(result.split.into)

    def _on_undo_clicked(self, split: Split) -> None:
        self._learn.flush()
        self._catalog.submit(s.UndoSplit(split))
