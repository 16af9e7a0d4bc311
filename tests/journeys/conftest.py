"""The real window over the real services, on real photos."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.views.theme import apply_theme
from tests.gui.leaks import nothing_stays
from tests.journeys.travels import write_shoot
from tests.watchdog import Watchdog

OpenWindow = Callable[..., App]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "hands" in (config.option.markexpr or ""):
        return
    later = pytest.mark.skip(reason="minutes of screen time; run by: pytest -m hands")
    for item in items:
        if item.get_closest_marker("hands") is not None:
            item.add_marker(later)


@pytest.fixture(autouse=True)
def nothing_left(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fails a journey whose windows leave anything behind."""
    if "open_window" not in request.fixturenames:
        yield
        return
    with nothing_stays(request, caplog):
        yield


@pytest.fixture(scope="session")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """84 small photos: each bundled sample as seven cameras might have left it."""
    return write_shoot(tmp_path_factory.mktemp("shoot"))


@pytest.fixture
def open_window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, watchdog: Watchdog
) -> Iterator[OpenWindow]:
    """Opens windows on paths, all with one data directory; closes them at the end. The watchdog
    tells (pytest -rP) how long the main thread was kept, and does not judge: tests share their
    machine with other work. ``tests.benchmarks.journeys`` has the figures."""
    apply_theme(qapp)
    opened: list[App] = []

    def open_(*paths: Path, data: Path | None = None) -> App:
        app = App(data or tmp_path / "data", paths)
        opened.append(app)
        app.window.resize(1280, 800)
        app.start()
        qtbot.waitExposed(app.window)

        def all_predicted() -> bool:
            items = app.session.items
            return bool(items) and all(i.prediction is not None or i.error for i in items)

        qtbot.waitUntil(all_predicted, timeout=120_000)
        return app

    yield open_
    for app in opened:
        app.window.close()
        app.shut_down()
        app.window.deleteLater()
    print(f"main thread: longest turn {watchdog.worst_due_ms:.0f} ms\n{watchdog.report()}")
