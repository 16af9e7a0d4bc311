"""A large photo of 8 bits by its colours: each is developed once, and every pixel fetches its own.

24 megapixels have one to five million colours. What they become may cost what it likes, then;
the pixels cost two look-ups in memory, half of what an interpolation takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from model_core.imaging.cores import pool
from model_core.imaging.memory import empty

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.intp]

_ALL = 1 << 24
_PIECE = 1 << 17  # pixels at a time: what the cache holds
_STEP = 1 << 16  # numbers between which colours are divided
_MOST = 1 << 18  # colours at a time, roughly


def fill_by_colour(
    source: Bytes,
    target: Bytes,
    developer: Callable[[int], Callable[[Bytes], Bytes]],
    threads: int,
) -> None:
    """Into ``target`` (N, 3), which may be ``source``, what becomes of the colours. The
    ``developer`` is told how many there are; what it returns is called, by several threads,
    with some of them (M, 3), and may answer for more. (80 MB besides.)"""
    seen = empty("colours seen", (_ALL,), np.bool_)
    seen.fill(False)
    pieces = [slice(first, first + _PIECE) for first in range(0, len(source), _PIECE)]
    _share(pieces, threads, lambda some: _mark(source, seen, some))
    count, parts = _parts(seen, threads)
    develop = developer(count)
    # Of colours that do not occur: whatever was there.
    answers = empty("answers", (_ALL,), np.uint32)
    _share(parts, threads, lambda some: _answer(seen, answers, develop, some))
    _share(pieces, threads, lambda some: _fetch(source, target, answers, some))


def _share(parts: list[slice], threads: int, work: Callable[[Iterator[slice]], None]) -> None:
    """Each thread takes the part that comes next, until there is none."""
    left = iter(parts)
    if threads == 1:
        work(left)
        return
    for done in [pool.submit(work, left) for _ in range(threads)]:
        done.result()


def _parts(seen: npt.NDArray[np.bool_], threads: int) -> tuple[int, list[slice]]:
    """How many colours there are, and their numbers in parts with about as many, two or more for
    each of several threads. Developing some takes hundreds of short steps, at each of which a
    thread may have to wait for the interpreter's lock: so, few parts."""
    before = np.cumsum([0, *(np.count_nonzero(step) for step in seen.reshape(-1, _STEP))])
    count = int(before[-1])
    number = max(2 * threads if threads > 1 else 1, -(-count // _MOST))
    edges = np.searchsorted(before, [count * i // number for i in range(1, number)]) * _STEP
    return count, [slice(*pair) for pair in pairwise([0, *edges.tolist(), _ALL])]


def _answer(
    seen: npt.NDArray[np.bool_],
    answers: npt.NDArray[np.uint32],
    develop: Callable[[Bytes], Bytes],
    parts: Iterator[slice],
) -> None:
    for part in parts:
        number = np.flatnonzero(seen[part])
        number += part.start
        if number.size:
            answers[number] = _packed(develop(_colours(number))[: number.size])


def _mark(source: Bytes, seen: npt.NDArray[np.bool_], pieces: Iterator[slice]) -> None:
    room = _room()
    for piece in pieces:
        seen[_numbers(source, piece, room)] = True


def _fetch(
    source: Bytes, target: Bytes, answers: npt.NDArray[np.uint32], pieces: Iterator[slice]
) -> None:
    room, found = _room(), np.empty(_PIECE, np.uint32)
    for piece in pieces:
        number = _numbers(source, piece, room)
        # Clipping skips the check of every number, which is within by construction.
        np.take(answers, number, mode="clip", out=found[: number.size])
        _put(found[: number.size], target, piece.start)


def _put(packed: npt.NDArray[np.uint32], target: Bytes, first: int) -> None:
    """Writes colours from pixel ``first`` on: four bytes each, the last of which the next one
    overwrites; so the last pixel is written by itself. Twice as fast as channel by channel."""
    last = packed.size - 1
    if last:
        np.ndarray((last,), "<u4", target.data, 3 * first, (3,))[...] = packed[:last]
    target[first + last] = packed[last:].view(np.uint8)[:3]


def _room() -> Numbers:
    """For what a thread numbers, piece after piece."""
    return np.empty(_PIECE, np.intp)


def _numbers(source: Bytes, piece: slice, room: Numbers) -> Numbers:
    """A number for each colour of the piece: red, green and blue are its lowest bytes. They are
    read as eight bytes from each pixel on, of which three count: half the time of reading
    channels."""
    pixels, first = source[piece], piece.start
    number = room[: len(pixels)]
    inside = min(len(pixels), max(0, len(source) - first - 2))  # the last two have no eight bytes
    eight = np.ndarray((inside,), "<i8", source.data, 3 * first, (3,)) if inside else number[:0]
    number[:inside] = eight
    number[:inside] &= 0xFFFFFF
    if inside < len(pixels):
        number[inside:] = pixels[inside:] @ np.array([1, 1 << 8, 1 << 16])
    return number


def _colours(numbers: Numbers) -> Bytes:
    return np.ascontiguousarray(numbers.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3])


def _packed(colours: Bytes) -> npt.NDArray[np.uint32]:
    packed = np.empty((len(colours), 4), np.uint8)
    for channel in range(3):
        packed[:, channel] = colours[:, channel]
    return packed.view("<u4")[:, 0]
