"""Large arrays in memory that was used before.

Fresh memory is cleared by the system, page by page, as it is first touched: for a photo of 24
megapixels and the tables beside it that takes as long as coding it, and two threads wait for each
other meanwhile. Who develops photo after photo touches the same memory again instead.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

_MOST = 300_000_000  # bytes kept for one use: a photo of 100 megapixels
_thread = threading.local()


@contextmanager
def reusing() -> Iterator[None]:
    """Within, :func:`empty` gives this thread the memory that it had in such a block before. None
    of those arrays may be used after it. The memory is let go when the thread ends."""
    _thread.within = True
    try:
        yield
    finally:
        _thread.within = False


def empty(what: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array with anything in it, for a use that is called ``what``: one at a time."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > _MOST or not getattr(_thread, "within", False):
        return np.empty(shape, dtype)
    kept: dict[str, npt.NDArray[np.uint8]] = _thread.__dict__.setdefault("kept", {})
    if what not in kept or kept[what].size < size:
        kept.pop(what, None)  # first, so that there are never both
        kept[what] = np.empty(size, np.uint8)
    return kept[what][:size].view(dtype).reshape(shape)
