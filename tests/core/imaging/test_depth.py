"""Pictures with more than 8 bits a channel, and light as floats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
import pillow_heif
import pytest
import tifffile
from PIL import Image

from model_core.imaging.colour import encode_transfer
from model_core.imaging.decode import decode, decode_proxy, to_linear
from tests.core.imaging.profiles import deep_png
from tests.core.imaging.refusals import Reader, assert_refused, readers
from tests.core.pictures import (
    ADOBE_COLORANTS,
    P3_COLORANTS,
    UPRIGHT,
    corners_of,
    exif,
    icc_profile,
    quarters,
    scene,
)

Deep = npt.NDArray[np.uint16]


def deep_scene(height: int = 60, width: int = 90) -> Deep:
    """Every value has low bits that 8 bits would lose."""
    noise = np.random.default_rng(1).integers(0, 256, (height, width, 3))
    return (scene(2, height, width).astype(np.uint16) * 256 + noise).astype(np.uint16)


def write(path: Path, pixels: Any, icc: bytes = b"", tags: bytes = b"", **options: Any) -> Path:
    """A deep PNG or TIFF by its suffix."""
    if path.suffix == ".png":
        path.write_bytes(deep_png(pixels, icc, tags))
        return path
    kind = "rgb" if pixels.ndim == 3 and pixels.shape[-1] >= 3 else "minisblack"
    tifffile.imwrite(path, pixels, **{"photometric": kind, "iccprofile": icc or None} | options)
    return path


class TestSixteenBits:
    @pytest.mark.parametrize("suffix", ["png", "tif"])
    @pytest.mark.parametrize(
        ("space", "icc"),
        [
            ("srgb", b""),
            ("display-p3", icc_profile("Display P3", P3_COLORANTS, None)),
            ("adobe-rgb", icc_profile("Adobe RGB (1998)", ADOBE_COLORANTS, 563 / 256)),
        ],
    )
    def test_every_bit_of_a_known_space_is_kept(
        self, tmp_path: Path, suffix: str, space: str, icc: bytes
    ) -> None:
        image = decode(write(tmp_path / f"a.{suffix}", deep_scene(), icc))
        assert (image.space, image.pixels.dtype) == (space, np.uint16)
        assert np.array_equal(image.pixels, deep_scene())

    @pytest.mark.parametrize(
        "options",
        [
            {"compression": "lzw", "predictor": True},
            {"compression": "deflate", "tile": (16, 32)},
            {"compression": "zstd", "rowsperstrip": 7},
            {"byteorder": ">"},
            {"bigtiff": True},
        ],
    )
    def test_however_the_tiff_is_stored(self, tmp_path: Path, options: dict[str, Any]) -> None:
        path = write(tmp_path / "a.tif", deep_scene(), **options)
        assert np.array_equal(decode(path).pixels, deep_scene())

    def test_a_tiff_with_its_channels_apart(self, tmp_path: Path) -> None:
        path, planes = tmp_path / "a.tif", np.moveaxis(deep_scene(), -1, 0)
        tifffile.imwrite(path, planes, photometric="rgb", planarconfig="separate")
        assert np.array_equal(decode(path).pixels, deep_scene())

    @pytest.mark.parametrize("suffix", ["png", "tif"])
    def test_grey_is_three_equal_channels(self, tmp_path: Path, suffix: str) -> None:
        ramp = np.linspace(0, 65535, 512).astype(np.uint16)[None].repeat(4, 0)
        found = decode(write(tmp_path / f"a.{suffix}", ramp)).pixels
        assert np.array_equal(found, np.repeat(ramp[..., None], 3, axis=2))

    def test_grey_may_count_from_white(self, tmp_path: Path) -> None:
        ramp = np.linspace(0, 65535, 512).astype(np.uint16)[None].repeat(4, 0)
        path = write(tmp_path / "a.tif", ramp, photometric="miniswhite")
        assert np.array_equal(decode(path).pixels[..., 1], 65535 - ramp)

    def test_dark_stays_dark(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.png", np.full((4, 4), 200, np.uint16))  # of 65,535
        assert decode(path).pixels.max() == 200

    def test_thirty_two_bit_integers_keep_their_upper_half(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.tif", deep_scene().astype(np.uint32) * 65537)
        assert np.array_equal(decode(path).pixels, deep_scene())

    @pytest.mark.parametrize("grey", [False, True])
    @pytest.mark.parametrize("suffix", ["png", "tif", "associated"])
    def test_transparency_lies_over_white(self, tmp_path: Path, suffix: str, grey: bool) -> None:
        alpha = np.array([[0, 32768, 65535]], np.uint16)
        colour = np.full((1, 3, 1 if grey else 3), 20000, np.uint16)
        if suffix == "associated":
            colour = (colour * (alpha[..., None] / 65535)).astype(np.uint16)
        pixels = np.concatenate([colour, alpha[..., None]], -1)
        kind = {"extrasamples": "assocalpha" if suffix == "associated" else "unassalpha"}
        path = tmp_path / ("a.png" if suffix == "png" else "a.tif")
        write(path, pixels, **({} if suffix == "png" else kind))
        found = decode(path).pixels[0, :, 1].astype(int)
        assert np.abs(found - [65535, (20000 + 65535) // 2, 20000]).max() <= 2

    @pytest.mark.parametrize("suffix", ["png", "tif"])
    @pytest.mark.parametrize("orientation", UPRIGHT)
    def test_orientation_is_applied_once(
        self, tmp_path: Path, suffix: str, orientation: int
    ) -> None:
        pixels = quarters(48, 64).astype(np.uint16) * 257
        path = tmp_path / f"a.{suffix}"
        if suffix == "png":
            write(path, pixels, tags=exif(orientation=orientation).tobytes())
        else:
            write(path, pixels, extratags=[(274, "H", 1, orientation, True)])
        size = (64, 48) if orientation < 5 else (48, 64)
        image, (photo, proxy) = decode(path), decode_proxy(path, 32)
        assert (image.width, image.height) == (photo.width, photo.height) == size
        assert (proxy.width, proxy.height) == (size[0] // 2, size[1] // 2)
        for found in (image, proxy):
            assert corners_of(found.pixels // 257) == UPRIGHT[orientation]

    @pytest.mark.parametrize("suffix", ["png", "tif"])
    def test_a_proxy_has_sixteen_bits_too(self, tmp_path: Path, suffix: str) -> None:
        path = write(tmp_path / f"a.{suffix}", deep_scene(240, 360))
        photo, proxy = decode_proxy(path, 90)
        assert (photo.width, photo.height) == (360, 240)
        assert (proxy.pixels.dtype, proxy.width, proxy.height) == (np.uint16, 90, 60)
        assert proxy.pixels.mean() == pytest.approx(deep_scene(240, 360).mean(), rel=0.01)

    @pytest.mark.parametrize("bits", [9, 12, 14])
    def test_bits_between_fill_the_range(self, tmp_path: Path, bits: int) -> None:
        top = 2**bits - 1
        values = np.array([[0, top // 2, top]], np.uint16)
        packed = "".join(f"{v:0{bits}b}" for v in values[0]).ljust(64, "0")
        data = bytes(int(packed[i : i + 8], 2) for i in range(0, 64, 8))
        path = tmp_path / "a.tif"
        tifffile.imwrite(path, iter([data]), shape=(1, 3), dtype="u2", bitspersample=bits,
                         photometric="minisblack", compression="none")  # fmt: skip
        found = decode(path).pixels[0, :, 0].astype(int)
        assert np.abs(found - [0, top // 2 * 65535 // top, 65535]).max() <= 1

    def test_lab_is_what_it_names(self, tmp_path: Path) -> None:
        # CIELAB (D50) of white, middle grey, and of sRGB's red and blue.
        lab = np.array(
            [[(100, 0, 0), (53.39, 0, 0), (54.29, 80.81, 69.89), (29.57, 68.3, -112.03)]]
        )
        expected = np.array([(1, 1, 1), (0.2140,) * 3, (1, 0, 0), (0, 0, 1)])
        to_rec2020 = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
        eight = np.stack([lab[..., 0] * 2.55, lab[..., 1], lab[..., 2]], -1).round()
        sixteen = np.stack([lab[..., 0] * 655.35, lab[..., 1] * 256, lab[..., 2] * 256], -1)
        for stored in (eight.astype(int).astype(np.uint8), sixteen.astype(int).astype(np.uint16)):
            path = tmp_path / "a.tif"
            tifffile.imwrite(path, stored, photometric="cielab")
            light = to_linear(decode(path)).pixels[0]
            assert np.abs(light - expected @ np.array(to_rec2020).T).max() < 0.02


class TestJpeg2000:
    @pytest.mark.parametrize("channels", [1, 3, 4])
    @pytest.mark.parametrize("bits", [10, 16])
    def test_keeps_its_depth(self, tmp_path: Path, bits: int, channels: int) -> None:
        # Pillow makes 8 bits of three channels, and black of their white.
        shape = (16, 64) if channels == 1 else (16, 64, channels)
        ramp = np.linspace(0, 2**bits - 1, 64).round().astype(np.uint16)
        pixels = np.broadcast_to(ramp.reshape(1, 64, *(1,) * (len(shape) - 2)), shape).copy()
        if channels == 4:
            pixels[..., 3] = 2**bits - 1
        data = imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="jp2", bitspersample=bits)
        (tmp_path / "a.jp2").write_bytes(data)
        image = decode(tmp_path / "a.jp2")
        assert image.pixels.dtype == np.uint16
        assert np.abs(image.pixels[3, :, 1] - ramp * (65535 / (2**bits - 1))).max() <= 1
        assert decode_proxy(tmp_path / "a.jp2", 32)[1].pixels.dtype == np.uint16

    def test_its_profile_counts(self, tmp_path: Path) -> None:
        icc = icc_profile("Display P3", P3_COLORANTS, None)
        Image.fromarray(scene()).save(tmp_path / "a.jp2")
        data = (tmp_path / "a.jp2").read_bytes()
        header, colour = data.index(b"jp2h") - 4, data.index(b"colr") - 4
        end = header + int.from_bytes(data[header : header + 4], "big")
        box = (len(icc) + 11).to_bytes(4, "big") + b"colr\2\0\0" + icc
        inside = data[header + 4 : colour] + box
        (tmp_path / "a.jp2").write_bytes(
            data[:header] + (len(inside) + 4).to_bytes(4, "big") + inside + data[end:]
        )
        assert decode(tmp_path / "a.jp2").space == "display-p3"


class TestHeif:
    def write(self, path: Path, pixels: Any, primaries: int, transfer: int) -> Path:
        """A 10-bit HEIC of 16-bit code values."""
        height, width = pixels.shape[:2]
        data = pixels.astype(np.uint16).tobytes()
        file = pillow_heif.from_bytes(mode="RGB;16", size=(width, height), data=data)
        file.save(path, quality=-1, chroma=444, color_primaries=primaries,
                  transfer_characteristics=transfer, matrix_coefficients=0,
                  full_range_flag=1)  # fmt: skip
        return path

    @pytest.mark.parametrize(
        ("primaries", "space"), [(1, "srgb"), (12, "display-p3"), (9, "rec2020"), (2, "srgb")]
    )
    def test_ten_bits_of_a_named_space_are_kept(
        self, tmp_path: Path, primaries: int, space: str
    ) -> None:
        ramp = (np.arange(64) * 16 + 5)[None, :, None] * 64 * np.ones((64, 1, 3))
        image = decode(self.write(tmp_path / "a.heic", ramp, primaries, 13))
        assert (image.space, image.pixels.dtype) == (space, np.uint16)
        assert np.abs(image.pixels.astype(int) - ramp).max() <= 128  # 2 of 1,023

    @pytest.mark.parametrize(
        ("transfer", "codes", "grey"),
        [
            # BT.2408, table 1: grey card (26 of 203 cd/m2 in PQ, 18 % of the scene's light in
            # HLG), diffuse white; and far above it.
            (16, (0.38, 0.58, 0.75), 0.128),
            (18, (0.38, 0.75, 0.95), 0.18),
        ],
    )
    def test_light_of_a_screen_is_brought_to_white(
        self, tmp_path: Path, transfer: int, codes: tuple[float, ...], grey: float
    ) -> None:
        pixels = np.repeat(np.array(codes) * 65535, 32)[None, :, None] * np.ones((32, 1, 3))
        path = self.write(tmp_path / "a.heic", pixels, 9, transfer)
        for image in (decode(path), decode_proxy(path, 48)[1]):
            assert (image.space, image.pixels.dtype) == ("rec2020", np.uint16)
            step = image.width // 6
            card, white, above = to_linear(image).pixels[8, step :: 2 * step, 1]
            assert card == pytest.approx(grey, abs=0.005)
            assert 0.5 < white < above <= 1.0


class TestFloats:
    def light(self, tmp_path: Path, pixels: Any, **options: Any) -> Any:
        image = decode(write(tmp_path / "a.tif", pixels, **options))
        assert (image.space, image.pixels.dtype) == ("rec2020", np.uint16)
        return to_linear(image).pixels

    @pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
    def test_without_a_profile_they_are_linear_light(self, tmp_path: Path, dtype: Any) -> None:
        ramp = np.linspace(0, 1, 64, dtype=dtype)[None, :, None].repeat(3, 2)
        light = self.light(tmp_path, ramp)
        assert np.abs(light - ramp.astype(np.float64)).max() < 0.001

    def test_with_a_profile_they_are_its_codes(self, tmp_path: Path) -> None:
        ramp = np.linspace(0, 1, 64, dtype=np.float32)[None, :, None].repeat(3, 2)
        light = self.light(tmp_path, ramp, icc=icc_profile("gamma 2", ADOBE_COLORANTS, 2.0))
        assert np.abs(light - ramp**2).max() < 0.001

    def test_light_over_white_is_rolled_off_not_cut(self, tmp_path: Path) -> None:
        ramp = np.linspace(0, 4, 401, dtype=np.float32)[None, :, None].repeat(3, 2)
        ramp = np.concatenate([np.full((9, 401, 3), 0.18, np.float32), ramp])
        light = self.light(tmp_path, ramp)
        assert light[:9] == pytest.approx(0.18, abs=0.001)  # the middle stays
        last = light[9, :, 1]
        assert (np.diff(last[:-4]) > 0).all()  # but for the brightest thousandth of the picture
        assert last[-1] == pytest.approx(1, abs=0.001)

    @pytest.mark.parametrize("icc", [b"", icc_profile("linear", ADOBE_COLORANTS, 1.0)])
    @pytest.mark.parametrize("hot", [40.0, 1e6, np.inf])
    def test_a_few_hot_pixels_do_not_darken_the_rest(
        self, tmp_path: Path, hot: float, icc: bytes
    ) -> None:
        pixels = np.linspace(0, 1, 120, dtype=np.float32)[None, :, None].repeat(60, 0).repeat(3, 2)
        pixels[[3, 40], [5, 77]] = hot
        light = self.light(tmp_path, pixels, icc=icc)
        assert np.abs(light[20] - pixels[20]).max() < 0.001
        assert light[3, 5] == pytest.approx(1, abs=0.001)

    def test_nor_where_the_numbers_are_scaled(self, tmp_path: Path) -> None:
        ramp = np.linspace(0, 255, 120, dtype=np.float32)[None].repeat(60, 0)
        ramp[3, 5] = 1e6
        assert np.abs(self.light(tmp_path, ramp)[20, :, 1] - ramp[20] / 255).max() < 0.001

    def test_lab_may_be_floats(self, tmp_path: Path) -> None:
        lab = np.array([[(100, 0, 0), (53.39, 0, 0), (0, 0, 0)]], np.float32)
        light = self.light(tmp_path, lab, photometric="cielab")
        assert light[0, :, 1] == pytest.approx([1, 0.214, 0], abs=0.002)

    @pytest.mark.parametrize("top", [255.0, 65535.0, 3.5])
    def test_numbers_that_cannot_be_light_are_scaled(self, tmp_path: Path, top: float) -> None:
        ramp = np.linspace(0, top, 64, dtype=np.float32)[None].repeat(4, 0)
        ramp[0, :3] = np.nan, np.inf, -1
        light = self.light(tmp_path, ramp)
        assert light[0, [0, 2]].max() == 0
        assert light[0, 1].min() == pytest.approx(1, abs=0.001)
        assert np.abs(light[1, :, 0] - ramp[1] / top).max() < 0.001

    def test_transparency_lies_over_white(self, tmp_path: Path) -> None:
        pixels = np.array([[[0.2, 0.2, 0.2, 0], [0.2, 0.2, 0.2, 1]]], np.float32)
        light = self.light(tmp_path, pixels, extrasamples="unassalpha")
        assert light[0, :, 1] == pytest.approx([1, 0.2], abs=0.001)

    def test_a_proxy_shows_the_same_light(self, tmp_path: Path) -> None:
        pixels = np.full((80, 120, 3), 0.3, np.float32)
        proxy = decode_proxy(write(tmp_path / "a.tif", pixels), 60)[1]
        assert proxy.pixels[..., 0] == pytest.approx(
            encode_transfer(np.float64(0.3)) * 65535, abs=2
        )


class TestRefusals:
    @readers
    @pytest.mark.parametrize("suffix", ["png", "tif"])
    @pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
    def test_a_file_cut_off_anywhere(
        self, tmp_path: Path, read: Reader, suffix: str, share: float
    ) -> None:
        path = write(tmp_path / f"a.{suffix}", deep_scene())
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        assert_refused(read, path)

    @readers
    @pytest.mark.parametrize("compression", ["lzw", "deflate"])
    def test_a_compressed_tiff_with_a_hole(
        self, tmp_path: Path, read: Reader, compression: str
    ) -> None:
        path = write(tmp_path / "a.tif", deep_scene(), compression=compression)
        data = bytearray(path.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 50] = b"\xff" * 50
        path.write_bytes(data)
        assert_refused(read, path)

    @readers
    @pytest.mark.parametrize("suffix", ["png", "tif"])
    def test_the_limit_holds(self, tmp_path: Path, read: Reader, suffix: str) -> None:
        path = write(tmp_path / f"a.{suffix}", deep_scene())
        assert_refused(read, path, "90 x 60", max_pixels=5000)

    @readers
    def test_a_tiff_of_many_channels(self, tmp_path: Path, read: Reader) -> None:
        path = tmp_path / "a.tif"
        many = np.zeros((4, 4, 60), np.uint16)
        tifffile.imwrite(path, many, photometric="minisblack", planarconfig="contig")
        assert_refused(read, path, "channels")

    def test_a_tag_that_nobody_needs_is_no_news(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = tmp_path / "a.tif"
        tifffile.imwrite(path, deep_scene(), photometric="rgb",
                         extratags=[(42112, "s", 0, "x" * 50, True)])  # fmt: skip
        data = bytearray(path.read_bytes())
        at = data.index((42112).to_bytes(2, "little")) + 8
        data[at : at + 4] = b"\xff\xff\xff\x7f"  # far behind the end
        path.write_bytes(data)
        assert np.array_equal(decode(path).pixels, deep_scene())
        assert not caplog.records

    def test_an_eight_bit_tiff_stays_with_eight(self, tmp_path: Path) -> None:
        Image.fromarray(scene()).save(tmp_path / "a.tif")
        assert decode(tmp_path / "a.tif").pixels.dtype == np.uint8
