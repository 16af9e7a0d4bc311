"""Photos in folders, told while they are being found, whatever the folders are like."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from model_core.finding import find_photos, walk_photos


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_a_large_folder_is_told_in_parts_and_in_order(tmp_path: Path) -> None:
    touch(tmp_path, *(f"IMG_{n}.jpg" for n in range(1_200)))
    parts = list(walk_photos(tmp_path))
    assert [len(part.photos) for part in parts] == [500, 500, 200]
    assert [p.name for part in parts for p in part.photos][:3] == [
        "IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg",
    ]  # fmt: skip
    assert [p for part in parts for p in part.photos] == find_photos([tmp_path])


def test_sub_folders_stand_in_their_place(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "day 10/x.jpg", "day 2/y.jpg", "z.jpg")
    assert [p.name for p in find_photos([tmp_path])] == ["a.jpg", "y.jpg", "x.jpg", "z.jpg"]


def test_photos_with_a_sidecar_beside_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "a.CR2", "A.XMP", "b.jpg", "b.jpg.xmp", "c.jpg", "d.xmp")
    (part,) = walk_photos(tmp_path)
    assert [p.name for p in part.beside] == ["a.CR2", "b.jpg"]


def test_a_linked_folder_is_followed_once(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere", "far.jpg")
    touch(tmp_path / "in", "near.jpg")
    for name in ("link", "same"):
        (tmp_path / "in" / name).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "itself").symlink_to("itself")
    (tmp_path / "in" / "nowhere").symlink_to(tmp_path / "gone")
    assert [p.name for p in find_photos([tmp_path / "in"])] == ["far.jpg", "near.jpg"]


def test_a_folder_that_goes_meanwhile_is_named_and_the_rest_is_found(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b/x.jpg", "c/y.jpg")
    walk = walk_photos(tmp_path)
    first = next(walk)
    (tmp_path / "b" / "x.jpg").unlink()
    (tmp_path / "b").rmdir()
    gone, last = walk
    assert first.photos == (tmp_path / "a.jpg",)
    assert gone.fault == f"{tmp_path / 'b'}: cannot be read: No such file or directory"
    assert last.photos == (tmp_path / "c" / "y.jpg",)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_named_and_the_rest_is_found(tmp_path: Path) -> None:
    touch(tmp_path, "closed/x.jpg", "open/y.jpg")
    (tmp_path / "closed").chmod(0)
    try:
        closed, opened = walk_photos(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert "closed: cannot be read: Permission denied" in closed.fault
    assert opened.photos == (tmp_path / "open" / "y.jpg",)


@pytest.mark.skipif(os.name != "posix", reason="such names are of POSIX only")
def test_names_of_any_bytes_are_found(tmp_path: Path) -> None:
    names = [b"line\nbreak.jpg", b"latin-\xe4\xff.jpg"]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    assert {os.fsencode(p.name) for p in find_photos([tmp_path])} == set(names)
