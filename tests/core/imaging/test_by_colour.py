from __future__ import annotations

import numpy as np
import pytest

from model_core.imaging import by_colour
from model_core.imaging.by_colour import fill_by_colour
from model_core.imaging.memory import empty, reusing

PIECE = by_colour._PIECE


@pytest.mark.parametrize("count", [1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 2])
@pytest.mark.parametrize("threads", [1, 3])
def test_every_pixel_gets_what_becomes_of_its_colour(count: int, threads: int) -> None:
    pixels = np.random.default_rng(count).integers(0, 256, (count, 3), np.uint8)
    given, counts = pixels.copy(), []

    def developer(number: int) -> object:
        counts.append(number)
        return lambda colours: (255 - colours)[:, ::-1]

    apart = np.zeros_like(pixels)
    fill_by_colour(pixels, apart, developer, threads)  # type: ignore[arg-type]
    assert np.array_equal(apart, (255 - given)[:, ::-1])
    assert np.array_equal(pixels, given)
    fill_by_colour(pixels, pixels, developer, threads)  # type: ignore[arg-type]
    assert np.array_equal(pixels, apart)
    assert counts == [len(np.unique(given, axis=0))] * 2


class TestMemory:
    def test_is_used_again_by_the_next_that_reuses(self) -> None:
        with reusing():
            first = empty("a", (4, 5), np.uint8)
            other = empty("b", (4, 5), np.uint8)
            assert not np.shares_memory(first, other)
        with reusing():
            assert np.shares_memory(empty("a", (2, 2), np.uint32), first)
            larger = empty("a", (50,), np.uint32)
            assert larger.shape == (50,)
            assert not np.shares_memory(larger, first)

    def test_is_fresh_elsewhere(self) -> None:
        with reusing():
            inside = empty("a", (9,), np.uint8)
        outside, other = (empty("a", (9,), np.uint8) for _ in range(2))
        assert not np.shares_memory(outside, inside)
        assert not np.shares_memory(outside, other)
