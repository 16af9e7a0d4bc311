"""What the window does with thousands of photos. One measurement a process, as in ``probes``."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.many import link_many, write_many
from tests.watchdog import Watchdog

if TYPE_CHECKING:
    from imgtune_gui.app import App

_CACHE = Path(tempfile.gettempdir()) / "imgtune-benchmark"
_MANY, _FOLDER = 10_000, 1_000
_SMALL, _LARGE = 640, 4_000  # long sides: what is opened by the thousand, and a camera's 12 MP


def many_photos(photos: Path) -> Path:
    """10,000 small photos; made once and kept in the system's folder for such."""
    folder = _CACHE / "ten thousand"
    write_many(folder, _MANY, photos, _SMALL)
    return folder


@contextmanager
def window(data: Path, paths: list[Path]) -> Iterator[App]:
    """The real window over the real services, shown and running; closed at the end."""
    from PySide6.QtWidgets import QApplication

    from imgtune_gui.app import App
    from imgtune_gui.views.theme import apply_theme

    qt = QApplication.instance() or QApplication([])
    apply_theme(qt)
    app = App(data, paths)
    app.window.resize(1440, 900)
    app.start()
    yield app
    app.window.close()
    app.shut_down()


def spin(seconds: float, until: Callable[[], bool] | None = None) -> float:
    """Lets the event loop run as it does alone: until something is true, or for that time.
    How long it took; the program ends when it never came true."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, start = QEventLoop(), time.perf_counter()
    look = QTimer(interval=4)

    def check() -> None:
        late = time.perf_counter() - start > seconds
        if late or (until is not None and until()):
            loop.quit()

    look.timeout.connect(check)
    look.start()
    loop.exec()
    look.stop()
    if until is not None and not until():
        raise SystemExit(f"it never happened within {seconds:.0f} s")
    return time.perf_counter() - start


def first_thumbs(data: Path, photos: Path) -> dict[str, object]:
    """From the request to every thumbnail of the first screen, median of five folders' openings:
    1,000 photos of 12 MP, never seen before."""
    from imgtune_gui.views.filmstrip import PhotoGrid

    folder = _CACHE / "a thousand"
    link_many(folder, _FOLDER, photos, _LARGE)
    times = []
    with window(data, []) as app:
        spin(30, app.window.start_page.samples_button.isEnabled)
        app.window.set_first_page(grid=True)
        grid: PhotoGrid = app.window.grid
        for _ in range(5):
            app.library.open_paths([photos], replace=True)
            spin(10, lambda: 0 < len(app.session.items) < _FOLDER)
            spin(0.5)
            start = time.perf_counter()
            app.library.open_paths([folder], replace=True)
            spin(20, lambda: len(app.session.items) == _FOLDER and _screen_is_full(app, grid))
            times.append(time.perf_counter() - start)
        count = len(grid.visible_paths())
    note = f"worst {max(times):.2f} s; {count} thumbnails, grid at 1440 x 900"
    return {"value": f"{np.median(times):.2f} s", "note": note}


def _screen_is_full(app: App, grid: object) -> bool:
    paths = grid.visible_paths()  # type: ignore[attr-defined]
    return bool(paths) and all(path in app.model.images for path in paths)


def journey(data: Path, photos: Path) -> dict[str, object]:
    """The longest time the main thread was kept, in a journey through 10,000 photos."""
    folder = many_photos(photos)
    with window(data, []) as app:
        spin(30, app.window.start_page.samples_button.isEnabled)
        spin(0.5)
        with Watchdog() as dog:
            walk(app, dog, folder)
    print(dog.report(), file=sys.stderr)
    worst = max(dog.worst.values(), key=lambda stall: stall.due_ms)
    scrolls = [stall.due_ms for step, stall in dog.worst.items() if step.startswith("scroll")]
    note = (
        f"at {worst.step!r}; scrolling {max(scrolls):.0f} ms; by the clock, with waits for a core "
        f"that others had, {dog.worst_ms:.0f} ms"
    )
    return {"value": f"{worst.due_ms:.0f} ms", "note": note}


def walk(app: App, dog: Watchdog, folder: Path) -> None:
    """Open, filter, sort, select all, rate, search, scroll, loupe, twenty photos on."""
    from dataclasses import replace

    from imgtune_gui.models.arrangement import Arrangement, SortKey

    session, bar = app.session, app.window.filter_bar
    app.window.set_first_page(grid=True)
    dog.step("open")
    app.library.open_paths([folder], replace=True)
    spin(60, lambda: len(session.items) == _MANY)
    spin(2)
    for key in SortKey:
        dog.step(f"sort by {key.value}")
        session.set_arrangement(replace(session.arrangement, sort=key, descending=True))
        spin(0.6)
    dog.step("sort back")
    session.set_arrangement(Arrangement())
    spin(0.6)
    dog.step("search")
    for text in ("0", "00", "007", "0077", ""):
        bar.text.setText(text)
        spin(0.3)
    dog.step("select all")
    app.actions["select_all"].trigger()
    spin(0.6)
    dog.step("star all")
    app.actions["stars_3"].trigger()
    spin(1.5)
    dog.step("undo stars")
    app.actions["undo"].trigger()
    spin(1.5)
    dog.step("filter")
    bar.changed.emit(replace(session.arrangement, min_stars=1))
    spin(0.6)
    app.actions["show_all"].trigger()
    spin(0.6)
    scroll_through(app, dog, seconds=5)
    dog.step("open loupe")
    session.select_row(5_000)
    app.actions["loupe"].trigger()
    spin(1.5)
    dog.step("next photos")
    for _ in range(20):
        app.actions["next"].trigger()
        spin(0.15)
    dog.step("back to grid")
    app.actions["grid"].trigger()
    spin(0.6)


def scroll_through(app: App, dog: Watchdog | None, seconds: float, wheel: int = 260) -> None:
    """The wheel, 60 times a second; then a drag of the bar from the top to the bottom."""
    bar = app.window.grid.verticalScrollBar()
    if dog is not None:
        dog.step("scroll by wheel")
    bar.setValue(0)
    end = time.perf_counter() + seconds / 2
    while time.perf_counter() < end:
        bar.setValue(bar.value() + wheel)
        spin(1 / 60)
    if dog is not None:
        dog.step("scroll by bar")
    steps = round(seconds / 2 * 60)
    for step in range(steps + 1):
        bar.setValue(bar.maximum() * step // steps)
        spin(1 / 60)


def next_photo(data: Path, photos: Path) -> dict[str, object]:
    """From the key to the repainted loupe, neighbours decoded: the bundled photos, p95 of 40."""
    from PySide6.QtCore import QEvent, QObject

    painted: list[float] = []

    class Watch(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint:
                painted.append(time.perf_counter())
            return False

    times: list[float] = []
    shown: list[tuple[Path, float]] = []
    with window(data, [photos]) as app:
        spin(120, lambda: all(i.prediction for i in app.session.items) and app.session.items)
        spin(2)
        app.loupe.rendered.connect(lambda one: shown.append((one.path, time.perf_counter())))
        watch = Watch()
        app.window.loupe.installEventFilter(watch)
        for number in range(40):
            name = "next" if number // 10 % 2 == 0 else "previous"
            shown.clear()
            painted.clear()
            start = time.perf_counter()
            app.actions[name].trigger()
            spin(10, lambda: _painted(_current(app), shown, painted) > 0)
            times.append(_painted(_current(app), shown, painted) - start)
            spin(0.8)  # the neighbours of this one are decoded meanwhile
    p95 = float(np.quantile(times, 0.95)) * 1e3
    note = f"median {np.median(times) * 1e3:.0f} ms, worst {max(times) * 1e3:.0f} ms"
    return {"value": f"{p95:.0f} ms", "note": note}


def _current(app: App) -> Path:
    assert app.session.current is not None
    return app.session.current.path


def _painted(path: Path, shown: list[tuple[Path, float]], painted: list[float]) -> float:
    """When the loupe was painted first after the photo had been rendered; 0 when not yet."""
    since = next((when for one, when in shown if one == path), None)
    return next((when for when in painted if since is not None and when >= since), 0.0)


def memory_many(data: Path, photos: Path) -> dict[str, object]:
    """Peak memory with 10,000 photos scrolled through twice, slowly enough to draw them."""
    import resource

    folder = many_photos(photos)
    peaks = []
    with window(data, [folder]) as app:
        app.window.set_first_page(grid=True)
        spin(120, lambda: len(app.session.items) == _MANY)
        app.actions["grid"].trigger()
        for _ in range(2):
            scroll_through(app, None, seconds=60)
            # Linux gives kilobytes.
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        drawn = len(app.model.images)
    torch = "torch" in sys.modules
    note = (
        f"first pass {peaks[0]:.0f} MB; {drawn} thumbnails kept; "
        f"torch {'imported' if torch else 'not imported'}"
    )
    return {"value": f"{peaks[1]:.0f} MB", "note": note}
