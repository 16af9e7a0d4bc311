"""The look baked for speed: a 3D lookup table, applied by OpenColorIO.

The table goes from the source's own code values to the output's, so that one lookup does
decoding, look and encoding. It is baked from ``pipeline.develop`` and tested against it.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import DevelopSettings
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.colour import encode_transfer, to_working
from model_core.imaging.pipeline import develop

#: Points a side: while a slider moves, when it rests, and where the last bit matters.
QUICK_GRID = 17
PREVIEW_GRID = 33
EXPORT_GRID = 65
#: How much the points gather at black and white, where the look bends most. Evenly spaced ones
#: err three times as much (deltaE00 0.02 against 0.007 at 65 points).
_GATHER = 0.8
_AXIS = 4096  # entries of the curve from code values to places between the points
_MIN_ROWS = 64
CORES = os.cpu_count() or 1
pool = ThreadPoolExecutor(CORES, thread_name_prefix="render")
_ocio_lock = threading.Lock()

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


def reference(image: CodedImage, settings: DevelopSettings, space: str = "srgb") -> Float32:
    """The look without shortcuts: float code values 0..1 of ``space``, (H, W, 3)."""
    code = image.pixels.astype(np.float64) / np.iinfo(image.pixels.dtype).max
    light = develop(to_working(code, image.space), settings, space)
    result: Float32 = encode_transfer(light, space)
    return result


def render(
    image: CodedImage,
    settings: DevelopSettings,
    *,
    space: str = "srgb",
    grid: int = PREVIEW_GRID,
    depth: int = 8,
    out: Pixels | None = None,
    threads: int | None = None,
) -> Pixels:
    """``image`` with ``settings``, as code values of ``space``: (H, W, 3), contiguous.

    ``depth``: 8 or 16 bits (uint8, uint16). ``out`` takes the result instead of a new array:
    the image's own pixels where they have that depth, so that a large photo is held once; or
    uint8 (H, W, 4), which is filled as 32-bit pictures lie in a screen's memory, blue, green,
    red and 255. ``threads``: bands worked on side by side, by default one a core. Beside
    input and output, memory is needed for the table and a few rows only, whatever the size.

    All zeros on a photo of the same space and depth returns the very pixels.
    """
    pixels = image.pixels
    wanted = np.dtype(np.uint16 if depth == 16 else np.uint8)
    if settings.is_identity and image.space == space and pixels.dtype == wanted:
        return pixels if out is None else _copied(pixels, out)
    processor = _processor(settings, image.space, space, grid, pixels.dtype.name, depth)
    if out is None:
        out = np.empty(pixels.shape, wanted)
    bands = min(threads or CORES, max(1, image.height // _MIN_ROWS))
    edges = [image.height * i // bands for i in range(bands + 1)]
    if bands == 1:
        _apply(processor, pixels, out, 0, image.height)
    else:
        target = out
        # OpenColorIO releases the interpreter lock, so bands run side by side.
        work = (
            pool.submit(_apply, processor, pixels, target, top, bottom)
            for top, bottom in pairwise(edges)
        )
        for band in list(work):
            band.result()
    return out


def _copied(pixels: Pixels, out: Pixels) -> Pixels:
    if out is not pixels:
        if out.shape[2] == 4:
            out[..., 2::-1], out[..., 3] = pixels, 255
        else:
            out[...] = pixels
    return out


def _apply(processor: Any, source: Pixels, target: Pixels, top: int, bottom: int) -> None:
    import PyOpenColorIO as ocio

    def describe(array: Pixels) -> Any:
        width, channels = array.shape[1:]
        size = array.itemsize
        return ocio.PackedImageDesc(
            data=array[top:bottom],
            width=width,
            height=bottom - top,
            chanOrder=ocio.CHANNEL_ORDERING_BGRA if channels == 4 else ocio.CHANNEL_ORDERING_RGB,
            bitDepth=_bit_depth(array.dtype.name),
            chanStrideBytes=size,
            xStrideBytes=channels * size,
            yStrideBytes=channels * size * width,
        )

    processor.apply(describe(source), describe(target))


def _bit_depth(name: str) -> Any:
    import PyOpenColorIO as ocio

    return {"uint8": ocio.BIT_DEPTH_UINT8, "uint16": ocio.BIT_DEPTH_UINT16}[name]


@lru_cache(maxsize=64)
def _processor(
    settings: DevelopSettings, source: str, target: str, grid: int, kind: str, depth: int
) -> Any:
    import PyOpenColorIO as ocio

    table = bake(settings, source, target, grid)
    with _ocio_lock:
        axis = ocio.Lut1DTransform(_AXIS, False)
        axis.setData(_places())
        lut = ocio.Lut3DTransform(gridSize=grid, interpolation=ocio.INTERP_TETRAHEDRAL)
        lut.setData(table.reshape(-1))
        return (
            _config()
            .getProcessor(ocio.GroupTransform([axis, lut]))
            .getOptimizedCPUProcessor(
                _bit_depth(kind), _bit_depth(f"uint{depth}"), ocio.OPTIMIZATION_DEFAULT
            )
        )


@lru_cache(maxsize=1)
def _config() -> Any:
    import PyOpenColorIO as ocio

    config = ocio.Config.CreateRaw()
    # Every slider position is a new table: a cache would only grow.
    config.setProcessorCacheFlags(ocio.PROCESSOR_CACHE_OFF)
    return config


def _codes(place: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Code value at each place 0..1 along an edge of the table."""
    return (1.0 - _GATHER) * place + _GATHER * (1.0 - np.cos(np.pi * place)) / 2.0


@lru_cache(maxsize=1)
def _places() -> Float32:
    """The inverse, sampled: red, green and blue of each code value, flat."""
    place = np.linspace(0.0, 1.0, 8 * _AXIS)
    inverse = np.interp(np.linspace(0.0, 1.0, _AXIS), _codes(place), place)
    return np.repeat(inverse.astype(np.float32), 3)


@lru_cache(maxsize=8)
def _grid_light(source: str, grid: int) -> Float32:
    """Working light of the table's points: (grid**3, 3), blue fastest, contiguous channels."""
    axis = _codes(np.linspace(0.0, 1.0, grid)).astype(np.float32)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    light: Float32 = np.asfortranarray(to_working(points, source).astype(np.float32))
    return light


def bake(settings: DevelopSettings, source: str, target: str, grid: int) -> Float32:
    """The table: (grid**3, 3) float32 output code values, input red slowest, blue fastest."""
    light = develop(_grid_light(source, grid), settings, target)
    result: Float32 = encode_transfer(light, target)
    return np.ascontiguousarray(result.astype(np.float32, copy=False))
