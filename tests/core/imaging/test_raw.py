from __future__ import annotations

import io
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from model_core.domain.develop import IDENTITY
from model_core.imaging.colour import encode_transfer, from_working, to_working
from model_core.imaging.decode import decode, decode_proxy, embedded_preview, to_linear
from model_core.imaging.render import render
from model_core.imaging.shape import shrink
from tests.core.imaging.raws import write_dng
from tests.core.imaging.refusals import Reader, assert_refused, readers
from tests.core.pictures import (
    P3_COLORANTS,
    UPRIGHT,
    corners_of,
    icc_profile,
    quarters,
    scene,
    write_scene,
)


def to_working_light(srgb_linear: Any) -> Any:
    """Working light of linear sRGB."""
    return to_working(encode_transfer(srgb_linear), "srgb")


def shot_under(path: Path, white: tuple[float, float]) -> Path:
    """A raw of a scene under light of that CIE xy."""
    x, y = white
    to_srgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.204, 1.057]]
    seen = np.array(to_srgb) @ [x / y, 1.0, (1 - x - y) / y]
    r, g, b = (float(v) for v in seen / seen.max())
    return write_dng(path, quarters(80, 120), neutral=(r, g, b))


def jpeg(pixels: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95, subsampling=0, **options)
    return buffer.getvalue()


class TestRaw:
    @pytest.mark.parametrize(
        ("white", "kelvin"),
        [((0.3127, 0.3290), 6504), ((0.3457, 0.3585), 5003), ((0.4476, 0.4074), 2856)],
    )
    def test_the_light_it_was_shot_under_is_known(
        self, tmp_path: Path, white: tuple[float, float], kelvin: float
    ) -> None:
        path = shot_under(tmp_path / "a.dng", white)
        photo = decode_proxy(path, 48)[0]
        assert photo.as_shot_kelvin == pytest.approx(kelvin, rel=0.03)
        # Daylight lies 10 units to the green side of a black body, and light bulbs on it.
        assert photo.as_shot_tint == pytest.approx(0 if kelvin < 3000 else 10, abs=3)

    @pytest.mark.parametrize("tint", [-40, 0, 60])
    def test_tint_is_the_distance_from_a_black_body(self, tmp_path: Path, tint: int) -> None:
        # A black body of 5,000 K and its isotherm in CIE 1960 uv (Robertson 1968).
        u, v = 0.21142 - 0.635 * tint / 3000, 0.32312 + 0.7726 * tint / 3000
        d = 2 * u - 8 * v + 4
        photo = decode_proxy(shot_under(tmp_path / "a.dng", (3 * u / d, 2 * v / d)), 48)[0]
        assert photo.as_shot_kelvin == pytest.approx(5000, rel=0.03)
        assert photo.as_shot_tint == pytest.approx(tint, abs=4)

    @pytest.mark.parametrize("orientation", UPRIGHT)
    @pytest.mark.parametrize("kind", ["mosaic", "linear"])
    def test_a_dng_is_cropped_as_it_says(self, tmp_path: Path, orientation: int, kind: str) -> None:
        rgb = np.full((80, 120, 3), 20, np.uint8)
        rgb[14:64, 30:100] = quarters(50, 70)  # of the whole sensor
        crop, active = (22, 10, 70, 50), (4, 8, 76, 112)
        path = write_dng(
            tmp_path / "a.dng", rgb, kind=kind, active=active, crop=crop, orientation=orientation
        )
        plain = write_dng(tmp_path / "b.dng", quarters(50, 70), kind=kind, orientation=orientation)
        found, expected = decode(path).pixels, decode(plain).pixels
        assert found.shape == expected.shape
        # Along a mosaic's edges the neighbours count, and those beyond the border.
        assert (found == expected).all(axis=2).mean() > (0.8 if kind == "mosaic" else 0.999)
        photo, proxy = decode_proxy(path, 24)
        assert (photo.width, photo.height) == found.shape[1::-1]
        assert corners_of(render(proxy, IDENTITY)) == UPRIGHT[orientation]

    @pytest.mark.parametrize("crop", [(22, 10, 200, 50), (0, 0, 0, 0), (119, 79, 4, 4)])
    def test_a_crop_beyond_the_picture_is_none(
        self, tmp_path: Path, crop: tuple[int, int, int, int]
    ) -> None:
        path = write_dng(tmp_path / "a.dng", quarters(80, 120), crop=crop)
        assert decode(path).pixels.shape == (80, 120, 3)

    @pytest.mark.parametrize("orientation", UPRIGHT)
    def test_a_raw_is_upright(self, tmp_path: Path, orientation: int) -> None:
        path = write_dng(tmp_path / "a.dng", quarters(80, 120), orientation=orientation)
        size = (120, 80) if orientation < 5 else (80, 120)
        full, (photo, proxy) = decode(path), decode_proxy(path, 48)
        assert (full.width, full.height) == (photo.width, photo.height) == size
        assert max(proxy.width, proxy.height) == 48
        for image in (full, proxy):
            assert corners_of(render(image, IDENTITY)) == UPRIGHT[orientation]

    def test_has_sixteen_bits_of_the_working_primaries(self, tmp_path: Path) -> None:
        path = write_dng(tmp_path / "a.dng", np.full((80, 120, 3), 46, np.uint8))
        for image in (decode(path), decode_proxy(path, 48)[1]):
            assert (image.pixels.dtype, image.space) == (np.uint16, "rec2020")
            # 46 of 255 is 18 % of the light: middle grey, whatever the camera.
            assert render(image, IDENTITY).reshape(-1, 3).mean(0) == pytest.approx(118, abs=1)

    def test_the_white_balance_is_the_one_it_was_shot_with(self, tmp_path: Path) -> None:
        grey = np.full((80, 120, 3), 46, np.uint8)
        path = write_dng(tmp_path / "a.dng", grey, neutral=(0.45, 1.0, 0.7))
        shown = render(decode(path), IDENTITY).reshape(-1, 3).mean(0)
        assert np.ptp(shown) <= 1

    def test_colours_are_those_of_the_camera(self, tmp_path: Path) -> None:
        linear = np.array([120, 60, 30], np.uint8)
        image = decode(write_dng(tmp_path / "a.dng", np.full((80, 120, 3), linear)))
        expected = from_working(to_working_light(linear / 255), "srgb") * 255
        assert render(image, IDENTITY)[40, 60] == pytest.approx(expected, abs=2)

    def test_brightness_does_not_depend_on_the_brightest_pixel(self, tmp_path: Path) -> None:
        dim = np.full((80, 120, 3), 46.0)
        bright = dim.copy()
        bright[:20] = np.linspace(46, 250, 120)[None, :, None]  # nearly full, and not quite
        shown = []
        for name, light in (("dim", dim), ("bright", bright)):
            path = write_dng(tmp_path / f"{name}.dng", light, neutral=(0.5, 1.0, 0.7))
            shown.append(decode(path).pixels[60, 60].astype(int))
        assert np.abs(shown[0] - shown[1]).max() <= 16  # of 65,535

    @pytest.mark.parametrize("half", [False, True])
    def test_clipped_highlights_are_white_not_magenta(self, tmp_path: Path, half: bool) -> None:
        light = np.linspace(0, 900, 240)[None, :, None] * np.ones((160, 1, 3))
        path = write_dng(tmp_path / "a.dng", light, neutral=(0.5, 1.0, 0.7))
        image = decode_proxy(path, 120)[1] if half else decode(path)
        row = to_linear(image).pixels[image.height // 2, 4:-4]
        assert np.ptp(row, axis=-1).max() < 0.02  # neutral all the way
        assert (np.diff(row.mean(-1)) > -1e-3).all()
        assert row[-1] == pytest.approx(1, abs=0.01)

    def test_a_coloured_highlight_keeps_its_kind_of_colour(self, tmp_path: Path) -> None:
        for colour in ((900, 450, 90), (90, 450, 900), (900, 90, 90)):
            light = np.full((80, 120, 3), colour, np.float64)
            path = write_dng(tmp_path / "a.dng", light, neutral=(0.5, 1.0, 0.7))
            seen = render(decode(path), IDENTITY)[40, 60].astype(int)
            most, least = int(np.argmax(colour)), int(np.argmin(colour))
            assert seen[most] == seen.max()
            assert seen[least] == seen.min()

    def test_the_proxy_shows_what_the_photo_shows(self, tmp_path: Path) -> None:
        path = write_dng(tmp_path / "a.dng", scene(3, 160, 240), neutral=(0.5, 1.0, 0.7))
        full, proxy = decode(path), decode_proxy(path, 120)[1]
        small = shrink(full.pixels, 120)
        inside = np.s_[4:-4, 4:-4]
        assert np.abs(small[inside].astype(int) - proxy.pixels[inside]).mean() < 65535 * 0.01

    def test_a_proxy_larger_than_half_is_still_as_large_as_asked(self, tmp_path: Path) -> None:
        path = write_dng(tmp_path / "a.dng", quarters(80, 120))
        assert decode_proxy(path, 100)[1].width == 100

    @pytest.mark.parametrize("black", [0, 256])
    @pytest.mark.parametrize("kind", ["mosaic", "linear", "mono"])
    def test_every_kind_of_sensor_gives_the_same_light(
        self, tmp_path: Path, kind: str, black: int
    ) -> None:
        light = np.full((80, 120, 3), (120, 60, 30) if kind != "mono" else 60, np.float64)
        neutral = (1.0, 1.0, 1.0) if kind == "mono" else (0.5, 1.0, 0.7)
        path = write_dng(tmp_path / "a.dng", light, kind=kind, black=black, neutral=neutral)
        for image in (decode(path), decode_proxy(path, 48)[1]):
            found = to_linear(image).pixels[image.height // 2, image.width // 2]
            assert found == pytest.approx(to_working_light(light[0, 0] / 255), abs=0.003)

    @pytest.mark.parametrize("stops", [-0.5, 0.35, 2.0])
    def test_is_shown_with_the_exposure_that_a_dng_asks_for(
        self, tmp_path: Path, stops: float
    ) -> None:
        light = np.full((80, 120, 3), (12, 6, 3), np.float64)
        light[:, 60:] = 255
        path = write_dng(tmp_path / "a.dng", light, stops=stops)
        for image in (decode(path), decode_proxy(path, 60)[1]):
            dim, white = to_linear(image).pixels[image.height // 2][[4, -4]]
            assert dim == pytest.approx(to_working_light(light[0, 0] / 255) * 2**stops, abs=0.002)
            assert white == pytest.approx(min(1, 2**stops), abs=0.002)  # rolled off, not cut

    def test_a_camera_without_colours_has_no_white_balance(self, tmp_path: Path) -> None:
        photo = decode_proxy(write_dng(tmp_path / "a.dng", quarters(80, 120), kind="mono"), 48)[0]
        assert (photo.as_shot_kelvin, photo.as_shot_tint) == (None, None)

    @readers
    @pytest.mark.parametrize("kept", [0, 7, 250, 9000])
    def test_a_cut_off_raw_is_refused(
        self, tmp_path: Path, read: Reader, kept: int, capfd: pytest.CaptureFixture[str]
    ) -> None:
        path = write_dng(tmp_path / "a.dng", quarters(80, 120))
        path.write_bytes(path.read_bytes()[:kept])
        assert_refused(read, path)
        if sys.platform == "linux":
            assert capfd.readouterr().err == ""  # LibRaw would print it, too

    @readers
    @pytest.mark.parametrize("suffix", ["cr2", "nef", "arw", "raf"])
    def test_what_only_claims_to_be_raw_is_refused(
        self, tmp_path: Path, read: Reader, suffix: str
    ) -> None:
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(b"II*\0\x08\0\0\0" + bytes(500))
        assert_refused(read, path)

    @readers
    def test_a_huge_raw_is_refused(self, tmp_path: Path, read: Reader) -> None:
        path = write_dng(tmp_path / "a.dng", quarters(80, 120))
        assert_refused(read, path, "120 x 80", max_pixels=9000)


class TestWhatTheCameraNoted:
    def test_time_camera_and_iso(self, tmp_path: Path) -> None:
        photo = decode_proxy(write_dng(tmp_path / "a.dng", quarters(80, 120), noted=True), 48)[0]
        assert (photo.camera, photo.iso) == ("Test One", 640)
        assert photo.captured_at == "2024-05-01T10:20:30"

    def test_nothing_is_made_up(self, tmp_path: Path) -> None:
        photo = decode_proxy(write_dng(tmp_path / "a.dng", quarters(80, 120)), 48)[0]
        assert (photo.camera, photo.iso, photo.captured_at) == ("Test One", None, None)


class TestEmbeddedPreview:
    @pytest.mark.parametrize("orientation", UPRIGHT)
    def test_is_upright_and_as_large_as_wanted(self, tmp_path: Path, orientation: int) -> None:
        path = write_dng(
            tmp_path / "a.dng",
            np.zeros((80, 120, 3), np.uint8),  # so that it cannot be the photo itself
            orientation=orientation,
            preview=jpeg(quarters(160, 240)),
        )
        found = embedded_preview(path, 120)
        assert found is not None
        assert (found.width, found.height) == ((120, 80) if orientation < 5 else (80, 120))
        assert corners_of(found.pixels) == UPRIGHT[orientation]

    def test_one_that_stands_upright_already_is_left_so(self, tmp_path: Path) -> None:
        dark = np.zeros((80, 120, 3), np.uint8)
        preview = jpeg(quarters(240, 160))
        path = write_dng(tmp_path / "a.dng", dark, orientation=6, preview=preview)
        found = embedded_preview(path, 120)
        assert found is not None
        assert corners_of(found.pixels) == UPRIGHT[1]

    def test_knows_its_own_colours(self, tmp_path: Path) -> None:
        preview = jpeg(quarters(160, 240), icc_profile=icc_profile("P3", P3_COLORANTS, None))
        path = write_dng(tmp_path / "a.dng", quarters(80, 120), preview=preview)
        found = embedded_preview(path, 120)
        assert found is not None
        assert found.space == "display-p3"

    def test_none_is_better_than_a_small_or_broken_one(self, tmp_path: Path) -> None:
        without = write_dng(tmp_path / "a.dng", quarters(80, 120))
        assert embedded_preview(without, 60) is None
        small = write_dng(tmp_path / "b.dng", quarters(80, 120), preview=jpeg(quarters(40, 60)))
        assert embedded_preview(small, 61) is None
        broken = jpeg(scene(0, 160, 240))[:2000]
        path = write_dng(tmp_path / "c.dng", quarters(80, 120), preview=broken)
        assert embedded_preview(path, 60) is None

    @pytest.mark.parametrize("orientation", UPRIGHT)
    def test_of_a_jpeg_is_in_its_exif(self, tmp_path: Path, orientation: int) -> None:
        path = with_thumbnail(tmp_path / "a.jpg", jpeg(quarters(80, 120)), orientation)
        found = embedded_preview(path, 120)
        assert found is not None
        assert corners_of(found.pixels) == UPRIGHT[orientation]
        assert embedded_preview(path, 121) is None

    def test_of_a_jpeg_has_the_photo_s_colours_or_its_own(self, tmp_path: Path) -> None:
        p3 = icc_profile("P3", P3_COLORANTS, None)
        for photos, own in ((p3, b""), (b"", p3), (b"", b"")):
            space = "display-p3" if photos or own else "srgb"
            thumbnail = jpeg(quarters(80, 120), icc_profile=own)
            path = with_thumbnail(tmp_path / "a.jpg", thumbnail, 1, icc=photos)
            found = embedded_preview(path, 120)
            assert found is not None
            assert found.space == space
            assert corners_of(found.pixels) == UPRIGHT[1]

    def test_of_a_jpeg_is_not_used_where_it_is_padded(self, tmp_path: Path) -> None:
        path = with_thumbnail(tmp_path / "a.jpg", jpeg(quarters(120, 160)), 1)
        assert embedded_preview(path, 120) is None  # 4:3 in a photo of 3:2

    def test_other_files_have_none(self, tmp_path: Path) -> None:
        assert embedded_preview(write_scene(tmp_path / "a.png"), 32) is None
        assert embedded_preview(write_scene(tmp_path / "a.jpg"), 32) is None


def with_thumbnail(path: Path, thumbnail: bytes, orientation: int, icc: bytes = b"") -> Path:
    """A black JPEG of 3:2 with that thumbnail in a hand-made EXIF block."""
    first = struct.pack("<HHHIHHI", 1, 274, 3, 1, orientation, 0, 26)
    second = struct.pack("<HHHIIHHIII", 2, 513, 4, 1, 56, 514, 4, 1, len(thumbnail), 0)
    block = b"II*\0" + struct.pack("<I", 8) + first + second
    assert len(block) == 56
    exif = b"Exif\0\0" + block + thumbnail
    Image.new("RGB", (600, 400)).save(path, exif=exif, icc_profile=icc)
    return path
