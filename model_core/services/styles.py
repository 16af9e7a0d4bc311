"""Styles with all they hold: lessons and edits in the catalog, versions in the model store."""

from __future__ import annotations

from dataclasses import dataclass

from model_core.domain.errors import UnknownStyle
from model_core.predictors import Predictors
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore


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

    def require(self, style: str) -> str:
        names = self._catalog.styles()
        if style not in names:
            raise UnknownStyle(f"There is no style {style!r}; there are: {', '.join(names)}")
        return style

    def create(self, name: str) -> None:
        self._catalog.create_style(name)

    def rename(self, name: str, to: str) -> None:
        self._catalog.rename_style(name, to)
        self._models.rename_style(name, to)
        for one in (name, to):
            self._predictors.reload(one)

    def delete(self, name: str) -> None:
        # The versions first: without their style they would be nobody's.
        self._models.delete_style(name)
        self._catalog.delete_style(name, with_lessons=True)
        self._predictors.reload(name)

    def rollback(self, style: str) -> str:
        self._models.rollback(style)
        self._predictors.reload(style)
        return self._predictors.serving(style)
