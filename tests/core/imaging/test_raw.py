from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_core.domain.develop import IDENTITY
from model_core.imaging.colour import encode_transfer, from_working, to_working
from model_core.imaging.decode import decode, decode_proxy
from model_core.imaging.render import render
from tests.core.imaging.raws import write_dng
from tests.core.imaging.refusals import Reader, assert_refused, readers
from tests.core.pictures import UPRIGHT, corners_of, quarters


def to_working_light(srgb_linear: Any) -> Any:
    """Working light of linear sRGB."""
    return to_working(encode_transfer(srgb_linear), "srgb")


class TestRaw:
    @pytest.mark.parametrize(
        ("white", "kelvin"),
        [((0.3127, 0.3290), 6504), ((0.3457, 0.3585), 5003), ((0.4476, 0.4074), 2856)],
    )
    def test_the_light_it_was_shot_under_is_known(
        self, tmp_path: Path, white: tuple[float, float], kelvin: float
    ) -> None:
        x, y = white
        to_srgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.204, 1.057]]
        seen = np.array(to_srgb) @ [x / y, 1.0, (1 - x - y) / y]
        r, g, b = (float(v) for v in seen / seen.max())
        path = write_dng(tmp_path / "a.dng", quarters(80, 120), neutral=(r, g, b))
        found = decode_proxy(path, 48)[0].as_shot_kelvin
        assert found == pytest.approx(kelvin, rel=0.03)

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

    @readers
    @pytest.mark.parametrize("kept", [0, 7, 250, 9000])
    def test_a_cut_off_raw_is_refused(self, tmp_path: Path, read: Reader, kept: int) -> None:
        path = write_dng(tmp_path / "a.dng", quarters(80, 120))
        path.write_bytes(path.read_bytes()[:kept])
        assert_refused(read, path)

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
