"""The exports of this run of the program: waiting, running, and what became of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from model_core.domain.export import BatchResult


class JobState(Enum):
    WAITING = auto()
    RUNNING = auto()
    ENDED = auto()


@dataclass(eq=False)
class ExportJob:
    """``total`` photos into ``folder``; ``cancel`` may be set in any thread. ``text``: the photo
    in hand. ``result``: once it has ended."""

    folder: Path
    total: int
    kind: str
    state: JobState = JobState.WAITING
    done: int = 0
    text: str = ""
    result: BatchResult = field(default_factory=BatchResult)
    cancel: threading.Event = field(default_factory=threading.Event)
    again: bool = False  # what was left is in a later job

    @property
    def can_go_again(self) -> bool:
        """Whether it has ended, and photos are left that nobody has asked for anew."""
        return self.state is JobState.ENDED and bool(self.result.left) and not self.again


class ExportQueue(QObject):
    """Newest last."""

    changed = Signal(object)  # ExportJob
    listed = Signal()  # jobs came or went
    again_wanted = Signal(object)  # ExportJob of which photos are left

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs: list[ExportJob] = []

    @property
    def open_jobs(self) -> list[ExportJob]:
        """What is not at its end."""
        return [job for job in self.jobs if job.state is not JobState.ENDED]

    def add(self, job: ExportJob) -> None:
        self.jobs.append(job)
        self.listed.emit()

    def progress(self, job: ExportJob, done: int, text: str) -> None:
        job.state, job.done, job.text = JobState.RUNNING, done, text
        self.changed.emit(job)

    def end(self, job: ExportJob, result: BatchResult) -> None:
        job.state, job.result, job.text = JobState.ENDED, result, ""
        self.changed.emit(job)

    def cancel(self, job: ExportJob) -> None:
        """What is in hand is finished; the rest of the job is left out."""
        job.cancel.set()
        if job.state is JobState.WAITING:
            self.end(job, BatchResult(cancelled=True, left=tuple(range(job.total))))
        else:
            self.changed.emit(job)

    def go_again(self, job: ExportJob) -> None:
        """Asks for the photos that were not written."""
        if job.can_go_again:
            job.again = True
            self.changed.emit(job)
            self.again_wanted.emit(job)

    def clear_ended(self) -> None:
        self.jobs = self.open_jobs
        self.listed.emit()
