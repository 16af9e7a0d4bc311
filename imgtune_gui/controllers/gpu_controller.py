"""Whether the preview may use the graphics card, and what the user is told of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer
from PySide6.QtGui import QGuiApplication, QOffscreenSurface

from imgtune_gui import graphics
from imgtune_gui.workers.gpu_preview import Device, Gpu, GpuStatus, is_software
from imgtune_gui.workers.preview_worker import PreviewWorker

#: After the studio is open: photos and their thumbnails come first.
_ASK_AFTER_MS = 4_000
#: Platforms of Qt without OpenGL.
_BLIND = ("offscreen", "minimal")


class GpuController(QObject):
    """Asks another process what draws here; where it is a card, hands it to the worker."""

    def __init__(self, renderer: PreviewWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._renderer = renderer
        self._wanted = self._ready = False
        self._surface: QOffscreenSurface | None = None
        self.status = GpuStatus(Gpu.UNTRIED)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_ASK_AFTER_MS)
        self._later.timeout.connect(self._ask)
        self._process = QProcess(self)
        self._process.finished.connect(self._on_answered)
        self._process.errorOccurred.connect(self._on_answered)
        renderer.gpu_changed.connect(self._on_gpu_changed)

    def set_ready(self) -> None:
        """The studio is open, and the worker knows it."""
        self._ready = True
        self._begin()

    def set_wanted(self, wanted: bool) -> None:
        """The preference."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted:
            self.status = GpuStatus(Gpu.UNTRIED)
            self._begin()
        else:
            self._later.stop()
            self._end_asking()
            self._renderer.use_gpu(None)

    def stop(self) -> None:
        """The window closes."""
        self._ready = False
        self._later.stop()
        self._end_asking()

    def release(self) -> None:
        """Once the worker's thread has ended."""
        if self._surface is not None:
            self._surface.destroy()
            self._surface = None

    def text(self) -> str:
        """What draws now, and why, in one line."""
        if not self._wanted:
            return self.tr("Previews are drawn by the CPU.")
        name = self.status.renderer
        return {
            Gpu.UNTRIED: self.tr("Previews are drawn by the CPU until a GPU has been tried."),
            Gpu.NONE: self.tr("Previews are drawn by the CPU: there is no GPU for it."),
            Gpu.SOFTWARE: self.tr("Previews are drawn by the CPU: {0} is no GPU, but software."),
            Gpu.WRONG: self.tr("Previews are drawn by the CPU: the GPU {0} shows other colours."),
            Gpu.FAILED: self.tr("Previews are drawn by the CPU: the GPU {0} failed."),
            Gpu.SLOWER: self.tr("Previews are drawn by the CPU, quicker here than the GPU {0}."),
            Gpu.USED: self.tr("While a slider moves, the GPU draws: {0}. At rest, the CPU."),
        }[self.status.state].format(name)

    # --- finding out ----------------------------------------------------------------
    def _begin(self) -> None:
        if not (self._ready and self._wanted):
            return
        if QGuiApplication.platformName() in _BLIND:
            self.status = GpuStatus(Gpu.NONE)
        else:
            self._later.start()

    def _ask(self) -> None:
        environment = QProcessEnvironment()
        for name, value in graphics.environment().items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        program, *arguments = graphics.command()
        self._process.start(program, arguments)

    def _end_asking(self) -> None:
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.blockSignals(True)
            self._process.kill()
            self._process.waitForFinished(1_000)
            self._process.blockSignals(False)

    def _on_answered(self) -> None:
        if not (self._ready and self._wanted):
            return
        said = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace")
        good = self._process.exitStatus() == QProcess.ExitStatus.NormalExit
        found = graphics.understood(said if good else "")
        if not found.renderer:
            self.status = GpuStatus(Gpu.NONE, error=found.error)
        elif is_software(found.renderer):
            self.status = GpuStatus(Gpu.SOFTWARE, found.renderer)
        else:
            self.use()

    def use(self) -> None:
        """Lets the worker try what there is."""
        from imgtune_gui.workers.gl_device import GlDevice, wanted_format

        surface = self._surface
        if surface is None:
            # The surface is the main thread's; what is drawn with it, the worker's.
            surface = self._surface = QOffscreenSurface()
            surface.setFormat(wanted_format())
            surface.create()

        def open_device() -> Device:
            return GlDevice(surface)

        self._renderer.use_gpu(open_device)

    def _on_gpu_changed(self, status: GpuStatus) -> None:
        self.status = status
