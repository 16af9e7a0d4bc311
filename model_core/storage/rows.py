"""Domain objects to catalog columns and back. Reading raises BadRow; callers skip the row."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAM_NAMES, PARAMS, DevelopSettings
from model_core.domain.errors import InvalidSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures

#: Columns of a lesson without its thumbnail, in the order of :func:`lesson_row`.
LESSON_FIELDS = (
    "id", "style", "photo", "path", "shoot", "predicted", "chosen", "verdict", "model",
    "created_at",
)  # fmt: skip
LESSON_COLUMNS = ", ".join(LESSON_FIELDS)


class BadRow(ValueError):
    """A stored row that makes no sense: damaged, or written by something else."""


def now() -> str:
    """The time as the catalog stores it: UTC, ISO 8601, microseconds, sortable as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def text_in(text: str) -> str | bytes:
    """``text`` for a column: names that are not UTF-8 (Linux) go in as their bytes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return text


def text_out(value: object) -> str:
    """What :func:`text_in` stored."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        return value
    raise BadRow(f"{value!r} is not text")


def settings_to_json(settings: DevelopSettings) -> str:
    """``{"name": value}``: by name, so that sliders may come, go and change places."""
    return json.dumps(settings.as_dict(), allow_nan=False)


def settings_from_json(text: object) -> DevelopSettings:
    """Settings from stored JSON: sliders not named are 0, unknown names are ignored."""
    try:
        data = json.loads(text_out(text))
    except (ValueError, RecursionError) as error:
        raise BadRow(f"settings are not JSON: {error}") from error
    return settings_from_dict(data)


def settings_from_dict(data: object) -> DevelopSettings:
    """Settings from a decoded ``{name: value}``. Raises BadRow."""
    if not isinstance(data, Mapping):
        raise BadRow(f"settings are {type(data).__name__}, not names with values")
    values = [data.get(name, 0.0) for name in PARAM_NAMES]
    if any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        raise BadRow("settings hold something that is not a number")
    try:
        return DevelopSettings.from_values(values)
    except (InvalidSettings, OverflowError) as error:
        raise BadRow(str(error)) from error


def lesson_row(lesson: Correction) -> tuple[Any, ...]:
    """The columns of :data:`LESSON_FIELDS`; id None when the catalog is to give one."""
    return (
        lesson.id or None,
        lesson.style,
        lesson.photo,
        text_in(str(lesson.path)),
        text_in(lesson.shoot),
        settings_to_json(lesson.predicted),
        settings_to_json(lesson.chosen),
        lesson.verdict.value,
        lesson.model,
        lesson.created_at,
    )


def lesson_from_row(row: Sequence[Any]) -> Correction:
    """The inverse of :func:`lesson_row`. Raises BadRow."""
    data = dict(zip(LESSON_FIELDS, row, strict=True))
    data["predicted"] = settings_from_json(data["predicted"])
    data["chosen"] = settings_from_json(data["chosen"])
    return _lesson(data)


def lesson_to_dict(lesson: Correction) -> dict[str, Any]:
    """A lesson as JSON types, for the journal."""
    return {
        "id": lesson.id,
        "style": lesson.style,
        "photo": lesson.photo,
        "path": os.fspath(lesson.path),
        "shoot": lesson.shoot,
        "predicted": lesson.predicted.as_dict(),
        "chosen": lesson.chosen.as_dict(),
        "verdict": lesson.verdict.value,
        "model": lesson.model,
        "created_at": lesson.created_at,
    }


def lesson_from_dict(data: object) -> Correction:
    """The inverse of :func:`lesson_to_dict`. Raises BadRow."""
    if not isinstance(data, Mapping) or any(name not in data for name in LESSON_FIELDS):
        raise BadRow("a lesson lacks a field")
    plain = dict(data)
    plain["predicted"] = settings_from_dict(plain["predicted"])
    plain["chosen"] = settings_from_dict(plain["chosen"])
    return _lesson(plain)


def _lesson(data: Mapping[str, Any]) -> Correction:
    if not isinstance(data["id"], int) or data["id"] < 1:
        raise BadRow(f"{data['id']!r} is not the id of a lesson")
    try:
        verdict = Verdict(text_out(data["verdict"]))
    except ValueError as error:
        raise BadRow(str(error)) from error
    return Correction(
        photo=PhotoId(text_out(data["photo"])),
        path=Path(text_out(data["path"])),
        style=text_out(data["style"]),
        shoot=text_out(data["shoot"]),
        predicted=data["predicted"],
        chosen=data["chosen"],
        verdict=verdict,
        model=text_out(data["model"]),
        created_at=text_out(data["created_at"]),
        id=data["id"],
    )


def features_row(features: PhotoFeatures) -> tuple[Any, ...]:
    """(photo, version, settings, spread, z) with little-endian float32 blobs."""
    blobs = (features.settings, features.spread, features.z)
    return (
        features.photo,
        features.version,
        *(np.ascontiguousarray(blob, dtype="<f4").tobytes() for blob in blobs),
    )


def features_from_row(row: Sequence[Any]) -> PhotoFeatures:
    """The inverse of :func:`features_row`. Raises BadRow (also for another slider count)."""
    photo, version, *blobs = row
    settings, spread, z = (_floats(blob) for blob in blobs)
    if len(settings) != len(PARAMS) or len(spread) != len(PARAMS):
        raise BadRow(f"features of {len(settings)} sliders, not {len(PARAMS)}")
    return PhotoFeatures(PhotoId(text_out(photo)), text_out(version), settings, spread, z)


def _floats(blob: object) -> npt.NDArray[np.float32]:
    if not isinstance(blob, bytes) or len(blob) % 4:
        raise BadRow("features are not float32")
    array = np.frombuffer(blob, dtype="<f4").astype(np.float32)  # a copy: writable, native
    if not np.isfinite(array).all():
        raise BadRow("features are not finite numbers")
    return array
