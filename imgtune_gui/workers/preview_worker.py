"""Renders the loupe's picture and the histogram; only the newest request counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage

from imgtune_gui.backend import Backend, Pixels
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from imgtune_gui.workers.gpu_preview import Device, GpuPreview
from imgtune_gui.workers.pixels import blank_image, mark_clipping, on_screen, thin_out
from model_core.domain.develop import IDENTITY
from model_core.domain.image import Proxy

if TYPE_CHECKING:
    from model_core.services import Palette, Studio

_HISTOGRAM_PIXELS = 60_000
#: A picture this much smaller than it is shown is enlarged once, here. Left to the painter, it
#: costs more than all the rest of a slider's move, each time.
_ENLARGED = 1.5


class PreviewWorker(QueueWorker):
    """Keeps the proxy as the screen shows it, so that a dragged slider pays for rendering only.
    The histogram is counted when it is asked for: not before the picture is on the screen."""

    rendered = Signal(object)  # Rendered
    histogram_computed = Signal(object)  # HistogramComputed
    gpu_changed = Signal(object)  # GpuStatus

    def __init__(self, gpu: Callable[..., GpuPreview] = GpuPreview) -> None:
        super().__init__()
        self._gpu = gpu(self.gpu_changed.emit)
        self._gpu_wanted: _UseGpu | None = None
        self._studio: Studio | None = None
        self._backend: Backend | None = None
        self._part_key: tuple[object, ...] = ()
        self._part: tuple[Proxy, m.Region] | None = None
        self._source: Proxy | None = None  # kept, so that its id stays its own
        self._before: tuple[tuple[object, ...], QImage] | None = None
        self._thin: tuple[Proxy, Proxy] | None = None
        self._palette: tuple[Proxy, Palette | None] | None = None
        self._count_wanted = False
        self._uncounted: tuple[m.Render, QImage, Pixels | None] | None = None

    def set_studio(self, backend: Backend, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._backend, self._studio = backend, studio

    def use_gpu(self, open_device: Callable[[], Device] | None) -> None:
        """For moving pictures, if it is worth it; None: no more. From any thread, once the studio
        is set; the device is opened in the worker's."""
        with self._lock:
            self._gpu_wanted = _UseGpu(open_device)
        self._wake()

    def end(self) -> None:
        self._gpu.close()

    def _add(self, job: object) -> None:
        if isinstance(job, m.Count):
            self._count_wanted = True
            return
        self._jobs.clear()
        self._jobs.append(job)

    def _take(self) -> object | None:
        if not self._jobs and self._gpu_wanted is not None:
            wanted, self._gpu_wanted = self._gpu_wanted, None
            return wanted
        if not self._jobs and self._count_wanted:
            self._count_wanted = False
            return m.Count()
        return super()._take()

    def _run(self, job: object) -> None:
        if self._studio is None or self._backend is None:
            return
        if isinstance(job, m.Render):
            self._render(job)
        elif isinstance(job, _UseGpu):
            self._use_gpu(job)
        elif self._uncounted is not None:
            job, _, sample = self._uncounted
            self._uncounted = None
            self._compute_histogram(job, sample)

    def _render(self, job: m.Render) -> None:
        assert self._studio is not None
        part, region = self._shown_part(job)
        image, pixels = blank_image(part.width, part.height)
        if not (job.quick and self._gpu.draw(part, job.settings, job.space, pixels)):
            palette = self._palette[1] if self._palette and self._palette[0] is part else None
            self._studio.preview(
                part, job.settings, quick=job.quick, out=pixels, palette=palette, space=job.space
            )
        sample = self._sample(job, pixels)
        if job.clipping:
            sample = sample.copy() if sample is not None else None  # before they are drawn over
            mark_clipping(pixels, self._as_exported(job, part, pixels))
        before = self._before_image(job, part) if job.with_before else None
        self.rendered.emit(
            m.Rendered(job.generation, job.path, region, image, before, job.settings)
        )
        self._uncounted = job, image, sample  # of the image's own memory
        self._prepare(part)

    def _prepare(self, part: Proxy) -> None:
        """While nothing waits: makes the next moves of a slider on this picture cheap."""
        assert self._studio is not None
        if self._is_wanted():
            return
        if self._palette is None or self._palette[0] is not part:
            self._palette = part, self._studio.palette(part)
        if not self._is_wanted():
            self._gpu.take(*self._palette)

    def _is_wanted(self) -> bool:
        with self._lock:
            return bool(self._jobs)

    def _use_gpu(self, wanted: _UseGpu) -> None:
        assert self._studio is not None
        if wanted.open_device is None:
            self._gpu.close()
            return
        self._gpu.open(self._studio, wanted.open_device)
        if self._palette is not None:
            self._gpu.take(*self._palette)

    def _shown_part(self, job: m.Render) -> tuple[Proxy, m.Region]:
        key = (id(job.proxy), job.region, job.width, job.height)
        if self._part is None or key != self._part_key or self._source is not job.proxy:
            self._part = on_screen(job.proxy, job.region, job.width, job.height, _ENLARGED)
            self._part_key, self._source = key, job.proxy
        return self._part

    def _before_image(self, job: m.Render, part: Proxy) -> QImage:
        key = (*self._part_key, job.space)
        if self._before is None or self._before[0] != key:
            assert self._studio is not None
            image, pixels = blank_image(part.width, part.height)
            self._studio.preview(part, IDENTITY, out=pixels, space=job.space)
            self._before = key, image
        return self._before[1]

    def _as_exported(self, job: m.Render, part: Proxy, shown: Pixels) -> Pixels:
        """The same in sRGB: what clips in a file does not depend on the screen."""
        if job.space == "srgb":
            return shown
        assert self._studio is not None
        return self._studio.preview(part, job.settings, quick=job.quick, out=np.empty_like(shown))

    def _sample(self, job: m.Render, pixels: Pixels) -> Pixels | None:
        """Enough of the rendered pixels to count them; None where they are not the photo's."""
        if job.region != m.WHOLE or job.space != "srgb":
            return None
        step = max(1, math.isqrt(pixels.shape[0] * pixels.shape[1] // _HISTOGRAM_PIXELS))
        return pixels[::step, ::step, 2::-1]

    def _compute_histogram(self, job: m.Render, sample: Pixels | None) -> None:
        """Of the whole photo, whatever is zoomed; skipped while newer settings wait."""
        assert self._studio is not None
        assert self._backend is not None
        if self._is_wanted():
            return
        if sample is None:
            if self._thin is None or self._thin[0] is not job.proxy:
                self._thin = job.proxy, thin_out(job.proxy, _HISTOGRAM_PIXELS)
            sample = self._studio.preview(self._thin[1], job.settings, quick=job.quick)
        counts = self._backend.histogram(np.ascontiguousarray(sample))
        self.histogram_computed.emit(m.HistogramComputed(job.generation, job.path, counts))


@dataclass(frozen=True, slots=True)
class _UseGpu:
    open_device: Callable[[], Device] | None
