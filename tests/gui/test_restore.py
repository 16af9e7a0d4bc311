"""The window comes back as it was left; the tree of folders; what is stored of a filter."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.arrangement import Arrangement, SortKey, from_stored, to_stored
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.views.folder_tree import folder_counts
from model_core.domain.marks import Colour, Flag, Marks
from tests.gui.conftest import MakeApp, wait_for_predictions

arrangements = st.builds(
    Arrangement,
    sort=st.sampled_from(SortKey),
    descending=st.booleans(),
    min_stars=st.integers(0, 5),
    flags=st.frozensets(st.sampled_from(Flag)),
    colours=st.frozensets(st.sampled_from(Colour)),
    states=st.frozensets(st.sampled_from(EditState)),
    text=st.text(max_size=5),
    folder=st.sampled_from(["", "/a/b"]),
    unsure=st.booleans(),
)


@given(arrangements)
def test_a_filter_and_an_order_come_back_as_they_were(arrangement: Arrangement) -> None:
    assert from_stored(to_stored(arrangement)) == arrangement


@pytest.mark.parametrize(
    "stored", [None, 3, [], {"sort": "nothing"}, {"flags": 7, "min_stars": "x"}, {"other": 1}]
)
def test_a_damaged_filter_is_none(stored: object) -> None:
    assert from_stored(stored) == Arrangement()


def test_folders_are_counted_with_what_lies_below() -> None:
    folders = ["/p/a/x"] * 2 + ["/p/a"] + ["/p/b/y/z"] * 4
    assert folder_counts(folders) == {
        "/p": 7, "/p/a": 3, "/p/a/x": 2, "/p/b": 4, "/p/b/y": 4, "/p/b/y/z": 4,
    }  # fmt: skip
    assert list(folder_counts(folders)) == sorted(folder_counts(folders))
    assert folder_counts(["/p"]) == {"/p": 1}
    assert folder_counts([]) == {}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three folders with 40, 30 and 30 photos."""
    for number in range(100):
        name = "top" if number < 40 else ("top/day 1" if number < 70 else "top/day 2")
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        Image.new("RGB", (30, 20), (2 * number, 90, 60)).save(folder / f"n{number:03}.png")
    return tmp_path / "top"


def open_tree(make_app: MakeApp, tree: Path, qtbot: QtBot) -> App:
    app = make_app([tree])
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: app.window.style_panel.folders.topLevelItemCount() == 1)
    return app


def test_a_folder_of_the_tree_shows_what_lies_in_it(
    make_app: MakeApp, tree: Path, qtbot: QtBot
) -> None:
    app = open_tree(make_app, tree, qtbot)
    folders = app.window.style_panel.folders
    assert folders.isVisible()
    root = folders.topLevelItem(0)
    assert root is not None
    said = [root, *(root.child(n) for n in range(root.childCount()))]
    assert [(n.text(0), n.text(1)) for n in said] == [
        ("top", "100"), ("day 1", "30"), ("day 2", "30"),
    ]  # fmt: skip
    folders.setCurrentItem(root.child(1))
    assert len(app.session.items) == 30
    assert {i.path.parent.name for i in app.session.items} == {"day 2"}
    app.actions["show_all"].trigger()
    assert len(app.session.items) == 100
    assert folders.selectedItems() == []


def test_one_folder_needs_no_tree(app: App, qtbot: QtBot) -> None:
    qtbot.wait(250)
    assert not app.window.style_panel.folders.isVisible()


def test_everything_is_as_it_was_left(make_app: MakeApp, tree: Path, qtbot: QtBot) -> None:
    app = open_tree(make_app, tree, qtbot)
    app.actions["grid"].trigger()
    app.session.set_marks([(item, Marks(3)) for item in app.session.items[:95]], "three")
    app.session.set_arrangement(
        Arrangement(SortKey.NAME, descending=True, min_stars=2, folder=str(tree))
    )
    app.session.select_row(50)
    items = [app.session.items[n] for n in (50, 52, 53)]
    app.window.grid.select_items(items)
    app.window.grid.show_at_top(app.session.items[48])
    qtbot.wait(80)
    left = (
        app.session.arrangement,
        app.session.current.path,
        [i.path for i in app.window.grid.marked_items()],
        app.window.grid.first_visible().path,
        [i.path for i in app.session.items],
    )
    app.window.close()
    again = make_app()
    wait_for_predictions(again, qtbot)

    def found() -> tuple[object, ...]:
        assert again.session.current is not None
        top = again.window.grid.first_visible()
        return (
            again.session.arrangement,
            again.session.current.path,
            [i.path for i in again.window.grid.marked_items()],
            top.path if top else None,
            [i.path for i in again.session.items],
        )

    qtbot.waitUntil(lambda: again.session.arrangement == left[0])

    qtbot.waitUntil(lambda: found() == left, timeout=4_000)
    assert again.window.is_grid()


def test_ctrl_and_wheel_resize_the_thumbnails_and_the_size_is_kept(
    app: App, make_app: MakeApp, qtbot: QtBot
) -> None:
    app.actions["grid"].trigger()
    grid = app.window.grid
    before = grid.cell_width()
    point = QPointF(grid.viewport().rect().center())
    for delta in (120, 120, 120):
        control = Qt.KeyboardModifier.ControlModifier
        none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(point, point, QPoint(), QPoint(0, delta), none, control, phase, False)
        QApplication.sendEvent(grid.viewport(), event)
    wider = grid.cell_width()
    assert wider > before
    grid.set_cell_width(10_000)
    assert grid.cell_width() <= 330
    grid.set_cell_width(wider)
    app.window.close()
    assert make_app().window.grid.cell_width() == wider


def test_cells_fill_the_row(app: App, qtbot: QtBot) -> None:
    app.actions["grid"].trigger()
    grid = app.window.grid
    for width in (110, 150, 200):
        grid.set_cell_width(width)
        qtbot.wait(20)
        first = grid.visualRect(app.model.index(0))
        columns = grid.viewport().width() // first.width()
        in_row = [grid.visualRect(app.model.index(n)).top() == first.top() for n in range(6)]
        assert sum(in_row) == min(columns, 6)
