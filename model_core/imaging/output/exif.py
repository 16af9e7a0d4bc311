"""EXIF of any photo, camera raws too, made fit for a developed copy."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, TiffTags

from model_core import __version__
from model_core.imaging.faults import refuse_special

_Base = ExifTags.Base

#: Tags of the first directory that speak of the picture, not of how a file stored it.
_PICTURE = frozenset(
    {
        _Base.ImageDescription, _Base.Make, _Base.Model, _Base.XResolution, _Base.YResolution,
        _Base.ResolutionUnit, _Base.DateTime, _Base.Artist, _Base.Copyright, _Base.Rating,
        _Base.RatingPercent, *range(0x9C9B, 0x9CA0),  # Windows: title, comment, author, ...
        _Base.ExposureTime, _Base.FNumber, _Base.ISOSpeedRatings, _Base.DateTimeOriginal,
    }
)  # fmt: skip
_MISPLACED = {_Base.ExposureTime, _Base.FNumber, _Base.ISOSpeedRatings, _Base.DateTimeOriginal}
_LEFT_OUT = {
    _Base.MakerNote,  # offsets inside would be wrong
    _Base.ExifInteroperabilityOffset, _Base.RelatedSoundFile, _Base.SubjectLocation,
    0x9214,  # subject area: in pixels of the old file
    _Base.CompressedBitsPerPixel, _Base.CFAPattern,
}  # fmt: skip
_RIGHTS = {_Base.Artist, _Base.Copyright, 0x9C9D}
_UNCALIBRATED = 0xFFFF
_LONG, _UNDEFINED, _SIGNED = TiffTags.LONG, TiffTags.UNDEFINED, TiffTags.SIGNED_RATIONAL
#: The types (CIPA DC-008, table 8) that Pillow does not know and guesses wrongly from the values;
#: readers by libtiff leave such tags out.
_TYPES: dict[int, int] = {
    _Base.ExifImageWidth: _LONG, _Base.ExifImageHeight: _LONG,
    _Base.ShutterSpeedValue: _SIGNED, _Base.BrightnessValue: _SIGNED,
    _Base.ExposureBiasValue: _SIGNED,
    _Base.ComponentsConfiguration: _UNDEFINED, _Base.UserComment: _UNDEFINED,
    _Base.FileSource: _UNDEFINED, _Base.SceneType: _UNDEFINED, _Base.OECF: _UNDEFINED,
    _Base.DeviceSettingDescription: _UNDEFINED, _Base.SpatialFrequencyResponse: _UNDEFINED,
}  # fmt: skip
for _tag, _type in _TYPES.items():
    TiffTags.TAGS_V2_GROUPS[ExifTags.IFD.Exif].setdefault(
        _tag, TiffTags.TagInfo(_tag, _Base(_tag).name, _type)
    )
_TIFF_HEADS = (b"II*\0", b"MM\0*")

Directory = dict[int, Any]


@dataclass(slots=True)
class Exif:
    """The three directories of a photo; values as Pillow gives and takes them."""

    picture: Directory = field(default_factory=dict)
    detail: Directory = field(default_factory=dict)
    gps: Directory = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.picture or self.detail or self.gps)

    @property
    def taken(self) -> datetime | None:
        """When the photo was taken, by the camera's clock."""
        for text in (
            self.detail.get(_Base.DateTimeOriginal),
            self.picture.get(_Base.DateTimeOriginal),
            self.picture.get(_Base.DateTime),
        ):
            try:
                return datetime.strptime(str(text)[:19], "%Y:%m:%d %H:%M:%S")
            except ValueError:
                continue
        return None

    @property
    def camera(self) -> str:
        return str(self.picture.get(_Base.Model, "")).strip("\0 ")

    def directories(self) -> Directory:
        """As one directory that holds the others, for Pillow to write."""
        made = dict(self.picture)
        if self.detail:
            made[ExifTags.IFD.Exif] = {t: _typed(t, v) for t, v in self.detail.items()}
        if self.gps:
            made[ExifTags.IFD.GPSInfo] = self.gps
        return {tag: _writable(value) for tag, value in made.items()}

    def tobytes(self) -> bytes:
        """A TIFF structure, without the "Exif" that a JPEG puts before it."""
        exif = Image.Exif()
        for tag, value in self.directories().items():
            exif[tag] = value
        return exif.tobytes()[6:] if self else b""


def _typed(tag: int, value: Any) -> Any:
    """``value`` as bytes where it has to be, though the photo's own writer took numbers."""
    if _TYPES.get(tag) == _UNDEFINED and not isinstance(value, bytes | str):
        numbers = value if isinstance(value, tuple) else (value,)
        if all(isinstance(n, int) and 0 <= n < 256 for n in numbers):
            return bytes(numbers)
    return value


def _writable(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _writable(v) for k, v in value.items()}
    if isinstance(value, str) and not value.isascii():
        # Pillow reads text as Latin-1 and would write "?": give back the very bytes.
        try:
            return value.encode("latin-1")
        except UnicodeEncodeError:
            return value.encode()
    return value


def of_image(image: Image.Image) -> Exif:
    """The EXIF of an opened picture; empty where it is damaged."""
    return _of(image.getexif())


def of_raw(path: Path) -> tuple[Exif, bytes]:
    """EXIF and XMP packet of a camera raw. Most are TIFF files; of the others LibRaw hands
    out the embedded JPEG, with the EXIF that it read."""
    refuse_special(path)
    with path.open("rb") as file:
        if file.read(4) in _TIFF_HEADS:
            file.seek(0)
            exif = Image.Exif()
            exif.load_from_fp(file)
            packet = exif.get(0x02BC, b"")
            return _of(exif), packet if isinstance(packet, bytes) else bytes(packet)
    import rawpy

    with rawpy.imread(str(path)) as raw:
        preview = raw.extract_thumb()
    if preview.format is not rawpy.ThumbFormat.JPEG:
        return Exif(), b""
    with Image.open(io.BytesIO(preview.data)) as image:
        return of_image(image), b""


def _of(exif: Image.Exif) -> Exif:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = {int(t): v for t, v in exif.items() if t in _PICTURE}
        detail = dict(exif.get_ifd(ExifTags.IFD.Exif))
        gps = dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    for tag in _MISPLACED & set(picture):  # TIFF/EP puts them beside the camera's name
        value = picture.pop(tag)
        detail.setdefault(tag, value)
    for number in _LEFT_OUT:
        detail.pop(number, None)
    return Exif(picture, detail, gps)


def of_the_copy(exif: Exif, size: tuple[int, int], *, srgb: bool) -> Exif:
    """``exif`` upright, with the copy's size and colour space, and our name in it."""
    picture = {**exif.picture, _Base.Orientation: 1, _Base.Software: f"imgtune {__version__}"}
    detail = {
        **exif.detail,
        _Base.ExifImageWidth: size[0],
        _Base.ExifImageHeight: size[1],
        _Base.ColorSpace: 1 if srgb else _UNCALIBRATED,
    }
    detail.setdefault(_Base.ExifVersion, b"0232")
    return Exif(picture, detail, exif.gps)


def rights_only(exif: Exif) -> Exif:
    return Exif({t: v for t, v in exif.picture.items() if t in _RIGHTS})


def without_orientation(exif: Exif) -> Exif:
    picture = {t: v for t, v in exif.picture.items() if t != _Base.Orientation}
    return Exif(picture, exif.detail, exif.gps)


def small(exif: Exif, limit: int) -> Exif:
    """``exif`` without its largest values, until it has at most ``limit`` bytes."""
    while exif and len(exif.tobytes()) > limit:
        parts = (exif.picture, exif.detail, exif.gps)
        largest = max(
            ((len(v), i, t) for i, part in enumerate(parts) for t, v in part.items()
             if isinstance(v, bytes | str | tuple)),
            default=None,
        )  # fmt: skip
        if largest is None:
            return Exif()
        del parts[largest[1]][largest[2]]
    return exif
