from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from model_core.imaging.colour import (
    SPACES,
    Array,
    Float64,
    apply_matrix,
    between,
    decode_transfer,
    fit_gamut,
    luminance,
    oklab,
    to_working,
    to_xyz,
)
from model_core.imaging.steps import tone
from model_core.imaging.steps.exposure import KNEE, exposure, roll_off
from model_core.imaging.steps.presence import presence
from model_core.imaging.steps.white_balance import daylight_xyz, white_balance

CURVES = [
    tone.contrast_curve,
    tone.highlights_curve,
    tone.shadows_curve,
    tone.whites_curve,
    tone.blacks_curve,
]
curves = pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.__name__)
slider = st.floats(-100, 100)
GREY = np.full(3, 0.18)


def vibrance(rgb: Array, amount: float, space: str = "rec2020") -> Array:
    return presence(rgb, amount, 0.0, space)


def saturation(rgb: Array, amount: float, space: str = "rec2020") -> Array:
    return presence(rgb, 0.0, amount, space)


def contrast(rgb: Array, amount: float, space: str = "rec2020") -> Array:
    return fit_gamut(tone.tone(rgb, amount, 0.0, 0.0, 0.0, 0.0), space)


def colours(seed: int = 0, count: int = 4000) -> Float64:
    """Working light of random sRGB colours, with black, white and the pure ones."""
    pure = [[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)]
    code = np.concatenate([np.random.default_rng(seed).random((count, 3)), pure])
    result: Float64 = to_working(code, "srgb")
    return result


def hue(rgb: Float64) -> Float64:
    lab = oklab(rgb)
    return np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))


def turned(one: Float64, other: Float64) -> Float64:
    """Degrees of hue between two arrays of colours."""
    return np.abs((hue(one) - hue(other) + 180) % 360 - 180)


class TestExposure:
    @given(st.floats(-5, 5))
    def test_one_ev_doubles_linear_light(self, ev: float) -> None:
        rgb = colours()
        assert_allclose(exposure(rgb, ev + 1), 2 * exposure(rgb, ev), rtol=1e-12)
        assert_allclose(exposure(exposure(rgb, ev), -ev), rgb, rtol=1e-12)

    def test_zero_is_exactly_nothing(self) -> None:
        assert np.array_equal(exposure(colours(), 0.0), colours())


class TestRollOff:
    @given(st.floats(1, 40))
    def test_rises_to_white_and_leaves_below_the_knee_alone(self, white: float) -> None:
        ramp = np.linspace(0, white, 4001)[:, None] * np.ones(3)
        rolled = roll_off(ramp, white)[:, 0]
        assert (np.diff(rolled) > 0).all()
        assert rolled[-1] == pytest.approx(1)
        below = ramp[:, 0] <= KNEE
        assert np.array_equal(rolled[below], ramp[below, 0])
        assert (rolled <= ramp[:, 0] + 1e-12).all()

    def test_starts_with_the_slope_that_it_continues(self) -> None:
        near = np.array([KNEE, KNEE + 1e-6])[:, None] * np.ones(3)
        slope = np.diff(roll_off(near, 8.0)[:, 0]) / 1e-6
        assert slope == pytest.approx(1, abs=1e-3)

    @given(st.floats(1, 40))
    def test_the_largest_channel_lies_on_the_grey_curve_and_the_order_stays(
        self, white: float
    ) -> None:
        rgb = colours() * white
        rolled = roll_off(rgb, white)
        peak = rgb.max(-1, keepdims=True)
        grey = roll_off(np.repeat(peak, 3, axis=1), white)
        assert_allclose(rolled.max(-1), grey[:, 0], atol=1e-9)
        order = np.argsort(rgb, axis=-1)
        assert (np.diff(np.take_along_axis(rolled, order, -1), axis=-1) >= -1e-12).all()

    def test_gold_stays_gold_and_pales(self) -> None:
        gold = np.array([[1.0, 0.7, 0.3]]) * 4
        rolled = roll_off(gold, 4.0)
        assert turned(rolled, gold).max() < 5
        assert rolled[0, 2] > gold[0, 2] / 4 + 0.1

    def test_is_nothing_when_white_stayed_where_it_was(self) -> None:
        assert_allclose(roll_off(colours(), 1.0), colours(), atol=1e-12)
        assert_allclose(roll_off(colours(), 0.3), colours(), atol=1e-12)


class TestToneCurves:
    u = np.linspace(0, 1, 2001)

    @curves
    @given(amount=slider)
    def test_are_monotone_over_the_whole_range_and_stay_in_it(
        self, curve: Callable[[Array, float], Array], amount: float
    ) -> None:
        moved = curve(self.u, amount)
        assert (np.diff(moved) >= 0).all()
        assert moved.min() >= 0
        assert moved.max() <= 1

    @curves
    def test_zero_is_exactly_nothing(self, curve: Callable[[Array, float], Array]) -> None:
        assert np.array_equal(curve(self.u, 0.0), self.u)

    @curves
    @given(one=slider, other=slider)
    def test_more_of_a_slider_never_darkens_where_less_of_it_brightens(
        self, curve: Callable[[Array, float], Array], one: float, other: float
    ) -> None:
        low, high = sorted((one, other))
        difference = curve(self.u, high) - curve(self.u, low)
        if curve is tone.contrast_curve:
            difference = difference * np.sign(self.u - tone.PIVOT)
        assert (difference >= -1e-12).all()

    def test_contrast_keeps_black_middle_grey_and_white(self) -> None:
        fixed = np.array([0.0, tone.PIVOT, 1.0])
        for amount in (-100.0, 37.0, 100.0):
            assert tone.contrast_curve(fixed, amount) == pytest.approx(fixed, abs=1e-15)
        assert tone.luminance_of(tone.PIVOT) == pytest.approx(0.18)

    def test_each_end_has_its_slider(self) -> None:
        dark, bright = np.array([0.15]), np.array([0.85])
        for curve, near, far in (
            (tone.shadows_curve, dark, bright),
            (tone.blacks_curve, dark, bright),
            (tone.highlights_curve, bright, dark),
            (tone.whites_curve, bright, dark),
        ):
            moved = [float(abs(curve(u, 50.0) - u)[0]) for u in (near, far)]
            assert moved[0] > 5 * moved[1], curve.__name__

    @given(st.tuples(*[slider] * 5))
    def test_all_together_never_swap_two_tones(self, amounts: tuple[float, ...]) -> None:
        ramp = np.linspace(0, 1, 501)[:, None] * np.ones(3)
        assert (np.diff(luminance(tone.tone(ramp, *amounts))[:, 0]) >= -1e-12).all()

    def test_lightness_and_back_is_nothing(self) -> None:
        assert_allclose(tone.luminance_of(tone.lightness(self.u)), self.u, atol=1e-14)

    def test_black_can_be_lifted_to_grey_and_noise_is_not_blown_up(self) -> None:
        speck = np.array([[1e-5, 0.0, 0.0], [0.0, 0.0, 0.0]])
        lifted = tone.tone(speck, 0.0, 0.0, 0.0, 0.0, 100.0)
        assert lifted.min() > 0.005
        assert np.ptp(lifted, axis=-1).max() < 0.02 * lifted.max()


NEUTRAL = pytest.mark.parametrize(
    "step",
    [lambda x, a, i=i: tone.tone(x, *(a if i == k else 0.0 for k in range(5))) for i in range(5)]
    + [saturation, vibrance],
    ids=["contrast", "highlights", "shadows", "whites", "blacks", "saturation", "vibrance"],
)


@NEUTRAL
@given(amount=slider)
def test_a_neutral_ramp_stays_neutral(step: Callable[[Array, float], Array], amount: float) -> None:
    ramp = np.linspace(0, 1, 257)[:, None] * np.ones(3)
    assert np.ptp(step(ramp, amount), axis=-1).max() < 1e-12


@NEUTRAL
@pytest.mark.parametrize("amount", [-90.0, -40.0, 40.0, 100.0])
def test_hue_stays_within_two_degrees(step: Callable[[Array, float], Array], amount: float) -> None:
    """In Oklab, for colours that stay in gamut."""
    rgb = colours()
    after = step(rgb, amount)
    chroma = [np.hypot(*np.moveaxis(oklab(x)[..., 1:], -1, 0)) for x in (rgb, after)]
    fair = (after.max(-1) < 0.999) & (after.min(-1) > 1e-5)
    fair &= (chroma[0] > 0.02) & (chroma[1] > 0.02)
    assert fair.sum() > 500
    assert turned(rgb, after)[fair].max() < 2


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("amount", [-50.0, 30.0, 100.0])
@pytest.mark.parametrize("step", [saturation, vibrance, contrast])
def test_hue_stays_within_two_degrees_at_the_edges_of_the_gamut_too(
    step: Callable[..., Array], amount: float, space: str
) -> None:
    """All colours of the space that the working space holds, most of them with a channel at its
    end."""
    rng = np.random.default_rng(0)
    code = rng.random((20_000, 3))
    some = rng.integers(0, 2, len(code)).astype(bool)
    code[some, rng.integers(0, 3, some.sum())] = rng.integers(0, 2, some.sum())
    light = apply_matrix(decode_transfer(code, space), between(space, "rec2020"))
    rgb = light[(light.min(-1) >= 0) & (luminance(light)[:, 0] > 1e-4)]
    after = apply_matrix(step(rgb, amount, space), between(space, "rec2020"))
    chroma = [np.hypot(*oklab(x).T[1:]) for x in (rgb, after)]
    fair = (chroma[0] > 0.02) & (chroma[1] > 0.02)
    assert fair.sum() > 5000
    assert turned(rgb, after)[fair].max() < 2


class TestPresence:
    def test_no_saturation_is_grey_of_the_same_luminance(self) -> None:
        grey = saturation(colours(), -100.0)
        assert np.ptp(grey, axis=-1).max() < 1e-12
        assert_allclose(luminance(grey), luminance(colours()), atol=1e-6)

    @pytest.mark.parametrize("step", [saturation, vibrance])
    @given(amount=slider)
    def test_luminance_stays(self, step: Callable[[Array, float], Array], amount: float) -> None:
        rgb = colours(count=500)
        after = step(rgb, amount)
        moved = np.abs(luminance(after) - luminance(rgb))[:, 0]
        inside = (after.min(-1) > 1e-2) & (after.max(-1) < 1 - 1e-2)
        assert inside.sum() > 100
        assert moved[inside].max() < 2e-6
        # Held at the edge of the gamut, a colour keeps Oklab's lightness instead.
        assert moved.max() < 0.07

    def test_fifty_is_half_as_much_colour_again(self) -> None:
        rgb = colours() * 0.3 + 0.2
        gain = np.hypot(*oklab(saturation(rgb, 50.0)).T[1:]) / np.hypot(*oklab(rgb).T[1:])
        # At constant luminance Oklab's lightness moves a little, and chroma with it.
        assert np.median(gain) == pytest.approx(1.5, abs=0.02)

    def test_vibrance_moves_muted_colours_more_than_saturated_ones(self) -> None:
        rgb = (colours() * 0.3 + 0.2)[:4000]  # without the greys among the pure ones
        chroma = np.hypot(*oklab(rgb).T[1:])
        gain = np.hypot(*oklab(vibrance(rgb, 60.0)).T[1:]) / chroma
        muted, strong = chroma < np.quantile(chroma, 0.2), chroma > np.quantile(chroma, 0.8)
        assert gain[muted].min() > gain[strong].max() > 1

    @pytest.mark.parametrize("step", [saturation, vibrance])
    def test_zero_is_nothing(self, step: Callable[[Array, float], Array]) -> None:
        assert_allclose(step(colours(), 0.0), colours(), atol=1e-9)


class TestWhiteBalance:
    @given(st.floats(-150, 150), st.floats(-150, 150))
    def test_there_and_back_is_nothing(self, temperature: float, tint: float) -> None:
        there = white_balance(colours(), temperature, tint)
        assert_allclose(white_balance(there, -temperature, -tint), colours(), rtol=1e-9)

    @given(st.floats(-75, 75), st.floats(-75, 75))
    def test_shifts_add_up(self, one: float, other: float) -> None:
        rgb = colours(count=50)
        twice = white_balance(white_balance(rgb, one, other), other, one)
        assert_allclose(twice, white_balance(rgb, one + other, one + other), rtol=1e-9)

    @given(st.floats(-150, 150), st.floats(-150, 150))
    def test_what_clipped_stays_white_and_no_edge_is_made(self, mired: float, tint: float) -> None:
        """A blown sun must not turn blue, nor stand in a hard coloured edge."""
        ramp = np.linspace(0, 1, 2001)[:, None] * np.ones(3)
        lit = white_balance(ramp, mired, tint)
        assert lit[-1] == pytest.approx(1, abs=1e-9)
        assert (np.diff(lit, axis=0) > -1e-12).all()
        assert np.abs(np.diff(lit, 2, axis=0)).max() < 3e-3

    @given(st.floats(-60, 60))
    def test_is_a_plain_gain_up_to_half_of_white(self, mired: float) -> None:
        gains = [white_balance(np.full(3, x), mired, 0.0) / x for x in (0.01, 0.5)]
        assert gains[1] == pytest.approx(gains[0], rel=0.05)

    @given(st.floats(1, 150))
    def test_warmer_has_more_red_and_less_blue(self, mired: float) -> None:
        r, g, b = white_balance(GREY, mired, 0.0)
        assert r > g > b
        r, g, b = white_balance(GREY, -mired, 0.0)
        assert r < g < b

    @given(st.floats(1, 150))
    def test_magenta_has_less_green_and_green_has_more(self, tint: float) -> None:
        r, g, b = white_balance(GREY, 0.0, tint)
        assert g < 0.18 < min(r, b)
        r, g, b = white_balance(GREY, 0.0, -tint)
        assert g > 0.18 > max(r, b)

    def test_small_shifts_leave_the_luminance_of_grey(self) -> None:
        for shift in ((10.0, 0.0), (-10.0, 0.0), (0.0, 10.0), (0.0, -10.0)):
            assert luminance(white_balance(GREY, *shift)) == pytest.approx(0.18, rel=0.01)

    @pytest.mark.parametrize("mired", [-30.0, -10.0, 10.0, 30.0])
    def test_is_the_colour_of_daylight(self, mired: float) -> None:
        """The gains are the ratio of two daylights, which the locus gives independently."""
        lit = np.linalg.solve(to_xyz("rec2020"), daylight_xyz(mired, 0.0))
        lit /= np.linalg.solve(to_xyz("rec2020"), daylight_xyz(0.0, 0.0))
        gain = white_balance(GREY, mired, 0.0) / GREY
        assert gain / gain[1] == pytest.approx(lit / lit[1], rel=0.03)

    @pytest.mark.parametrize(
        ("kelvin", "x", "y"),
        [(5003, 0.34567, 0.35850), (5503, 0.33242, 0.34743), (7504, 0.29902, 0.31485)],
    )
    def test_daylight_is_that_of_the_cie(self, kelvin: float, x: float, y: float) -> None:
        found = daylight_xyz(1e6 / kelvin - 1e6 / 6504, 0.0)
        assert found[:2] / found.sum() == pytest.approx([x, y], abs=0.0005)

    def test_temperature_is_along_its_locus_and_tint_across(self) -> None:
        def moved(*shift: float) -> Float64:
            """In CIE 1960 uv, between shifts to both sides."""
            ends = []
            for sign in (1, -1):
                x, y, z = to_xyz("rec2020") @ white_balance(GREY, *(sign * v for v in shift))
                ends.append(np.array([4 * x, 6 * y]) / (x + 15 * y + 3 * z))
            return np.array(ends[0] - ends[1])

        along, across = moved(10.0, 0.0), moved(0.0, 10.0)
        sizes = np.linalg.norm(along), np.linalg.norm(across)
        angle = np.degrees(np.arccos(along @ across / sizes[0] / sizes[1]))
        assert angle == pytest.approx(90, abs=3)
        assert sizes[1] == pytest.approx(20 / 3000, rel=0.1)

    def test_daylight_at_zero_is_the_white_of_the_working_space(self) -> None:
        assert daylight_xyz(0.0, 0.0) == pytest.approx(np.array([0.9505, 1.0, 1.089]), abs=0.01)


STEPS: dict[str, Callable[..., Array]] = {
    "exposure": lambda x, a: exposure(x, a / 20),
    "roll-off": lambda x, a: roll_off(x, 1 + a * a / 1000),
    "tone": lambda x, a: tone.tone(x, a, -a, a, a, -a),
    "vibrance": vibrance,
    "saturation": saturation,
    "white balance": lambda x, a: white_balance(x, a, -a),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("amount", [-100.0, -33.0, 0.0, 100.0])
def test_numpy_and_torch_agree_and_keep_their_precision(
    step: Callable[..., Array], amount: float
) -> None:
    rgb = colours(count=300)
    by_numpy = step(rgb, amount)
    assert_allclose(step(torch.from_numpy(rgb), amount).numpy(), by_numpy, atol=1e-12)
    single = step(rgb.astype(np.float32), amount)
    assert single.dtype == np.float32
    assert_allclose(single, by_numpy, atol=2e-4)
    assert step(torch.from_numpy(rgb).float(), amount).dtype == torch.float32
