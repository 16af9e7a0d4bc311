"""A camera raw file made by hand: the least DNG that LibRaw takes for one."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from tests.core.pictures import Pixels

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 2, 3, 4, 5, 10
_WHITE = 4095


def write_dng(
    path: Path,
    rgb: Pixels,
    *,
    orientation: int = 1,
    neutral: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Path:
    """Writes linear ``rgb`` (H, W, 3; even sides; 0..255 of white) as an RGGB Bayer mosaic of a
    camera whose own colours are linear sRGB. ``neutral``: what it sees of the light's white."""
    height, width = rgb.shape[:2]
    mosaic = np.empty((height, width), "<u2")
    for channel, rows, columns in ((0, 0, 0), (1, 0, 1), (1, 1, 0), (2, 1, 1)):
        plane = rgb[rows::2, columns::2, channel].astype(np.float64)
        mosaic[rows::2, columns::2] = np.round(plane / 255 * neutral[channel] * _WHITE)
    xyz_to_srgb = [3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570]
    entries: list[tuple[int, int, list[int]]] = [
        (254, _LONG, [0]),
        (256, _LONG, [width]),
        (257, _LONG, [height]),
        (258, _SHORT, [16]),
        (259, _SHORT, [1]),
        (262, _SHORT, [32803]),  # colour filter array
        (271, _ASCII, list(b"Imgtune\0")),
        (272, _ASCII, list(b"Test One\0")),
        (273, _LONG, [0]),  # strip offset, filled in below
        (274, _SHORT, [orientation]),
        (277, _SHORT, [1]),
        (278, _LONG, [height]),
        (279, _LONG, [mosaic.nbytes]),
        (33421, _SHORT, [2, 2]),
        (33422, _BYTE, [0, 1, 1, 2]),
        (50706, _BYTE, [1, 4, 0, 0]),  # DNG version
        (50707, _BYTE, [1, 1, 0, 0]),
        (50708, _ASCII, list(b"Imgtune Test One\0")),
        (50714, _SHORT, [0]),
        (50717, _LONG, [_WHITE]),
        (50721, _SRATIONAL, [n for v in xyz_to_srgb for n in (round(v * 10000), 10000)]),
        (
            50728,
            _RATIONAL,
            [n for v in neutral for n in (round(v * 10000), 10000)],
        ),
        (50778, _SHORT, [21]),  # D65
    ]
    path.write_bytes(_tiff(entries, mosaic.tobytes()))
    return path


def _tiff(entries: list[tuple[int, int, list[int]]], pixels: bytes) -> bytes:
    codes = {_BYTE: "B", _ASCII: "B", _SHORT: "H", _LONG: "I", _RATIONAL: "I", _SRATIONAL: "i"}
    start = 8 + 2 + 12 * len(entries) + 4
    payload = [struct.pack(f"<{len(v)}{codes[t]}", *v) for _, t, v in entries]
    pixels_at = start + sum(len(p) + len(p) % 2 for p in payload if len(p) > 4)
    table, data = struct.pack("<H", len(entries)), b""
    for (tag, kind, values), packed in zip(entries, payload, strict=True):
        count = len(values) // 2 if kind in (_RATIONAL, _SRATIONAL) else len(values)
        if tag == 273:
            packed = struct.pack("<I", pixels_at)
        field = packed.ljust(4, b"\0")
        if len(packed) > 4:
            field = struct.pack("<I", start + len(data))
            data += packed + b"\0" * (len(packed) % 2)
        table += struct.pack("<HHI", tag, kind, count) + field
    return b"II*\0" + struct.pack("<I", 8) + table + struct.pack("<I", 0) + data + pixels
