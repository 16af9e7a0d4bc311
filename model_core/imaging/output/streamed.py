"""PNG and TIFF written as their rows come, so that neither all rows nor all that was coded of them
is held: 101 megapixels of 16 bits are 600 MB.

Bands are coded side by side. They are of a fixed size, so that the bytes of a file do not depend
on how many threads there were.
"""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import imagecodecs
import numpy as np

from model_core.imaging.cores import pool
from model_core.imaging.output.size import Coded

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BAND = 1 << 20  # bytes of pixels at a time
#: Level 4 of PNG: 6 takes twice as long for seven per cent.
_PNG_LEVEL, _TIFF_LEVEL = 4, 6
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Rows:
    """A picture that comes some rows at a time: ``bands`` (some, width, 3) of ``dtype``, uint8
    or uint16, top to bottom, to be gone through once."""

    width: int
    height: int
    dtype: np.dtype[np.uint8] | np.dtype[np.uint16]
    bands: Iterable[Coded] | tuple[Coded]

    def whole(self) -> Coded:
        """All of it, (height, width, 3); no copy of what is there as a whole."""
        if isinstance(self.bands, tuple) and len(self.bands) == 1:
            return self.bands[0]
        found: Coded = np.empty((self.height, self.width, 3), self.dtype)
        top = 0
        for band in self.bands:
            found[top : top + len(band)] = band
            top += len(band)
        return found

    @property
    def rows_coded(self) -> int:
        """How many rows are coded at a time."""
        return max(1, _BAND // (self.width * 3 * self.dtype.itemsize))

    def pieces(self) -> Iterator[Coded]:
        """The bands once more, each of :attr:`rows_coded` rows but the last."""
        size, rest = self.rows_coded, None
        for band in self.bands:
            band = band if rest is None else np.concatenate([rest, band])
            end = len(band) // size * size
            for top in range(0, end, size):
                yield band[top : top + size]
            rest = band[end:].copy() if end < len(band) else None
        if rest is not None:
            yield rest


def rows_of(pixels: Coded) -> Rows:
    """A picture that is there as a whole."""
    return Rows(pixels.shape[1], pixels.shape[0], pixels.dtype, (pixels,))


def tiff_strips(rows: Rows, threads: int) -> Iterator[bytes]:
    """Strips of :attr:`Rows.rows_coded` rows: deflate with the horizontal predictor."""
    return _side_by_side(_strip, rows.pieces(), threads)


def _strip(pixels: Coded) -> bytes:
    little = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    differences = imagecodecs.delta_encode(little, axis=-2).tobytes()
    return bytes(imagecodecs.zlib_encode(differences, level=_TIFF_LEVEL))


def png_header(rows: Rows) -> bytes:
    """What a PNG begins with: 8 or 16 bits of RGB."""
    bits = 8 * rows.dtype.itemsize
    return _SIGNATURE + chunk(
        b"IHDR", struct.pack(">IIBBBBB", rows.width, rows.height, bits, 2, 0, 0, 0)
    )


def png_pixels(rows: Rows, threads: int) -> Iterator[bytes]:
    """The chunks behind that and behind all that tells of the picture, to the end.

    One zlib stream (RFC 1950) whose blocks were made band by band, each forgetting those before.
    """
    yield chunk(b"IDAT", b"\x78\x5e")
    total = zlib.adler32(b"")
    for filtered, coded in _side_by_side(_png_band, _with_row_above(rows.pieces()), threads):
        total = zlib.adler32(filtered, total)
        yield chunk(b"IDAT", coded)
    yield chunk(b"IDAT", b"\x03\x00" + struct.pack(">I", total))  # an empty block is the last
    yield chunk(b"IEND", b"")


def _with_row_above(pieces: Iterable[Coded]) -> Iterator[tuple[Coded, bool]]:
    """Each piece after the first with the row above it, and whether it has that."""
    above: Coded | None = None
    for piece in pieces:
        yield (piece, False) if above is None else (np.concatenate([above, piece]), True)
        above = piece[-1:].copy()


def _png_band(band: tuple[Coded, bool]) -> tuple[bytes, bytes]:
    """Rows as libpng filters them, and compressed; a row above them is left out of both."""
    pixels, has_above = band
    room = pixels.nbytes + pixels.nbytes // 64 + 4 * len(pixels) + 4096  # not compressed, that is
    png = bytes(imagecodecs.png_encode(np.ascontiguousarray(pixels), level=0, out=room))
    filtered = zlib.decompress(b"".join(_chunks_of(png, b"IDAT")))
    if has_above:
        filtered = filtered[1 + pixels.shape[1] * 3 * pixels.itemsize :]
    deflate = zlib.compressobj(_PNG_LEVEL, wbits=-zlib.MAX_WBITS)
    return filtered, deflate.compress(filtered) + deflate.flush(zlib.Z_FULL_FLUSH)


def _chunks_of(png: bytes, wanted: bytes) -> Iterator[bytes]:
    at = len(_SIGNATURE)
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        if kind == wanted:
            yield png[at + 8 : at + 8 + size]
        at += 12 + size


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG, with its length and sum."""
    total = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", total)


def _side_by_side(
    work: Callable[[_Given], _Made], parts: Iterable[_Given], threads: int
) -> Iterator[_Made]:
    """``work`` of each part, in order; few are in hand at a time."""
    if threads == 1:
        yield from map(work, parts)
        return
    waiting: deque[Future[_Made]] = deque()
    for part in parts:
        waiting.append(pool.submit(work, part))
        if len(waiting) > 2 * threads:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
