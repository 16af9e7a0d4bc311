"""Pixels whose meaning a PNG or AVIF tells without a profile."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.decode import decode, decode_proxy, to_linear
from tests.core.imaging.profiles import png
from tests.core.pictures import ADOBE_COLORANTS, P3_COLORANTS, icc_profile, scene

P3, P3_ICC = (12, 13), icc_profile("Display P3", P3_COLORANTS, None)
ADOBE_ICC = icc_profile("Adobe RGB (1998)", ADOBE_COLORANTS, 563 / 256)
PQ, HLG, LINEAR = (9, 16), (9, 18), (9, 8)
#: White, red, green, blue, as cHRM holds them.
SRGB_PLACES = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
ADOBE_PLACES = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
RAMP = np.repeat(np.linspace(0, 255, 52).astype(np.uint8)[None, :, None], 3, axis=2)
depths = pytest.mark.parametrize("deep", [False, True])


def cicp(points: tuple[int, int], matrix: int = 0, full: int = 1) -> tuple[bytes, bytes]:
    return b"cICP", bytes((*points, matrix, full))


def gama(value: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", value)


def chrm(places: tuple[float, ...]) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8I", *(round(v * 100_000) for v in places))


def iccp(profile: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"icc\0\0" + zlib.compress(profile)


def write(path: Path, pixels: Any, *chunks: tuple[bytes, bytes], deep: bool = False) -> Path:
    path.write_bytes(png(pixels.astype(np.uint16) * 257 if deep else pixels, *chunks))
    return path


def write_avif(path: Path, pixels: Any, points: tuple[int, int], bits: int) -> Path:
    """Code values 0..1 as an AVIF without loss."""
    codes = (pixels * (2**bits - 1) + 0.5).astype(np.uint16 if bits > 8 else np.uint8)
    primaries, transfer = points
    path.write_bytes(
        imagecodecs.avif_encode(
            codes, level=100, bitspersample=bits, primaries=primaries, transfer=transfer,
            matrix=0, pixelformat="444", speed=10,
        )
    )  # fmt: skip
    return path


class TestCodePoints:
    @depths
    def test_of_a_named_space_keep_the_pixels(self, tmp_path: Path, deep: bool) -> None:
        image = decode(write(tmp_path / "a.png", scene(), cicp(P3), deep=deep))
        assert image.space == "display-p3"
        assert np.array_equal(image.pixels, scene().astype(int) * (257 if deep else 1))

    @pytest.mark.parametrize("bits", [8, 10, 12])
    def test_in_an_avif_do_too(self, tmp_path: Path, bits: int) -> None:
        image = decode(write_avif(tmp_path / "a.avif", scene() / 255, P3, bits))
        assert image.space == "display-p3"
        assert image.pixels.dtype == (np.uint8 if bits == 8 else np.uint16)
        codes = image.pixels / np.iinfo(image.pixels.dtype).max
        assert np.abs(codes - scene() / 255).max() <= 1.01 / 255

    @pytest.mark.parametrize("kind", ["png", "grey png", "avif"])
    @pytest.mark.parametrize(
        ("points", "codes", "grey"),
        # BT.2408, table 1, as for HEIC: a grey card, diffuse white, and far above it.
        [(PQ, (0.38, 0.58, 0.75), 0.128), (HLG, (0.38, 0.75, 0.95), 0.18)],
    )
    def test_light_of_a_screen_is_brought_to_white(
        self,
        tmp_path: Path,
        kind: str,
        points: tuple[int, int],
        codes: tuple[float, ...],
        grey: float,
    ) -> None:
        pixels = np.repeat(np.array(codes), 32)[None, :, None] * np.ones((32, 1, 3))
        if kind == "avif":
            path = write_avif(tmp_path / "a.avif", pixels, points, 10)
        else:
            stored = (pixels * 65535).astype(np.uint16)
            stored = stored[..., 0] if kind == "grey png" else stored
            path = write(tmp_path / "a.png", stored, cicp(points))
        for image in (decode(path), decode_proxy(path, 48)[1]):
            assert (image.space, image.pixels.dtype) == ("rec2020", np.uint16)
            step = image.width // 6
            card, white, above = to_linear(image).pixels[8, step :: 2 * step, 1]
            assert card == pytest.approx(grey, abs=0.005)
            assert 0.5 < white < above <= 1.0

    def test_linear_light_is_light(self, tmp_path: Path) -> None:
        image = decode(write(tmp_path / "a.png", RAMP, cicp(LINEAR)))
        assert np.abs(to_linear(image).pixels - RAMP / 255).max() < 0.001

    def test_come_before_a_profile_where_no_profile_could_say_it(self, tmp_path: Path) -> None:
        both = write(tmp_path / "a.png", RAMP, cicp(PQ), iccp(P3_ICC))
        alone = write(tmp_path / "b.png", RAMP, cicp(PQ))
        assert np.array_equal(decode(both).pixels, decode(alone).pixels)
        assert decode(write(tmp_path / "c.png", RAMP, cicp((1, 13)), iccp(P3_ICC))).space == (
            "display-p3"
        )

    @pytest.mark.parametrize(
        "chunk",
        [cicp(PQ, matrix=9), cicp(PQ, full=7), (b"cICP", b"\x09\x10"), (b"cICP", b"")],
    )
    def test_that_make_no_sense_are_passed_over(
        self, tmp_path: Path, chunk: tuple[bytes, bytes]
    ) -> None:
        image = decode(write(tmp_path / "a.png", RAMP, chunk))
        assert (image.space, image.pixels.dtype) == ("srgb", np.uint8)


class TestRangeOfVideo:
    """Black is 16 and white 235 of 255 there (H.273, 8.3)."""

    def narrow(self, codes: Any, *, deep: bool) -> Any:
        step = 256 if deep else 1
        return np.round((codes / 255 * 219 + 16) * step).astype(np.uint16 if deep else np.uint8)

    @depths
    @pytest.mark.parametrize("grey", [False, True])
    def test_is_widened(self, tmp_path: Path, deep: bool, grey: bool) -> None:
        pixels = self.narrow(RAMP[..., 0] if grey else RAMP, deep=deep)
        # No profile can say it: one that stands beside it is passed over.
        path = write(tmp_path / "a.png", pixels, cicp(P3, full=0), iccp(ADOBE_ICC))
        for image in (decode(path), decode_proxy(path, 52)[1]):
            assert (image.space, image.pixels.dtype) == ("display-p3", np.uint16)
            assert np.abs(image.pixels / 257 - RAMP).max() < (0.01 if deep else 0.6)

    def test_beyond_it_is_cut(self, tmp_path: Path) -> None:
        pixels = np.array([[[0, 255, 16]]], np.uint8)
        image = decode(write(tmp_path / "a.png", pixels, cicp(P3, full=0)))
        assert image.pixels.tolist() == [[[0, 65535, 0]]]

    @depths
    def test_alpha_has_the_full_range(self, tmp_path: Path, deep: bool) -> None:
        black = self.narrow(np.zeros((1, 3, 3)), deep=deep)
        alpha = np.array([0, 128, 255], black.dtype) * (257 if deep else 1)
        pixels = np.concatenate([black, alpha[None, :, None].astype(black.dtype)], -1)
        found = decode(write(tmp_path / "a.png", pixels, cicp(P3, full=0))).pixels[0, :, 1] / 257
        assert found == pytest.approx([255, 127, 0], abs=0.6)

    def test_of_a_palette(self, tmp_path: Path) -> None:
        path = tmp_path / "a.png"
        Image.fromarray(self.narrow(RAMP, deep=False)).quantize(64).save(path)
        data = path.read_bytes()
        chunk = png(RAMP, cicp(P3, full=0))[33:49]
        path.write_bytes(data[:33] + chunk + data[33:])
        assert np.abs(decode(path).pixels / 257 - RAMP).max() < 2


class TestDeepAvif:
    def test_lies_over_white_where_it_is_transparent(self, tmp_path: Path) -> None:
        pixels = np.full((16, 16, 4), 0.2)
        pixels[:, :8, 3], pixels[:, 8:, 3] = 0, 1
        found = decode(write_avif(tmp_path / "a.avif", pixels, (1, 13), 10)).pixels / 65535
        assert found[:, 2].min() == pytest.approx(1, abs=0.01)
        assert found[:, 12] == pytest.approx(0.2, abs=0.01)

    def test_may_be_grey(self, tmp_path: Path) -> None:
        path = tmp_path / "a.avif"
        codes = np.full((16, 16), 300, np.uint16)
        path.write_bytes(imagecodecs.avif_encode(codes, level=100, bitspersample=10))
        assert decode(path).pixels == pytest.approx(300 / 1023 * 65535, abs=70)

    def test_cut_off_is_refused(self, tmp_path: Path) -> None:
        path = write_avif(tmp_path / "a.avif", scene() / 255, PQ, 10)
        path.write_bytes(path.read_bytes()[:-2000])
        with pytest.raises(UnreadablePhoto):
            decode(path)


class TestDamaged:
    def test_profiles_are_no_news(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        path = write(tmp_path / "a.png", RAMP, (b"iCCP", b"icc\0\0no zlib"), deep=True)
        assert np.array_equal(decode(path).pixels, RAMP.astype(int) * 257)
        assert capfd.readouterr().err == ""  # libpng would print what it thinks of them


class TestGamma:
    @depths
    @pytest.mark.parametrize("grey", [False, True])
    @pytest.mark.parametrize("value", [100_000, 55_556])
    def test_is_followed(self, tmp_path: Path, deep: bool, grey: bool, value: int) -> None:
        pixels = RAMP[..., 0] if grey else RAMP
        image = decode(write(tmp_path / "a.png", pixels, gama(value), deep=deep))
        light = to_linear(image).pixels[..., 1]
        assert np.abs(light - (RAMP[..., 1] / 255) ** (100_000 / value)).max() < 0.002

    def test_with_primaries_is_the_space_that_they_make(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.png", RAMP, gama(45_455), chrm(ADOBE_PLACES))
        assert decode(path).space == "adobe-rgb"
        profile = write(tmp_path / "b.png", scene(), iccp(icc_profile("", ADOBE_COLORANTS, 1.8)))
        chunks = write(tmp_path / "c.png", scene(), gama(55_556), chrm(ADOBE_PLACES))
        found, expected = (to_linear(decode(p)).pixels for p in (chunks, profile))
        assert np.abs(found - expected).max() < 0.003

    @pytest.mark.parametrize(
        "chunks",
        [
            [gama(45_455)],
            [gama(45_455), chrm(SRGB_PLACES)],
            [chrm(SRGB_PLACES)],
            [(b"sRGB", b"\0"), gama(100_000)],
            [gama(0)],
            [gama(1)],
            [gama(4_000_000_000)],
            [gama(45_455), chrm((0.3,) * 8)],
            [gama(45_455), chrm((0,) * 8)],
        ],
    )
    def test_of_srgb_or_of_nothing_real_keeps_the_pixels(
        self, tmp_path: Path, chunks: list[tuple[bytes, bytes]]
    ) -> None:
        image = decode(write(tmp_path / "a.png", RAMP, *chunks))
        assert image.space == "srgb"
        assert np.array_equal(image.pixels, RAMP)

    def test_a_profile_comes_before_it(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.png", RAMP, iccp(P3_ICC), gama(100_000))
        assert decode(path).space == "display-p3"
