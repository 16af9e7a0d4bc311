"""The program as a user starts it, with the watchdog beside it.

    python -m tests.journeys.watched REPORT [--data-dir DIR] [PHOTO or FOLDER ...]

From the first turn of the event loop until the window closes. REPORT is a JSON file: the longest
turn of the main thread, and all over the limit with where they were.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

LIMIT_MS = 100.0  # what no turn of the event loop may take


def main(arguments: list[str]) -> int:
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    from imgtune_gui.main import run_window, split_arguments
    from tests.watchdog import Watchdog

    report, data_dir, paths = Path(arguments[0]), *split_arguments(arguments[1:])
    application = QApplication(sys.argv[:1])
    dog = Watchdog(LIMIT_MS)

    class UntilItCloses(QObject):
        """A window that is gone keeps no hand waiting, whatever is still saved behind it."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Close and isinstance(watched, QMainWindow):
                dog.stop()
            return False

    ending = UntilItCloses()
    application.installEventFilter(ending)
    QTimer.singleShot(0, application, dog.start)
    code = run_window(data_dir, paths)
    application.removeEventFilter(ending)
    worst = max(dog.worst.values(), key=lambda stall: stall.due_ms)
    found = {
        "worst": {name: getattr(worst, name) for name in ("ms", "own_ms", "queued_ms")},
        "by_the_clock_ms": dog.worst_ms,
        "stalls": dog.report() if dog.stalls else "",
    }
    report.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
