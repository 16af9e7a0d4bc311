"""Asking whether one style has become two, and doing what the user answers. Never by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_core.domain.develop import PARAMS
from model_core.predict.change import MIN_LESSONS, MIN_SHOOTS, find_change
from model_core.predict.personal_predictor import lesson_table
from model_core.predictors import Predictors
from model_core.services.styles import Styles
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore

_ANSWERS = "splits"  # key in the catalog: {style: {"looked": 40, ...}}
_MORE = 1.25  # times as many lessons before it is looked again ...
_LATER = 1.5  # ... and after "not now"
_NAMED = 3  # sliders that a suggestion names


@dataclass(frozen=True, slots=True)
class SplitSuggestion:
    """Since a day the user edits in another way. ``since``: when, as lessons have it;
    ``later``: ids of the lessons since then; ``earlier``: how many there were before;
    ``changes``: the sliders that changed most, with how much in J; ``one``, ``two``: mean error
    in J with one style and with two."""

    style: str
    since: str
    later: tuple[int, ...]
    earlier: int
    changes: tuple[tuple[str, float], ...]
    one: float
    two: float


@dataclass(frozen=True, slots=True)
class Split:
    """Lessons that went from ``style`` to the new style ``into``: what :meth:`Splits.undo`
    needs."""

    style: str
    into: str
    lessons: tuple[int, ...]


class Splits:
    """Any thread may call anything. ``look`` takes tenths of a second for hundreds of lessons."""

    def __init__(
        self, catalog: Catalog, models: ModelStore, predictors: Predictors, styles: Styles
    ) -> None:
        self._catalog, self._models, self._predictors = catalog, models, predictors
        self._styles = styles

    #: Lessons and shoots below which there is nothing to tell two styles from.
    needed = (2 * MIN_LESSONS, 2 * MIN_SHOOTS)

    # --- asking -------------------------------------------------------------------
    def due(self, style: str) -> bool:
        """Whether it is time to :meth:`look`: there are enough more lessons than the last time,
        or the last suggestion was not answered, and the user did not say never."""
        answers = self._answers(style)
        count = self._catalog.count_lessons(style)
        if answers.get("never") or count < answers.get("wait", 2 * MIN_LESSONS):
            return False
        return bool(answers.get("open")) or count >= next_look(answers.get("looked", 0))

    def look(self, style: str) -> SplitSuggestion | None:
        """(slow) What :meth:`find` says, remembered: see :meth:`due`."""
        found = self.find(style)
        count = self._catalog.count_lessons(style)
        self._remember(style, {"looked": count, "open": found is not None})
        return found

    def find(self, style: str) -> SplitSuggestion | None:
        """(slow) Where the lessons of a style, in the order they were taught, contradict each
        other so clearly that two styles would foretell them better. Raises UnknownStyle."""
        known = sorted(
            self._predictors.lessons_seen(self._styles.require(style)),
            key=lambda one: (one[0].created_at, one[0].id),
        )
        if len(known) < 2 * MIN_LESSONS:
            return None
        found = find_change(*lesson_table(known), self._predictors.prior_of(style))
        if found is None:
            return None
        lessons = [lesson for lesson, _ in known]
        order = np.argsort(-np.abs(found.step))[:_NAMED]
        return SplitSuggestion(
            style=style,
            since=lessons[found.first].created_at,
            later=tuple(c.id for c, new in zip(lessons, found.later, strict=True) if new),
            earlier=int((~found.later).sum()),
            changes=tuple(
                (PARAMS[i].name, float(found.step[i])) for i in order if abs(found.step[i]) >= 1
            ),
            one=found.one,
            two=found.two,
        )

    # --- answering ----------------------------------------------------------------
    def split(self, suggestion: SplitSuggestion, into: str | None = None) -> Split:
        """Moves the later lessons, with their edits, into a new style over the same network.
        Raises UnknownStyle, StyleRefused, Busy."""
        style = suggestion.style
        into = into or self._styles.free_name(style)
        with self._models.copied_style(style, into):
            moved = self._catalog.move_lessons(suggestion.later, into, new=True)
        self._remember(style, {"looked": self._catalog.count_lessons(style), "open": False})
        self._reload(style, into)
        return Split(style, into, tuple(moved))

    def undo(self, split: Split) -> bool:
        """Moves the lessons back; the new style goes when there is nothing else in it, which is
        told. Raises UnknownStyle, Busy."""
        return self._move_back(split.lessons, split.into, split.style)

    def merge(self, style: str, into: str) -> bool:
        """Moves all lessons of a style into another, and deletes it when nothing is left, which
        is told: photos that both have lessons of keep theirs. Raises UnknownStyle, Busy."""
        style, into = self._styles.require(style), self._styles.require(into)
        lessons = [lesson.id for lesson in self._catalog.lessons(style)]
        return self._move_back(lessons, style, into)

    def not_now(self, style: str) -> None:
        """Asks again when there are half as many lessons more."""
        count = self._catalog.count_lessons(style)
        self._remember(style, {"open": False, "wait": math.ceil(count * _LATER)})

    def never(self, style: str) -> None:
        """Does not ask again for this style."""
        self._remember(style, {"open": False, "never": True})

    def renamed(self, style: str, to: str | None) -> None:
        """The answers go with the style; None: it is deleted."""
        stored = self._stored()
        answers = stored.pop(style, None)
        if answers is not None:
            if to is not None:
                stored[to] = answers
            self._catalog.set_meta(_ANSWERS, stored)

    # --- inside -------------------------------------------------------------------
    def _move_back(self, lessons: Sequence[int], style: str, into: str) -> bool:
        self._catalog.move_lessons(lessons, into)
        gone = not self._catalog.count_lessons(style) and not self._catalog.edits(style)
        if gone:
            self._styles.delete(style)
            self.renamed(style, None)
        self._reload(style, into)
        return gone

    def _reload(self, *styles: str) -> None:
        for one in styles:
            self._predictors.reload(one)

    def _stored(self) -> dict[str, dict[str, Any]]:
        found = self._catalog.get_meta(_ANSWERS, {})
        return found if isinstance(found, dict) else {}

    def _answers(self, style: str) -> dict[str, Any]:
        found = self._stored().get(style, {})
        return found if isinstance(found, dict) else {}

    def _remember(self, style: str, answers: dict[str, Any]) -> None:
        self._catalog.set_meta(_ANSWERS, {**self._stored(), style: self._answers(style) | answers})


def next_look(looked: int) -> int:
    """How many lessons there must be before it is looked again: each look may be wrong."""
    return max(2 * MIN_LESSONS, math.ceil(looked * _MORE))
