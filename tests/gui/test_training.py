"""Fine-tuning in the background: progress, cancel, crash, and a version taken up at once."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from imgtune_gui.views.labels import ElidedLabel
from model_core.domain.errors import CannotTrain
from tests.fakes import FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


def teach(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    known = len(studio.all_lessons)
    app.session.set_param("contrast", app.session.items[0].settings["contrast"] + 5, 1)
    app.learn.accept()
    qtbot.waitUntil(lambda: len(studio.all_lessons) == known + 1)
    # The lesson's own message comes with the new predictions; later ones are the training's.
    qtbot.waitUntil(lambda: app.session.items[2].prediction.lessons > known)
    qtbot.waitUntil(app.actions["train"].isEnabled)


def test_a_published_version_is_taken_up_without_a_restart(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    teach(app, studio, qtbot)
    old = app.session.items[2].prediction
    assert old is not None
    app.actions["train"].trigger()
    assert not app.actions["train"].isEnabled()
    assert app.window.training.isVisible()
    qtbot.waitUntil(lambda: not app.training.is_running)
    assert "12 % closer" in app.window.message()
    assert "12 % closer" in app.window.style_panel.result.text()
    assert not app.window.training.isVisible()
    qtbot.waitUntil(lambda: app.session.items[2].prediction.version == "v1", timeout=5000)
    assert app.actions["train"].isEnabled()
    assert app.session.items[0].state is EditState.CORRECTED


def test_progress_is_shown_and_cancel_stops_it(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    teach(app, studio, qtbot)
    studio.train_steps, studio.train_pause_s = 1000, 0.01
    app.actions["train"].trigger()
    activity = app.window.training
    qtbot.waitUntil(lambda: activity.bar.maximum() > 0 and activity.bar.value() > 2)
    assert "step" in activity.text()
    activity.cancel_button.click()
    assert "stopping" in activity.text()
    qtbot.waitUntil(lambda: not app.training.is_running, timeout=1000)
    assert "cancelled" in app.window.message()
    assert studio.pending_version is None


def test_a_crash_of_the_child_is_one_line_and_the_window_lives(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    teach(app, studio, qtbot)
    studio.train_error = CannotTrain("the training process died (signal 9); try again")
    app.actions["train"].trigger()
    qtbot.waitUntil(lambda: not app.training.is_running)
    assert "signal 9" in app.window.message()
    studio.train_error = RuntimeError("bug")
    app.actions["train"].trigger()
    qtbot.waitUntil(lambda: "Unexpected error" in app.window.message())
    app.session.step(1)
    assert app.actions["train"].isEnabled()


def test_what_a_fine_tune_needs_is_counted(app: App, studio: FakeStudio, qtbot: QtBot) -> None:
    assert not app.actions["train"].isEnabled()
    assert not app.window.style_panel._train.isEnabled()
    qtbot.waitUntil(lambda: app.window.style_panel._needs.text() == "0 of 1 lessons, 0 of 1 shoots")
    assert "one folder and one day" in app.window.style_panel._train.toolTip()
    teach(app, studio, qtbot)
    qtbot.waitUntil(app.actions["train"].isEnabled)
    assert not app.window.style_panel._needs.isVisible()
    assert not app.actions["roll_back"].isEnabled()


def test_it_starts_by_itself_when_enough_was_learned(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    studio.due_after = 1
    teach(app, studio, qtbot)
    qtbot.waitUntil(lambda: app.session.items[3].prediction.version == "v1", timeout=5000)


def test_rolling_back_returns_to_the_version_before(
    app: App, studio: FakeStudio, qtbot: QtBot
) -> None:
    teach(app, studio, qtbot)
    app.actions["train"].trigger()
    qtbot.waitUntil(lambda: app.session.items[2].prediction.version == "v1", timeout=5000)
    app.learn.roll_back()
    qtbot.waitUntil(lambda: app.session.items[2].prediction.version == "base", timeout=5000)
    assert "Rolled back" in app.window.message()


def test_closing_while_training_ends_it(
    make_app: MakeApp, photos: list[Path], studio: FakeStudio, qtbot: QtBot
) -> None:
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    teach(app, studio, qtbot)
    studio.train_steps, studio.train_pause_s = 10_000, 0.01
    app.actions["train"].trigger()
    qtbot.waitUntil(lambda: app.window.training.bar.maximum() > 0)
    app.window.close()
    assert not app.training.worker_thread.thread.isRunning()


def test_the_time_left_is_seen_in_a_narrow_window(app: App, qtbot: QtBot) -> None:
    activity, other = app.window.training, app.window.export
    activity.begin()
    text = "on the CPU: fine-tuning, error 0.42 J, at most 1250 s left"
    activity.report(30, 100, text)
    app.window.resize(1280, 720)
    label = activity.findChild(ElidedLabel)
    assert isinstance(label, ElidedLabel)
    qtbot.waitUntil(lambda: label.text().endswith("at most 1250 s left"))
    other.begin("3 of 10: a-rather-long-name-of-a-photo.jpg")
    app.window.resize(800, 720)  # as narrow as it becomes
    bar = app.window.statusBar()
    qtbot.waitUntil(lambda: bar.rect().contains(activity.geometry()))
    qtbot.waitUntil(lambda: bar.rect().contains(other.geometry()))
    assert label.text().startswith("Fine-tuning")
    assert label.text().endswith("1250 s left")
    assert label.toolTip() == f"Fine-tuning: {text}"
    activity.end()
    other.end()
