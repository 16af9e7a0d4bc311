"""Counts of code values, for the window."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def histogram(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """(4, 256) counts of red, green, blue and luma of 8-bit sRGB pixels (H, W, 3).

    Luma is Rec.709 of the code values, as histograms in photo programs show it.
    """
    flat = rgb.reshape(-1, 3)
    luma = (flat @ np.array([54, 183, 19], dtype=np.uint32)) >> 8
    planes = [flat[:, 0], flat[:, 1], flat[:, 2], luma]
    return np.stack([np.bincount(p, minlength=256)[:256] for p in planes])
