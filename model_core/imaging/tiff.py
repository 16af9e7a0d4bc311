"""TIFF that Pillow misreads or cannot read: deep, of floats, of unusual colour or packing.

tifffile and imagecodecs decode them; integers come out over the full 16 bits, floats as float32.
"""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.describe import orientation_of
from model_core.imaging.faults import decoder_faults, quiet_c_library, refuse_bomb
from model_core.imaging.gather import gathered
from model_core.imaging.profiles import Raster
from model_core.imaging.ranges import full_range, over_white, widened
from model_core.imaging.shape import band_slices

# It logs, without the file's name, each tag of a photo that it cannot read and does not need.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
#: Photometric interpretation -> kind of pixels and their channels (TIFF 6.0, and ICC's Lab).
_WHITE_IS_ZERO, _RGB, _PALETTE, _INKS, _YCC, _ICC_LAB = 0, 2, 3, 5, 6, 9
_KINDS = {
    0: ("L", 1), 1: ("L", 1), 2: ("RGB", 3), 3: ("RGB", 1), 5: ("CMYK", 4),
    6: ("RGB", 3), 8: ("LAB", 3), 9: ("LAB", 3),
}  # fmt: skip
_JPEG = 7
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_ASSOCIATED_ALPHA, _ALPHA = 1, 2
_APART = 2  # as planar configuration: channel by channel
_READ = 1 << 24  # bytes at a time
_MOST_CHANNELS = 8
_ICC, _REFERENCE, _COLOUR_MAP, _INK_SET = 34675, 532, 320, 332
#: What Pillow reads right where a channel has 8 bits or fewer: photometric interpretations,
#: and compressions (none, fax, LZW, JPEG, deflate, PackBits, LZMA, Zstandard).
_PILLOW_READS = frozenset({0, 1, 2, 3, 5, 6, 8})
_PILLOW_UNPACKS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34925, 50000})

#: Other formats that parts of a TIFF may be in: JPEG 2000, PNG, WebP.
_PICTURES = frozenset({33003, 33004, 33005, 34712, 34933, 50001})
_PICTURE_FORMATS = ["JPEG2000", "PNG", "WEBP"]


def unusual_tiff(path: Path, max_pixels: int) -> Tiff | None:
    """The file as a TIFF whose size has been checked; None when it is none, or one that Pillow
    reads right (it also says what is wrong with broken ones)."""
    with path.open("rb") as file:
        if file.read(4) not in _MAGIC:
            return None
    import tifffile

    try:
        opened = tifffile.TiffFile(path)
        page = _main_page(opened)
        ours = _is_ours(page) and (page is not opened.pages[0] or not _pillow_reads(page))
    except Exception:  # a library's: Pillow shall have its say
        return None
    if not ours:
        opened.close()
        return None
    return Tiff(path, opened, page, max_pixels)


def _main_page(opened: Any) -> Any:
    """The first picture that is not a small copy of another: some scanners put that first."""
    first = opened.pages[0]
    if not first.is_reduced:
        return first
    below = list(first.pages or ())
    others = (page for page in (*opened.pages[1:], *below) if not (page.is_reduced or page.is_mask))
    return next(others, first)


def _is_ours(page: Any) -> bool:
    """Whether its numbers can be understood at all."""
    if not isinstance(page.bitspersample, int) or page.photometric not in _KINDS:
        return False
    if page.sampleformat not in (_UNSIGNED, _SIGNED, _FLOAT):
        return False
    if page.compression not in _PILLOW_UNPACKS | _PICTURES:
        return False
    return page.photometric != _YCC or page.compression == _JPEG


def _pillow_reads(page: Any) -> bool:
    return (
        page.bitspersample <= 8
        and (page.sampleformat == _UNSIGNED or page.photometric != _RGB)
        and page.photometric in _PILLOW_READS
        and page.compression in _PILLOW_UNPACKS
        and not (page.photometric == _INKS and page.extrasamples)
        and _reference(page) is None
    )


def _reference(page: Any) -> list[tuple[float, float]] | None:
    """Codes of black and white of each channel of an RGB TIFF that does not use all of them."""
    said = page.tags.valueof(_REFERENCE) if page.photometric == _RGB else None
    if not isinstance(said, tuple) or len(said) != 12 or page.sampleformat != _UNSIGNED:
        return None
    numbers = [n / d if d else 0.0 for n, d in zip(said[::2], said[1::2], strict=True)]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    top = 2.0**page.bitspersample - 1
    if all(pair == (0.0, top) for pair in pairs):
        return None
    return pairs if all(0 <= black < white <= top for black, white in pairs) else None


class Tiff:
    """The main picture of a TIFF; closes its file as a context manager."""

    def __init__(self, path: Path, opened: Any, page: Any, max_pixels: int) -> None:
        self._path, self._opened, self._page = path, opened, page
        try:
            with decoder_faults(path):
                self.width, self.height = int(page.imagewidth), int(page.imagelength)
            refuse_bomb(path, self.width, self.height, max_pixels)
            if page.imagedepth != 1 or page.samplesperpixel > _MOST_CHANNELS:
                raise UnreadablePhoto(f"{path}: has layers or channels that are not a picture's")
            if page.photometric == _INKS and page.tags.valueof(_INK_SET, default=1) != 1:
                raise UnreadablePhoto(f"{path}: has inks other than CMYK; save it as RGB")
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
        kind = _KINDS[int(page.photometric)][0]
        with decoder_faults(self._path), quiet_c_library():
            self._refuse_pictures_inside()
            bands = (self._colours(stored) for stored in self._bands())
            # Means of CIELAB's signed numbers, read as what they are not, would be nonsense.
            smaller = None if kind == "LAB" else long_side
            pixels = np.ascontiguousarray(gathered(bands, (self.width, self.height), smaller))
            icc = page.tags.valueof(_ICC)
        return Raster(pixels, kind, icc if isinstance(icc, bytes) else None)

    def _bands(self) -> Iterator[npt.NDArray[Any]]:
        """The rows as stored, (some, width, samples), top to bottom; all at once where the file
        does not have them in parts."""
        page, width, height = self._page, self.width, self.height
        if page.planarconfig == _APART:
            planes = page.asarray(maxworkers=1).reshape(-1, height, width)
            yield np.moveaxis(planes, 0, -1)
        elif page.is_memmappable:
            file, dtype = page.parent.filehandle, page.dtype.newbyteorder(page.parent.byteorder)
            file.seek(page.dataoffsets[0])
            for rows in band_slices(height, width):
                count = rows.stop - rows.start
                shape = count, width, page.samplesperpixel
                yield file.read_array(dtype, math.prod(shape)).reshape(shape)
        elif page.is_contiguous or page.jpegheader is not None:
            yield page.asarray(maxworkers=1).reshape(height, width, -1)
        else:
            yield from self._segments()

    def _segments(self) -> Iterator[npt.NDArray[Any]]:
        """Strips, and rows of tiles. What the file leaves out is as it says."""
        page, width, height = self._page, self.width, self.height
        band: npt.NDArray[Any] = np.empty(0)
        for part, (_, _, top, left, _), shape in page.segments(maxworkers=1, buffersize=_READ):
            if part is not None and shape[2] >= width:
                yield part[0, : height - top, :width]
                continue
            if left == 0:
                rows = min(shape[1], height - top)
                band = np.empty((rows, width, page.samplesperpixel), page.dtype)
            here = band[:, left : left + shape[2]]
            here[...] = page.nodata if part is None else part[0, : len(band), : width - left]
            if left + shape[2] >= width:
                yield band

    def _colours(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Rows as the kinds of Raster have them, over white. Raises UnreadablePhoto."""
        page = self._page
        kind, channels = _KINDS[int(page.photometric)]
        if stored.shape[2] < channels:
            raise UnreadablePhoto(f"{self._path}: has too few channels for its kind of colour")
        pixels = self._numbers(stored)
        channels = 3 if kind == "RGB" else channels
        colour, extra = pixels[..., :channels], tuple(page.extrasamples)
        if page.photometric == _WHITE_IS_ZERO:
            colour = (1 if colour.dtype == np.float32 else 65535) - colour
        if extra and int(extra[0]) in (_ASSOCIATED_ALPHA, _ALPHA) and kind in ("L", "RGB"):
            premultiplied = int(extra[0]) == _ASSOCIATED_ALPHA
            colour = over_white(colour, pixels[..., channels], premultiplied=premultiplied)
        return colour[..., 0] if channels == 1 else colour

    def _refuse_pictures_inside(self) -> None:
        """Parts of a TIFF may be whole files of other formats, with sizes of their own: raises
        UnreadablePhoto where one is larger than the part."""
        page = self._page
        if page.compression not in _PICTURES:
            return
        room = math.prod(page.chunks[:2])
        file = page.parent.filehandle
        for start, length in zip(page.dataoffsets, page.databytecounts, strict=True):
            file.seek(start)
            with Image.open(io.BytesIO(file.read(length)), formats=_PICTURE_FORMATS) as inside:
                if inside.width * inside.height > room:
                    raise UnreadablePhoto(f"{self._path}: is damaged (its parts are too large)")

    def _numbers(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """All channels as the kinds of Raster have them."""
        page = self._page
        if stored.dtype == np.int8:  # files that say so hold bytes without a sign
            stored = stored.view(np.uint8)
        if page.photometric == _PALETTE:
            table = np.asarray(page.tags.valueof(_COLOUR_MAP), np.uint16).reshape(3, -1)
            return np.ascontiguousarray(table.T[stored[..., 0].clip(0, table.shape[1] - 1)])
        if _KINDS[int(page.photometric)][0] == "LAB":
            return _cielab(stored) if page.photometric == _ICC_LAB else stored
        reference = _reference(page)
        if reference is None:
            return full_range(stored, int(page.bitspersample))
        wide = [widened(stored[..., i : i + 1], *pair) for i, pair in enumerate(reference)]
        return np.concatenate([*wide, full_range(stored[..., 3:], int(page.bitspersample))], -1)


def _cielab(stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """ICC's encoding of Lab (a and b from 128 up; Adobe TIFF notes, 2002) as TIFF 6.0 has it,
    signed."""
    out = stored.copy()
    if stored.dtype == np.uint8:
        out[..., 1:] ^= 0x80
    else:
        signed = np.rint((stored[..., 1:].astype(np.float64) / 257 - 128) * 256)
        out[..., 1:] = signed.clip(-32768, 32767).astype(np.int16).view(np.uint16)
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
