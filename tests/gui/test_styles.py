"""The menu beside the styles, and the question whether one has become two."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.workers import messages as m
from model_core.services import SplitSuggestion
from tests.fakes import FAKE_STYLE, FakeStudio

SINCE = "2026-05-12T10:00:00+00:00"
NO, YES = QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes


def suggestion() -> SplitSuggestion:
    changes = (("temperature", 3.0), ("exposure_ev", -2.0))
    return SplitSuggestion(FAKE_STYLE, SINCE, (4, 5, 6), 3, changes, 2.1, 1.2)


def teach(app: App, qtbot: QtBot) -> None:
    item = app.session.current
    assert item is not None
    app.session.set_param("contrast", 40.0, drag=1)
    app.learn.accept()
    qtbot.waitUntil(lambda: item.state is EditState.CORRECTED)


def names(app: App) -> list[str]:
    box = app.window.style_panel.styles
    return [box.itemText(i) for i in range(box.count())]


def test_the_panel_has_the_menu_of_the_styles(app: App) -> None:
    menu = app.window.style_panel.more.menu()
    assert menu is not None
    shown = [action for action in menu.actions() if not action.isSeparator()]
    assert shown == [
        app.actions[name]
        for name in ("new_style", "duplicate_style", "rename_style", "merge_style", "delete_style",
                     "look_for_split", "export_pack", "export_small_pack", "import_pack")
    ]  # fmt: skip


def test_a_style_is_duplicated_and_the_copy_is_shown(
    app: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(app, qtbot)
    proposed: list[str] = []

    def answer(*_args: object, text: str = "", **_more: object) -> tuple[str, bool]:
        proposed.append(text)
        return "Second", True

    monkeypatch.setattr(QInputDialog, "getText", answer)
    app.actions["duplicate_style"].trigger()
    qtbot.waitUntil(lambda: app.session.style == "Second")
    assert proposed == [f"{FAKE_STYLE} copy"]
    assert len(studio.lessons("Second")) == len(studio.lessons(FAKE_STYLE)) == 1


def test_deleting_says_how_many_lessons_are_lost(
    app: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        teach(app, qtbot)
    qtbot.waitUntil(lambda: app.window.style_panel.lessons.count() == 2)
    asked: list[tuple[object, ...]] = []

    def refuse(*args: object) -> QMessageBox.StandardButton:
        asked.append(args)
        return NO

    monkeypatch.setattr(QMessageBox, "question", refuse)
    app.actions["delete_style"].trigger()
    ((_, _, text, _, default),) = asked
    assert "2 lessons" in str(text)
    assert FAKE_STYLE in str(text)
    assert default == NO
    assert studio.style_names == [FAKE_STYLE]


def train_for_long(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    """A fine-tune of the shown style that ends only when it is cancelled."""
    teach(app, qtbot)
    qtbot.waitUntil(app.actions["train"].isEnabled)
    studio.train_steps, studio.train_pause_s = 10_000, 0.01
    app.actions["train"].trigger()
    qtbot.waitUntil(lambda: app.window.training.bar.maximum() > 0)


def test_deleting_a_style_stops_its_own_fine_tune_first(
    app: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.style_names.append("mono")
    train_for_long(app, studio, qtbot)
    asked: list[str] = []

    def agree(_window: object, _title: str, text: str, *_more: object) -> object:
        asked.append(text)
        return YES

    monkeypatch.setattr(QMessageBox, "question", agree)
    app.actions["delete_style"].trigger()
    assert "fine-tune, which runs now, is stopped" in asked[0]
    assert FAKE_STYLE in studio.style_names  # not while the trainer holds it
    app.learn.choose_style("mono")  # what was asked about goes, not what is shown by then
    qtbot.waitUntil(lambda: studio.style_names == ["mono"])
    assert not app.training.is_running
    assert app.session.style == "mono"


@pytest.mark.parametrize("action", ["rename_style", "duplicate_style", "merge_style"])
def test_what_needs_the_versions_says_how_to_stop_the_fine_tune_that_holds_them(
    app: App, studio: FakeStudio, qtbot: QtBot, action: str
) -> None:
    train_for_long(app, studio, qtbot)
    app.actions[action].trigger()
    assert f"{FAKE_STYLE} is being fine-tuned" in app.window.message()
    assert "Cancel" in app.window.message()
    assert app.training.is_running
    assert studio.style_names == [FAKE_STYLE]
    app.training.cancel()
    qtbot.waitUntil(lambda: not app.training.is_running)


def test_a_style_is_saved_under_a_name_that_files_can_have(
    app: App, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.learn.create_style("a/b: c?")
    qtbot.waitUntil(lambda: app.session.style == "a/b: c?")
    proposed: list[str] = []

    def cancel(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        proposed.append(name)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", cancel)
    app.actions["export_pack"].trigger()
    assert Path(proposed[0]).name == "a-b- c-.imgtune"


def test_two_styles_are_asked_about_in_plain_words_and_split_only_when_told(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    notice = app.window.style_panel.notice
    assert not notice.isVisible()
    studio.splits.suggestion = suggestion()
    app.actions["look_for_split"].trigger()
    qtbot.waitUntil(notice.isVisible)
    assert notice.text.text() == (
        "Since 12 May you edit differently (warmer, darker). Keep two styles?"
    )
    assert studio.splits.answers == []
    notice.split.click()
    qtbot.waitUntil(lambda: app.session.style == f"{FAKE_STYLE} 2")
    assert notice.isVisible()
    assert notice.text.text() == f"The 3 later lessons are in {FAKE_STYLE} 2 now."
    notice.undo.click()
    qtbot.waitUntil(lambda: app.session.style == FAKE_STYLE)
    qtbot.waitUntil(lambda: names(app) == [FAKE_STYLE])
    assert studio.splits.answers == ["split", "undone"]
    assert not notice.isVisible()


def test_the_question_can_be_read_in_a_low_window(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    app.window.resize(1280, 720)
    teach(app, qtbot)
    studio.splits.suggestion = suggestion()
    app.actions["look_for_split"].trigger()
    notice = app.window.style_panel.notice
    qtbot.waitUntil(notice.isVisible)
    text = notice.text
    qtbot.waitUntil(lambda: text.height() >= text.heightForWidth(text.width()))


@pytest.mark.parametrize("answer", ["not_now", "never"])
def test_the_question_goes_away(app: App, studio: FakeStudio, qtbot: QtBot, answer: str) -> None:
    studio.splits.suggestion = suggestion()
    app.actions["look_for_split"].trigger()
    notice = app.window.style_panel.notice
    qtbot.waitUntil(notice.isVisible)
    getattr(notice, answer).click()
    qtbot.waitUntil(lambda: studio.splits.answers == [answer.replace("_", " ")])
    assert not notice.isVisible()
    assert studio.style_names == [FAKE_STYLE]


def test_it_is_looked_by_itself_when_the_user_pauses(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    app.styles._look.setInterval(1)
    studio.splits.suggestion = suggestion()
    teach(app, qtbot)
    qtbot.waitUntil(app.window.style_panel.notice.isVisible)


@pytest.mark.parametrize(
    ("needed", "says"), [((1, 1), "Too early to tell"), ((0, 0), "One style, as far as 0 lessons")]
)
def test_one_style_is_said_to_be_one_when_asked_and_there_is_enough_to_tell(
    app: App, studio: FakeStudio, qtbot: QtBot, needed: tuple[int, int], says: str
) -> None:
    said: list[str] = []
    studio.splits.needed = needed
    app.styles.message_raised.connect(said.append)
    app.actions["look_for_split"].trigger()
    qtbot.waitUntil(lambda: bool(said) and said[0].startswith(says))


def test_a_file_of_a_style_gets_its_ending_and_what_cannot_be_loaded_stays_said(
    app: App, studio: FakeStudio, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = str(tmp_path / "pack")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (named, ""))
    app.actions["export_pack"].trigger()
    qtbot.waitUntil(lambda: "pack.imgtune" in app.window.message())
    app._on_catalog_failed(m.WorkFailed(m.PackRequest("a", tmp_path / "b", True), "It is broken"))
    box = app.window.findChild(QMessageBox)
    assert box is not None
    assert box.text() == "It is broken"
    box.close()


def test_a_question_about_another_style_is_not_left_standing(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    studio.splits.suggestion = suggestion()
    app.actions["look_for_split"].trigger()
    notice = app.window.style_panel.notice
    qtbot.waitUntil(notice.isVisible)
    app.learn.create_style("Other")
    qtbot.waitUntil(lambda: app.session.style == "Other" and not notice.isVisible())


def test_a_style_is_merged_into_another(
    app: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    app.styles.message_raised.connect(said.append)
    app.actions["merge_style"].trigger()
    assert said == ["There is only one style"]
    app.learn.create_style("Evenings")
    qtbot.waitUntil(lambda: app.session.style == "Evenings" and "Evenings" in names(app))
    qtbot.waitUntil(lambda: app.session.items[0].prediction is not None)
    teach(app, qtbot)
    asked: list[object] = []

    def answer(*args: object) -> tuple[str, bool]:
        asked.extend(args[2:4])
        return FAKE_STYLE, True

    def agree(*args: object) -> QMessageBox.StandardButton:
        asked.extend(args[2:5:2])
        return YES

    monkeypatch.setattr(QInputDialog, "getItem", answer)
    monkeypatch.setattr(QMessageBox, "question", agree)
    app.actions["merge_style"].trigger()
    qtbot.waitUntil(lambda: app.session.style == FAKE_STYLE)
    assert asked[:2] == ["Merge Evenings into", [FAKE_STYLE]]
    assert "cannot be undone" in str(asked[2])
    assert asked[3] == NO
    qtbot.waitUntil(lambda: names(app) == [FAKE_STYLE])
    assert len(studio.lessons(FAKE_STYLE)) == 1
    assert said[-1] == f"Evenings is a part of {FAKE_STYLE} now"


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ("export_pack", "Saved a.imgtune, 8.0 MB"),
        ("export_small_pack", "Saved a.imgtune, 4.0 MB; on 9 photos it was at most 0.04 J off"),
    ],
)
def test_a_style_is_saved_whole_or_small_and_its_size_is_said(
    app: App, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, action: str, says: str
) -> None:
    file = str(tmp_path / "a.imgtune")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (file, ""))
    app.actions[action].trigger()
    qtbot.waitUntil(lambda: app.window.message() == says)
