"""A JPEG coded in strips side by side, and put together with restart markers.

A restart marker (ITU-T T.81, F.1.2.3) lets the coder forget what came before, so a strip that
was coded alone is, bit for bit, what would stand between two of them. The strips do not depend
on the number of threads, and neither does the file.
"""

from __future__ import annotations

import struct

import imagecodecs

from model_core.imaging.cores import pool
from model_core.imaging.output.size import Coded

_SOF0, _SOS, _DRI, _RST0 = 0xC0, 0xDA, 0xDD, 0xD0
_STRIP = 1 << 14  # blocks at a time, of 65,535 at most: a megapixel of full colour


#: Of a file, to be written one after another: joined, a large one would be held twice.
Parts = list[bytes | bytearray | memoryview]


def jpeg_in_strips(pixels: Coded, quality: int, subsampling: str, threads: int) -> Parts:
    """Baseline JPEG of 8-bit (H, W, 3), ``subsampling`` "444" or "420", without metadata; all that
    comes before the coded pixels is in the first part."""
    side = 8 if subsampling == "444" else 16
    blocks = -(-pixels.shape[1] // side)
    rows = max(1, _STRIP // blocks) * side
    tops = range(0, len(pixels), rows)

    def coded(top: int) -> bytes:
        strip = pixels[top : top + rows]
        return bytes(imagecodecs.jpeg8_encode(strip, level=quality, subsampling=subsampling))

    strips = [coded(top) for top in tops] if threads == 1 else list(pool.map(coded, tops))
    if len(strips) == 1:
        return [strips[0]]
    return _joined(strips, len(pixels), rows // side * blocks)


def _joined(strips: list[bytes], height: int, interval: int) -> Parts:
    """``interval``: blocks of each strip but the last."""
    head, frame, scan = _places(strips[0])
    first = bytearray(strips[0][:head])
    struct.pack_into(">H", first, frame + 5, height)  # after marker, length and precision
    restart = struct.pack(">BBHH", 0xFF, _DRI, 4, interval)
    parts: Parts = [bytes(first) + restart + strips[0][head:scan]]
    for number, strip in enumerate(strips):
        if number:
            parts.append(bytes((0xFF, _RST0 + (number - 1) % 8)))
        parts.append(memoryview(strip)[_places(strip)[2] : -2])
    parts.append(b"\xff\xd9")
    return parts


def _places(jpeg: bytes) -> tuple[int, int, int]:
    """Where the header of the scan begins, that of the frame, and what the scan holds."""
    at, frame = 2, 0
    while jpeg[at + 1] != _SOS:
        if jpeg[at + 1] == _SOF0:
            frame = at
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return at, frame, at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
