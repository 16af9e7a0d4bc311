"""Deep pictures that are read some rows at a time."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.decode import decode, decode_proxy, stored_orientation
from model_core.imaging.gather import gathered
from model_core.imaging.shape import means, shrink


def noise(height: int, width: int, channels: int, seed: int = 0) -> Any:
    """16 bits with some structure, so that every filter of PNG is worth something."""
    rng = np.random.default_rng(seed)
    ramp = np.add.outer(np.arange(height) * 37, np.arange(width) * 11)[..., None] % 50_000
    return (ramp + rng.integers(0, 9000, (height, width, channels))).astype(np.uint16)


class TestPng:
    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_pixels_are_those_of_the_file_whole(self, tmp_path: Path, channels: int) -> None:
        pixels = noise(500, 700, channels)[..., : channels if channels > 1 else None]
        if channels == 4:
            pixels[..., 3] = 65535
        stored = pixels[..., 0] if channels == 1 else pixels
        (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(stored, level=1))
        found = decode(tmp_path / "a.png").pixels
        assert np.array_equal(found, np.broadcast_to(pixels[..., :3], (500, 700, 3)))

    def test_a_damaged_part_is_no_picture(self, tmp_path: Path) -> None:
        data = bytearray(imagecodecs.png_encode(noise(200, 200, 3), level=1))
        data[len(data) // 2] ^= 0xFF
        (tmp_path / "a.png").write_bytes(data)
        with pytest.raises(UnreadablePhoto, match="damaged or cut off"):
            decode(tmp_path / "a.png")

    @pytest.mark.parametrize("before", [True, False])
    @pytest.mark.parametrize("in_hex", [True, False])
    def test_exif_counts_wherever_it_stands(
        self, tmp_path: Path, before: bool, in_hex: bool
    ) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        block = exif.tobytes()
        kind, data = b"eXIf", block.removeprefix(b"Exif\0\0")
        if in_hex:  # as ImageMagick writes it
            kind = b"tEXt"
            data = b"Raw profile type exif\0\nexif\n%8d\n" % len(block) + block.hex().encode()
        chunk = struct.pack(">I", len(data)) + kind + data
        chunk += struct.pack(">I", zlib.crc32(kind + data))
        png = imagecodecs.png_encode(noise(8, 16, 3))
        at = 33 if before else len(png) - 12
        png = bytearray(png[:at] + chunk + png[at:])
        path = tmp_path / "a.png"
        path.write_bytes(png)
        assert stored_orientation(path) == 6
        assert decode(path).pixels.shape == (16, 8, 3)
        png[png.index(b"IDAT") + 20] ^= 0xFF  # pixels that nobody decodes for it
        path.write_bytes(png)
        assert stored_orientation(path) == 6


@pytest.mark.parametrize(
    "options",
    [
        None,
        {"compression": "deflate", "rowsperstrip": 7},
        {"compression": "deflate", "tile": (16, 32)},
        {"byteorder": ">"},
        {"planarconfig": "separate"},
    ],
)
def test_a_proxy_made_on_the_way_is_that_of_the_whole(
    tmp_path: Path, options: dict[str, Any] | None
) -> None:
    path = tmp_path / ("a.png" if options is None else "a.tif")
    pixels = noise(201, 333, 3)
    if options is None:
        path.write_bytes(imagecodecs.png_encode(pixels))
    else:
        stored = np.moveaxis(pixels, -1, 0) if "planarconfig" in options else pixels
        tifffile.imwrite(path, stored, photometric="rgb", **options)
    assert np.array_equal(decode(path).pixels, pixels)
    proxy = decode_proxy(path, 40)[1].pixels.astype(int)
    whole = shrink(pixels, 40).astype(int)
    assert proxy.shape == whole.shape
    assert np.abs(proxy - whole).mean() < 400  # of 65535: blocks at the edges weigh otherwise


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(1, 9), st.lists(st.integers(1, 12)),
)  # fmt: skip
def test_rows_may_come_in_any_number(
    height: int, width: int, long_side: int, counts: list[int]
) -> None:
    pixels = noise(height, width, 3, seed=height)
    edges = np.minimum(np.cumsum([0, *counts, height]), height)
    bands = [pixels[a:b] for a, b in pairwise(edges) if b > a]
    assert np.array_equal(gathered(bands, (width, height)), pixels)
    block = max(1, max(width, height) // (2 * long_side))
    expected = pixels if block == 1 else means(pixels, block)
    assert np.array_equal(gathered(bands, (width, height), long_side), expected)


def test_missing_rows_are_no_picture() -> None:
    with pytest.raises(ValueError, match="too soon"):
        gathered([noise(3, 4, 3)], (4, 5))
