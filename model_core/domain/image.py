"""Pixels: coded as files hold them, and linear as light behaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CodedImage:
    """Upright RGB pixels as integers, in one of the named colour spaces.

    ``pixels``: (height, width, 3), uint8 or uint16, C-contiguous; the full integer range is
    0 .. 1 of the space's code values. ``space``: a key of ``imaging.colour.SPACES``.
    """

    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    space: str = "srgb"

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Proxy(CodedImage):
    """A reduced copy of a photo: what the window shows and the model sees."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearImage:
    """Scene-linear light in the working space (linear Rec.2020, D65).

    ``pixels``: (height, width, 3) float32; 0 is black, 1 the source's white.
    """

    pixels: Float32
