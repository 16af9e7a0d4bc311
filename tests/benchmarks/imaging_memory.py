"""Peak memory of a process that reads one large photo, by the kind of its file.

Part of ``python -m tests.benchmarks.imaging PHOTOS --memory 24 101 196``; alone, as
``python -m tests.benchmarks.imaging_memory 24 101``, without anything else.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile

_OURS = "from tests.benchmarks.imaging_memory import work; work(*sys.argv[1:])"
_PEAK = "next(x.split()[1] for x in open('/proc/self/status') if x[:5] == 'VmHWM')"
_CODE = f"import sys; {_OURS}; print({_PEAK})"  # ru_maxrss would begin with the parent's
#: What is done: a proxy, or a copy of a format and depth.
_DONE = ("proxy", "jpeg 8", "tiff 16", "png 16")


def _tiff(**options: Any) -> Callable[[Path, Any], None]:
    deflate = {"compression": "deflate", "compressionargs": {"level": 1}, "photometric": "rgb"}
    return lambda path, pixels: tifffile.imwrite(path, pixels, **{**deflate, **options})


def _jpeg(path: Path, pixels: Any) -> None:
    path.write_bytes(imagecodecs.jpeg8_encode(pixels, level=92))


def _png(path: Path, pixels: Any) -> None:
    path.write_bytes(imagecodecs.png_encode(pixels, level=1))


#: Depth and how the file is written.
KINDS: dict[str, tuple[int, Callable[[Path, Any], None]]] = {
    "JPEG.jpg": (8, _jpeg),
    "PNG of 8 bits.png": (8, _png),
    "PNG of 16 bits.png": (16, _png),
    "TIFF of 8 bits, strips.tif": (8, _tiff(rowsperstrip=64)),
    "TIFF of 16 bits, strips.tif": (16, _tiff(rowsperstrip=64)),
    "TIFF of 16 bits, tiles.tif": (16, _tiff(tile=(512, 512))),
    "TIFF of 16 bits, plain.tif": (16, _tiff(compression=None)),
}


def work(photo: str, what: str) -> None:
    """One of ``_DONE``, in a process of its own."""
    from model_core.domain.export import ExportOptions
    from model_core.exporting import export_photo
    from model_core.imaging.decode import decode_proxy
    from tests.benchmarks.imaging import SETTINGS

    path = Path(photo)
    if what == "proxy":
        decode_proxy(path, 1024)
        return
    name, depth = what.split()
    options = ExportOptions(format=name, depth=int(depth))
    target = path.with_name("copy.out")
    target.unlink(missing_ok=True)
    export_photo(path, SETTINGS, target, options)


def memory_by_kind(folder: Path, megapixels: Iterable[int]) -> None:
    """Prints a row a kind and size: megabytes at most of a proxy and of copies."""
    for size in megapixels:
        width = round((size * 1e6 * 1.5) ** 0.5)
        height = round(width / 1.5)
        pattern = np.random.default_rng(0).integers(100, 132, (512, 512, 3), np.uint8)
        tiles = (-(-height // 512), -(-width // 512), 1)
        pixels = np.ascontiguousarray(np.tile(pattern, tiles)[:height, :width])
        for kind, (depth, write) in KINDS.items():
            photo = folder / kind
            write(photo, pixels if depth == 8 else pixels * np.uint16(257))
            peaks = [_peak(photo, what) for what in _DONE]
            photo.unlink()
            told = ", ".join(f"{what}: {peak}" for what, peak in zip(_DONE, peaks, strict=True))
            print(f"peak memory in MB, {size} MP, {kind[:-4]:30} {told}", flush=True)


def _peak(photo: Path, what: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(photo), what], capture_output=True, text=True, check=True
    )
    return int(done.stdout) // 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        memory_by_kind(Path(temporary), map(int, sys.argv[1:] or ("24",)))
