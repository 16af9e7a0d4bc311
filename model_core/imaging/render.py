"""The look baked for speed: a 3D lookup table applied by OpenColorIO, and exact where that errs.

The table goes from the source's own code values to the output's, so that one lookup does
decoding, look and encoding. It is baked from ``pipeline.develop`` and tested against it. Cells
that hold a kink of the look are marked in it: their first point, that of the lowest codes,
which weighs more than nothing all over the cell, is put far outside. Pixels that fall into them
come out as pure magenta, so they are found and computed one by one: a few in a hundred. A
large photo of 8 bits is paid by its colours (``by_colour``), which are far fewer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import DevelopSettings
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.by_colour import fill_by_colour
from model_core.imaging.colour import encode_transfer, to_working
from model_core.imaging.cores import CORES, pool
from model_core.imaging.pipeline import develop
from model_core.imaging.table import AXIS, Cells, bake, look, places

#: Points a side: where 8 bits come out, which round by more than the table errs; and where
#: the last bit matters.
PREVIEW_GRID = 33
EXPORT_GRID = 65
#: A picture of fewer pixels than so many times a table's points is sooner done without: its
#: cells have to be tried, too. (300 x 200 pixels take 15 ms, by a new table of 33 take 80.)
WORTH_A_TABLE = 3
_MIN_ROWS = 64
_LARGE = 1 << 20  # pixels, from which on looking for their colours first is sooner done
_COLUMNS = 512
_BAND = 1 << 22  # pixels that are given at a time where they are not wanted all at once
_PIECE = 1 << 18  # pixels that one thread works on at a time: what the cache holds
_ocio_lock = threading.Lock()
#: For what takes many short steps. Threads that do it at once wait at each of them for the
#: interpreter's lock, and take longer together than one after the other.
_short_steps = threading.BoundedSemaphore(max(1, CORES // 2))

_MARK = np.array([1e9, -1e9, 1e9], np.float32)
#: The mark as it comes out on screens: blue, green, red and 255, read as one number.
_MAGENTA = int(np.array([255, 0, 255, 255], np.uint8).view(np.uint32)[0])

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
    cells: Cells | None = None,
    quick: bool = False,
) -> Pixels:
    """``image`` with ``settings``, as code values of ``space``: (H, W, 3), contiguous.

    ``depth``: 8 or 16 bits (uint8, uint16). ``out`` takes the result instead of a new array:
    the image's own pixels where they have that depth, or the first half of their memory where
    they have twice that, so that a large photo is held once; or
    uint8 (H, W, 4), which is filled as 32-bit pictures lie in a screen's memory, blue, green,
    red and 255. ``threads``: bands worked on side by side, by default one a core.
    ``cells``: those that the image's colours fall into, where they are known; baking is quicker
    then. ``quick`` takes the table's word for every pixel, for a picture that is about to be
    replaced: some in a thousand are off by 1 to 8 deltaE. Beside input and output, memory is
    needed for the table and a few rows only, whatever the size.

    All zeros on a photo of the same space and depth returns the very pixels.
    """
    pixels = image.pixels
    wanted = np.dtype(np.uint16 if depth == 16 else np.uint8)
    if settings.is_identity and image.space == space and pixels.dtype == wanted:
        return pixels if out is None else _copied(pixels, out)
    if out is None:
        out = np.empty(pixels.shape, wanted)
    threads = threads or CORES
    if cells is None and not quick and _is_large(pixels, out):

        def developer(count: int) -> Callable[[Any], Any]:
            return _Job(image, settings, space, grid, depth, None, False, count, threads).of_colours

        source: Any = pixels.reshape(-1, 3)
        target: Any = out.reshape(-1, 3)
        fill_by_colour(source, target, developer, threads)
        return out
    job = _Job(image, settings, space, grid, depth, cells, quick, threads=threads)
    if out is not pixels and np.may_share_memory(out, pixels):
        return _narrowed(job, pixels, out, threads)
    return _in_bands(partial(job.fill, pixels), out, threads)


def render_bands(
    image: CodedImage,
    settings: DevelopSettings,
    *,
    space: str,
    grid: int,
    depth: int,
    threads: int,
) -> Iterator[Pixels]:
    """What :func:`render` gives, the same codes, some rows at a time and top to bottom: for 16 bits
    out of 8, where the result is twice the photo."""
    wanted = np.dtype(np.uint16 if depth == 16 else np.uint8)
    job = _Job(image, settings, space, grid, depth, threads=threads)
    rows = max(1, _BAND // image.width)
    for top in range(0, image.height, rows):
        codes = image.pixels[top : top + rows]
        yield _in_bands(partial(job.fill, codes), np.empty(codes.shape, wanted), threads)


def prepare(
    settings: DevelopSettings,
    source: str,
    *,
    space: str = "srgb",
    grid: int = PREVIEW_GRID,
    depth: int = 8,
) -> None:
    """Bakes, on this thread, what :func:`render` will want for a large photo of 8 bits whose
    code values are those of ``source``: beside its decoder, which leaves other cores idle."""
    if not settings.is_identity:
        _processor(_Table(settings, source, space, grid, "uint8", depth, None, False, 1))


def _is_large(pixels: Pixels, out: Pixels) -> bool:
    """Whether it is a photo to be rendered by its colours."""
    eight = pixels.dtype == np.uint8 and out.dtype == np.uint8 and out.shape == pixels.shape
    return eight and pixels.size >= 3 * _LARGE and out.flags.c_contiguous


def _in_rows(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Colours (N, 3) as a picture, which may end in some black that is none of them."""
    rows = np.zeros((-(-len(colours) // _COLUMNS) * _COLUMNS, 3), np.uint8)
    rows[: len(colours)] = colours
    return rows.reshape(-1, _COLUMNS, 3)


def _narrowed(job: _Job, pixels: Pixels, out: Pixels, threads: int) -> Pixels:
    """Into the first half of the memory of ``pixels``, some rows at a time, of which there is a
    copy: what is written then lies before all that is still to be read."""
    rows = max(1, _LARGE // out.shape[1])
    for top in range(0, len(out), rows):
        codes = pixels[top : top + rows].copy()
        _in_bands(partial(job.fill, codes), out[top : top + rows], threads)
    return out


def _in_bands(fill: Callable[[Pixels, int, int], None], out: Pixels, threads: int) -> Pixels:
    height = len(out)
    bands = min(threads, max(1, height // _MIN_ROWS))
    edges = [height * i // bands for i in range(bands + 1)]
    if bands == 1:
        fill(out, 0, height)
    else:
        # OpenColorIO and numpy release the interpreter lock, so bands run side by side.
        work = (pool.submit(fill, out, top, bottom) for top, bottom in pairwise(edges))
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


class _Job:
    """One rendering: what all its bands have in common. ``count``: of the colours that it is
    asked for, by default one a pixel."""

    def __init__(
        self,
        image: CodedImage,
        settings: DevelopSettings,
        space: str,
        grid: int,
        depth: int,
        cells: Cells | None = None,
        quick: bool = False,
        count: int | None = None,
        threads: int = CORES,
    ) -> None:
        self._image, self._settings, self._space, self._depth = image, settings, space, depth
        self._full = (1 << depth) - 1
        self._cells = cells
        self._mending = _short_steps if threads == 1 else threading.Lock()
        # Mere conversion to another space is to be right to the last bit; and a table has to
        # have fewer points than there are colours, to be worth its baking.
        # (What was counted is a large photo's colours: its table may be there already.)
        tried = count is None and cells is None and not quick
        count = image.height * image.width if count is None else count
        self._exact = settings.is_identity or count <= grid**3 * (WORTH_A_TABLE if tried else 1)
        if not self._exact:
            kind = image.pixels.dtype.name
            self._processor, self._wrong = _processor(
                _Table(settings, image.space, space, grid, kind, depth, cells, quick, threads)
            )

    def of_colours(self, colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """What becomes of colours (N, 3), and of some black after them."""
        rows = _in_rows(colours)
        done = np.empty_like(rows)
        self.fill(rows, done, 0, len(rows))
        return done.reshape(-1, 3)

    def fill(self, source: Pixels, target: Pixels, top: int, bottom: int) -> None:
        """Fills those rows of ``target``, which may be ``source``, from those of ``source``."""
        width = source.shape[1]
        result = target[top:bottom].reshape(-1, target.shape[2])
        rows = max(1, _PIECE // width)
        wrong: list[tuple[npt.NDArray[np.intp], Pixels]] = []
        for first in range(top, bottom, rows):
            codes, done = (a[first : min(first + rows, bottom)] for a in (source, target))
            if self._exact:
                place = slice((first - top) * width, (first + len(done) - top) * width)
                self._put(result, place, self._look(codes.reshape(-1, 3)))
                continue
            if target is source:
                codes = codes.copy()
            self._processor.apply(_described(codes), _described(done))
            if self._cells is None:
                where = self._marked(done)
            else:
                own = self._cells.own[first * width : first * width + codes.size // 3]
                where = np.flatnonzero(self._wrong[own])
            if where.size:
                some = np.take(codes.view(f"V{3 * codes.itemsize}"), where)
                wrong.append((where + (first - top) * width, some.view(codes.dtype).reshape(-1, 3)))
                if sum(len(some) for some, _ in wrong) > _PIECE:
                    self._mend(result, wrong)
        if wrong:
            self._mend(result, wrong)

    def _mend(self, result: Pixels, wrong: list[tuple[npt.NDArray[np.intp], Pixels]]) -> None:
        """Computes those pixels of ``result`` (N, 3 or 4) by the look itself; empties the list."""
        where = np.concatenate([where for where, _ in wrong])
        codes = np.concatenate([codes for _, codes in wrong])
        wrong.clear()
        with self._mending:  # of many short steps
            mended = self._look(codes)
        self._put(result, where, mended)

    def _marked(self, done: Pixels) -> npt.NDArray[np.intp]:
        """The numbers of the pixels that came out as magenta."""
        if done.shape[2] == 4:
            return np.flatnonzero(done.view(np.uint32) == _MAGENTA)
        where = np.flatnonzero(done[..., 1] == 0)
        rim: Any = done.reshape(-1, 3)[where]
        return where[(rim[:, 0] == self._full) & (rim[:, 2] == self._full)]

    def _look(self, codes: Pixels) -> Pixels:
        """Code values (N, 3) of the source to those of the output."""
        scale = np.float32(1.0 / np.iinfo(codes.dtype).max)
        found = look(codes * scale, self._settings, self._image.space, self._space)
        found *= np.float32(self._full)
        found += np.float32(0.5)
        return found.astype(np.uint16) if self._depth == 16 else found.astype(np.uint8)

    @staticmethod
    def _put(pixels: Pixels, where: Any, colours: Any) -> None:
        if pixels.shape[1] == 4:
            shown = np.full((len(colours), 4), 255, np.uint8)
            shown[:, :3] = colours[:, ::-1]
            colours = shown
        # A pixel is moved as one thing, in half the time of moving its channels.
        whole = f"V{pixels.shape[1] * pixels.itemsize}"
        pixels.view(whole)[where, 0] = np.ascontiguousarray(colours).view(whole)[:, 0]


def interpolate(table: Float32) -> Callable[[Float32, npt.NDArray[np.uint8]], None]:
    """What looks up places 0..1 in a table of code values (N**3, 3): ``apply(places, out)``, both
    (H, W, 4), fills ``out`` as :func:`render` does. It may be called on several threads."""
    import PyOpenColorIO as ocio

    grid = round(len(table) ** (1 / 3))
    with _ocio_lock:
        lut = ocio.Lut3DTransform(gridSize=grid, interpolation=ocio.INTERP_TETRAHEDRAL)
        # Blue first: as the screen wants it, without turning every colour round.
        lut.setData(np.ascontiguousarray(table[:, ::-1]).reshape(-1))
        processor = (
            _config()
            .getProcessor(lut)
            .getOptimizedCPUProcessor(
                ocio.BIT_DEPTH_F32, ocio.BIT_DEPTH_UINT8, ocio.OPTIMIZATION_NONE
            )
        )
    order = ocio.CHANNEL_ORDERING_RGBA
    return lambda places, out: processor.apply(_described(places, order), _described(out, order))


def _described(array: Any, order: Any = None) -> Any:
    import PyOpenColorIO as ocio

    height, width, channels = array.shape
    size = array.itemsize
    if order is None:
        order = ocio.CHANNEL_ORDERING_BGRA if channels == 4 else ocio.CHANNEL_ORDERING_RGB
    return ocio.PackedImageDesc(
        data=array,
        width=width,
        height=height,
        chanOrder=order,
        bitDepth=_bit_depth(array.dtype.name),
        chanStrideBytes=size,
        xStrideBytes=channels * size,
        yStrideBytes=channels * size * width,
    )


def _bit_depth(name: str) -> Any:
    import PyOpenColorIO as ocio

    depths = {"uint8": ocio.BIT_DEPTH_UINT8, "uint16": ocio.BIT_DEPTH_UINT16}
    return ocio.BIT_DEPTH_F32 if name == "float32" else depths[name]


@dataclass(frozen=True, slots=True)
class _Table:
    """What a table is baked for. How many ``threads`` bake it makes no other table of it."""

    settings: DevelopSettings
    source: str
    target: str
    grid: int
    kind: str
    depth: int
    cells: Cells | None
    quick: bool
    threads: int = field(compare=False)


@lru_cache(maxsize=16)
def _processor(wanted: _Table) -> tuple[Any, npt.NDArray[np.bool_]]:
    """What applies the table, and which of its cells (grid**3,) are to be computed."""
    import PyOpenColorIO as ocio

    with _short_steps if wanted.threads == 1 else nullcontext():
        table, found = bake(
            wanted.settings,
            wanted.source,
            wanted.target,
            wanted.grid,
            wanted.cells,
            quick=wanted.quick,
            threads=wanted.threads,
        )
    wrong = np.zeros(len(table), np.bool_)
    wrong[found] = True
    if wanted.cells is None:
        table[found] = _MARK
    with _ocio_lock:
        axis = ocio.Lut1DTransform(AXIS, False)
        axis.setData(places())
        lut = ocio.Lut3DTransform(gridSize=wanted.grid, interpolation=ocio.INTERP_TETRAHEDRAL)
        lut.setData(table.reshape(-1))
        processor = (
            _config()
            .getProcessor(ocio.GroupTransform([axis, lut]))
            .getOptimizedCPUProcessor(
                _bit_depth(wanted.kind),
                _bit_depth(f"uint{wanted.depth}"),
                ocio.OPTIMIZATION_DEFAULT,
            )
        )
    return processor, wrong


@lru_cache(maxsize=1)
def _config() -> Any:
    import PyOpenColorIO as ocio

    config = ocio.Config.CreateRaw()
    # Every slider position is a new table: a cache would only grow.
    config.setProcessorCacheFlags(ocio.PROCESSOR_CACHE_OFF)
    return config
