"""ICC profiles of the output spaces, made from the numbers in ``colour.SPACES``.

Made here because neither lcms through Pillow (sRGB only) nor imagecodecs (every profile is
called "RGB built-in") gives a profile that other programs show by its right name.
"""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from model_core.imaging.colour import D65, SPACES, adaptation, decode_transfer, to_xyz, xyz_of

#: Header field "profile creator": how an export is known as ours, whatever its metadata.
CREATOR = b"imgt"

# The white of the profile connection space, as ICC.1:2001-04 rounds it.
_PCS_WHITE = np.array([0.9642, 1.0, 0.8249])
_CURVE_POINTS = 1024  # as in the usual sRGB profile; to 1/4000 of the formula


@lru_cache
def icc_profile(space: str) -> bytes:
    """A matrix profile (ICC version 2.1, which every program and print shop reads)."""
    name = SPACES[space].label.encode("ascii")
    curve = _curve(space)
    colorants = _colorants(space)
    tags: list[tuple[bytes, bytes]] = [
        (b"desc", struct.pack(">4sxxxxI", b"desc", len(name) + 1) + name + b"\0" * 79),
        (b"cprt", b"text\0\0\0\0No copyright, use freely\0"),
        (b"wtpt", _xyz(_PCS_WHITE)),
        *((n, _xyz(c)) for n, c in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants.T, strict=True)),
        *((n, curve) for n in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    placed: dict[bytes, int] = {}  # the three curves are one
    for signature, data in tags:
        if data not in placed:
            placed[data] = start + len(body)
            body += data + b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", signature, placed[data], len(data))
    return _header(start + len(body)) + table + body


def _header(size: int) -> bytes:
    # Size, no preferred engine, version 2.1, display, RGB to XYZ; a fixed date, so that the
    # same photo gives the same bytes.
    return (
        struct.pack(">I4xI4s4s4s", size, 0x02100000, b"mntr", b"RGB ", b"XYZ ")
        + struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp")
        + b"\0" * 28
        + b"".join(_fixed(v) for v in _PCS_WHITE)
        + CREATOR
        + b"\0" * 44
    )


def _colorants(space: str) -> npt.NDArray[np.float64]:
    """The primaries' XYZ, adapted to the connection space's white by Bradford; in columns."""
    matrix: npt.NDArray[np.float64] = adaptation(xyz_of(D65), _PCS_WHITE) @ to_xyz(space)
    return matrix


def _curve(space: str) -> bytes:
    gamma = SPACES[space].gamma
    if gamma is not None:  # as u8Fixed8: 563/256 is Adobe RGB's very number
        return struct.pack(">4sxxxxIHxx", b"curv", 1, round(gamma * 256))
    light = decode_transfer(np.linspace(0.0, 1.0, _CURVE_POINTS), space)
    points = np.round(light * 65535).astype(">u2")
    return struct.pack(">4sxxxxI", b"curv", len(points)) + points.tobytes()


def _xyz(values: npt.NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(v) for v in values)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(float(value) * 65536))
