"""A photo: what is known of the file, and the name that follows its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NewType

#: Hash of the file's bytes (blake2b-128, hex): survives moves and renames.
PhotoId = NewType("PhotoId", str)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo file as it was when it was opened.

    ``width`` and ``height`` are in pixels after the EXIF orientation is applied.
    ``captured_at`` is the EXIF capture time as written by the camera, ISO 8601 without a
    zone, or None. ``as_shot_kelvin`` and ``as_shot_tint`` (of the light that the camera took
    for white; tint is positive for greener light, as raw converters show it) are known for
    raw files only.
    """

    path: Path
    id: PhotoId
    width: int
    height: int
    captured_at: str | None = None
    camera: str | None = None
    iso: float | None = None
    as_shot_kelvin: float | None = None
    as_shot_tint: float | None = None

    @property
    def shoot(self) -> str:
        """The shoot a photo belongs to unless the user says otherwise: folder and day."""
        day = (self.captured_at or "")[:10]
        return f"{self.path.parent}|{day}"
