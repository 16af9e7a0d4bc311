"""The protocol every predictor follows, and the slot it is swapped in while running."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.predict.personal_head import PersonalHead


class Predictor(Protocol):
    """Turns what a network saw of photos into settings. Immutable, so that one request
    sees one predictor from beginning to end."""

    @property
    def version(self) -> str:
        """The network version whose features this predictor takes."""
        ...

    @property
    def head(self) -> PersonalHead:
        """What it learned beyond the network."""
        ...

    @property
    def lessons(self) -> int:
        """How many corrections it has learned from on top of the network."""
        ...

    def predict_many(self, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """One prediction for each photo, in order."""
        ...


P = TypeVar("P", bound=Predictor)


class PredictorSlot(Generic[P]):
    """Holds the predictor in use. Rebinding ``current`` is the hot swap: take it once per
    request (``predictor = slot.current``), so that settings and version agree."""

    def __init__(self, current: P) -> None:
        self.current = current
