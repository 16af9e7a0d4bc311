"""A catalog that is garbage when the program starts: what the journal of lessons and the sidecars
know is there again, and the window says what to do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imgtune_gui.models.photo_item import EditState
from imgtune_gui.settings import Preferences
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks
from model_core.services import DEFAULT_STYLE
from tests.journeys.conftest import OpenWindow


def test_drafts_stars_and_crops_come_back_from_the_sidecars(
    open_window: OpenWindow, shoot: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "wedding"
    folder.mkdir()
    for path in sorted(shoot.glob("*under-exposed.jpg"))[:4]:
        (folder / path.name).write_bytes(path.read_bytes())
    app = open_window(folder)
    app._apply_preferences(Preferences(sidecars=True))
    taught, draft, marked = app.session.items[:3]
    app.session.set_param("contrast", 30.0, drag=1)
    app.session.set_marks([(taught, Marks(5))], "stars")
    app.learn.accept()
    qtbot.waitUntil(lambda: taught.state is EditState.CORRECTED)
    app.session.set_param("contrast", 12.0, drag=2)
    app.session.set_geometry([(draft, Geometry(turns=1))], "turn")
    app.session.set_marks([(marked, Marks(3))], "stars")
    kept = {item.path: (item.edit, item.marks, item.geometry) for item in app.session.all_items}
    app.window.close()
    app.shut_down()
    data = tmp_path / "data"
    (data / "catalog.db").write_bytes(b"garbage" * 1000)
    for beside in data.glob("catalog.db-*"):
        beside.unlink()

    again = open_window(folder)
    assert "The catalog" in again.window.message()
    assert "offered when you open their folder" in again.window.message()
    qtbot.waitUntil(again.window.offer.isVisible)
    qtbot.mouseClick(again.window.offer.read, Qt.MouseButton.LeftButton)

    def found() -> dict[Path, object]:
        items = again.session.all_items
        return {item.path: (item.edit, item.marks, item.geometry) for item in items}

    qtbot.waitUntil(lambda: found() == kept)
    back = again.session.find(taught.path)
    assert back is not None
    assert back.state is EditState.CORRECTED
    # And the lesson counts again, though all that the network had seen of it was lost.
    studio = again.catalog.opened_studio
    assert studio is not None
    assert [lesson.photo for lesson, _ in studio.predictors.lessons_seen(DEFAULT_STYLE)] == [
        back.photo.id if back.photo else None
    ]
