"""PNG, AVIF, HEIC and JPEG 2000 with more than 8 bits a channel, which Pillow would read as 8.

imagecodecs (libpng, libavif, OpenJPEG) and libheif decode them; integers come out over the full
16 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.faults import decoder_faults, quiet_c_library
from model_core.imaging.gather import gathered
from model_core.imaging.png import png_bands
from model_core.imaging.profiles import Raster
from model_core.imaging.ranges import full_range, over_white, widened
from model_core.imaging.signals import Jp2, png_code_points, png_meaning

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
#: Where the codes of black and white lie in video, of 255 (ITU-T H.273, 8.3).
_VIDEO_BLACK, _VIDEO_WHITE = 16, 235


def is_deep_png(path: Path) -> bool:
    """Whether a file is a PNG that Pillow would misread: of 16 bits, or in the range of
    video."""
    with path.open("rb") as file:
        head = file.read(25)
    if head[:8] != _PNG_MAGIC:
        return False
    return head[24:25] == b"\x10" or _is_video(path)


def _is_video(path: Path) -> bool:
    points = png_code_points(path)
    return points is not None and not points.full_range


def png_raster(
    path: Path, info: Mapping[Any, Any], size: tuple[int, int], long_side: int | None
) -> Raster:
    """A PNG over white, read some rows at a time: of 16 bits or in the range of video, or RGB of 8
    without transparency. ``info`` and ``size`` are what Pillow read of it; ``long_side`` as in
    Rendered. Raises UnreadablePhoto."""
    video = _is_video(path)

    def colours(band: npt.NDArray[Any]) -> npt.NDArray[Any]:
        band = _of_video(band) if video else band
        if band.ndim == 2:
            return band
        if band.shape[2] in (2, 4):
            band = over_white(band[..., :-1], band[..., -1], premultiplied=False)
        return band[..., 0] if band.shape[2] == 1 else band

    with decoder_faults(path), quiet_c_library():
        pixels = gathered(map(colours, png_bands(path)), size, long_side)
    kind = "L" if pixels.ndim == 2 else "RGB"
    return Raster(np.ascontiguousarray(pixels), kind, *png_meaning(path, info, kind))


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
        pixels = over_white(pixels[..., :3], pixels[..., 3], premultiplied=False)
    return Raster(np.ascontiguousarray(pixels), "RGB", icc, points)


def avif_raster(path: Path, bits: int, icc: bytes | None, points: tuple[int, int] | None) -> Raster:
    """The first picture of an AVIF of 10 or 12 ``bits`` over white, as stored. Raises
    UnreadablePhoto."""
    import imagecodecs

    with decoder_faults(path):
        stored = imagecodecs.avif_decode(path.read_bytes(), index=0)
    pixels = full_range(np.atleast_3d(stored), bits)
    if pixels.shape[2] in (2, 4):
        pixels = over_white(pixels[..., :-1], pixels[..., -1], premultiplied=False)
    grey = pixels.shape[2] == 1
    return Raster(pixels[..., 0] if grey else pixels, "L" if grey else "RGB", icc, points)


def jp2_raster(path: Path, about: Jp2) -> Raster:
    """A JPEG 2000 of more than 8 bits over white. Raises UnreadablePhoto."""
    import imagecodecs

    with decoder_faults(path):
        stored = np.atleast_3d(imagecodecs.jpeg2k_decode(path.read_bytes()))
    if about.ycc or stored.dtype.kind != "u" or stored.shape[2] > 4:
        raise UnreadablePhoto(
            f"{path}: is a JPEG 2000 of a kind that imgtune cannot read; save it as TIFF or PNG"
        )
    pixels = full_range(stored, about.bits)
    if pixels.shape[2] in (2, 4):
        pixels = over_white(pixels[..., :-1], pixels[..., -1], premultiplied=False)
    grey = pixels.shape[2] == 1
    return Raster(pixels[..., 0] if grey else pixels, "L" if grey else "RGB", about.icc)


def _of_video(pixels: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
    """8 or 16 bits in the range of video over all of 16; what is over white there is cut. Alpha
    has the full range always."""
    step = (int(np.iinfo(pixels.dtype).max) + 1) / 256
    shaped = np.atleast_3d(pixels)
    colours = shaped.shape[2] - (shaped.shape[2] in (2, 4))
    wide = widened(shaped[..., :colours], _VIDEO_BLACK * step, _VIDEO_WHITE * step)
    alpha = full_range(shaped[..., colours:], pixels.dtype.itemsize * 8)
    return np.concatenate([wide, alpha], -1).reshape(pixels.shape)
