from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import IDENTITY, PARAM_NAMES, PARAMS, DevelopSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.predict.personal_predictor import as_shown, learn
from model_core.predict.predictor import PredictorSlot

Z = 64
JND = np.array([p.jnd for p in PARAMS])


def features(seed: int, **changes: Any) -> PhotoFeatures:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=Z).astype(np.float32)
    z[0] = 1
    settings = (rng.normal(0, 1, len(PARAMS)) * JND).astype(np.float32)
    spread = (rng.uniform(0.5, 2, len(PARAMS)) * JND).astype(np.float32)
    return replace(PhotoFeatures(PhotoId(f"p{seed}"), "v1", settings, spread, z), **changes)


def lesson(seed: int, verdict: Verdict = Verdict.CORRECTED, **chosen: float) -> Any:
    seen = features(seed)
    network = DevelopSettings.from_values(seen.settings)
    wanted = network.updated({name: network[name] + v for name, v in chosen.items()})
    correction = Correction(
        seen.photo, Path("a.jpg"), "My style", f"shoot {seed // 4}", network, wanted, verdict,
        "v1", "2024-05-01T10:00:00",
    )  # fmt: skip
    return correction, seen


def test_without_lessons_the_network_answers_rounded_and_within_the_ranges() -> None:
    wild = features(0, settings=np.array([p.high * 3 for p in PARAMS], np.float32))
    few = [features(1), wild]
    predictor = learn("v1", Z, [])
    calm, held = predictor.predict_many(few)
    assert calm.settings == DevelopSettings.from_values(few[0].settings).rounded()
    assert held.settings == DevelopSettings.from_values(p.high for p in PARAMS)
    assert calm.spread == pytest.approx(few[0].spread.tolist())
    assert (calm.photo, calm.version, calm.lessons) == ("p1", "v1", 0)


def test_a_lesson_moves_other_photos_the_same_way() -> None:
    before = learn("v1", Z, []).predict_many([features(9)])[0]
    taught = learn("v1", Z, [lesson(1, exposure_ev=1.0, tint=-20.0)])
    after = taught.predict_many([features(9)])[0]
    assert 0.5 <= after.settings["exposure_ev"] - before.settings["exposure_ev"] <= 1.0
    assert -21 <= after.settings["tint"] - before.settings["tint"] <= -10
    still = [n for n in PARAM_NAMES if n not in ("exposure_ev", "tint")]
    # The head works in floats: what was not moved may differ by the rounding of one step.
    for name in still:
        assert abs(after.settings[name] - before.settings[name]) <= 1
    assert (taught.lessons, after.lessons) == (1, 1)


def test_keeping_a_prediction_says_less_than_moving_a_slider() -> None:
    moved = [
        learn("v1", Z, [lesson(1, verdict, contrast=40.0)]).head.shift(features(9).z[None])
        for verdict in (Verdict.CORRECTED, Verdict.ACCEPTED)
    ]
    contrast = PARAM_NAMES.index("contrast")
    assert moved[0][0, contrast] > moved[1][0, contrast] > 0


def test_an_accepted_prediction_holds_the_next_one_back() -> None:
    one = [lesson(1, contrast=40.0)]
    kept = [*one, lesson(5, Verdict.ACCEPTED)]
    found = [learn("v1", Z, them).predict_many([features(9)])[0].settings["contrast"] for them in
             (one, kept)]  # fmt: skip
    assert found[1] < found[0]


def test_many_are_answered_in_order_and_as_each_alone() -> None:
    predictor = learn("v1", Z, [lesson(i, exposure_ev=0.5 + i / 10) for i in range(12)])
    seen = [features(100 + i) for i in range(30)]
    together = predictor.predict_many(seen)
    assert [p.photo for p in together] == [f.photo for f in seen]
    for one, features_ in zip(together, seen, strict=True):
        alone = predictor.predict_many([features_])[0]
        assert np.abs(np.array(one.settings.values) - alone.settings.values).max() <= 1
        assert one.spread == pytest.approx(alone.spread)


def test_of_no_photos_there_are_no_predictions() -> None:
    assert learn("v1", Z, [lesson(1, tint=9.0)]).predict_many([]) == []


def test_the_spread_is_positive_and_finite() -> None:
    predictor = learn("v1", Z, [lesson(i, exposure_ev=0.5) for i in range(20)])
    for prediction in predictor.predict_many([features(i) for i in range(100, 120)]):
        assert np.isfinite(prediction.spread).all()
        assert min(prediction.spread) > 0
        assert prediction.doubt > 0


@given(st.tuples(*[st.floats(-1e4, 1e4)] * len(PARAMS)))
def test_rounding_many_is_rounding_each(values: tuple[float, ...]) -> None:
    shown = DevelopSettings(tuple(as_shown(np.array([values]))[0]))
    assert shown.rounded() == shown
    exact = DevelopSettings.from_values(values)
    for spec, one, rounded in zip(PARAMS, exact, shown, strict=True):
        assert abs(one - rounded) <= 0.5 * 10**-spec.decimals + 1e-9


def test_rebinding_the_slot_leaves_a_request_its_predictor() -> None:
    slot = PredictorSlot(learn("v1", Z, []))
    mine = slot.current
    slot.current = learn("v2", Z, [lesson(1, tint=9.0)])
    assert (mine.version, mine.lessons) == ("v1", 0)
    assert (slot.current.version, slot.current.lessons) == ("v2", 1)
    assert mine.predict_many([features(3)])[0].settings != IDENTITY
