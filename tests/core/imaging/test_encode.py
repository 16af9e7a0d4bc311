from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model_core.domain.errors import CannotWrite
from model_core.domain.export import FORMATS, ExportOptions, format_of
from model_core.imaging.encode import encode
from tests.core.imaging.written import PILLOW_NAMES, deep_png, written
from tests.core.pictures import scene, write_scene

pillow_heif.register_heif_opener()

formats = pytest.mark.parametrize("name", FORMATS)
deep_formats = pytest.mark.parametrize("name", [n for n, f in FORMATS.items() if 16 in f.depths])
PIXELS = scene(height=48, width=72)
DEEP = (PIXELS.astype(np.uint16) << 8) + np.arange(72, dtype=np.uint16)[None, :, None] * 3


class TestPixels:
    @formats
    def test_are_those_given_in_the_format_asked_for(self, tmp_path: Path, name: str) -> None:
        image = written(tmp_path / "gone.jpg", PIXELS, format=name, quality=95)
        assert image.format == PILLOW_NAMES[name]
        assert image.mode == "RGB"
        gap = np.abs(np.asarray(image).astype(int) - PIXELS)
        assert gap.max() <= (40 if FORMATS[name].lossy else 0)
        assert gap.mean() <= (4 if FORMATS[name].lossy else 0)

    @deep_formats
    @pytest.mark.parametrize("shape", [(48, 72), (1, 1), (700, 300)])
    def test_of_16_bits_are_exact(self, tmp_path: Path, name: str, shape: tuple[int, int]) -> None:
        rng = np.random.default_rng(1)
        pixels = rng.integers(0, 65536, (*shape, 3), dtype=np.uint16)
        if name == "png":
            pixels = pixels[:48, :72]
        data = encode(pixels, tmp_path / "a.jpg", ExportOptions(name, depth=16))
        found = deep_png(data) if name == "png" else tifffile.imread(io.BytesIO(data))
        assert found.dtype == np.uint16
        assert np.array_equal(found, pixels)

    @formats
    @pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (7, 5)])
    def test_may_have_any_shape(self, tmp_path: Path, name: str, shape: tuple[int, int]) -> None:
        image = written(tmp_path / "a.jpg", scene(height=shape[0], width=shape[1]), format=name)
        assert image.size == shape[::-1]

    @pytest.mark.parametrize("name", [n for n, f in FORMATS.items() if f.lossy])
    def test_quality_costs_bytes_and_buys_likeness(self, tmp_path: Path, name: str) -> None:
        found = [
            encode(PIXELS, tmp_path / "a.jpg", ExportOptions(name, quality=q))
            for q in (20, 70, 100)
        ]
        assert len(found[0]) < len(found[1]) < len(found[2])
        gaps = [np.abs(np.asarray(Image.open(io.BytesIO(d))).astype(int) - PIXELS).mean() for d in
                found]  # fmt: skip
        assert gaps[0] > gaps[1] > gaps[2]

    @pytest.mark.parametrize(("name", "most"), [("avif", 10), ("webp", 0)])
    def test_keep_all_of_their_colours_at_full_quality(
        self, tmp_path: Path, name: str, most: int
    ) -> None:
        edges = np.full((64, 64, 3), (200, 30, 30), np.uint8)
        edges[:, ::2] = (30, 30, 200)
        image = written(tmp_path / "gone.jpg", edges, format=name, quality=100)
        assert np.abs(np.asarray(image).astype(int) - edges).max() <= most

    @pytest.mark.parametrize(("quality", "subsampling"), [(95, "444"), (80, "420")])
    def test_of_a_large_jpeg_are_those_of_one_coded_in_one_piece(
        self, tmp_path: Path, quality: int, subsampling: str
    ) -> None:
        noise = np.random.default_rng(0).integers(0, 40, (2603, 1301, 3), np.uint8)
        large = np.resize(scene(height=300, width=1301), noise.shape) // 2 + noise
        options = ExportOptions(format="jpeg", quality=quality)
        files = {encode(large, tmp_path / "gone.jpg", options, threads=n) for n in (1, 2)}
        assert len(files) == 1
        alone = imagecodecs.jpeg8_encode(large, level=quality, subsampling=subsampling)
        with Image.open(io.BytesIO(files.pop())) as found, Image.open(io.BytesIO(alone)) as wanted:
            assert found.tobytes() == wanted.tobytes()

    def test_the_same_photo_gives_the_same_bytes(self, tmp_path: Path) -> None:
        path = write_scene(tmp_path / "a.jpg")
        for name in FORMATS:
            assert encode(PIXELS, path, ExportOptions(name)) == encode(
                PIXELS, path, ExportOptions(name)
            )

    def test_a_format_that_cannot_hold_the_size_says_so(self, tmp_path: Path) -> None:
        pixels = np.zeros((1, 16_384, 3), np.uint8)
        with pytest.raises(CannotWrite, match=r"WebP holds at most 16383 .* not 16384"):
            encode(pixels, tmp_path / "a.jpg", ExportOptions("webp"))
        assert written(tmp_path / "a.jpg", pixels, format="webp", long_side=16_383).size[0] == 16383

    @pytest.mark.parametrize(
        ("height", "width", "message"),
        [
            (1, 32_769, "AVIF holds at most 32768 pixels a side, not 32769; choose a smaller size"),
            (17_000, 16_000, "AVIF holds at most 268 megapixels, not 272; choose a smaller size"),
        ],
    )
    def test_what_no_reader_would_open_is_not_written(
        self, tmp_path: Path, height: int, width: int, message: str
    ) -> None:
        pixels = np.broadcast_to(np.uint8(90), (height, width, 3))
        with pytest.raises(CannotWrite, match=message):
            encode(pixels, tmp_path / "a.jpg", ExportOptions("avif"))

    def test_the_longest_avif_is_read_again(self, tmp_path: Path) -> None:
        pixels = np.full((8, 32_768, 3), 90, np.uint8)
        assert written(tmp_path / "a.jpg", pixels, format="avif").size == (32_768, 8)


class TestSize:
    @formats
    @pytest.mark.parametrize("side", [1, 20, 71, 72])
    def test_the_long_side_is_exact(self, tmp_path: Path, name: str, side: int) -> None:
        for pixels in (PIXELS, np.ascontiguousarray(PIXELS.transpose(1, 0, 2))):
            image = written(tmp_path / "a.jpg", pixels, format=name, long_side=side)
            assert max(image.size) == side
            assert min(image.size) == max(1, round(side * 48 / 72))

    def test_is_never_enlarged_unless_asked(self, tmp_path: Path) -> None:
        assert written(tmp_path / "a.jpg", PIXELS, long_side=500).size == (72, 48)
        assert written(tmp_path / "a.jpg", PIXELS, long_side=500, enlarge=True).size == (500, 333)

    @given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 9000), st.booleans())
    def test_a_long_side_keeps_the_shape(
        self, width: int, height: int, side: int, enlarge: bool
    ) -> None:
        found = ExportOptions(long_side=side, enlarge=enlarge).size(width, height)
        if side >= max(width, height) and not enlarge:
            assert found == (width, height)
            return
        assert max(found) == side
        assert min(found) >= 1
        assert abs(min(found) - min(width, height) * side / max(width, height)) <= 1

    @given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 9000))
    def test_a_box_is_filled_and_not_left(
        self, width: int, height: int, box_w: int, box_h: int
    ) -> None:
        found = ExportOptions(fit=(box_w, box_h), enlarge=True).size(width, height)
        assert found[0] <= box_w
        assert found[1] <= box_h
        assert found[0] == box_w or found[1] == box_h

    @given(st.integers(100, 9000), st.integers(100, 9000), st.floats(0.01, 200))
    def test_megapixels_are_met(self, width: int, height: int, megapixels: float) -> None:
        w, h = ExportOptions(megapixels=megapixels, enlarge=True).size(width, height)
        assert abs(w * h / 1e6 - megapixels) <= (w + h + 1) / 1e6
        assert ExportOptions(megapixels=1e3).size(width, height) == (width, height)


class TestOptions:
    @pytest.mark.parametrize(
        "options",
        [
            {"format": "gif"},
            {"format": "JPEG"},
            {"quality": 0},
            {"quality": 101},
            {"long_side": 0},
            {"long_side": -5},
            {"fit": (0, 100)},
            {"megapixels": 0.0},
            {"megapixels": float("nan")},
            {"depth": 12},
            {"profile": "rec2020"},
            {"sharpen": "extreme"},
            {"sharpen_for": "wall"},
            {"metadata": "some"},
        ],
    )
    def test_that_make_no_sense_are_refused(self, options: dict[str, Any]) -> None:
        with pytest.raises(CannotWrite) as caught:
            ExportOptions(**options)
        value = next(iter(options.values()))
        assert str(value[0] if isinstance(value, tuple) else value) in str(caught.value)

    def test_sixteen_bits_name_the_formats_that_have_them(self) -> None:
        with pytest.raises(CannotWrite, match=r"JPEG cannot hold 16 bits .* PNG and TIFF can"):
            ExportOptions("jpeg", depth=16)

    def test_one_size_is_enough(self) -> None:
        with pytest.raises(CannotWrite, match="not several"):
            ExportOptions(long_side=100, fit=(100, 100))

    def test_wide_colour_at_8_bits_is_advised_against(self) -> None:
        assert "16 bits" in ExportOptions(profile="prophoto").advice
        assert not ExportOptions("tiff", profile="prophoto", depth=16).advice
        assert not ExportOptions(profile="display-p3").advice

    @pytest.mark.parametrize(
        ("file", "name"),
        [("a.jpg", "jpeg"), ("a.JPEG", "jpeg"), ("a.tif", "tiff"), ("a.TIFF", "tiff"),
         ("a.png", "png"), ("a.webp", "webp"), ("a.avif", "avif"), ("a.gif", None), ("a", None)],
    )  # fmt: skip
    def test_a_file_name_tells_the_format(self, file: str, name: str | None) -> None:
        assert format_of(Path(file)) == name
        if name is not None:
            assert format_of(Path("a" + ExportOptions(name).suffix)) == name
