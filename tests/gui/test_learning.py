"""Learning made visible: the match, the curve, fine-tunes, strength."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.views.strength_row import at_strength, strength_of
from model_core.services import Training
from tests.fakes import FAKE_STYLE, FakeStudio


def test_the_match_and_the_curve_follow_every_lesson(app: App, qtbot: QtBot) -> None:
    panel = app.window.style_panel
    app.actions["learning"].trigger()
    window = app._learning
    assert window is not None
    assert not panel.match.isVisible()
    assert window.match.text() == "–"
    for count in (1, 2, 3):
        assert not panel.match.isVisible()  # one that happened to be foretold says nothing
        assert window.match.text() == "–"
        item = app.session.current
        assert item is not None
        app.session.set_param("contrast", 90.0, drag=count)
        app.learn.accept()
        qtbot.waitUntil(lambda count=count: len(window.curve._curve.errors) == count)
    assert panel.match.isVisible()
    assert panel.match.text() == f"Match {window.match.text()}"
    assert re.fullmatch(r"\d+ %", window.match.text())
    assert "preset" in window.curve.accessibleDescription()
    assert window.windowTitle() == f"How well {FAKE_STYLE} knows you"


def test_why_a_fine_tune_was_not_published_can_be_read_later(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    why = "Kept the current model: it was no better on photos it had not seen."
    studio.all_trainings.append(
        Training(FAKE_STYLE, None, "2026-01-01T12:00:00+00:00", 60.0, "lora", why, lessons=(1, 2))
    )
    app.learn.load_style()
    app.actions["learning"].trigger()
    entries = app._learning.trainings  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: entries.count() == 1)
    assert "2 lessons · not published" in entries.item(0).text()
    assert why in entries.item(0).text()


def test_the_trainer_says_on_what_it_runs(app: App, qtbot: QtBot) -> None:
    from imgtune_gui.workers.messages import WorkProgressed

    app.training._on_progressed(WorkProgressed(0, 1, "preparing 40 photos (CPU)"))
    assert app.window.training.text() == "Fine-tuning: on the CPU: preparing 40 photos"
    app.training._on_progressed(WorkProgressed(3, 60, "error 0.3 J"))
    assert app.window.training.text() == "Fine-tuning: on the CPU: error 0.3 J"
    app.training._on_progressed(WorkProgressed(4, 60, "fine-tuning, error 0.3 J"))
    assert app.window.training.text() == "Fine-tuning: on the CPU: error 0.3 J"
    assert app.training.doing == "on the CPU: fine-tuning, error 0.3 J"  # it stands alone there


def test_strength_goes_from_as_shot_to_the_prediction_as_one_undo(app: App, qtbot: QtBot) -> None:
    item, row = app.session.items[0], app.window.develop_panel.strength
    predicted = item.predicted
    assert predicted is not None
    bar = row.bar
    bar.setSliderDown(True)
    for value in (60, 30, 0):
        bar.setValue(value)
    bar.setSliderDown(False)
    assert item.settings.is_identity
    assert row._percent.text() == "0 %"
    app.session.undo_stack.undo()
    assert item.state is EditState.UNTOUCHED
    assert bar.value() == 100
    bar.setValue(50)
    assert item.settings["contrast"] == pytest.approx(predicted["contrast"] / 2, abs=0.5)
    assert strength_of(item) == 50
    qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton)
    assert item.state is EditState.UNTOUCHED


def test_own_sliders_are_not_overwritten_by_strength(app: App) -> None:
    item, row = app.session.items[0], app.window.develop_panel.strength
    app.session.set_param("contrast", 77.0, drag=1)
    assert strength_of(item) is None
    assert not row.bar.isEnabled()
    app.actions["auto"].trigger()
    assert row.bar.isEnabled()


@pytest.mark.parametrize("percent", [0, 1, 37, 99, 101, 150])
def test_every_strength_is_recognised_again(app: App, percent: int) -> None:
    item = app.session.items[1]
    assert item.predicted is not None
    app.session.set_edits([(item, at_strength(item.predicted, percent))], "s")
    found = strength_of(item)
    assert found is not None
    assert at_strength(item.predicted, found) == item.edit


def test_versions_are_shown_with_figures_and_can_be_rolled_back(
    app: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_args: QMessageBox.StandardButton.Yes)
    app.actions["learning"].trigger()
    window = app._learning
    assert window is not None
    assert window.versions.count() == 1
    assert "serves now" in window.versions.item(0).text()
    assert not window.roll_back.isVisible()
    app.session.set_param("contrast", 60.0, drag=1)
    app.learn.accept()
    qtbot.waitUntil(window.train.isEnabled)
    qtbot.mouseClick(window.train, Qt.MouseButton.LeftButton)
    assert window.cancel.isVisible()
    assert window.trainer.full_text()
    qtbot.waitUntil(lambda: window.versions.count() == 2)
    newest = window.versions.item(0).text()
    assert newest.startswith("Version 1 ·")
    assert "photos that it had not seen" in newest
    assert "serves now" in newest
    qtbot.waitUntil(window.roll_back.isEnabled)
    qtbot.mouseClick(window.roll_back, Qt.MouseButton.LeftButton)

    def base_serves() -> bool:
        return "serves now" in window.versions.item(window.versions.count() - 1).text()

    qtbot.waitUntil(base_serves)
    qtbot.waitUntil(lambda: "Rolled back to Base model" in app.window.message())


def test_any_version_can_serve_again(
    app: App, studio: FakeStudio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def yes(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", yes)
    for name in ("v1", "v2", "v3"):
        studio._publish(app.session.style, name)
    app.learn.reload(app.session.style)
    qtbot.waitUntil(lambda: app.session.items[0].prediction.version == "v3")
    app.actions["learning"].trigger()
    window = app._learning
    assert window is not None
    qtbot.waitUntil(lambda: window.versions.count() == 4)
    assert window.versions.currentRow() == 1  # the version before is what one most likely wants
    window.versions.setCurrentRow(0)
    assert not window.roll_back.isEnabled()  # it serves
    window.versions.setCurrentRow(2)
    assert window.roll_back.text() == "Roll back"
    qtbot.mouseClick(window.roll_back, Qt.MouseButton.LeftButton)
    assert "Version 1" in asked[0]
    assert "Version 3" in asked[0]
    qtbot.waitUntil(lambda: app.session.items[0].prediction.version == "v1")
    qtbot.waitUntil(
        lambda: app.window.message() == "Rolled back to Version 1; your lessons are kept"
    )
    qtbot.waitUntil(lambda: "serves now" in window.versions.item(2).text())
    window.versions.setCurrentRow(0)
    assert window.roll_back.text() == "Let it serve"
    qtbot.mouseClick(window.roll_back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: app.session.items[0].prediction.version == "v3")
    qtbot.waitUntil(lambda: app.window.message().startswith("Version 3 serves now"))


def test_the_window_says_what_the_trainer_waits_for(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    studio.needs_lessons = 30
    app.learn.load_style()
    app.actions["learning"].trigger()
    window = app._learning
    assert window is not None
    qtbot.waitUntil(lambda: "0 of 30 lessons" in window.trainer.full_text())
    assert not window.train.isEnabled()
