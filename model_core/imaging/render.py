"""The look baked for speed: a 3D lookup table, applied by OpenColorIO.

The table goes from the source's own code values to the output's, so that one lookup does
decoding, look and encoding. It is baked from ``pipeline.develop`` and tested against it.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import DevelopSettings
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.colour import from_working, to_working
from model_core.imaging.pipeline import develop

#: Points a side: while a slider moves, when it rests, and where the last bit matters.
QUICK_GRID = 25
PREVIEW_GRID = 33
EXPORT_GRID = 65
_THREADS = 2
_MIN_ROWS = 64
_pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="render")
_ocio_lock = threading.Lock()


def reference(image: CodedImage, settings: DevelopSettings, space: str = "srgb") -> Float32:
    """The look without shortcuts: float code values 0..1 of ``space``, (H, W, 3)."""
    code = image.pixels.astype(np.float64) / np.iinfo(image.pixels.dtype).max
    result: Float32 = from_working(develop(to_working(code, image.space), settings), space)
    return result


def render(
    image: CodedImage,
    settings: DevelopSettings,
    *,
    space: str = "srgb",
    grid: int = PREVIEW_GRID,
) -> npt.NDArray[np.uint8]:
    """``image`` with ``settings``, as 8-bit code values of ``space``: (H, W, 3), contiguous.

    All zeros on an 8-bit photo of the same space returns the very pixels.
    """
    pixels = image.pixels
    if settings.is_identity and image.space == space and pixels.dtype == np.uint8:
        return cast(npt.NDArray[np.uint8], pixels)
    processor = _processor(settings, image.space, space, grid, pixels.dtype.name)
    out = np.empty(pixels.shape, np.uint8)
    bands = min(_THREADS, max(1, image.height // _MIN_ROWS))
    edges = [image.height * i // bands for i in range(bands + 1)]
    # OpenColorIO releases the interpreter lock, so bands run side by side.
    list(_pool.map(lambda i: _apply(processor, pixels, out, edges[i], edges[i + 1]), range(bands)))
    return out


def _apply(processor: Any, source: Any, target: Any, top: int, bottom: int) -> None:
    import PyOpenColorIO as ocio

    depths = {"uint8": ocio.BIT_DEPTH_UINT8, "uint16": ocio.BIT_DEPTH_UINT16}
    height, width = bottom - top, source.shape[1]

    def describe(array: Any) -> Any:
        band = array[top:bottom]
        size = array.dtype.itemsize
        return ocio.PackedImageDesc(
            band, width, height, 3, depths[array.dtype.name], size, 3 * size, 3 * size * width
        )

    processor.apply(describe(source), describe(target))


@lru_cache(maxsize=64)
def _processor(settings: DevelopSettings, source: str, target: str, grid: int, depth: str) -> Any:
    import PyOpenColorIO as ocio

    table = bake(settings, source, target, grid)
    with _ocio_lock:
        lut = ocio.Lut3DTransform(gridSize=grid, interpolation=ocio.INTERP_TETRAHEDRAL)
        lut.setData(table.reshape(-1))
        config = _config()
        depths = {"uint8": ocio.BIT_DEPTH_UINT8, "uint16": ocio.BIT_DEPTH_UINT16}
        return config.getProcessor(lut).getOptimizedCPUProcessor(
            depths[depth], ocio.BIT_DEPTH_UINT8, ocio.OPTIMIZATION_DEFAULT
        )


@lru_cache(maxsize=1)
def _config() -> Any:
    import PyOpenColorIO as ocio

    config = ocio.Config.CreateRaw()
    # Every slider position is a new table: a cache would only grow.
    config.setProcessorCacheFlags(ocio.PROCESSOR_CACHE_OFF)
    return config


@lru_cache(maxsize=8)
def _grid_light(source: str, grid: int) -> Float32:
    """Working light of the table's points: (grid**3, 3), blue fastest, contiguous channels."""
    axis = np.linspace(0.0, 1.0, grid, dtype=np.float32)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    light: Float32 = np.asfortranarray(to_working(points, source).astype(np.float32))
    return light


def bake(settings: DevelopSettings, source: str, target: str, grid: int) -> Float32:
    """The table: (grid**3, 3) float32 output code values, input red slowest, blue fastest."""
    result: Float32 = from_working(develop(_grid_light(source, grid), settings), target)
    return np.ascontiguousarray(result.astype(np.float32, copy=False))
