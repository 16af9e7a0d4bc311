"""Thousands of photos: what keeps the main thread free, told by what is done and not by a clock."""

from __future__ import annotations

import gc
import sys
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QThread, QTimer
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.collector import Collector
from imgtune_gui.models.arrangement import Arrangement, SortKey
from imgtune_gui.models.filmstrip_model import FilmstripModel
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.filmstrip import GRID_CELL, PhotoGrid
from imgtune_gui.views.thumb_delegate import ThumbDelegate
from imgtune_gui.workers.base import QueueWorker, WorkerThread
from imgtune_gui.workers.library_worker import LibraryWorker
from imgtune_gui.workers.messages import OpenPhoto, Scan, Scanned
from model_core.domain.develop import IDENTITY
from model_core.domain.geometry import UNCROPPED
from model_core.domain.image import Proxy
from model_core.domain.marks import Marks
from model_core.domain.photo import Photo
from model_core.services.known import Known
from tests.fake_helpers import FakeEdit
from tests.fakes import FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions
from tests.watchdog import Watchdog


def test_one_signal_tells_of_thousands_of_marks(session: PhotoSession, qtbot: QtBot) -> None:
    session.set_photos([Path(f"/many/{n}.jpg") for n in range(3_000)])
    model = FilmstripModel(session)
    told, repaints = [], []
    session.items_changed.connect(told.append)
    session.item_changed.connect(told.append)
    model.dataChanged.connect(lambda first, last: repaints.append((first.row(), last.row())))
    session.set_marks([(item, Marks(2)) for item in session.items], "two")
    assert [len(told[0]), told[1]] == [3_000, session.current]
    assert repaints[0] == (0, 2_999)
    session.undo_stack.undo()
    assert len(told) == 4
    assert not any(item.marks.stars for item in session.items)


def test_settings_for_thousands_are_told_at_once_and_saved_each(
    session: PhotoSession, qtbot: QtBot
) -> None:
    session.set_photos([Path(f"/many/{n}.jpg") for n in range(2_000)])
    told, looks, saved = [], [], []
    session.items_changed.connect(told.append)
    session.settings_changed.connect(looks.append)
    session.edit_changed.connect(saved.append)
    edit = IDENTITY.with_value("contrast", 9.0)
    session.set_edits([(item, edit) for item in session.items], "Sync settings")
    assert [len(told), len(told[0]), looks] == [1, 2_000, [session.current]]
    assert saved == list(session.items)
    session.undo_stack.undo()
    assert not any(item.edit for item in session.items)


def test_fifty_thousand_files_are_listed_ordered_and_filtered(session: PhotoSession) -> None:
    model = FilmstripModel(session)
    session.set_photos([Path(f"/many/{n // 500}/IMG_{n:05}.jpg") for n in range(50_000)])
    assert model.rowCount() == 50_000
    session.set_arrangement(Arrangement(SortKey.NAME, descending=True, folder="/many/7"))
    assert [item.name for item in (session.items[0], session.items[-1])] == [
        "IMG_03999.jpg", "IMG_03500.jpg",
    ]  # fmt: skip
    assert model.rowCount() == 500
    session.remove_photos(session.items[:100])
    assert [len(session.all_items), model.rowCount()] == [49_900, 400]


def test_a_selection_outlives_a_filter_that_shows_nothing(app: App) -> None:
    app.window.filmstrip.selectAll()
    app.session.set_arrangement(Arrangement(text="no photo is called so"))
    assert app.window.filmstrip.marked_items() == []
    app.session.set_arrangement(Arrangement(text="photo"))
    assert app.window.filmstrip.selected_items()


def test_scattered_selections_come_back_in_order(app: App) -> None:
    items = app.session.items
    wanted = [items[n] for n in (0, 1, 3, 5)]
    app.window.filmstrip.select_items(reversed(wanted))
    assert app.window.filmstrip.marked_items() == wanted


def test_photos_that_were_seen_before_are_not_decoded_unless_looked_at(
    make_app: MakeApp, photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    for path in photos:
        photo, proxy = studio.open_photo(path)
        edit = (
            FakeEdit(IDENTITY.with_value("contrast", 7.0), "draft") if path == photos[4] else None
        )
        features = studio.analyse(photo, "my style", proxy)
        marks = Marks(3) if path == photos[5] else Marks()
        studio.seen_before[path] = Known(photo, features, edit, marks, UNCROPPED)  # type: ignore[arg-type]
    studio.opened.clear()
    app = make_app(photos)
    app.library.thumbs.set_visible = lambda paths: None  # type: ignore[method-assign]
    wait_for_predictions(app, qtbot)
    assert app.session.items[4].settings["contrast"] == 7.0
    assert app.session.items[5].marks == Marks(3)
    shown = set(studio.opened)
    assert len(shown) < 6
    app.library.thumbs._seen = ()
    app.library._on_sources_wanted(list(app.session.items))
    qtbot.waitUntil(lambda: len(set(studio.opened)) == 6)
    qtbot.waitUntil(lambda: len(app.model.sources) == 6)


class Echo(QueueWorker):
    def __init__(self) -> None:
        super().__init__()
        self.done: list[object] = []

    def _run(self, job: object) -> None:
        if job == "bad":
            raise RuntimeError("bad")
        self.done.append(job)


def test_thousands_of_jobs_wake_the_worker_once_and_are_all_done(qtbot: QtBot) -> None:
    worker = Echo()
    wakes: list[None] = []
    worker._woken.connect(lambda: wakes.append(None))
    worker.submit_many(range(2_000))
    worker.submit(2_000)
    assert len(wakes) == 1
    thread = WorkerThread(worker, "echo")
    thread.start(QThread.Priority.LowPriority)
    qtbot.waitUntil(lambda: len(worker.done) == 2_001)
    worker.submit_many(["bad", "last"])
    thread.begin_stop(finish_queue=True)
    thread.wait()
    assert worker.done == [*range(2_001), "last"]


def test_what_lives_long_is_set_aside_until_the_window_closes(qtbot: QtBot) -> None:
    before, frozen = (sys.getswitchinterval(), gc.get_threshold()), gc.get_freeze_count()
    collector = Collector()
    collector.start()
    collector._on_timeout()
    assert gc.get_freeze_count() > frozen
    collector.stop()
    assert gc.get_freeze_count() == 0
    assert (sys.getswitchinterval(), gc.get_threshold()) == before


def test_many_photos_that_come_start_no_collection_of_everything(qtbot: QtBot) -> None:
    collector = Collector()
    collector.start()
    try:
        before = gc.get_stats()[2]["collections"]
        photos = [[Path(f"/many/{n}.jpg")] for n in range(60_000)]
        assert gc.get_stats()[2]["collections"] == before
    finally:
        collector.stop()
    assert len(photos) == 60_000


def test_what_is_seen_is_opened_while_a_hand_moves_and_the_rest_when_it_stops(
    photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    worker = LibraryWorker()
    worker.set_studio(studio, 64)  # type: ignore[arg-type]
    worker.set_visible(photos[4:])
    worker.set_resting(True)
    worker.submit_many(OpenPhoto(1, path, "my style") for path in photos)
    thread = WorkerThread(worker, "library")
    thread.start()
    qtbot.waitUntil(lambda: len(studio.opened) == 2)
    qtbot.wait(60)
    assert studio.opened == photos[4:]
    worker.set_resting(False)
    qtbot.waitUntil(lambda: len(studio.opened) == 6)
    thread.begin_stop()
    thread.wait()


def test_scrolling_makes_way_and_its_end_lets_go_on(app: App, qtbot: QtBot) -> None:
    worker = app.library.worker
    app.window.filmstrip.scrolled.emit()
    assert worker._resting
    qtbot.waitUntil(lambda: not worker._resting)
    app.session.set_param("contrast", 3.0, 1)
    assert worker._resting
    qtbot.waitUntil(lambda: not worker._resting)


class Painted(ThumbDelegate):
    """Notes which rows are painted."""

    rows: list[int]

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        self.rows.append(index.row())
        super().paint(painter, option, index)


def test_scrolling_paints_only_what_comes_into_sight(session: PhotoSession, qtbot: QtBot) -> None:
    session.set_photos([Path(f"/many/{n}.jpg") for n in range(2_000)])
    grid = PhotoGrid(session, FilmstripModel(session))
    qtbot.addWidget(grid)
    cells = Painted(GRID_CELL, parent=grid)
    cells.rows = []
    grid.setItemDelegate(cells)
    grid.resize(800, 900)
    with qtbot.waitExposed(grid):
        grid.show()
    grid.verticalScrollBar().setValue(20)
    qtbot.waitUntil(lambda: len(cells.rows) >= 16)
    qtbot.wait(60)  # until it is at rest
    cells.rows.clear()
    grid.verticalScrollBar().setValue(40)
    qtbot.waitUntil(lambda: bool(cells.rows))
    assert len(cells.rows) <= 8
    grid.release()


class Witness(FakeStudio):
    """Notes which threads do what takes long."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.threads: set[int] = set()

    def open_photo(self, path: Path, long_side: int = 512) -> tuple[Photo, Proxy]:
        self.threads.add(threading.get_ident())
        return super().open_photo(path, long_side)

    def preview(self, *args: Any, **options: Any) -> Any:
        self.threads.add(threading.get_ident())
        return super().preview(*args, **options)

    def find(self, *args: Any) -> Any:
        self.threads.add(threading.get_ident())
        return super().find(*args)

    def quick_thumbnail(self, path: Path, long_side: int) -> Any:
        self.threads.add(threading.get_ident())
        return super().quick_thumbnail(path, long_side)


@pytest.mark.parametrize("studio", [Witness()])
def test_the_main_thread_decodes_renders_and_looks_up_nothing(
    make_app: MakeApp, photos: list[Path], studio: Witness, qtbot: QtBot
) -> None:
    app = make_app(photos)
    app.actions["grid"].trigger()
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: len(app.model.images) == 6)
    app.actions["loupe"].trigger()
    app.session.set_param("contrast", 5.0, 1)
    wanted = app.session.current.settings
    qtbot.waitUntil(lambda: (wanted, False) in studio.previews)
    assert studio.threads
    assert threading.get_ident() not in studio.threads


def test_parts_that_come_at_once_are_taken_up_one_a_turn_of_the_event_loop(
    app: App, qtbot: QtBot
) -> None:
    library = app.library
    job = Scan(library._number, ())
    for part in range(8):
        photos = tuple(Path(f"/many/{part}/{n}.jpg") for n in range(500))
        library._on_part(Scanned(job, photos, last=part == 7))
    turns = []
    beat = QTimer(interval=0, timeout=lambda: turns.append(len(app.session.items)))
    beat.start()
    qtbot.waitUntil(lambda: len(app.session.items) == 4_006)
    beat.stop()
    assert max(b - a for a, b in pairwise([6, *turns, 4_006])) == 500


def test_the_watchdog_tells_what_kept_the_main_thread_and_where(qtbot: QtBot) -> None:
    with Watchdog(20) as dog:
        dog.step("waiting")
        qtbot.wait(30)
        dog.step("busy")
        _keep_busy_until_seen(dog)
        qtbot.wait(30)
    stall = dog.worst["busy"]
    assert stall in dog.stalls
    assert any("_keep_busy" in line for line in stall.where)
    assert "busy: " in dog.report()


def _keep_busy_until_seen(dog: Watchdog) -> None:
    """Until more than half of what the dog has seen is this."""
    seen = 0
    while seen < 11:
        stacks = [stack for _, stack in tuple(dog._seen)]
        seen = sum(any("_keep_busy" in line for line in stack) for stack in stacks)
