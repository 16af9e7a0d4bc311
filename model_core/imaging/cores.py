"""How many threads are worth starting, and the pool that renders."""

from __future__ import annotations

import ctypes
import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of Linux's control groups, version 2


def usable_cores() -> int:
    """Cores that this process may use: those it is bound to, within its container's quota."""
    if hasattr(os, "sched_getaffinity"):
        bound = len(os.sched_getaffinity(0))
    else:
        bound = os.cpu_count() or 1
    return max(1, min(bound, _quota(_QUOTA) or bound))


def _quota(file: Path) -> int | None:
    """The quota in whole cores, at least one; None where there is none."""
    try:
        quota, period = file.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):  # no such file, or "max": as much as there is
        return None


#: For the bands of a picture. What runs here must not wait for more of it.
CORES = usable_cores()
pool = ThreadPoolExecutor(CORES, thread_name_prefix="render")

_PIECES = 2  # for each core


class Helpers:
    """Threads that help another one for some milliseconds at a time.

    They are kept off the core of the thread that they help: Linux may wake them on that one,
    where they would wait until it is done (a preview took 6 ms that takes 3).
    """

    def __init__(self) -> None:
        self._threads: list[int] = []
        self._away = -1  # the core that they are kept off
        self._pool = ThreadPoolExecutor(max(1, CORES - 1), "helper", initializer=self._note)

    def side_by_side(self, work: Callable[[int, int], None], size: int) -> None:
        """``work`` on pieces of 0 .. ``size``. This thread takes its share, and that of a helper
        that is late: to wake one costs time, and its core may be somebody else's just then."""
        count = _PIECES * CORES
        # No empty ones: OpenColorIO refuses them.
        edges = sorted({size * i // count for i in range(count + 1)})
        pieces = itertools.pairwise(edges)

        def run() -> None:
            for first, last in pieces:  # a step of it is not divided between threads
                work(first, last)

        self._keep_off()
        helping = [self._pool.submit(run) for _ in range(CORES - 1)]
        try:
            run()
        finally:
            wait([one for one in helping if not one.cancel()])
        for one in helping:
            if not one.cancelled():
                one.result()

    def _note(self) -> None:
        self._threads.append(threading.get_native_id())
        self._away = -1

    def _keep_off(self) -> None:
        here = _core()
        if here < 0 or here == self._away:
            return
        others = os.sched_getaffinity(0) - {here}
        if others:
            for thread in self._threads:
                os.sched_setaffinity(thread, others)
            self._away = here


def _core_asked() -> Callable[[], int]:
    """What tells the core that the caller runs on; -1 where none can be chosen either."""
    if hasattr(os, "sched_setaffinity"):
        found = getattr(ctypes.PyDLL(None), "sched_getcpu", None)  # keeps the interpreter's lock
        if found is not None:
            return found
    return lambda: -1


_core = _core_asked()
helpers = Helpers()
