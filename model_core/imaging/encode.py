"""Developed pixels to a file: sized, sharpened, with a profile and the original's metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from model_core.domain.errors import CannotWrite
from model_core.domain.export import FORMATS, ExportOptions
from model_core.domain.marks import UNMARKED, Marks
from model_core.imaging.cores import CORES
from model_core.imaging.output.containers import ENCODERS
from model_core.imaging.output.metadata import metadata_for
from model_core.imaging.output.profile import icc_profile
from model_core.imaging.output.seal import sealed
from model_core.imaging.output.sharpen import sharpen
from model_core.imaging.output.size import Coded, resize
from model_core.imaging.output.strips import Parts


def encode(
    pixels: Coded, original: Path, options: ExportOptions, marks: Marks = UNMARKED, **how: Any
) -> bytes:
    """What :func:`encoded` gives, in one piece."""
    return b"".join(encoded(pixels, original, options, marks, **how))


def encoded(
    pixels: Coded,
    original: Path,
    options: ExportOptions,
    marks: Marks = UNMARKED,
    *,
    size: tuple[int, int] | None = None,
    threads: int | None = None,
    over: bool = False,
) -> Parts:
    """Pixels (H, W, 3) coded in ``options.profile`` as the bytes of a file, in parts.

    uint8 or uint16, as ``options.depth`` says. ``size`` (width, height): of the copy, by default
    what the options make of these pixels. The file holds the profile and, as far as
    ``options.metadata`` goes, what the original and its sidecar know of the picture, with
    orientation and size made true of the copy and without other programs' develop settings,
    which these pixels do not need. ``marks``: the user's own stars and colour. ``threads``: by
    default one a core. ``over``: the pixels may be changed, which saves memory. Raises
    CannotWrite where the format cannot hold the size.
    """
    assert pixels.dtype.itemsize * 8 == options.depth
    size = size or options.size(pixels.shape[1], pixels.shape[0])
    _refuse_size(size, options)
    sized = resize(pixels, size, options.profile)
    over = over or sized is not pixels
    pixels = sharpen(sized, options.sharpen, options.sharpen_for, options.profile, over=over)
    metadata = metadata_for(original, options, size, marks)
    coded = ENCODERS[options.format]
    icc = icc_profile(options.profile)
    return sealed(coded(pixels, options.quality, icc, metadata, threads or CORES))


def _refuse_size(size: tuple[int, int], options: ExportOptions) -> None:
    label = FORMATS[options.format].label
    limit = FORMATS[options.format].max_side
    if max(size) > limit:
        raise CannotWrite(
            f"{label} holds at most {limit} pixels a side, not {max(size)}; "
            "choose a smaller size or another format"
        )
    most, has = FORMATS[options.format].max_pixels // 1_000_000, size[0] * size[1] // 1_000_000
    if size[0] * size[1] > FORMATS[options.format].max_pixels:
        raise CannotWrite(
            f"{label} holds at most {most} megapixels, not {has}; "
            "choose a smaller size or another format"
        )
