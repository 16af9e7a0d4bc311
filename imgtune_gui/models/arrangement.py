"""Which photos are shown and in what order: a pure function of what is known of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from imgtune_gui.models.photo_item import EditState, PhotoItem
from model_core.domain.marks import MAX_STARS, Colour, Flag


class SortKey(StrEnum):
    """ADDED is the order of the files as they were found. REVIEW: first what would teach most,
    then what the model doubts most, and what was edited last."""

    ADDED = "added"
    CAPTURED = "captured"
    NAME = "name"
    STARS = "stars"
    DOUBT = "doubt"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An empty set, an empty text and 0 stars let everything through."""

    sort: SortKey = SortKey.ADDED
    descending: bool = False
    min_stars: int = 0
    flags: frozenset[Flag] = frozenset()
    colours: frozenset[Colour] = frozenset()
    states: frozenset[EditState] = frozenset()
    text: str = ""
    folder: str = ""  # with what lies below it
    unsure: bool = False  # only what shows a prediction that the model would have looked at

    @property
    def filters(self) -> bool:
        """Whether any photo might be left out."""
        some = self.min_stars or self.flags or self.colours or self.states
        return bool(some or self.text or self.folder or self.unsure)

    @property
    def is_plain(self) -> bool:
        """All photos in the order of the files."""
        return not self.filters and self.sort is SortKey.ADDED and not self.descending

    def without_filters(self) -> Arrangement:
        """The same order, with nothing left out."""
        return Arrangement(self.sort, self.descending)

    def admits(self, item: PhotoItem) -> bool:
        """Whether a photo passes the filter."""
        marks = item.marks
        return (
            marks.stars >= self.min_stars
            and (not self.flags or marks.flag in self.flags)
            and (not self.colours or marks.colour in self.colours)
            and (not self.states or item.state in self.states)
            and self.text.casefold() in item.sort_name
            and (not self.folder or is_below(item.folder, self.folder))
            and (not self.unsure or item.needs_review)
        )

    def ordered(self, items: Iterable[PhotoItem]) -> list[PhotoItem]:
        """Sorted; photos that tie, or of which the key is unknown, keep their order."""
        found = list(items)
        key = _KEYS.get(self.sort)
        if key is None:
            return found[::-1] if self.descending else found
        keyed = [(key(item), item) for item in found]
        known = [pair for pair in keyed if pair[0] is not None]
        unknown = [item for value, item in keyed if value is None]
        known.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [item for _, item in known] + unknown

    def arranged(self, items: Iterable[PhotoItem], keep: PhotoItem | None) -> list[PhotoItem]:
        """What is shown; ``keep`` stays whatever the filter says."""
        if not self.filters:
            return self.ordered(items)
        return self.ordered(item for item in items if item is keep or self.admits(item))


def is_below(folder: str, above: str) -> bool:
    """Whether a folder is ``above`` or lies in it."""
    return folder == above or folder.startswith(above.rstrip(os.sep) + os.sep)


def to_stored(arrangement: Arrangement) -> dict[str, Any]:
    """As JSON types."""
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(arrangement).items()
    }


def from_stored(stored: object) -> Arrangement:
    """The inverse of :func:`to_stored`; what makes no sense (any more) is left at its default."""
    found = stored if isinstance(stored, dict) else {}
    kinds: dict[str, Callable[[Any], Any]] = {
        "sort": SortKey,
        "descending": bool,
        "min_stars": lambda stars: min(max(int(stars), 0), MAX_STARS),
        "flags": lambda names: frozenset(map(Flag, names)),
        "colours": lambda names: frozenset(map(Colour, names)),
        "states": lambda names: frozenset(map(EditState, names)),
        "text": str,
        "folder": str,
        "unsure": bool,
    }
    values = {}
    for name in found.keys() & kinds.keys():
        with suppress(ValueError, TypeError):
            values[name] = kinds[name](found[name])
    return Arrangement(**values)


def _captured(item: PhotoItem) -> str | None:
    return item.photo.captured_at if item.photo is not None else None


def _doubt(item: PhotoItem) -> float | None:
    return item.prediction.doubt if item.prediction is not None else None


def _review(item: PhotoItem) -> tuple[int, float] | None:
    if item.edit is not None:
        return None
    if item.telling is not None:
        return (0, item.telling)
    return (1, -(_doubt(item) or 0.0))


_KEYS: dict[SortKey, Callable[[PhotoItem], Any]] = {
    SortKey.CAPTURED: _captured,
    SortKey.NAME: lambda item: item.sort_name,
    SortKey.STARS: lambda item: item.marks.stars,
    SortKey.DOUBT: _doubt,
    SortKey.REVIEW: _review,
}
