"""Pictures, profiles and settings made by numpy, for the tests of the engine."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from PIL import Image

from model_core.domain.develop import PARAMS, DevelopSettings

Pixels = npt.NDArray[np.uint8]

REPO = Path(__file__).resolve().parents[2]
SHARED = REPO.parent / "shared"
SAMPLES = REPO / "assets" / "samples"

#: Any settings that sliders can have, corners and zeros among them.
settings_in_the_box = st.tuples(
    *(
        st.one_of(
            st.sampled_from([p.low, 0.0, p.high]),
            st.floats(p.low, p.high, allow_nan=False, allow_subnormal=False),
        )
        for p in PARAMS
    )
).map(DevelopSettings.from_values)


def scene(seed: int = 0, height: int = 120, width: int = 180) -> Pixels:
    """A smooth coloured picture with some noise; different for each seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (4, 6, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    noisy = np.asarray(smooth, dtype=np.float64) + rng.normal(0, 3, (height, width, 3))
    return np.clip(noisy + 0.5, 0, 255).astype(np.uint8)


def write_scene(path: Path, seed: int = 0, **options: Any) -> Path:
    """A :func:`scene` as a file; ``options`` go to Pillow (``exif`` too)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = {k: options.pop(k) for k in ("height", "width") if k in options}
    Image.fromarray(scene(seed, **size)).save(path, **options)
    return path


#: One colour for each quarter: upper left, upper right, lower left, lower right.
QUARTERS = ((220, 40, 30), (30, 180, 60), (40, 60, 200), (230, 230, 220))


def quarters(height: int = 40, width: int = 60) -> Pixels:
    """A picture whose orientation can be read off its quarters."""
    pixels = np.empty((height, width, 3), np.uint8)
    rows, columns = (slice(None, height // 2), slice(height // 2, None)), width // 2
    pixels[rows[0], :columns], pixels[rows[0], columns:] = QUARTERS[:2]
    pixels[rows[1], :columns], pixels[rows[1], columns:] = QUARTERS[2:]
    return pixels


def corners_of(pixels: npt.NDArray[Any]) -> list[int]:
    """Which of QUARTERS lies upper left, upper right, lower left, lower right."""
    height, width = pixels.shape[:2]
    found = []
    for y in (height // 4, height * 3 // 4):
        for x in (width // 4, width * 3 // 4):
            distance = [np.abs(pixels[y, x].astype(int) - q).sum() for q in QUARTERS]
            found.append(int(np.argmin(distance)))
    return found


#: EXIF orientation -> what stands upper left, upper right, lower left, lower right once a
#: file that stores QUARTERS in reading order is shown upright (CIPA DC-008, 4.6.5).
UPRIGHT = {
    1: [0, 1, 2, 3],
    2: [1, 0, 3, 2],
    3: [3, 2, 1, 0],
    4: [2, 3, 0, 1],
    5: [0, 2, 1, 3],
    6: [2, 0, 3, 1],
    7: [3, 1, 2, 0],
    8: [1, 3, 0, 2],
}


def exif(**tags: Any) -> Image.Exif:
    """EXIF of a camera; ``orientation`` and any other baseline tag by its number ``t123``."""
    block = Image.Exif()
    block[0x010F], block[0x0110] = "Maker", "Camera X"
    if "orientation" in tags:
        block[0x0112] = tags.pop("orientation")
    detail = block.get_ifd(0x8769)
    detail[0x9003] = "2024:05:01 10:20:30"
    detail[0x8827] = 400
    detail[0x927C] = b"offsets into the old file"
    block.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.0)})
    for tag, value in tags.items():
        block[int(tag[1:])] = value
    return block


#: Published colorants (D50, as profiles hold them): Apple's Display P3, Adobe RGB (1998), sRGB.
P3_COLORANTS = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189),
                (0.15710, 0.06657, 0.78407))  # fmt: skip
ADOBE_COLORANTS = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087),
                   (0.14919, 0.06322, 0.74457))  # fmt: skip
SRGB_COLORANTS = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708),
                  (0.14307, 0.06061, 0.71410))  # fmt: skip
_WHITE_D50 = (0.9642, 1.0, 0.8249)


def icc_profile(
    description: str, colorants: Sequence[Sequence[float]], gamma: float | None
) -> bytes:
    """An ICC v4 matrix profile of an RGB display; ``gamma`` None is the sRGB curve."""
    if gamma is None:
        numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        curve = struct.pack(">4sIHH", b"para", 0, 3, 0) + b"".join(map(_fixed, numbers))
    else:
        curve = struct.pack(">4sIHH", b"para", 0, 0, 0) + _fixed(gamma)
    tags = {b"desc": _text(description), b"cprt": _text("none"), b"wtpt": _xyz(_WHITE_D50)}
    tags |= {n: _xyz(c) for n, c in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s12x4s", size, b"\0\0\0\0", 0x04300000, b"mntr", b"RGB ",
                         b"XYZ ", b"acsp")  # fmt: skip
    header += b"\0" * (68 - len(header)) + b"".join(map(_fixed, _WHITE_D50))
    return header.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(value: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, value))


def _text(text: str) -> bytes:
    coded = text.encode("utf-16-be")
    return struct.pack(">4sIII4sII", b"mluc", 0, 1, 12, b"enUS", len(coded), 28) + coded
