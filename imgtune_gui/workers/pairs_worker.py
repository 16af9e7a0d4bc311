"""Learns from before/after pairs, one after the other, beside all else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from model_core.domain.errors import ImgtuneError
from model_core.progress import Cancelled, Progress

if TYPE_CHECKING:
    from model_core.services import Studio


@dataclass(frozen=True, slots=True, eq=False)
class LearnPairs:
    style: str
    before: Path
    after: Path


@dataclass(frozen=True, slots=True, eq=False)
class PairsLearned:
    """Of ``pairs`` found, ``learned``; the others with the reason, and what had no partner, in
    plain lines. ``error``: why it ended before."""

    style: str
    pairs: int
    learned: int
    left_out: tuple[str, ...]
    error: str = ""


class PairsWorker(QueueWorker):
    """Always answers a request with exactly one :class:`PairsLearned`. What was learned before
    it is cancelled stays."""

    progressed = Signal(object)  # WorkProgressed
    finished = Signal(object)  # PairsLearned

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None

    def set_studio(self, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._studio = studio

    def _run(self, job: object) -> None:
        assert isinstance(job, LearnPairs)
        assert self._studio is not None
        found = learned = 0
        left_out: list[str] = []
        error = ""
        try:
            pairs, left_out = self._studio.pairs.match(job.before, job.after)
            found = len(pairs)
            progress = Progress(self._report, self.cancel)
            for outcome in self._studio.pairs.learn(job.style, pairs, progress=progress):
                if outcome.left_out:
                    left_out.append(f"{outcome.pair.before.name}: {outcome.left_out}")
                else:
                    learned += 1
        except Cancelled:
            pass
        except ImgtuneError as fault:
            error = str(fault)
        self.finished.emit(PairsLearned(job.style, found, learned, tuple(left_out), error))

    def _report(self, done: float, total: float, text: str) -> None:
        self.progressed.emit(m.WorkProgressed(done, total, text))
