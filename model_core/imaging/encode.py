"""Pixels to a file: atomic, with the original's metadata, never over an original."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageCms

from model_core.domain.errors import CannotWrite
from model_core.imaging.decode import RAW_SUFFIXES, fit_size

#: Format name -> (file suffix, Pillow's name).
FORMATS = {"jpeg": (".jpg", "JPEG"), "png": (".png", "PNG"), "tiff": (".tif", "TIFF")}

#: Tags of a TIFF that say how it stores its pixels, and its XMP: not true of a copy.
_STRUCTURE = frozenset(
    {*range(254, 267), 273, *range(277, 282), 284, *range(288, 294), 301, *range(317, 348)}
    | {*range(512, 533), 700, 34377, 34675, 37724}
)
_MAX_JPEG_EXIF = 65_000  # a JPEG has room for 64 kB of it


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """``quality`` (1..100) matters for jpeg; ``long_side`` in pixels, None keeps the size."""

    format: str = "jpeg"
    quality: int = 92
    long_side: int | None = None

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise CannotWrite(f"cannot write {self.format!r}; known: {', '.join(FORMATS)}")
        if not 1 <= self.quality <= 100:
            raise CannotWrite(f"quality {self.quality} is not within 1 .. 100")
        if self.long_side is not None and self.long_side < 1:
            raise CannotWrite(f"a long side of {self.long_side} pixels is not possible")

    @property
    def suffix(self) -> str:
        return FORMATS[self.format][0]


def encode(pixels: npt.NDArray[np.uint8], original: Path, options: ExportOptions) -> bytes:
    """8-bit sRGB pixels (H, W, 3) as the bytes of a file, with an sRGB profile and what the
    original knew of the picture (EXIF with the orientation reset and the size brought up to
    date; XMP is left out, since it may hold settings that these pixels already carry)."""
    image = Image.fromarray(pixels)
    if options.long_side is not None and max(image.size) > options.long_side:
        size = fit_size(image.width, image.height, options.long_side)
        image = image.resize(size, Image.Resampling.LANCZOS)
    extra: dict[str, Any] = {"icc_profile": _srgb_profile()}
    name = FORMATS[options.format][1]
    exif = _exif(original, image.size)
    if exif and not (name == "JPEG" and len(exif) > _MAX_JPEG_EXIF):
        extra["exif"] = exif
    if name == "JPEG":
        subsampling = 0 if options.quality >= 90 else 2
        extra |= {"quality": options.quality, "subsampling": subsampling, "optimize": False}
    elif name == "TIFF" and not exif:
        extra["compression"] = "tiff_deflate"  # by libtiff, which cannot write EXIF
    elif name == "PNG":
        extra["compress_level"] = 4  # level 6 takes twice as long for two per cent
    buffer = io.BytesIO()
    image.save(buffer, name, **extra)
    return buffer.getvalue()


def _srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _exif(original: Path, size: tuple[int, int]) -> bytes | None:
    """The original's EXIF, fit for the copy; None where there is none to be read."""
    if original.suffix.lower() in RAW_SUFFIXES:
        return None
    try:
        with Image.open(original) as image:
            exif = image.getexif()
            if not exif:
                return None
            if image.format == "TIFF":
                for tag in _STRUCTURE & set(exif):
                    del exif[tag]
            detail = exif.get_ifd(ExifTags.IFD.Exif)  # loads the block, so that it is kept
            exif[ExifTags.Base.Orientation] = 1
            for block, width, height in (
                (exif, ExifTags.Base.ImageWidth, ExifTags.Base.ImageLength),
                (detail, ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight),
            ):
                if width in block or height in block:
                    block[width], block[height] = size
            detail.pop(ExifTags.Base.MakerNote, None)  # offsets inside would be wrong
            return exif.tobytes()
    except Exception:  # damaged metadata must not cost the user the picture
        return None


def refuse_original(target: Path, originals: list[Path]) -> None:
    """Raises CannotWrite when ``target`` is one of the photos themselves."""
    for original in originals:
        same = target.absolute() == original.absolute()
        if same or (target.exists() and original.exists() and target.samefile(original)):
            raise CannotWrite(
                f"{target}: is the original photo; choose another folder or name for the copy"
            )
