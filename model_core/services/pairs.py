"""Learning from finished work of any program: photos, and copies that were made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import CannotTrain, UnreadablePhoto
from model_core.finding import find_photos
from model_core.imaging.decode import decode_proxy
from model_core.imaging.recover import PAIR_SIDE, recover, unlike
from model_core.predictors import Predictors
from model_core.progress import Progress
from model_core.services.lessons import Lessons
from model_core.services.photos import ANALYSIS_SIDE, Photos
from model_core.services.styles import Styles

#: Mean deltaE00 up to which our sliders are said to explain a copy.
MAX_RESIDUAL = 5.0
_NAMED = 5  # photos without a copy, in the line about them


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo and its finished copy."""

    before: Path
    after: Path


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """What became of a pair: learned as ``settings``, which leave ``residual`` (mean deltaE00)
    of what was ``apart``; or left out, and why."""

    pair: Pair
    left_out: str = ""
    settings: DevelopSettings | None = None
    apart: float = 0.0
    residual: float = 0.0


class Pairs:
    """Any thread may call anything."""

    def __init__(
        self, predictors: Predictors, photos: Photos, lessons: Lessons, styles: Styles
    ) -> None:
        self._predictors, self._photos = predictors, photos
        self._lessons, self._styles = lessons, styles

    def match(self, before: Path, after: Path) -> tuple[list[Pair], list[str]]:
        """Pairs by the names of the files, wherever they lie in the two folders: equal but for
        the ending, or the copy's longer (``IMG_1.CR3`` and ``IMG_1-edited.jpg``). And, in plain
        lines, what was left over. Raises CannotTrain when there is no pair."""
        copies = find_photos([after])
        finished = set(copies)  # which often lie below the photos
        originals = [path for path in find_photos([before]) if path not in finished]
        counts = Counter(_name(path) for path in originals)
        known = {_name(path): path for path in originals if counts[_name(path)] == 1}
        left = [f"{p}: several photos have that name" for p in originals if counts[_name(p)] > 1]
        pairs: dict[Path, Path] = {}
        for copy in copies:
            photo = _original(copy, known)
            if photo is None:
                left.append(f"{copy}: no photo of that name in {before}")
            elif photo in pairs:
                left.append(f"{copy}: {photo.name} has a copy already ({pairs[photo].name})")
            else:
                pairs[photo] = copy
        alone = [path.name for path in known.values() if path not in pairs]
        if alone:
            more = ", ..." if len(alone) > _NAMED else ""
            names = f"{', '.join(alone[:_NAMED])}{more}"
            left.append(f"{len(alone)} photos have no finished copy: {names}")
        if not pairs:
            raise CannotTrain(
                f"No file in {after} is called like a photo in {before}; copies must keep the "
                "photo's name, at least at their beginning."
            )
        return [Pair(photo, copy) for photo, copy in pairs.items()], left

    def learn(
        self,
        style: str,
        pairs: Sequence[Pair],
        *,
        max_residual: float = MAX_RESIDUAL,
        progress: Progress | None = None,
    ) -> Iterator[PairOutcome]:
        """(slow, about a second a pair) Fits our sliders to every pair and teaches those that
        they explain, as corrections; one pair's fault leaves it out. Raises Cancelled, and
        StyleRefused, Busy or CannotWrite when a lesson cannot be stored."""
        progress = progress or Progress()
        for number, pair in enumerate(pairs):
            progress.report(number, len(pairs), f"fitting {pair.before.name}")
            outcome = self._fitted(pair, max_residual)
            if outcome.settings is not None:
                self._teach(style, pair, outcome.settings)
            yield outcome

    def _fitted(self, pair: Pair, max_residual: float) -> PairOutcome:
        try:
            before, after = (
                decode_proxy(path, PAIR_SIDE, max_pixels=self._photos.max_pixels)[1]
                for path in (pair.before, pair.after)
            )
        except UnreadablePhoto as error:
            return PairOutcome(pair, str(error))
        why = unlike(before, after)
        if why:
            return PairOutcome(pair, why)
        found = recover(before, after)
        if found.residual > max_residual:
            why = f"the sliders come no nearer than deltaE {found.residual:.1f}"
            return PairOutcome(pair, why, None, found.apart, found.residual)
        return PairOutcome(pair, "", found.settings, found.apart, found.residual)

    def _teach(self, style: str, pair: Pair, settings: DevelopSettings) -> None:
        photo, proxy = self._photos.open(pair.before, ANALYSIS_SIDE)
        style = self._styles.ensure(style)  # only now: nothing is made for pairs that fail
        features = self._photos.analyse(photo, style, proxy)
        self._lessons.learn(style, photo, features, settings, None)


def _name(path: Path) -> str:
    return path.stem.casefold()


def _original(copy: Path, known: dict[str, Path]) -> Path | None:
    """The photo whose name the copy has, or begins with, the longest such."""
    name = _name(copy)
    starts = [n for n in known if name.startswith(n) and not name[len(n) : len(n) + 1].isalnum()]
    return known[max(starts, key=len)] if starts else None
