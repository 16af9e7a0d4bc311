"""Crop and straightening as Camera Raw says them in XMP.

``CropLeft`` / ``CropTop`` and ``CropRight`` / ``CropBottom`` are two corners of the crop, as
shares of the picture as it is stored: before ``tiff:Orientation`` turns it, and before it is
turned clockwise about its middle by ``CropAngle`` degrees, after which the crop stands upright.
Unlike sliders, this is the same in every program, where the lens is not corrected.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_core.domain.geometry import MAX_ANGLE, UNCROPPED, Geometry

SIDES = ("CropLeft", "CropTop", "CropRight", "CropBottom")
ANGLE, HAS = "CropAngle", "HasCrop"
#: The fields that say a crop.
FIELDS = frozenset((*SIDES, ANGLE, HAS))

_Matrix = npt.NDArray[np.float64]
#: EXIF orientation -> where right and down of the stored picture point once it is upright.
_UPRIGHT: dict[int, _Matrix] = {
    number: np.array(rows, np.float64)
    for number, rows in {
        1: ((1, 0), (0, 1)), 2: ((-1, 0), (0, 1)), 3: ((-1, 0), (0, -1)), 4: ((1, 0), (0, -1)),
        5: ((0, 1), (1, 0)), 6: ((0, -1), (1, 0)), 7: ((0, -1), (-1, 0)), 8: ((0, 1), (-1, 0)),
    }.items()
}  # fmt: skip
_QUARTER = _UPRIGHT[6]  # clockwise


@dataclass(frozen=True, slots=True)
class Stored:
    """A photo's size once it is upright, and the EXIF orientation that makes it so."""

    width: int
    height: int
    orientation: int = 1

    def __post_init__(self) -> None:
        if self.orientation not in _UPRIGHT:
            raise ValueError(f"there is no orientation {self.orientation}")

    @property
    def _size(self) -> _Matrix:
        """As stored: width and height."""
        size = (self.width, self.height)
        return np.array(size[::-1] if self.orientation >= 5 else size, np.float64)


def oriented(geometry: Geometry, stored: Stored) -> int:
    """The EXIF orientation that also makes the quarter turns."""
    wanted = np.linalg.matrix_power(_QUARTER, geometry.turns) @ _UPRIGHT[stored.orientation]
    return next(n for n, matrix in _UPRIGHT.items() if np.array_equal(matrix, wanted))


def crop_fields(geometry: Geometry, stored: Stored) -> dict[str, str | None]:
    """The fields that say ``geometry`` but for its quarter turns; None: not to be there."""
    geometry = geometry.fitted(stored.width, stored.height)
    if geometry == Geometry(turns=geometry.turns):
        return dict.fromkeys((*SIDES, ANGLE)) | {HAS: "False"}
    whole = _UPRIGHT[oriented(geometry, stored)]
    angle = geometry.angle * float(np.linalg.det(whole))
    across = np.array(geometry.turned_size(stored.width, stored.height))
    corners = np.array(
        [(geometry.left, geometry.top), (geometry.right, geometry.bottom)], np.float64
    )
    straight = (corners - 0.5) * across @ whole  # back by the orientation: its transpose
    two = np.stack([straight.min(axis=0), straight.max(axis=0)])
    shares = two @ _clockwise(angle) / stored._size + 0.5  # back by the angle
    numbers = (f"{v:.6f}".rstrip("0").rstrip(".") for v in shares.ravel())
    fields: dict[str, str | None] = dict(zip(SIDES, numbers, strict=True))
    return fields | {ANGLE: f"{angle:.4f}".rstrip("0").rstrip("."), HAS: "True"}


def geometry_of(
    fields: Mapping[str, str], orientation: int | None, stored: Stored
) -> Geometry | None:
    """What the fields say; ``orientation``: the one that stands beside them, None where none
    does. None where it cannot be followed: nonsense, or a photo that was mirrored there."""
    whole = _UPRIGHT.get(orientation or stored.orientation)
    if whole is None:
        return None
    turned = whole @ _UPRIGHT[stored.orientation].T
    turns = next(
        (n for n in range(4) if np.array_equal(np.linalg.matrix_power(_QUARTER, n), turned)), None
    )
    if turns is None:
        return None
    if fields.get(HAS, "").lower() != "true":
        return Geometry(turns=turns)
    try:
        left, top, right, bottom = (
            float(fields.get(n, d)) for n, d in zip(SIDES, "0011", strict=True)
        )
        angle = float(fields.get(ANGLE, "0"))
    except ValueError:
        return None
    if not all(map(math.isfinite, (left, top, right, bottom, angle))) or abs(angle) > MAX_ANGLE:
        return None
    corners = (np.array([(left, top), (right, bottom)]) - 0.5) * stored._size
    seen = corners @ _clockwise(angle).T @ whole.T
    across = np.array(Geometry(turns=turns).turned_size(stored.width, stored.height))
    (left, top), (right, bottom) = seen / across + 0.5
    (left, right), (top, bottom) = sorted((left, right)), sorted((top, bottom))
    try:
        found = Geometry(
            turns, angle * float(np.linalg.det(whole)) + 0.0,
            *(round(float(v), 6) for v in (left, top, right, bottom)),
        )  # fmt: skip
    except ValueError:
        return None
    fitted = found.fitted(stored.width, stored.height)
    return UNCROPPED if fitted == UNCROPPED else fitted


def _clockwise(degrees: float) -> _Matrix:
    """Turns points (x to the right, y down) clockwise."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return np.array([(cosine, -sine), (sine, cosine)])
