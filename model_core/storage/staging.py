"""Folders in the making, and the lock of a style."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from model_core.domain.errors import Busy
from model_core.storage.atomic import cannot_write, remove_leftovers
from model_core.storage.locks import locked, process_alive

_STAGING = re.compile(r"\.staging-(\d+)-[0-9a-f]{12}")
_OLD = 3600.0
_active: set[Path] = set()


@dataclass(frozen=True, slots=True)
class StagingFolder:
    """A version in the making: put files flat into ``path``, then publish it."""

    style: str
    path: Path


@contextmanager
def staged(folder: Path, style: str) -> Iterator[StagingFolder]:
    """A new staging folder below ``folder``; removed at the end unless it was renamed. What
    cannot be written into it is raised as CannotWrite."""
    path = folder / f".staging-{os.getpid()}-{secrets.token_hex(6)}"
    try:
        path.mkdir(parents=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    _active.add(path)
    try:
        yield StagingFolder(style, path)
    except OSError as error:  # of a library that writes there; any other file's passes through
        if error.filename is None or Path(os.fsdecode(error.filename)).is_relative_to(path):
            raise cannot_write(path, error) from error
        raise
    finally:
        _active.discard(path)
        shutil.rmtree(path, ignore_errors=True)


class StyleLocks:
    """One lock file for each style, re-entrant within a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder  # apart from the versions: Windows renames no open folder
        self._mine = threading.local()

    @contextmanager
    def held(self, name: str, doing: str) -> Iterator[None]:
        """Holds the lock ``name``. Raises Busy at once, CannotWrite."""
        mine: set[str] = self._mine.__dict__.setdefault("names", set())
        if name in mine:
            yield
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(self._folder, error) from error
        with locked(self._folder / f"{name}.lock", doing=doing):
            mine.add(name)
            try:
                yield
            finally:
                mine.discard(name)


def clean_style(folder: Path, locks: StyleLocks) -> int:
    """Removes leftovers in one style's folder; how many.

    A staging folder goes when its process is dead, or when it is older than an hour and
    nobody holds the style: a training on a slow machine may stage for hours.
    """
    removed = remove_leftovers(folder)
    for path in folder.iterdir():
        match = _STAGING.fullmatch(path.name)
        if match is None or path in _active:
            continue
        with suppress(OSError, Busy):
            if process_alive(int(match[1])):
                if time.time() - path.stat().st_mtime < _OLD:
                    continue
                with locks.held(folder.name, "publishing"):
                    shutil.rmtree(path)
            else:
                shutil.rmtree(path)
            removed += 1
    return removed
