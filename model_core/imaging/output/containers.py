"""Coded pixels and metadata put together, format by format.

JPEG and PNG are coded straight from the array (Pillow would copy it to four bytes a pixel
first: 24 MP take 62 instead of 133 ms as 4:2:0, the same bytes), and the metadata is put
before them; PNG and TIFF are written as their rows come. Pillow's TIFF cannot be compressed
and hold EXIF, nor hold 16-bit colour.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from PIL import Image, TiffImagePlugin

from model_core.imaging.output import exif as exif_
from model_core.imaging.output import iptc
from model_core.imaging.output.metadata import Metadata
from model_core.imaging.output.streamed import Rows, chunk, png_header, png_pixels, tiff_strips
from model_core.imaging.output.strips import jpeg_in_strips

_SEGMENT = 65_533  # bytes of a JPEG segment after its marker and length
_EXIF_HEAD, _XMP_HEAD = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_ICC_HEAD, _PHOTOSHOP_HEAD = b"ICC_PROFILE\0", b"Photoshop 3.0\0"
#: Writes (rows, into, quality, ICC profile, metadata, threads): a file that can be sought in.
Encoder = Callable[[Rows, BinaryIO, int, bytes, Metadata, int], None]
_FULL_CHROMA = 90  # from this quality on: 4:4:4, as photographers' programs do


def jpeg(
    rows: Rows, file: BinaryIO, quality: int, icc: bytes, metadata: Metadata, threads: int
) -> None:
    """Baseline JPEG. What of the metadata a JPEG has no room for is left out."""
    pixels = rows.whole()
    subsampling = "444" if quality >= _FULL_CHROMA else "420"
    first, *others = jpeg_in_strips(pixels, quality, subsampling, threads)
    exif = exif_.small(metadata.exif, _SEGMENT - len(_EXIF_HEAD)).tobytes()
    segments = [(0xE1, _EXIF_HEAD + exif)] if exif else []
    if metadata.xmp and len(metadata.xmp) <= _SEGMENT - len(_XMP_HEAD):
        segments.append((0xE1, _XMP_HEAD + metadata.xmp))
    resource = iptc.as_resource(metadata.iptc) if metadata.iptc else b""
    if resource and len(resource) <= _SEGMENT - len(_PHOTOSHOP_HEAD):
        segments.append((0xED, _PHOTOSHOP_HEAD + resource))
    room = _SEGMENT - len(_ICC_HEAD) - 2
    pieces = [icc[i : i + room] for i in range(0, len(icc), room)]
    for number, piece in enumerate(pieces, 1):
        segments.append((0xE2, _ICC_HEAD + bytes((number, len(pieces))) + piece))
    head = b"".join(struct.pack(">BBH", 0xFF, m, len(d) + 2) + d for m, d in segments)
    start = 2  # after SOI, and after the JFIF segment, which must be the first
    if first[2:4] == b"\xff\xe0":
        start += 2 + struct.unpack_from(">H", first, 4)[0]
    file.writelines([first[:start], head, memoryview(first)[start:], *others])


def png(rows: Rows, file: BinaryIO, _: int, icc: bytes, metadata: Metadata, threads: int) -> None:
    """PNG of 8 or 16 bits."""
    file.write(png_header(rows))
    file.write(chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc)))
    if exif := metadata.exif.tobytes():
        file.write(chunk(b"eXIf", exif))
    if metadata.xmp:
        file.write(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp))
    file.writelines(png_pixels(rows, threads))


def tiff(rows: Rows, file: BinaryIO, _: int, icc: bytes, metadata: Metadata, threads: int) -> None:
    """TIFF of 8 or 16 bits, deflate with the horizontal predictor."""
    head = b"II*\0\x08\0\0\0"
    count = -(-rows.height // rows.rows_coded)
    # As long as the directory will be once the lengths of the strips are known.
    file.write(head + _directory(rows, [0] * count, icc, metadata))
    lengths = []
    for strip in tiff_strips(rows, threads):
        file.write(strip)
        lengths.append(len(strip))
    file.seek(len(head))
    file.write(_directory(rows, lengths, icc, metadata))


def _directory(rows: Rows, lengths: list[int], icc: bytes, metadata: Metadata) -> bytes:
    """That of a TIFF, which lies before its strips."""
    ifd = TiffImagePlugin.ImageFileDirectory_v2(b"II*\0\x08\0\0\0")
    bytes_, long, undefined = 1, 4, 7
    for tag, value, kind in (
        (256, rows.width, long), (257, rows.height, long),
        (258, (8 * rows.dtype.itemsize,) * 3, 3), (259, 8, 3), (262, 2, 3), (277, 3, 3),
        (278, rows.rows_coded, long), (284, 1, 3), (317, 2, 3),
        (34675, icc, undefined), (700, metadata.xmp, bytes_), (33723, metadata.iptc, undefined),
    ):  # fmt: skip
        if value != b"":
            ifd.tagtype[tag] = kind
            ifd[tag] = value
    for tag, value in metadata.exif.directories().items():
        ifd[tag] = value
    ends = np.cumsum([0, *lengths])
    ifd.tagtype[273] = ifd.tagtype[279] = long
    ifd[273] = tuple(int(n) for n in ends[:-1])  # moved behind the directory by Pillow
    ifd[279] = tuple(lengths)
    return bytes(ifd.tobytes(8))


def _by_pillow(name: str, options_for: Callable[[int], dict[str, object]]) -> Encoder:
    def encode(
        rows: Rows, file: BinaryIO, quality: int, icc: bytes, metadata: Metadata, threads: int
    ) -> None:
        # Upright needs no saying, and Pillow rewrites the EXIF of an AVIF that says it.
        exif = exif_.without_orientation(metadata.exif)
        extra = {"exif": exif.tobytes(), "xmp": metadata.xmp}
        buffer = io.BytesIO()
        Image.fromarray(rows.whole()).save(
            buffer,
            name,
            icc_profile=icc,
            **{k: v for k, v in extra.items() if v},
            **options_for(quality),
        )
        file.write(buffer.getbuffer())

    return encode


def _webp_options(quality: int) -> dict[str, object]:
    """WebP knows half of the colours only, up to 65 of 255 off at 100; or all, without loss.
    Then its quality is the time it takes: more hardly saves bytes."""
    if quality == 100:
        return {"lossless": True, "quality": 20, "method": 2}
    return {"quality": quality, "method": 4}


def _avif_options(quality: int) -> dict[str, object]:
    subsampling = "4:4:4" if quality >= _FULL_CHROMA else "4:2:0"
    return {"quality": quality, "subsampling": subsampling, "speed": 7, "max_threads": 1}


ENCODERS: dict[str, Encoder] = {
    "jpeg": jpeg,
    "png": png,
    "tiff": tiff,
    "webp": _by_pillow("WEBP", _webp_options),
    "avif": _by_pillow("AVIF", _avif_options),
}
