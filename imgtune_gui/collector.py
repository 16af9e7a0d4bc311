"""What the interpreter does behind our back, arranged so that the window stays quick.

A full garbage collection visits every object that there is: with 10,000 photos open it holds up the
interpreter, and with it the hand on the mouse, for 80 ms, to find nothing. What has lived for
some seconds is set aside (``gc.freeze``), so that collections stay short; objects set aside
still go as soon as nobody refers to them. Between two timeouts no full collection starts by
itself: thousands of photos that come would bring about several.

Each call of a painter lets go of the interpreter's lock, and a busy worker then keeps it for
the switch interval: 5 ms by default, many times in one repaint.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 2_000
_SWITCH_S = 0.001
_NEVER = 1_000_000  # collections of the young, before the interpreter looks at all objects


class Collector(QObject):
    """Runs from :meth:`start` to :meth:`stop`; one per process is enough."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._switch_s = sys.getswitchinterval()
        self._thresholds = gc.get_threshold()

    def start(self) -> None:
        sys.setswitchinterval(_SWITCH_S)
        gc.set_threshold(*self._thresholds[:2], _NEVER)
        self._timer.start()

    def stop(self) -> None:
        """Everything is as it was before :meth:`start`."""
        self._timer.stop()
        gc.unfreeze()
        gc.set_threshold(*self._thresholds)
        sys.setswitchinterval(self._switch_s)

    def _on_timeout(self) -> None:
        gc.collect(1)  # the young only: what is garbage already is not set aside
        gc.freeze()
