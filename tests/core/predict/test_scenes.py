from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.imaging.colour import from_working, to_working
from model_core.predict.scenes import GAP, VIEW_SIZE, Frame, scenes, smoothed, taken_apart, view_of
from model_core.variants import exposed, lit
from tests.core.pictures import scene

P = len(PARAMS)
EV, TEMPERATURE, TINT = (PARAM_NAMES.index(n) for n in ("exposure_ev", "temperature", "tint"))
JND = np.array([p.jnd for p in PARAMS])


def view(seed: int = 0, ev: float = 0.0, mired: float = 0.0, tint: float = 0.0) -> np.ndarray:
    """Of one picture, taken lighter, warmer or more magenta than it was."""
    pixels = (scene(seed, 224, 224) * 0.5 + 20).astype(np.uint8)
    light = to_working(pixels / np.float32(255), "srgb")
    code = from_working(exposed(ev)(lit(mired, tint)(light)), "srgb")
    return view_of(np.clip(code * 255 + 0.5, 0, 255).astype(np.uint8))


def frame(taken: float, seed: int = 0, place: str = "here", **camera: float) -> Frame:
    return Frame(place, taken, view(seed, **camera))


class TestGrouping:
    def test_a_burst_is_a_scene_whatever_the_camera_did(self) -> None:
        burst = [frame(0), frame(1, ev=0.7), frame(2, ev=-0.5, mired=12), frame(3, tint=-8)]
        assert scenes(burst) == [[0, 1, 2, 3]]

    @pytest.mark.parametrize(
        "other",
        [
            frame(1, seed=1),  # another subject
            frame(GAP + 1),  # much later
            frame(1, place="there"),
            frame(1, mired=60),  # from the shade into the sun
            frame(1, ev=-2.5),
        ],
        ids=["subject", "time", "folder", "light", "darkness"],
    )
    def test_another_scene_is_not_joined(self, other: Frame) -> None:
        assert scenes([frame(0), other]) == [[0], [1]]

    def test_light_that_creeps_away_ends_the_scene(self) -> None:
        dusk = [frame(i, mired=12.0 * i) for i in range(6)]
        found = scenes(dusk)
        assert len(found) > 1
        assert sorted(i for one in found for i in one) == list(range(6))

    def test_a_look_aside_does_not_end_a_scene(self) -> None:
        assert scenes([frame(0), frame(1, seed=1), frame(2), frame(3, seed=1)]) == [[0, 2], [1, 3]]

    def test_the_order_given_does_not_matter(self) -> None:
        frames = [frame(i, seed=i % 3 // 2, ev=0.1 * i) for i in range(7)]
        order = np.random.default_rng(0).permutation(7)
        found = {
            frozenset(int(order[i]) for i in one) for one in scenes([frames[i] for i in order])
        }
        assert found == {frozenset(one) for one in scenes(frames)}

    def test_nothing_and_one(self) -> None:
        assert scenes([]) == []
        assert scenes([frame(0)]) == [[0]]
        assert view().shape == (VIEW_SIZE,)


def test_what_the_camera_did_is_read_off_the_pictures() -> None:
    for ev, mired, tint in ((0.5, 0, 0), (-0.6, 0, 0), (0, 15, 0), (0, 0, 12), (0.3, -10, 5)):
        found = taken_apart(view(), view(ev=ev, mired=mired, tint=tint))
        assert found == pytest.approx([ev, mired, tint], abs=4)
        assert found[0] == pytest.approx(ev, abs=0.12)


class TestSmoothing:
    def test_outputs_agree_where_settings_cannot(self) -> None:
        """Half as much light again in one frame: its slider goes down, that of the other up."""
        found = smoothed(np.zeros((2, P)), [view(), view(ev=0.6)], {})
        assert found[0, EV] - found[1, EV] == pytest.approx(0.8 * 0.6, abs=0.1)
        assert found[:, EV].mean() == pytest.approx(0, abs=1e-9)

    def test_white_balance_is_that_of_the_output_too(self) -> None:
        found = smoothed(np.zeros((2, P)), [view(), view(mired=14, tint=-9)], {})
        assert found[0, TEMPERATURE] - found[1, TEMPERATURE] == pytest.approx(11, abs=4)
        assert found[0, TINT] - found[1, TINT] == pytest.approx(-7, abs=4)

    def test_the_users_own_stay_and_draw_the_others(self) -> None:
        predicted = np.random.default_rng(0).normal(0, 1, (4, P)) * JND
        chosen = predicted[2] + 3 * JND
        found = smoothed(predicted, [view()] * 4, {2: chosen})
        assert np.array_equal(found[2], chosen)
        assert ((found - predicted)[[0, 1, 3]] / JND > 0.4).all()
        assert ((found - predicted)[[0, 1, 3]] / JND).mean() > 2

    def test_two_that_were_accepted_hold_the_others_where_they_are(self) -> None:
        predicted = np.ones((3, P)) * JND
        found = smoothed(predicted, [view()] * 3, {0: predicted[0], 1: predicted[1]})
        assert_allclose(found, predicted)

    def test_what_is_always_set_to_one_value_is_not_made_alike(self) -> None:
        always, views = np.zeros(P), [view(), view(ev=0.6, mired=14)]
        always[EV] = 1.0
        found = smoothed(np.zeros((2, P)), views, {}, always)
        assert np.array_equal(found[:, EV], [0, 0])
        assert found[0, TEMPERATURE] - found[1, TEMPERATURE] == pytest.approx(11, abs=4)
        moved = smoothed(np.zeros((2, P)), views, {0: JND}, always)
        assert moved[1, EV] == pytest.approx(0.8 * JND[EV])

    @run(max_examples=25)
    @given(st.integers(0, 100), st.integers(1, 5))
    def test_like_frames_end_between_themselves(self, seed: int, count: int) -> None:
        predicted = np.random.default_rng(seed).normal(0, 2, (count, P)) * JND
        found = smoothed(predicted, [view()] * count, {})
        assert (found.min(0) >= predicted.min(0) - 1e-9).all()
        assert (found.max(0) <= predicted.max(0) + 1e-9).all()
        others = [k for k in range(P) if k not in (EV, TEMPERATURE, TINT)]
        assert np.array_equal(found[:, others], predicted[:, others])
