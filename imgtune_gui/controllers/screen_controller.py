"""Colour-managed display: which profile the photos are shown with, and where it is from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from imgtune_gui.core_texts import in_language
from imgtune_gui.screen_profile import system_profile
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker

if TYPE_CHECKING:
    from model_core.services import Screen

#: Values of the preference; anything else is the path of a profile.
FROM_SYSTEM, SRGB = "", "srgb"


class ScreenController(QObject):
    """Follows the preference, the window from screen to screen, and changes of the profile."""

    message_raised = Signal(str)
    space_changed = Signal(str)

    def __init__(
        self, window: QWidget, catalog: CatalogWorker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window, self._catalog = window, catalog
        self._wanted = FROM_SYSTEM
        self._icc: bytes | None = None
        self._screen: Screen | None = None
        self._error = ""
        self._ready = self._followed = False
        catalog.screen_read.connect(self._on_screen_read)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.applicationStateChanged.connect(self._on_state_changed)

    def set_ready(self) -> None:
        """The studio is open."""
        self._ready = True
        self._look()

    def set_wanted(self, wanted: str) -> None:
        """The preference: :data:`FROM_SYSTEM`, :data:`SRGB` or the path of a profile."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._look()

    def text(self) -> str:
        """Which profile is used now, and why, in one line."""
        if self._error:
            return self.tr("Shown as sRGB. {0}").format(self._error)
        if self._wanted == SRGB:
            return self.tr("Photos are shown as sRGB, whatever the screen is.")
        label = self._screen.label if self._screen is not None else ""
        if self._wanted == FROM_SYSTEM:
            if not label:
                return self.tr("The system knows no profile of this screen: taken for sRGB.")
            return self.tr("Photos are shown with the system's profile of this screen: {0}").format(
                label
            )
        return self.tr("Photos are shown with the profile {0}").format(label)

    # --- finding out ----------------------------------------------------------------
    def _on_state_changed(self, state: Qt.ApplicationState) -> None:
        # A profile that was installed meanwhile; it costs one question to the system.
        if state == Qt.ApplicationState.ApplicationActive:
            self._look()

    def _on_screen_changed(self, screen: QScreen | None) -> None:
        if screen is None:  # the last one was unplugged; another will come
            self._use_srgb("")
        else:
            self._look()

    def _look(self) -> None:
        handle = self._window.windowHandle()
        if not self._ready or handle is None:
            return
        if not self._followed:
            self._followed = True
            handle.screenChanged.connect(self._on_screen_changed)
        try:
            icc = self._profile(handle.screen())
        except OSError as error:
            self._use_srgb(
                self.tr("{0}: {1}").format(self._wanted, in_language(error.strerror or str(error)))
            )
            return
        if icc is None:
            self._use_srgb("")
        elif icc != self._icc:
            self._icc = icc
            self._catalog.submit(m.ReadScreen(icc))

    def _profile(self, screen: QScreen) -> bytes | None:
        if self._wanted == SRGB:
            return None
        if self._wanted == FROM_SYSTEM:
            return system_profile(screen)
        return Path(self._wanted).read_bytes()

    def _use_srgb(self, error: str) -> None:
        self._icc = self._screen = None
        self._fail(error)
        self.space_changed.emit("srgb")

    def _fail(self, error: str) -> None:
        if error and error != self._error:
            self.message_raised.emit(error)
        self._error = error

    def _on_screen_read(self, result: m.ScreenRead) -> None:
        if result.icc is not self._icc:
            return
        self._screen = result.screen
        self._fail(result.error)
        self.space_changed.emit(result.screen.space if result.screen is not None else "srgb")
