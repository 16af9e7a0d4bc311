"""Turning, straightening and cropping the pixels of a photo."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.domain.geometry import Geometry
from model_core.domain.image import CodedImage

Coded = TypeVar("Coded", bound=CodedImage)


def framed(image: Coded, geometry: Geometry) -> Coded:
    """``image`` as ``geometry`` says, of its :meth:`Geometry.output_size`.

    Without an angle pixels are only moved; with one they are resampled once (bicubic), in the
    coded values of the source. The crop is fitted first, so no corner is empty.
    """
    if geometry.is_identity:
        return image
    width, height = image.width, image.height
    geometry = geometry.fitted(width, height)
    turned = np.rot90(image.pixels, -geometry.turns)
    size = geometry.output_size(width, height)
    cut = _cut if geometry.angle == 0 else _straightened
    return replace(image, pixels=np.ascontiguousarray(cut(turned, geometry, size)))


def _cut(
    pixels: npt.NDArray[np.integer], geometry: Geometry, size: tuple[int, int]
) -> npt.NDArray[np.integer]:
    height, width = pixels.shape[:2]
    left = min(max(round(geometry.left * width), 0), width - size[0])
    top = min(max(round(geometry.top * height), 0), height - size[1])
    return pixels[top : top + size[1], left : left + size[0]]


def _straightened(
    pixels: npt.NDArray[np.integer], geometry: Geometry, size: tuple[int, int]
) -> npt.NDArray[np.integer]:
    height, width = pixels.shape[:2]
    sine, cosine = math.sin(math.radians(geometry.angle)), math.cos(math.radians(geometry.angle))
    # Output point -> viewer's frame about the middle -> back by the angle -> turned photo.
    x0, y0 = (geometry.left - 0.5) * width, (geometry.top - 0.5) * height
    matrix = (
        cosine, sine, cosine * x0 + sine * y0 + width / 2,
        -sine, cosine, -sine * x0 + cosine * y0 + height / 2,
    )  # fmt: skip

    def resample(picture: Image.Image) -> npt.NDArray[np.generic]:
        return np.asarray(
            picture.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
        )

    if pixels.dtype == np.uint8:
        return resample(Image.fromarray(np.ascontiguousarray(pixels)))  # type: ignore[return-value]
    # Pillow has no colour pictures of 16 bits: channel by channel, as floats.
    top = np.iinfo(pixels.dtype).max
    out = np.empty((size[1], size[0], 3), pixels.dtype)
    for channel in range(3):
        plane = Image.fromarray(pixels[..., channel].astype(np.float32))
        out[..., channel] = np.rint(resample(plane)).clip(0, top)
    return out
