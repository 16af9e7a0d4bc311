"""A large photo of 8 bits by its colours: each is developed once, and every pixel fetches its own.

24 megapixels have one to five million colours. What they become may cost what it likes, then;
the pixels cost two look-ups in memory, half of what an interpolation takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from model_core.imaging.cores import pool
from model_core.imaging.memory import empty

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.intp]

_ALL = 1 << 24
_PIECE = 1 << 16  # pixels at a time: what the cache holds
_SHARE = _ALL // 16  # numbers of colours at a time


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
    _share(len(source), _PIECE, threads, lambda starts: _mark(source, seen, starts))
    develop = developer(int(np.count_nonzero(seen)))
    # Of colours that do not occur: whatever was there.
    answers = empty("answers", (_ALL,), np.uint32)
    _share(_ALL, _SHARE, threads, lambda starts: _answer(seen, answers, develop, starts))
    _share(len(source), _PIECE, threads, lambda starts: _fetch(source, target, answers, starts))


def _share(total: int, size: int, threads: int, work: Callable[[Iterator[int]], None]) -> None:
    """Each thread takes the start of the piece that comes next, until there is none."""
    starts = iter(range(0, total, size))
    if threads == 1:
        work(starts)
        return
    for done in [pool.submit(work, starts) for _ in range(threads)]:
        done.result()


def _answer(
    seen: npt.NDArray[np.bool_],
    answers: npt.NDArray[np.uint32],
    develop: Callable[[Bytes], Bytes],
    starts: Iterator[int],
) -> None:
    for first in starts:
        number = np.flatnonzero(seen[first : first + _SHARE])
        number += first
        if number.size:
            answers[number] = _packed(develop(_colours(number))[: number.size])


def _mark(source: Bytes, seen: npt.NDArray[np.bool_], starts: Iterator[int]) -> None:
    room = _room()
    for first in starts:
        seen[_numbers(source, first, room)] = True


def _fetch(
    source: Bytes, target: Bytes, answers: npt.NDArray[np.uint32], starts: Iterator[int]
) -> None:
    room, found = _room(), np.empty(_PIECE, np.uint32)
    for first in starts:
        number = _numbers(source, first, room)
        # Clipping skips the check of every number, which is within by construction.
        np.take(answers, number, mode="clip", out=found[: number.size])
        _put(found[: number.size], target, first)


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


def _numbers(source: Bytes, first: int, room: Numbers) -> Numbers:
    """A number for each colour of the piece at ``first``: red, green and blue are its lowest
    bytes. They are read as eight bytes from each pixel on, of which three count: half the time of
    reading channels."""
    pixels = source[first : first + _PIECE]
    number = room[: len(pixels)]
    inside = min(len(pixels), max(0, len(source) - first - 2))  # the last two have no eight bytes
    eight = np.ndarray((inside,), "<i8", source.data, 3 * first, (3,)) if inside else number[:0]
    number[:inside] = eight
    number[:inside] &= 0xFFFFFF
    number[inside:] = pixels[inside:] @ np.array([1, 1 << 8, 1 << 16])
    return number


def _colours(numbers: Numbers) -> Bytes:
    return np.ascontiguousarray(numbers.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3])


def _packed(colours: Bytes) -> npt.NDArray[np.uint32]:
    packed = np.empty((len(colours), 4), np.uint8)
    for channel in range(3):
        packed[:, channel] = colours[:, channel]
    return packed.view("<u4")[:, 0]
