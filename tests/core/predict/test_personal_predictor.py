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
from model_core.domain.errors import InvalidSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.predict.personal_predictor import (
    PersonalPredictor,
    as_shown,
    learn,
    lesson_table,
)
from model_core.predict.predictor import PredictorSlot
from model_core.predict.prior import plain_prior

Z = 64
PRIOR = plain_prior(Z)
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


@pytest.mark.parametrize("version", ["as the base", "with the value folded in"])
def test_a_slider_that_is_always_set_to_one_value_is_told_from_those_that_follow(
    version: str,
) -> None:
    rng, taught = np.random.default_rng(0), []
    fixed, shifted, free = (PARAM_NAMES.index(n) for n in ("exposure_ev", "contrast", "tint"))
    for seed in range(12):
        correction, seen = lesson(seed)
        chosen = np.array(seen.settings, np.float64) + rng.normal(0, 0.3, len(PARAMS)) * JND
        chosen[fixed] = 0.4 + rng.normal(0, 0.3) * JND[fixed]
        chosen[shifted] += 2 * JND[shifted]
        chosen[free] = rng.normal(0, 3) * JND[free]
        z = seen.z.copy()
        z[1 : 1 + len(PARAMS)] = 0.25 * 3 * seen.settings / JND
        settings = 3 * seen.settings if version == "as the base" else chosen.astype(np.float32)
        chosen[shifted] += 2 * seen.settings[shifted]
        taught.append((
            replace(correction, chosen=DevelopSettings.from_values(chosen)),
            replace(seen, z=z, settings=settings),
        ))  # fmt: skip
    always = learn("v1", PRIOR, taught).always
    assert always[fixed] > 0.9
    assert always[shifted] < 0.1
    assert always[free] < 0.1
    assert learn("v1", PRIOR, taught[:1]).always.max() < 0.1
    assert learn("v1", PRIOR, []).always.max() == 0


def test_without_lessons_the_network_answers_rounded_and_within_the_ranges() -> None:
    wild = features(0, settings=np.array([p.high * 3 for p in PARAMS], np.float32))
    few = [features(1), wild]
    predictor = learn("v1", PRIOR, [])
    calm, held = predictor.predict_many(few)
    assert calm.settings == DevelopSettings.from_values(few[0].settings).rounded()
    assert held.settings == DevelopSettings.from_values(p.high for p in PARAMS)
    assert calm.spread == pytest.approx(few[0].spread.tolist())
    assert (calm.photo, calm.version, calm.lessons) == ("p1", "v1", 0)


def test_a_lesson_moves_other_photos_the_same_way() -> None:
    before = learn("v1", PRIOR, []).predict_many([features(9)])[0]
    taught = learn("v1", PRIOR, [lesson(1, exposure_ev=1.0, tint=-20.0)])
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
        learn("v1", PRIOR, [lesson(1, verdict, contrast=40.0)]).head.shift(features(9).z[None])
        for verdict in (Verdict.CORRECTED, Verdict.ACCEPTED)
    ]
    contrast = PARAM_NAMES.index("contrast")
    assert moved[0][0, contrast] > moved[1][0, contrast] > 0


def test_an_accepted_prediction_holds_the_next_one_back() -> None:
    one = [lesson(1, contrast=40.0)]
    kept = [*one, lesson(5, Verdict.ACCEPTED)]
    predictors = [learn("v1", PRIOR, them) for them in (one, kept)]
    found = [p.predict_one(features(9)).settings["contrast"] for p in predictors]
    assert found[1] < found[0]


def test_many_are_answered_in_order_and_as_each_alone() -> None:
    predictor = learn("v1", PRIOR, [lesson(i, exposure_ev=0.5 + i / 10) for i in range(12)])
    seen = [features(100 + i) for i in range(30)]
    together = predictor.predict_many(seen)
    assert [p.photo for p in together] == [f.photo for f in seen]
    for one, features_ in zip(together, seen, strict=True):
        alone = predictor.predict_many([features_])[0]
        assert np.abs(np.array(one.settings.values) - alone.settings.values).max() <= 1
        assert one.spread == pytest.approx(alone.spread)


def test_of_no_photos_there_are_no_predictions() -> None:
    assert learn("v1", PRIOR, [lesson(1, tint=9.0)]).predict_many([]) == []


def test_the_spread_is_positive_and_finite() -> None:
    predictor = learn("v1", PRIOR, [lesson(i, exposure_ev=0.5) for i in range(20)])
    for prediction in predictor.predict_many([features(i) for i in range(100, 120)]):
        assert np.isfinite(prediction.spread).all()
        assert min(prediction.spread) > 0
        assert prediction.doubt > 0


def taught(*seeds: int) -> PersonalPredictor:
    return learn("v1", PRIOR, [lesson(i, exposure_ev=0.3 + i / 20, tint=-3.0 * i) for i in seeds])


def test_forgetting_equals_never_having_learned() -> None:
    seen = [features(100 + i) for i in range(5)]
    whole, without = taught(*range(12)), taught(*[i for i in range(12) if i != 4])
    forgotten = whole.forget(whole.known[PhotoId("p4")][0])
    assert forgotten.predict_many(seen) == without.predict_many(seen)
    assert forgotten.lessons == 11
    assert whole.lessons == 12


def test_one_at_a_time_equals_all_at_once() -> None:
    seen = [features(100 + i) for i in range(5)]
    one = taught()
    for i in range(9):
        one = one.learn_one(*lesson(i, exposure_ev=0.3 + i / 20, tint=-3.0 * i))
    assert one.predict_many(seen) == taught(*range(9)).predict_many(seen)


def test_a_newer_lesson_of_a_photo_replaces_the_older() -> None:
    again = taught(1, 2, 3).learn_one(*lesson(2, contrast=22.0))
    assert again.lessons == 3
    fresh = taught(1, 3).learn_one(*lesson(2, contrast=22.0))
    assert again.predict_one(features(9)) == fresh.predict_one(features(9))


def test_what_is_not_known_cannot_be_forgotten() -> None:
    some = taught(1, 2)
    assert some.forget(lesson(7, tint=1.0)[0]) is some
    assert some.forget(replace(lesson(1, tint=1.0)[0], id=99)) is some


def test_the_reasons_are_named_strongest_first() -> None:
    reasons = taught(*range(8)).because(features(3))
    assert len(reasons) == 3
    weights = [abs(reason.weight) for reason in reasons]
    assert weights == sorted(weights, reverse=True)
    assert {reason.photo for reason in reasons} <= {f"p{i}" for i in range(8)}


def test_the_only_lesson_is_the_whole_reason() -> None:
    (reason,) = taught(3).because(features(9))
    assert (reason.photo, reason.weight) == ("p3", pytest.approx(1.0))
    assert taught().because(features(9)) == ()


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_numbers_that_no_slider_can_show_are_refused(odd: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        as_shown(np.full((1, len(PARAMS)), odd))


@given(st.tuples(*[st.floats(-1e4, 1e4)] * len(PARAMS)))
def test_rounding_many_is_rounding_each(values: tuple[float, ...]) -> None:
    shown = DevelopSettings(tuple(as_shown(np.array([values]))[0]))
    assert shown.rounded() == shown
    exact = DevelopSettings.from_values(values)
    for spec, one, rounded in zip(PARAMS, exact, shown, strict=True):
        assert abs(one - rounded) <= 0.5 * 10**-spec.decimals + 1e-9


def test_rebinding_the_slot_leaves_a_request_its_predictor() -> None:
    slot = PredictorSlot(learn("v1", PRIOR, []))
    mine = slot.current
    slot.current = learn("v2", PRIOR, [lesson(1, tint=9.0)])
    assert (mine.version, mine.lessons) == ("v1", 0)
    assert (slot.current.version, slot.current.lessons) == ("v2", 1)
    assert mine.predict_many([features(3)])[0].settings != IDENTITY


class TestWhatALessonWeighs:
    def test_a_burst_corrected_frame_by_frame_weighs_as_one(self) -> None:
        burst = [lesson(1, exposure_ev=1.0)]
        for i in range(4):
            correction, seen = burst[0]
            photo = PhotoId(f"frame {i}")
            like = replace(seen, photo=photo, z=seen.z + np.float32(0.01 * i))
            burst.append((replace(correction, photo=photo), like))
        others = [lesson(i, exposure_ev=-0.5) for i in range(20, 26)]
        once = learn("v1", PRIOR, [burst[0], *others]).predict_one(features(50))
        often = learn("v1", PRIOR, [*burst, *others]).predict_one(features(50))
        gap = abs(often.settings["exposure_ev"] - once.settings["exposure_ev"])
        assert gap < 0.05
        _, _, weight, _ = lesson_table([*burst, *others])
        assert weight == pytest.approx([0.2] * 5 + [1.0] * 6)

    def test_like_pictures_of_different_shoots_count_in_full(self) -> None:
        one, two = lesson(1, tint=5.0), lesson(1, tint=5.0)
        two = (
            replace(two[0], shoot="another", photo=PhotoId("x")),
            replace(two[1], photo=PhotoId("x")),
        )
        assert lesson_table([one, two])[2] == pytest.approx([1.0, 1.0])


class TestWhatCannotBeALesson:
    @pytest.mark.parametrize("value", [float("nan"), float("inf"), 9.0, -99.0])
    def test_is_refused_by_name(self, value: float) -> None:
        correction, seen = lesson(3)
        values = list(correction.chosen.values)
        values[PARAM_NAMES.index("exposure_ev")] = value
        bad = replace(correction, chosen=DevelopSettings(tuple(values)))
        with pytest.raises(InvalidSettings, match=r"a\.jpg: exposure_ev is .*-5 \.\. 5"):
            learn("v1", PRIOR, [lesson(1, tint=4.0)]).learn_one(bad, seen)


class TestNeedsReview:
    def test_a_photo_unlike_any_lesson_or_with_a_wide_interval(self) -> None:
        taught = learn("v1", PRIOR, [lesson(i, exposure_ev=0.5) for i in range(40)])
        known, far = features(3), features(77)
        odd = replace(far, z=np.clip(far.z * 9, -4, 4).astype(np.float32))
        assert taught.predict_one(odd).needs_review
        assert not taught.predict_one(known).needs_review
        unsure = replace(known, spread=known.spread * 0 + np.float32(4.0) * JND.astype(np.float32))
        assert learn("v1", PRIOR, []).predict_one(unsure).needs_review


def test_thousands_of_lessons_are_learned_and_one_more() -> None:
    many = [lesson(i, exposure_ev=0.5, tint=8.0) for i in range(3_000)]
    taught = learn("v1", PRIOR, many).learn_one(*lesson(3_001, exposure_ev=0.5, tint=8.0))
    moved = taught.predict_one(features(20_000)).settings["tint"] - features(20_000).settings[1]
    assert moved == pytest.approx(8.0, abs=1.0)
