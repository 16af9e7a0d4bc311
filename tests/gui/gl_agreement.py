"""What OpenGL draws against what the CPU draws: run on a screen of its own, since Qt's offscreen
one has no OpenGL. Prints one line of JSON. Software will do here, which the window refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication

from imgtune_gui.controllers.gpu_controller import GpuController
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.gpu_preview import Gpu, GpuPreview, GpuStatus
from imgtune_gui.workers.preview_worker import PreviewWorker
from model_core.assets import sample_photos
from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.image import Proxy
from model_core.imaging.decode import decode_proxy
from model_core.services.pictures import preview
from tests.fakes import FakeStudio, fake_backend
from tests.gui.fake_gpu import Clock, Looks

_SIDE = 400
_PHOTOS = 6


def main() -> None:
    qt = QGuiApplication(sys.argv[:1])
    print(json.dumps(as_the_window_does_it()))
    qt.quit()


def as_the_window_does_it() -> dict[str, Any]:
    """Asked for, refused as software, used all the same, lost, and closed by the worker."""
    clock = Clock()
    looks = Looks(clock, takes=1.0)  # so that OpenGL is the quicker one
    worker = PreviewWorker(lambda told: GpuPreview(told, software=True, clock=clock))
    worker.set_studio(fake_backend(FakeStudio()), looks)  # type: ignore[arg-type]
    thread = WorkerThread(worker, "preview")
    said: list[GpuStatus] = []
    shown: list[m.Rendered] = []
    worker.gpu_changed.connect(said.append)
    worker.rendered.connect(shown.append)
    thread.start()
    gpu = GpuController(worker)
    gpu.set_wanted(True)
    gpu.set_ready()
    gpu._later.start(0)
    spin(lambda: gpu.status.state is not Gpu.UNTRIED)
    asked = gpu.status.state.value
    gpu.use()
    rng = np.random.default_rng(0)
    worst, drawn = [], 0
    photos = [path for path in sample_photos() if "(" not in path.name][:_PHOTOS]
    for generation, path in enumerate(photos):
        part = decode_proxy(path, _SIDE)[1]
        if generation == 1:
            part = Proxy(part.pixels.astype(np.uint16) << 8 | 0x5A)
        rest = rendered(worker, shown, part, IDENTITY)  # its palette and its texture come after
        looks.seen.clear()
        s = DevelopSettings.from_values(rng.uniform(p.low, p.high) * 0.6 for p in PARAMS)
        moving = rendered(worker, shown, part, s)
        drawn += not looks.seen  # nobody asked the CPU
        wanted = np.zeros((part.height, part.width, 4), np.uint8)
        palette = looks.palette(part)
        preview(part, s, quick=True, out=wanted, palette=palette, space="srgb")
        worst.append(int(np.abs(wanted.astype(int) - moving).max()))
        assert rest.shape == moving.shape
    found: dict[str, Any] = {
        "asked": asked,
        "text": gpu.text(),
        "states": [one.state.value for one in said],
        "worst": worst,
        "drawn": drawn,
    }
    gpu.release()  # what a lost context looks like
    said.clear()
    looks.seen.clear()
    after = rendered(worker, shown, part, s)
    found["after"] = [one.state.value for one in said]
    found["lost"] = int(np.abs(after.astype(int) - moving).max())
    found["cpu"] = len(looks.seen)
    thread.begin_stop()
    thread.wait()
    return found


def rendered(
    worker: PreviewWorker, shown: list[m.Rendered], part: Proxy, settings: DevelopSettings
) -> np.ndarray:
    """The moving picture, once the worker has nothing left to do."""
    shown.clear()
    size = part.width, part.height
    worker.submit(m.Render(1, sample_photos()[0], part, m.WHOLE, *size, settings, quick=True))
    spin(lambda: bool(shown))
    counted: list[object] = []
    worker.histogram_computed.connect(counted.append)
    worker.submit(m.Count())  # it comes after all that a picture makes the worker do
    spin(lambda: bool(counted))
    worker.histogram_computed.disconnect(counted.append)
    image = shown[-1].image
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return seen.copy()  # the image goes


def spin(until: Callable[[], bool]) -> None:
    loop, look, end = QEventLoop(), QTimer(interval=2), QTimer(singleShot=True)
    look.timeout.connect(lambda: loop.quit() if until() else None)
    end.timeout.connect(loop.quit)
    look.start()
    end.start(20_000)
    loop.exec()
    look.stop()
    end.stop()
    assert until(), "it never happened"


if __name__ == "__main__":
    main()
