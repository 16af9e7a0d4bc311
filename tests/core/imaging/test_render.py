from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run

from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.image import CodedImage
from model_core.imaging.colour import SPACES, Float64, cielab, delta_e2000, to_working
from model_core.imaging.decode import decode_proxy
from model_core.imaging.histogram import histogram
from model_core.imaging.render import (
    EXPORT_GRID,
    PREVIEW_GRID,
    WORTH_A_TABLE,
    reference,
    render,
)
from tests.core.pictures import SAMPLES, scene, settings_in_the_box

WARM = DevelopSettings.from_mapping({"temperature": 30, "exposure_ev": 0.4, "contrast": 20})
grids = pytest.mark.parametrize("grid", [PREVIEW_GRID, EXPORT_GRID])


def difference(one: Any, other: Any, space: str = "srgb") -> Float64:
    """DeltaE00 of each pixel of two pictures in code values 0..1."""
    return delta_e2000(cielab(to_working(one, space)), cielab(to_working(other, space)))


def many(image: CodedImage, grid: int) -> CodedImage:
    """The same pixels so often that a table is worth while."""
    flat = image.pixels.reshape(1, -1, 3)
    return CodedImage(
        np.repeat(flat, WORTH_A_TABLE * grid**3 // flat.shape[1] + 1, axis=0), image.space
    )


def off(image: CodedImage, s: DevelopSettings, grid: int, space: str = "srgb") -> Float64:
    """How far the fast path is from the look, each pixel's deltaE00, without the rounding to 8
    bits."""
    fast = render(many(image, grid), s, grid=grid, space=space, depth=16)[0] / 65535.0
    flat = CodedImage(image.pixels.reshape(1, -1, 3), image.space)
    return difference(fast, reference(flat, s, space)[0], space)


def agree(found: list[Float64]) -> None:
    """What is promised of previews and exports."""
    assert max(d.max() for d in found) < 1.0
    assert np.mean([d.mean() for d in found]) < 0.2


def random_settings(seed: int, share: float) -> DevelopSettings:
    rng = np.random.default_rng(seed)
    return DevelopSettings.from_values(rng.uniform(p.low, p.high) * share for p in PARAMS)


@cache
def samples() -> list[CodedImage]:
    """The bundled photos, small; all twelve have other light and colours."""
    paths = sorted(p for p in SAMPLES.glob("*.jpg") if "(" not in p.name)
    return [decode_proxy(path, 64)[1] for path in paths]


class TestReference:
    def test_codes_of_eight_bits_come_back(self) -> None:
        axis = np.arange(0, 256, 15, dtype=np.uint8)
        cube = np.stack(np.meshgrid(axis, axis, axis), -1).reshape(18, -1, 3)
        back = reference(CodedImage(cube), IDENTITY)
        assert np.abs(back - cube / 255).max() < 1e-9

    @pytest.mark.parametrize("space", SPACES)
    def test_any_space_can_be_read_and_written(self, space: str) -> None:
        muted = scene() // 2 + 64
        there = reference(CodedImage(muted, "srgb"), IDENTITY, space)
        coded = np.round(there * 65535).astype(np.uint16)
        back = reference(CodedImage(coded, space), IDENTITY, "srgb")
        assert np.abs(back * 255 - muted).max() < 0.5


class TestTheFastPath:
    """Measured over 120 photos and settings: at most 0.02 on average; worst pixel see README."""

    @grids
    @pytest.mark.parametrize("share", [0.25, 1.0])
    def test_agrees_with_the_look_on_real_photos(self, grid: int, share: float) -> None:
        agree([off(samples()[i], random_settings(20 + i, share), grid) for i in range(4)])

    @grids
    @pytest.mark.parametrize("space", ["display-p3", "adobe-rgb", "prophoto"])
    def test_agrees_in_every_output_profile(self, grid: int, space: str) -> None:
        agree([off(samples()[i], random_settings(40 + i, 0.5), grid, space) for i in range(2)])

    @grids
    @pytest.mark.parametrize("space", ["display-p3", "adobe-rgb", "prophoto", "rec2020"])
    def test_agrees_on_deep_and_wide_sources(self, grid: int, space: str) -> None:
        noise = np.random.default_rng(0).integers(-128, 128, samples()[4].pixels.shape)
        deep = (samples()[4].pixels.astype(int) * 257 + noise).clip(0, 65535).astype(np.uint16)
        agree([off(CodedImage(deep, space), random_settings(i, 0.5), grid) for i in range(2)])

    @pytest.mark.slow
    @pytest.mark.parametrize(("grid", "count"), [(PREVIEW_GRID, 72), (EXPORT_GRID, 24)])
    def test_agrees_with_any_settings_on_any_photo(self, grid: int, count: int) -> None:
        settings = [random_settings(100 + k, (0.25, 0.5, 1.0)[k % 3]) for k in range(count)]
        agree([off(samples()[k % 12], s, grid) for k, s in enumerate(settings)])

    @run(max_examples=30)
    @given(settings_in_the_box)
    def test_agrees_in_every_corner_of_the_box(self, s: DevelopSettings) -> None:
        agree([off(CodedImage(scene(height=40, width=60)), s, PREVIEW_GRID)])

    def test_eight_bits_are_the_look_rounded(self) -> None:
        image, s = samples()[3], random_settings(3, 0.25)
        fast = render(many(image, PREVIEW_GRID), s)[0].reshape(image.pixels.shape)
        gap = np.abs(fast - reference(image, s) * 255)
        assert gap.mean() < 0.3  # rounding alone is 0.25
        assert gap.max() < 4

    def test_few_pixels_are_the_look_itself(self) -> None:
        image, s = samples()[3], random_settings(3, 1.0)
        assert np.abs(render(image, s, depth=16) - reference(image, s) * 65535).max() < 8

    @pytest.mark.parametrize("space", ["display-p3", "adobe-rgb", "prophoto", "rec2020"])
    def test_zeros_convert_to_the_last_bit(self, space: str) -> None:
        deep = np.random.default_rng(1).integers(0, 65536, (250, 200, 3)).astype(np.uint16)
        eight = (deep >> 8).astype(np.uint8)
        for pixels, depth, most in ((eight, 8, 1), (deep, 16, 8), (eight, 16, 8)):
            image = CodedImage(pixels, space)
            wanted = reference(image, IDENTITY) * (2**depth - 1)
            found = render(image, IDENTITY, grid=PREVIEW_GRID, depth=depth)
            assert np.abs(found - wanted).max() <= most

    def test_magenta_of_the_photo_itself_is_a_colour_as_any(self) -> None:
        pixels = np.full((300, 200, 3), (255, 0, 255), np.uint8)
        still = IDENTITY.with_value("contrast", 1e-6)
        assert np.array_equal(render(CodedImage(pixels.copy()), still), pixels)

    def test_changes_the_picture_in_the_direction_of_the_slider(self) -> None:
        image = samples()[0]
        brighter = render(image, IDENTITY.with_value("exposure_ev", 1.0))
        grey = render(image, IDENTITY.with_value("saturation", -100.0))
        assert brighter.mean() > image.pixels.mean() + 20
        assert np.ptp(grey.astype(int), axis=-1).max() <= 2


class TestPixels:
    def test_untouched_srgb_is_the_very_pixels(self) -> None:
        pixels = scene()
        assert np.array_equal(render(CodedImage(pixels), IDENTITY), pixels)

    @pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (3, 5000), (5001, 3), (129, 64)])
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_odd_sizes(self, size: tuple[int, int], dtype: type) -> None:
        top = np.iinfo(dtype).max
        pixels: Any = np.random.default_rng(0).integers(0, top, (*size, 3)).astype(dtype)
        out = render(CodedImage(pixels), WARM)
        assert out.shape == pixels.shape
        assert out.dtype == np.uint8
        assert out.flags.c_contiguous
        # The same pixel gives the same answer wherever it stands.
        alone = render(CodedImage(np.ascontiguousarray(pixels[-1:, -1:])), WARM)
        assert np.array_equal(out[-1:, -1:], alone)

    def test_bands_leave_no_seam(self) -> None:
        row = scene(height=1, width=200)
        tall = np.ascontiguousarray(np.repeat(row, 400, axis=0))
        out = render(CodedImage(tall), WARM)
        assert (out == out[0]).all()

    def test_the_photo_is_left_alone(self) -> None:
        pixels = scene()
        before = pixels.copy()
        render(CodedImage(pixels), WARM)
        reference(CodedImage(pixels), WARM)
        assert np.array_equal(pixels, before)

    def test_many_threads_get_what_one_gets(self) -> None:
        jobs = [(CodedImage(scene(i, 90, 70)), random_settings(i, 0.5)) for i in range(6)] * 4
        alone = [render(image, s) for image, s in jobs[:6]]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda job: render(*job), jobs))
        for index, out in enumerate(together):
            assert np.array_equal(out, alone[index % 6])


class TestSixteenBits:
    def test_are_finer_than_eight(self) -> None:
        """Without the rounding to 8 bits the table is within deltaE00 0.1 of the look."""
        for index in range(4):
            image, s = samples()[index], random_settings(index, 0.25)
            deep = render(image, s, grid=EXPORT_GRID, depth=16)
            assert deep.dtype == np.uint16
            gap = difference(deep / 65535.0, reference(image, s))
            assert gap.mean() < 0.05
            assert np.quantile(gap, 0.99) < 0.3

    def test_zeros_are_the_very_pixels(self) -> None:
        codes = np.arange(0, 65536, 7, dtype=np.uint16)
        pixels = np.stack([codes, codes[::-1], codes], -1)[None].copy()
        for space in SPACES:
            out = render(CodedImage(pixels, space), IDENTITY, space=space, depth=16)
            assert np.array_equal(out, pixels)

    @pytest.mark.parametrize("name", ["exposure_ev", "contrast", "saturation"])
    def test_a_slider_that_hardly_moves_hardly_moves_the_picture(self, name: str) -> None:
        """What the table itself loses: at most 12 of 65535 on greys, 3 of 10,000."""
        ramp = np.repeat(np.arange(0, 65536, 16, dtype=np.uint16)[None, :, None], 3, axis=2)
        still = IDENTITY.with_value(name, 1e-6)
        out = render(CodedImage(ramp), still, grid=EXPORT_GRID, depth=16)
        assert np.abs(out.astype(int) - ramp).max() <= 12


class TestWhereItIsPut:
    @pytest.mark.parametrize("settings", [IDENTITY, WARM])
    def test_thirty_two_bit_pictures_of_the_screen(self, settings: DevelopSettings) -> None:
        image = CodedImage(scene())
        screen = np.zeros((*image.pixels.shape[:2], 4), np.uint8)
        assert render(image, settings, out=screen) is screen
        assert np.array_equal(screen[..., 2::-1], render(image, settings))
        assert (screen[..., 3] == 255).all()

    @pytest.mark.parametrize("settings", [IDENTITY, WARM])
    def test_over_the_photo_itself(self, settings: DevelopSettings) -> None:
        pixels = scene(height=700, width=90)
        expected = render(CodedImage(pixels.copy()), settings)
        out = render(CodedImage(pixels), settings, out=pixels)
        assert out is pixels
        assert np.array_equal(pixels, expected)

    def test_over_the_first_half_of_a_deep_photo(self) -> None:
        codes = np.random.default_rng(4).integers(0, 65536, (1100, 1000, 3), np.uint16)
        expected = render(CodedImage(codes.copy(), "display-p3"), WARM)
        half = codes.view(np.uint8).reshape(-1)[: codes.size].reshape(codes.shape)
        assert render(CodedImage(codes, "display-p3"), WARM, out=half) is half
        assert np.array_equal(half, expected)

    @pytest.mark.parametrize("threads", [1, 2, 5])
    def test_any_number_of_threads_gives_the_same(self, threads: int) -> None:
        image = CodedImage(scene(height=900, width=70))
        assert np.array_equal(render(image, WARM, threads=threads), render(image, WARM))


class TestLargePhotos:
    """Those of 8 bits are rendered by their colours."""

    @staticmethod
    def photo() -> CodedImage:
        noise = np.random.default_rng(0).integers(-6, 7, (1100, 1000, 3))
        tall = np.resize(scene(height=1100, width=500), (1100, 1000, 3))
        return CodedImage((tall + noise).clip(0, 255).astype(np.uint8), "display-p3")

    @pytest.mark.parametrize("settings", [IDENTITY, WARM])
    def test_every_pixel_is_what_the_table_gives(self, settings: DevelopSettings) -> None:
        image = self.photo()
        screen = np.zeros((*image.pixels.shape[:2], 4), np.uint8)
        render(image, settings, out=screen)  # pixel by pixel
        assert np.array_equal(render(image, settings), screen[..., 2::-1])

    @pytest.mark.parametrize("threads", [1, 3])
    def test_over_the_photo_itself_by_any_number_of_threads(self, threads: int) -> None:
        image = self.photo()
        expected = render(image, WARM)
        out = render(image, WARM, out=image.pixels, threads=threads)
        assert out is image.pixels
        assert np.array_equal(out, expected)

    def test_of_a_single_colour(self) -> None:
        grey = CodedImage(np.full((1050, 1000, 3), 90, np.uint8))
        assert (render(grey, WARM) == render(CodedImage(grey.pixels[:1, :1].copy()), WARM)).all()


class TestHistogram:
    def test_counts_every_pixel_once_in_each_plane(self) -> None:
        pixels = scene()
        counts = histogram(pixels)
        assert counts.shape == (4, 256)
        assert (counts.sum(1) == pixels.shape[0] * pixels.shape[1]).all()
        for plane in range(3):
            assert np.array_equal(counts[plane], np.bincount(pixels[..., plane].ravel(), None, 256))

    @pytest.mark.parametrize("value", [0, 1, 128, 255])
    def test_a_grey_picture_has_one_bar_in_all_four(self, value: int) -> None:
        counts = histogram(np.full((5, 4, 3), value, np.uint8))
        assert (counts[:, value] == 20).all()

    def test_green_weighs_most_in_luma(self) -> None:
        bars = [int(histogram(np.eye(3, dtype=np.uint8)[None, [c]] * 255)[3].argmax()) for c in
                range(3)]  # fmt: skip
        assert bars[1] > bars[0] > bars[2]
        assert sum(bars) == pytest.approx(255, abs=3)
