"""A hash of an exported file inside itself: a later export sees that nobody has changed it.

It stands in the XMP packet, as a property of fixed length; the hash is that of the file with
zeros in its place. What a program signs with it may leave as it was, and the pixels not.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from pathlib import Path

from model_core import xmp
from model_core.imaging.output.strips import Parts

_NAME = xmp.name("imgtune:Digest")
_EMPTY = "0" * 32
_PLACE = re.compile(rb"imgtune:Digest>([0-9a-f]{32})</")
_PNG = b"\x89PNG"


def reserve(properties: xmp.Properties) -> None:
    """Makes room in an XMP packet, for :func:`sealed`."""
    properties[_NAME] = xmp.simple(_NAME, _EMPTY)


def sealed(parts: Parts) -> Parts:
    """A file, in parts, with its hash in the room reserved; as it is where there is none (a JPEG
    that has no room for the packet)."""
    for number, part in enumerate(parts):
        if (place := _PLACE.search(part)) is not None:
            digest = _digest(parts)
            whole = bytearray(part)
            whole[place.start(1) : place.end(1)] = digest
            if bytes(parts[0][:4]) == _PNG:  # the part is a chunk, which ends with its own sum
                whole[-4:] = struct.pack(">I", zlib.crc32(whole[4:-4]))
            return [*parts[:number], whole, *parts[number + 1 :]]
    return parts


def is_sealed(path: Path) -> bool:
    """Whether the file is, byte for byte, as it was written."""
    try:
        data = bytearray(path.read_bytes())
    except OSError:
        return False
    place = _PLACE.search(data)
    if place is None:
        return False
    start, end, found = *place.span(1), place.group(1)
    data[start:end] = _EMPTY.encode()
    if data[:4] == _PNG:
        _sum_again(data, start)
    return _digest([data]) == found


def _digest(parts: Parts) -> bytes:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return whole.hexdigest()[: len(_EMPTY)].encode()


def _sum_again(png: bytearray, inside: int) -> None:
    """Renews the sum of the chunk around that place."""
    at = 8
    while at + 12 <= len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        if at < inside < end <= len(png):
            png[end - 4 : end] = struct.pack(">I", zlib.crc32(png[at + 4 : end - 4]))
            return
        at = end
