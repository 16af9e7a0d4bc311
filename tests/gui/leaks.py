"""What a test leaves behind: threads, timers that tick, windows, and objects nobody needs.

Seen by what is made and started during the test, so that nothing has to search all of memory.
"""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication

from imgtune_gui.app import App
from imgtune_gui.session import PhotoSession
from imgtune_gui.workers.base import QueueWorker

#: Pools of the core: made once for the whole process, when the first picture is rendered.
_SHARED = ("render_", "helper_")
#: Controllers are children of the first, models of the second: they cannot outlive them.
_MADE: tuple[type[QObject], ...] = (App, PhotoSession, QueueWorker)


class Leaks:
    """Watches from :meth:`begin` to :meth:`found`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._started: list[QThread] = []
        self._timers: weakref.WeakSet[QTimer] = weakref.WeakSet()
        self._made: weakref.WeakSet[QObject] = weakref.WeakSet()
        self._threads = set(threading.enumerate())
        self._windows = set(QApplication.topLevelWidgets())
        after(patch, QThread, "start", self._started.append)
        after(patch, QTimer, "start", self._timers.add)
        for kind in _MADE:
            after(patch, kind, "__init__", self._made.add)

    def found(self) -> list[str]:
        """One line each; empty when the test left nothing."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        for generation in (1, 2):  # the young, where held_young kept them; then all there is
            if self._alive():
                gc.collect(generation)
        threads = set(threading.enumerate()) - self._threads
        ticking = [one for one in self._timers if shiboken6.isValid(one) and one.isActive()]
        return [
            *(f"thread {thread.objectName()}" for thread in self._started if thread.isRunning()),
            *(f"thread {thread.name}" for thread in threads if _is_real(thread)),
            *(f"timer of {_owner(timer)}" for timer in ticking),
            *(f"window {one!r}" for one in set(QApplication.topLevelWidgets()) - self._windows),
            *(f"object {type(one).__name__}" for one in self._alive()),
        ]

    def _alive(self) -> list[QObject]:
        return [one for one in self._made if shiboken6.isValid(one)]


@contextmanager
def held_young() -> Iterator[None]:
    """What is made meanwhile stays among the young, and a search for it is a search of those:
    with torch loaded, one of all objects takes a third of a second."""
    thresholds = gc.get_threshold()
    gc.set_threshold(thresholds[0], 1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def after(patch: pytest.MonkeyPatch, kind: type, name: str, told: Callable[[Any], None]) -> None:
    """Tells of every object on which a method was called."""
    method = getattr(kind, name)

    def call(self: Any, *args: Any, **named: Any) -> Any:
        result = method(self, *args, **named)
        told(self)
        return result

    patch.setattr(kind, name, call)


def _is_real(thread: threading.Thread) -> bool:
    # Python makes a dummy for every QThread that ran Python; those end with the QThread.
    return not isinstance(thread, threading._DummyThread) and not thread.name.startswith(_SHARED)


def _owner(timer: QTimer) -> str:
    return f"{type(timer.parent()).__name__}, {timer.interval()} ms"


@pytest.fixture(autouse=True)
def nothing_left(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fails a test that leaves anything running, on the screen or in memory."""
    with nothing_stays(request, caplog):
        yield


@contextmanager
def nothing_stays(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """The same, for fixtures that hold it around some tests only."""
    request.getfixturevalue("qapp")
    failed = request.session.testsfailed
    with held_young():
        with pytest.MonkeyPatch.context() as patch:
            leaks = Leaks(patch)
            yield
        # What pytest itself would keep until later: fixtures' values, frames of logged errors.
        request.node.funcargs.clear()
        for record in caplog.get_records("call"):
            record.exc_info = None
        found = leaks.found()
    if request.session.testsfailed == failed:  # else its trace keeps all that it knew
        assert not found, "left behind: " + "; ".join(found)
