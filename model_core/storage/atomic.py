"""Writing a file so that a crash, a full disk or a pulled plug leaves the old or the new one.

The new content goes to a hidden temporary file in the same folder (a rename is atomic only
within one file system), is flushed to the disk, and then takes the name of the target.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from model_core.domain.errors import CannotWrite, NameTaken
from model_core.storage.locks import process_alive

_LEFTOVER = re.compile(r"\.imgtune-(\d+)-[0-9a-f]{12}(\..*)?")
_LEFTOVER_AGE = 3600.0

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "your disk quota is used up; free some space or choose another folder",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: "there is no permission to write there; choose another folder or change it",
    errno.EPERM: "there is no permission to write there; choose another folder or change it",
    errno.EFBIG: "the file would be larger than allowed there; choose another disk",
    errno.ENOENT: "the folder does not exist; create it or choose another",
    errno.ENOTDIR: "a part of its folder is a file; choose another folder",
    errno.EEXIST: "a part of its folder is a file; choose another folder",
    errno.EISDIR: "a folder has that name; choose another name",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.EIO: "the disk reports an error; choose another disk and check this one",
}


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """The error to show for ``error``: names ``path``, the reason and what to do."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error) or "unknown reason")
    return CannotWrite(f"Cannot write {path}: {reason}.")


def write_atomic(path: Path, data: bytes) -> None:
    """Replaces ``path`` by ``data``, on the disk on return. Raises :class:`CannotWrite`."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(path: Path, *, new: bool = False) -> Iterator[Path]:
    """Yields a temporary path (same folder, same suffix) that becomes ``path`` on success.

    On any exception the temporary is removed and ``path`` is as it was. OSErrors about the
    output are raised as :class:`CannotWrite`; an OSError about another file passes through.
    A symbolic link is followed, so that the link survives; permissions are kept. With
    ``new`` nothing may be there, and what appears meanwhile is left alone (NameTaken).
    """
    target = path.resolve() if path.is_symlink() and not new else path
    name = f".imgtune-{os.getpid()}-{secrets.token_hex(6)}{target.suffix}"
    temporary = target.with_name(name)
    try:
        temporary.touch(exist_ok=False)
        yield temporary
        if target.exists() and not new:
            with suppress(OSError):  # e.g. a network share without modes
                shutil.copymode(target, temporary)
        sync_file(temporary)
        if new:
            _name_first(temporary, target)
        else:
            temporary.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        if error.filename in (None, temporary, str(temporary), target, str(target)):
            raise cannot_write(path, error) from error
        raise
    finally:
        with suppress(OSError):
            temporary.unlink()


def _name_first(temporary: Path, target: Path) -> None:
    """Gives a file a name that nothing has; a rename would replace what has it by now."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise NameTaken(f"{target}: has just been written by another program") from None
    except OSError:  # a file system without links (FAT, some shares): as close as it gets
        if os.path.lexists(target):
            raise NameTaken(f"{target}: has just been written by another program") from None
        temporary.replace(target)


def sync_file(path: Path) -> None:
    """Flushes a closed file to the disk. Raises OSError."""
    with path.open("rb+") as file:  # Windows flushes only through a writable handle
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flushes a folder's names, so that a rename survives a power cut (nothing on Windows)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network and FUSE file systems cannot flush folders; the rename itself is done.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def remove_leftovers(folder: Path) -> int:
    """Removes temporaries of killed processes (dead, or older than an hour); how many."""
    removed = 0
    if not folder.is_dir():
        return 0
    for path in folder.iterdir():
        match = _LEFTOVER.fullmatch(path.name)
        if match is None:
            continue
        with suppress(OSError):
            old = time.time() - path.stat().st_mtime > _LEFTOVER_AGE
            if old or not process_alive(int(match[1])):
                path.unlink()
                removed += 1
    return removed


def copy_synced(source: Path, target: Path) -> None:
    """A version's folder, or a file, down to the disk; nothing where there is none."""
    if source.is_dir():
        target.mkdir()
        for path in source.iterdir():
            copy_synced(path, target / path.name)
    elif source.is_file():
        shutil.copy2(source, target)
        sync_file(target)
