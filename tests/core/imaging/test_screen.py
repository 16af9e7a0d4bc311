"""Pictures for a screen: what its profile says it shows is what the photo is."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from model_core.domain.develop import IDENTITY
from model_core.domain.errors import UnusableProfile
from model_core.domain.image import CodedImage
from model_core.imaging.colour import SCREENS
from model_core.imaging.output.profile import icc_profile
from model_core.imaging.palette import palette_of, render_palette
from model_core.imaging.render import EXPORT_GRID, render
from model_core.imaging.screen import screen_of

SETTINGS = IDENTITY.updated({"exposure_ev": 0.3, "temperature": 8.0, "saturation": 12.0})


def calibrated() -> bytes:
    """A wide screen with another curve in each channel, as calibration leaves it."""
    import imagecodecs

    curves = np.stack([np.linspace(0, 1, 256) ** g for g in (2.1, 2.2, 2.35)])
    primaries = [0.68, 0.31, 0.21, 0.70, 0.15, 0.05]
    return bytes(
        imagecodecs.cms_profile(
            "rgb",
            whitepoint=(0.3127, 0.3290),
            primaries=primaries,
            transferfunction=curves.astype(np.float32),
        )
    )


@pytest.fixture
def photo() -> CodedImage:
    """Colours that every screen can show."""
    rng = np.random.default_rng(4)
    return CodedImage(rng.integers(70, 180, (40, 50, 3), dtype=np.uint8))


def seen(pixels: npt.NDArray[np.uint8], icc: bytes) -> npt.NDArray[np.float64]:
    """What a screen with this profile shows, as sRGB code values (by lcms, not by us)."""
    converted = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    return np.asarray(converted).astype(np.float64)


@pytest.mark.parametrize("name", ["display-p3", "adobe-rgb", "calibrated"])
def test_a_screen_shows_what_srgb_would(photo: CodedImage, name: str) -> None:
    icc = calibrated() if name == "calibrated" else icc_profile(name)
    screen = screen_of(icc)
    assert screen.space in SCREENS
    shown = render(photo, SETTINGS, space=screen.space, grid=EXPORT_GRID)
    wanted = render(photo, SETTINGS, grid=EXPORT_GRID)
    off = np.abs(seen(shown, icc) - wanted)
    assert off.mean() < 0.6
    assert np.percentile(off, 99) <= 2.0


def test_white_is_the_screens_white_and_black_its_black() -> None:
    screen = screen_of(calibrated())
    ends = CodedImage(np.array([[[255, 255, 255], [0, 0, 0]]], np.uint8))
    assert render(ends, IDENTITY, space=screen.space)[0].tolist() == [[255] * 3, [0] * 3]


def test_an_srgb_screen_costs_nothing() -> None:
    screen = screen_of(icc_profile("srgb"))
    assert screen.space == "srgb"
    assert screen.label == "sRGB"


def test_a_wide_photo_keeps_on_a_wide_screen_what_srgb_would_cut() -> None:
    icc = icc_profile("display-p3")
    red = CodedImage(np.full((4, 4, 3), (240, 40, 30), np.uint8), "display-p3")
    shown = render(red, IDENTITY, space=screen_of(icc).space, grid=EXPORT_GRID)
    assert np.abs(shown.astype(int) - red.pixels).max() <= 2
    narrow = render(red, IDENTITY, grid=EXPORT_GRID)
    assert narrow[0, 0, 0] > 250  # cut


def test_a_moving_slider_shows_the_same_colours(photo: CodedImage) -> None:
    screen = screen_of(icc_profile("adobe-rgb"))
    palette = palette_of(CodedImage(np.repeat(photo.pixels, 4, axis=0)))
    assert palette is not None
    out = np.empty((160, 50, 4), np.uint8)
    render_palette(palette, SETTINGS, out, space=screen.space)
    wanted = render(photo, SETTINGS, space=screen.space)
    assert np.array_equal(out[::4, :, 2::-1], wanted)


@pytest.mark.parametrize("kind", ["nonsense", "cut short", "grey"])
def test_what_is_no_screen_is_refused_in_one_line(kind: str) -> None:
    import imagecodecs

    icc = {
        "nonsense": b"no profile",
        "cut short": icc_profile("display-p3")[:200],
        "grey": bytes(imagecodecs.cms_profile("gray", gamma=2.2)),
    }[kind]
    with pytest.raises(UnusableProfile, match="choose another"):
        screen_of(icc)
