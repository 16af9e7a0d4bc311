"""The white-balance picker: what is picked becomes grey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from model_core.domain.develop import IDENTITY
from model_core.domain.image import Proxy
from model_core.imaging.neutral import NoNeutral, neutral_at, patch_side
from model_core.imaging.render import reference


def flat(rgb: tuple[int, int, int], size: tuple[int, int] = (60, 90)) -> Proxy:
    return Proxy(np.full((*size, 3), rgb, np.uint8))


@given(st.tuples(*[st.integers(90, 180)] * 3))
def test_what_was_picked_is_rendered_grey(rgb: tuple[int, int, int]) -> None:
    proxy = flat(rgb)
    found = neutral_at(proxy, 0.5, 0.5)
    assume(not found.clamped)
    values = {"temperature": found.temperature, "tint": found.tint}
    shown = reference(proxy, IDENTITY.updated(values))[30, 45] * 255
    assert np.ptp(shown) < 0.1
    assert found.rgb == pytest.approx(rgb, abs=1)


def test_a_grey_needs_no_correction() -> None:
    found = neutral_at(flat((128, 128, 128)), 0.1, 0.9)
    assert (found.temperature, found.tint) == pytest.approx((0, 0), abs=0.1)


def test_one_noisy_pixel_does_not_decide() -> None:
    rng = np.random.default_rng(1)
    proxy = flat((120, 120, 120), (400, 600))
    noise = rng.normal(0, 12, proxy.pixels.shape)
    noisy = Proxy((proxy.pixels + noise).clip(0, 255).astype(np.uint8))
    noisy.pixels[200, 300] = (250, 10, 10)
    found = neutral_at(noisy, 0.5, 0.5)
    assert abs(found.temperature) < 12
    assert abs(found.tint) < 20


@pytest.mark.parametrize(("rgb", "why"), [((255, 240, 230), "clipped"), ((1, 1, 2), "too dark")])
def test_spots_that_say_nothing_of_the_light_are_refused(
    rgb: tuple[int, int, int], why: str
) -> None:
    with pytest.raises(NoNeutral, match=why):
        neutral_at(flat(rgb), 0.5, 0.5)


def test_corners_and_tiny_photos_are_averaged_too() -> None:
    for x, y in ((0, 0), (1, 1), (0, 1)):
        assert neutral_at(flat((150, 140, 130)), x, y).rgb == (150, 140, 130)
    assert neutral_at(flat((150, 140, 130), (2, 3)), 0.5, 0.5).rgb == (150, 140, 130)
    assert patch_side(6000, 4000) == 72


def test_strong_casts_end_at_the_limit_and_say_so() -> None:
    found = neutral_at(flat((250, 60, 20)), 0.5, 0.5)
    assert found.clamped
