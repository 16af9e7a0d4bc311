"""Any photo file to upright RGB pixels, full size or reduced: the one door to decoding.

``rendered`` reads pictures that a camera or program has finished, ``raw`` camera raws; the
content decides which it is, not the name.
Nothing is decoded before its declared size has been checked, and every fault of a file
becomes :class:`UnreadablePhoto` with one line that names the file and the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from model_core.domain.image import CodedImage, LinearImage, Proxy
from model_core.domain.photo import Photo, PhotoId
from model_core.imaging.colour import to_working
from model_core.imaging.describe import exif_facts, orientation_of, upright_size
from model_core.imaging.faults import MAX_PIXELS, file_faults
from model_core.imaging.kind import RAW_SUFFIXES, is_raw
from model_core.imaging.raw import opened_raw
from model_core.imaging.rendered import exif_thumbnail, foreseen_space, opened, picture
from model_core.imaging.shape import fit_size

__all__ = [
    "MAX_PIXELS", "PHOTO_SUFFIXES", "RAW_SUFFIXES", "RENDERED_SUFFIXES", "decode", "decode_for",
    "decode_proxy", "embedded_preview", "fit_size", "photo_id", "stored_orientation", "to_linear",
]  # fmt: skip

RENDERED_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .png .tif .tiff .webp .avif .heic .heif .hif .bmp .gif .jp2 .mpo".split()
)
PHOTO_SUFFIXES = RAW_SUFFIXES | RENDERED_SUFFIXES
_ANY_SIZE = 1 << 62  # where no pixel is made


def photo_id(path: Path) -> PhotoId:
    """The content hash that names a photo wherever it is moved. Raises UnreadablePhoto."""
    with file_faults(path):
        return _hash(path)


def decode(path: Path, *, max_pixels: int = MAX_PIXELS) -> CodedImage:
    """The whole photo, upright. Raises UnreadablePhoto."""
    with file_faults(path):
        if is_raw(path):
            with opened_raw(path, max_pixels) as raw:
                return raw.picture()
        with opened(path, max_pixels) as source:
            return picture(source)


def decode_for(
    path: Path,
    half_will_do: Callable[[int, int], bool],
    *,
    max_pixels: int = MAX_PIXELS,
    foretold: Callable[[str], None] = lambda space: None,
) -> tuple[CodedImage, tuple[int, int]]:
    """The photo for a copy, and its upright size (width, height). Where ``half_will_do`` for a
    photo of that size, a JPEG or raw comes with half of its sides, which its decoder gives for
    a part of the time. ``foretold`` is called with the space that a JPEG's pixels will be in
    before they are decoded, where that can be told. Raises UnreadablePhoto."""
    with file_faults(path):
        if is_raw(path):
            with opened_raw(path, max_pixels) as raw:
                size = raw.width, raw.height
                return raw.picture(halved=half_will_do(*size)), size
        with opened(path, max_pixels) as source:
            size = upright_size(source.width, source.height, source.orientation)
            if (space := foreseen_space(source)) is not None:
                foretold(space)
            return picture(source, halved=half_will_do(*size)), size


def decode_proxy(
    path: Path, long_side: int, *, max_pixels: int = MAX_PIXELS
) -> tuple[Photo, Proxy]:
    """A copy whose long side is ``long_side`` (or the photo's, if smaller), and what is
    known of the file. JPEG is scaled down by its decoder. Raises UnreadablePhoto."""
    # The hash lets go of the interpreter lock: it costs nothing beside the decoding.
    with file_faults(path), ThreadPoolExecutor(1) as aside:
        identity = aside.submit(_hash, path)
        if is_raw(path):
            with opened_raw(path, max_pixels) as raw:
                image = raw.picture(long_side)
                photo = raw.describe(identity.result())
        else:
            with opened(path, max_pixels) as source:
                image = picture(source, long_side)
                facts = exif_facts(source.exif)
                width, height = upright_size(source.width, source.height, source.orientation)
            photo = Photo(path=path, id=identity.result(), width=width, height=height, **facts)
        return photo, Proxy(image.pixels, image.space)


def embedded_preview(
    path: Path, long_side: int, *, max_pixels: int = MAX_PIXELS
) -> CodedImage | None:
    """The small picture that the camera put into a raw or a JPEG, upright, reduced to
    ``long_side``: there long before the photo itself can be. None where there is none as
    large as that. It shows the camera's own look. Raises UnreadablePhoto."""
    with file_faults(path):
        if is_raw(path):
            with opened_raw(path, max_pixels) as raw:
                return raw.preview(long_side)
        with opened(path, max_pixels) as source:
            return exif_thumbnail(source, long_side)


def stored_orientation(path: Path) -> int:
    """The EXIF orientation (1..8) by which the stored picture is shown upright: what other
    programs count crops from. Raises UnreadablePhoto."""
    with file_faults(path):
        if is_raw(path):
            with opened_raw(path, _ANY_SIZE) as raw:
                return raw.orientation
        with opened(path, _ANY_SIZE) as source:
            return orientation_of(None, source.exif)


def to_linear(image: CodedImage) -> LinearImage:
    """Code values to working light (float32)."""
    full = np.iinfo(image.pixels.dtype).max
    code = image.pixels.astype(np.float32) / np.float32(full)
    return LinearImage(to_working(code, image.space).astype(np.float32, copy=False))


def _hash(path: Path) -> PhotoId:
    with path.open("rb") as file:
        return PhotoId(
            hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        )
