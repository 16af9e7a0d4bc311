"""Two windows, and the command line, on one catalog: each shows what the others did before it could
save what is stale over it."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState, PhotoItem
from model_core import cli
from model_core.domain.develop import DevelopSettings
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks
from model_core.services import DEFAULT_STYLE
from tests.journeys.conftest import OpenWindow

_WAIT = 10_000


def few(shoot: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "wedding"
    folder.mkdir()
    for path in sorted(shoot.glob("*under-exposed.jpg"))[:4]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def same(app: App, item: PhotoItem) -> PhotoItem:
    found = app.session.find(item.path)
    assert found is not None
    return found


def kept(app: App, item: PhotoItem) -> DevelopSettings:
    studio = app.catalog.opened_studio
    assert studio is not None
    assert item.photo is not None
    edit = studio.load_edit(DEFAULT_STYLE, item.photo.id)
    assert edit is not None
    return edit.settings


def test_what_one_window_does_is_seen_in_the_other_and_never_saved_over(
    open_window: OpenWindow, shoot: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = few(shoot, tmp_path)
    old, new = open_window(folder), open_window(folder)
    item = new.session.current
    assert item is not None
    stale, other = same(old, item), same(old, old.session.items[2])
    predicted = other.prediction
    for name, value in (("exposure_ev", 1.5), ("temperature", 40.0)):
        new.session.set_param(name, value, drag=1)
    new.session.set_marks([(item, Marks(5))], "stars")
    new.session.set_geometry([(item, Geometry(turns=1))], "turn")
    new.learn.accept()

    qtbot.waitUntil(lambda: stale.state is EditState.CORRECTED, timeout=_WAIT)
    assert stale.settings == item.settings
    assert (stale.marks, stale.geometry) == (item.marks, item.geometry)
    qtbot.waitUntil(lambda: other.prediction is not predicted, timeout=_WAIT)  # it learned, too
    assert old.learn.loaded is not None
    assert len(old.learn.loaded.lessons) == 1

    # The hand in the older window goes on from there.
    old.session.select(stale)
    old.session.set_param("contrast", 33.0, drag=2)
    old.learn.flush()
    qtbot.waitUntil(lambda: item.settings == stale.settings, timeout=_WAIT)
    assert item.state is EditState.DRAFT
    assert item.settings == kept(old, stale)
    assert [item.settings[n] for n in ("exposure_ev", "temperature", "contrast")] == [1.5, 40, 33]

    # Undo in one window, of what nobody touched since, is seen in the other.
    old.session.undo_stack.undo()
    qtbot.waitUntil(lambda: item.settings["contrast"] != 33.0, timeout=_WAIT)
    assert item.state is EditState.CORRECTED

    # A lesson that is forgotten in one is none in the other.
    new.learn.forget(old.learn.loaded.lessons[0].id)
    qtbot.waitUntil(lambda: stale.state is EditState.DRAFT, timeout=_WAIT)


def test_a_correction_by_the_command_line_is_seen_in_the_window(
    open_window: OpenWindow, shoot: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = few(shoot, tmp_path)
    app = open_window(folder)
    item = app.session.items[1]
    data = ["--data-dir", str(tmp_path / "data")]
    assert cli.main([*data, "correct", str(item.path), "--set", "contrast=44"]) == 0
    qtbot.waitUntil(lambda: item.state is EditState.CORRECTED, timeout=_WAIT)
    assert item.settings["contrast"] == 44.0
    assert "changed" in app.window.message()


def test_a_style_that_is_deleted_elsewhere_gives_way(
    open_window: OpenWindow, shoot: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = few(shoot, tmp_path)
    app = open_window(folder)
    app.learn.create_style("Film")
    qtbot.waitUntil(lambda: app.session.style == "Film", timeout=_WAIT)
    assert cli.main(["--data-dir", str(tmp_path / "data"), "style", "delete", "Film", "--yes"]) == 0
    qtbot.waitUntil(lambda: app.session.style == DEFAULT_STYLE, timeout=_WAIT)
