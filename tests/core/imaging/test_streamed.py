"""Files written as their rows come: the same as of a whole picture, and sealed as they lie."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_core.domain.develop import DevelopSettings
from model_core.domain.export import ExportOptions
from model_core.domain.image import CodedImage
from model_core.exporting import export_photo
from model_core.imaging.decode import decode
from model_core.imaging.encode import encode, write_encoded
from model_core.imaging.output.seal import is_sealed, seal
from model_core.imaging.output.streamed import Rows
from model_core.imaging.render import EXPORT_GRID, render, render_bands
from tests.core.pictures import write_scene

GONE = Path("gone.jpg")
WARM = DevelopSettings.from_mapping({"exposure_ev": 0.4, "temperature": 20, "contrast": 15})
deep_formats = pytest.mark.parametrize("name", ["png", "tiff"])


def noise(height: int, width: int, dtype: Any = np.uint16) -> Any:
    some = np.random.default_rng(3).integers(0, np.iinfo(dtype).max, (height, width, 3), dtype)
    return some // 16 + np.arange(width, dtype=dtype)[None, :, None] % 32  # with detail to filter


def in_bands(pixels: Any, heights: list[int]) -> Iterator[Any]:
    top = 0
    while top < len(pixels):
        for height in heights:
            yield pixels[top : top + height]
            top += height


@deep_formats
@pytest.mark.parametrize("heights", [[97], [3, 1, 250]])
def test_bands_of_any_height_make_the_same_file(name: str, heights: list[int]) -> None:
    pixels = noise(400, 801)
    options = ExportOptions(format=name, depth=16)
    rows = Rows(801, 400, pixels.dtype, (b for b in in_bands(pixels, heights) if len(b)))
    file = io.BytesIO()
    write_encoded(rows, file, GONE, options, threads=1)
    assert file.getvalue() == encode(pixels, GONE, options, threads=3)


@deep_formats
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_many_strips_are_read_as_they_were(name: str, dtype: Any, tmp_path: Path) -> None:
    pixels = noise(500, 1201, dtype)
    path = tmp_path / f"copy.{name}"
    path.write_bytes(encode(pixels, GONE, ExportOptions(format=name, depth=8 * pixels.itemsize)))
    assert np.array_equal(decode(path).pixels, pixels)
    assert is_sealed(path)


def test_bands_have_the_codes_of_the_whole() -> None:
    tile = noise(70, 64, np.uint8)
    image = CodedImage(np.ascontiguousarray(np.tile(tile, (31, 32, 1))), "srgb")
    how: dict[str, Any] = {"space": "adobe-rgb", "grid": EXPORT_GRID, "depth": 16, "threads": 2}
    bands = list(render_bands(image, WARM, **how))
    assert len(bands) > 1
    assert np.array_equal(np.concatenate(bands), render(image, WARM, **how))


@deep_formats
@pytest.mark.parametrize("extra", [{}, {"sharpen": "high"}, {"long_side": 100}])
def test_an_export_is_the_photo_rendered_as_a_whole(
    name: str, extra: dict[str, Any], tmp_path: Path
) -> None:
    photo = write_scene(tmp_path / "photo.jpg")
    options = ExportOptions(format=name, depth=16, **extra)
    out = export_photo(photo, WARM, tmp_path / f"copy.{name}", options)
    whole = render(decode(photo), WARM, grid=EXPORT_GRID, depth=16)
    assert out.read_bytes() == encode(whole, photo, options)


@pytest.mark.parametrize("before", [0, (1 << 20) - 50, (1 << 20) - 20, (1 << 20) - 1, 1 << 21])
def test_a_seal_is_found_wherever_it_lies(before: int, tmp_path: Path) -> None:
    packet = b"<imgtune:Digest>" + b"0" * 32 + b"</imgtune:Digest>"
    file = io.BytesIO(b"x" * before + packet + b"y" * 1000)
    seal(file)
    path = tmp_path / "file"
    path.write_bytes(file.getvalue())
    assert is_sealed(path)
    path.write_bytes(file.getvalue()[:-1] + b"z")
    assert not is_sealed(path)
