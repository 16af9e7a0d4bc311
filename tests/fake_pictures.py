"""What a fake studio shows: quick and simple, without colour science."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.errors import UnreadablePhoto, UnusableProfile
from model_core.domain.geometry import Geometry
from model_core.domain.image import Proxy
from model_core.imaging.framing import framed
from model_core.services import Neutral, Screen

FAKE_SCREEN = Screen("fake", "Fake screen")  # red and blue are swapped on it


class FakePictures:
    """What the window shows."""

    def __init__(self) -> None:
        self.quick: list[Path] = []
        self.previews: list[tuple[DevelopSettings, bool]] = []

    def quick_thumbnail(self, path: Path, long_side: int) -> npt.NDArray[np.uint8] | None:
        self.quick.append(path)
        return np.full((20, 30, 3), 77, np.uint8)

    def framed(self, proxy: Proxy, geometry: Geometry) -> Proxy:
        return framed(proxy, geometry)

    def neutral_at(self, proxy: Proxy, x: float, y: float) -> Neutral:
        row, column = int(y * (proxy.height - 1)), int(x * (proxy.width - 1))
        red, green, blue = (int(v) for v in proxy.pixels[row, column])
        if max(red, green, blue) < 5:
            raise UnreadablePhoto("This spot is too dark")
        return Neutral((red, green, blue), float(blue - red), float(green - red), False)

    def palette(self, proxy: Proxy) -> None:
        return None

    def preview(
        self,
        proxy: Proxy,
        settings: DevelopSettings,
        *,
        quick: bool = False,
        out: npt.NDArray[np.uint8] | None = None,
        palette: object = None,
        space: str = "srgb",
    ) -> npt.NDArray[np.uint8]:
        self.previews.append((settings, quick))
        pixels = proxy.pixels
        if pixels.dtype == np.uint16:
            pixels = (pixels >> 8).astype(np.uint8)
        if settings != IDENTITY:
            pixels = _looked_up(pixels.astype(np.uint8, copy=False), settings)
        if space == FAKE_SCREEN.space:
            pixels = pixels[..., ::-1]
        if out is None:
            return np.ascontiguousarray(pixels)
        out[..., 2::-1], out[..., 3] = pixels, 255
        return out


def _looked_up(pixels: npt.NDArray[np.uint8], s: DevelopSettings) -> npt.NDArray[np.uint8]:
    x = (np.arange(256) / 255.0) ** 2.2
    gains = (1 + s["temperature"] / 300, 1 - s["tint"] / 400, 1 - s["temperature"] / 300)
    out = np.empty_like(pixels)
    for channel, gain in enumerate(gains):
        y = np.clip(x * gain * 2 ** s["exposure_ev"], 0, 1) ** (1 / 2.2)
        y = np.clip(y + s["contrast"] / 250 * np.sin(2 * np.pi * (y - 0.5)) / 2, 0, 1)
        out[..., channel] = (y * 255 + 0.5).astype(np.uint8)[pixels[..., channel]]
    return out


def fake_histogram(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    channels = [pixels[..., c] for c in range(3)] + [pixels.mean(axis=2).astype(np.uint8)]
    return np.stack([np.bincount(c.ravel(), minlength=256) for c in channels]).astype(np.int64)


def fake_screen_of(icc: bytes) -> Screen:
    if icc != b"fake":
        raise UnusableProfile("This file is no ICC profile; choose another")
    return FAKE_SCREEN
