"""The moving preview by the CPU and by OpenGL, side by side. One measurement a process, as in
``probes``; on the screen that there is, else on a virtual one, where OpenGL is software."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

_SIZE = 1764, 1176  # 2.07 MP
_FRAMES = 30


def opengl(_data: Path, photos: Path) -> dict[str, object]:
    """Median of 30 pictures each, their tables included."""
    screen = [] if os.environ.get("DISPLAY") else ["xvfb-run", "-a"]
    if screen and shutil.which(screen[0]) is None:
        return {"value": "not here", "note": "no display and no xvfb-run"}
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"} if screen else dict(os.environ)
    done = subprocess.run(
        [*screen, sys.executable, "-m", "tests.benchmarks.opengl", str(photos)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(photos: Path) -> dict[str, object]:
    """In the process that has a screen."""
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface

    from imgtune_gui.workers.gl_device import GlDevice, wanted_format
    from imgtune_gui.workers.messages import WHOLE
    from imgtune_gui.workers.pixels import on_screen
    from model_core.domain.develop import IDENTITY
    from model_core.imaging.decode import decode_proxy
    from model_core.services import Studio
    from model_core.services.pictures import preview

    qt = QGuiApplication([])
    surface = QOffscreenSurface()
    surface.setFormat(wanted_format())
    surface.create()
    device = GlDevice(surface)
    largest = max(photos.glob("*.jpg"), key=lambda path: path.stat().st_size)
    part, _ = on_screen(decode_proxy(largest, max(_SIZE))[1], WHOLE, *_SIZE, 1e9)
    palette = Studio.palette(part)
    assert palette is not None
    device.take(part.pixels, Studio.moving_axis())
    cpu, card = (np.zeros((part.height, part.width, 4), np.uint8) for _ in range(2))
    times: dict[str, list[float]] = {"cpu": [], "card": []}
    for step in range(_FRAMES):
        s = IDENTITY.updated({"exposure_ev": 1.5 * np.sin((step + 1) / 7)})
        times["card"].append(
            _timed(lambda s=s: device.draw(Studio.moving_points(palette, s, "srgb"), card))  # type: ignore[misc]
        )
        times["cpu"].append(
            _timed(
                lambda s=s: preview(  # type: ignore[misc]
                    part, s, quick=True, out=cpu, palette=palette, space="srgb"
                )
            )
        )
    name = device.renderer
    device.close()
    surface.destroy()
    qt.quit()
    value = f"{np.median(times['card']) * 1e3:.1f} ms"
    difference = int(np.abs(cpu.astype(int) - card).max())
    note = (
        f"the CPU {np.median(times['cpu']) * 1e3:.1f} ms; {name}; largest difference of the last "
        f"pictures {difference} of 255"
    )
    return {"value": value, "note": note}


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(compare(Path(sys.argv[1]))))
