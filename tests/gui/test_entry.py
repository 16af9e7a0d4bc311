"""The entry point, the table of actions, and what must not be imported for the first paint."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from imgtune_gui import main as entry
from imgtune_gui.actions import ACTIONS, MENUS, build_actions, native
from imgtune_gui.app import App
from imgtune_gui.views.dialogs import PARTS, about_dialog, shortcuts_dialog
from imgtune_gui.views.main_window import MainWindow


def test_arguments_are_split(tmp_path: Path) -> None:
    folder, paths = entry.split_arguments(["--data-dir", str(tmp_path), "a.jpg", "--", "-b.jpg"])
    assert folder == tmp_path
    assert [path.name for path in paths] == ["a.jpg", "-b.jpg"]
    assert all(path.is_absolute() for path in paths)


def test_a_mistyped_command_is_no_photo(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["predct", "photo.jpg"]) == 2
    assert "did you mean predict?" in capsys.readouterr().err


def test_without_a_display_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert entry.main(["photo.jpg"]) == 2
    assert "no display" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--data-dir"], ["--nonsense"]])
def test_wrong_arguments_are_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert entry.main(arguments) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "command_line"),
    [
        (["--help"], True),
        (["--version"], True),
        (["predict", "a.jpg"], True),
        (["--data-dir", "d", "predict"], True),
        (["--max-megapixels", "400", "predict"], True),
        (["./predict"], False),
        (["a.jpg"], False),
        ([], False),
        (["--data-dir", "predict"], False),
    ],
)
def test_commands_go_to_the_command_line(arguments: list[str], command_line: bool) -> None:
    assert entry._wants_command_line(arguments) is command_line


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    code = (
        "import sys, imgtune_gui.main, imgtune_gui.app;"
        "heavy = {'torch', 'onnxruntime', 'PyOpenColorIO', 'rawpy', 'PIL', 'model_core.services'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_no_key_is_given_twice() -> None:
    keys = Counter(QKeySequence(key).toString() for spec in ACTIONS for key in spec.keys)
    assert not [key for key, count in keys.items() if count > 1 or not key]
    assert {spec.menu for spec in ACTIONS} == set(MENUS)


def test_an_action_without_a_handler_is_refused(app: App) -> None:
    with pytest.raises(LookupError, match="accept"):
        build_actions(MainWindow(app.session, app.model, app.settings), {})


def test_the_shortcut_list_comes_from_the_table(app: App, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QLabel

    dialog = shortcuts_dialog(app.window, app.actions)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    for spec in ACTIONS:
        if spec.keys:
            assert native(spec.keys) in texts
    dialog.deleteLater()
    about = about_dialog(app.window)
    assert any("LGPL" in label.text() for label in about.findChildren(QLabel))
    about.deleteLater()
    named = " ".join(" ".join(part) for part in PARTS).casefold()
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    for needed in tomllib.loads(text)["project"]["dependencies"]:
        assert re.split(r"[<>=]", needed)[0].casefold().replace("-", "_") in named.replace(
            "-", "_"
        ), needed
