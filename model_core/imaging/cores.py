"""How many threads are worth starting, and the pool that renders."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
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
