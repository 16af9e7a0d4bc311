"""A window whose user never rests: sliders, stars, turns, lessons, other photos, without end.

    python -m tests.journeys.restless_hand DATA_DIR SEED PHOTO ...

Says on stdout, as one JSON line each and at once, what is on the screen from when on. Made to
be killed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from model_core.domain.develop import PARAMS
from model_core.domain.marks import Marks

_PAUSE_MS = 45


class Hand(QObject):
    """Does something to the session every _PAUSE_MS."""

    def __init__(self, session: PhotoSession, seed: int) -> None:
        super().__init__()
        self._session, self._chance = session, random.Random(seed)
        self._drag = 1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._do)
        self._timer.start(_PAUSE_MS)

    def _do(self) -> None:
        session, chance = self._session, self._chance
        item = session.current
        items = session.items
        if item is None or any(one.prediction is None for one in items):
            return
        what = chance.random()
        if what < 0.86:  # one drag that never rests
            spec = PARAMS[self._drag % len(PARAMS)]
            session.set_param(spec.name, chance.uniform(spec.low, spec.high), self._drag)
            self._say("edit", item, list(item.settings.values))
        elif what < 0.88:
            self._drag += 1
            session.select(chance.choice(items))
        elif what < 0.92:
            stars = chance.randrange(6)
            session.set_marks([(item, Marks(stars=stars))], "stars")
            self._say("stars", item, stars)
        elif what < 0.96:
            turned = item.geometry.turned(1)
            session.set_geometry([(item, turned)], "turn")
            self._say("turns", item, turned.turns)
        else:
            session.accept(item)
            self._say("lesson", item, list(item.settings.values))
            self._say("edit", item, list(item.settings.values))

    @staticmethod
    def _say(kind: str, item: PhotoItem, value: object) -> None:
        assert item.photo is not None
        print(json.dumps([time.monotonic(), kind, item.photo.id, value]), flush=True)


def main() -> None:
    data, seed, *photos = sys.argv[1:]
    qt = QApplication(sys.argv[:1])
    app = App(Path(data), [Path(one) for one in photos])
    app.start()
    hand = Hand(app.session, int(seed))
    hand.setParent(app.window)
    qt.exec()


if __name__ == "__main__":
    main()
