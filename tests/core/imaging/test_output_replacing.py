"""What an export may take the place of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from model_core import __version__
from model_core.domain.errors import CannotWrite
from model_core.domain.export import FORMATS, ExportOptions
from model_core.imaging.encode import encode
from model_core.imaging.output.replacing import (
    has_own_profile,
    refuse_foreign,
    refuse_original,
)
from tests.core.imaging.written import PILLOW_NAMES, packet_of
from tests.core.pictures import scene, write_scene

formats = pytest.mark.parametrize("name", FORMATS)


def exported(folder: Path, name: str = "jpeg", metadata: str = "all") -> Path:
    """An export as imgtune writes it."""
    path = folder / f"out{FORMATS[name].suffixes[0]}"
    options = ExportOptions(name, metadata=metadata)
    path.write_bytes(encode(scene(), folder / "gone.jpg", options))
    return path


class TestOriginals:
    def test_are_refused_under_their_own_name(self, tmp_path: Path) -> None:
        original = write_scene(tmp_path / "a.jpg")
        with pytest.raises(CannotWrite, match="original"):
            refuse_original(original, [original])

    def test_a_name_that_no_file_can_have_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(CannotWrite, match="cannot be written"):
            refuse_original(tmp_path / f"{'x' * 300}.jpg", [tmp_path / "a.jpg"])

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


class TestOtherFiles:
    @formats
    def test_our_own_exports_may_be_replaced(self, tmp_path: Path, name: str) -> None:
        refuse_foreign(exported(tmp_path, name))

    def test_nothing_is_in_the_way_of_a_new_name(self, tmp_path: Path) -> None:
        refuse_foreign(tmp_path / "new.jpg")
        refuse_foreign(tmp_path / "no folder" / "new.jpg")

    @formats
    def test_a_file_that_we_did_not_write_is_refused(self, tmp_path: Path, name: str) -> None:
        path = write_scene(tmp_path / f"out{FORMATS[name].suffixes[0]}")
        with pytest.raises(CannotWrite, match="was not exported by imgtune"):
            refuse_foreign(path)

    @pytest.mark.parametrize("content", [b"", b"no picture"])
    def test_so_is_what_cannot_be_read(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.jpg").write_bytes(content)
        with pytest.raises(CannotWrite, match="was not exported by imgtune"):
            refuse_foreign(tmp_path / "a.jpg")

    def test_so_is_a_link_into_the_void(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
        with pytest.raises(CannotWrite):
            refuse_foreign(tmp_path / "a.jpg")

    def test_a_folder_of_that_name_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CannotWrite, match="is a folder"):
            refuse_foreign(tmp_path)

    @formats
    @pytest.mark.parametrize("software", [None, f"imgtune {__version__}", "Editor 2.10"])
    def test_an_export_that_another_program_worked_on_is_refused(
        self, tmp_path: Path, name: str, software: str | None
    ) -> None:
        path = exported(tmp_path, name)
        with Image.open(path) as image:
            icc = image.info["icc_profile"]
            packet = packet_of(image)
        kept: dict[str, bytes] = {}
        if software is not None:
            exif = Image.Exif()
            exif[ExifTags.Base.Software] = software
            kept["exif"] = exif.tobytes()
        if software == "Editor 2.10" and name not in ("png", "tiff"):  # by Pillow they cannot
            kept["xmp"] = packet
        Image.fromarray(scene(5)).save(path, PILLOW_NAMES[name], icc_profile=icc, **kept)
        assert has_own_profile(path)
        with pytest.raises(CannotWrite, match="another program changed it"):
            refuse_foreign(path)

    @pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
    def test_one_that_was_retouched_and_kept_all_metadata_is_refused(
        self, tmp_path: Path, name: str
    ) -> None:
        path = exported(tmp_path, name)
        with Image.open(path) as image:
            kept = {key: image.info[key] for key in ("exif", "icc_profile")}
            packet = packet_of(image)
        Image.fromarray(255 - scene()).save(path, PILLOW_NAMES[name], xmp=packet, **kept)
        with pytest.raises(CannotWrite, match="another program changed it"):
            refuse_foreign(path)

    @formats
    @pytest.mark.parametrize("where", [0.5, 0.99])
    def test_so_is_one_of_which_a_single_byte_changed(
        self, tmp_path: Path, name: str, where: float
    ) -> None:
        path = exported(tmp_path, name)
        data = bytearray(path.read_bytes())
        data[int(len(data) * where)] ^= 1
        path.write_bytes(data)
        with pytest.raises(CannotWrite):
            refuse_foreign(path)

    @formats
    def test_a_copy_of_a_copy_may_be_replaced_too(self, tmp_path: Path, name: str) -> None:
        first = exported(tmp_path, name)
        again = tmp_path / f"again{first.suffix}"
        again.write_bytes(encode(scene(2), first, ExportOptions(name)))
        refuse_foreign(again)

    @formats
    @pytest.mark.parametrize("metadata", ["none", "copyright"])
    def test_an_export_without_our_name_cannot_prove_itself(
        self, tmp_path: Path, name: str, metadata: str
    ) -> None:
        path = exported(tmp_path, name, metadata)
        assert has_own_profile(path)
        with pytest.raises(CannotWrite, match="it has no metadata"):
            refuse_foreign(path)
