"""One measurement a process; prints one JSON line. Started by ``python -m tests.benchmarks``."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

#: Windows in which the bundled photos, 3 : 2, have that many pixels.
_TWO_MP, _LARGE = (2374, 1600), (2560, 1600)


def startup(data: Path, photos: Path) -> dict[str, object]:
    """Median of five cold processes, from spawn to the first paint of the window."""
    seconds, torch = [], False
    for _ in range(5):
        code = (
            "import sys, time; started = float(sys.argv.pop());"
            "from tests.benchmarks.probes import first_paint; first_paint(started)"
        )
        command = [sys.executable, "-c", code, str(photos), str(data), str(time.time())]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        seconds.append(answer["seconds"])
        torch = torch or answer["torch"]
    note = f"worst {max(seconds):.2f} s; torch {'imported' if torch else 'not imported'}"
    return {"value": f"{np.median(seconds):.2f} s", "note": note}


def first_paint(started: float) -> None:
    """In a fresh process: opens the window as ``imgtune PHOTOS`` does and reports its first
    paint. (``started`` is on the wall clock, since two processes share no other.)"""
    data, photos = Path(sys.argv[-1]), Path(sys.argv[-2])
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    from imgtune_gui.app import App
    from imgtune_gui.views.theme import apply_theme

    qt = QApplication([])
    apply_theme(qt)
    app = App(data, [photos])

    class Watch(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint:
                found = {"seconds": time.time() - started, "torch": "torch" in sys.modules}
                print(json.dumps(found), flush=True)
                os._exit(0)
            return False

    watch = Watch()
    app.window.installEventFilter(watch)
    app.start()
    qt.exec()


def predict(data: Path, photos: Path) -> dict[str, object]:
    """Network and personal head on a proxy in memory, nothing cached of its features."""
    from model_core.predict.onnx_network import network_input
    from model_core.services import DEFAULT_STYLE, Studio

    studio = Studio(data)
    path = studio.find_photos([photos])[0]
    photo, proxy = studio.open_photo(path)
    features = studio.analyse(photo, DEFAULT_STYLE, proxy)
    network = studio.predictors.network(DEFAULT_STYLE, features.version)
    times, resizing = [], []
    for _ in range(60):
        start = time.perf_counter()
        image = network_input(proxy)
        middle = time.perf_counter()
        studio.predict(DEFAULT_STYLE, network.analyse(photo.id, image))
        times.append(time.perf_counter() - start)
        resizing.append(middle - start)
    note = f"of it {np.median(resizing) * 1e3:.1f} ms to scale; p95 {_p95(times):.1f} ms"
    return {"value": f"{np.median(times) * 1e3:.1f} ms", "note": note}


def slider(data: Path, photos: Path) -> dict[str, object]:
    """Real moves of the exposure slider of the real window, whose preview has 2.07 MP."""
    return _slider(data, photos, _TWO_MP, train=False)


def slider_large(data: Path, photos: Path) -> dict[str, object]:
    """The same with a preview of 2.5 MP."""
    return _slider(data, photos, _LARGE, train=False)


def slider_training(data: Path, photos: Path) -> dict[str, object]:
    """The same while the trainer's process keeps the cores busy."""
    return _slider(data, photos, _TWO_MP, train=True)


def _slider(data: Path, photos: Path, window: tuple[int, int], *, train: bool) -> dict[str, object]:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    from imgtune_gui.app import App
    from imgtune_gui.views.theme import apply_theme

    qt = QApplication([])
    apply_theme(qt)
    app = App(data, [photos])
    app.window.resize(*window)
    app.start()
    _spin(qt, 60, lambda: _all_analysed(app))
    items = app.session.items
    app.session.select_row(max(range(len(items)), key=lambda i: items[i].photo.width))
    _spin(qt, 20, lambda: app.window.loupe.picture() is not None)
    _spin(qt, 1.0)
    busy = _busy_child() if train else None
    shown: list[object] = []
    wanted: list[object] = []
    painted: list[float] = []

    class Watch(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint and wanted and wanted[0] in shown:
                painted.append(time.perf_counter())
            return False

    watch = Watch()
    app.loupe.rendered.connect(lambda result: shown.append(result.settings))
    app.window.loupe.installEventFilter(watch)
    times = []
    for step in range(120):
        value = 1.5 * np.sin((step + 1) / 7)  # never what the photo has already
        for seen in (shown, wanted, painted):
            seen.clear()
        start = time.perf_counter()
        app.session.set_param("exposure_ev", float(value), 1)
        wanted.append(app.session.current.settings)
        _spin(qt, 2.0, lambda: bool(painted), pause=0)
        # Back from the event loop, so the paint is over, not only begun.
        times.append(time.perf_counter() - start)
        _spin(qt, 0.02)
    image = app.window.loupe.picture().image
    if busy is not None:
        busy.kill()
        busy.wait()
    app.shut_down()
    size = f"{image.width()} x {image.height()}, {image.width() * image.height() / 1e6:.2f} MP"
    note = f"median {np.median(times) * 1e3:.1f} ms, {size}"
    return {"value": f"{_p95(times):.1f} ms", "note": note}


def _busy_child() -> subprocess.Popen[bytes]:
    """What a fine-tune is to the rest of the machine: torch on all cores at low priority."""
    code = (
        "import os, torch; os.nice(10)\n"
        "net = torch.nn.Conv2d(64, 64, 3); x = torch.rand(16, 64, 56, 56)\n"
        "print('ready', flush=True)\n"
        "while True: net(x).sum().backward()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def learn(data: Path, photos: Path) -> dict[str, object]:
    """Storing a lesson, refitting the head, predicting 1,000 photos; at 1, 50 and 300 lessons.

    The thousand photos are the real ones' features with a little noise."""
    from dataclasses import replace

    from model_core.domain.develop import IDENTITY
    from model_core.domain.photo import PhotoId
    from model_core.services import DEFAULT_STYLE, Studio

    studio = Studio(data)
    rng = np.random.default_rng(0)
    opened = []
    for path in studio.find_photos([photos]):
        photo, proxy = studio.open_photo(path)
        opened.append((photo, studio.analyse(photo, DEFAULT_STYLE, proxy)))
    cached = []
    for i in range(1000):
        photo, features = opened[i % len(opened)]
        noisy = (features.z + rng.normal(0, 0.3, features.z.shape)).astype(np.float32)
        noisy[0] = 1
        identity = PhotoId(f"{i:032x}")
        studio._photos._thumbnails[identity] = studio._photos._thumbnails[photo.id]
        cached.append((replace(photo, id=identity), replace(features, photo=identity, z=noisy)))
    features = [f for _, f in cached]
    studio.predict_many(DEFAULT_STYLE, features)
    results: dict[int, float] = {}
    for count in range(1, 301):
        photo, seen = cached[count]
        chosen = IDENTITY.updated({"exposure_ev": float(rng.normal(0.4, 0.2)), "temperature": 20})
        start = time.perf_counter()
        studio.learn(DEFAULT_STYLE, photo, seen, chosen, shoot=f"shoot {count // 10}")
        studio.predict_many(DEFAULT_STYLE, features)
        results[count] = (time.perf_counter() - start) * 1e3
    near = {n: np.median([results[i] for i in range(max(1, n - 4), n + 1)]) for n in (1, 50, 300)}
    note = ", ".join(f"{v:.0f} ms at {n}" for n, v in near.items()) + " lessons"
    return {"value": f"{near[300]:.0f} ms", "note": note}


def memory(data: Path, photos: Path) -> dict[str, object]:
    """500 copies of the photos in the window, all analysed and all thumbnails drawn."""
    from PySide6.QtWidgets import QApplication

    from imgtune_gui.app import App
    from imgtune_gui.views.theme import apply_theme

    folder = data / "photos"
    folder.mkdir()
    sources = sorted(photos.glob("*.jpg"))
    for i in range(500):
        target = folder / f"{i:03}.jpg"
        shutil.copy(sources[i % len(sources)], target)
        with target.open("ab") as file:  # another content, so that nothing is shared
            file.write(i.to_bytes(4, "little"))
    qt = QApplication([])
    apply_theme(qt)
    app = App(data, [folder])
    app.start()
    start = time.perf_counter()
    _spin(qt, 400, lambda: len(app.session.items) == 500 and _all_analysed(app))
    seconds = time.perf_counter() - start
    for row in range(0, 500, 10):  # look at some, as a user would
        app.session.select_row(row)
        _spin(qt, 0.2)
    # Linux gives kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    count = sum(i.features is not None for i in app.session.items)
    torch = "torch" in sys.modules
    app.shut_down()
    note = f"{count} analysed in {seconds:.0f} s; torch {'imported' if torch else 'not imported'}"
    return {"value": f"{peak:.0f} MB", "note": note}


def _all_analysed(app: object) -> bool:
    items = app.session.items  # type: ignore[attr-defined]
    return bool(items) and all(i.features is not None or i.error for i in items)


def _spin(qt: object, seconds: float, until: object = None, pause: float = 0.005) -> None:
    """Runs the event loop until something is true or the time is over."""
    from PySide6.QtCore import QEventLoop

    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if pause:
            qt.processEvents()  # type: ignore[attr-defined]
        else:
            # Asleep until something happens, as the real event loop is: a loop that spins
            # would take a core and the interpreter from the worker that it waits for.
            qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # type: ignore[attr-defined]
        if until is not None and until():  # type: ignore[operator]
            return
        if pause:
            time.sleep(pause)
    if until is not None:
        raise SystemExit("it never happened")


def _p95(seconds: list[float]) -> float:
    return float(np.quantile(seconds, 0.95)) * 1e3


if __name__ == "__main__":
    from tests.benchmarks import opengl, window

    own = (startup, predict, slider, slider_large, slider_training, learn, memory)
    library = (window.first_thumbs, window.journey, window.next_photo, window.memory_many)
    probes = {f.__name__: f for f in (*own, *library, opengl.opengl)}
    name, data_dir, folder = sys.argv[1:4]
    print(json.dumps(probes[name](Path(data_dir), Path(folder))))
