from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.decode import decode, decode_proxy, stored_orientation
from model_core.imaging.kind import is_dng, is_raw
from model_core.imaging.output.metadata import facts_of
from tests.core.imaging.raws import write_dng
from tests.core.pictures import quarters, write_scene

pillow_heif.register_heif_opener()  # for writing

SUFFIXES = ["jpg", "png", "tif", "webp", "avif", "heic", "gif", "bmp"]


class TestContentDecides:
    @pytest.mark.parametrize("name", ["a.nef", "a.dng", "a.cr3", "a.jpg", "a.heic"])
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_of_a_finished_picture(self, tmp_path: Path, suffix: str, name: str) -> None:
        right = write_scene(tmp_path / f"right.{suffix}")
        wrong = tmp_path / name
        wrong.write_bytes(right.read_bytes())
        assert not is_raw(wrong)
        assert np.array_equal(decode(wrong).pixels, decode(right).pixels)
        assert decode_proxy(wrong, 40)[1].pixels.shape == decode_proxy(right, 40)[1].pixels.shape

    @pytest.mark.parametrize("name", ["a.jpg", "a.tif", "a.nef", "a"])
    def test_of_a_raw(self, tmp_path: Path, name: str) -> None:
        options = {"orientation": 6, "stops": 1.0, "crop": (4, 6, 96, 64), "noted": True}
        right = write_dng(tmp_path / "right.dng", quarters(80, 120), **options)  # type: ignore[arg-type]
        wrong = tmp_path / name
        wrong.write_bytes(right.read_bytes())
        assert is_raw(wrong)
        assert is_dng(wrong)
        assert np.array_equal(decode(wrong).pixels, decode(right).pixels)
        assert stored_orientation(wrong) == 6
        assert facts_of(wrong, look_inside=True).camera == facts_of(right, look_inside=True).camera

    @pytest.mark.parametrize("photometric", [32803, 34892])
    def test_of_a_raw_whose_first_picture_is_a_small_one(
        self, tmp_path: Path, photometric: int
    ) -> None:
        path = tmp_path / "a.tif"
        main = [(262, 3, 1, 2), (330, 4, 1, 100)]
        path.write_bytes(_tiff(main).ljust(100, b"\0") + _directory([(262, 3, 1, photometric)]))
        assert is_raw(path)
        path.write_bytes(_tiff(main).ljust(100, b"\0") + _directory([(262, 3, 1, 2)]))
        assert not is_raw(path)

    def test_of_a_tiff_that_names_its_camera_the_name_does(self, tmp_path: Path) -> None:
        path = tmp_path / "a.tif"
        tags = Image.Exif()
        tags[271] = "Maker"
        Image.fromarray(quarters(8, 8)).save(path, exif=tags)
        assert not is_raw(path)
        assert is_raw(path.rename(tmp_path / "a.nef"))


@pytest.mark.parametrize(
    "head",
    [b"FUJIFILMCCD-RAW ", b"\0MRM", b"FOVb", b"II\x1a\0\0\0HEAPCCDR", b"IIU\0", b"IIRO", b"MMOR",
     b"\0\0\0\x18ftypcrx "],
)  # fmt: skip
def test_raws_are_known_by_how_they_begin(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(head.ljust(600, b"\0"))
    assert is_raw(path)
    assert not is_dng(path)
    with pytest.raises(UnreadablePhoto, match="LibRaw"):
        decode(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"II", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff\1\1", b"?"],
)
def test_what_does_not_tell_is_what_its_name_says(tmp_path: Path, content: bytes) -> None:
    for name, raw in (("a.nef", True), ("a.jpg", False)):
        path = tmp_path / name
        path.write_bytes(content)
        assert is_raw(path) == raw
        assert not is_dng(path)


def _tiff(entries: list[tuple[int, int, int, int]]) -> bytes:
    return b"II*\0\x08\0\0\0" + _directory(entries)


def _directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries)
