"""The log, and what is shown when something unexpected happens."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import platform
import sys
import time
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

import PySide6
from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

_LOG_BYTES, _LOGS = 1_000_000, 3
_QUIET_S = 30.0  # one dialog in this time: a bug in painting comes sixty times a second


def start_log(folder: Path) -> Path | None:
    """Logs to ``folder``/imgtune.log, kept small; and the stack of a hard crash beside it.
    None where the folder cannot be written: then only the terminal hears of it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "imgtune.log"
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=_LOG_BYTES, backupCount=_LOGS, encoding="utf-8", delay=True
        )
        crash: IO[str] = (folder / "crash.log").open("a", encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    faulthandler.enable(crash)
    return file


def report_text(error: BaseException) -> str:
    """What to send to whoever mends it: versions and the trace, no photos, no names of them."""
    try:
        own = version("imgtune")
    except PackageNotFoundError:
        own = "unknown"
    head = (
        f"imgtune {own}, Qt {PySide6.__version__}, Python {sys.version.split()[0]}, "
        f"{platform.system()} {platform.machine()}"
    )
    return head + "\n" + "".join(traceback.format_exception(error))


class CrashDialog(QObject):
    """Shows one bug at a time; edits are saved by themselves all along."""

    def __init__(self, window: QWidget, log_file: Path | None) -> None:
        super().__init__(window)
        self._window, self._log_file = window, log_file
        self._last = -_QUIET_S
        self.box: QMessageBox | None = None

    def show(self, error: BaseException) -> None:
        """Not modal: what still works goes on working."""
        now = time.monotonic()
        if now - self._last < _QUIET_S:
            return
        self._last = now
        text = report_text(error)
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("imgtune")
        box.setText(self.tr("Something went wrong that should not have."))
        box.setInformativeText(
            self.tr("Your edits are saved. If it goes on, close imgtune and start it again.")
        )
        box.setDetailedText(text)
        copy = box.addButton(self.tr("Copy the details"), QMessageBox.ButtonRole.ActionRole)
        copy.clicked.disconnect()
        copy.clicked.connect(_Copier(text, box).copy)
        if self._log_file is not None:
            log = box.addButton(self.tr("Show the log"), QMessageBox.ButtonRole.ActionRole)
            log.clicked.disconnect()
            log.clicked.connect(self._open_log)
        box.addButton(QMessageBox.StandardButton.Close)
        box.setModal(False)
        box.show()
        self.box = box

    def _open_log(self) -> None:
        assert self._log_file is not None
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_file)))


class _Copier(QObject):
    def __init__(self, text: str, parent: QObject) -> None:
        super().__init__(parent)
        self._text = text

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
