from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from model_core.domain.errors import CannotWrite
from model_core.imaging.decode import decode, fit_size
from model_core.imaging.encode import FORMATS, ExportOptions, encode, refuse_original
from tests.core.pictures import exif, quarters, scene, write_scene

pillow_heif.register_heif_opener()

formats = pytest.mark.parametrize("name", FORMATS)
PIXELS = scene(height=48, width=72)


def written(original: Path, pixels: Any = PIXELS, **options: Any) -> Image.Image:
    image = Image.open(io.BytesIO(encode(pixels, original, ExportOptions(**options))))
    image.load()
    return image


class TestPixels:
    @formats
    def test_are_those_given_in_the_format_asked_for(self, tmp_path: Path, name: str) -> None:
        image = written(tmp_path / "gone.jpg", format=name, quality=95)
        assert image.format == FORMATS[name][1]
        assert image.mode == "RGB"
        gap = np.abs(np.asarray(image).astype(int) - PIXELS)
        assert gap.max() <= (0 if name != "jpeg" else 25)
        assert gap.mean() <= (0 if name != "jpeg" else 4)

    @formats
    @pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (7, 5)])
    def test_may_have_any_shape(self, tmp_path: Path, name: str, shape: tuple[int, int]) -> None:
        image = written(tmp_path / "a.jpg", scene(height=shape[0], width=shape[1]), format=name)
        assert image.size == shape[::-1]

    def test_quality_costs_bytes_and_buys_likeness(self, tmp_path: Path) -> None:
        found = [
            encode(PIXELS, tmp_path / "a.jpg", ExportOptions(quality=q)) for q in (30, 80, 100)
        ]
        assert len(found[0]) < len(found[1]) < len(found[2])
        gaps = [np.abs(np.asarray(Image.open(io.BytesIO(d))).astype(int) - PIXELS).mean() for d in
                found]  # fmt: skip
        assert gaps[0] > gaps[1] > gaps[2]

    @formats
    @pytest.mark.parametrize("side", [1, 20, 71, 72])
    def test_the_long_side_is_exact(self, tmp_path: Path, name: str, side: int) -> None:
        for pixels in (PIXELS, np.ascontiguousarray(PIXELS.transpose(1, 0, 2))):
            image = written(tmp_path / "a.jpg", pixels, format=name, long_side=side)
            assert max(image.size) == side
            assert min(image.size) == max(1, round(side * 48 / 72))

    def test_is_never_enlarged(self, tmp_path: Path) -> None:
        assert written(tmp_path / "a.jpg", long_side=5000).size == (72, 48)

    @given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 9000))
    def test_fitting_keeps_the_shape(self, width: int, height: int, side: int) -> None:
        fitted = fit_size(width, height, side)
        assert max(fitted) == side
        assert min(fitted) >= 1
        ideal = min(width, height) * side / max(width, height)
        assert abs(min(fitted) - ideal) <= 1


class TestMetadata:
    ORIGINALS = ("a.jpg", "a.png", "a.tif", "a.webp", "a.heic", "a.avif")

    def original(self, folder: Path, name: str, **tags: Any) -> Path:
        return write_scene(folder / name, exif=exif(**tags).tobytes())

    @formats
    @pytest.mark.parametrize("source", ORIGINALS)
    def test_exif_is_kept_and_the_orientation_reset(
        self, tmp_path: Path, name: str, source: str
    ) -> None:
        image = written(self.original(tmp_path, source, orientation=6), format=name)
        found = image.getexif()
        detail = found.get_ifd(0x8769)
        assert found.get(0x0112, 1) == 1
        assert (found[0x0110], detail[0x9003], detail[0x8827]) == (
            "Camera X", "2024:05:01 10:20:30", 400
        )  # fmt: skip
        assert found.get_ifd(0x8825)[2] == (1.0, 2.0, 3.0)
        assert np.asarray(image).shape == PIXELS.shape

    @formats
    def test_the_profile_is_srgb(self, tmp_path: Path, name: str) -> None:
        icc = written(tmp_path / "a.jpg", format=name).info["icc_profile"]
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        assert "srgb" in ImageCms.getProfileDescription(profile).lower()
        path = tmp_path / f"out{FORMATS[name][0]}"
        path.write_bytes(encode(PIXELS, tmp_path / "a.jpg", ExportOptions(name)))
        assert decode(path).space == "srgb"

    def test_stated_sizes_are_those_of_the_copy(self, tmp_path: Path) -> None:
        tags = exif()
        tags[0x0100], tags[0x0101] = 6000, 4000
        tags.get_ifd(0x8769).update({0xA002: 6000, 0xA003: 4000})
        path = write_scene(tmp_path / "a.jpg", exif=tags)
        found = written(path, long_side=36).getexif()
        assert (found[0x0100], found[0x0101]) == (36, 24)
        assert (found.get_ifd(0x8769)[0xA002], found.get_ifd(0x8769)[0xA003]) == (36, 24)

    @formats
    def test_maker_notes_are_left_out(self, tmp_path: Path, name: str) -> None:
        image = written(self.original(tmp_path, "a.jpg"), format=name)
        assert 0x927C not in image.getexif().get_ifd(0x8769)

    @formats
    def test_xmp_is_left_out(self, tmp_path: Path, name: str) -> None:
        xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><crs:Exposure2012>+3</crs></x:xmpmeta>"
        for source in ("a.jpg", "a.tif"):
            path = tmp_path / source
            options: dict[str, Any] = (
                {"xmp": xmp} if source == "a.jpg" else {"tiffinfo": {700: xmp}}
            )
            Image.fromarray(scene()).save(path, **options)
            assert xmp in path.read_bytes()
            assert b"Exposure2012" not in encode(PIXELS, path, ExportOptions(name))

    @formats
    @pytest.mark.parametrize("mode", ["CMYK", "L", "RGBA", "P", "1"])
    @pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
    def test_how_a_tiff_stores_its_pixels_is_not_carried_over(
        self, tmp_path: Path, name: str, mode: str, compression: str | None
    ) -> None:
        path = tmp_path / "a.tif"
        tags = Image.Exif()
        tags[0x0110] = "Camera X"
        Image.fromarray(quarters()).convert(mode).save(path, compression=compression, exif=tags)
        image = written(path, format=name, quality=95)
        assert (image.mode, image.size) == ("RGB", (72, 48))
        assert np.abs(np.asarray(image).astype(int) - PIXELS).mean() < 4
        assert image.getexif()[0x0110] == "Camera X"

    def test_more_exif_than_a_jpeg_can_hold_does_not_cost_the_picture(self, tmp_path: Path) -> None:
        tags = exif()
        tags.get_ifd(0x8769)[0x9286] = b"x" * 70_000
        path = write_scene(tmp_path / "a.png", exif=tags)
        assert written(path).size == (72, 48)
        assert written(path, format="png").getexif()[0x0110] == "Camera X"

    @formats
    @pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff\xe1 no picture", b"II*\0"])
    def test_an_original_that_cannot_be_read_any_more_does_not_either(
        self, tmp_path: Path, name: str, content: bytes | None
    ) -> None:
        path = tmp_path / "a.jpg"
        if content is not None:
            path.write_bytes(content)
        assert written(path, format=name).size == (72, 48)

    @formats
    def test_a_raw_file_has_none_that_is_read(self, tmp_path: Path, name: str) -> None:
        path = self.original(tmp_path, "a.tif").rename(tmp_path / "a.nef")
        assert 0x0110 not in written(path, format=name).getexif()


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
        ],
    )
    def test_that_make_no_sense_are_refused(self, options: dict[str, Any]) -> None:
        with pytest.raises(CannotWrite) as caught:
            ExportOptions(**options)
        assert str(next(iter(options.values()))) in str(caught.value)

    @pytest.mark.parametrize(("name", "suffix"), [("jpeg", ".jpg"), ("png", ".png"),
                                                  ("tiff", ".tif")])  # fmt: skip
    def test_each_format_has_its_suffix(self, name: str, suffix: str) -> None:
        assert ExportOptions(name).suffix == suffix


class TestOriginals:
    def test_are_refused_under_their_own_name(self, tmp_path: Path) -> None:
        original = write_scene(tmp_path / "a.jpg")
        with pytest.raises(CannotWrite, match="original"):
            refuse_original(original, [original])

    def test_are_refused_when_they_are_gone_too(self, tmp_path: Path) -> None:
        with pytest.raises(CannotWrite, match="original"):
            refuse_original(tmp_path / "a.jpg", [tmp_path / "b.jpg", tmp_path / "a.jpg"])

    def test_are_refused_by_any_other_way_to_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = write_scene(tmp_path / "photos" / "a.jpg")
        (tmp_path / "soft.jpg").symlink_to(original)
        os.link(original, tmp_path / "hard.jpg")
        (tmp_path / "door").symlink_to(original.parent, target_is_directory=True)
        monkeypatch.chdir(tmp_path)
        ways = ["soft.jpg", "hard.jpg", "door/a.jpg", "photos/../photos/a.jpg", "./photos/a.jpg"]
        for way in ways:
            with pytest.raises(CannotWrite, match="original"):
                refuse_original(Path(way), [original])

    def test_others_may_be_written(self, tmp_path: Path) -> None:
        original = write_scene(tmp_path / "a.jpg")
        copy = tmp_path / "b.jpg"
        copy.write_bytes(original.read_bytes())
        for target in (copy, tmp_path / "new.jpg", tmp_path / "no folder" / "a.jpg"):
            refuse_original(target, [original])
