"""Locks between processes, freed by the operating system when the holder dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from model_core.domain.errors import Busy, CannotWrite

_PAUSE = 0.02
_FAR = 1 << 30  # Windows locks bytes, not files: one far away leaves the text readable


@contextmanager
def locked(path: Path, *, doing: str, wait: float = 0.0) -> Iterator[None]:
    """Holds the lock file ``path`` (created, never removed: removing would race).

    ``doing`` completes "Another imgtune process is ..." in the message of :class:`Busy`,
    which is raised with the holder's pid when the lock is not had within ``wait`` seconds.
    Not re-entrant: a second ``locked`` on the same path waits, in the same process too.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise CannotWrite(
            f"Cannot write {path}: {error.strerror}; make its folder writable."
        ) from error
    try:
        _acquire(handle, path, doing, wait)
        with suppress(OSError):  # the pid is for messages only; a full disk must not matter
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
        try:
            yield
        finally:
            _release(handle)
    finally:
        os.close(handle)


def _acquire(handle: int, path: Path, doing: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while not _try_lock(handle):
        if time.monotonic() >= deadline:
            raise Busy(
                f"Another imgtune process ({_holder(path)}) is {doing}; "
                "wait until it has finished, or close it."
            )
        time.sleep(_PAUSE)


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError):
        return f"pid {int(path.read_text(encoding='ascii', errors='replace'))}"
    return "pid unknown"


if sys.platform == "win32":
    import ctypes
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(handle, 0, os.SEEK_SET)
        return True

    def _release(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

    def process_alive(pid: int) -> bool:
        """Whether a process with this id runs (os.kill(pid, 0) would end it on Windows)."""
        query_limited, still_active = 0x1000, 259
        process = ctypes.windll.kernel32.OpenProcess(query_limited, False, pid)
        if not process:
            return False
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(process, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(process)
        return code.value == still_active

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        # flock, not lockf: lockf locks are the process's, so two threads would both get it.
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: rather unguarded than unusable
            return True
        return True

    def _release(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)

    def process_alive(pid: int) -> bool:
        """Whether a process with this id runs; True when it is someone else's."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return True
        return True
