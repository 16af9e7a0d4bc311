"""What the numbers of a PNG, AVIF or JPEG 2000 mean where Pillow does not say it.

PNG has three ways besides a profile (third edition, 4.3): code points of ITU-T H.273 (cICP),
the word that it is sRGB, and a gamma with primaries (gAMA, cHRM). AVIF has code points in a
colour box (nclx), as HEIC has. JPEG 2000 has its depth in the codestream and its profile in a
colour box (ISO/IEC 15444-1, annexes A and I).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from model_core.imaging.colour import D65, SPACES
from model_core.imaging.light import is_scene_light

CodePoints = tuple[int, int]


class PngCodePoints(NamedTuple):
    """A cICP chunk; ``full_range`` False: codes lie as video has them."""

    primaries: int
    transfer: int
    full_range: bool


_OF_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_MOST_CHUNKS = 1000  # before the pixels; photos have ten
_GAMMAS = 0.2, 5.0  # what a curve of real pixels can have
_SRGB_GAMMA = 2.2  # as PNG abbreviates the curve of sRGB
_SAME_GAMMA, _SAME_PRIMARIES = 0.05, 0.003


def png_meaning(
    path: Path, info: Mapping[Any, Any], kind: str
) -> tuple[bytes | None, CodePoints | None]:
    """Profile and code points of a PNG's pixels of ``kind`` (as in Raster); at most one says
    something. ``info``: what Pillow read before the pixels."""
    icc, points = info.get("icc_profile"), png_code_points(path)
    # Code points come before a profile; where both mean the same kind of pixels, the profile
    # is the more exact one.
    if points is not None:
        named = points.primaries, points.transfer
        if not icc or is_scene_light(named) or not points.full_range:
            return None, named
    if icc or "srgb" in info:
        return icc, None
    return _profile_of_gamma(kind, info.get("gamma"), info.get("chromaticity")), None


def png_code_points(path: Path) -> PngCodePoints | None:
    """What the cICP chunk of a PNG says; None without one, or where it makes no sense."""
    with path.open("rb") as file:
        file.seek(8)
        for _ in range(_MOST_CHUNKS):
            head = file.read(8)
            if len(head) < 8:
                return None
            length, kind = struct.unpack(">I4s", head)
            if kind == b"IDAT":
                return None
            if kind == b"cICP":
                found = file.read(4)
                # Only RGB is allowed; other matrices are for video.
                if length != 4 or len(found) != 4 or found[2] != 0 or found[3] > 1:
                    return None
                return PngCodePoints(found[0], found[1], found[3] == 1)
            file.seek(length + 4, 1)
    return None


def plain_png(data: bytes) -> bytes:
    """A PNG without what says nothing of its pixels' numbers: libpng prints what it thinks of
    damaged profiles and the like."""
    kept, at = [memoryview(data)[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] in _OF_PIXELS:
            kept.append(memoryview(data)[at:end])
        at = end
    return b"".join(kept)


@lru_cache(maxsize=8)
def _profile_of_gamma(kind: str, gamma: Any, chromaticity: Any) -> bytes | None:
    """A profile of the file gamma (of light to code) and of the white and primaries (eight
    numbers, white first); None where they say nothing, nonsense, or sRGB."""
    import imagecodecs

    srgb = (*D65, *(v for xy in SPACES["srgb"].primaries for v in xy))
    places = tuple(chromaticity) if chromaticity and kind == "RGB" else srgb
    exponent = 1 / gamma if gamma else _SRGB_GAMMA
    usual = abs(exponent - _SRGB_GAMMA) < _SAME_GAMMA
    if usual and max(abs(a - b) for a, b in zip(places, srgb, strict=True)) < _SAME_PRIMARIES:
        return None
    if not _GAMMAS[0] <= exponent <= _GAMMAS[1]:
        return None
    try:
        if kind == "L":
            return bytes(imagecodecs.cms_profile("gray", whitepoint=D65, gamma=exponent))
        return bytes(
            imagecodecs.cms_profile(
                "rgb", whitepoint=places[:2], primaries=places[2:], gamma=exponent
            )
        )
    except (imagecodecs.CmsError, ValueError):  # primaries on a line, or a white outside them
        return None


def avif_meaning(path: Path) -> tuple[int, CodePoints | None]:
    """Bits a channel and code points of an AVIF: (8, None) where they cannot be read."""
    import pillow_heif  # its libheif cannot decode AVIF, and reads what the file says of itself

    try:
        info = pillow_heif.open_heif(path).info
    except Exception:  # libheif is stricter than the decoder; then nothing is known
        return 8, None
    return int(info.get("bit_depth", 8)), nclx_points(info)


def nclx_points(info: Mapping[Any, Any]) -> CodePoints | None:
    """Primaries and transfer that a HEIC or AVIF names instead of embedding a profile."""
    named = info.get("nclx_profile")
    if not isinstance(named, dict):
        return None
    return int(named["color_primaries"]), int(named["transfer_characteristics"])


@dataclass(frozen=True, slots=True)
class Jp2:
    """``bits`` a channel; ``ycc``: luma and chroma rather than RGB; ``icc``: its profile."""

    bits: int
    icc: bytes | None = None
    ycc: bool = False


_SIZ = b"\xff\x4f\xff\x51"  # start of a codestream, and of what it says of its size
_SYCC = 18
_HEAD = 1 << 20  # bytes; the boxes before the codestream with their profile


def jp2_meaning(path: Path) -> Jp2:
    """What a JPEG 2000 says of its pixels, as far as it can be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    at = head.find(_SIZ)
    # Depth of each channel: 38 bytes after that, three bytes each, less one; bit 7 is a sign.
    bits = (head[at + 42] & 0x7F) + 1 if 0 <= at < len(head) - 42 else 8
    for box, content in _boxes(head):
        if box != b"jp2h":
            continue
        for kind, said in _boxes(content):
            if kind == b"colr" and said[:1] in (b"\2", b"\3"):
                return Jp2(bits, icc=said[3:])
            if kind == b"colr" and said[:1] == b"\1":
                return Jp2(bits, ycc=int.from_bytes(said[3:7], "big") == _SYCC)
    return Jp2(bits)


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8:  # to the end, or of 64 bits: the codestream
            break
        found.append((data[at + 4 : at + 8], data[at + 8 : at + length]))
        at += length
    return found
