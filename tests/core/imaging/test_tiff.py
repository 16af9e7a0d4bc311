"""TIFF files of unusual colour, packing and order, which other readers get wrong in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile

from model_core.imaging.decode import decode, decode_proxy
from tests.core.imaging.refusals import Reader, assert_refused, readers
from tests.core.pictures import UPRIGHT, corners_of, quarters

RAMP = np.linspace(0, 255, 64).astype(np.uint8)[None, :, None].repeat(8, 0).repeat(3, 2)


def of_video(rgb: Any) -> Any:
    """RGB as luma and chroma (BT.601) in the range of video."""
    r, g, b = np.moveaxis(rgb.astype(np.float64), -1, 0)
    luma = 0.299 * r + 0.587 * g + 0.114 * b
    chroma = [(c - luma) / d * 224 / 255 + 128 for c, d in ((b, 1.772), (r, 1.402))]
    return np.stack([luma * 219 / 255 + 16, *chroma], -1).round().astype(np.uint8)


def reference(*numbers: int) -> list[tuple[Any, ...]]:
    """The tag ReferenceBlackWhite."""
    return [(532, 5, 6, [n for v in numbers for n in (v, 1)], True)]


class TestColour:
    @pytest.mark.parametrize("compression", [None, "lzw"])
    def test_luma_and_chroma_in_the_range_of_video(
        self, tmp_path: Path, compression: str | None
    ) -> None:
        tifffile.imwrite(
            tmp_path / "a.tif", of_video(quarters()), photometric="ycbcr", subsampling=(1, 1),
            compression=compression, extratags=reference(16, 235, 128, 240, 128, 240),
        )  # fmt: skip
        found = decode(tmp_path / "a.tif").pixels
        assert np.abs(found.astype(int) - quarters()).max() <= 3

    @pytest.mark.parametrize("deep", [False, True])
    def test_rgb_that_does_not_use_the_whole_range(self, tmp_path: Path, deep: bool) -> None:
        step = 257 if deep else 1
        codes = np.round((RAMP / 255 * 219 + 16) * step).astype(np.uint16 if deep else np.uint8)
        tags = reference(*(16 * step, 235 * step) * 3)
        tifffile.imwrite(tmp_path / "a.tif", codes, photometric="rgb", extratags=tags)
        assert np.abs(decode(tmp_path / "a.tif").pixels / 257 - RAMP).max() < 0.6

    def test_a_palette_of_sixteen_bits(self, tmp_path: Path) -> None:
        table = np.random.default_rng(1).integers(0, 65536, (3, 65536), np.uint16)
        places = np.array([[0, 300, 65535]], np.uint16)
        tifffile.imwrite(tmp_path / "a.tif", places, photometric="palette", colormap=table)
        assert np.array_equal(decode(tmp_path / "a.tif").pixels[0], table[:, places[0]].T)

    @pytest.mark.parametrize("deep", [False, True])
    def test_lab_as_profiles_code_it(self, tmp_path: Path, deep: bool) -> None:
        lab = np.array([[(100, 0, 0), (54.29, 80.81, 69.89), (29.57, 68.3, -112.03)]])
        codes = (lab * (2.55, 1, 1) + (0, 128, 128)) * (257 if deep else 1)
        signed = (lab * (655.35, 256, 256)).astype(int).astype(np.uint16)
        kind = np.uint16 if deep else np.uint8
        tifffile.imwrite(tmp_path / "a.tif", codes.round().astype(kind), photometric="icclab")
        tifffile.imwrite(tmp_path / "b.tif", signed, photometric="cielab")
        found, expected = (decode(tmp_path / f"{n}.tif").pixels.astype(int) for n in "ab")
        assert np.abs(found - expected).max() < (20 if deep else 800)

    def test_cmyk_with_alpha(self, tmp_path: Path) -> None:
        inks = np.concatenate([255 - quarters(), np.zeros((40, 60, 2), np.uint8)], -1)
        tifffile.imwrite(tmp_path / "a.tif", inks, photometric="separated",
                         extrasamples=["unassalpha"])  # fmt: skip
        assert corners_of(decode(tmp_path / "a.tif").pixels // 257) == UPRIGHT[1]

    @readers
    def test_other_inks_are_refused(self, tmp_path: Path, read: Reader) -> None:
        tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4, 4), np.uint16),
                         photometric="separated", extratags=[(332, 3, 1, 2, True)])  # fmt: skip
        assert_refused(read, tmp_path / "a.tif", "inks other than CMYK")


class TestPacking:
    @pytest.mark.parametrize("grey", [False, True])
    def test_bytes_that_claim_a_sign_have_none(self, tmp_path: Path, grey: bool) -> None:
        # As in the file of Pillow's tests: half of its picture would be black.
        codes = (RAMP[..., 0] if grey else RAMP).view(np.int8)
        kind = "minisblack" if grey else "rgb"
        tifffile.imwrite(tmp_path / "a.tif", codes, photometric=kind)
        pixels = decode(tmp_path / "a.tif").pixels
        assert np.array_equal(pixels // (1 if pixels.dtype == np.uint8 else 257), RAMP)

    @pytest.mark.parametrize("compression", ["jpeg2000", "webp", "png"])
    def test_compressions_that_pillow_lacks(self, tmp_path: Path, compression: str) -> None:
        tifffile.imwrite(tmp_path / "a.tif", quarters(), photometric="rgb", compression=compression)
        assert corners_of(decode(tmp_path / "a.tif").pixels // 257) == UPRIGHT[1]

    @readers
    @pytest.mark.parametrize(
        ("compression", "coded"),
        [(34933, imagecodecs.png_encode), (50001, imagecodecs.webp_encode),
         (34712, imagecodecs.jpeg2k_encode)],
    )  # fmt: skip
    def test_a_part_that_is_larger_than_it_may_be_is_refused(
        self, tmp_path: Path, read: Reader, compression: int, coded: Any
    ) -> None:
        data = bytes(coded(np.zeros((300, 400, 3), np.uint8)))
        tifffile.imwrite(tmp_path / "a.tif", iter([data]), shape=(64, 64, 3), dtype=np.uint8,
                         photometric="rgb", compression=compression, rowsperstrip=64)  # fmt: skip
        assert_refused(read, tmp_path / "a.tif", "too large")

    @readers
    def test_a_compression_that_nobody_knows_is_refused(
        self, tmp_path: Path, read: Reader, caplog: pytest.LogCaptureFixture
    ) -> None:
        tifffile.imwrite(tmp_path / "a.tif", quarters().astype(np.uint16), photometric="rgb")
        with tifffile.TiffFile(tmp_path / "a.tif", mode="r+") as file:
            file.pages[0].tags[259].overwrite(50002)  # type: ignore[union-attr]
        assert_refused(read, tmp_path / "a.tif")
        assert not caplog.records


class TestSeveralPictures:
    @pytest.mark.parametrize("deep", [False, True])
    def test_a_small_copy_that_comes_first_is_not_the_photo(
        self, tmp_path: Path, deep: bool
    ) -> None:
        path = tmp_path / "a.tif"
        photo = quarters().astype(np.uint16) * 257 if deep else quarters()
        with tifffile.TiffWriter(path) as file:
            file.write(quarters()[::4, ::4], photometric="rgb", subfiletype=1)
            file.write(photo, photometric="rgb", subfiletype=0)
            file.write(255 - quarters(), photometric="rgb", subfiletype=0)
        image, (found, proxy) = decode(path), decode_proxy(path, 30)
        assert (image.width, image.height) == (found.width, found.height) == (60, 40)
        assert corners_of(image.pixels // 257) == corners_of(proxy.pixels // 257) == UPRIGHT[1]

    def test_of_equals_the_first(self, tmp_path: Path) -> None:
        with tifffile.TiffWriter(tmp_path / "a.tif") as file:
            file.write(quarters(), photometric="rgb")
            file.write(255 - quarters(), photometric="rgb")
        assert corners_of(decode(tmp_path / "a.tif").pixels) == UPRIGHT[1]
