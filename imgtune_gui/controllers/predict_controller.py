"""Predictions for thousands of photos, without the window noticing."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.catalog_worker import CatalogWorker
from model_core.domain.prediction import Prediction

#: Photos analysed within this time are predicted together.
_GATHER_MS = 25
#: How long the main thread may be kept by taking up predictions.
_SLICE_S = 0.008


class PredictController(QObject):
    """The catalog worker predicts: after the lessons that were asked for before."""

    message_raised = Signal(str)

    def __init__(
        self, session: PhotoSession, catalog: CatalogWorker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._catalog = session, catalog
        self._generation = 0
        self._visible: Sequence[Path] = ()
        # Generation that answers a lesson or another version, and how that is said.
        self._cause: tuple[int, Callable[[int], str]] | None = None
        self._moved = 0  # photos that the answers to a lesson have moved so far
        self._waiting: dict[Path, PhotoItem] = {}
        self._answers: deque[tuple[int, tuple[Path, Prediction] | None]] = deque()
        self._gather = self._timer(_GATHER_MS, self._on_gathered)
        self._more = self._timer(0, self._take_answers)
        catalog.predicted.connect(self._on_predicted)
        session.style_changed.connect(self._on_style_changed)

    def _timer(self, interval: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer

    # --- asking ---------------------------------------------------------------------
    def set_visible(self, paths: Sequence[Path]) -> None:
        """What the user looks at is answered first."""
        self._visible = paths

    def predict(self, item: PhotoItem) -> None:
        """A photo was analysed; asked for together with those that follow at once."""
        self._waiting[item.path] = item
        if not self._gather.isActive():
            self._gather.start()

    def predict_all(self) -> None:
        """Asks again for every analysed photo: a lesson was taken back, or with another version."""
        self._cause = None  # what it has moved is of no interest any more
        self._ask_all()

    def predict_after_lesson(self, name: str) -> None:
        """The same, and says how many photos moved because of the lesson."""
        self._ask_all_for(partial(self._lesson_text, name))

    def predict_after_version(self, text: str) -> None:
        """The same, of another version; ``text`` says which."""
        self._ask_all_for(partial(self._version_text, text))

    def _ask_all_for(self, says: Callable[[int], str]) -> None:
        self._cause, self._moved = (self._generation + 1, says), 0
        self._ask_all()

    def _ask_all(self) -> None:
        for item in self._session.all_items:
            if item.features is not None:
                self._waiting[item.path] = item
        self._ask(everything=True)

    def _on_gathered(self) -> None:
        self._ask(everything=False)

    def _ask(self, *, everything: bool) -> None:
        pairs = tuple(
            (path, item.features)
            for path, item in self._waiting.items()
            if item.features is not None
        )
        self._waiting.clear()
        if pairs:
            self._generation += 1
            style = self._session.style
            self._catalog.submit(m.Predict(self._generation, style, pairs, everything))

    # --- answers --------------------------------------------------------------------
    def _on_predicted(self, result: m.Predicted) -> None:
        """Thousands of answers come at once: taken up in slices, so that nothing stutters."""
        if result.style != self._session.style:
            return
        # What the user looks at follows first; a stable sort keeps the order of the rest.
        seen = {path: rank for rank, path in enumerate(self._visible)}
        current = self._session.current
        if current is not None:
            seen[current.path] = -1
        ordered = sorted(result.predictions, key=lambda pair: seen.get(pair[0], len(seen)))
        self._answers.extend((result.generation, pair) for pair in ordered)
        self._answers.append((result.generation, None))
        self._take_answers()

    def _take_answers(self) -> None:
        until = time.perf_counter() + _SLICE_S
        while self._answers and time.perf_counter() < until:
            generation, pair = self._answers.popleft()
            if pair is not None:
                self._take_answer(generation, *pair)
            elif self._cause is not None and self._cause[0] == generation:
                self.message_raised.emit(self._cause[1](self._moved))
                self._cause = None
        if self._answers:
            self._more.start()

    def _take_answer(self, generation: int, path: Path, prediction: Prediction) -> None:
        item = self._session.find(path)
        # Answers of one queue come in order, so a later one is never older.
        if item is not None and item.photo is not None and item.photo.id == prediction.photo:
            before = item.settings
            self._session.set_prediction(item, prediction)
            if self._cause is not None and self._cause[0] == generation:
                self._moved += item.settings != before

    def _lesson_text(self, name: str, moved: int) -> str:
        text = self.tr("Learned from {0}")
        if moved:
            text = self.tr("Learned from {0}: {1} other photos follow")
        if moved == 1:
            text = self.tr("Learned from {0}: 1 other photo follows")
        return text.format(name, moved)

    def _version_text(self, text: str, moved: int) -> str:
        says = self.tr("{0}: {1} photos look different now; your lessons are kept")
        if moved == 1:
            says = self.tr("{0}: 1 photo looks different now; your lessons are kept")
        if not moved:
            # Photos may still wait for that version to look at them.
            says = self.tr("{0}; your lessons are kept")
        return says.format(text, moved)

    def _on_style_changed(self, _style: str) -> None:
        self._answers.clear()
        self._waiting.clear()
