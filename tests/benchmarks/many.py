"""Folders of thousands of photos, made in seconds and outside the repository."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

from PIL import ExifTags, Image

_TIME = b"2024:05:01 12:00:00"
_FIRST = datetime(2024, 5, 1, 8)
_THUMB = (160, 120)
_PER_FOLDER = 500


def write_many(folder: Path, count: int, sources: Path, long_side: int) -> None:
    """``count`` photos as a camera leaves them (a small picture and a capture time in EXIF, 500
    a folder), each of its own content. What is there already is kept."""
    blobs = [_camera_file(path, long_side) for path in sorted(sources.glob("*.jpg"))]
    for number in range(count):
        target = folder / f"{100 + number // _PER_FOLDER}CANON" / f"IMG_{number:05}.jpg"
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        when = (_FIRST + timedelta(seconds=37 * number)).strftime("%Y:%m:%d %H:%M:%S").encode()
        data = blobs[number % len(blobs)].replace(_TIME, when)
        target.write_bytes(data + number.to_bytes(4, "little"))


def link_many(folder: Path, count: int, sources: Path, long_side: int) -> None:
    """The same without a content of their own: links to a few large files."""
    few = folder.with_name(f"{folder.name} sources")
    write_many(few, len(list(sources.glob("*.jpg"))), sources, long_side)
    files = sorted(few.rglob("*.jpg"))
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        target = folder / f"IMG_{number:05}.jpg"
        if not target.exists():
            os.link(files[number % len(files)], target)


def _camera_file(path: Path, long_side: int) -> bytes:
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    width, height = image.size
    # Cropped to the shape of a camera, so that the small picture in EXIF is not padded.
    width, height = min(width, height * 4 // 3), min(height, width * 3 // 4)
    size = (long_side, long_side * 3 // 4)
    image = image.crop((0, 0, width, height)).resize(size, Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Canon", "Canon EOS R6"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = _TIME.decode()
    block = _with_thumbnail(exif.tobytes(), image.resize(_THUMB))
    whole = io.BytesIO()
    image.save(whole, "JPEG", quality=88, exif=block)
    return whole.getvalue()


def _with_thumbnail(exif: bytes, thumb: Image.Image) -> bytes:
    """``exif`` (little or big endian TIFF) with a second directory that holds a JPEG."""
    small = io.BytesIO()
    thumb.save(small, "JPEG", quality=80)
    data = small.getvalue()
    tiff = bytearray(exif.removeprefix(b"Exif\0\0"))
    order = "little" if tiff[:2] == b"II" else "big"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, order)  # type: ignore[arg-type]

    first = int.from_bytes(tiff[4:8], order)  # type: ignore[arg-type]
    entries = int.from_bytes(tiff[first : first + 2], order)  # type: ignore[arg-type]
    link = first + 2 + 12 * entries
    if len(tiff) % 2:
        tiff += b"\0"
    second = len(tiff)
    tiff[link : link + 4] = number(second, 4)
    start = second + 2 + 3 * 12 + 4
    tiff += number(3, 2)
    tiff += number(0x0103, 2) + number(3, 2) + number(1, 4) + number(6, 2) + b"\0\0"
    tiff += number(0x0201, 2) + number(4, 2) + number(1, 4) + number(start, 4)
    tiff += number(0x0202, 2) + number(4, 2) + number(1, 4) + number(len(data), 4)
    tiff += number(0, 4) + data
    return b"Exif\0\0" + bytes(tiff)
