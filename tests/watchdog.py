"""Measures how long the main thread keeps the event loop waiting, and where it was then.

A timer beats in the main thread; a thread of its own looks whether the beat comes, and notes
the main thread's stack when it does not. What is measured is what a hand on the mouse feels:
the time from one turn of the event loop to the next.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Self

from PySide6.QtCore import QObject, Qt, QTimer

_BEAT_MS = 4
_LOOK_S = 0.004
_DEPTH = 14


@dataclass(frozen=True, slots=True)
class Stall:
    """``ms`` by the clock; of it, ``own_ms`` the main thread was computing and ``queued_ms`` it
    could have but waited for a core (Linux tells; elsewhere 0): on a machine that does other
    things too, that is no fault of the program."""

    ms: float
    own_ms: float
    queued_ms: float
    step: str
    where: tuple[str, ...]  # what the main thread was in, innermost first

    @property
    def due_ms(self) -> float:
        """What the program itself is to blame for: its computing, and waits for its own locks."""
        return self.ms - self.queued_ms

    def __str__(self) -> str:
        head = (
            f"{self.step or 'the main thread'}: {self.ms:.0f} ms ({self.own_ms:.0f} ms own, "
            f"{self.queued_ms:.0f} ms without a core)"
        )
        return "\n    ".join([head, *self.where])


class Watchdog(QObject):
    """Watches from :meth:`start` to :meth:`stop`, or as a context manager; main thread only.

    ``stalls`` are those longer than ``limit_ms``; ``worst`` is the longest of all turns.
    Name what is being done with :meth:`step`, so that a stall says where it belongs.
    """

    def __init__(self, limit_ms: float = 50.0) -> None:
        super().__init__()
        self._limit = limit_ms / 1e3
        self._main = threading.get_ident()
        self._step = ""
        self._seen: deque[tuple[float, tuple[str, ...]]] = deque(maxlen=20)
        self._end = threading.Event()
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        self._thread: threading.Thread | None = None
        self._last = self._own = self._queued = 0.0
        self._schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self.stalls: list[Stall] = []
        self.worst: dict[str, Stall] = {}  # of each step, by its due_ms

    def step(self, name: str) -> None:
        """What begins now."""
        self._on_beat()
        self._step = name

    def start(self) -> None:
        self._end.clear()
        self._last, self._own = time.perf_counter(), time.thread_time()
        self._queued = self._without_core()
        self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
        self._thread.start()
        self._beat.start()

    def stop(self) -> None:
        """Ends the thread and waits for it; safe to call twice."""
        if self._thread is None:
            return
        self._on_beat()
        self._beat.stop()
        self._end.set()
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def worst_ms(self) -> float:
        """The longest wait by the clock."""
        return max((stall.ms for stall in (*self.stalls, *self.worst.values())), default=0.0)

    @property
    def worst_due_ms(self) -> float:
        """The same without what the machine's other work took: see :class:`Stall`."""
        return max((stall.due_ms for stall in self.worst.values()), default=0.0)

    def report(self) -> str:
        """The stalls, longest first, with their stacks."""
        ordered = sorted(self.stalls, key=lambda stall: -stall.due_ms)
        return "\n".join(map(str, ordered)) or "no stall"

    def _on_beat(self) -> None:
        now, own, queued = time.perf_counter(), time.thread_time(), self._without_core()
        # The timer's own interval is no wait.
        waited = now - self._last - _BEAT_MS / 1e3
        where: tuple[str, ...] = ()
        if waited > self._limit:
            seen = [stack for when, stack in tuple(self._seen) if when >= self._last]
            where = seen[len(seen) // 2] if seen else ()
        stall = Stall(
            max(waited, 0.0) * 1e3,
            (own - self._own) * 1e3,
            (queued - self._queued) * 1e3,
            self._step,
            where,
        )
        known = self.worst.get(self._step)
        if known is None or stall.due_ms > known.due_ms:
            self.worst[self._step] = stall
        if waited > self._limit:
            self.stalls.append(stall)
        self._last, self._own, self._queued = now, own, queued

    def _without_core(self) -> float:
        try:
            return int(self._schedule.read_bytes().split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            return 0.0

    def _look(self) -> None:
        while not self._end.wait(_LOOK_S):
            if time.perf_counter() - self._last - _BEAT_MS / 1e3 > self._limit / 2:
                frame = sys._current_frames().get(self._main)
                self._seen.append((time.perf_counter(), _stack(frame)))


def _stack(frame: FrameType | None) -> tuple[str, ...]:
    lines = []
    while frame is not None and len(lines) < _DEPTH:
        code = frame.f_code
        file = "/".join(code.co_filename.rsplit("/", 2)[-2:])
        lines.append(f"{file}:{frame.f_lineno} {code.co_qualname}")
        frame = frame.f_back
    return tuple(lines)
