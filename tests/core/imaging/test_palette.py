from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run

from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.image import CodedImage
from model_core.imaging.colour import cielab, delta_e2000, to_working
from model_core.imaging.decode import decode_proxy
from model_core.imaging.palette import Palette, palette_of, render_palette
from model_core.imaging.render import PREVIEW_GRID, reference, render
from tests.core.pictures import SAMPLES, scene, settings_in_the_box


def picture(height: int = 120, width: int = 90) -> CodedImage:
    """A scene in few colours, as photos have fewer than pixels."""
    return CodedImage(scene(height=height, width=width) // 16 * 16)


def made(image: CodedImage) -> Palette:
    palette = palette_of(image)
    assert palette is not None
    return palette


def screen(image: CodedImage) -> np.ndarray:
    return np.zeros((image.height, image.width, 4), np.uint8)


@run(max_examples=20)
@given(settings_in_the_box)
def test_gives_the_very_pixels_that_rendering_gives(s: DevelopSettings) -> None:
    image = picture()
    palette = made(image)
    assert palette.exact
    for settings in (s, IDENTITY):
        fast = render_palette(palette, settings, screen(image))
        assert np.array_equal(fast, render(image, settings, out=screen(image)))


def test_many_colours_agree_with_the_look() -> None:
    """So many that a table is baked for those cells that they fall into."""
    for name, seed in (("city-night.jpg", 7), ("kitten.jpg", 8)):
        image = decode_proxy(SAMPLES / name, 640)[1]
        palette = made(image)
        assert palette.colours.pixels.size > 3 * PREVIEW_GRID**3
        rng = np.random.default_rng(seed)
        s = DevelopSettings.from_values(rng.uniform(p.low, p.high) * 0.5 for p in PARAMS)
        wanted = reference(image, s)
        for quick, most in ((False, 0.5), (True, 10.0)):
            shown = render_palette(palette, s, screen(image), quick=quick)[..., 2::-1]
            # Rounding is no error: of the colours that would be shown so, the one that is nearest.
            nearest = np.clip(wanted * 255, shown - 0.5, shown + 0.5) / 255
            gap = delta_e2000(*(cielab(to_working(code, "srgb")) for code in (nearest, wanted)))
            assert gap.max() < most
            assert gap.mean() < 0.2


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (33, 512)])
def test_any_shape(size: tuple[int, int]) -> None:
    image = CodedImage(np.full((*size, 3), (10, 200, 90), np.uint8), "display-p3")
    palette = palette_of(image)
    if palette is None:
        assert size == (1, 1)
        return
    warm = IDENTITY.with_value("temperature", 20.0)
    fast = render_palette(palette, warm, screen(image))
    assert np.array_equal(fast, render(image, warm, out=screen(image)))


def test_deep_pictures_are_near_enough_while_a_slider_moves() -> None:
    deep = CodedImage(picture().pixels.astype(np.uint16) * 257 + 90, "rec2020")
    palette = made(deep)
    assert not palette.exact
    bright = IDENTITY.with_value("exposure_ev", 0.5)
    fast = render_palette(palette, bright, screen(deep)).astype(int)
    gap = np.abs(fast - render(deep, bright, out=screen(deep)))
    assert gap.mean() < 1
    assert np.quantile(gap, 0.99) < 6


def test_a_moving_picture_is_near_the_one_at_rest() -> None:
    """So near that nobody sees it come to rest, but for a few pixels at a gamut's edge."""
    image = decode_proxy(SAMPLES / "mountain-lake.jpg", 640)[1]
    palette = made(image)
    settings = IDENTITY.updated({"exposure_ev": 0.6, "contrast": 20.0, "vibrance": 15.0})
    moving, resting = (
        render_palette(palette, settings, screen(image), quick=quick) for quick in (True, False)
    )
    assert (moving[..., 3] == 255).all()
    one, other = (cielab(to_working(s[..., 2::-1] / 255, "srgb")) for s in (moving, resting))
    gap = delta_e2000(one, other)
    assert gap.mean() < 0.3
    assert np.quantile(gap, 0.99) < 1.5


def test_black_and_white_stay_so_while_a_slider_moves() -> None:
    """Else what is clipped would be marked in another place at each move."""
    image = picture()
    image.pixels[:20], image.pixels[20:40] = 0, 255
    palette = made(image)
    contrast = IDENTITY.with_value("contrast", 20.0)
    shown = render_palette(palette, contrast, screen(image), quick=True)
    assert (shown[:20, :, :3] == 0).all()
    assert (shown[20:40] == 255).all()


def test_very_many_colours_are_fewer_while_a_slider_moves() -> None:
    """And nobody sees it: steps of one or two codes, but in the darkest tones."""
    ramp = np.linspace(0, 255, 640)
    red, blue = np.meshgrid(ramp, ramp)
    green = red / 2 + blue / 3 + np.random.default_rng(0).integers(-6, 7, red.shape)
    pixels = np.stack([red, green, blue], axis=-1).clip(0, 255).astype(np.uint8)
    image = CodedImage(np.repeat(pixels, 2, axis=0))
    palette = made(image)
    count = int(palette.place.max()) + 1
    assert palette.near.max() < 0.65 * count
    bright = IDENTITY.with_value("exposure_ev", 0.3)
    moving, resting = (
        render_palette(palette, bright, screen(image), quick=quick) for quick in (True, False)
    )
    assert (moving[..., 3] == 255).all()
    gap = np.abs(moving.astype(int) - resting)
    assert gap.mean() < 0.6
    assert np.quantile(gap, 0.99) <= 2
    dark = image.pixels.max(axis=-1) < 32
    assert gap[dark].mean() < 0.3


@pytest.mark.parametrize("count", [1, 2, 3, 17, 512, 513, 927, 1400, 2_000])
def test_photos_of_few_colours_move_too(count: int) -> None:
    """As black-and-white ones do, whose table has as many rows as the threads have pieces, or
    fewer."""
    number = np.arange(120 * 90).reshape(120, 90) * 7 % count
    grey = np.stack([number % 256, number * 3 % 256, number // 256 * 40], axis=-1)
    image = CodedImage(grey.astype(np.uint8))
    moving, resting = (
        render_palette(made(image), IDENTITY.with_value("exposure_ev", 0.4), screen(image), quick=q)
        for q in (True, False)
    )
    assert np.abs(moving.astype(int) - resting).mean() < 1


def test_noise_has_none() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    assert palette_of(CodedImage(noise)) is None
