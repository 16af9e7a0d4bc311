from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.domain.develop import (
    IDENTITY,
    PARAM_NAMES,
    PARAMS,
    DevelopSettings,
    ParamSpec,
    param,
)
from model_core.domain.errors import InvalidSettings
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import Prediction
from model_core.progress import Cancelled, Progress
from tests.core.pictures import settings_in_the_box

RANGES = {
    "temperature": (-150, 150),
    "tint": (-150, 150),
    "exposure_ev": (-5, 5),
    "contrast": (-100, 100),
    "highlights": (-100, 100),
    "shadows": (-100, 100),
    "whites": (-100, 100),
    "blacks": (-100, 100),
    "vibrance": (-100, 100),
    "saturation": (-100, 100),
}
any_number = st.floats(allow_nan=False, allow_infinity=False)
sliders = pytest.mark.parametrize("spec", PARAMS, ids=PARAM_NAMES)


class TestTheTable:
    def test_has_the_ten_sliders_with_their_ranges(self) -> None:
        assert {p.name: (p.low, p.high) for p in PARAMS} == RANGES

    def test_every_slider_has_a_field_of_its_own_in_xmp(self) -> None:
        assert len({p.xmp for p in PARAMS}) == len(PARAMS)

    @sliders
    def test_one_noticeable_step_is_a_part_of_the_range(self, spec: ParamSpec) -> None:
        assert 0 < spec.jnd < (spec.high - spec.low) / 4
        assert round(spec.jnd, spec.decimals) == spec.jnd

    def test_a_slider_is_found_by_name(self) -> None:
        assert param("contrast").label == "Contrast"

    def test_an_unknown_slider_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(InvalidSettings, match=r"brightness.*temperature.*saturation"):
            param("brightness")

    @pytest.mark.parametrize(
        ("name", "value", "text"),
        [
            ("exposure_ev", 0.349, "+0.35"),
            ("exposure_ev", -1.0, "-1.00"),
            ("exposure_ev", -0.001, "0.00"),
            ("exposure_ev", 0.0, "0.00"),
            ("contrast", 12.4, "+12"),
            ("tint", -3.0, "-3"),
            ("tint", 0.2, "0"),
        ],
    )
    def test_values_are_shown_with_their_sign(self, name: str, value: float, text: str) -> None:
        assert param(name).format(value) == text


class TestSettings:
    def test_are_the_identity_unless_something_is_set(self) -> None:
        assert DevelopSettings() == IDENTITY
        assert IDENTITY.is_identity
        assert not IDENTITY.with_value("tint", 1).is_identity

    @given(settings_in_the_box)
    def test_survive_the_way_through_a_mapping_and_a_row(self, s: DevelopSettings) -> None:
        assert DevelopSettings.from_mapping(s.as_dict()) == s
        assert DevelopSettings.from_values(np.array(list(s))) == s
        assert hash(DevelopSettings.from_values(s.values)) == hash(s)
        assert [s[name] for name in PARAM_NAMES] == list(s.values)

    @given(st.sampled_from(PARAMS), any_number)
    def test_are_held_within_the_sliders_range(self, spec: ParamSpec, value: float) -> None:
        found = IDENTITY.with_value(spec.name, value)[spec.name]
        assert spec.low <= found <= spec.high
        assert found == value or abs(value) > abs(found)

    @given(st.tuples(*[any_number] * len(PARAMS)))
    def test_built_by_any_way_are_clamped_alike(self, values: tuple[float, ...]) -> None:
        by_row = DevelopSettings.from_values(values)
        assert by_row == DevelopSettings.from_mapping(dict(zip(PARAM_NAMES, values, strict=True)))
        assert all(p.low <= v <= p.high for p, v in zip(PARAMS, by_row, strict=True))

    @given(settings_in_the_box)
    def test_rounded_are_what_the_sliders_show(self, s: DevelopSettings) -> None:
        shown = s.rounded()
        assert shown.rounded() == shown
        for spec, exact, round_ in zip(PARAMS, s, shown, strict=True):
            assert abs(round_ - exact) <= 0.5 * 10**-spec.decimals + 1e-9
            assert float(spec.format(round_)) == round_
            assert math.copysign(1, round_) == 1 or round_ < 0  # no minus zero in a catalog

    def test_one_slider_changes_alone_and_the_old_settings_stay(self) -> None:
        before = IDENTITY.with_value("contrast", 12)
        after = before.with_value("exposure_ev", 0.5)
        assert after.as_dict() == IDENTITY.as_dict() | {"contrast": 12, "exposure_ev": 0.5}
        assert before["exposure_ev"] == 0

    def test_are_frozen(self) -> None:
        with pytest.raises(FrozenInstanceError):
            IDENTITY.values = (1.0,) * len(PARAMS)  # type: ignore[misc]

    @pytest.mark.parametrize(
        "value",
        [math.nan, math.inf, -math.inf, True, False, None, "warm", [1.0], np.nan, 1j, 10**400],
    )
    def test_refuse_what_is_not_a_finite_number(self, value: Any) -> None:
        with pytest.raises(InvalidSettings, match=r"contrast.*number"):
            IDENTITY.with_value("contrast", value)
        with pytest.raises(InvalidSettings, match="contrast"):
            DevelopSettings.from_mapping({"contrast": value})

    @pytest.mark.parametrize("value", [math.nan, math.inf, True, None, "warm"])
    def test_refuse_it_in_a_row_too(self, value: Any) -> None:
        row = [0.0] * (len(PARAMS) - 1) + [value]
        with pytest.raises(InvalidSettings, match="saturation"):
            DevelopSettings.from_values(row)

    @pytest.mark.parametrize("count", [0, len(PARAMS) - 1, len(PARAMS) + 1])
    def test_refuse_a_row_of_another_length(self, count: int) -> None:
        with pytest.raises(InvalidSettings, match=f"{len(PARAMS)}.*{count}"):
            DevelopSettings.from_values([0.0] * count)
        with pytest.raises(InvalidSettings):
            DevelopSettings((0.0,) * count)

    def test_refuse_a_slider_that_does_not_exist(self) -> None:
        with pytest.raises(InvalidSettings, match="clarity"):
            DevelopSettings.from_mapping({"contrast": 3, "clarity": 10})
        with pytest.raises(InvalidSettings, match="clarity"):
            IDENTITY["clarity"]


class TestPhoto:
    def photo(self, path: str, at: str | None) -> Photo:
        return Photo(Path(path), PhotoId("x"), 3, 2, captured_at=at)

    def test_a_shoot_is_a_folder_and_a_day(self) -> None:
        morning = self.photo("/w/a.jpg", "2024-05-01T08:00:00").shoot
        assert morning == self.photo("/w/b.jpg", "2024-05-01T23:59:59").shoot
        others = [("/w/a.jpg", "2024-05-02T00:00:00"), ("/v/a.jpg", "2024-05-01T08:00:00"),
                  ("/w/a.jpg", None)]  # fmt: skip
        assert len({morning, *(self.photo(*one).shoot for one in others)}) == 4

    def test_doubt_is_the_spread_in_noticeable_steps(self) -> None:
        sure = Prediction(PhotoId("x"), IDENTITY, tuple(p.jnd for p in PARAMS), "base", 0)
        assert sure.doubt == pytest.approx(1.0)
        spread = tuple(3 * p.jnd if p.name == "tint" else 0.0 for p in PARAMS)
        assert Prediction(PhotoId("x"), IDENTITY, spread, "base", 0).doubt == pytest.approx(0.3)


class TestProgress:
    def test_tells_and_then_stops_when_asked(self) -> None:
        told: list[tuple[float, float, str]] = []
        progress = Progress(lambda *what: told.append(what))
        progress.report(1, 4, "one")
        progress.cancel.set()
        with pytest.raises(Cancelled):
            progress.report(2, 4, "two")
        assert told == [(1, 4, "one")]

    def test_needs_no_listener(self) -> None:
        Progress().report(1, 1)
