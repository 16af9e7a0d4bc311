"""IPTC IIM: the older captions and keywords in JPEG (APP13) and TIFF, which agencies read.

IPTC-NAA Information Interchange Model 4.2. A data set is (record, number, bytes); text is
written as UTF-8 here, and said to be.
"""

from __future__ import annotations

import struct
from collections import defaultdict

from model_core import xmp

DataSets = list[tuple[int, int, bytes]]

_UTF8 = (1, 90, b"\x1b%G")  # "coded character set": ISO 2022 for UTF-8
_MAX_TEXT = 30_000  # longer ones need the extended form, which few programs read
_BINARY = {0, 125, *range(200, 203)}  # version, rasterised caption, preview
_PLACE = {26, 27, 90, 92, 95, 100, 101}
_RIGHTS = {80, 85, 110, 115, 116, 118}
_COPYRIGHT = 116
_RESOURCE = 0x0404  # "IPTC-NAA record" among Photoshop's image resources


def parse(data: bytes) -> DataSets:
    """The text data sets of record 2, as UTF-8; what is damaged ends the list."""
    raw, position, utf8 = [], 0, False
    while position + 5 <= len(data) and data[position] == 0x1C:
        record, number, size = struct.unpack_from(">BBH", data, position + 1)
        position += 5
        if size & 0x8000 or position + size > len(data):
            break
        value = data[position : position + size]
        position += size
        utf8 = utf8 or (record, number, value) == _UTF8
        raw.append((record, number, value))
    return [
        (record, number, _as_utf8(value, utf8))
        for record, number, value in raw
        if record == 2 and number not in _BINARY
    ]


def _as_utf8(value: bytes, utf8: bool) -> bytes:
    try:
        value.decode("utf-8")  # many programs write it without saying so
    except UnicodeDecodeError:
        return value.decode("utf-8" if utf8 else "cp1252", "replace").encode()
    return value


def serialise(sets: DataSets) -> bytes:
    """The bytes of a block; empty when there is nothing in it."""
    if not sets:
        return b""
    blocks = [_UTF8, (2, 0, b"\0\4"), *sorted(sets, key=lambda s: s[:2])]
    return b"".join(
        struct.pack(">BBBH", 0x1C, record, number, len(value)) + value
        for record, number, value in blocks
        if len(value) <= _MAX_TEXT
    )


def as_resource(block: bytes) -> bytes:
    """``block`` as Photoshop image resource, the form of a JPEG's APP13 (without its name)."""
    return (
        b"8BIM" + struct.pack(">HHI", _RESOURCE, 0, len(block)) + block + b"\0" * (len(block) % 2)
    )


def from_resources(data: bytes) -> bytes:
    """The IPTC block among Photoshop image resources (TIFF tag 34377); empty without one."""
    position = 0
    while data[position : position + 4] == b"8BIM" and position + 12 <= len(data):
        (kind,) = struct.unpack_from(">H", data, position + 4)
        position += 6
        position += (data[position] + 2) & ~1  # a Pascal string, padded to even
        if position + 4 > len(data):
            break
        (size,) = struct.unpack_from(">I", data, position)
        position += 4
        if kind == _RESOURCE:
            return data[position : position + size]
        position += size + size % 2
    return b""


def without_place(sets: DataSets) -> DataSets:
    return [s for s in sets if s[1] not in _PLACE]


def rights_only(sets: DataSets) -> DataSets:
    return [s for s in sets if s[1] in _RIGHTS]


def with_copyright(sets: DataSets, text: str) -> DataSets:
    return [s for s in sets if s[1] != _COPYRIGHT] + [(2, _COPYRIGHT, text.encode())]


_TEXTS = {
    40: "photoshop:Instructions", 55: "photoshop:DateCreated", 85: "photoshop:AuthorsPosition",
    90: "photoshop:City", 92: "Iptc4xmpCore:Location", 95: "photoshop:State",
    100: "Iptc4xmpCore:CountryCode", 101: "photoshop:Country", 105: "photoshop:Headline",
    110: "photoshop:Credit", 115: "photoshop:Source", 122: "photoshop:CaptionWriter",
}  # fmt: skip
_LOCALISED = {5: "dc:title", 116: "dc:rights", 120: "dc:description"}


def as_xmp(sets: DataSets) -> xmp.Properties:
    """The same in XMP (IPTC Photo Metadata Standard), for files that cannot hold IIM."""
    values: dict[int, list[str]] = defaultdict(list)
    for _, number, value in sets:
        # A control character would make the whole packet unreadable.
        text = "".join(c for c in value.decode("utf-8") if c.isprintable() or c in "\n\t")
        if text:
            values[number].append(text)
    made: xmp.Properties = {}
    for number, qualified in (_TEXTS | _LOCALISED).items():
        if number in values:
            key, text = xmp.name(qualified), values[number][0]
            make = xmp.localised if number in _LOCALISED else xmp.simple
            made[key] = make(key, _xmp_date(text) if number == 55 else text)
    for number, qualified, ordered in ((25, "dc:subject", False), (80, "dc:creator", True)):
        if number in values:
            key = xmp.name(qualified)
            made[key] = xmp.listed(key, values[number], ordered=ordered)
    return made


def _xmp_date(text: str) -> str:
    """``20240501`` as ``2024-05-01``."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text
