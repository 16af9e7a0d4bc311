"""The fixture that looks for what a test leaves behind finds it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from imgtune_gui.session import PhotoSession
from tests.gui.leaks import Leaks


@pytest.fixture
def leaks(qapp: QApplication) -> Iterator[Leaks]:
    with pytest.MonkeyPatch.context() as patch:
        yield Leaks(patch)


def test_nothing_is_found_where_nothing_is_left(leaks: Leaks) -> None:
    timer, thread = QTimer(), QThread()
    timer.start(10_000)
    timer.stop()
    thread.start()
    thread.quit()
    thread.wait()
    PhotoSession("style")
    assert leaks.found() == []


def test_threads_are_found(leaks: Leaks) -> None:
    go, thread = threading.Event(), QThread()
    waiting = threading.Thread(target=go.wait, name="waiting")
    thread.setObjectName("painter")
    waiting.start()
    thread.start()
    found = leaks.found()
    go.set()
    thread.quit()
    thread.wait()
    waiting.join()
    assert found == ["thread painter", "thread waiting"]


def test_timers_windows_and_objects_are_found(leaks: Leaks) -> None:
    session, window = PhotoSession("style"), QWidget()
    timer = QTimer(session)
    timer.start(10_000)
    ticking, shown, kept = leaks.found()
    assert ticking == "timer of PhotoSession, 10000 ms"
    assert shown.startswith("window <PySide6.QtWidgets.QWidget")
    assert kept == "object PhotoSession"
    timer.stop()
    window.deleteLater()
