"""Chinese: complete, up to date, and shown."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from imgtune_gui.actions import ACTIONS, text_of
from imgtune_gui.language import install_language, language_for
from imgtune_gui.views.preferences import PreferencesDialog
from tests.gui.conftest import MakeApp, wait_for_predictions

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The script that collects the texts."""
    spec = importlib.util.spec_from_file_location(
        "translations", ROOT / "packaging/translations.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    installed = install_language("zh_CN")
    assert installed
    yield
    for translator in installed:
        QCoreApplication.removeTranslator(translator)


def test_every_text_of_the_window_is_translated(tool: ModuleType) -> None:
    known = {source for _, source in tool.read(tool.FOLDER / "imgtune_zh_CN.ts")}
    assert [text for text in tool.texts() if text[1] not in known] == []


def test_translations_keep_the_places_for_values(tool: ModuleType) -> None:
    for (context, source), text in tool.read(tool.FOLDER / "imgtune_zh_CN.ts").items():
        places = sorted(re.findall(r"\{.*?\}", source))
        assert sorted(re.findall(r"\{.*?\}", text)) == places, (context, source)


@pytest.mark.parametrize(
    ("wanted", "system", "shown"),
    [
        ("", "zh_CN", "zh_CN"),
        ("", "zh_TW", "en"),
        ("", "de_DE", "en"),
        ("en", "zh_CN", "en"),
        ("zh_CN", "de_DE", "zh_CN"),
        ("xx", "en_GB", "en"),
    ],
)
def test_the_choice_comes_before_the_system(wanted: str, system: str, shown: str) -> None:
    assert language_for(wanted, system) == shown


@pytest.mark.usefixtures("chinese")
def test_the_window_is_chinese_throughout(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    for spec in ACTIONS:
        if not spec.name.startswith("stars_"):
            assert not text_of(spec).isascii(), spec.name
            assert "&" not in text_of(spec)
            assert "(&" not in text_of(spec)
    app.actions["learning"].trigger()
    dialog = PreferencesDialog(app.settings.preferences, {}, app.window)
    english = []
    for parent in (app.window, dialog):
        for kind in (QLabel, QPushButton, QToolButton):
            for widget in parent.findChildren(kind):
                words = re.findall(r"[A-Za-z]{4,}", re.sub(r"<[^>]*>|&\w+;", "", widget.text()))
                foreign = {"photo", "imgtune", "style", "photos", "Enter", "English", "GitHub"}
                english += [w for w in words if w not in foreign]
    dialog.deleteLater()
    assert english == []
