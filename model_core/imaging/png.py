"""PNG some rows at a time, which libpng as imagecodecs has it gives only whole.

Rows depend on the ones before by their filters alone (PNG, third edition, 9.2). So some rows, and
before them the one above as it is, without a filter, are a PNG of their own.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy.typing as npt
from PIL import PngImagePlugin

from model_core.imaging.signals import plain_png

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by kind of colour; a palette is not read here
_WANTED = frozenset({b"tRNS", b"IDAT"})
_TELLING = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt"})
_READ = 1 << 20  # bytes at a time
_BAND = 1 << 18  # pixels at a time


def png_bands(path: Path) -> Iterator[npt.NDArray[Any]]:
    """The rows of a PNG as stored, top to bottom: (some, width[, channels]), with alpha where it
    has any transparency. Raises ValueError and imagecodecs' errors on damaged ones."""
    import imagecodecs

    with path.open("rb") as file:
        width, height, bits, colour, *_, interlaced = struct.unpack(">IIBBBBB", file.read(29)[16:])
        if interlaced or bits < 8 or colour not in _CHANNELS:
            yield imagecodecs.png_decode(plain_png(path.read_bytes()))
            return
        file.seek(4, 1)  # the sum
        step = 1 + width * _CHANNELS[colour] * bits // 8
        above, done, extra = b"", 0, bytearray()
        for rows in _unpacked(file, max(1, _BAND // width) * step, extra):
            count = min(len(rows) // step, height - done)
            stored = above + rows[: count * step]
            header = struct.pack(">IIBBBBB", width, len(stored) // step, bits, colour, 0, 0, 0)
            pixels = imagecodecs.png_decode(
                _SIGNATURE + _chunk(b"IHDR", header) + extra
                + _chunk(b"IDAT", zlib.compress(stored, 0)) + _chunk(b"IEND", b"")
            )  # fmt: skip
            yield pixels[1:] if above else pixels
            done += count
            if done == height:
                return
            last = pixels[-1].reshape(width, -1)[:, : _CHANNELS[colour]]
            above = b"\0" + last.astype(f">u{bits // 8}").tobytes()
    raise ValueError("ends too soon")


def told_behind(path: Path) -> dict[Any, Any]:
    """The EXIF, XMP and texts behind the pixels of a PNG, where few programs put them, by the names
    that Pillow has for them; as far as they can be read."""
    with path.open("rb", buffering=0) as file:  # of most it needs eight bytes here and there
        stream, pixels = PngImagePlugin.PngStream(file), False
        file.seek(8)
        try:
            while (chunk := stream.read())[0] != b"IEND":
                kind, at, length = chunk
                if pixels and kind in _TELLING:
                    stream.call(kind, at, length)
                pixels = pixels or kind == b"IDAT"
                file.seek(at + length + 4)
        except Exception:  # Pillow's parser, on damaged chunks or a file that is cut off
            pass
        return stream.im_info


def _unpacked(file: BinaryIO, size: int, extra: bytearray) -> Iterator[bytes]:
    """The filtered rows, ``size`` bytes at a time; ``extra`` takes the chunk on transparency."""
    inflate, room = zlib.decompressobj(), bytearray()
    for kind, data in _pieces(file):
        if kind != b"IDAT":
            extra += _chunk(kind, data)
            continue
        while True:
            room += inflate.decompress(data, size - len(room))
            data = inflate.unconsumed_tail
            if len(room) < size:
                break
            yield bytes(room)
            room.clear()
    yield bytes(room)


def _pieces(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The chunks that are wanted, large ones in pieces, their sums checked."""
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind not in _WANTED:
            file.seek(length + 4, 1)
            continue
        total = zlib.crc32(kind)
        while length:
            data = file.read(min(length, _READ))
            if not data:
                raise ValueError("ends too soon")
            total, length = zlib.crc32(data, total), length - len(data)
            yield kind, data
        if file.read(4) != struct.pack(">I", total):
            raise ValueError("a chunk has another sum than it says")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
