"""What a file says about the photo in it: EXIF, with all that cameras write wrongly."""

from __future__ import annotations

from typing import Any

from PIL import ExifTags, Image

_DCF_ADOBE, _OLD_ADOBE = "R03", 2


def orientation_of(format_name: str | None, exif: Image.Exif) -> int:
    """The EXIF orientation (1..8) that is still to be applied to what Pillow decodes.

    It turns TIFF upright itself, as pillow-heif does HEIC (which then says 1).
    """
    found = exif.get(ExifTags.Base.Orientation)
    known = isinstance(found, int) and 1 <= found <= 8 and format_name != "TIFF"
    return int(found or 1) if known else 1


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """The size once the orientation is applied."""
    return (height, width) if orientation >= 5 else (width, height)


def exif_facts(exif: Image.Exif) -> dict[str, Any]:
    """``captured_at``, ``camera`` and ``iso``, the fields of :class:`Photo`, as far as known."""
    detail = block(exif, ExifTags.IFD.Exif)
    return {
        "captured_at": timestamp(
            detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        ),
        "camera": text(exif.get(ExifTags.Base.Model)),
        "iso": number(detail.get(ExifTags.Base.ISOSpeedRatings)),
    }


def declared_space(exif: Image.Exif) -> str:
    """The space of pixels without a profile: sRGB, unless the camera says Adobe RGB in the
    way of DCF 2.0 (many cameras do, and embed no profile), or by the number that some wrote
    before it."""
    index = text(block(exif, ExifTags.IFD.Interop).get(1))
    old = block(exif, ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace) == _OLD_ADOBE
    return "adobe-rgb" if index == _DCF_ADOBE or old else "srgb"


def block(exif: Image.Exif, which: ExifTags.IFD) -> dict[int, Any]:
    """A block inside the EXIF block; empty where it is damaged, for that must not cost the
    picture."""
    try:
        return exif.get_ifd(which)
    except Exception:  # Pillow's parser
        return {}


def timestamp(value: Any) -> str | None:
    """EXIF ``2024:05:01 10:20:30`` to ISO 8601; None for blanks and nonsense."""
    words = text(value) or ""
    date, _, clock = words.partition(" ")
    parts = date.replace("-", ":").split(":")
    if len(parts) != 3 or not all(p.isdigit() for p in parts) or int(parts[0]) == 0:
        return None
    return "-".join(parts) + (f"T{clock[:8]}" if clock else "")


def text(value: Any) -> str | None:
    """A tag as text without padding; None when it is blank or missing."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).strip("\x00 ") or None if value is not None else None


def number(value: Any) -> float | None:
    """A tag as a number, the first of several; None when it is not one."""
    if isinstance(value, tuple | list):
        value = value[0] if value else None
    try:
        return float(value) if value is not None else None
    except (TypeError, ValueError, ZeroDivisionError):
        return None
