from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from model_core.domain.develop import IDENTITY
from model_core.domain.image import CodedImage
from model_core.imaging.colour import to_xyz
from model_core.imaging.decode import decode, decode_proxy, to_linear
from model_core.imaging.render import reference
from tests.core.imaging.profiles import cmyk_profile, deep_png, grey_profile
from tests.core.pictures import (
    ADOBE_COLORANTS,
    P3_COLORANTS,
    SHARED,
    SRGB_COLORANTS,
    exif,
    icc_profile,
    scene,
    write_scene,
)

SCREEN_COLORANTS = ((0.5, 0.25, 0.02), (0.33, 0.7, 0.1), (0.1342, 0.05, 0.7049))

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

#: XYZ (D50, rows) to linear sRGB, from published colorants.
to_linear_srgb = np.linalg.inv(np.array(SRGB_COLORANTS))


def linear_srgb(image: CodedImage) -> Any:
    """What an image shows as linear sRGB, which may be below 0 or above 1."""
    light = to_linear(image).pixels.astype(np.float64)
    return light @ np.linalg.solve(to_xyz("srgb"), to_xyz("rec2020")).T


class TestProfiles:
    colours = np.array([[[128, 128, 128], [200, 120, 90], [90, 120, 160]]], np.uint8)

    def read(
        self, tmp_path: Path, icc: bytes, mode: str = "RGB", *, red: bool = False
    ) -> CodedImage:
        path = tmp_path / "a.png"
        colours = np.full((1, 1, 3), (255, 0, 0), np.uint8) if red else self.colours
        Image.fromarray(colours).convert(mode).save(path, icc_profile=icc)
        return decode(path)

    def seen(self, colorants: Any, gamma: float | None) -> Any:
        """sRGB codes by the definition of a matrix profile, without any colour engine."""
        code = self.colours / 255.0
        low, high = code / 12.92, ((code + 0.055) / 1.055) ** 2.4
        linear = np.where(code <= 0.04045, low, high) if gamma is None else code**gamma
        srgb = linear @ np.array(colorants) @ np.linalg.inv(np.array(SRGB_COLORANTS))
        return np.where(srgb < 0.0031308, srgb * 12.92, 1.055 * np.abs(srgb) ** (1 / 2.4) - 0.055)

    @pytest.mark.parametrize(
        ("space", "name", "colorants", "gamma"),
        [
            ("display-p3", "Display P3", P3_COLORANTS, None),
            ("display-p3", "Color LCD", P3_COLORANTS, None),
            ("adobe-rgb", "Adobe RGB (1998)", ADOBE_COLORANTS, 563 / 256),
            ("srgb", "sRGB IEC61966-2.1", SRGB_COLORANTS, None),
        ],
    )
    def test_known_spaces_keep_their_pixels(
        self, tmp_path: Path, space: str, name: str, colorants: Any, gamma: float | None
    ) -> None:
        image = self.read(tmp_path, icc_profile(name, colorants, gamma))
        assert image.space == space
        assert np.array_equal(image.pixels, self.colours)
        shown = reference(image, IDENTITY)
        assert np.abs(shown - self.seen(colorants, gamma)).max() < 1.5 / 255

    @pytest.mark.parametrize(
        ("name", "colorants", "gamma"),
        [
            ("sRGB linear", SRGB_COLORANTS, 1.0),
            ("Display P3 (linear)", P3_COLORANTS, 1.0),
            ("Adobe RGB, 1.8", ADOBE_COLORANTS, 1.8),
            ("Somebody's screen", SCREEN_COLORANTS, 2),
        ],
    )
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
    def test_other_profiles_are_converted_without_loss(
        self, tmp_path: Path, name: str, colorants: Any, gamma: float, dtype: Any
    ) -> None:
        code = np.array(
            [
                [[0.5, 0.5, 0.5], [0.8, 0.5, 0.4], [1, 1, 1], [0.9, 0.3, 0.4]],
                [[0, 0, 0], [0.02, 0.02, 0.02], [0.05, 0.04, 0.06], [0.2, 0.1, 0.1]],
            ]
        )
        full = 1 if dtype == np.float32 else np.iinfo(dtype).max
        stored = (code * full + (0 if full == 1 else 0.5)).astype(dtype)
        path = tmp_path / "a.tif"
        icc = icc_profile(name, colorants, gamma)
        tifffile.imwrite(path, stored, photometric="rgb", iccprofile=icc)
        image = decode(path)
        assert (image.space, image.pixels.dtype) == ("rec2020", np.uint16)
        tolerance = 0.003 if dtype == np.uint8 else 0.0005
        expected = (stored / full) ** gamma @ np.array(colorants) @ to_linear_srgb
        assert np.abs(linear_srgb(image) - expected).max() < tolerance

    def test_colours_outside_srgb_stay_outside(self, tmp_path: Path) -> None:
        image = self.read(tmp_path, icc_profile("P3, gamma 2", P3_COLORANTS, 2.0), red=True)
        expected = np.array(P3_COLORANTS[0]) @ to_linear_srgb
        assert expected.min() < -0.04
        assert linear_srgb(image)[0, 0] == pytest.approx(expected, abs=0.003)

    def test_a_large_picture_is_converted_like_a_small_one(self, tmp_path: Path) -> None:
        icc = icc_profile("Adobe RGB, 1.8", ADOBE_COLORANTS, 1.8)
        tile = scene(1, 40, 50)
        for name, pixels in (("small", tile), ("large", np.tile(tile, (10, 20, 1)))):
            Image.fromarray(pixels).save(tmp_path / f"{name}.png", icc_profile=icc)
        large = decode(tmp_path / "large.png").pixels
        assert np.array_equal(large, np.tile(decode(tmp_path / "small.png").pixels, (10, 20, 1)))

    def test_a_proxy_is_of_the_same_space(self, tmp_path: Path) -> None:
        icc = icc_profile("Display P3", P3_COLORANTS, None)
        path = write_scene(tmp_path / "a.jpg", icc_profile=icc)
        assert decode_proxy(path, 64)[1].space == "display-p3"

    @pytest.mark.parametrize("icc", [b"not a profile", b"\0" * 200])
    def test_a_damaged_profile_is_taken_for_srgb(self, tmp_path: Path, icc: bytes) -> None:
        image = self.read(tmp_path, icc)
        assert image.space == "srgb"
        assert np.array_equal(image.pixels, self.colours)

    @pytest.mark.parametrize("length", range(132, 450, 24))
    def test_a_profile_cut_off_anywhere_is_none(self, tmp_path: Path, length: int) -> None:
        """lcms opens some of these, and refuses to convert with them."""
        whole = icc_profile("A screen", SCREEN_COLORANTS, 2.0)
        image = self.read(tmp_path, whole[:length])
        assert image.space == "srgb"
        assert np.array_equal(image.pixels, self.colours)

    def test_a_profile_of_another_kind_of_pixels_is_ignored(self, tmp_path: Path) -> None:
        grey = self.read(tmp_path, icc_profile("Display P3", P3_COLORANTS, None), "L")
        assert grey.space == "srgb"
        assert np.ptp(grey.pixels, axis=-1).max() == 0

    def test_pro_photo_is_read_as_such(self) -> None:
        path = SHARED / "nasty" / "sharp__prophoto.png"
        if not path.exists():
            pytest.skip("the file with a ProPhoto profile is not in this checkout")
        assert decode(path).space == "prophoto"

    @pytest.mark.parametrize("gamma", [1.0, 1.8, 2.6])
    @pytest.mark.parametrize("deep", [False, True])
    def test_a_grey_profile_is_followed(self, tmp_path: Path, gamma: float, deep: bool) -> None:
        ramp = np.arange(0, 256, 5, dtype=np.uint8)[None]
        path, icc = tmp_path / "a.png", grey_profile(gamma)
        if deep:
            path.write_bytes(deep_png(ramp.astype(np.uint16) * 257, icc))
        else:
            Image.fromarray(ramp).save(path, icc_profile=icc)
        image = decode(path)
        assert np.ptp(image.pixels.astype(int), axis=-1).max() <= 16  # of 65,535
        light = to_linear(image).pixels[..., 1]
        assert np.abs(light - (ramp / 255.0) ** gamma).max() < 0.002

    def test_a_grey_profile_of_a_common_curve_keeps_the_pixels(self, tmp_path: Path) -> None:
        image = self.read(tmp_path, grey_profile(2.2), "L")
        assert (image.pixels.dtype, image.space) == (np.uint8, "adobe-rgb")

    def test_an_adobe_rgb_photo_may_say_so_without_a_profile(self, tmp_path: Path) -> None:
        tags = exif()
        tags.get_ifd(0x8769)[0xA005] = {1: "R03"}
        path = write_scene(tmp_path / "a.jpg", exif=tags)
        assert decode(path).space == "adobe-rgb"
        path = write_scene(tmp_path / "b.jpg", exif=tags, icc_profile=SRGB)
        assert decode(path).space == "srgb"


class TestCmyk:
    inks = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0], [0, 255, 0, 0]],
                     [[0, 0, 255, 0], [0, 255, 255, 0], [255, 255, 0, 0], [0, 0, 0, 128]]],
                    np.uint8)  # fmt: skip
    names = ("white", "black", "cyan", "magenta", "yellow", "red", "blue", "grey")
    seen = ((1, 1, 1), (0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 0, 0), (0, 0, 1))

    @pytest.mark.parametrize("profile", [True, False])
    @pytest.mark.parametrize("suffix", ["jpg", "tif", "tif16"])
    def test_inks_are_the_colours_they_should_be(
        self, tmp_path: Path, suffix: str, profile: bool
    ) -> None:
        icc = cmyk_profile() if profile else None
        path = tmp_path / f"a.{suffix[:3]}"
        big = self.inks.repeat(32, 0).repeat(32, 1)
        if suffix == "tif16":
            deep = big.astype(np.uint16) * 257
            tifffile.imwrite(path, deep, photometric="separated", iccprofile=icc)
        else:  # Pillow writes JPEG as Photoshop does: inverted, with an Adobe marker
            Image.fromarray(big, "CMYK").save(path, icc_profile=icc, quality=100, subsampling=0)
        image = decode(path)
        if profile:
            assert (image.space, image.pixels.dtype) == ("rec2020", np.uint16)
        found = linear_srgb(image)[16::32, 16::32].reshape(-1, 3)
        for name, colour, expected in zip(self.names, found, self.seen, strict=False):
            assert colour == pytest.approx(expected, abs=0.06), name
        assert np.ptp(found[7]) < 0.02  # black ink alone is grey

    def test_a_proxy_has_the_same_colours(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jpg"
        big = self.inks.repeat(64, 0).repeat(64, 1)
        Image.fromarray(big, "CMYK").save(path, icc_profile=cmyk_profile(), quality=100)
        full, proxy = linear_srgb(decode(path)), linear_srgb(decode_proxy(path, 64)[1])
        assert np.abs(full[32::64, 32::64] - proxy[8::16, 8::16]).max() < 0.02

    def test_a_cmyk_profile_is_followed(self) -> None:
        path = SHARED / "nasty" / "sharp__fogra-0-100-100-0.tif"
        if not path.exists():
            pytest.skip("the file with a CMYK profile is not in this checkout")
        # Full magenta and yellow on FOGRA paper is a red far from (255, 0, 0).
        r, g, b = (reference(decode(path), IDENTITY) * 255).reshape(-1, 3).mean(0)
        assert 200 < r < 250
        assert max(g, b) < 90
