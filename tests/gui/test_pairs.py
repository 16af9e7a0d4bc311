"""Learning from before/after pairs, from the menu."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from tests.fakes import FAKE_STYLE, FakeStudio


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Three pairs, of which one is odd, and the user who chooses them."""
    both = tmp_path / "before", tmp_path / "after"
    for number, folder in enumerate(both):
        folder.mkdir()
        for name in ("a", "b", "odd"):
            Image.new("RGB", (60, 40), (90 + 40 * number, ord(name[0]), 80)).save(
                folder / f"{name}.png"
            )
    answers = [str(folder) for folder in both]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: answers.pop(0))
    return both


def test_pairs_become_lessons_and_what_was_left_out_is_told(
    app: App,
    studio: FakeStudio,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    folders: tuple[Path, Path],
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "information", lambda *args: told.append(args[2]))
    app.actions["learn_pairs"].trigger()
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].startswith(f"2 of 3 pairs learned in {FAKE_STYLE}")
    assert "odd.png: it has another shape" in told[0]
    qtbot.waitUntil(lambda: app.window.style_panel.lessons.count() == 2)
    assert not app.pairs.activity.isVisible()


def test_folders_without_pairs_say_so(
    app: App, studio: FakeStudio, qtbot: QtBot, folders: tuple[Path, Path]
) -> None:
    for path in folders[1].iterdir():
        path.unlink()
    said: list[str] = []
    app.pairs.message_raised.connect(said.append)
    app.actions["learn_pairs"].trigger()
    qtbot.waitUntil(lambda: said == ["no pair"])


def test_choosing_no_folder_does_nothing(
    app: App, studio: FakeStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    app.actions["learn_pairs"].trigger()
    assert not app.pairs.activity.isVisible()
    assert studio.all_lessons == []
