"""Developed pixels to a file: sized, sharpened, with a profile and the original's metadata."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

from model_core.domain.errors import CannotWrite
from model_core.domain.export import FORMATS, ExportOptions
from model_core.domain.marks import UNMARKED, Marks
from model_core.imaging.cores import CORES
from model_core.imaging.output.containers import ENCODERS
from model_core.imaging.output.metadata import metadata_for
from model_core.imaging.output.profile import icc_profile
from model_core.imaging.output.seal import seal
from model_core.imaging.output.sharpen import sharpen
from model_core.imaging.output.size import Coded, resize
from model_core.imaging.output.streamed import Rows, rows_of


def encode(
    pixels: Coded, original: Path, options: ExportOptions, marks: Marks = UNMARKED, **how: Any
) -> bytes:
    """What :func:`write_encoded` writes of pixels (H, W, 3), in one piece."""
    file = io.BytesIO()
    write_encoded(rows_of(pixels), file, original, options, marks, **how)
    return file.getvalue()


def write_encoded(
    rows: Rows,
    file: BinaryIO,
    original: Path,
    options: ExportOptions,
    marks: Marks = UNMARKED,
    *,
    size: tuple[int, int] | None = None,
    threads: int | None = None,
    over: bool = False,
) -> None:
    """Writes pixels coded in ``options.profile`` as a file, from its beginning; ``file`` can be
    read and sought in, too. PNG and TIFF that are neither resized nor sharpened take the rows as
    they come, so that they are never held as a whole.

    uint8 or uint16, as ``options.depth`` says. ``size`` (width, height): of the copy, by default
    what the options make of these pixels. The file holds the profile and, as far as
    ``options.metadata`` goes, what the original and its sidecar know of the picture, with
    orientation and size made true of the copy and without other programs' develop settings,
    which these pixels do not need. ``marks``: the user's own stars and colour. ``threads``: by
    default one a core. ``over``: the pixels may be changed, which saves memory. Raises
    CannotWrite where the format cannot hold the size.
    """
    assert rows.dtype.itemsize * 8 == options.depth
    here = (rows.width, rows.height)
    size = size or options.size(*here)
    _refuse_size(size, options)
    if size != here or options.sharpen != "none":
        rows = rows_of(_finished(rows.whole(), size, options, over))
    metadata = metadata_for(original, options, size, marks)
    write = ENCODERS[options.format]
    write(rows, file, options.quality, icc_profile(options.profile), metadata, threads or CORES)
    seal(file)


def _finished(pixels: Coded, size: tuple[int, int], options: ExportOptions, over: bool) -> Coded:
    sized = resize(pixels, size, options.profile)
    over = over or sized is not pixels
    return sharpen(sized, options.sharpen, options.sharpen_for, options.profile, over=over)


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
