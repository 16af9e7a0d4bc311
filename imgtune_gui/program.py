"""The program's window, and another in its place when the language changes.

Texts are read when a window is built. So it is built anew, over the same folders, photo, filter
and place: less to go wrong than some hundred widgets that each say again what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from imgtune_gui.app import App
from imgtune_gui.backend import Backend, load_backend
from imgtune_gui.language import install_language

_ASK_AGAIN_MS = 500


class Program(QObject):
    """``app`` is what is on the screen."""

    def __init__(
        self,
        data_dir: Path | None = None,
        paths: Iterable[Path] = (),
        loader: Callable[[], Backend] = load_backend,
        log_file: Path | None = None,
    ) -> None:
        super().__init__()
        self._data_dir, self._loader, self._log_file = data_dir, loader, log_file
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._rebuild)
        self.app = self._build(paths)

    def start(self) -> None:
        self.app.start()

    def shut_down(self) -> None:
        """Saves and stops everything; safe to call twice."""
        self._wait.stop()
        self.app.shut_down()

    def _build(self, paths: Iterable[Path], *, again: bool = False) -> App:
        app = App(self._data_dir, paths, self._loader, self._log_file, again=again)
        app.menu.language_changed.connect(self._on_language_changed)
        return app

    def _on_language_changed(self) -> None:
        if self.app.is_busy:
            text = self.tr("The language changes as soon as the work in the background has ended")
            self.app.window.show_message(text)
        self._wait.start(0)  # not from within the dialog of the window that goes

    def _rebuild(self) -> None:
        if self.app.is_busy:
            self._wait.start(_ASK_AGAIN_MS)
            return
        old = self.app
        QApplication.setQuitOnLastWindowClosed(False)
        old.window.close()
        install_language(old.settings.preferences.language)
        self.app = self._build((), again=True)
        if old.window.windowState() == Qt.WindowState.WindowNoState:
            # Just there: a restored window is moved off the screen's edge by a guessed frame.
            self.app.window.setGeometry(old.window.geometry())
        self.app.start()
        QApplication.setQuitOnLastWindowClosed(True)
        text = self.tr("The language was changed; what can be undone begins anew")
        self.app.window.show_message(text)
        old.window.deleteLater()
