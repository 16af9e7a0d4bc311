"""The look as a table of points between which is interpolated, and where that is not enough.

The look has kinks: where a colour reaches the gamut's edge, where a channel clips, where tone
curves end. A cell of the table that holds one is a few deltaE wrong, however fine the table.
Such cells show in the table itself: at a kink, points in a row are not on a line. They are
named, so that what falls into them can be computed one by one (see ``render``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import DevelopSettings
from model_core.domain.image import Float32
from model_core.imaging.colour import encode_transfer, to_working
from model_core.imaging.cores import CORES, pool
from model_core.imaging.pipeline import develop

#: How much the points gather at black and white, where the look bends most. Evenly spaced ones
#: err three times as much (deltaE00 0.02 against 0.007 at 65 points).
_GATHER = 0.8
AXIS = 4096  # entries of the curve from code values to places between the points
#: Colours at a time: so many that numpy's calls pay, that what it makes between stays in the
#: cache, and that OpenBLAS (over 29,127 colours times a matrix) starts no threads beside ours.
_LEAST, _CHUNK = 1 << 13, 7 << 12
#: Numbers from which on threads are worth it. With fewer, they take longer together than one
#: alone (33 points a side: 28 to 32 ms instead of 23): the steps are short, and after each they
#: wait for the interpreter's lock.
_WORTH_THREADS = 1 << 18
#: DeltaE of a step of 1 in the code values of red, green and blue, roughly, and how much an
#: interpolated colour may seem to be off: judged by the points around, and then by trial.
_WEIGHTS = (64.0, 102.0, 51.0)
_DOUBT, _WRONG = 0.3, 0.3
_CORNERS = np.array(list(product((0, 1), repeat=3)))
_INNER = (slice(2, -2),) * 3  # of a table with a margin
_DIRECTIONS = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of a table that a picture's colours fall into, by the flat number of their
    first point: ``own`` of each pixel (N,), ``all`` that occur, rising. ``points``: numbers of
    those that it takes to know these cells: corners, and one further in each direction."""

    own: npt.NDArray[np.uint16]
    all: npt.NDArray[np.intp]
    points: npt.NDArray[np.intp]


def cells_of(colours: npt.NDArray[np.uint8], grid: int) -> Cells:
    """``colours``: (N, 3) code values; ``grid`` at most 40. (About 10 ms for half a million.)"""
    index = (place_of(np.arange(256) / 255.0) * (grid - 1)).astype(np.uint16)
    red, green, blue = (index[colours[:, channel]] for channel in range(3))
    own = (red * grid + green) * grid + blue
    filled = np.zeros(grid**3, np.bool_)
    filled[own] = True
    corners = _corners(filled, grid)
    points = corners.copy()
    for direction in _DIRECTIONS:
        points |= np.roll(corners, direction, (0, 1, 2))
        points |= np.roll(corners, np.negative(direction), (0, 1, 2))
    return Cells(own, np.flatnonzero(filled), np.flatnonzero(points[_INNER]))


def corners_of(spots: Float32, grid: int) -> npt.NDArray[np.intp]:
    """Numbers of the points of a table between which ``spots`` (..., 3 or 4) lie in it."""
    first = (spots * np.float32(grid - 1)).astype(np.intp)
    filled = np.zeros(grid**3, np.bool_)
    filled[(first[..., 0] * grid + first[..., 1]) * grid + first[..., 2]] = True
    return np.flatnonzero(_corners(filled, grid)[_INNER])


def _corners(filled: npt.NDArray[np.bool_], grid: int) -> npt.NDArray[np.bool_]:
    """All corners of the filled cells, with a margin of two around the table."""
    room = np.pad(filled.reshape((grid,) * 3), 2)
    corners = np.zeros_like(room)
    for corner in _CORNERS:
        corners |= np.roll(room, corner, (0, 1, 2))
    return corners


def look(
    code: Float32, settings: DevelopSettings, source: str, target: str, threads: int = 1
) -> Float32:
    """The look without a table: code values 0..1 (N, 3) to those of ``target``, float32."""
    return _parts(
        lambda some: _developed(to_working(some, source), settings, target), code, threads
    )


def bake(
    settings: DevelopSettings,
    source: str,
    target: str,
    grid: int,
    cells: Cells | None = None,
    *,
    quick: bool = False,
    threads: int = CORES,
) -> tuple[Float32, npt.NDArray[np.intp]]:
    """Output code values (grid**3, 3), input red slowest, blue fastest; and which cells are off.
    Of ``cells`` only, if given; the rest of the table is 0 then. ``quick``: none is tried."""
    which = None if cells is None else cells.points
    table = points(settings, source, target, grid, which, threads)
    if quick:
        return np.ascontiguousarray(table), np.empty(0, np.intp)
    bent = _bent(table, grid, threads).reshape(-1)
    doubtful = np.flatnonzero(bent) if cells is None else cells.all[bent[cells.all]]
    wrong = _tried(
        table, doubtful, grid, lambda code: look(code, settings, source, target, threads)
    )
    return np.ascontiguousarray(table), wrong


def points(
    settings: DevelopSettings,
    source: str,
    target: str,
    grid: int,
    which: npt.NDArray[np.intp] | None,
    threads: int = CORES,
) -> Float32:
    """A table's points (grid**3, 3) as output code values: all, or those numbers; 0 else."""
    light = _grid_light(source, grid)
    wanted = light if which is None else np.asfortranarray(light[which])
    found = _parts(lambda some: _developed(some, settings, target), wanted, threads)
    if which is None:
        return found
    table = np.zeros_like(light)
    table[which] = found
    return table


def _developed(light: Float32, settings: DevelopSettings, target: str) -> Float32:
    result: Float32 = encode_transfer(develop(light, settings, target), target)
    return result


def _parts(work: Callable[[Float32], Float32], values: Float32, threads: int) -> Float32:
    """``work`` done on some of ``values`` (N, 3) at a time."""
    out = np.empty_like(values, order="F")
    threads = threads if values.size > _WORTH_THREADS else 1
    size = max(_LEAST, min(_CHUNK, -(-len(values) // threads)))

    def part(first: int) -> None:
        out[first : first + size] = work(np.asfortranarray(values[first : first + size]))

    starts = range(0, len(values), size)
    if threads == 1 or len(starts) == 1:
        for first in starts:
            part(first)
    else:
        for done in [pool.submit(part, first) for first in starts]:
            done.result()
    return out


def _tried(
    table: Float32,
    cells: npt.NDArray[np.intp],
    grid: int,
    exact: Callable[[Float32], Float32],
) -> npt.NDArray[np.intp]:
    """Those of ``cells`` that are off where the look was computed inside them."""
    first = np.stack(np.unravel_index(cells, (grid,) * 3), axis=-1)
    whole = (first < grid - 1).all(axis=1)  # the last points of rows have no cell of their own
    first = first[whole]
    corners = table[(_CORNERS @ [grid * grid, grid, 1])[:, None] + cells[whole]]
    # Of all cells, a sample. Not by OpenBLAS, whose threads spin on for a while when done.
    between = np.einsum("sc,cv->sv", _TETRAHEDRA, corners.reshape(8, -1)).reshape(-1, 3)
    codes = codes_of((_SAMPLES[:, None] + first) / (grid - 1)).astype(np.float32)
    off = np.abs(exact(codes.reshape(-1, 3)) - between) @ np.array(_WEIGHTS, np.float32)
    worst = off.reshape(len(_SAMPLES), -1).max(axis=0)
    return np.concatenate([cells[~whole], cells[whole][worst > _WRONG]])


def _bent(table: Float32, grid: int, threads: int) -> npt.NDArray[np.bool_]:
    """Which cells, by their first point (grid, grid, grid), may be off by too much."""
    planes = table.T.reshape(3, grid, grid, grid)
    worst = np.zeros((grid,) * 3, np.float32)
    run = pool.map if threads > 1 and table.size > _WORTH_THREADS else map
    for error in list(run(lambda direction: _error(planes, direction), _DIRECTIONS)):
        np.maximum(worst, error, out=worst)
    return worst > _DOUBT


def _error(planes: Float32, direction: tuple[int, ...]) -> Float32:
    """How far interpolation may be off in each cell on its edges in a direction, in deltaE.

    What bends on evenly over four points is a curve, off by an eighth of the bend. Where the
    two in the middle bend more, by a and b, there is a kink between them: off by a b / (a + b).
    """
    bend = np.zeros(planes.shape[1:], np.float32)
    low, mid, high = (_along(direction, i, 3) for i in range(3))
    for plane, weight in zip(planes, _WEIGHTS, strict=True):
        row = plane[low] + plane[high]
        row -= 2.0 * plane[mid]
        bend[mid] += np.float32(weight) * np.abs(row, out=row)
    for axis, step in enumerate(direction):
        if step:  # at the ends there is no telling: as next to them
            ends = np.moveaxis(bend, axis, 0)
            ends[0], ends[-1] = ends[1], ends[-2]
    first, second = (_along(direction, i, 2) for i in range(2))
    even = np.zeros_like(bend)
    before, inner, _, after = (_along(direction, i, 4) for i in range(4))
    np.minimum(bend[before], bend[after], out=even[inner])
    kink_first = (bend[first] - even[first]).clip(0.0, None)
    kink_second = (bend[second] - even[first]).clip(0.0, None)
    curve = np.maximum(even[first], np.minimum(bend[first], bend[second]))
    curve *= 0.125
    kink = kink_first * kink_second
    kink /= (kink_first + kink_second).clip(1e-9, None)
    error = np.zeros_like(bend)
    np.maximum(kink, curve, out=error[first])
    for axis, step in enumerate(direction):
        if not step:  # an edge belongs to all cells that it bounds
            ahead = np.moveaxis(error, axis, 0)
            np.maximum(ahead[:-1], ahead[1:], out=ahead[:-1])
    return error


def _tetrahedral(place: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weight of each corner of a cell at a place in it, by tetrahedral interpolation: from the
    first corner along the axes in the order of their coordinates, to the last."""
    weights = np.zeros(8)
    order = np.argsort(-place)
    steps = np.concatenate([[1.0], place[order], [0.0]])
    corner = np.zeros(3, int)
    for i in range(4):
        weights[corner @ [4, 2, 1]] += steps[i] - steps[i + 1]
        if i < 3:
            corner[order[i]] = 1
    return weights


def _along(direction: tuple[int, ...], which: int, of: int) -> tuple[slice, ...]:
    """The ``which``-th of ``of`` points in a row in that direction, for all rows."""
    end = which + 1 - of
    return tuple(slice(which, end or None) if step else slice(None) for step in direction)


def codes_of(place: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Code value at each place 0..1 along an edge of the table."""
    return (1.0 - _GATHER) * place + _GATHER * (1.0 - np.cos(np.pi * place)) / 2.0


@lru_cache(maxsize=1)
def places() -> Float32:
    """The inverse, sampled: red, green and blue of each code value, flat."""
    place = np.linspace(0.0, 1.0, 8 * AXIS)
    inverse = np.interp(np.linspace(0.0, 1.0, AXIS), codes_of(place), place)
    return np.repeat(inverse.astype(np.float32), 3)


def place_of(codes: npt.NDArray[np.float64]) -> Float32:
    """Place 0..1 along an edge of the table of each code value, as the table itself finds it."""
    return np.interp(codes, np.linspace(0.0, 1.0, AXIS), places()[::3]).astype(np.float32)


@lru_cache(maxsize=8)
def _grid_light(source: str, grid: int) -> Float32:
    """Working light of the table's points: (grid**3, 3), blue fastest, contiguous channels."""
    axis = codes_of(np.linspace(0.0, 1.0, grid)).astype(np.float32)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    light: Float32 = np.asfortranarray(to_working(points, source).astype(np.float32))
    return light


#: Where doubtful cells are tried: in the middle, and half way from there to each corner.
_SAMPLES = np.concatenate([[[0.5, 0.5, 0.5]], 0.25 + 0.5 * _CORNERS])
_TETRAHEDRA = np.stack([_tetrahedral(place) for place in _SAMPLES]).astype(np.float32)
