"""Coded pixels and metadata put together, format by format.

JPEG and PNG are coded straight from the array (Pillow would copy it to four bytes a pixel
first: 24 MP take 62 instead of 133 ms as 4:2:0, the same bytes), and the metadata is put
before them; Pillow's TIFF cannot be compressed and hold EXIF, nor hold 16-bit colour.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import imagecodecs
import numpy as np
from PIL import Image, TiffImagePlugin

from model_core.imaging.output import exif as exif_
from model_core.imaging.output import iptc
from model_core.imaging.output.metadata import Metadata
from model_core.imaging.output.size import Coded
from model_core.imaging.output.strips import Parts, jpeg_in_strips

_SEGMENT = 65_533  # bytes of a JPEG segment after its marker and length
_EXIF_HEAD, _XMP_HEAD = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_ICC_HEAD, _PHOTOSHOP_HEAD = b"ICC_PROFILE\0", b"Photoshop 3.0\0"
#: (pixels, quality, ICC profile, metadata, threads) to the bytes of a file, in parts.
Encoder = Callable[[Coded, int, bytes, Metadata, int], Parts]
_FULL_CHROMA = 90  # from this quality on: 4:4:4, as photographers' programs do


def jpeg(pixels: Coded, quality: int, icc: bytes, metadata: Metadata, threads: int) -> Parts:
    """Baseline JPEG. What of the metadata a JPEG has no room for is left out."""
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
    chunks = [icc[i : i + room] for i in range(0, len(icc), room)]
    for number, chunk in enumerate(chunks, 1):
        segments.append((0xE2, _ICC_HEAD + bytes((number, len(chunks))) + chunk))
    head = b"".join(struct.pack(">BBH", 0xFF, m, len(d) + 2) + d for m, d in segments)
    start = 2  # after SOI, and after the JFIF segment, which must be the first
    if first[2:4] == b"\xff\xe0":
        start += 2 + struct.unpack_from(">H", first, 4)[0]
    return [first[:start], head, memoryview(first)[start:], *others]


def png(pixels: Coded, _: int, icc: bytes, metadata: Metadata, threads: int) -> Parts:
    """PNG of 8 or 16 bits."""
    # Level 4: 6 takes twice as long for seven per cent.
    coded = imagecodecs.png_encode(pixels, level=4)
    chunks = [_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))]
    if exif := metadata.exif.tobytes():
        chunks.append(_chunk(b"eXIf", exif))
    if metadata.xmp:
        chunks.append(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp))
    after_header = 8 + 12 + 13
    return [coded[:after_header], *chunks, memoryview(coded)[after_header:]]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def tiff(pixels: Coded, _: int, icc: bytes, metadata: Metadata, threads: int) -> Parts:
    """TIFF of 8 or 16 bits, deflate with the horizontal predictor."""
    height, width = pixels.shape[:2]
    rows = max(1, (1 << 20) // (width * 3 * pixels.itemsize))  # strips of about 1 MB
    strips: Parts = [
        imagecodecs.zlib_encode(
            imagecodecs.delta_encode(
                np.ascontiguousarray(pixels[top : top + rows], pixels.dtype.newbyteorder("<")),
                axis=-2,
            ).tobytes(),
            level=6,
        )
        for top in range(0, height, rows)
    ]
    head = b"II*\0\x08\0\0\0"
    ifd = TiffImagePlugin.ImageFileDirectory_v2(head)
    bytes_, long, undefined = 1, 4, 7
    for tag, value, kind in (
        (256, width, long), (257, height, long), (258, (8 * pixels.itemsize,) * 3, 3),
        (259, 8, 3), (262, 2, 3), (277, 3, 3), (278, rows, long), (284, 1, 3), (317, 2, 3),
        (34675, icc, undefined), (700, metadata.xmp, bytes_), (33723, metadata.iptc, undefined),
    ):  # fmt: skip
        if value != b"":
            ifd.tagtype[tag] = kind
            ifd[tag] = value
    for tag, value in metadata.exif.directories().items():
        ifd[tag] = value
    ends = np.cumsum([0, *map(len, strips)])
    ifd.tagtype[273] = ifd.tagtype[279] = long
    ifd[273] = tuple(int(n) for n in ends[:-1])  # moved behind the directory by Pillow
    ifd[279] = tuple(map(len, strips))
    return [head, ifd.tobytes(8), *strips]


def _by_pillow(name: str, options_for: Callable[[int], dict[str, object]]) -> Encoder:
    def encode(pixels: Coded, quality: int, icc: bytes, metadata: Metadata, threads: int) -> Parts:
        # Upright needs no saying, and Pillow rewrites the EXIF of an AVIF that says it.
        exif = exif_.without_orientation(metadata.exif)
        extra = {"exif": exif.tobytes(), "xmp": metadata.xmp}
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(
            buffer,
            name,
            icc_profile=icc,
            **{k: v for k, v in extra.items() if v},
            **options_for(quality),
        )
        return [buffer.getbuffer()]

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
