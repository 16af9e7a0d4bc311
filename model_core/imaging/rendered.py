"""Rendered photos: JPEG, PNG, TIFF, WebP, AVIF, HEIC and the like.

Pillow knows what a file says and decodes most of them; libjpeg-turbo itself decodes whole
JPEGs (the same pixels in a third of the time), and ``deep`` all that has over 8 bits.
"""

from __future__ import annotations

import ctypes
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin

from model_core.domain.errors import UnreadablePhoto
from model_core.domain.image import CodedImage
from model_core.imaging.deep import (
    avif_raster,
    heif_raster,
    is_deep_png,
    jp2_raster,
    png_raster,
)
from model_core.imaging.describe import block, declared_space, orientation_of
from model_core.imaging.faults import decoder_faults, refuse_bomb, refuse_special
from model_core.imaging.kind import is_heif
from model_core.imaging.memory import empty
from model_core.imaging.png import told_behind
from model_core.imaging.profiles import Raster, kept_space, named_rgb
from model_core.imaging.shape import fit_size, shrink, shrink_image, to_array, upright
from model_core.imaging.signals import avif_meaning, jp2_meaning, nclx_points, png_meaning
from model_core.imaging.tiff import unusual_tiff

#: What Pillow may try: picture formats only, so that no file can start an interpreter.
#: MPO is not among them: Pillow opens it as JPEG, and fails on the name.
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF", "BMP", "GIF", "JPEG2000")
_JPEG_AT, _JPEG_LENGTH = 513, 514  # where an EXIF block holds its thumbnail
_RAW_EXIF = "Raw profile type exif"  # where ImageMagick keeps that of a PNG
_SAME_SHAPE = 0.02
_WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})  # the A of LAB is none
_LARGE = 40_000_000  # pixels, from which on memory counts

# It says of a few faults, besides raising them, without the file's name.
logging.getLogger("PIL").setLevel(logging.CRITICAL)


class Rendered(Protocol):
    """An open file. The size is that of the pixels as stored; it has passed the limit."""

    width: int
    height: int
    orientation: int
    exif: Image.Exif

    def raster(self, long_side: int | None) -> Raster:
        """The pixels as stored. With ``long_side`` they may come smaller, not below it."""
        ...


@contextmanager
def opened(path: Path, max_pixels: int) -> Iterator[Rendered]:
    """The file, its declared size checked. Raises UnreadablePhoto."""
    if path.is_file() and path.stat().st_size == 0:
        raise UnreadablePhoto(f"{path}: is empty (0 bytes)")
    if (tiff := unusual_tiff(path, max_pixels)) is not None:
        with tiff:
            yield tiff
        return
    with decoder_faults(path):
        image = open_picture(path)
    with image:
        yield PillowFile(image, path, max_pixels)


def picture(source: Rendered, long_side: int | None = None, *, halved: bool = False) -> CodedImage:
    """The upright pixels, whole or with that long side; ``halved`` ones where the decoder gives
    half of a side for less than the whole. Raises UnreadablePhoto."""
    raster = source.half() if halved and isinstance(source, PillowFile) else None
    raster = raster or source.raster(long_side)
    pixels, space = named_rgb(raster, declared_space(source.exif))
    if long_side is not None:
        pixels = shrink(pixels, long_side)
    return CodedImage(upright(pixels, source.orientation), space)


def foreseen_space(source: Rendered) -> str | None:
    """The space in which :func:`picture` will give a JPEG, before it is decoded; None where it
    cannot be told, or where the pixels will have more than 8 bits."""
    return source.foreseen_space() if isinstance(source, PillowFile) else None


class PillowFile:
    """A file that Pillow has opened; ``path`` is for messages and for whole JPEGs."""

    def __init__(self, image: Image.Image, path: Path, max_pixels: int) -> None:
        self._image, self._path = image, path
        self.width, self.height = image.size
        refuse_bomb(path, self.width, self.height, max_pixels)
        self.exif = _exif_of(image)
        self.orientation = orientation_of(image.format, self.exif)

    @property
    def icc(self) -> bytes | None:
        """The profile that the file holds as such."""
        found = self._image.info.get("icc_profile")
        return found if isinstance(found, bytes) else None

    def foreseen_space(self) -> str | None:
        if self._image.format != "JPEG" or self._image.mode not in ("RGB", "L"):
            return None
        return kept_space(self._image.mode, self.icc, declared_space(self.exif))

    def raster(self, long_side: int | None) -> Raster:
        image, icc = self._image, self._image.info.get("icc_profile")
        smaller = long_side is not None and long_side < max(image.size)
        if is_deep_png(self._path):
            return png_raster(self._path, image.info, image.size, long_side)
        if _is_large_png(image):
            with suppress(UnreadablePhoto):  # Pillow says best what is wrong
                return png_raster(self._path, image.info, image.size, long_side)
        points = nclx_points(image.info)
        if image.format == "HEIF" and image.info.get("bit_depth", 8) > 8:
            deep = heif_raster(self._path, icc, points)
            if deep is not None:
                return deep
        if image.format == "AVIF":
            bits, points = avif_meaning(self._path)
            if bits > 8:
                return avif_raster(self._path, bits, icc, points)
        if image.format == "JPEG2000":
            about = jp2_meaning(self._path)
            icc = icc or about.icc
            if about.bits > 8:
                return jp2_raster(self._path, about)
        if image.format == "JPEG" and image.mode in ("RGB", "L") and not smaller:
            pixels = _whole_jpeg(self._path, (self.width, self.height), image.getbands())
            if pixels is not None:
                return Raster(pixels, image.mode, icc)
        try:
            with decoder_faults(self._path):
                raster = _raster_of(image, long_side)
        except UnreadablePhoto:  # a lossless JPEG, for one, cannot be scaled by its decoder
            if image.format != "JPEG" or not smaller:
                raise
            pixels = _whole_jpeg(self._path, (self.width, self.height), image.getbands())
            if pixels is None:
                raise
            raster = Raster(pixels, image.mode, icc)
        if image.format == "PNG":
            icc, points = png_meaning(self._path, image.info, raster.kind)
        return replace(raster, icc=icc, code_points=points)

    def half(self) -> Raster | None:
        """A JPEG at half of its sides (rounded up), by its decoder; None where it cannot."""
        image = self._image
        if image.format != "JPEG" or image.mode not in ("RGB", "L") or min(image.size) < 2:
            return None
        image.draft(image.mode, (self.width // 2, self.height // 2))
        try:
            with decoder_faults(self._path):
                return _raster_of(image, None) if image.size != (self.width, self.height) else None
        except UnreadablePhoto:  # a lossless one; else the whole will say what is wrong
            return None

    def thumbnail(self) -> bytes | None:
        """The JPEG in the EXIF block, as it is."""
        place = block(self.exif, ExifTags.IFD.IFD1)
        start, length = place.get(_JPEG_AT), place.get(_JPEG_LENGTH)
        data = self._image.info.get("exif")
        if not (isinstance(start, int) and isinstance(length, int) and isinstance(data, bytes)):
            return None
        data = data.removeprefix(b"Exif\0\0")
        return data[start : start + length] if start > 0 else None


def exif_thumbnail(source: Rendered, long_side: int) -> CodedImage | None:
    """The thumbnail in a JPEG's EXIF, upright, with that long side; None where there is none
    that is as large and of the photo's shape (some are padded with black)."""
    if not isinstance(source, PillowFile):
        return None
    data = source.thumbnail()
    image = jpeg_picture(data, long_side, source) if data else None
    if image is None or max(image.width, image.height) < long_side:
        return None
    if abs(image.width / image.height * source.height / source.width - 1) > _SAME_SHAPE:
        return None
    small = shrink(image.pixels, long_side)
    return CodedImage(upright(small, source.orientation), image.space)


def jpeg_picture(
    data: bytes, long_side: int, inside: PillowFile | None = None
) -> CodedImage | None:
    """A JPEG found inside a file, as stored, perhaps smaller but not below ``long_side``;
    None when it cannot be read. Where it does not name its colours they are those of the
    picture that it stands for."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            space = declared_space(inside.exif if inside is not None else image.getexif())
            raster = _raster_of(image, long_side)
            if inside is not None and raster.icc is None:
                raster = replace(raster, icc=inside.icc)
    except Exception:  # a decoder's, on what is only a convenience
        return None
    return CodedImage(*named_rgb(raster, space))


def _raster_of(image: Image.Image, long_side: int | None) -> Raster:
    """Pixels by Pillow; raises what it raises."""
    icc = image.info.get("icc_profile")
    if image.format == "JPEG" and long_side is not None:
        image.draft(image.mode, fit_size(*image.size, long_side))
    image.load()
    image = _flat(image)
    if image.mode.startswith("I;16"):
        return Raster(np.asarray(image).astype(np.uint16), "L", icc)
    if long_side is not None:
        image = shrink_image(image, long_side)
    return Raster(to_array(image), image.mode, icc)


#: How files begin that look like photos to a user, and are none that we read.
_OTHERS = {
    b"8BPS": "a Photoshop document",
    b"%PDF": "a PDF document",
    b"DDS ": "a texture of a game",
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"P5": "a picture in PGM format",
    b"P6": "a picture in PPM format",
    b"qoif": "a picture in QOI format",
    b"v/1\x01": "a picture in OpenEXR format",
}


def _refuse_others(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(16)
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise UnreadablePhoto(f"{path}: is {what}; save it as TIFF, PNG or JPEG to open it")


def open_picture(path: Path) -> Image.Image:
    """The file as Pillow opens it, of no other formats than pictures have: the one way to ask
    it. Raises UnreadablePhoto and whatever Pillow raises."""
    refuse_special(path)
    _refuse_others(path)
    if is_heif(path):
        import pillow_heif  # registers a decoder; costs start-up time, so only when needed

        pillow_heif.register_heif_opener()
    _set_up_libtiff()
    Image.init()  # registers the formats; HEIF and AVIF are not in every build
    image = Image.open(path, formats=[f for f in _FORMATS if f in Image.OPEN])
    if image.format == "PNG" and (_is_large_png(image) or is_deep_png(path)):
        # Pillow would decode all pixels, when asked, to see what stands behind them.
        image.info.update(told_behind(path))
        image.info.setdefault("exif", _exif_in_hex(image.info.get(_RAW_EXIF)))
    return image


def _exif_in_hex(text: object) -> bytes:
    """An EXIF block as ImageMagick writes it: after three lines, in hexadecimal."""
    try:
        return bytes.fromhex("".join(str(text).split("\n")[3:]))
    except ValueError:
        return b""


@lru_cache(maxsize=1)
def _set_up_libtiff() -> None:
    """Pillow's libtiff prints its errors to stderr besides returning them; and Pillow's own
    reader of plain strips takes luma and chroma in the range of video for the full one."""
    TiffImagePlugin.READ_LIBTIFF = True
    with suppress(OSError, AttributeError):  # where it is linked in and cannot be reached
        ctypes.CDLL(Image.core.__file__).TIFFSetErrorHandler(None)


def _exif_of(image: Image.Image) -> Image.Exif:
    """The EXIF block; an empty one where it is damaged, which must not cost the picture."""
    try:
        exif = image.getexif()
        exif.get(ExifTags.Base.Orientation)  # is parsed only now
    except Exception:  # Pillow's parser
        return Image.Exif()
    return exif


def _is_large_png(image: Image.Image) -> bool:
    """Whether it is one that Pillow, with four bytes a pixel, would hold twice over."""
    plain = image.format == "PNG" and image.mode == "RGB" and "transparency" not in image.info
    return plain and image.width * image.height >= _LARGE


def _flat(image: Image.Image) -> Image.Image:
    """Without palette, and with white where it is transparent: L, RGB, CMYK, LAB or I;16."""
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        rgba = image.convert("RGBA")
        base = image.convert("LA").getchannel(0) if image.mode == "LA" else rgba.convert("RGB")
        white = Image.new(base.mode, base.size, "white")
        return Image.composite(base, white, rgba.getchannel("A"))
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("L", "RGB", "CMYK", "LAB") or image.mode.startswith("I;16"):
        return image
    if image.mode in ("I", "F"):  # which Pillow would cut to what fits into 8 bits
        raise ValueError("unsupported number of bits")
    return image.convert("RGB")


def _whole_jpeg(path: Path, size: tuple[int, int], bands: tuple[str, ...]) -> Any:
    """(H, W[, bands]) uint8, or None when Pillow should look at it: it refuses what is cut off,
    where libjpeg would paint the rest grey."""
    import imagecodecs

    data = path.read_bytes()
    if not _ends(data):
        return None
    width, height = size
    shape = (height, width, len(bands)) if len(bands) > 1 else (height, width)
    try:
        return imagecodecs.jpeg8_decode(data, out=empty("decoded JPEG", shape, np.uint8))
    except (imagecodecs.Jpeg8Error, ValueError):  # the latter where it has another size
        return None


def _ends(jpeg: bytes) -> bool:
    """Whether an end marker follows the first scan (inside coded data there can be none)."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xDA:
            return jpeg.rfind(b"\xff\xd9", at) >= 0  # it stands at the end, so from there
        if marker == 0xFF:  # filling
            at += 1
        else:
            at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return False
