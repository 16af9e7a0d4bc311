"""Photos in files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from model_core.imaging.decode import PHOTO_SUFFIXES
from model_core.imaging.output.replacing import has_own_profile


def find_photos(paths: Iterable[Path]) -> list[Path]:
    """Files, and photos in folders and their sub-folders, in natural order and each once.
    Files named explicitly are kept whatever they are: opening reports them."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        found.update(dict.fromkeys(sorted(_photos_below(path), key=_natural)))
    return list(found)


def without_exports(found: list[Path], named: Iterable[Path]) -> list[Path]:
    """``found`` without what imgtune itself exported, unless it is among those ``named``:
    copies often lie below their originals, and a copy of a copy has the look twice."""
    wanted = set(named)
    return [path for path in found if path in wanted or not has_own_profile(path)]


def _photos_below(folder: Path) -> Iterator[Path]:
    """Files with a photo's suffix below ``folder``; hidden files and folders are passed over."""
    for root, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in PHOTO_SUFFIXES:
                yield Path(root, name)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key under which IMG_2 comes before IMG_10."""
    parts = re.split(r"(\d+)", str(path).lower())
    return [(1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts]
