"""Between numpy and QImage, and reducing proxies for the screen."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from imgtune_gui.workers.messages import WHOLE, Region
from model_core.domain.image import Proxy

_WHITE_CLIPPED = (0xE0, 0x48, 0x3C)
_BLACK_CLIPPED = (0x3C, 0x78, 0xE0)


def blank_image(width: int, height: int) -> tuple[QImage, npt.NDArray[np.uint8]]:
    """A 32-bit QImage and its pixels (H, W, 4: blue, green, red, 255), to be filled at once.

    Rendering straight into it saves a conversion of the whole picture for every move of a
    slider. The array must not be used once the image was handed on.
    """
    image = QImage(width, height, QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    return image, pixels


def to_image(pixels: npt.NDArray[np.uint8]) -> QImage:
    """(H, W, 3) uint8 sRGB as a 32-bit QImage that owns its pixels.

    32 bit because that is what the raster engine draws without converting at every paint.
    """
    pixels = np.ascontiguousarray(pixels)
    height, width, _ = pixels.shape
    view = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
    return view.convertToFormat(QImage.Format.Format_RGB32)


def cut(proxy: Proxy, region: Region) -> tuple[Proxy, Region]:
    """The part of ``proxy`` that covers ``region``, and the region it covers exactly."""
    if region == WHOLE:
        return proxy, region
    height, width = proxy.pixels.shape[:2]
    left, top = math.floor(region[0] * width), math.floor(region[1] * height)
    right = max(left + 1, math.ceil(region[2] * width))
    bottom = max(top + 1, math.ceil(region[3] * height))
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    part: npt.NDArray[Any] = np.ascontiguousarray(proxy.pixels[top:bottom, left:right])
    exact = (left / width, top / height, right / width, bottom / height)
    return replace(proxy, pixels=part), exact


def reduce(proxy: Proxy, width: int, height: int) -> Proxy:
    """``proxy`` scaled to fit into ``width`` x ``height``; returned as it is where it fits."""
    factor = min(width / proxy.width, height / proxy.height)
    if factor >= 1.0:
        return proxy
    size = max(1, round(proxy.width * factor)), max(1, round(proxy.height * factor))
    return replace(proxy, pixels=_scaled(proxy.pixels, *size))


def on_screen(
    proxy: Proxy, region: Region, width: int, height: int, enlarge: float
) -> tuple[Proxy, Region]:
    """The part of ``proxy`` that covers ``region``, and the region it covers exactly.

    It has as many pixels as the screen shows it in, where the whole is ``width`` x ``height``
    there, and lies on whole ones: to paint it is to copy it. Where it would have to be enlarged
    by more than ``enlarge``, it is left as it is.
    """
    part, exact = cut(proxy, region)
    left, right = round(exact[0] * width), round(exact[2] * width)
    top, bottom = round(exact[1] * height), round(exact[3] * height)
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    across, down = right - left, bottom - top
    if max(across / part.width, down / part.height) > enlarge:
        return part, exact
    if (across, down) != (part.width, part.height):
        part = replace(part, pixels=_scaled(part.pixels, across, down))
    return part, (left / width, top / height, right / width, bottom / height)


def _scaled(pixels: npt.NDArray[Any], width: int, height: int) -> npt.NDArray[Any]:
    deep = pixels.dtype == np.uint16
    rows, columns, _ = pixels.shape
    four = np.empty((rows, columns, 4), pixels.dtype)
    four[..., :3] = pixels
    four[..., 3] = np.iinfo(pixels.dtype).max
    kind = QImage.Format.Format_RGBX64 if deep else QImage.Format.Format_RGBX8888
    view = QImage(four.data, columns, rows, four.strides[0], kind)
    small = view.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(kind)
    flat = np.frombuffer(small.constBits(), pixels.dtype)
    per_line = small.bytesPerLine() // pixels.itemsize
    lines = flat.reshape(height, per_line)[:, : width * 4].reshape(height, width, 4)
    return np.ascontiguousarray(lines[..., :3])


def mark_clipping(pixels: npt.NDArray[np.uint8], judged: npt.NDArray[np.uint8]) -> None:
    """Paints, in 32-bit pixels (H, W, 4), those red that have a channel at white in
    ``judged``, and those blue that are black there."""
    colours, seen = pixels[..., :3], judged[..., :3]
    white, black = (seen == 255).any(axis=2), (seen == 0).all(axis=2)
    colours[white] = _WHITE_CLIPPED[::-1]
    colours[black] = _BLACK_CLIPPED[::-1]


def thin_out(proxy: Proxy, pixels: int) -> Proxy:
    """Every n-th pixel, about ``pixels`` of them: enough for a histogram."""
    step = max(1, math.isqrt(max(1, proxy.width * proxy.height // pixels)))
    if step == 1:
        return proxy
    part: npt.NDArray[Any] = np.ascontiguousarray(proxy.pixels[::step, ::step])
    return replace(proxy, pixels=part)
