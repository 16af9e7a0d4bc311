"""Camera raw files made by hand: the least DNG that LibRaw takes for one."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.core.pictures import Pixels

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 2, 3, 4, 5, 10
_WHITE = 4095

Entries = list[tuple[int, int, list[int]]]


def write_dng(
    path: Path,
    rgb: Pixels | npt.NDArray[np.float64],
    *,
    orientation: int = 1,
    neutral: tuple[float, float, float] = (1.0, 1.0, 1.0),
    preview: bytes | None = None,
    noted: bool = False,
    kind: str = "mosaic",
    black: int = 0,
    stops: float = 0.0,
    active: tuple[int, int, int, int] | None = None,
    crop: tuple[int, int, int, int] | None = None,
) -> Path:
    """Writes linear ``rgb`` (H, W, 3; even sides; 255 is white; more fills the sensor) as a
    camera whose own colours are linear sRGB sees it. ``neutral``: what it sees of the light's
    white. ``preview``: a JPEG to embed. ``noted``: with EXIF of time and ISO. ``kind``: "mosaic"
    (Bayer, RGGB), "linear" (all channels of each pixel) or "mono" (green only, of a camera that
    sees no colours). ``black``: the number of no light, of 4,095. ``stops``: the exposure that
    it is to be shown with. ``active``: top, left, bottom and right of what sees light. ``crop``:
    left, top, width and height, inside that, of what is to be shown."""
    height, width = rgb.shape[:2]
    seen = np.round(rgb / 255 * np.array(neutral) * (_WHITE - black) + black)
    sensor = np.ascontiguousarray(seen.clip(0, _WHITE).astype("<u2"))
    if kind == "mosaic":
        full, sensor = sensor, np.empty((height, width), "<u2")
        for channel, rows, columns in ((0, 0, 0), (1, 0, 1), (1, 1, 0), (2, 1, 1)):
            sensor[rows::2, columns::2] = full[rows::2, columns::2, channel]
    if kind == "mono":
        sensor = np.ascontiguousarray(sensor[..., 1])
    samples = 3 if kind == "linear" else 1
    xyz_to_srgb = [3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570]
    main: Entries = [
        (254, _LONG, [0]),
        (256, _LONG, [width]),
        (257, _LONG, [height]),
        (258, _SHORT, [16] * samples),
        (259, _SHORT, [1]),
        (262, _SHORT, [32803 if kind == "mosaic" else 34892]),  # colour filter array, or light
        (271, _ASCII, list(b"Imgtune\0")),
        (272, _ASCII, list(b"Test One\0")),
        (273, _LONG, [0]),  # where the mosaic is, filled in below
        (274, _SHORT, [orientation]),
        (277, _SHORT, [samples]),
        (278, _LONG, [height]),
        (279, _LONG, [sensor.nbytes]),
        *([(33421, _SHORT, [2, 2]), (33422, _BYTE, [0, 1, 1, 2])] if kind == "mosaic" else []),
        *([(34665, _LONG, [0])] if noted else []),  # where the EXIF block is
        (50706, _BYTE, [1, 4, 0, 0]),  # DNG version
        (50707, _BYTE, [1, 1, 0, 0]),
        (50708, _ASCII, list(b"Imgtune Test One\0")),
        (50714, _SHORT, [black] * samples),
        (50717, _LONG, [_WHITE]),
        *([(50719, _LONG, list(crop[:2])), (50720, _LONG, list(crop[2:]))] if crop else []),
        (50721, _SRATIONAL, [n for v in xyz_to_srgb for n in (round(v * 10000), 10000)]),
        (50728, _RATIONAL, [n for v in neutral for n in (round(v * 10000), 10000)]),
        *([(50730, _SRATIONAL, [round(stops * 100), 100])] if stops else []),
        (50778, _SHORT, [21]),  # D65
        *([(50829, _LONG, list(active))] if active else []),
    ]
    exif: Entries = [
        (34855, _SHORT, [640]),
        (36867, _ASCII, list(b"2024:05:01 10:20:30\0")),
    ]
    second: Entries = [
        (254, _LONG, [1]),
        (259, _SHORT, [6]),
        (513, _LONG, [0]),  # where the preview is
        (514, _LONG, [len(preview or b"")]),
    ]
    blocks = [main, *([exif] if noted else []), *([second] if preview else [])]
    path.write_bytes(_tiff(blocks, sensor.tobytes(), preview or b""))
    return path


def _tiff(blocks: list[Entries], pixels: bytes, preview: bytes) -> bytes:
    """The first block, perhaps an EXIF block, perhaps a second picture's; then the data."""
    starts = [8]
    for block in blocks:
        starts.append(starts[-1] + len(_block(block, 0, 0)))
    places = {273: starts[-1], 34665: starts[1], 513: starts[-1] + len(pixels)}
    out = b"II*\0" + struct.pack("<I", 8)
    for block, start in zip(blocks, starts, strict=False):
        placed = [(t, kind, [places.get(t, values[0]), *values[1:]]) for t, kind, values in block]
        has_second = block is blocks[0] and preview
        out += _block(placed, start, starts[len(blocks) - 1] if has_second else 0)
    return out + pixels + preview


def _block(entries: Entries, start: int, following: int) -> bytes:
    codes = {_BYTE: "B", _ASCII: "B", _SHORT: "H", _LONG: "I", _RATIONAL: "I", _SRATIONAL: "i"}
    data_at = start + 2 + 12 * len(entries) + 4
    table, data = struct.pack("<H", len(entries)), b""
    for tag, kind, values in entries:
        packed = struct.pack(f"<{len(values)}{codes[kind]}", *values)
        count = len(values) // 2 if kind in (_RATIONAL, _SRATIONAL) else len(values)
        field = packed.ljust(4, b"\0")
        if len(packed) > 4:
            field = struct.pack("<I", data_at + len(data))
            data += packed + b"\0" * (len(packed) % 2)
        table += struct.pack("<HHI", tag, kind, count) + field
    return table + struct.pack("<I", following) + data
