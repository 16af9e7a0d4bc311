from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as run
from numpy.testing import assert_allclose

from model_core.domain.develop import IDENTITY, PARAM_NAMES, PARAMS, DevelopSettings
from model_core.imaging.colour import (
    Float64,
    apply_matrix,
    between,
    cielab,
    decode_transfer,
    encode_transfer,
    luminance,
    oklab,
    to_working,
)
from model_core.imaging.pipeline import develop
from tests.core.pictures import settings_in_the_box


def light(count: int = 300) -> Float64:
    """Working light of random colours, greys, black, white and the corners of two spaces."""
    rng = np.random.default_rng(0)
    corners = np.array([[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)], float)
    greys = np.repeat(np.linspace(0, 1, 20)[:, None], 3, axis=1)
    parts = [to_working(np.concatenate([rng.random((count, 3)), greys, corners]), "srgb"), corners]
    return np.concatenate([*parts, np.full((1, 3), 1e-9)])


def tensors(s: DevelopSettings, **options: Any) -> dict[str, torch.Tensor]:
    """Settings as the trainer gives them: one tensor a slider, (batch, 1, 1)."""
    return {n: torch.full((1, 1, 1), v, **options) for n, v in s.as_dict().items()}


LIGHT = light()
some = run(max_examples=40)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors here are so small that threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@some
@given(settings_in_the_box)
def test_nothing_but_light_between_black_and_white_comes_out(s: DevelopSettings) -> None:
    for rgb in (LIGHT, LIGHT.astype(np.float32)):
        out = develop(rgb, s)
        assert out.shape == rgb.shape
        assert out.dtype == rgb.dtype
        assert np.isfinite(out).all()
        assert out.min() >= 0
        assert out.max() <= 1


@some
@given(settings_in_the_box)
def test_numpy_torch_and_a_batch_of_tensors_give_the_same(s: DevelopSettings) -> None:
    expected = develop(LIGHT, s)
    assert_allclose(develop(torch.from_numpy(LIGHT), s).numpy(), expected, atol=1e-11)
    batch = torch.from_numpy(LIGHT)[None]
    by_tensors = develop(batch, tensors(s, dtype=torch.float64))
    # Sliders at 0 are skipped as numbers but not as tensors: their steps must be identities.
    assert_allclose(by_tensors[0].numpy(), expected, atol=1e-7)


def test_zeros_are_exactly_the_identity() -> None:
    assert develop(LIGHT, IDENTITY) is LIGHT
    assert develop(LIGHT, dict.fromkeys(PARAM_NAMES, 0.0)) is LIGHT


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 5e-6)], ids=str
)
def test_tensors_of_zeros_are_the_identity_too(dtype: torch.dtype, tolerance: float) -> None:
    inside = torch.from_numpy(np.clip(LIGHT, 0, 1)).to(dtype)[None]
    out = develop(inside, tensors(IDENTITY, dtype=dtype))
    assert out.dtype == dtype
    assert_allclose(out.numpy(), inside.numpy(), atol=tolerance)


def test_a_batch_has_settings_of_its_own_for_each_picture() -> None:
    rng = np.random.default_rng(1)
    rows = [
        DevelopSettings.from_values(rng.uniform(p.low, p.high) for p in PARAMS) for _ in range(4)
    ]
    batch = {n: torch.tensor([[[r[n]]] for r in rows], dtype=torch.float64) for n in PARAM_NAMES}
    pictures = torch.from_numpy(LIGHT).expand(4, -1, -1)
    together = develop(pictures, batch)
    for row, out in zip(rows, together, strict=True):
        assert_allclose(out.numpy(), develop(LIGHT, row), atol=1e-6)


@pytest.mark.parametrize("strength", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_gradients_are_finite_at_black_white_and_pure_colours(strength: float) -> None:
    rgb = torch.from_numpy(LIGHT).float()[None].requires_grad_()
    sliders = {p.name: torch.full((1, 1, 1), strength * p.high).requires_grad_() for p in PARAMS}
    cielab(develop(rgb, sliders)).sum().backward()
    for name, tensor in {"the picture": rgb, **sliders}.items():
        assert tensor.grad is not None
        assert torch.isfinite(tensor.grad).all(), name


@some
@given(settings_in_the_box)
def test_gradients_are_finite_everywhere_in_the_box(s: DevelopSettings) -> None:
    sliders = {n: t.requires_grad_() for n, t in tensors(s, dtype=torch.float32).items()}
    cielab(develop(torch.from_numpy(LIGHT).float()[None], sliders)).sum().backward()
    assert all(t.grad is not None and torch.isfinite(t.grad).all() for t in sliders.values())


@pytest.mark.parametrize("name", [n for n in PARAM_NAMES if n not in ("temperature", "tint")])
def test_training_can_feel_every_slider(name: str) -> None:
    sliders = {n: t.requires_grad_() for n, t in tensors(IDENTITY, dtype=torch.float32).items()}
    picture = torch.from_numpy(LIGHT[:300]).float()[None]
    (develop(picture, sliders) - picture * 0.9).square().sum().backward()
    gradient = sliders[name].grad
    assert gradient is not None
    assert gradient.abs().item() > 1e-6


@pytest.mark.parametrize("ev", [-3.0, -1.0, 0.5, 1.0])
def test_exposure_is_pure_where_nothing_comes_near_white(ev: float) -> None:
    dark = LIGHT * 0.2
    assert_allclose(develop(dark, IDENTITY.with_value("exposure_ev", ev)), dark * 2**ev, atol=1e-15)


@pytest.mark.parametrize("ev", [0.5, 2.0, 5.0])
def test_more_exposure_brightens_all_and_clips_nothing(ev: float) -> None:
    ramp = np.linspace(0, 1, 1001)[:, None] * np.ones(3)
    out = develop(ramp, IDENTITY.with_value("exposure_ev", ev))[:, 0]
    assert (np.diff(out) > 0).all()
    assert (out >= ramp[:, 0] - 1e-12).all()
    assert out[-1] == pytest.approx(1)


@pytest.mark.parametrize("name", ["exposure_ev", "highlights", "shadows", "whites", "blacks"])
def test_a_slider_to_the_right_brightens_and_to_the_left_darkens(name: str) -> None:
    high = PARAMS[PARAM_NAMES.index(name)].high
    y = [
        luminance(develop(LIGHT[:300], IDENTITY.with_value(name, v)))
        for v in (-high, -high / 2, 0, high / 2, high)
    ]
    for darker, brighter in pairwise(y):
        assert (brighter >= darker - 1e-9).all()
        assert brighter.mean() > darker.mean() + 0.002


def test_warm_is_warm_and_magenta_is_magenta_in_the_finished_picture() -> None:
    grey = np.full((1, 3), 0.2)
    r, g, b = develop(grey, IDENTITY.with_value("temperature", 40.0))[0]
    assert r > g > b
    r, g, b = develop(grey, IDENTITY.with_value("tint", 40.0))[0]
    assert g < min(r, b)


def test_the_input_is_left_alone() -> None:
    before = LIGHT.copy()
    develop(LIGHT, DevelopSettings.from_values(p.high for p in PARAMS))
    assert np.array_equal(LIGHT, before)


@pytest.mark.parametrize("whites", [30.0, 60.0, 100.0])
@pytest.mark.parametrize("glow", [(1, 0.72, 0.38), (1, 0.55, 0.2), (1, 0.4, 0.1), (0.3, 0.5, 1)])
def test_the_core_of_a_blown_sun_is_never_more_coloured_than_the_ring_around_it(
    glow: tuple[float, float, float], whites: float
) -> None:
    """A camera clips each channel, so the core is yellower than the glow and brighter. Lifted
    over white, the core stayed yellow (chroma 0.06) inside a ring that was white."""
    light = np.linspace(0.3, 6, 600)[:, None] * np.array(glow)
    rgb = to_working(encode_transfer(light.clip(0, 1)), "srgb")
    lifted = develop(rgb, DevelopSettings.from_mapping({"whites": whites}), "srgb")
    shown = apply_matrix(lifted, between("srgb", "rec2020"))
    chroma = np.hypot(*oklab(shown).T[1:])
    assert (np.diff(luminance(shown)[:, 0]) > -1e-3).all()
    inward = chroma[chroma.argmax() :]
    assert (inward - np.minimum.accumulate(inward)).max() < 0.01
    in_the_file = np.hypot(*oklab(rgb).T[1:])
    assert inward[-1] < in_the_file[-1] + 0.01


BRIGHTER = {"whites": 25.0, "contrast": 20.0, "shadows": 100.0, "highlights": 100.0,
            "exposure_ev": 1.0, "temperature": 50.0, "tint": -40.0}  # fmt: skip
_FADING = {"exposure_ev", "temperature", "tint"}
BRIGHTEST = {"whites": 100.0, "contrast": 100.0, "shadows": 60.0, "highlights": 60.0}


@pytest.mark.parametrize("space", ["srgb", "display-p3", "prophoto"])
@pytest.mark.parametrize("sliders", [*({n: v} for n, v in BRIGHTER.items()), BRIGHTEST], ids=str)
def test_bright_saturated_colours_are_lifted_without_an_edge(
    sliders: dict[str, float], space: str
) -> None:
    """Lifted to a luminance that it cannot have, pure yellow was white, and 78 codes away from
    the yellow beside it."""
    settings = DevelopSettings.from_mapping(sliders)
    codes = np.arange(256)[:, None] / 255
    for pure in ((1, 1, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 0.7, 0)):
        paled = pure + codes * (1 - np.array(pure))  # from the pure colour to white
        for ramp in (codes * np.array(pure), paled):  # from black to the pure colour, too
            light = apply_matrix(decode_transfer(ramp, "srgb"), between("srgb", "rec2020"))
            shown = encode_transfer(develop(light.clip(0, None), settings, space), space) * 255
            assert np.abs(np.diff(shown, axis=0)).max() < 16
        if set(sliders) <= _FADING:
            continue  # as film does: see roll_off
        at = to_working(np.array([pure], float), "srgb")
        lifted = apply_matrix(develop(at, settings, space), between(space, "rec2020"))
        before, after = (np.hypot(*oklab(light)[0, 1:]) for light in (at, lifted))
        assert after > 0.8 * before
