"""What a fake studio answers with, and reviews, splits and pairs that do as they are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.errors import CannotTrain
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.domain.version import GateReport
from model_core.progress import Progress
from model_core.services import Split, SplitSuggestion
from model_core.services.pairs import Pair, PairOutcome

if TYPE_CHECKING:
    from tests.fakes import FakeStudio


@dataclass(frozen=True)
class FakeEdit:
    settings: DevelopSettings
    state: str


@dataclass(frozen=True)
class FakeStyleInfo:
    name: str
    lessons: int
    version: str


@dataclass(frozen=True)
class FakeOutcome:
    published: bool
    version: str | None
    reason: str
    gate: GateReport | None = None
    seconds: float = 0.0


class FakeReview:
    """What comes last teaches most; two at a time."""

    def order(self, style: str, features: Sequence[PhotoFeatures]) -> list[PhotoId]:
        return [one.photo for one in reversed(features)][:2]


class FakeSplits:
    """Finds what it is told to find."""

    def __init__(self, studio: FakeStudio) -> None:
        self._studio = studio
        self.suggestion: SplitSuggestion | None = None
        self.answers: list[str] = []

    needed = (20, 6)

    def due(self, style: str) -> bool:
        return self.suggestion is not None and not self.answers

    def look(self, style: str) -> SplitSuggestion | None:
        return self.suggestion

    def split(self, suggestion: SplitSuggestion) -> Split:
        into = f"{suggestion.style} 2"
        self._studio.style_names.append(into)
        self.answers.append("split")
        return Split(suggestion.style, into, suggestion.later)

    def undo(self, split: Split) -> bool:
        self._studio.style_names.remove(split.into)
        self.answers.append("undone")
        return True

    def merge(self, style: str, into: str) -> bool:
        kept = {one.photo for one in self._studio.lessons(into)}
        self._studio.all_lessons = [
            replace(one, style=into) if one.style == style and one.photo not in kept else one
            for one in self._studio.all_lessons
        ]
        gone = not self._studio.lessons(style)
        if gone:
            self._studio.delete_style(style)
        return gone

    def not_now(self, style: str) -> None:
        self.answers.append("not now")

    def never(self, style: str) -> None:
        self.answers.append("never")


class FakePairs:
    """Pairs by equal names; learns all but those called "odd"."""

    def __init__(self, studio: FakeStudio) -> None:
        self._studio = studio

    def match(self, before: Path, after: Path) -> tuple[list[Pair], list[str]]:
        copies = {path.name: path for path in sorted(after.iterdir())}
        photos = sorted(before.iterdir())
        pairs = [Pair(path, copies.pop(path.name)) for path in photos if path.name in copies]
        if not pairs:
            raise CannotTrain("no pair")
        return pairs, [f"{path}: no photo of that name" for path in copies.values()]

    def learn(
        self, style: str, pairs: Sequence[Pair], *, progress: Progress
    ) -> Iterator[PairOutcome]:
        for number, pair in enumerate(pairs):
            progress.report(number, len(pairs), "")
            if "odd" in pair.before.name:
                yield PairOutcome(pair, "it has another shape")
                continue
            photo, _ = self._studio.open_photo(pair.before)
            chosen = IDENTITY.with_value("contrast", 30.0)
            self._studio.learn(style, photo, self._studio.analyse(photo, style), chosen)
            yield PairOutcome(pair, "", chosen, 5.0, 1.0)
