"""Menu entries that open a dialog first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from imgtune_gui.actions import ACTIONS, set_keys
from imgtune_gui.backend import Backend
from imgtune_gui.controllers.gpu_controller import GpuController
from imgtune_gui.controllers.learn_controller import LearnController
from imgtune_gui.controllers.library_controller import LibraryController
from imgtune_gui.controllers.screen_controller import ScreenController
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.dialogs import about_dialog, shortcuts_dialog
from imgtune_gui.views.lesson_texts import version_name
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.views.preferences import PreferencesDialog


class MenuController(QObject):
    """Asks the user, then asks the controller that does it."""

    message_raised = Signal(str)
    preferences_changed = Signal(object)  # Preferences
    language_changed = Signal()

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        library: LibraryController,
        learn: LearnController,
        settings: AppSettings,
        screen: ScreenController,
        gpu: GpuController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._screen, self._gpu = screen, gpu
        self._session, self._window, self._settings = session, window, settings
        self._library, self._learn = library, learn
        self._backend: Backend | None = None
        self._actions: Mapping[str, QAction] = {}

    def set_backend(self, backend: Backend) -> None:
        self._backend = backend

    def adopt(self, actions: Mapping[str, QAction]) -> None:
        """Once the menus exist: the folders that were open before go below "Open"."""
        self._actions = actions
        self._apply_keys()
        menu = actions["export"].associatedObjects()
        self._recent = QMenu(self.tr("Open &recent"), self._window)
        self._recent.aboutToShow.connect(self._fill_recent)
        for owner in menu:
            if isinstance(owner, QMenu):
                owner.insertMenu(actions["open_samples"], self._recent)
        self._window.start_page.set_recent(self._settings.recent_folders)

    # --- opening --------------------------------------------------------------------
    def _start_folder(self) -> str:
        return self._settings.last_folder or str(Path.home())

    def open_folder(self) -> None:
        found = QFileDialog.getExistingDirectory(
            self._window, self.tr("Open folder"), self._start_folder()
        )
        if found:
            self._settings.last_folder = found
            self._library.open_paths([Path(found)], replace=True)

    def open_files(self) -> None:
        found, _ = QFileDialog.getOpenFileNames(
            self._window, self.tr("Open photos"), self._start_folder()
        )
        if found:
            self._settings.last_folder = str(Path(found[0]).parent)
            self._library.open_paths([Path(name) for name in found], replace=True)

    def tell_nothing_found(self, text: str) -> None:
        """Where one looks: on the start page, or over what stays open."""
        if self._session.all_items:
            # Not exec(): what was found meanwhile must not wait until somebody has read this.
            box = QMessageBox(self._window)
            box.setIcon(QMessageBox.Icon.Information)
            box.setWindowTitle(self.tr("Open"))
            box.setText(text)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.open()
        else:
            self._window.start_page.set_notice(text)

    def _apply_keys(self) -> None:
        changed = self._settings.keys
        for spec in ACTIONS:
            set_keys(self._actions[spec.name], spec, changed.get(spec.name, spec.keys))

    def show_preferences(self) -> None:
        before = self._settings.preferences
        texts = self._screen.text(), self._gpu.text()
        dialog = PreferencesDialog(before, self._settings.keys, texts, self._window)
        if dialog.exec() == PreferencesDialog.DialogCode.Accepted:
            self._settings.keys = dialog.keys.changed_keys()
            self._apply_keys()
            self._settings.preferences = dialog.preferences()
            self.preferences_changed.emit(dialog.preferences())
            if dialog.preferences().language != before.language:
                self.language_changed.emit()
        dialog.deleteLater()

    def open_recent(self, folder: str) -> None:
        # Not asked here whether it is there: a drive that is gone takes its time to say so.
        self._library.open_paths([Path(folder)], replace=True)

    def note_opened(self, folders: list[str]) -> None:
        """These folders hold what is open now."""
        self._settings.note_folders(folders)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for folder in self._settings.recent_folders:
            action = self._recent.addAction(folder.replace("&", "&&"))
            action.setData(folder)
            action.triggered.connect(self._on_recent_chosen)
        if self._recent.isEmpty():
            self._recent.addAction(self.tr("None yet")).setEnabled(False)
            return
        self._recent.addSeparator()
        self._recent.addAction(self.tr("&Clear this list")).triggered.connect(
            self._settings.clear_recent
        )

    def _on_recent_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.open_recent(str(action.data()))

    def open_samples(self) -> None:
        if self._backend is None:
            return
        paths = self._backend.sample_photos()
        if paths:
            self._library.open_paths(paths, replace=True)
        else:
            self.message_raised.emit(self.tr("This installation has no sample photos"))

    def open_dropped(self, paths: tuple[Path, ...]) -> None:
        """Dropping a folder opens it; dropping files adds them to what is open."""
        replace = any(path.is_dir() for path in paths)
        self._library.open_paths(paths, replace=replace)

    def show_lesson(self, path: Path) -> None:
        """The photo of a lesson, which may be of another folder: then it is opened, too."""
        item = self._session.find(path)
        if item is not None:
            self._session.select(item)
        elif path.exists():
            self._library.select_when_found(path)
            self._library.open_paths([path], replace=False)
        else:
            self.message_raised.emit(self.tr("{0} is not there any more").format(path))

    def roll_back(self) -> None:
        answer = QMessageBox.question(
            self._window,
            self.tr("Roll back"),
            self.tr("Go back to the version before? Your lessons are kept."),
        )
        if answer == QMessageBox.StandardButton.Yes:
            self._learn.roll_back()

    def serve(self, version: str) -> None:
        """Any version, from the list of them."""
        loaded = self._learn.loaded
        if loaded is None:
            return
        text = self.tr("Let {0} serve instead of {1}? Lessons and versions are all kept.")
        names = (version_name(loaded, one) for one in (version, loaded.version))
        answer = QMessageBox.question(self._window, self.tr("Roll back"), text.format(*names))
        if answer == QMessageBox.StandardButton.Yes:
            self._learn.roll_back(version)

    # --- help -----------------------------------------------------------------------
    def show_shortcuts(self) -> None:
        shortcuts_dialog(self._window, self._actions).exec()

    def show_about(self) -> None:
        about_dialog(self._window).exec()
