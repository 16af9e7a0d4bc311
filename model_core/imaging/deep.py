"""PNG, TIFF, AVIF and HEIC with more than 8 bits a channel, which Pillow would read as 8.

imagecodecs (libpng), tifffile and libheif decode them; integers come out over the full 16 bits,
floats as float32.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.describe import orientation_of
from model_core.imaging.faults import decoder_faults, refuse_bomb
from model_core.imaging.profiles import Raster
from model_core.imaging.shape import band_slices, by_bands
from model_core.imaging.signals import png_meaning

# It logs, without the file's name, each tag of a photo that it cannot read and does not need.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"

#: Photometric interpretation -> kind of pixels and their channels (TIFF 6.0).
_WHITE_IS_ZERO = 0
_PHOTOMETRIC = {0: ("L", 1), 1: ("L", 1), 2: ("RGB", 3), 5: ("CMYK", 4), 8: ("LAB", 3)}
_ASSOCIATED_ALPHA, _ALPHA = 1, 2
_MOST_CHANNELS = 8


def is_deep_png(path: Path) -> bool:
    """Whether a file is a PNG of 16 bits."""
    with path.open("rb") as file:
        head = file.read(25)
    return head[:8] == _PNG_MAGIC and head[24:25] == b"\x10"


def png_raster(path: Path, info: Mapping[Any, Any]) -> Raster:
    """A 16-bit PNG over white; ``info`` is what Pillow read of it. Raises UnreadablePhoto."""
    import imagecodecs

    with decoder_faults(path):
        pixels = imagecodecs.png_decode(path.read_bytes())
    if pixels.ndim == 2:
        return Raster(pixels, "L", *png_meaning(path, info, "L"))
    grey = pixels.shape[2] <= 2
    kind = "L" if grey else "RGB"
    if pixels.shape[2] in (2, 4):
        pixels = _over_white(pixels[..., :-1], pixels[..., -1], premultiplied=False)
    return Raster(pixels[..., 0] if grey else pixels, kind, *png_meaning(path, info, kind))


def heif_raster(path: Path, icc: bytes | None, points: tuple[int, int] | None) -> Raster | None:
    """A HEIC of 10 or 12 bits over white, upright as libheif gives it; None when it is not
    RGB. Raises UnreadablePhoto."""
    import pillow_heif

    with decoder_faults(path):
        found = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
        if found.mode not in ("RGB;16", "RGBA;16"):
            return None
        pixels = np.asarray(found)
    if pixels.shape[2] == 4:
        pixels = _over_white(pixels[..., :3], pixels[..., 3], premultiplied=False)
    return Raster(np.ascontiguousarray(pixels), "RGB", icc, points)


def avif_raster(path: Path, bits: int, icc: bytes | None, points: tuple[int, int] | None) -> Raster:
    """The first picture of an AVIF of 10 or 12 ``bits`` over white, as stored. Raises
    UnreadablePhoto."""
    import imagecodecs

    with decoder_faults(path):
        stored = imagecodecs.avif_decode(path.read_bytes(), index=0)
    pixels = _full_range(np.atleast_3d(stored), bits, lab=False)
    if pixels.shape[2] in (2, 4):
        pixels = _over_white(pixels[..., :-1], pixels[..., -1], premultiplied=False)
    grey = pixels.shape[2] == 1
    return Raster(pixels[..., 0] if grey else pixels, "L" if grey else "RGB", icc, points)


def deep_tiff(path: Path, max_pixels: int) -> Tiff | None:
    """The file as a deep TIFF whose size has been checked; None when it is not one (Pillow
    reads those of 8 bits and fewer, and says what is wrong with broken ones)."""
    with path.open("rb") as file:
        if file.read(4) not in _TIFF_MAGIC:
            return None
    import tifffile

    try:
        opened = tifffile.TiffFile(path)
        page: Any = opened.pages[0]
        bits = page.bitspersample
    except Exception:  # a library's: Pillow shall have its say
        return None
    if not isinstance(bits, int) or bits <= 8 or page.photometric not in _PHOTOMETRIC:
        opened.close()
        return None
    return Tiff(path, opened, max_pixels)


class Tiff:
    """The first picture of a deep TIFF; closes its file as a context manager."""

    def __init__(self, path: Path, opened: Any, max_pixels: int) -> None:
        self._path, self._opened, self._page = path, opened, opened.pages[0]
        page = self._page
        self.width, self.height = int(page.imagewidth), int(page.imagelength)
        try:
            refuse_bomb(path, self.width, self.height, max_pixels)
            if page.imagedepth != 1 or page.samplesperpixel > _MOST_CHANNELS:
                raise UnreadablePhoto(f"{path}: has layers or channels that are not a picture's")
        except UnreadablePhoto:
            opened.close()
            raise
        self.exif = _exif(path, page)
        self.orientation = orientation_of(None, self.exif)

    def __enter__(self) -> Tiff:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def raster(self, long_side: int | None) -> Raster:
        """The pixels over white. Raises UnreadablePhoto."""
        page = self._page
        kind, channels = _PHOTOMETRIC[int(page.photometric)]
        with decoder_faults(self._path):
            stored = page.asarray(maxworkers=1)
            icc = page.tags.valueof(34675)
        planes = stored.reshape(-1, self.height, self.width) if page.planarconfig == 2 else None
        if planes is not None:
            stored = np.moveaxis(planes, 0, -1)
        stored = stored.reshape(self.height, self.width, -1)
        if stored.shape[2] < channels:
            raise UnreadablePhoto(f"{self._path}: has too few channels for its kind of colour")
        pixels = _full_range(stored, int(page.bitspersample), lab=kind == "LAB")
        colour, extra = pixels[..., :channels], tuple(page.extrasamples)
        if page.photometric == _WHITE_IS_ZERO:
            colour = (1 if colour.dtype == np.float32 else 65535) - colour
        if extra and int(extra[0]) in (_ASSOCIATED_ALPHA, _ALPHA) and kind in ("L", "RGB"):
            premultiplied = int(extra[0]) == _ASSOCIATED_ALPHA
            colour = _over_white(colour, pixels[..., channels], premultiplied=premultiplied)
        colour = colour[..., 0] if channels == 1 else colour
        return Raster(np.ascontiguousarray(colour), kind, icc if isinstance(icc, bytes) else None)


def _full_range(stored: npt.NDArray[Any], bits: int, *, lab: bool) -> npt.NDArray[Any]:
    """float32, or uint16 over its full range."""
    if stored.dtype.kind == "f":
        return stored.astype(np.float32, copy=False)
    if stored.dtype.kind == "i" and not lab:
        bits -= 1  # of which one is the sign; nothing is darker than black
        stored = stored.clip(0, None).astype(f"u{stored.dtype.itemsize}")
    if bits == 16:
        return stored.astype(np.uint16, copy=False)
    scale = 65535.0 / (2.0**bits - 1)
    return by_bands(
        stored, lambda b: (b * scale + 0.5).astype(np.uint16), np.uint16, stored.shape[2]
    )


def _over_white(
    colour: npt.NDArray[Any], alpha: npt.NDArray[Any], *, premultiplied: bool
) -> npt.NDArray[Any]:
    """Colour (H, W, channels) laid over white by its alpha (H, W)."""
    full = 1.0 if colour.dtype == np.float32 else 65535.0
    out = np.empty_like(colour, order="C")
    for band in band_slices(*colour.shape[:2]):
        cover = alpha[band, :, None].astype(np.float32) / np.float32(full)
        shown = colour[band].astype(np.float32) * (1 if premultiplied else cover)
        mixed = shown + np.float32(full) * (1 - cover)
        if full > 1:
            mixed = (mixed + 0.5).clip(0, full)
        out[band] = mixed.astype(colour.dtype)
    return out


def _exif(path: Path, page: Any) -> Image.Exif:
    """The tags of a TIFF, as far as they can be read."""
    exif = Image.Exif()
    try:
        with path.open("rb") as file:
            exif.load_from_fp(file)
            for block in (ExifTags.IFD.Exif, ExifTags.IFD.Interop):  # while the file is open
                exif.get_ifd(block)
    except Exception:  # Pillow's parser, on damaged tags or BigTIFF
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = page.tags.valueof(ExifTags.Base.Orientation, default=1)
    return exif
