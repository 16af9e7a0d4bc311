from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model_core.domain.errors import CannotWrite
from model_core.storage.atomic import remove_leftovers, replacing, write_atomic


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "a.xmp"
    write_atomic(target, b"one")
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert _names(tmp_path) == ["a.xmp"]


def test_temporary_keeps_the_suffix_and_is_hidden(tmp_path: Path) -> None:
    with replacing(tmp_path / "photo.tiff") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".tiff"
        assert temporary.name.startswith(".")


def test_very_long_names_are_written(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 250 + ".xmp")
    write_atomic(target, b"x")
    assert target.read_bytes() == b"x"


def test_an_exception_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.xmp"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(target) as temporary:
        temporary.write_bytes(b"half" * (1 // len(b"")))
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["a.xmp"]


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "permission")],
)
def test_os_errors_name_the_path_and_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    target = tmp_path / "a.xmp"
    target.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CannotWrite, match=words) as caught:
        write_atomic(target, b"new")
    assert str(target) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["a.xmp"]


def test_a_failed_rename_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.xmp"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(CannotWrite):
        write_atomic(target, b"new")
    assert _names(tmp_path) == ["a.xmp"]
    assert target.read_bytes() == b"old"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="folder does not exist"):
        write_atomic(tmp_path / "no" / "a.xmp", b"x")


def test_errors_about_other_files_pass_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "out"):
        (tmp_path / "source").read_bytes()
    assert _names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links and modes")
def test_links_and_modes_survive(tmp_path: Path) -> None:
    real = tmp_path / "real.xmp"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link = tmp_path / "link.xmp"
    link.symlink_to(real)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
def test_a_file_size_limit_is_no_disaster(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    code = f"""
import resource, sys
from pathlib import Path
from model_core.domain.errors import CannotWrite
from model_core.storage.atomic import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomic(Path({str(target)!r}), b"x" * 5000)
except CannotWrite as error:
    print(error)
    sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    assert str(target) in done.stdout
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["a.bin"]


def test_leftovers_of_the_dead_go_and_others_stay(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".imgtune-{dead.pid}-0123456789ab.jpg").touch()
    mine = tmp_path / f".imgtune-{os.getpid()}-0123456789ab"
    old = tmp_path / f".imgtune-{os.getpid()}-ba9876543210.xmp"
    for path in (mine, old, tmp_path / ".imgtune-notes", tmp_path / "photo.jpg"):
        path.touch()
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    assert remove_leftovers(tmp_path) == 2
    assert _names(tmp_path) == sorted([".imgtune-notes", mine.name, "photo.jpg"])
    assert remove_leftovers(tmp_path / "nowhere") == 0
