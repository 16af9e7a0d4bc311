"""What the numbers of a PNG or AVIF mean where no profile says it.

PNG has three ways besides a profile (third edition, 4.3): code points of ITU-T H.273 (cICP),
the word that it is sRGB, and a gamma with primaries (gAMA, cHRM). AVIF has code points in a
colour box (nclx), as HEIC has.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from model_core.imaging.colour import D65, SPACES
from model_core.imaging.light import is_scene_light

CodePoints = tuple[int, int]

_MOST_CHUNKS = 1000  # before the pixels; photos have ten
_GAMMAS = 0.2, 5.0  # what a curve of real pixels can have
_SRGB_GAMMA = 2.2  # as PNG abbreviates the curve of sRGB
_SAME_GAMMA, _SAME_PRIMARIES = 0.05, 0.003


def png_meaning(
    path: Path, info: Mapping[Any, Any], kind: str
) -> tuple[bytes | None, CodePoints | None]:
    """Profile and code points of a PNG's pixels of ``kind`` (as in Raster); at most one says
    something. ``info``: what Pillow read before the pixels."""
    icc, points = info.get("icc_profile"), _png_code_points(path)
    # Code points come before a profile; where both mean the same kind of pixels, the profile
    # is the more exact one.
    if points is not None and (not icc or is_scene_light(points)):
        return None, points
    if icc or "srgb" in info:
        return icc, None
    return _profile_of_gamma(kind, info.get("gamma"), info.get("chromaticity")), None


def _png_code_points(path: Path) -> CodePoints | None:
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
                # RGB over the full range; other matrices and ranges are for video.
                return (found[0], found[1]) if length == 4 and found[2:] == b"\0\1" else None
            file.seek(length + 4, 1)
    return None


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
