"""Files written by ``encode`` and looked at with independent readers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from model_core.domain.export import FORMATS, ExportOptions
from model_core.imaging.encode import encode

PILLOW_NAMES = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WEBP", "avif": "AVIF"}
assert PILLOW_NAMES.keys() == FORMATS.keys()


def reopened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def written(original: Path, pixels: Any, **options: Any) -> Image.Image:
    """A copy of ``original`` with these pixels, as Pillow reads it."""
    return reopened(encode(pixels, original, ExportOptions(**options)))


def packet_of(image: Image.Image) -> bytes:
    """The XMP packet of a file, wherever its format keeps it."""
    found: Any = image.info.get("xmp") or getattr(image, "tag_v2", {}).get(700) or b""
    return found if isinstance(found, bytes) else found.encode()


def iptc_of(data: bytes) -> bytes:
    """The IPTC block of a JPEG or TIFF; empty without one."""
    image = reopened(data)
    if image.format == "TIFF":
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            tag = file.pages[0].tags.get(33723)  # type: ignore[union-attr]
            return bytes(tag.value) if tag is not None else b""
    return bytes(image.info.get("photoshop", {}).get(0x0404, b""))


def deep_png(data: bytes) -> Any:
    """16-bit PNG pixels by a reader that is not the writer's library call."""
    import struct
    import zlib

    position, header, body = 8, b"", b""
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        content = data[position + 8 : position + 8 + size]
        assert struct.unpack_from(">I", data, position + 8 + size)[0] == zlib.crc32(kind + content)
        header = content if kind == b"IHDR" else header
        body += content if kind == b"IDAT" else b""
        position += 12 + size
    width, height, depth = struct.unpack_from(">IIB", header)
    assert depth == 16
    return _unfiltered(zlib.decompress(body), width * 6, height).reshape(height, width, 3)


def _unfiltered(raw: bytes, stride: int, height: int) -> Any:
    """PNG filters undone (ISO 15948, 9.2), six bytes a pixel."""
    above = [0] * stride
    rows = []
    for y in range(height):
        line = raw[y * (stride + 1) : (y + 1) * (stride + 1)]
        kind, row = line[0], list(line[1:])
        for i in range(stride):
            a = row[i - 6] if i >= 6 else 0
            b = above[i]
            c = above[i - 6] if i >= 6 else 0
            nearest = min((a, b, c), key=lambda v: (abs(a + b - c - v), (a, b, c).index(v)))
            row[i] = (row[i] + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
        rows.append(row)
        above = row
    return np.array(rows, np.uint8).view(">u2").astype(np.uint16)
