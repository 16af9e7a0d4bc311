from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from model_core.imaging.colour import (
    D50,
    D65,
    LUMA,
    SPACES,
    Float64,
    adaptation,
    cielab,
    decode_transfer,
    delta_e2000,
    encode_transfer,
    fit_gamut,
    from_working,
    light_of,
    oklab,
    oklab_to_working,
    to_working,
    to_xyz,
    xyz_of,
)

spaces = pytest.mark.parametrize("space", SPACES)
light = st.tuples(*[st.floats(0, 1)] * 3).map(np.array)


def grid(steps: int = 6) -> Float64:
    """Code values of the whole cube, corners and greys among them, (steps**3, 3)."""
    axis = np.linspace(0, 1, steps)
    return np.stack(np.meshgrid(axis, axis, axis), -1).reshape(-1, 3)


@spaces
def test_curves_undo_each_other_and_rise(space: str) -> None:
    code = np.linspace(0, 1, 2001)
    linear = decode_transfer(code, space)
    assert (np.diff(linear) > 0).all()
    assert (linear[0], linear[-1]) == (0, pytest.approx(1))
    assert_allclose(encode_transfer(linear, space), code, atol=1e-5)


def test_the_srgb_curve_is_that_of_the_standard() -> None:
    # IEC 61966-2-1: middle grey 18 % is code 118 of 255.
    assert round(float(encode_transfer(np.array(0.18))) * 255) == 118
    assert decode_transfer(np.array(0.5)) == pytest.approx(0.21404, abs=1e-5)
    assert decode_transfer(np.array(0.04)) == pytest.approx(0.04 / 12.92)


@spaces
def test_white_is_white_and_grey_is_grey_in_every_space(space: str) -> None:
    greys = np.repeat(np.linspace(0, 1, 11)[:, None], 3, axis=1)
    working = to_working(greys, space)
    assert np.ptp(working, axis=-1).max() < 1e-6
    assert working[-1] == pytest.approx(1, abs=1e-6)


@spaces
def test_colours_of_a_space_survive_the_working_space(space: str) -> None:
    code = grid()
    # The corners of these two lie outside Rec.2020, where they are clipped.
    inside = code * {"prophoto": 0.1, "display-p3": 0.9}.get(space, 1.0)
    inside += (1 - inside.max()) / 2
    assert_allclose(from_working(to_working(inside, space), space), inside, atol=1e-3)


def test_the_srgb_matrix_is_the_published_one() -> None:
    published = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    assert to_xyz("srgb") == pytest.approx(np.array(published), abs=1e-4)
    assert pytest.approx((0.2627, 0.6780, 0.0593), abs=1e-4) == LUMA


@given(light)
def test_oklab_and_back_is_nothing(rgb: Float64) -> None:
    assert oklab_to_working(oklab(rgb)) == pytest.approx(rgb, abs=1e-6)


def test_oklab_is_that_of_its_author() -> None:
    # Ottosson (2020), "A perceptual color space for image processing": sRGB red, green, blue.
    published = [[0.628, 0.225, 0.126], [0.866, -0.234, 0.179], [0.452, -0.032, -0.312]]
    assert oklab(to_working(np.eye(3), "srgb")) == pytest.approx(np.array(published), abs=2e-3)


@given(light, st.floats(0.05, 1))
def test_oklab_hue_stays_when_light_is_scaled(rgb: Float64, scale: float) -> None:
    one, other = oklab(rgb + 0.01), oklab((rgb + 0.01) * scale)
    assert other / np.linalg.norm(other) == pytest.approx(one / np.linalg.norm(one), abs=1e-3)


def test_cielab_of_known_colours() -> None:
    # Lindbloom's calculator, D65, no adaptation: white, sRGB red, middle grey.
    code = np.array([[1, 1, 1], [1, 0, 0], [0.4663] * 3])
    expected = np.array([[100, 0, 0], [53.24, 80.09, 67.20], [50.0, 0, 0]])
    assert cielab(to_working(code, "srgb")) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [  # Sharma, Wu, Dalal (2005), table 1: pairs 1, 4, 7, 9, 17, 21, 24, 31, 33, 34
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (50, 3.1736, 0.5854), 1.0000),
        ((50, 2.5, 0), (50, 3.2592, 0.335), 1.0000),
        ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
        ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_delta_e2000_is_that_of_the_published_table(
    one: tuple[float, ...], other: tuple[float, ...], distance: float
) -> None:
    assert delta_e2000(np.array(one), np.array(other)) == pytest.approx(distance, abs=1e-4)
    assert delta_e2000(np.array(other), np.array(one)) == pytest.approx(distance, abs=1e-4)


class TestGamut:
    def test_leaves_what_is_inside_alone(self) -> None:
        assert np.abs(fit_gamut(grid()) - grid()).max() < 1e-15

    @spaces
    @given(st.tuples(*[st.floats(0, 1.5)] * 3).map(np.array))
    def test_brings_all_else_inside(self, space: str, rgb: Float64) -> None:
        fitted = fit_gamut(rgb, space)
        assert fitted.min() >= 0
        assert fitted.max() <= 1

    def test_keeps_hue_and_lightness_and_only_as_little_colour_as_it_must(self) -> None:
        """Wide colours in sRGB: mixed with grey in linear light, blue turned by 20 degrees."""
        wide = grid(9) * 0.9 + 0.02
        inside = decode_transfer(from_working(wide, "srgb"))
        fitted = oklab(to_working(from_working(wide, "srgb"), "srgb"))
        before = oklab(wide)
        assert_allclose(fitted[:, 0], before[:, 0], atol=0.02)
        chroma, kept = np.hypot(*before[:, 1:].T), np.hypot(*fitted[:, 1:].T)
        assert (kept <= chroma + 1e-3).all()
        colour = kept > 0.03
        turned = np.degrees(np.arctan2(*fitted[:, :0:-1].T) - np.arctan2(*before[:, :0:-1].T))
        assert np.abs((turned[colour] + 180) % 360 - 180).max() < 1
        # What was changed lies on the very edge of the gamut, not somewhere inside.
        changed = kept < chroma - 0.01
        gap = np.minimum(inside.min(-1), 1 - inside.max(-1))
        assert changed.sum() > 100
        assert np.quantile(gap[changed], 0.99) < 2e-3

    @pytest.mark.parametrize("push", [1.05, 1.6])
    def test_neighbouring_blues_are_not_torn_apart(self, push: float) -> None:
        """At constant hue the gamut is hollow at blue: taken to the letter, (0, 0, 255) lost a
        tenth of its chroma where (6, 6, 255) lost none, which drew rings round blue lamps."""
        steps = np.arange(0, 41, 2)
        for blue in (120, 180, 255):
            code = np.stack([steps, steps, np.full(len(steps), blue)], axis=-1) / 255
            lab = oklab(to_working(code, "srgb")) * np.array([1.0, push, push])
            shown = cielab(to_working(encode_transfer(light_of(lab, "srgb"), "srgb"), "srgb"))
            before = cielab(to_working(code, "srgb"))
            moved = delta_e2000(shown[1:], shown[:-1])
            assert (moved < 2 * delta_e2000(before[1:], before[:-1]) + 0.7).all()

    def test_light_over_white_ends_in_white(self) -> None:
        assert fit_gamut(np.array([3.0, 2.9, 3.1])) == pytest.approx(1, abs=1e-3)
        orange = fit_gamut(np.array([1.3, 0.5, 0.0]))
        assert 1 >= orange[0] > orange[1] > orange[2]


@given(light)
def test_p3_red_is_redder_than_srgb_red(rgb: Float64) -> None:
    srgb, p3 = to_working(rgb, "srgb"), to_working(rgb, "display-p3")
    chroma: list[npt.NDArray[np.float64]] = [np.hypot(*oklab(x)[1:]) for x in (srgb, p3)]
    assert chroma[1] >= chroma[0] - 1e-6


def test_adaptation_takes_one_white_to_the_other_and_back() -> None:
    d50, d65 = xyz_of(D50), xyz_of(D65)
    assert adaptation(d50, d65) @ d50 == pytest.approx(d65)
    assert adaptation(d65, d50) @ adaptation(d50, d65) == pytest.approx(np.eye(3))
