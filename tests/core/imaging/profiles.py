"""Colour profiles made by hand, besides the matrix ones of ``pictures``."""

from __future__ import annotations

import itertools
import struct
import zlib
from typing import Any

import imagecodecs
import numpy as np

from model_core.imaging.colour import D50, xyz_of


def grey_profile(gamma: float) -> bytes:
    return bytes(imagecodecs.cms_profile("gray", whitepoint=D50, gamma=gamma))


def cmyk_profile() -> bytes:
    """An ICC v2 look-up-table profile of a printer whose inks mix as light does: what is
    seen is (1 - ink) x (1 - black) of linear sRGB, in corners; between them, of Lab."""
    to_xyz = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061],
                       [0.01392, 0.09708, 0.71410]])  # fmt: skip
    table = bytearray()
    for *inks, black in itertools.product((0, 1), repeat=4):
        xyz = to_xyz @ [(1 - ink) * (1 - black) for ink in inks] / xyz_of(D50)
        f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * 841 / 108 + 4 / 29)
        lab = 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])
        table += bytes(int(np.clip(round(v), 0, 255)) for v in (
            lab[0] * 2.55, lab[1] + 128, lab[2] + 128))  # fmt: skip
    identity = [v * 65536 for v in (1, 0, 0, 0, 1, 0, 0, 0, 1)]
    lut = struct.pack(">4s4xBBBx9i", b"mft1", 4, 3, 2, *identity)
    lut += bytes(range(256)) * 4 + bytes(table) + bytes(range(256)) * 3
    white = struct.pack(">4s4x3i", b"XYZ ", *(round(v * 65536) for v in (0.9642, 1, 0.8249)))
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"inks\0" + bytes(78)
    tags = {b"A2B0": lut, b"A2B1": lut, b"wtpt": white, b"desc": description,
            b"cprt": b"text\0\0\0\0none\0"}  # fmt: skip
    at, directory, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        directory += struct.pack(">4sII", name, at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s12x4s", 128 + len(directory) + len(body), b"\0\0\0\0",
                         0x02400000, b"prtr", b"CMYK", b"Lab ", b"acsp")  # fmt: skip
    header += b"\0" * (68 - len(header))
    header += struct.pack(">3i", *(round(v * 65536) for v in (0.9642, 1, 0.8249)))
    return header.ljust(128, b"\0") + directory + body


def deep_png(pixels: Any, icc: bytes = b"", exif: bytes = b"") -> bytes:
    """A 16-bit PNG of (H, W) or (H, W, 2..4) uint16, with a profile and EXIF."""
    chunks = [(b"iCCP", b"icc\0\0" + zlib.compress(icc))] if icc else []
    chunks += [(b"eXIf", exif.removeprefix(b"Exif\0\0"))] if exif else []
    return png(pixels, *chunks)


def png(pixels: Any, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of uint8 or uint16 with these chunks before its pixels."""
    plain = bytes(imagecodecs.png_encode(np.ascontiguousarray(pixels)))
    extra = b"".join(_chunk(kind, data) for kind, data in chunks)
    return plain[:33] + extra + plain[33:]  # after the header chunk


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
