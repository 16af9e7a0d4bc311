"""Requests about styles to the catalog worker, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model_core.services import Split, SplitSuggestion


class Answer(Enum):
    """What the user says to "keep two styles?"."""

    SPLIT = "split"
    NOT_NOW = "not now"
    NEVER = "never"


@dataclass(frozen=True, slots=True, eq=False)
class DuplicateStyle:
    style: str
    to: str


@dataclass(frozen=True, slots=True, eq=False)
class MergeStyles:
    """All lessons and edits of ``style`` into another."""

    style: str
    into: str


@dataclass(frozen=True, slots=True, eq=False)
class StylesMerged:
    """``left``: lessons that stayed in ``style``, of photos that both have lessons of; 0: the
    style is gone."""

    style: str
    into: str
    left: int


@dataclass(frozen=True, slots=True, eq=False)
class LookForSplit:
    """``asked``: by the user; else it is looked only when it is time."""

    style: str
    asked: bool


@dataclass(frozen=True, slots=True, eq=False)
class SplitLookedFor:
    """``found`` None: one style, as far as its ``lessons`` can tell, or fewer than ``needed``
    (lessons, shoots) to tell it from."""

    style: str
    asked: bool
    lessons: int
    shoots: int
    needed: tuple[int, int]
    found: SplitSuggestion | None


@dataclass(frozen=True, slots=True, eq=False)
class AnswerSplit:
    suggestion: SplitSuggestion
    answer: Answer


@dataclass(frozen=True, slots=True, eq=False)
class SplitDone:
    split: Split


@dataclass(frozen=True, slots=True, eq=False)
class UndoSplit:
    split: Split
