from __future__ import annotations

import os
import shutil
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from model_core.domain.image import CodedImage
from model_core.imaging.colour import to_working
from model_core.imaging.decode import decode, decode_proxy, photo_id, to_linear
from model_core.imaging.output.metadata import facts_of
from model_core.imaging.output.replacing import has_own_profile
from tests.core.imaging.refusals import Reader, assert_refused, readers
from tests.core.pictures import (
    P3_COLORANTS,
    SAMPLES,
    UPRIGHT,
    corners_of,
    exif,
    icc_profile,
    quarters,
    scene,
    write_scene,
)

pillow_heif.register_heif_opener()  # for writing; the program registers its own when it reads

#: Suffix -> how to write it, and how far its compression may change a colour.
FORMATS: dict[str, tuple[dict[str, Any], int]] = {
    "jpg": ({"quality": 95, "subsampling": 0}, 6),
    "jpeg": ({"quality": 95, "subsampling": 0}, 6),
    "JPG": ({"quality": 95, "subsampling": 0}, 6),
    "png": ({}, 0),
    "tif": ({}, 0),
    "tiff": ({"compression": "tiff_lzw"}, 0),
    "webp": ({"lossless": True}, 0),
    "avif": ({"quality": 95, "subsampling": "4:4:4"}, 4),
    "heic": ({"quality": 95, "chroma": 444}, 4),
    "gif": ({}, 0),
    "bmp": ({}, 0),
    "jp2": ({}, 0),
    "mpo": ({"quality": 95, "subsampling": 0}, 6),
}


#: Suffix -> where width and height are declared: after which bytes, how far, in what order,
#: and how long each is.
BOMBS: dict[str, list[tuple[bytes, int, Literal["big", "little"], int]]] = {
    "png": [(b"IHDR", 4, "big", 4)],
    "bmp": [(b"BM", 18, "little", 4)],
    "gif": [(b"GIF", 6, "little", 2)],
    "jpg": [(b"\xff\xc0", 5, "big", 2)],
    "jp2": [(b"ihdr", 4, "big", 4), (b"\xff\x4f\xff\x51", 8, "big", 4)],
    "heic": [(b"ispe", 8, "big", 4)],
}


class TestFormats:
    @pytest.mark.parametrize("suffix", FORMATS)
    def test_every_format_gives_its_pixels_and_size(self, tmp_path: Path, suffix: str) -> None:
        options, tolerance = FORMATS[suffix]
        path = tmp_path / f"a.{suffix}"
        Image.fromarray(quarters()).save(path, **options)
        image = decode(path)
        assert image.space == "srgb"
        assert image.pixels.dtype == np.uint8
        assert image.pixels.flags.c_contiguous
        inside = np.s_[2:18, 2:28]  # away from the edges, where lossy formats ring
        assert np.abs(image.pixels[inside].astype(int) - quarters()[inside]).max() <= tolerance
        photo, proxy = decode_proxy(path, 30)
        assert (photo.width, photo.height) == (60, 40)
        assert (proxy.width, proxy.height) == (30, 20)

    def test_the_suffix_does_not_matter_only_the_content(self, tmp_path: Path) -> None:
        png = write_scene(tmp_path / "a.png")
        shutil.copy(png, tmp_path / "b.jpg")
        assert np.array_equal(decode(tmp_path / "b.jpg").pixels, scene())

    @pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "avif", "heic"])
    @pytest.mark.parametrize("orientation", UPRIGHT)
    def test_orientation_is_applied_once(
        self, tmp_path: Path, suffix: str, orientation: int
    ) -> None:
        path = tmp_path / f"a.{suffix}"
        tags = Image.Exif()
        tags[0x0112] = orientation
        Image.fromarray(quarters(48, 64)).save(path, exif=tags.tobytes(), quality=90)
        size = (64, 48) if orientation < 5 else (48, 64)
        image = decode(path)
        assert (image.width, image.height) == size
        assert corners_of(image.pixels) == UPRIGHT[orientation]
        photo, proxy = decode_proxy(path, 32)
        assert (photo.width, photo.height) == size
        assert (proxy.width, proxy.height) == (size[0] // 2, size[1] // 2)
        assert corners_of(proxy.pixels) == UPRIGHT[orientation]

    @pytest.mark.parametrize("orientation", [0, 9, 255])
    def test_an_orientation_that_does_not_exist_is_ignored(
        self, tmp_path: Path, orientation: int
    ) -> None:
        tags = Image.Exif()
        tags[0x0112] = orientation
        path = tmp_path / "a.png"
        Image.fromarray(quarters()).save(path, exif=tags)
        photo, proxy = decode_proxy(path, 30)
        assert corners_of(proxy.pixels) == UPRIGHT[1]
        assert (photo.width, photo.height) == (60, 40)

    @pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "avif", "heic"])
    def test_every_format_carries_its_profile(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a.{suffix}"
        p3 = icc_profile("Display P3", P3_COLORANTS, None)
        Image.fromarray(scene()).save(path, icc_profile=p3, quality=90)
        assert decode(path).space == decode_proxy(path, 64)[1].space == "display-p3"

    def test_a_whole_jpeg_is_the_one_that_pillow_decodes(self, tmp_path: Path) -> None:
        for options in ({}, {"progressive": True}, {"subsampling": 2}, {"quality": 30}):
            path = write_scene(tmp_path / "a.jpg", 3, height=123, width=181, **options)
            assert np.array_equal(decode(path).pixels, np.asarray(Image.open(path)))

    def test_bytes_after_the_end_of_a_jpeg_do_not_matter(self, tmp_path: Path) -> None:
        path = write_scene(tmp_path / "a.jpg")
        before = decode(path).pixels
        path.write_bytes(path.read_bytes() + b"a film that a phone appends" * 100)
        assert np.array_equal(decode(path).pixels, before)

    def test_damaged_exif_does_not_cost_the_picture(self, tmp_path: Path) -> None:
        path = write_scene(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(40))
        photo, _ = decode_proxy(path, 64)
        assert (photo.width, photo.height) == (180, 120)


class TestModes:
    def read(self, tmp_path: Path, image: Image.Image, suffix: str = "png", **options: Any) -> Any:
        path = tmp_path / f"a.{suffix}"
        image.save(path, **options)
        return decode(path).pixels

    def test_grey_is_three_equal_channels(self, tmp_path: Path) -> None:
        grey = Image.fromarray(scene()).convert("L")
        found = self.read(tmp_path, grey)
        assert np.array_equal(found, np.repeat(np.asarray(grey)[..., None], 3, axis=2))

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_transparency_lies_over_white(self, tmp_path: Path, mode: str) -> None:
        image = Image.new(mode, (4, 4), (60, 60, 60, 0) if mode == "RGBA" else (60, 0))
        solid = (60, 60, 60, 255) if mode == "RGBA" else (60, 255)
        image.paste(Image.new(mode, (2, 4), solid), (0, 0))
        found = self.read(tmp_path, image)
        assert (found[:, :2] == 60).all()
        assert (found[:, 2:] == 255).all()

    def test_half_transparent_is_half_white(self, tmp_path: Path) -> None:
        found = self.read(tmp_path, Image.new("RGBA", (2, 2), (0, 100, 200, 128)))
        assert np.abs(found[0, 0].astype(int) - [127, 177, 227]).max() <= 1

    def test_a_palette_gives_its_colours(self, tmp_path: Path) -> None:
        image = Image.fromarray(quarters()).convert("P", palette=Image.Palette.ADAPTIVE)
        assert corners_of(self.read(tmp_path, image)) == UPRIGHT[1]

    def test_a_transparent_palette_colour_becomes_white(self, tmp_path: Path) -> None:
        image = Image.new("P", (2, 1))
        image.putpalette([10, 20, 30, 200, 100, 50])
        image.putpixel((1, 0), 1)
        found = self.read(tmp_path, image, transparency=0)
        assert found.tolist() == [[[255, 255, 255], [200, 100, 50]]]

    def test_black_and_white(self, tmp_path: Path) -> None:
        image = Image.fromarray(scene()).convert("1")
        assert set(np.unique(self.read(tmp_path, image))) == {0, 255}

    @pytest.mark.parametrize("suffix", ["jpg", "tif"])
    def test_cmyk_becomes_rgb(self, tmp_path: Path, suffix: str) -> None:
        found = self.read(tmp_path, Image.fromarray(quarters()).convert("CMYK"), suffix)
        assert corners_of(found) == UPRIGHT[1]

    def test_the_first_picture_of_an_animation(self, tmp_path: Path) -> None:
        frames = [Image.fromarray(np.full((8, 8, 3), v, np.uint8)) for v in (200, 20)]
        found = self.read(tmp_path, frames[0], "gif", save_all=True, append_images=frames[1:])
        assert np.abs(found.astype(int) - 200).max() <= 1


class TestProxies:
    @pytest.mark.parametrize("size", [(1200, 800), (801, 1203), (40, 2000), (700, 1)])
    @pytest.mark.parametrize("suffix", ["jpg", "png"])
    def test_the_long_side_is_exact(
        self, tmp_path: Path, size: tuple[int, int], suffix: str
    ) -> None:
        path = write_scene(tmp_path / f"a.{suffix}", height=size[1], width=size[0])
        photo, proxy = decode_proxy(path, 256)
        assert (photo.width, photo.height) == size
        assert max(proxy.width, proxy.height) == 256
        assert abs(proxy.width / proxy.height - size[0] / size[1]) < 0.01 or min(size) < 50

    @pytest.mark.parametrize("suffix", ["jpg", "png"])
    def test_is_never_enlarged(self, tmp_path: Path, suffix: str) -> None:
        path = write_scene(tmp_path / f"a.{suffix}", height=60, width=90)
        _, proxy = decode_proxy(path, 512)
        assert np.array_equal(proxy.pixels, decode(path).pixels)

    def test_shows_the_same_colours_as_the_photo(self) -> None:
        path = SAMPLES / "kitten.jpg"
        proxy, full = decode_proxy(path, 96)[1], decode(path)
        small = Image.fromarray(full.pixels).resize(
            (proxy.width, proxy.height), Image.Resampling.BOX
        )
        assert np.abs(proxy.pixels.astype(int) - np.asarray(small)).mean() < 3
        assert proxy.pixels.mean((0, 1)) == pytest.approx(full.pixels.mean((0, 1)), abs=1)

    def test_linear_light_is_that_of_the_codes(self) -> None:
        pixels = scene()
        light = to_linear(CodedImage(pixels, "display-p3")).pixels
        assert light.dtype == np.float32
        assert np.abs(light - to_working(pixels / 255.0, "display-p3")).max() < 1e-5
        deep = (pixels.astype(np.uint16) * 257).astype(np.uint16)
        assert np.abs(to_linear(CodedImage(deep, "display-p3")).pixels - light).max() < 1e-5


class TestWhatIsKnown:
    def test_the_camera_is_asked(self, tmp_path: Path) -> None:
        photo, _ = decode_proxy(write_scene(tmp_path / "a.jpg", exif=exif(orientation=6)), 64)
        assert (photo.camera, photo.iso) == ("Camera X", 400)
        assert photo.captured_at == "2024-05-01T10:20:30"
        assert photo.shoot == f"{tmp_path}|2024-05-01"
        assert photo.path == tmp_path / "a.jpg"

    def test_a_file_without_exif_says_nothing(self, tmp_path: Path) -> None:
        photo, _ = decode_proxy(write_scene(tmp_path / "a.png"), 64)
        assert (photo.camera, photo.iso, photo.captured_at) == (None, None, None)

    @pytest.mark.parametrize(
        ("written", "found"),
        [
            ("2024:05:01 10:20:30", "2024-05-01T10:20:30"),
            ("2024-05-01 10:20:30", "2024-05-01T10:20:30"),
            ("2024:05:01 10:20:30+02:00", "2024-05-01T10:20:30"),
            ("2024:05:01", "2024-05-01"),
            ("0000:00:00 00:00:00", None),
            ("    :  :     :  :  ", None),
            ("", None),
            ("yesterday", None),
        ],
    )
    def test_times_that_cameras_write(
        self, tmp_path: Path, written: str, found: str | None
    ) -> None:
        tags = Image.Exif()
        tags.get_ifd(0x8769)[0x9003] = written
        photo, _ = decode_proxy(write_scene(tmp_path / "a.jpg", exif=tags), 64)
        assert photo.captured_at == found

    def test_a_photo_is_named_by_its_content(self, tmp_path: Path) -> None:
        first = write_scene(tmp_path / "a.png", seed=1)
        copy = Path(shutil.copy(first, tmp_path / "moved.png"))
        other = write_scene(tmp_path / "b.png", seed=2)
        assert photo_id(first) == photo_id(copy) == decode_proxy(first, 64)[0].id
        assert photo_id(first) != photo_id(other)


class TestRefusals:
    @readers
    def test_a_missing_file(self, tmp_path: Path, read: Reader) -> None:
        assert_refused(read, tmp_path / "gone.jpg", "no such file")

    @readers
    def test_an_empty_file(self, tmp_path: Path, read: Reader) -> None:
        (tmp_path / "a.jpg").touch()
        assert_refused(read, tmp_path / "a.jpg", "empty")

    @readers
    def test_a_text_file(self, tmp_path: Path, read: Reader) -> None:
        path = tmp_path / "a.jpg"
        path.write_text("not a picture at all\n" * 50, encoding="utf-8")
        assert_refused(read, path, "not a picture")

    @readers
    def test_a_kind_that_the_decoder_lacks(self, tmp_path: Path, read: Reader) -> None:
        path = tmp_path / "a.bmp"
        Image.fromarray(scene()).save(path)
        data = bytearray(path.read_bytes())
        data[14:18] = (66).to_bytes(4, "little")  # a header of another version
        path.write_bytes(data)
        assert_refused(read, path, "imgtune cannot read")

    @readers
    def test_a_folder(self, tmp_path: Path, read: Reader) -> None:
        (tmp_path / "a.jpg").mkdir()
        assert_refused(read, tmp_path / "a.jpg", "folder")

    @readers
    @pytest.mark.parametrize("suffix", ["jpg", "tif", "heic", "dng"])
    def test_a_pipe(self, tmp_path: Path, read: Reader, suffix: str) -> None:
        if not hasattr(os, "mkfifo"):
            pytest.skip("there are no pipes with a name here")
        os.mkfifo(tmp_path / f"a.{suffix}")
        assert_refused(read, tmp_path / f"a.{suffix}", "pipe")
        assert not has_own_profile(tmp_path / f"a.{suffix}")
        assert facts_of(tmp_path / f"a.{suffix}", look_inside=True).camera == ""

    @readers
    @pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "avif", "heic", "gif", "bmp"])
    @pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
    def test_a_file_cut_off_anywhere(
        self, tmp_path: Path, read: Reader, suffix: str, share: float
    ) -> None:
        path = write_scene(tmp_path / f"a.{suffix}")
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        assert_refused(read, path)

    @readers
    @pytest.mark.parametrize("suffix", BOMBS)
    def test_a_bomb_is_refused_by_its_declared_size(
        self, tmp_path: Path, read: Reader, suffix: str
    ) -> None:
        path = write_scene(tmp_path / f"a.{suffix}")
        data = bytearray(path.read_bytes())
        for mark, offset, order, length in BOMBS[suffix]:
            at = data.index(mark) + offset
            data[at : at + 2 * length] = (60_000).to_bytes(length, order) * 2
        if suffix == "png":
            data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
        path.write_bytes(data)
        assert_refused(read, path, "60000 x 60000")

    @readers
    def test_a_tiff_that_is_a_bomb_is_refused(self, tmp_path: Path, read: Reader) -> None:
        for depth in (np.uint8, np.uint16):
            path = tmp_path / "a.tif"
            tifffile.imwrite(path, scene().astype(depth), photometric="rgb")
            with tifffile.TiffFile(path, mode="r+") as file:
                for tag in (256, 257):
                    file.pages[0].tags[tag].overwrite(60_000)  # type: ignore[union-attr]
            assert_refused(read, path, "60000 x 60000")

    @readers
    def test_the_limit_is_on_pixels_and_can_be_set(self, tmp_path: Path, read: Reader) -> None:
        path = write_scene(tmp_path / "a.png", height=100, width=90)
        read(path, max_pixels=9000)
        assert_refused(read, path, "90 x 100", max_pixels=8999)

    @readers
    def test_the_decoders_do_not_print(
        self, tmp_path: Path, read: Reader, capfd: pytest.CaptureFixture[str]
    ) -> None:
        path = write_scene(tmp_path / "a.tif", compression="tiff_lzw")
        data = bytearray(path.read_bytes())
        data[2000:2100] = b"\xff" * 100
        path.write_bytes(data)
        assert_refused(read, path)
        assert capfd.readouterr().err == ""

    @readers
    def test_a_file_of_another_program_is_named(self, tmp_path: Path, read: Reader) -> None:
        path = tmp_path / "a.tif"
        path.write_bytes(b"8BPS\0\1" + bytes(500))
        assert_refused(read, path, "Photoshop document; save it as TIFF")

    @readers
    def test_a_script_in_disguise_is_not_run(self, tmp_path: Path, read: Reader) -> None:
        # Pillow would hand this to Ghostscript.
        path = tmp_path / "a.jpg"
        path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n")
        assert_refused(read, path, "not a picture")
