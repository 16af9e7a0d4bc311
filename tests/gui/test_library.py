"""Marks, filter and order, selection, new files, recent folders; and a large folder."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.arrangement import Arrangement, SortKey
from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from model_core.domain.marks import Colour, Flag, Marks
from model_core.domain.photo import Photo, PhotoId
from tests.fakes import FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


def names(session: PhotoSession) -> list[str]:
    return [item.path.stem[-1] for item in session.items]


# --- the arrangement alone ------------------------------------------------------------
@st.composite
def items(draw: st.DrawFn) -> list[PhotoItem]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        item = PhotoItem(Path(f"/p/{draw(st.sampled_from('abc'))}{number}.jpg"))
        item.marks = Marks(draw(st.integers(0, 5)), draw(st.sampled_from(Flag)))
        when = draw(st.sampled_from([None, "2024-01-01", "2024-01-02"]))
        item.photo = Photo(item.path, PhotoId(str(number)), 3, 2, when)
        found.append(item)
    return found


arrangements = st.builds(
    Arrangement,
    sort=st.sampled_from([SortKey.ADDED, SortKey.CAPTURED, SortKey.NAME, SortKey.STARS]),
    descending=st.booleans(),
    min_stars=st.integers(0, 5),
    flags=st.frozensets(st.sampled_from(Flag)),
    text=st.sampled_from(["", "A", "b1"]),
)


@given(items(), arrangements)
def test_a_filter_only_leaves_out_and_an_order_only_moves(
    photos: list[PhotoItem], arrangement: Arrangement
) -> None:
    shown = arrangement.arranged(photos, None)
    assert set(map(id, shown)) == {id(item) for item in photos if arrangement.admits(item)}
    assert arrangement.arranged(shown, None) == shown or arrangement.sort is SortKey.ADDED
    assert set(map(id, arrangement.ordered(photos))) == set(map(id, photos))


def test_photos_without_a_capture_time_come_last_either_way() -> None:
    photos = [PhotoItem(Path(f"/p/{n}.jpg")) for n in range(3)]
    for item, when in zip(photos, (None, "2024-02-01", "2024-01-01"), strict=True):
        item.photo = Photo(item.path, PhotoId("x"), 3, 2, when)
    for down, first in ((False, 2), (True, 1)):
        shown = Arrangement(SortKey.CAPTURED, down).arranged(photos, None)
        assert shown[0] is photos[first]
        assert shown[-1] is photos[0]


# --- the session ----------------------------------------------------------------------
def test_the_current_photo_stays_until_one_goes_on(session: PhotoSession) -> None:
    session.set_marks([(item, Marks(3)) for item in session.items], "three")
    session.set_arrangement(Arrangement(min_stars=3))
    session.select_row(2)
    item = session.items[2]
    session.set_marks([(item, Marks(1))], "one")
    session.rearrange()
    assert session.current is item
    assert len(session.items) == 6
    session.step(1)
    session.rearrange()
    assert names(session) == ["0", "1", "3", "4", "5"]
    assert session.current_row == 2


def test_a_filtered_current_photo_gives_way_to_the_next_that_passes(session: PhotoSession) -> None:
    session.set_marks([(session.items[n], Marks(5)) for n in (1, 4)], "five")
    session.select_row(2)
    session.set_arrangement(Arrangement(min_stars=5))
    assert session.current is session.items[1]
    session.set_arrangement(Arrangement(text="nothing is called so"))
    assert session.current is None
    assert len(session.all_items) == 6


def test_undo_shows_a_photo_that_the_filter_hides(session: PhotoSession) -> None:
    session.set_param("contrast", 10.0, drag=1)
    hidden = session.items[0]
    session.set_marks([(session.items[3], Marks(5))], "five")
    session.set_arrangement(Arrangement(min_stars=5))
    session.undo_stack.undo()
    session.undo_stack.undo()
    assert session.current is hidden
    assert hidden in session.items


def test_another_folder_is_not_filtered_but_keeps_the_order(
    session: PhotoSession, tmp_path: Path
) -> None:
    session.set_arrangement(Arrangement(SortKey.NAME, True, min_stars=5))
    session.set_photos([tmp_path / "a.jpg", tmp_path / "b.jpg"])
    assert [item.path.stem for item in session.items] == ["b", "a"]


# --- the window -----------------------------------------------------------------------
def test_stars_flags_and_colours_by_key_are_kept_and_undone(
    app: App, make_app: MakeApp, studio: FakeStudio, qtbot: QtBot, photos: list[Path]
) -> None:
    item = app.session.items[0]
    for key in (Qt.Key.Key_4, Qt.Key.Key_P, Qt.Key.Key_8):
        qtbot.keyClick(app.window, key)
    assert item.marks == Marks(4, Flag.PICK, Colour.GREEN)
    qtbot.keyClick(app.window, Qt.Key.Key_X)
    qtbot.keyClick(app.window, Qt.Key.Key_8)
    assert item.marks == Marks(4, Flag.REJECT)
    qtbot.keyClick(app.window, Qt.Key.Key_U)
    qtbot.keyClick(app.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert item.marks == Marks(4, Flag.REJECT)
    app.window.close()
    again = make_app(photos)
    wait_for_predictions(again, qtbot)
    assert again.session.items[0].marks == Marks(4, Flag.REJECT)
    assert studio.edits == {}  # rating is not editing


def test_photos_can_be_sorted_out_before_they_are_opened(
    make_app: MakeApp,
    photos: list[Path],
    studio: FakeStudio,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go = threading.Event()
    original = studio.open_photo

    def slow(path: Path, long_side: int = 512):  # type: ignore[no-untyped-def]
        go.wait(10)
        return original(path, long_side)

    monkeypatch.setattr(studio, "open_photo", slow)
    app = make_app(photos)
    qtbot.waitUntil(lambda: len(app.session.items) == 6)
    app.actions["stars_4"].trigger()
    qtbot.waitUntil(lambda: Marks(4) in studio.marks.values())
    go.set()
    wait_for_predictions(app, qtbot)
    assert app.session.items[0].marks == Marks(4)
    assert studio.marks == {app.session.items[0].photo.id: Marks(4)}


def test_digits_rate_even_when_a_slider_was_touched_last(app: App, qtbot: QtBot) -> None:
    slider = app.window.develop_panel.sliders["contrast"]
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    qtbot.keyClick(slider, Qt.Key.Key_3)
    assert app.session.items[0].marks.stars == 3
    qtbot.keyClick(slider, Qt.Key.Key_F2)
    assert slider.findChild(type(slider._editor)) is not None


def test_in_the_grid_all_selected_photos_are_marked(app: App, qtbot: QtBot) -> None:
    app.actions["grid"].trigger()
    app.window.grid.select_items([app.session.items[n] for n in (0, 2, 3)])
    app.actions["stars_5"].trigger()
    assert [item.marks.stars for item in app.session.items] == [5, 0, 5, 5, 0, 0]
    app.session.undo_stack.undo()
    assert not any(item.marks.stars for item in app.session.items)


def test_the_filter_bar_filters_sorts_and_keeps_the_selection(app: App, qtbot: QtBot) -> None:
    bar = app.window.filter_bar
    app.session.set_marks([(app.session.items[n], Marks(n)) for n in range(6)], "n")
    app.window.filmstrip.select_items([app.session.items[n] for n in (3, 4)])
    bar.sort.setCurrentIndex(bar.sort.findData("stars"))
    bar.sort.activated.emit(bar.sort.currentIndex())
    assert names(app.session) == ["5", "4", "3", "2", "1", "0"]
    assert [i.marks.stars for i in app.window.filmstrip.selected_items()] == [4, 3]
    qtbot.mouseClick(bar.stars, Qt.MouseButton.LeftButton, pos=bar.stars.rect().center())
    assert names(app.session) == ["5", "4", "3"]
    assert bar._count.text() == "3 of 6 photos"
    bar.text.setText("photo4")
    assert names(app.session) == ["4"]
    bar.text.setText("none")
    assert app.window.loupe._text == "No photo passes the filter"
    assert not app.window.start_page.isVisible()
    bar.clear.click()
    assert len(app.session.items) == 6
    assert bar.text.text() == ""


def test_only_what_the_model_is_unsure_of_is_shown_until_it_is_looked_at(
    app: App, qtbot: QtBot
) -> None:
    for row in (1, 4):
        item = app.session.items[row]
        assert item.prediction is not None
        app.session.set_prediction(item, replace(item.prediction, needs_review=True))
    bar = app.window.filter_bar
    bar.states.setCurrentIndex(bar.states.findText("Needs review"))
    bar.states.activated.emit(bar.states.currentIndex())
    assert names(app.session) == ["1", "4"]
    assert "unsure" in app.model.data(app.model.index(0), Qt.ItemDataRole.ToolTipRole)
    app.session.set_param("contrast", 20.0, drag=1)
    assert not app.session.items[0].needs_review
    app.actions["show_all"].trigger()
    assert (len(app.session.items), bar.states.currentData()) == (6, "")


def test_the_review_queue_shrinks_as_photos_are_accepted(app: App, qtbot: QtBot) -> None:
    app.actions["review"].trigger()
    first = app.session.items[0]
    doubts = [item.prediction.doubt for item in app.session.items if item.prediction]
    assert doubts == sorted(doubts, reverse=True)
    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: first.state is EditState.ACCEPTED)
    qtbot.waitUntil(lambda: first not in app.session.items)
    assert app.session.current is app.session.items[0]
    assert app.actions["show_all"].isEnabled()
    app.actions["show_all"].trigger()
    assert len(app.session.items) == 6


def test_a_new_file_in_the_open_folder_appears(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = photos[0].parent
    app = make_app([folder])
    app.library.folders._settle.setInterval(50)
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: app.library.finder.watch._observer is not None)
    current = app.session.current
    Image.new("RGB", (60, 40), (200, 10, 10)).save(folder / "zz new.png")
    qtbot.waitUntil(lambda: len(app.session.items) == 7)
    assert app.session.current is current
    assert "1 new photo" in app.window.message()
    wait_for_predictions(app, qtbot)


def test_recent_folders_are_remembered_newest_first(
    make_app: MakeApp, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    app = make_app([photos[0].parent])
    wait_for_predictions(app, qtbot)
    app.settings.preferences = replace(app.settings.preferences, reopen=False)
    app.window.close()
    again = make_app()
    buttons = [b for b in again.window.start_page.children() if b.property("folder")]
    assert [b.property("folder") for b in buttons] == [str(photos[0].parent)]
    qtbot.waitUntil(lambda: again.window.start_page.samples_button.isEnabled())
    buttons[0].click()  # type: ignore[attr-defined]
    wait_for_predictions(again, qtbot)
    again.menu.open_recent(str(tmp_path / "gone"))
    qtbot.waitUntil(lambda: "not there any more" in again.window.message())


def test_the_cameras_small_picture_is_there_before_the_photo_is_opened(
    make_app: MakeApp,
    photos: list[Path],
    studio: FakeStudio,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go = threading.Event()
    original = studio.open_photo

    def slow(path: Path, long_side: int = 512):  # type: ignore[no-untyped-def]
        go.wait(10)
        return original(path, long_side)

    monkeypatch.setattr(studio, "open_photo", slow)
    app = make_app(photos)
    qtbot.waitUntil(lambda: len(app.session.items) == 6)
    app.library.thumbs.set_visible(tuple(photos[2:]))
    go.set()
    qtbot.waitUntil(lambda: len(studio.quick) >= 1)
    wait_for_predictions(app, qtbot)
    qtbot.waitUntil(lambda: len(app.model.images) == 6)
    images = [app.model.images.get(path) for path in photos]
    assert all(image is not None and image.width() != 30 for image in images)


def test_recent_folders_survive_damage(tmp_path: Path) -> None:
    settings = AppSettings(tmp_path)
    settings.note_folders(["/a", "/b"])
    settings.note_folders(["/b"])
    assert settings.recent_folders == ["/b", "/a"]
    settings._store.setValue("recent_folders", '{"x": [')
    assert settings.recent_folders == []


def test_ten_thousand_photos_are_listed_filtered_and_scrolled(app: App, qtbot: QtBot) -> None:
    """No decoding here: what the lists themselves do with so many rows."""
    app.library.worker.cancel.set()
    app.session.set_photos([Path(f"/many/IMG_{n:05}.jpg") for n in range(10_000)])
    assert app.model.rowCount() == 10_000
    app.window.grid.select_items(app.session.items[5_000:])
    app.session.set_arrangement(Arrangement(text="IMG_09", sort=SortKey.NAME, descending=True))
    assert len(app.session.items) == 1_000
    assert len(app.window.grid.marked_items()) == 1_000
    app.actions["grid"].trigger()
    app.window.grid.scrollToBottom()
    qtbot.waitUntil(lambda: app.session.items[-1].path in app.window.grid.visible_paths())
    assert len(app.window.grid.visible_paths()) < 200


def test_needs_review_is_an_order(app: App, qtbot: QtBot) -> None:
    """First what would teach most, then by doubt, and last what is done."""
    items = list(app.session.all_items)
    app.session.set_param("contrast", 50.0, drag=1)
    bar = app.window.filter_bar.sort
    bar.setCurrentIndex(bar.findText("Needs review"))
    bar.activated.emit(bar.currentIndex())
    doubts = sorted(items[1:4], key=lambda item: -item.prediction.doubt)
    wanted = [items[5], items[4], *doubts, items[0]]
    qtbot.waitUntil(lambda: list(app.session.items) == wanted)
    assert app.session.current is items[0]


@pytest.mark.parametrize("text", ["Capture time", "Name", "Stars", "Needs review"])
def test_orders_are_in_the_bar(app: App, text: str) -> None:
    assert app.window.filter_bar.sort.findText(text) >= 0


@pytest.mark.parametrize(
    "text", ["Needs review", "Not yet answered", "Untouched", "Accepted", "Corrected"]
)
def test_states_are_in_the_bar(app: App, text: str) -> None:
    states = app.window.filter_bar.states
    assert text.casefold() in [states.itemText(i).casefold() for i in range(states.count())]
