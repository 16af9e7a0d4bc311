"""Pictures that a decoder gives some rows at a time: all of them, or reduced on the way.

A proxy of 200 megapixels at 16 bits needs no gigabyte for them, then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.imaging.shape import block_of, means

Rows = npt.NDArray[Any]


def gathered(bands: Iterable[Rows], size: tuple[int, int], long_side: int | None = None) -> Rows:
    """A picture of ``size`` (width, height) from its rows, top to bottom: ``bands``, each
    (some, width[, channels]). With ``long_side`` integers without a sign come as the means of
    blocks, twice that size or larger. Raises ValueError where rows are missing."""
    width, height = size
    block, at, found, rest = 1, 0, None, None
    for band in bands:
        if found is None:
            if long_side is not None and band.dtype.kind == "u":
                block = block_of(width, height, long_side)
            if block == 1 and len(band) == height:
                return band  # as it is: a copy would be as large again
            shape = (-(-height // block), -(-width // block), *band.shape[2:])
            found = np.empty(shape, band.dtype.newbyteorder("="))
        if block > 1:
            band = band if rest is None else np.concatenate([rest, band])
            whole = len(band) // block * block
            rest, band = band[whole:].copy(), means(band[:whole], block)
        found[at : at + len(band)] = band
        at += len(band)
    if found is None:
        raise ValueError("has no pixels")
    if rest is not None and len(rest):
        found[at:] = means(rest, block)
        at += 1
    if at < len(found):
        raise ValueError("ends too soon")
    return found
