"""Because of these: the lessons behind a prediction, where it is shown."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.views.because_row import BecauseRow, ReasonButton
from tests.fakes import FakeStudio


def teach(app: App, qtbot: QtBot, contrast: float) -> PhotoItem:
    """Corrects the current photo; the next one is current then."""
    item = app.session.current
    assert item is not None
    app.session.set_param("contrast", contrast, drag=int(contrast))
    app.learn.accept()
    qtbot.waitUntil(lambda: item.state is EditState.CORRECTED)
    return item


def named(row: BecauseRow) -> list[str]:
    if not row.isEnabled():
        return []
    return [reason.lesson.path.name for reason in row.reasons()]


def test_the_lessons_behind_a_prediction_are_shown_with_what_they_taught(
    app: App, qtbot: QtBot
) -> None:
    row = app.window.develop_panel.because
    assert not row.isVisible()
    teach(app, qtbot, 60.0)
    qtbot.waitUntil(lambda: named(row) == ["photo0.png"])
    teach(app, qtbot, 70.0)
    qtbot.waitUntil(lambda: named(row) == ["photo1.png", "photo0.png"])
    button = row.findChildren(ReasonButton)[0]
    assert button.isVisible()
    assert button.accessibleName() == "Because of photo1.png"
    assert "Contrast" in button.accessibleDescription()
    assert "50%" in button.toolTip()


def test_a_photo_is_not_its_own_reason(app: App, qtbot: QtBot) -> None:
    row = app.window.develop_panel.because
    taught = teach(app, qtbot, 60.0)
    qtbot.waitUntil(lambda: named(row) == ["photo0.png"])
    app.session.select(taught)
    qtbot.waitUntil(lambda: row.isEnabled() and not row.reasons())
    assert row.isVisible()  # the panel must not jump


def test_a_click_goes_to_the_lesson(app: App, qtbot: QtBot) -> None:
    row = app.window.develop_panel.because
    taught = teach(app, qtbot, 60.0)
    qtbot.waitUntil(lambda: named(row) == ["photo0.png"])
    qtbot.mouseClick(row.findChildren(ReasonButton)[0], Qt.MouseButton.LeftButton)
    assert app.session.current is taught


def test_a_lesson_can_be_forgotten_here_and_brought_back(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    row = app.window.develop_panel.because
    teach(app, qtbot, 60.0)
    current = app.session.current
    assert current is not None
    qtbot.waitUntil(lambda: named(row) == ["photo0.png"])
    with_lesson = current.settings
    button = row.findChildren(ReasonButton)[0]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not row.isVisible())
    assert not studio.all_lessons
    assert current.settings != with_lesson
    app.session.undo_stack.undo()
    qtbot.waitUntil(lambda: named(row) == ["photo0.png"])
    assert current.settings == with_lesson


def test_a_lesson_of_another_folder_is_opened_and_shown(
    app: App, qtbot: QtBot, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (60, 40), (9, 9, 9)).save(other)
    app.menu.show_lesson(other)
    qtbot.waitUntil(lambda: app.session.current is app.session.find(other) is not None)
    assert len(app.session.all_items) == 7
    app.menu.show_lesson(tmp_path / "gone.png")
    assert "gone.png is not there any more" in app.window.message()


def test_in_a_low_window_the_pictures_are_small(app: App, qtbot: QtBot) -> None:
    teach(app, qtbot, 60.0)
    row = app.window.develop_panel.because
    qtbot.waitUntil(lambda: len(named(row)) == 1)
    heights = []
    for height in (1000, 700):
        app.window.resize(1280, height)
        qtbot.wait(50)
        heights.append(row.sizeHint().height())
    assert heights[1] < heights[0]
