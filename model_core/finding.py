"""Photos in files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from model_core.imaging.decode import PHOTO_SUFFIXES
from model_core.imaging.output.replacing import has_own_profile

_SIDECAR = ".xmp"
#: So many photos of one folder are told at once: the first are shown while the rest is read.
_PART = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A part of what a folder holds, in natural order. ``beside``: those photos that have an XMP
    sidecar. ``fault``: why the folder could not be read, in one line; it holds no photos then."""

    folder: Path
    photos: tuple[Path, ...] = ()
    beside: tuple[Path, ...] = ()
    fault: str = ""


def find_photos(paths: Iterable[Path]) -> list[Path]:
    """Files, and photos in folders and their sub-folders, in natural order and each once.
    Files named explicitly are kept whatever they are: opening reports them."""
    return list(dict.fromkeys(photo for path in paths for part in walk_photos(path)
                              for photo in part.photos))  # fmt: skip


def walk_photos(path: Path) -> Iterator[Found]:
    """What :func:`find_photos` finds in one file or folder, while it is being found: a network
    drive takes minutes. Hidden files and folders are passed over; a link to a folder is
    followed, once. A file that is named is kept whatever it is."""
    if not path.is_dir():
        yield Found(path.parent, (path,))
        return
    seen: set[tuple[int, int]] = set()
    waiting: list[Iterator[Found | Path]] = [_look_into(path, seen)]
    while waiting:
        step = next(waiting[-1], None)
        if step is None:
            waiting.pop()
        elif isinstance(step, Found):
            yield step
        else:  # a folder, in its place among the files
            waiting.append(_look_into(step, seen))


def without_exports(found: list[Path], named: Iterable[Path]) -> list[Path]:
    """``found`` without what imgtune itself exported, unless it is among those ``named``:
    copies often lie below their originals, and a copy of a copy has the look twice."""
    wanted = set(named)
    return [path for path in found if path in wanted or not has_own_profile(path)]


def _look_into(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Found | Path]:
    """Its photos in parts, and its sub-folders, in natural order."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            names = {entry.name: _is_folder(entry) for entry in entries if entry.name[0] != "."}
    except OSError as error:
        yield Found(folder, fault=f"{folder}: cannot be read: {error.strerror}")
        return
    sidecars = {name.lower() for name in names if name.lower().endswith(_SIDECAR)}
    photos: list[Path] = []
    beside: list[Path] = []
    for name in sorted(names, key=lambda name: _natural(name + "/" * names[name])):
        if names[name] or len(photos) == _PART:
            if photos:
                yield Found(folder, tuple(photos), tuple(beside))
            photos, beside = [], []
        stem, suffix = os.path.splitext(name.lower())  # noqa: PTH122 a Path costs ten times that
        if names[name]:
            yield folder / name
        elif suffix in PHOTO_SUFFIXES:
            photos.append(folder / name)
            if sidecars and not sidecars.isdisjoint((stem + _SIDECAR, name.lower() + _SIDECAR)):
                beside.append(photos[-1])
    if photos:
        yield Found(folder, tuple(photos), tuple(beside))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sort key under which IMG_2 comes before IMG_10."""
    parts = re.split(r"(\d+)", name.lower())
    return [(1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts]
