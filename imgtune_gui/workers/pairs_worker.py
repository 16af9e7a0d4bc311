"""Learns from before/after pairs, one after the other, beside all else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal

from imgtune_gui.core_texts import in_language, said
from imgtune_gui.workers.base import StudioWorker
from model_core.domain.errors import ImgtuneError
from model_core.progress import Cancelled, Progress


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


class PairsWorker(StudioWorker):
    """Always answers a request with exactly one :class:`PairsLearned`. What was learned before
    it is cancelled stays."""

    finished = Signal(object)  # PairsLearned

    def _run(self, job: object) -> None:
        assert isinstance(job, LearnPairs)
        found = learned = 0
        left_out: list[str] = []
        error = ""
        try:
            pairs, left_out = self.studio.pairs.match(job.before, job.after)
            left_out = [in_language(text) for text in left_out]
            found = len(pairs)
            progress = Progress(self._report, self.cancel)
            for outcome in self.studio.pairs.learn(job.style, pairs, progress=progress):
                if outcome.left_out:
                    left_out.append(f"{outcome.pair.before.name}: {in_language(outcome.left_out)}")
                else:
                    learned += 1
        except Cancelled:
            pass
        except ImgtuneError as fault:
            error = said(fault)
        self.finished.emit(PairsLearned(job.style, found, learned, tuple(left_out), error))
