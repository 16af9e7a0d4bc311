"""Open, predict, correct, learn, fine-tune, export: through the real window."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from imgtune_gui.export_choice import ExportChoice
from imgtune_gui.models.photo_item import EditState, is_base
from imgtune_gui.views.develop_slider import DevelopSlider
from model_core import services, training
from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.image import Proxy
from model_core.services import DEFAULT_STYLE, Studio
from tests.journeys.conftest import OpenWindow
from tests.watchdog import Watchdog


def drag(qtbot: QtBot, slider: DevelopSlider, pixels: int) -> None:
    """Takes the slider's handle with the mouse and moves it, as a hand does."""
    start = QPoint(round(slider._x_of(slider.value())), slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(slider, start + QPoint(pixels * step // 5, 0))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(pixels, 0))


def test_from_opening_a_folder_to_an_exported_file(
    open_window: OpenWindow, shoot: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "wedding"
    folder.mkdir()
    for path in sorted(shoot.glob("*under-exposed.jpg"))[:6]:
        (folder / path.name).write_bytes(path.read_bytes())
    originals = {p: p.read_bytes() for p in folder.iterdir()}
    app = open_window(folder)
    first, second, third = app.session.items[:3]
    predicted = second.settings
    slider = app.window.develop_panel.sliders["exposure_ev"]

    drag(qtbot, slider, 25)
    chosen = first.settings
    assert first.predicted is not None
    assert chosen["exposure_ev"] > first.predicted["exposure_ev"] + 0.3
    assert first.state is EditState.DRAFT
    qtbot.keyClick(app.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert first.settings == first.predicted
    qtbot.keyClick(
        app.window,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert first.settings == chosen

    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: first.state is EditState.CORRECTED, timeout=10_000)
    qtbot.waitUntil(lambda: second.settings != predicted, timeout=10_000)
    assert second.settings["exposure_ev"] > predicted["exposure_ev"] + 0.15
    assert app.session.current is second
    shown = app.window.develop_panel.sliders["exposure_ev"].value()
    assert shown == pytest.approx(second.settings["exposure_ev"])

    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: second.state is EditState.ACCEPTED, timeout=10_000)
    out = tmp_path / "copies"
    with qtbot.waitSignal(app.export.finished, timeout=60_000) as done:
        app.export.export([first, third], ExportChoice(folder=out, format="jpeg", quality=90))
    assert not done.args[0].errors
    assert len(done.args[0].written) == 2
    with Image.open(out / first.path.name) as copy, Image.open(first.path) as original:
        assert copy.size == original.size
        brighter = np.asarray(copy).mean() / np.asarray(original).mean()
    assert brighter > 1.3
    assert {p: p.read_bytes() for p in folder.iterdir()} == originals

    app.window.close()
    again = open_window(folder)
    states = [item.state for item in again.session.items[:3]]
    assert states == [EditState.CORRECTED, EditState.ACCEPTED, EditState.UNTOUCHED]
    assert again.session.items[0].settings == chosen


def test_a_broken_photo_is_named_and_the_others_open(
    open_window: OpenWindow, shoot: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    whole = sorted(shoot.glob("*.jpg"))[0]
    (folder / "a.jpg").write_bytes(whole.read_bytes())
    (folder / "b.jpg").write_bytes(b"")
    (folder / "c.jpg").write_bytes(whole.read_bytes()[:2000])
    app = open_window(folder, tmp_path / "gone.jpg")
    errors = {item.path.name: item.error for item in app.session.items}
    assert not errors["a.jpg"]
    assert "empty" in errors["b.jpg"]
    assert "damaged or cut off" in errors["c.jpg"]
    assert "no such file" in errors.get("gone.jpg", app.window.message())


def test_learning_is_visible(
    open_window: OpenWindow, shoot: Path, tmp_path: Path, qtbot: QtBot, watchdog: Watchdog
) -> None:
    """Five corrections: the rest moves, the reason is named, forgetting undoes it."""
    folder = tmp_path / "walk"
    folder.mkdir()
    for path in sorted(shoot.glob("*-dull.jpg")):
        (folder / path.name).write_bytes(path.read_bytes())
    watchdog.step("opening")
    app = open_window(folder)
    panel, last = app.window.develop_panel, app.session.items[-1]
    untaught = last.settings
    for number in range(5):
        watchdog.step(f"correction {number + 1}")
        item = app.session.current
        assert item is not None
        drag(qtbot, panel.sliders["exposure_ev"], 20)
        qtbot.keyClick(app.window, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda item=item: item.state is EditState.CORRECTED, timeout=10_000)

    def explained() -> int:
        return len(panel.because.reasons()) if panel.because.isEnabled() else 0

    watchdog.step("reasons")
    app.session.select(last)
    qtbot.waitUntil(lambda: last.settings != untaught and explained() > 0, timeout=10_000)
    reasons, taught = panel.because.reasons(), last.settings
    assert taught["exposure_ev"] > untaught["exposure_ev"]
    assert reasons[0].picture is not None
    assert reasons[0].lesson.path in [item.path for item in app.session.items[:5]]
    watchdog.step("forgetting")
    panel.because.forget_clicked.emit(reasons[0].lesson.id)
    gone = reasons[0].lesson.photo
    qtbot.waitUntil(
        lambda: explained() > 0 and gone not in [r.lesson.photo for r in panel.because.reasons()],
        timeout=10_000,
    )
    watchdog.step("bringing it back")
    app.session.undo_stack.undo()
    qtbot.waitUntil(lambda: last.settings == taught, timeout=10_000)
    watchdog.step("looking")
    for action in ("side_by_side", "zoom_fill", "zoom_fit", "split", "clipping", "grid", "loupe"):
        app.actions[action].trigger()
        qtbot.wait(60)


@pytest.mark.slow
def test_the_trainer_publishes_and_the_window_goes_on_with_the_new_version(
    open_window: OpenWindow,
    shoot: Path,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last lesson is given in the window and starts the fine-tune by itself, in a process
    whose gate publishes (see ``publishing_trainer``)."""
    trainer = [sys.executable, "-m", "tests.journeys.publishing_trainer"]
    monkeypatch.setattr(training, "_this_program", lambda: trainer)
    monkeypatch.setattr(services.training, "LESSONS_THAT_PAY", 30)
    data, folder = tmp_path / "data", tmp_path / "few"
    folder.mkdir()
    photos = [Path(shutil.copy2(path, folder)) for path in sorted(shoot.glob("*.jpg"))[::2]]
    studio = Studio(data)
    for number, path in enumerate(photos[:-1]):
        photo, proxy = studio.open_photo(path)
        features = studio.analyse(photo, DEFAULT_STYLE, proxy)
        studio.learn(DEFAULT_STYLE, photo, features, rules(proxy), shoot=f"shoot {number % 14}")
    _, last = studio.open_photo(photos[-1])
    studio.close()

    app = open_window(folder, data=data)
    assert is_base(app.session.items[0].prediction.version)  # type: ignore[union-attr]
    app.session.select_row(len(photos) - 1)
    item = app.session.items[-1]
    app.session.set_edits([(item, rules(last))], "The last lesson")
    said: list[str] = []
    app.training.result_changed.connect(said.append)
    published: list[object] = []
    app.training.published.connect(lambda *what: published.append(what))
    qtbot.keyClick(app.window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: app.training.is_running, timeout=20_000)
    qtbot.waitUntil(lambda: not app.training.is_running, timeout=280_000)
    assert published, said

    def swapped_in() -> bool:
        found = {i.prediction.version for i in app.session.items if i.prediction}
        return len(found) == 1 and not is_base(found.pop())

    qtbot.waitUntil(swapped_in, timeout=60_000)
    assert "better" in said[-1]
    studio = Studio(data)
    try:
        version = studio.versions(DEFAULT_STYLE)[-1]
        assert version.gate.publish
        assert len(studio.lessons(DEFAULT_STYLE)) == len(photos)
    finally:
        studio.close()


def rules(proxy: Proxy) -> DevelopSettings:
    """The darker, the more is lifted; the greyer, the warmer; the flatter, the harder."""
    pixels = proxy.pixels[::4, ::4].reshape(-1, 3) / 255.0
    light, chroma = float(pixels.mean()), float((pixels.max(1) - pixels.min(1)).mean())
    return IDENTITY.updated(
        {
            "exposure_ev": 1.5 - 3 * light,
            "temperature": 60 - 150 * chroma,
            "contrast": 40 - 120 * float(pixels.std()),
            "shadows": 60 - 120 * light,
            "vibrance": 50 - 150 * chroma,
        }
    )
