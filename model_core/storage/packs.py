"""Packs: one version of a style in one zip file, to carry to another machine.

A pack comes from anywhere, so nothing in it is believed: names, sizes and hashes are
checked while it is unpacked, and nothing in it is ever executed or unpickled.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError, safe_open

from model_core.domain.errors import BrokenModel, CannotWrite
from model_core.domain.version import BASE_VERSION, GateReport, ModelVersion
from model_core.storage.atomic import cannot_write, replacing
from model_core.storage.manifest import (
    MANIFEST,
    MAX_MANIFEST,
    MODEL,
    is_file_name,
    version_from_json,
    version_to_json,
)
from model_core.storage.rows import now

MAX_TOTAL = 400 << 20
MAX_FILES = 32
#: Weights shrink by a tenth; a file that grows a hundredfold is an attack.
MAX_RATIO = 100
_SMALL = 1 << 20  # below this a high ratio harms nobody
_BLOCK = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal content gives equal packs
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError,
    NotImplementedError, ValueError, OverflowError,
)  # fmt: skip


def base_as_version(style: str, files: Mapping[str, str]) -> ModelVersion:
    """The base model (``{name: sha256}``) as a version, so that a style without one can be
    packed."""
    return ModelVersion(
        id=BASE_VERSION,
        style=style,
        parent=BASE_VERSION,
        created_at=now(),
        method=BASE_VERSION,
        corrections=0,
        base_sha256=files.get(MODEL, ""),
        gate=GateReport(publish=True, reason="the base model"),
        files=dict(files),
    )


def write_pack(version: ModelVersion, files: Mapping[str, Path], file: Path) -> None:
    """Writes a pack, atomically, over an older pack or where nothing is. Raises
    :class:`CannotWrite`; OSError for ``files``."""
    _refuse_foreign(file)
    with replacing(file) as temporary, zipfile.ZipFile(temporary, "w") as pack:
        pack.writestr(_entry(MANIFEST), version_to_json(version))
        for name, source in files.items():
            with source.open("rb") as incoming, pack.open(_entry(name), "w") as outgoing:
                while block := incoming.read(_BLOCK):
                    outgoing.write(block)


def _refuse_foreign(file: Path) -> None:
    if not file.exists():
        return
    try:
        pack_info(file)
    except BrokenModel as error:
        raise CannotWrite(
            f"{file} is there already and is no pack of imgtune; choose another name."
        ) from error


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    # Weights hardly shrink, and stored ones are quick to read.
    entry.compress_type = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
    return entry


def pack_info(file: Path) -> ModelVersion:
    """The manifest of a pack, after the cheap checks (no hashes). Raises BrokenModel."""
    with _opened(file) as (_, version):
        return version


def unpack(file: Path, folder: Path) -> ModelVersion:
    """Unpacks the files of a pack into ``folder`` and checks them all.

    Returns the pack's manifest, which is not written. Raises :class:`BrokenModel` with one
    line when anything is wrong with the pack, CannotWrite when ``folder`` has no room.
    """
    with _opened(file) as (pack, version):
        left = MAX_TOTAL
        for name, expected in version.files.items():
            digest, size = _extract(pack, name, folder / name, left, file)
            left -= size
            if digest != expected:
                raise _broken(file, f"{name} is damaged")
    for name in version.files:
        if name.endswith(".safetensors"):
            _check_tensors(folder / name, file)
    return version


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, ModelVersion]]:
    try:
        with zipfile.ZipFile(file) as pack:
            _check_entries(pack, file)
            with pack.open(MANIFEST) as stream:
                version = version_from_json(stream.read(MAX_MANIFEST + 1), f"The pack {file}")
            if {entry.filename for entry in pack.infolist()} != {MANIFEST, *version.files}:
                raise _broken(file, "its files are not those of its manifest")
            yield pack, version
    except FileNotFoundError as error:
        raise BrokenModel(f"There is no pack {file}; check the name.") from error
    except _UNREADABLE as error:
        raise _broken(file, f"it is no pack or incomplete ({error})") from error


def _check_entries(pack: zipfile.ZipFile, file: Path) -> None:
    entries = pack.infolist()
    names = [entry.filename.lower() for entry in entries]  # some file systems ignore case
    if MANIFEST not in names:
        raise _broken(file, "it has no manifest")
    if len(entries) > MAX_FILES or len(set(names)) != len(names):
        raise _broken(file, "it holds too many files, or one of them twice")
    for entry in entries:
        if entry.orig_filename != MANIFEST and not is_file_name(entry.orig_filename):
            raise _broken(file, f"it holds an unexpected file {entry.orig_filename[:80]!r}")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _broken(file, "it is compressed in an unexpected way")
        if entry.file_size > max(_SMALL, MAX_RATIO * entry.compress_size):
            raise _broken(file, f"{entry.filename} unpacks to far more than it should")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise _broken(file, f"it is larger than {MAX_TOTAL >> 20} MB")


def _extract(
    pack: zipfile.ZipFile, name: str, target: Path, limit: int, file: Path
) -> tuple[str, int]:
    """(sha256, size) of the entry, written to ``target``; sizes counted, not believed."""
    digest, size = hashlib.sha256(), 0
    with pack.open(name) as incoming, _Output(target) as outgoing:
        while block := incoming.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise _broken(file, f"it is larger than {MAX_TOTAL >> 20} MB")
            digest.update(block)
            outgoing.write(block)
    return digest.hexdigest(), size


class _Output:
    """A new file whose OSErrors are CannotWrite, so that they do not blame the pack."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> _Output:
        try:
            self._file = self._path.open("xb")
        except OSError as error:
            raise cannot_write(self._path, error) from error
        return self

    def write(self, block: bytes) -> None:
        try:
            self._file.write(block)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def __exit__(self, *_: object) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise cannot_write(self._path, error) from error


def _check_tensors(path: Path, file: Path) -> None:
    try:
        with safe_open(path, framework="numpy") as tensors:
            tensors.keys()
    except (SafetensorError, OSError, ValueError) as error:
        raise _broken(file, f"{path.name} holds no tensors ({error})") from error


def _broken(file: Path, reason: str) -> BrokenModel:
    return BrokenModel(f"The pack {file} cannot be used: {reason}; get it again.")
