"""Styles with all they hold: lessons and edits in the catalog, versions in the model store."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from model_core.domain.errors import UnknownStyle
from model_core.predictors import Predictors
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore
from model_core.storage.recovery import rename_style
from model_core.storage.style_names import MAX_STYLE_NAME, lookalike


@dataclass(frozen=True, slots=True)
class StyleInfo:
    """One style: its name, how many lessons it has, which network version serves it."""

    name: str
    lessons: int
    version: str


class Styles:
    """Makes, renames and deletes styles in both stores, and keeps the predictors up to date."""

    def __init__(self, catalog: Catalog, models: ModelStore, predictors: Predictors) -> None:
        self._catalog, self._models, self._predictors = catalog, models, predictors

    def all(self) -> list[StyleInfo]:
        return [
            StyleInfo(name, self._catalog.count_lessons(name), self._predictors.serving(name))
            for name in self._catalog.styles()
        ]

    def find(self, style: str) -> str | None:
        """The style of that name, or the one that people would take for it; None: none."""
        names = self._catalog.styles()
        alike = (name for name in names if lookalike(name) == lookalike(style))
        return style if style in names else next(alike, None)

    def require(self, style: str) -> str:
        found = self.find(style)
        if found is None:
            names = ", ".join(self._catalog.styles())
            raise UnknownStyle(f"There is no style {style!r}; there are: {names}")
        return found

    def ensure(self, name: str) -> str:
        found = self.find(name)
        if found is None:
            self.create(name)
        return found or name

    def create(self, name: str) -> None:
        self._catalog.create_style(name)
        # What a killed process may have left of a deleted style of that name.
        self._models.delete_style(name)
        self._predictors.reload(name)

    def duplicate(self, name: str, to: str) -> None:
        with self._models.copied_style(name, to):
            self._catalog.duplicate_style(name, to)
        self._predictors.reload(to)

    def rename(self, name: str, to: str) -> None:
        rename_style(self._catalog, self._models, name, to)
        for one in (name, to):
            self._predictors.reload(one)

    def free_name(self, wanted: str) -> str:
        """``wanted``, or with the first number that makes it a name nobody has."""
        if self.find(wanted) is None:
            return wanted
        names = (numbered(wanted, number) for number in count(2))
        return next(name for name in names if self.find(name) is None)

    def is_empty(self, style: str) -> bool:
        """Whether nothing was taught, edited or imported in a style yet."""
        held = self._catalog.count_lessons(style) or self._catalog.edits(style)
        return not held and not self._models.versions(style)

    def delete(self, name: str) -> None:
        # The versions first: without their style they would be nobody's.
        self._models.delete_style(name)
        self._catalog.delete_style(name, with_lessons=True)
        self._predictors.reload(name)

    def rollback(self, style: str, to: str | None) -> str:
        if to is None:
            self._models.rollback(style)
        else:
            self._models.set_current(style, None if to == self._predictors.base_version else to)
        self._predictors.reload(style)
        return self._predictors.serving(style)


def numbered(name: str, number: int) -> str:
    """``Weddings 2``, within the length that names may have."""
    end = f" {number}"
    return name[: MAX_STYLE_NAME - len(end)].rstrip() + end
