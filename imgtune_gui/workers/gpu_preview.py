"""Whether the graphics card draws the picture under a moving slider, and what it draws.

The look stays defined once: the card is given the very table that the CPU would interpolate in,
and only interpolates. It is used where it is a real one, shows what the CPU shows, and is
quicker on the picture at hand; whatever goes wrong, the CPU draws. The picture at rest is the
CPU's in any case. No Qt here: what speaks to the card is a :class:`Device`.
"""

from __future__ import annotations

import enum
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.image import Float32, Proxy

if TYPE_CHECKING:
    from model_core.services import Palette, Studio

log = logging.getLogger(__name__)

#: Of the names of those that are software: they run where the CPU's own way does, and are slower.
_SOFTWARE = (
    "llvmpipe", "softpipe", "swrast", "software", "swiftshader", "lavapipe", "gdi generic",
    "microsoft basic render", "mesa offscreen", "mesa x11",
)  # fmt: skip
_TRIALS = 3
#: Slower on so many pictures in a row, it is not asked again.
_PATIENCE = 3
_MOST_OFF = 1  # of 255: two roundings of one number
_TEST = IDENTITY.updated({"exposure_ev": 0.4, "contrast": 25.0, "temperature": 20.0})
_TEST_SIDE = 256


class GpuError(Exception):
    """The card did not do it; the message says what."""


class Device(Protocol):
    """A card. Made, used and closed in one thread; raises GpuError."""

    renderer: str

    def take(self, pixels: npt.NDArray[np.uint8], axis: Float32) -> None:
        """The picture (H, W, 3) that is drawn from now on; ``axis`` (256,): the place 0..1 of
        each code value along a table's edges."""

    def draw(self, points: Float32, out: npt.NDArray[np.uint8]) -> None:
        """Fills ``out`` (H, W, 4: blue, green, red, 255), by tetrahedral interpolation in the
        table ``points`` (grid**3, 3; red slowest) of code values."""

    def close(self) -> None: ...


class Gpu(enum.Enum):
    """What draws, and if it is the CPU, why."""

    UNTRIED = "untried"
    NONE = "none"
    SOFTWARE = "software"
    WRONG = "wrong"
    FAILED = "failed"
    SLOWER = "slower"
    USED = "used"


@dataclass(frozen=True, slots=True)
class GpuStatus:
    """``renderer``: what the card calls itself, if there is one. ``error``: what went wrong."""

    state: Gpu
    renderer: str = ""
    error: str = ""


def is_software(renderer: str) -> bool:
    """Whether what draws under that name is the CPU after all."""
    name = renderer.casefold()
    return not name or any(one in name for one in _SOFTWARE)


class GpuPreview:
    """``told``: of every change. ``software``: whether one will do that is none."""

    def __init__(
        self,
        told: Callable[[GpuStatus], None],
        *,
        software: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._told, self._software, self._clock = told, software, clock
        self._studio: Studio | None = None
        self._device: Device | None = None
        self._picture: tuple[Proxy, Palette] | None = None
        self._tried: Proxy | None = None
        self._slower = 0
        self.status = GpuStatus(Gpu.UNTRIED)

    def open(self, studio: Studio, open_device: Callable[[], Device]) -> None:
        """Tries what ``open_device`` gives, in the thread that will draw."""
        self.close()
        self._studio, self._slower = studio, 0
        try:
            self._device = open_device()
        except Exception as error:  # whatever a driver does, the CPU draws
            self._end(Gpu.NONE, error)
            return
        if is_software(self._device.renderer) and not self._software:
            self._end(Gpu.SOFTWARE)
            return
        try:
            off = self._worst_error(studio)
        except Exception as error:
            self._end(Gpu.FAILED, error)
            return
        if off > _MOST_OFF:
            self._end(Gpu.WRONG, GpuError(f"off by {off} of 255"))

    def take(self, part: Proxy, palette: Palette | None) -> None:
        """Before a picture's first move, while nothing waits: finds out what is quicker on it.
        ``palette``: the picture's; where the CPU does not use the coarse table, neither does
        the card. (Some moves' time.)"""
        if self._device is None or part is self._tried:
            return
        self._picture, self._tried = None, part
        if palette is None or not palette.is_coarse:
            return
        try:
            quicker = self._is_quicker(part, palette)
        except Exception as error:
            self._end(Gpu.FAILED, error)
            return
        if quicker:
            self._slower = 0
            self._picture = part, palette
            self._say(Gpu.USED)
            return
        self._slower += 1
        if self._slower == _PATIENCE:
            self._end(Gpu.SLOWER)
        else:
            self._say(Gpu.SLOWER)

    def draw(
        self, part: Proxy, settings: DevelopSettings, space: str, out: npt.NDArray[np.uint8]
    ) -> bool:
        """Fills ``out`` (H, W, 4: blue, green, red, 255) as the CPU would for a moving slider;
        False where the CPU has to."""
        if self._picture is None or self._picture[0] is not part or settings.is_identity:
            return False
        try:
            self._draw(self._picture[1], settings, space, out)
        except Exception as error:
            self._end(Gpu.FAILED, error)
            return False
        return True

    def close(self) -> None:
        """Gives the card back; in the thread that opened it."""
        device, self._device, self._picture, self._tried = self._device, None, None, None
        if device is not None:
            try:
                device.close()
            except Exception:
                log.warning("the GPU %s was not given back", device.renderer, exc_info=True)

    def _draw(
        self,
        palette: Palette,
        settings: DevelopSettings,
        space: str,
        out: npt.NDArray[np.uint8],
    ) -> None:
        assert self._studio is not None
        assert self._device is not None
        self._device.draw(self._studio.moving_points(palette, settings, space), out)

    def _upload(self, part: Proxy) -> None:
        assert self._studio is not None
        assert self._device is not None
        deep = part.pixels.dtype == np.uint16
        # As the CPU reads what has more than 8 bits while a slider moves.
        pixels: npt.NDArray[Any] = (part.pixels >> 8).astype(np.uint8) if deep else part.pixels
        self._device.take(pixels, self._studio.moving_axis())

    def _worst_error(self, studio: Studio) -> int:
        """On a picture with all kinds of colours, the largest difference from what the CPU
        shows, in steps of 255."""
        picture = Proxy(_test_pixels())
        palette = studio.palette(picture)
        assert palette is not None
        shape = *picture.pixels.shape[:2], 4
        wanted, found = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        studio.preview(picture, _TEST, quick=True, out=wanted, palette=palette)
        self._upload(picture)
        self._draw(palette, _TEST, "srgb", found)
        return int(np.abs(wanted.astype(np.int16) - found).max())

    def _is_quicker(self, part: Proxy, palette: Palette) -> bool:
        assert self._studio is not None
        studio = self._studio
        self._upload(part)
        out = np.empty((part.height, part.width, 4), np.uint8)
        card, cpu = [], []
        for _ in range(_TRIALS):
            card.append(self._timed(lambda: self._draw(palette, _TEST, "srgb", out)))
            cpu.append(
                self._timed(
                    lambda: studio.preview(part, _TEST, quick=True, out=out, palette=palette)
                )
            )
        return min(card) < min(cpu)

    def _timed(self, work: Callable[[], object]) -> float:
        start = self._clock()
        work()
        return self._clock() - start

    def _end(self, state: Gpu, error: Exception | None = None) -> None:
        self._say(state, error)
        if error is not None:
            name = self.status.renderer or "there is none"
            log.warning("the CPU draws the preview, not a GPU (%s): %s", name, str(error))
        self.close()

    def _say(self, state: Gpu, error: Exception | None = None) -> None:
        renderer = self._device.renderer if self._device is not None else ""
        status = GpuStatus(state, renderer, "" if error is None else str(error))
        if status != self.status:
            self.status = status
            self._told(status)


def _test_pixels() -> npt.NDArray[np.uint8]:
    """Greys, the edges of the cube of colours, and random ones, each twice."""
    ramp = np.arange(_TEST_SIDE, dtype=np.uint8)
    dark, light = np.zeros_like(ramp), np.full_like(ramp, 255)
    ramps = [
        np.stack(channels, axis=-1)
        for channels in (
            (ramp, ramp, ramp), (ramp, dark, dark), (dark, ramp, dark), (dark, dark, ramp),
            (light, ramp, ramp), (ramp, light, ramp), (ramp, ramp, light), (ramp, 255 - ramp, dark),
        )
    ]  # fmt: skip
    half = _TEST_SIDE // 2
    rest = np.random.default_rng(0).integers(0, 256, (half - len(ramps), _TEST_SIDE, 3), np.uint8)
    upper = np.concatenate([np.stack(ramps), rest])
    return np.concatenate([upper, upper[::-1]])
