"""A graphics card that is none, and a clock that goes as told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from imgtune_gui.workers.gpu_preview import GpuError
from model_core.domain.develop import DevelopSettings
from model_core.domain.image import Float32, Proxy
from model_core.imaging.render import interpolate
from model_core.services import Palette, Studio
from model_core.services.pictures import preview


class Clock:
    """Stands still but for :meth:`go`."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


class Looks:
    """What the preview asks of a studio: the real look, whose previews take so long."""

    palette = staticmethod(Studio.palette)
    moving_axis = staticmethod(Studio.moving_axis)
    moving_points = staticmethod(Studio.moving_points)

    def __init__(self, clock: Clock, takes: float = 0.010) -> None:
        self._clock, self._takes = clock, takes
        self.seen: list[tuple[DevelopSettings, bool]] = []

    def preview(
        self,
        proxy: Proxy,
        settings: DevelopSettings,
        *,
        quick: bool = False,
        out: npt.NDArray[np.uint8] | None = None,
        palette: Palette | None = None,
        space: str = "srgb",
    ) -> npt.NDArray[np.uint8]:
        self.seen.append((settings, quick))
        self._clock.go(self._takes)
        return preview(proxy, settings, quick=quick, out=out, palette=palette, space=space)


class FakeGpu:
    """Draws as a card should, by OpenColorIO; or wrongly, slowly, or not for long."""

    def __init__(
        self,
        clock: Clock,
        renderer: str = "Fake 3000",
        *,
        takes: float = 0.001,
        off: int = 0,
        fails_at: int | None = None,
        error: Callable[[str], Exception] = GpuError,
    ) -> None:
        self._clock, self.renderer, self.takes = clock, renderer, takes
        self._off, self._fails_at, self._error = off, fails_at, error
        self._places: Any = None
        self.drawn = 0
        self.opened_in, self.closed_in = threading.get_ident(), 0

    def take(self, pixels: npt.NDArray[np.uint8], axis: Float32) -> None:
        assert pixels.dtype == np.uint8
        self._places = np.ones((*pixels.shape[:2], 4), np.float32)
        self._places[..., :3] = axis[pixels]

    def draw(self, points: Float32, out: npt.NDArray[np.uint8]) -> None:
        assert not self.closed_in
        self.drawn += 1
        if self.drawn == self._fails_at:
            out[:] = 7  # half of a picture may have come
            raise self._error("the context was lost")
        self._clock.go(self.takes)
        interpolate(points)(self._places, out)
        out[..., 1] = np.clip(out[..., 1].astype(int) + self._off, 0, 255)

    def close(self) -> None:
        assert not self.closed_in
        self.closed_in = threading.get_ident()
