from __future__ import annotations

import numpy as np
import pytest

from model_core.assets import sample_photos
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.colour import LUMA, to_working
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.learn.degrade import UNTOUCHED, as_file, degrade
from model_core.learn.grounds import on_page, on_white
from model_core.variants import SHIPPED, VARIANTS, variant
from tests.core.pictures import SAMPLES, scene


def light(seed: int = 0) -> Float32:
    result: Float32 = to_linear(CodedImage(scene(seed))).pixels
    return result


def luminance(rgb: Float32) -> float:
    return float((rgb @ np.array(LUMA)).mean())


def test_bad_versions_are_light_of_the_same_shape() -> None:
    for seed in range(60):
        bad = degrade(light(), np.random.default_rng(seed))
        assert bad.shape == light().shape
        assert bad.dtype == np.float32
        assert np.isfinite(bad).all()
        assert bad.min() >= 0


def test_a_share_of_photos_is_left_exactly_alone() -> None:
    good = light()
    alone = [degrade(good, np.random.default_rng(s)) is good for s in range(400)]
    # Of a photo that none of the faults hits, a copy is left: a little more than the share.
    assert np.mean(alone) == pytest.approx(UNTOUCHED, abs=0.06)


def test_the_same_seed_gives_the_same_fault_and_another_another() -> None:
    one, same, other = (degrade(light(), np.random.default_rng(s)) for s in (5, 5, 6))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_good_photo_is_not_changed() -> None:
    good = light()
    for seed in range(20):
        degrade(good, np.random.default_rng(seed))
    assert np.array_equal(good, light())


def test_faults_are_mostly_too_dark() -> None:
    ratio = [luminance(degrade(light(), np.random.default_rng(s))) / luminance(light()) for s in
             range(200)]  # fmt: skip
    assert np.mean(np.array(ratio) < 0.9) > np.mean(np.array(ratio) > 1.1) + 0.1


@pytest.mark.parametrize("seed", range(6))
def test_a_saved_file_has_the_light_that_it_was_made_from(seed: int) -> None:
    code = as_file(light(), np.random.default_rng(seed))
    assert (code.shape, code.dtype) == (scene().shape, np.uint8)
    assert np.abs(code.astype(int) - scene()).mean() < 6  # JPEG of any quality


@pytest.mark.parametrize("seed", range(12))
def test_a_thing_on_a_white_ground_is_the_photo_inside_and_white_around(seed: int) -> None:
    photo = light(seed)
    made = on_white(photo, np.random.default_rng(seed))
    assert (made.shape, made.dtype) == (photo.shape, np.float32)
    assert 0 <= made.min() <= made.max() <= 1
    assert np.array_equal(made, on_white(photo, np.random.default_rng(seed)))
    inside = np.abs(made - photo).max(-1) < 0.01
    assert 0.02 < inside.mean() < 0.75
    border = np.concatenate([made[0], made[-1], made[:, 0], made[:, -1]])
    assert np.median(border) > 0.5


@pytest.mark.parametrize("seed", range(12))
def test_a_page_is_mostly_paper_of_one_white(seed: int) -> None:
    made = on_page(light(seed), np.random.default_rng(seed))
    assert (made.shape, made.dtype) == (light(seed).shape, np.float32)
    assert 0 <= made.min() <= made.max() <= 1
    assert np.array_equal(made, on_page(light(seed), np.random.default_rng(seed)))
    assert np.median(made) > 0.4
    assert made.min() < 0.6


class TestVariants:
    """What the demo and the shipped samples are made with."""

    path = SAMPLES / "kitten.jpg"

    def seen(self, label: str) -> Float32:
        return to_working(variant(self.path, label, 128) / 255.0, "srgb")

    @pytest.fixture(scope="class")
    def good(self) -> Float32:
        return to_linear(decode_proxy(self.path, 128)[1]).pixels

    @pytest.mark.parametrize("label", VARIANTS)
    def test_each_is_a_picture_with_its_own_fault(self, label: str, good: Float32) -> None:
        bad = self.seen(label)
        assert bad.shape == good.shape
        change = luminance(bad) / luminance(good)
        red_blue = [float(x[..., 0].mean() / x[..., 2].mean()) for x in (bad, good)]
        spread = [float(np.ptp(x, axis=-1).mean()) for x in (bad, good)]
        told = {
            "under-exposed": change < 0.45,
            "over-exposed": change > 1.3,
            "warm cast": red_blue[0] > red_blue[1] * 1.2,
            "cool cast": red_blue[0] < red_blue[1] / 1.2,
            "green cast": bad[..., 1].mean() / bad.mean() > good[..., 1].mean() / good.mean(),
            "flat": bad.min() > 0.04,
            "dull": spread[0] < spread[1] * 0.6,
        }
        assert told[label]

    def test_those_that_ship_are_there(self) -> None:
        names = {p.name for p in sample_photos()}
        assert {f"{scene_} ({label}).jpg" for scene_, label in SHIPPED} <= names
        assert {f"{scene_}.jpg" for scene_, _ in SHIPPED} <= names
