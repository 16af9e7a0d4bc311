"""Presets: tried on what is shown or selected, saved, imported, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from imgtune_gui.core_texts import said
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.companions import toggle
from imgtune_gui.views.dialogs import FieldsDialog
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.views.preset_window import PresetWindow
from imgtune_gui.workers import messages as m
from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import ImgtuneError

if TYPE_CHECKING:
    from model_core.services import Preset, PresetStore

_SHOWN_LEFT_OUT = 12


class PresetController(QObject):
    """Files are small and few, so they are read and written at once."""

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
        self._store: PresetStore | None = None
        self._presets = PresetWindow(window)
        self._presets.applied.connect(self._on_applied)
        self._presets.delete_clicked.connect(self._on_delete_clicked)
        self._presets.rename_clicked.connect(self._on_rename_clicked)
        self._presets.closed.connect(self._on_closed)
        self._presets.import_clicked.connect(self.ask_import)
        self._presets.save_clicked.connect(self.ask_save)
        # Photos and preset of the last try, while nothing else was done since.
        self._tried: list[PhotoItem] = []
        self._tried_name = ""
        self._trying = False
        session.undo_stack.indexChanged.connect(self._on_index_changed)

    @property
    def window(self) -> PresetWindow:
        return self._presets

    def set_studio(self, opened: m.StudioOpened) -> None:
        self._store = opened.studio.presets

    def show(self) -> None:
        if self._store is not None:
            self._presets.show_presets(self._store.all())
            toggle(self._presets, self._window)

    # --- trying ---------------------------------------------------------------------
    def _targets(self) -> list[PhotoItem]:
        """In the grid what is selected; in the loupe what is seen."""
        window = self._window
        if window.is_grid():
            return [item for item in window.photo_list.selected_items() if not item.error]
        current = self._session.current
        return [current] if current is not None and not current.error else []

    def _on_applied(self, preset: Preset, strength: float) -> None:
        """A second try on the same photos replaces the first, as one undo."""
        targets = self._targets()
        stack = self._session.undo_stack
        self._trying = True
        try:
            if targets and targets == self._tried:
                stack.undo()
            before = stack.index()
            edits: list[tuple[PhotoItem, DevelopSettings | None]] = [
                (item, preset.applied(item.settings, strength)) for item in targets
            ]
            self._session.set_edits(edits, self.tr("Preset {0}").format(preset.name))
            self._tried = targets if stack.index() > before else []
            self._tried_name = preset.name
        finally:
            self._trying = False

    def _on_index_changed(self, _index: int) -> None:
        if not self._trying:
            self._tried = []

    def _on_closed(self) -> None:
        """What was tried is kept: the next preset goes on from there."""
        self._tried = []

    # --- keeping --------------------------------------------------------------------
    def ask_save(self) -> None:
        """Which sliders, and under which name."""
        item = self._session.current
        if item is None or self._store is None:
            return
        dialog = FieldsDialog(self._window, self.tr("Save as preset"), self.tr("Continue"))
        chosen = dialog.names() if dialog.exec() == FieldsDialog.DialogCode.Accepted else []
        dialog.deleteLater()
        if not chosen:
            return
        name, good = QInputDialog.getText(
            self._window, self.tr("Save as preset"), self.tr("Name of the preset")
        )
        if good:
            self.save(name.strip(), {field: item.settings[field] for field in chosen})

    def save(self, name: str, values: dict[str, float]) -> None:
        assert self._store is not None
        try:
            self._store.save(self._store.make(name, values))
        except ImgtuneError as error:
            self.message_raised.emit(said(error))
            return
        self._presets.show_presets(self._store.all(), name)
        self.message_raised.emit(self.tr("Saved the preset {0}").format(name))

    def ask_import(self) -> None:
        found, _ = QFileDialog.getOpenFileNames(
            self._window,
            self.tr("Import presets"),
            self._settings.last_folder or str(Path.home()),
            self.tr("Camera Raw presets (*.xmp)"),
        )
        if found:
            self.import_files([Path(name) for name in found])

    def import_files(self, files: list[Path]) -> None:
        """Takes presets over and says what of them has no counterpart here."""
        assert self._store is not None
        lines: list[str] = []
        done = ""
        for file in files:
            try:
                result = self._store.import_xmp(file)
            except ImgtuneError as error:
                lines.append(said(error))
                continue
            done = result.preset.name
            if result.left_out:
                names = ", ".join(result.left_out[:_SHOWN_LEFT_OUT])
                more = "…" if len(result.left_out) > _SHOWN_LEFT_OUT else ""
                text = self.tr("{0}: without {1}{2}")
                lines.append(text.format(result.preset.name, names, more))
        self._presets.show_presets(self._store.all(), done)
        if lines:
            box = QMessageBox(self._presets)
            box.setIcon(QMessageBox.Icon.Information)
            box.setText(self.tr("Not everything could be taken over; looks are approximate."))
            box.setInformativeText("\n".join(lines[:20]))
            box.open()
        elif done:
            self.message_raised.emit(self.tr("Imported {0}; looks are approximate").format(done))

    def _on_delete_clicked(self, name: str) -> None:
        assert self._store is not None
        text = self.tr("Delete the preset {0}? Photos keep their sliders.").format(name)
        answer = QMessageBox.question(self._presets, self.tr("Delete preset"), text)
        if answer == QMessageBox.StandardButton.Yes:
            if self._tried and self._tried_name == name:
                self._session.undo_stack.undo()  # it was clicked only to be deleted
            try:
                self._store.delete(name)
            except ImgtuneError as error:
                self.message_raised.emit(said(error))
            self._presets.show_presets(self._store.all())

    def _on_rename_clicked(self, name: str) -> None:
        assert self._store is not None
        title, label = self.tr("Rename preset"), self.tr("Name of the preset")
        new, good = QInputDialog.getText(self._presets, title, label, text=name)
        if not good:
            return
        try:
            self._store.rename(name, new)
        except ImgtuneError as error:
            self.message_raised.emit(said(error))
            return
        self._presets.show_presets(self._store.all(), new.strip())
