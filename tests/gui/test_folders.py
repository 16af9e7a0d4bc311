"""Open folders over time: files that come, change and go, and folders that vanish."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from model_core.domain.marks import Marks
from model_core.finding import Found, walk_photos
from tests.fakes import FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


def picture(path: Path, shade: int = 90) -> Path:
    Image.new("RGB", (60, 40), (shade, 10, 10)).save(path)
    return path


@pytest.fixture
def watching(make_app: MakeApp, photos: list[Path], qtbot: QtBot) -> App:
    """A window on a folder of six photos, which looks at changes at once."""
    app = make_app([photos[0].parent])
    app.library.folders._settle.setInterval(40)
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: app.library.finder.watch._observer is not None)
    return app


def test_deleted_photos_leave_and_the_next_one_is_shown(
    watching: App, photos: list[Path], qtbot: QtBot
) -> None:
    session = watching.session
    session.set_marks([(session.items[4], Marks(5))], "five")
    session.select_row(2)
    for path in photos[1:4]:
        path.unlink()
    qtbot.waitUntil(lambda: len(session.items) == 3)
    assert session.current is session.find(photos[4])
    assert "3 photos are gone" in watching.window.message()
    session.undo_stack.undo()
    assert session.find(photos[4]).marks == Marks()


def test_a_folder_that_vanishes_keeps_its_photos_until_it_is_back(
    watching: App, photos: list[Path], qtbot: QtBot
) -> None:
    folder = photos[0].parent
    session = watching.session
    session.set_param("contrast", 12.0, drag=1)
    away = folder.with_name("away")
    folder.rename(away)
    watching.library.folders._on_check()
    qtbot.waitUntil(lambda: all(item.error for item in session.items))
    assert len(session.items) == 6
    assert "Connect its disk again" in watching.window.message()
    away.rename(folder)
    watching.library.folders._on_check()
    qtbot.waitUntil(lambda: not any(item.error for item in session.items))
    assert session.items[0].edit is not None
    assert session.items[0].edit["contrast"] == 12.0


def test_a_photo_that_was_written_anew_is_opened_anew_and_keeps_what_was_done(
    watching: App, photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    session = watching.session
    item = session.items[0]
    session.set_param("contrast", 12.0, drag=1)
    session.set_marks([(item, Marks(4))], "four")
    old = item.photo
    assert old is not None
    picture(photos[0], 210)
    qtbot.waitUntil(lambda: item.photo is not None and item.photo.id != old.id)
    new = item.photo
    assert new is not None
    assert (item.edit["contrast"] if item.edit else 0, item.marks) == (12.0, Marks(4))
    qtbot.waitUntil(lambda: studio.marks.get(new.id) == Marks(4))
    qtbot.waitUntil(lambda: any(photo == new.id for _, photo in studio.edits))


def test_a_file_that_is_still_being_written_opens_when_it_is_whole(
    watching: App, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    whole = picture(tmp_path / "whole.png").read_bytes()
    target = photos[0].parent / "new.png"
    target.write_bytes(whole[:50])
    qtbot.waitUntil(lambda: watching.session.find(target) is not None)
    qtbot.waitUntil(lambda: bool(watching.session.find(target).error))
    target.write_bytes(whole)
    qtbot.waitUntil(lambda: watching.session.find(target).photo is not None)
    assert not watching.session.find(target).error


def test_hundreds_of_files_at_once_are_one_look(
    watching: App, photos: list[Path], qtbot: QtBot
) -> None:
    told: list[int] = []
    watching.session.photos_added.connect(lambda first, last: told.append(last - first + 1))
    one = picture(photos[0].parent / "n0.png")
    for number in range(1, 300):
        shutil.copy(one, one.with_name(f"n{number}.png"))
    qtbot.waitUntil(lambda: len(watching.session.items) == 306, timeout=10_000)
    assert len(told) <= 4
    assert "new photo" in watching.window.message()


def test_a_broken_photo_is_tried_again_when_asked_and_not_all_the_time(
    make_app: MakeApp, photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    photos[2].write_bytes(b"no picture")
    app = make_app([photos[0].parent])
    app.library.folders._settle.setInterval(20)
    wait_for_predictions(app, qtbot)
    item = app.session.find(photos[2])
    assert item is not None
    assert item.error
    tried: list[object] = []
    app.library.worker.photo_failed.connect(tried.append)
    qtbot.wait(150)
    assert tried == []
    app.actions["look_again"].trigger()
    qtbot.waitUntil(lambda: len(tried) == 1)
    assert item.error


def test_a_path_that_is_not_there_says_what_to_do(
    make_app: MakeApp, tmp_path: Path, qtbot: QtBot
) -> None:
    app = make_app([tmp_path / "unplugged"])
    qtbot.waitUntil(lambda: "connect its disk" in app.window.message())
    assert "connect its disk" in app.window.start_page.notice.text()


def test_an_empty_folder_leaves_the_open_photos_as_they_are(
    app: App, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.menu, "tell_nothing_found", lambda text: None)
    app.library.nothing_found.disconnect()
    (tmp_path / "empty").mkdir()
    app.library.open_paths([tmp_path / "empty"], replace=True)
    qtbot.waitUntil(lambda: "No photos in empty" in app.window.message())
    assert len(app.session.items) == 6


@pytest.mark.skipif(os.name != "posix", reason="such names are of POSIX only")
def test_photos_with_impossible_names_are_shown_and_edited(
    make_app: MakeApp, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in (b"line\nbreak.png", b"latin-\xe4.png"):
        picture(Path(os.fsdecode(os.fsencode(folder) + b"/" + name)))
    app = make_app([folder])
    wait_for_predictions(app, qtbot)
    assert sorted(item.name for item in app.session.items) == ["latin-\ufffd.png", "line break.png"]
    app.actions["grid"].trigger()
    for row in range(2):
        app.session.select_row(row)
        app.session.set_param("contrast", 5.0, drag=row + 1)
        app.actions["stars_2"].trigger()
        app.accept()
        app.model.data(app.model.index(row), 3)
    qtbot.waitUntil(lambda: all(item.taught for item in app.session.items))
    app.window.close()


class SlowDisk(FakeStudio):
    """Finds one part, and waits for leave to go on."""

    def walk_photos(self, path: Path) -> Iterator[Found]:
        for part in walk_photos(path):
            for photo in part.photos:
                yield Found(part.folder, (photo,))
                self.cancelled.wait(0.2)


def test_what_a_slow_disk_has_told_is_shown_meanwhile_and_another_folder_ends_it(
    make_app: MakeApp, photos: list[Path], tmp_path: Path, studio: FakeStudio, qtbot: QtBot
) -> None:
    import threading

    SlowDisk.cancelled = threading.Event()  # type: ignore[attr-defined]
    studio.__class__ = SlowDisk
    app = make_app([photos[0].parent])
    qtbot.waitUntil(lambda: 0 < len(app.session.items) < 6)
    other = tmp_path / "other"
    other.mkdir()
    picture(other / "one.png")
    app.library.open_paths([other], replace=True)
    SlowDisk.cancelled.set()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: [i.path.name for i in app.session.items] == ["one.png"])
    wait_for_predictions(app, qtbot)
    assert [i.path.name for i in app.session.items] == ["one.png"]
