"""A hash of an exported file inside itself: a later export sees that nobody has changed it.

It stands in the XMP packet, as a property of fixed length; the hash is that of the file with
zeros in its place. What a program signs with it may leave as it was, and the pixels not.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from model_core import xmp

_NAME = xmp.name("imgtune:Digest")
_EMPTY = b"0" * 32
_PLACE = re.compile(rb"imgtune:Digest>([0-9a-f]{32})</")
_LONGEST = 64  # bytes, at least, of what that finds
_PIECE = 1 << 20
_PNG = b"\x89PNG"


def reserve(properties: xmp.Properties) -> None:
    """Makes room in an XMP packet, for :func:`seal`."""
    properties[_NAME] = xmp.simple(_NAME, _EMPTY.decode())


def seal(file: BinaryIO) -> None:
    """Puts its hash into the room reserved in a file that was written; one without such room (a
    JPEG that has none for the packet) stays as it is. ``file`` can be read and sought in."""
    place = _place(file)
    if place is not None:
        digest = _digest(file, _changes(file, place, _EMPTY))
        for at, data in _changes(file, place, digest).items():
            file.seek(at)
            file.write(data)


def is_sealed(path: Path) -> bool:
    """Whether the file is, byte for byte, as it was written."""
    try:
        with path.open("rb") as file:
            place = _place(file)
            if place is None:
                return False
            file.seek(place)
            found = file.read(len(_EMPTY))
            return _digest(file, _changes(file, place, _EMPTY)) == found
    except OSError:
        return False


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """All of the file, which may be larger than what memory there is."""
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def _place(file: BinaryIO) -> int | None:
    """Where in the file the hash stands."""
    at, rest = 0, b""
    for piece in _pieces(file):
        rest += piece
        if (found := _PLACE.search(rest)) is not None:
            return at + found.start(1)
        at += max(0, len(rest) - _LONGEST)
        rest = rest[-_LONGEST:]
    return None


def _changes(file: BinaryIO, place: int, digest: bytes) -> dict[int, bytes]:
    """What there is to be, and where, with that hash; in a PNG the sum of its chunk, too."""
    changes = {place: digest}
    file.seek(0)
    if file.read(len(_PNG)) != _PNG:
        return changes
    at = 8
    while True:
        file.seek(at)
        head = file.read(4)
        end = at + 12 + int.from_bytes(head, "big")
        if len(head) < 4 or at > place:
            return changes
        if place < end:
            data = bytearray(file.read(end - 4 - (at + 4)))
            data[place - at - 4 : place - at - 4 + len(digest)] = digest
            changes[end - 4] = struct.pack(">I", zlib.crc32(data))
        at = end


def _digest(file: BinaryIO, changes: dict[int, bytes]) -> bytes:
    """The hash of the file as it is with these changes."""
    whole, at = hashlib.sha256(), 0
    for piece in _pieces(file):
        changed = bytearray(piece)
        for place, data in changes.items():
            first, last = max(place, at), min(place + len(data), at + len(piece))
            if first < last:
                changed[first - at : last - at] = data[first - place : last - place]
        whole.update(changed)
        at += len(piece)
    return whole.hexdigest()[: len(_EMPTY)].encode()
