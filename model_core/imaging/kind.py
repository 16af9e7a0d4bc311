"""What a file is by how it begins. Its name is a hint only: files come under wrong ones."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from model_core.imaging.faults import refuse_special

RAW_SUFFIXES = frozenset(
    ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf"
    " .raw .rw2 .rwl .sr2 .srf .srw .x3f".split()
)

#: Fujifilm, Minolta, Sigma, Canon before TIFF, Panasonic, Olympus.
_RAW = (
    b"FUJIFILM", b"\0MRM", b"FOVb", b"II\x1a\0\0\0HEAP", b"IIU\0", b"IIRO", b"IIRS", b"MMOR",
)  # fmt: skip
_RENDERED = (
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51",
)  # fmt: skip
_MEDIA = b"ftyp"  # at 4; a brand follows
_CR3, _AVIF = b"crx ", b"avif"
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_HEAD = 16
_PHOTOMETRIC, _MAKE, _BELOW, _DNG_VERSION = 262, 271, 330, 50706
_OF_SENSORS = frozenset({32803, 34892})  # a colour filter array, or its light
_ENTRY, _MOST_ENTRIES, _MOST_NUMBERS = 12, 1000, 10
_NUMBERS = {3: ("H", 2), 4: ("I", 4), 13: ("I", 4)}  # kinds of whole numbers


def is_raw(path: Path) -> bool:
    """Whether it is a camera raw; where its content does not tell, as its name says. Raises
    OSError, and UnreadablePhoto for pipes and the like."""
    refuse_special(path)
    named = path.suffix.lower() in RAW_SUFFIXES
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head.startswith(_RAW) or head[4:12] == _MEDIA + _CR3:
            return True
        if head.startswith(_RENDERED) or head[4:8] == _MEDIA:
            return False
        if head[:4] not in _TIFF:
            return named
        return _tiff_is_raw(file, head, named)


def is_dng(path: Path) -> bool:
    """Whether a camera raw is a DNG. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        return head[:4] in _TIFF and _DNG_VERSION in _main(file, head)


def is_heif(path: Path) -> bool:
    """Whether it may be a HEIC or one of its kin but AVIF. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        return head[4:8] == _MEDIA and head[8:12] != _AVIF


def _tiff_is_raw(file: BinaryIO, head: bytes, named: bool) -> bool:
    """Raws that are TIFF look like one with a small picture to who does not look further."""
    main, order = _main(file, head), _TIFF[head[:4]]
    if _DNG_VERSION in main:
        return True
    if named:
        return _MAKE in main or not main  # every camera says who made it
    below = [_directory(file, order, place) for place in main.get(_BELOW, ())]
    return any(_OF_SENSORS & set(some.get(_PHOTOMETRIC, ())) for some in (main, *below))


def _main(file: BinaryIO, head: bytes) -> dict[int, tuple[int, ...]]:
    order = _TIFF[head[:4]]
    (at,) = struct.unpack(f"{order}I", head[4:8].ljust(4, b"\0"))
    return _directory(file, order, at)


def _directory(file: BinaryIO, order: str, at: int) -> dict[int, tuple[int, ...]]:
    """The TIFF directory at that place, as far as it can be read: whole numbers by tag, at most
    ten, and none where there is something else."""
    found: dict[int, tuple[int, ...]] = {}
    file.seek(at)
    (count,) = struct.unpack(f"{order}H", file.read(2).ljust(2, b"\0"))
    entries = file.read(_ENTRY * min(count, _MOST_ENTRIES))
    for first in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        tag, kind, number = struct.unpack_from(f"{order}HHI", entries, first)
        letter, size = _NUMBERS.get(kind, ("", 0))
        value = entries[first + 8 : first + _ENTRY]
        length = size * min(number, _MOST_NUMBERS)
        if length > len(value):
            file.seek(struct.unpack(f"{order}I", value)[0])
            value = file.read(length)
        whole = 0 < length <= len(value)
        found[tag] = (
            struct.unpack(f"{order}{length // size}{letter}", value[:length]) if whole else ()
        )
    return found
