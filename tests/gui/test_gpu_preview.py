"""The GPU preview: used only where it is a real card that shows the same and is quicker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imgtune_gui import graphics
from imgtune_gui.app import App
from imgtune_gui.settings import Preferences
from imgtune_gui.views.preferences import PreferencesDialog
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import WorkerThread
from imgtune_gui.workers.gpu_preview import (
    Device,
    Gpu,
    GpuError,
    GpuPreview,
    GpuStatus,
    is_software,
)
from imgtune_gui.workers.preview_worker import PreviewWorker
from model_core.assets import sample_photos
from model_core.domain.develop import IDENTITY
from model_core.domain.image import Proxy
from model_core.imaging.cores import CORES, helpers, pool
from model_core.imaging.decode import decode_proxy
from tests.fakes import FakeStudio, fake_backend
from tests.gui.fake_gpu import Clock, FakeGpu, Looks

SETTINGS = IDENTITY.updated({"exposure_ev": 0.7, "contrast": -20.0, "temperature": -15.0})
OTHER = SETTINGS.with_value("exposure_ev", -0.3)


@pytest.fixture(scope="module", autouse=True)
def threads() -> None:
    """Those of the whole process are there before anybody looks for what a test leaves."""
    helpers.side_by_side(lambda first, last: time.sleep(0.02), 100)
    list(pool.map(time.sleep, [0.02] * CORES))


@pytest.fixture(scope="module")
def photo() -> Proxy:
    return decode_proxy(sample_photos()[0], 320)[1]


class Bench:
    """A preview, what it said, and the clock it looks at."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.looks = Looks(self.clock)
        self.said: list[GpuStatus] = []
        self.preview = GpuPreview(self.said.append, clock=self.clock)

    def open(self, device: Device) -> None:
        self.preview.open(self.looks, lambda: device)  # type: ignore[arg-type]

    def take(self, part: Proxy) -> None:
        self.preview.take(part, self.looks.palette(part))

    def states(self) -> list[Gpu]:
        return [one.state for one in self.said]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def blank(part: Proxy) -> np.ndarray:
    return np.zeros((part.height, part.width, 4), np.uint8)


def test_a_quicker_card_draws_what_the_cpu_would(bench: Bench, photo: Proxy) -> None:
    bench.open(FakeGpu(bench.clock))
    bench.take(photo)
    assert bench.said == [GpuStatus(Gpu.USED, "Fake 3000")]
    shown, wanted = blank(photo), blank(photo)
    assert bench.preview.draw(photo, SETTINGS, "srgb", shown)
    bench.looks.preview(photo, SETTINGS, quick=True, out=wanted, palette=bench.looks.palette(photo))
    assert np.abs(shown.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("name", [
    "", "llvmpipe (LLVM 15.0.6, 256 bits)", "softpipe", "Google SwiftShader", "Software Rasterizer",
    "ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)", "Apple Software Renderer",
    "GDI Generic", "zink Vulkan 1.3 (llvmpipe (LLVM 19))", "Mesa DRI swrast",
])  # fmt: skip
def test_software_is_no_card(name: str, bench: Bench, photo: Proxy) -> None:
    device = FakeGpu(bench.clock, name)
    bench.open(device)
    bench.take(photo)
    assert bench.states() == [Gpu.SOFTWARE]
    assert device.closed_in
    assert not device.drawn
    assert not bench.preview.draw(photo, SETTINGS, "srgb", blank(photo))


@pytest.mark.parametrize("name", [
    "NVIDIA GeForce RTX 4070/PCIe/SSE2", "Mesa Intel(R) UHD Graphics 620 (KBL GT2)", "Apple M2",
    "AMD Radeon Graphics (radeonsi, renoir)", "ANGLE (Intel, Intel(R) Iris(R) Xe Direct3D11)",
])  # fmt: skip
def test_cards_are_no_software(name: str) -> None:
    assert not is_software(name)


@pytest.mark.parametrize("error", [GpuError, RuntimeError, OSError])
def test_without_a_context_the_cpu_draws(error: type[Exception], bench: Bench) -> None:
    def refuses() -> Device:
        raise error("no context")

    bench.preview.open(bench.looks, refuses)  # type: ignore[arg-type]
    assert bench.said == [GpuStatus(Gpu.NONE, error="no context")]


@pytest.mark.parametrize(("off", "state"), [(2, Gpu.WRONG), (1, Gpu.USED)])
def test_a_card_that_shows_other_colours_is_not_used(
    off: int, state: Gpu, bench: Bench, photo: Proxy
) -> None:
    device = FakeGpu(bench.clock, off=off)
    bench.open(device)
    bench.take(photo)
    assert bench.states() == [state]
    assert bool(device.closed_in) is (state is Gpu.WRONG)


def test_a_slower_card_is_not_used_and_not_asked_for_ever(bench: Bench, photo: Proxy) -> None:
    device = FakeGpu(bench.clock, takes=0.020)
    bench.open(device)
    parts = [Proxy(photo.pixels) for _ in range(4)]
    bench.take(parts[0])
    assert bench.states() == [Gpu.SLOWER]
    assert not bench.preview.draw(parts[0], SETTINGS, "srgb", blank(photo))
    drawn = device.drawn
    bench.take(parts[0])  # of a picture that was tried, nothing new is learned
    assert device.drawn == drawn
    device.takes = 0.001
    bench.take(parts[1])
    assert bench.preview.draw(parts[1], SETTINGS, "srgb", blank(photo))
    device.takes = 0.020
    for part in (parts[2], parts[3], parts[0]):
        assert not device.closed_in
        bench.take(part)
    assert bench.states() == [Gpu.SLOWER, Gpu.USED, Gpu.SLOWER]
    assert device.closed_in


@pytest.mark.parametrize("error", [GpuError, RuntimeError])
@pytest.mark.parametrize("at", [1, 2, 5])
def test_a_card_that_fails_is_given_back_for_good(
    at: int, error: type[Exception], bench: Bench, photo: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    device = FakeGpu(bench.clock, fails_at=at, error=error)
    bench.open(device)
    bench.take(photo)
    assert not (at < 5 and bench.preview.draw(photo, SETTINGS, "srgb", blank(photo)))
    while bench.preview.draw(photo, SETTINGS, "srgb", blank(photo)):
        pass
    assert bench.said[-1] == GpuStatus(Gpu.FAILED, "Fake 3000", "the context was lost")
    assert device.closed_in
    assert "Fake 3000" in caplog.text
    bench.take(Proxy(photo.pixels))
    assert device.drawn == at


def test_without_changes_the_photo_is_shown_as_it_is(bench: Bench, photo: Proxy) -> None:
    bench.open(FakeGpu(bench.clock))
    bench.take(photo)
    assert not bench.preview.draw(photo, IDENTITY, "srgb", blank(photo))


class Rendering:
    """A preview worker in its thread, with a card that may be a fake."""

    def __init__(self, qtbot: QtBot) -> None:
        self.clock = Clock()
        self.looks = Looks(self.clock)
        self.worker = PreviewWorker(lambda told: GpuPreview(told, clock=self.clock))
        self.worker.set_studio(fake_backend(FakeStudio()), self.looks)  # type: ignore[arg-type]
        self.thread = WorkerThread(self.worker, "preview")
        self.devices: list[FakeGpu] = []
        self._shown: list[m.Rendered] = []
        self._counted: list[m.HistogramComputed] = []
        self.worker.rendered.connect(self._shown.append)
        self.worker.histogram_computed.connect(self._counted.append)
        self._qtbot = qtbot

    def use(self, **how: object) -> None:
        def open_device() -> Device:
            self.devices.append(FakeGpu(self.clock, **how))  # type: ignore[arg-type]
            return self.devices[-1]

        self.worker.use_gpu(open_device)

    def show(self, part: Proxy, settings: object, *, quick: bool) -> np.ndarray:
        """The picture; the worker has nothing left to do then."""
        size = part.width, part.height
        job = m.Render(1, Path("x"), part, m.WHOLE, *size, settings, quick=quick)  # type: ignore[arg-type]
        self._shown.clear()
        self._counted.clear()
        self.worker.submit(job)
        self._qtbot.waitUntil(lambda: bool(self._shown))
        self.worker.submit(m.Count())  # it comes after all that a picture makes the worker do
        self._qtbot.waitUntil(lambda: bool(self._counted))
        image = self._shown[-1].image
        seen = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
        return seen.copy()  # the image goes


@pytest.fixture
def rendering(qtbot: QtBot) -> Iterator[Callable[..., Rendering]]:
    opened: list[Rendering] = []

    def make() -> Rendering:
        opened.append(Rendering(qtbot))
        opened[-1].thread.start()
        return opened[-1]

    yield make
    for one in opened:
        one.thread.begin_stop()
        one.thread.wait()
        for device in one.devices:
            assert device.closed_in == device.opened_in != threading.get_ident()


def test_the_worker_draws_moving_pictures_by_the_card_and_those_at_rest_by_the_cpu(
    rendering: Callable[..., Rendering], photo: Proxy
) -> None:
    run = rendering()
    run.show(photo, SETTINGS, quick=True)
    run.use()
    run.show(photo, SETTINGS, quick=False)
    assert run.worker._gpu.status.state is Gpu.USED
    run.looks.seen.clear()
    moving = run.show(photo, OTHER, quick=True)
    assert not run.looks.seen
    drawn = run.devices[0].drawn
    rest = run.show(photo, OTHER, quick=False)
    assert run.devices[0].drawn == drawn
    assert run.looks.seen == [(OTHER, False)]
    assert np.abs(moving.astype(int) - rest).mean() < 1.0


def test_no_picture_is_lost_when_the_card_fails(
    rendering: Callable[..., Rendering], photo: Proxy
) -> None:
    run = rendering()
    wanted = run.show(photo, SETTINGS, quick=True)
    wanted = run.show(photo, SETTINGS, quick=True)  # now by its palette
    run.use(fails_at=5)
    run.show(photo, OTHER, quick=False)
    assert run.worker._gpu.status.state is Gpu.USED
    for _ in range(3):
        assert np.array_equal(run.show(photo, SETTINGS, quick=True), wanted)
    assert run.worker._gpu.status.state is Gpu.FAILED
    assert run.devices[0].drawn == 5


def test_it_is_switched_off_and_on_again(rendering: Callable[..., Rendering], photo: Proxy) -> None:
    run = rendering()
    run.use()
    run.show(photo, SETTINGS, quick=True)
    run.worker.use_gpu(None)
    run.show(photo, OTHER, quick=True)
    run.show(photo, SETTINGS, quick=True)
    assert run.devices[0].closed_in
    run.use()
    run.show(photo, OTHER, quick=True)
    drawn = run.devices[1].drawn
    run.show(photo, SETTINGS, quick=True)
    assert run.devices[1].drawn == drawn + 1


# --- what is here ------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["", "no\n", "{}", "[1]", '{"renderer": "x"}'])
def test_whatever_another_process_says_is_understood(said: str) -> None:
    assert graphics.understood(said) == graphics.Graphics(error="no answer")
    good = said + '\n{"renderer": "A card", "error": ""}\n'
    assert graphics.understood(good) == graphics.Graphics("A card")


def test_a_process_that_ends_badly_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        graphics,
        "command",
        lambda: [sys.executable, "-c", 'print(\'{"renderer": "x", "error": ""}\'); exit(3)'],
    )
    assert graphics.ask().renderer == ""


def test_doctor_is_told_what_draws() -> None:
    assert "preview: CPU" in graphics.line()  # Qt's offscreen platform has no OpenGL


def test_the_preference_says_what_is_used(app: App) -> None:
    assert app.settings.preferences.gpu
    assert app.gpu.status.state is Gpu.NONE  # offscreen
    assert "CPU" in app.gpu.text()
    dialog = PreferencesDialog(Preferences(gpu=False), {}, ("", app.gpu.text()), app.window)
    assert not dialog.preferences().gpu
    dialog.gpu.setCurrentIndex(dialog.gpu.findData(True))
    assert dialog.preferences().gpu
    for state in Gpu:
        app.gpu._on_gpu_changed(GpuStatus(state, "Card 1"))
        shown = app.gpu.text()
        named = state in (Gpu.SOFTWARE, Gpu.WRONG, Gpu.FAILED, Gpu.SLOWER, Gpu.USED)
        assert ("Card 1" in shown) is named
        assert "{" not in shown
    app.menu.preferences_changed.emit(Preferences(gpu=False))
    assert app.gpu.text() == "Previews are drawn by the CPU."
    dialog.deleteLater()


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb-run is not installed")
def test_opengl_agrees_with_the_cpu_on_real_photos() -> None:
    """By software, on a screen of its own; in the worker's thread, and lost in the end."""
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-m", "tests.gui.gl_agreement"],
        capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    if found["asked"] == "none":
        pytest.skip("no OpenGL on a virtual screen")
    assert found["asked"] == "software"
    assert "GPU draws" in found["text"]
    assert found["states"] == ["used"], done.stderr
    assert max(found["worst"]) <= 1
    assert found["drawn"] >= 3  # the others have too many colours for the coarse table
    assert found["after"] == ["failed"]
    assert found["cpu"] == 1
    assert found["lost"] <= 1
