"""What draws here, asked of a process of its own.

To ask is to load the driver: one that crashes takes only the asker with it, and one that is
software after all leaves its hundred megabytes there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

OPTION = "--graphics"
_WAIT_S = 20.0
#: Of a process without a window: no icon in the dock of macOS.
_QUIETLY = {"QT_MAC_DISABLE_FOREGROUND_APPLICATION_TRANSFORM": "1"}


@dataclass(frozen=True, slots=True)
class Graphics:
    """``renderer``: what draws, by its own name; empty where nothing does, and ``error`` why."""

    renderer: str = ""
    error: str = ""


def command() -> list[str]:
    """Starts this program to answer with one line, for :func:`understood`."""
    program = [] if getattr(sys, "frozen", False) else ["-m", "imgtune_gui"]
    return [sys.executable, *program, OPTION]


def environment() -> dict[str, str]:
    """For that process."""
    return {**os.environ, **_QUIETLY}


def understood(answer: str) -> Graphics:
    """The last line that it printed; whatever else was said, nothing draws."""
    try:
        found = json.loads(answer.strip().splitlines()[-1])
        return Graphics(str(found["renderer"]), str(found["error"]))
    except (ValueError, IndexError, KeyError, TypeError):
        return Graphics(error="no answer")


def ask() -> Graphics:
    """(slow: half a second) Waits for the answer."""
    try:
        done = subprocess.run(
            command(),
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_WAIT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Graphics(error="no answer")
    return understood("" if done.returncode else done.stdout)


def answer() -> int:
    """In that process: opens the device and prints its name."""
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface

    from imgtune_gui.workers.gl_device import GlDevice, wanted_format
    from imgtune_gui.workers.gpu_preview import GpuError

    qt = QGuiApplication(sys.argv[:1])
    surface = QOffscreenSurface()
    surface.setFormat(wanted_format())
    surface.create()
    renderer = error = ""
    try:
        device = GlDevice(surface)
        renderer = device.renderer
        device.close()
    except GpuError as refused:
        error = str(refused)
    print(json.dumps({"renderer": renderer, "error": error}), flush=True)
    surface.destroy()
    qt.quit()
    return 0


def line() -> str:
    """For ``imgtune doctor``."""
    from imgtune_gui.workers.gpu_preview import is_software

    found = ask()
    if not found.renderer:
        return f"ok       preview: CPU (no GPU for it: {found.error})"
    if is_software(found.renderer):
        return f"ok       preview: CPU ({found.renderer} is software)"
    return f"ok       preview: GPU {found.renderer} where it is quicker than the CPU; at rest, CPU"
