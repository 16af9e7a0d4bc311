"""Lessons and their times in words."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from imgtune_gui.language import param_label
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS


def lesson_text(lesson: Correction) -> str:
    """What was taught, largest change first: ``Exposure +0.40, Temp -12``."""
    if lesson.verdict is Verdict.ACCEPTED:
        return QCoreApplication.translate("StylePanel", "prediction accepted")
    changes = [
        (abs(chosen - predicted) / spec.jnd, spec, chosen - predicted)
        for spec, chosen, predicted in zip(PARAMS, lesson.chosen, lesson.predicted, strict=True)
        if chosen != predicted
    ]
    changes.sort(key=lambda change: -change[0])
    return ", ".join(f"{param_label(spec)} {spec.format(delta)}" for _, spec, delta in changes[:3])


def day(stamp: str) -> str:
    """A stored time as the user's clock shows it."""
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return stamp
