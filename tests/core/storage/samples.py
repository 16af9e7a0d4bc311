"""Small domain objects for the tests of storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import IDENTITY, PARAMS
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.domain.version import GateReport
from model_core.storage.catalog import DEFAULT_STYLE

GATE = GateReport(True, "better by 0.4 J", 40, 5, 3.0, 2.6, 0.1, 1e-4)


def photo(name: str = "p1") -> Photo:
    return Photo(
        Path(f"/photos/{name}.jpg"), PhotoId(name), 6000, 4000, "2024-05-01T10:00:00", "X-T5",
        400.0, 5200.0, 12.0,
    )  # fmt: skip


def lesson(name: str = "p1", contrast: float = 12.0, **changes: Any) -> Correction:
    fields: dict[str, Any] = {
        "photo": PhotoId(name),
        "path": Path(f"/photos/{name}.jpg"),
        "style": DEFAULT_STYLE,
        "shoot": "/photos|2024-05-01",
        "predicted": IDENTITY,
        "chosen": IDENTITY.with_value("contrast", contrast),
        "verdict": Verdict.CORRECTED,
        "model": "base",
        "created_at": "2024-05-02T08:00:00.000000+00:00",
    }
    return Correction(**(fields | changes))


def features(name: str = "p1", version: str = "base", seed: int = 0) -> PhotoFeatures:
    rng = np.random.default_rng(seed)
    n = len(PARAMS)
    settings, spread, z = (rng.normal(size=k).astype(np.float32) for k in (n, n, 24))
    return PhotoFeatures(PhotoId(name), version, settings, abs(spread), z)


def contrasts(lessons: list[Correction]) -> dict[str, float]:
    return {one.photo: one.chosen["contrast"] for one in lessons}
