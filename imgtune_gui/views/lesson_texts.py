"""A style in words: its lessons, their times, and what may be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from imgtune_gui.language import param_label
from imgtune_gui.models.photo_item import is_base
from imgtune_gui.workers.messages import StyleLoaded
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS, ParamSpec

if TYPE_CHECKING:
    from model_core.services import Readiness


def lesson_text(lesson: Correction, most: int = 3, between: str = ", ") -> str:
    """What was taught, largest change first, from the prediction to what was chosen:
    ``Exposure +1.20 → +0.80, Temp 0 → -12``. ``most``: how many of them."""
    return (
        between.join(
            f"{param_label(spec)} {spec.format(predicted)} → {spec.format(chosen)}"
            for spec, predicted, chosen in _changes(lesson)[:most]
        )
        or _accepted_text()
    )


def set_text(lesson: Correction, most: int) -> str:
    """To what it was set, a line each, where there is no room to say what it was before."""
    return (
        "\n".join(
            f"{param_label(spec)} → {spec.format(chosen)}"
            for spec, _, chosen in _changes(lesson)[:most]
        )
        or _accepted_text()
    )


def _changes(lesson: Correction) -> list[tuple[ParamSpec, float, float]]:
    """Sliders with what was predicted and chosen, largest change first; none when accepted."""
    if lesson.verdict is Verdict.ACCEPTED:
        return []
    rows = zip(PARAMS, lesson.predicted, lesson.chosen, strict=True)
    changed = [row for row in rows if row[1] != row[2]]
    return sorted(changed, key=lambda row: -abs(row[2] - row[1]) / row[0].jnd)


def _accepted_text() -> str:
    return QCoreApplication.translate("StylePanel", "prediction accepted")


def day(stamp: str) -> str:
    """A stored time as the user's clock shows it."""
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return stamp


def can_train(loaded: StyleLoaded | None) -> bool:
    """One rule for the button, the menu and the key."""
    return loaded is not None and loaded.readiness.ready


def can_roll_back(loaded: StyleLoaded | None) -> bool:
    return loaded is not None and not is_base(loaded.version)


def version_name(loaded: StyleLoaded, version: str) -> str:
    """``Version 2``, counted from the oldest; or the base model."""
    ids = [one.id for one in loaded.versions]
    if version in ids:
        text = QCoreApplication.translate("LearningWindow", "Version {0}")
        return text.format(ids.index(version) + 1)
    return base_text(loaded)


def base_text(loaded: StyleLoaded) -> str:
    """The base model, with what was taught on top of it."""
    if loaded.lessons:
        return QCoreApplication.translate("LearningWindow", "Base model + your lessons")
    return QCoreApplication.translate("LearningWindow", "Base model")


def readiness_text(readiness: Readiness) -> str:
    """What a fine-tune still needs; empty when nothing."""
    if readiness.ready:
        return ""
    text = QCoreApplication.translate("StylePanel", "{0} of {1} lessons, {2} of {3} shoots")
    return text.format(
        min(readiness.lessons, readiness.lessons_needed),
        readiness.lessons_needed,
        min(readiness.shoots, readiness.shoots_needed),  # "9 of 5" would read as a mistake
        readiness.shoots_needed,
    )
