"""When a style is to be fine-tuned, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from model_core.domain.version import Recipe
from model_core.learn.gate import MIN_PHOTOS, MIN_SHOOTS, hold_out, require_enough
from model_core.predictors import Predictors
from model_core.progress import Progress
from model_core.services.styles import Styles
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore
from model_core.training import TrainOutcome, train_here, train_in_child

#: New lessons since the last training before the next one starts by itself.
LESSONS_FOR_TRAINING = 30
#: ... and all lessons before the first one does. Up to 600 none beat the personal head: on
#: left-out shoots each got worse from its first round on, with brighter and darker copies and
#: without them (`python -m tests.benchmarks.ablation`). There is nothing to measure more with.
LESSONS_THAT_PAY = 1_000


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a fine-tune needs, and what is there. A shoot is a folder and a day, unless the
    user said otherwise; ``ready`` is the rule itself, the numbers are its plain reading."""

    lessons: int
    lessons_needed: int
    shoots: int
    shoots_needed: int
    ready: bool
    pays_from: int = LESSONS_THAT_PAY  # lessons, for one to start by itself


class Trainings:
    """Fine-tunes styles; ``base``: the folder of the base model."""

    def __init__(
        self,
        catalog: Catalog,
        models: ModelStore,
        predictors: Predictors,
        styles: Styles,
        *,
        data_dir: Path,
        base: Path,
    ) -> None:
        self._catalog, self._models, self._predictors = catalog, models, predictors
        self._styles = styles
        self._data_dir, self._base = data_dir, base

    def readiness(self, style: str) -> Readiness:
        shoots = [lesson.shoot for lesson in self._catalog.lessons(style)]
        return Readiness(
            lessons=len(shoots),
            lessons_needed=MIN_PHOTOS * 3 // 2,
            shoots=len(set(shoots)),
            shoots_needed=MIN_SHOOTS + 2,
            ready=hold_out(shoots) is not None,
        )

    def due(self, style: str) -> bool:
        trainings = self._catalog.trainings(style)
        seen = set(trainings[-1].lessons) if trainings else set()
        lessons = self._catalog.lessons(style)
        new = [c for c in lessons if c.id not in seen]
        enough = hold_out([c.shoot for c in lessons]) is not None
        pays = len(lessons) >= LESSONS_THAT_PAY
        return enough and pays and len(new) >= LESSONS_FOR_TRAINING

    def train(self, style: str, recipe: Recipe, device: str, progress: Progress) -> TrainOutcome:
        # Before torch is imported, which takes longer than all else that a refusal needs.
        self._require_enough(style)
        outcome = train_here(
            self._catalog,
            self._models,
            self._base,
            style,
            recipe=recipe,
            device=device,
            progress=progress,
        )
        self._predictors.reload(style)
        return outcome

    def train_in_child(
        self, style: str, recipe: Recipe, device: str, progress: Progress
    ) -> TrainOutcome:
        # Before a process is started that would import torch only to refuse.
        self._require_enough(style)
        outcome = train_in_child(
            self._data_dir, style, recipe=recipe, device=device, progress=progress
        )
        self._predictors.reload(style)
        return outcome

    def _require_enough(self, style: str) -> None:
        lessons = self._catalog.lessons(self._styles.require(style))
        require_enough([lesson.shoot for lesson in lessons])
