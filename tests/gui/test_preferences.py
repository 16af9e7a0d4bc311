"""Preferences, keys, and what is there again at the next start."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from imgtune_gui.actions import ACTIONS
from imgtune_gui.app import App
from imgtune_gui.settings import AppSettings, Preferences
from imgtune_gui.views.keys_page import KeysPage
from imgtune_gui.views.preferences import PreferencesDialog
from model_core.domain.geometry import Geometry
from tests.fakes import FakeStudio
from tests.gui.conftest import MakeApp, wait_for_predictions


def test_the_last_folder_and_photo_are_there_again(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app([photos[0].parent])
    wait_for_predictions(app, qtbot)
    app.session.select_row(3)
    app.actions["grid"].trigger()
    app.window.close()
    again = make_app()
    wait_for_predictions(again, qtbot)
    assert len(again.session.items) == 6
    assert again.session.current_row == 3
    assert again.window.is_grid()


def test_what_is_open_is_remembered_before_the_window_closes(
    make_app: MakeApp, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    """A program that is killed has closed nothing; see tests/journeys/test_killed_windows."""
    app = make_app([photos[0].parent])
    wait_for_predictions(app, qtbot)
    app.window.resize(1111, 777)
    app.session.select_row(4)
    app.actions["grid"].trigger()
    file = tmp_path / "data" / "window.ini"

    def kept() -> bool:
        return (
            file.is_file() and "photo4.png" in file.read_text() and "geometry" in file.read_text()
        )

    qtbot.waitUntil(kept)
    stored = AppSettings(tmp_path / "data")
    assert stored.open_paths == [str(photos[0].parent)]
    assert stored.value("grid", False)


def test_a_folder_that_is_gone_is_not_missed(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app(photos[:2])
    wait_for_predictions(app, qtbot)
    app.window.close()
    for path in photos:
        path.unlink()
    again = make_app()
    qtbot.waitUntil(lambda: again.window.start_page.samples_button.isEnabled())
    assert again.window.start_page.isVisible()
    assert again.session.all_items == []


def press(page: KeysPage, name: str, key: str) -> None:
    """A new key for an action, as the field gives it."""
    page.choose(name)
    page.edit.setKeySequence(QKeySequence(key))


def test_preferences_are_kept_and_taken_up(
    app: App, studio: FakeStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose(dialog: PreferencesDialog) -> QDialog.DialogCode:
        dialog.megapixels.setValue(50)
        dialog.auto_train.setChecked(False)
        dialog.language.setCurrentIndex(dialog.language.findData("zh_CN"))
        press(dialog.keys, "accept", "Ctrl+Return")
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(PreferencesDialog, "exec", choose)
    app.actions["preferences"].trigger()
    assert app.settings.preferences == Preferences("zh_CN", 50.0, auto_train=False)
    assert studio.max_megapixels == 50
    assert not app.learn.auto_train
    assert app.actions["accept"].shortcuts()[0] == QKeySequence("Ctrl+Return")
    assert "Ctrl+Return" in app.actions["accept"].toolTip()


def test_changed_keys_work_after_the_next_start(
    app: App, make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app.settings.keys = {"stars_5": ("T",), "accept": ()}
    app.window.close()
    again = make_app(photos)
    wait_for_predictions(again, qtbot)
    qtbot.keyClick(again.window, Qt.Key.Key_T)
    assert again.session.items[0].marks.stars == 5
    qtbot.keyClick(again.window, Qt.Key.Key_Return)
    assert again.session.current_row == 0


def test_a_key_that_is_taken_is_refused_and_the_owner_named(qtbot: QtBot) -> None:
    page = KeysPage({})
    qtbot.addWidget(page)
    press(page, "accept", "G")
    assert page.warning.text() == "G belongs to: Grid"
    assert page.edit.keySequence() == QKeySequence("Return")
    assert page.changed_keys() == {}
    press(page, "grid", "T")
    press(page, "accept", "G")
    assert page.changed_keys() == {"grid": ("T",), "accept": ("G", "Enter")}


def test_a_key_goes_back_to_the_shipped_one(qtbot: QtBot) -> None:
    page = KeysPage({"grid": ("T",), "accept": ("G",)})
    qtbot.addWidget(page)
    page.choose("grid")
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert page.warning.text() == "Accept and next has that key now"
    assert page.changed_keys()["grid"] == ("T",)
    page.choose("accept")
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    page.choose("grid")
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert page.changed_keys() == {}
    assert not page.reset.isEnabled()


def test_an_action_is_found_by_a_part_of_its_name(qtbot: QtBot) -> None:
    page = KeysPage({})
    qtbot.addWidget(page)
    page.show()
    page.search.setFocus()
    qtbot.keyClicks(page.search, "side by")
    groups = [page.list.topLevelItem(row) for row in range(page.list.topLevelItemCount())]
    shown = [
        group.child(at).text(0)
        for group in groups
        if not group.isHidden()
        for at in range(group.childCount())
        if not group.child(at).isHidden()
    ]
    assert shown == ["Before and after side by side"]


def test_shipped_keys_are_each_given_once() -> None:
    keys = [QKeySequence(key).toString() for spec in ACTIONS for key in spec.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("stored", ["[]", "{", '{"a": 3}', "null"])
def test_damaged_settings_are_ignored(tmp_path: Path, stored: str) -> None:
    settings = AppSettings(tmp_path)
    for key in ("keys", "open_paths", "max_megapixels"):
        settings._store.setValue(key, stored)
    assert settings.keys == {}
    assert settings.open_paths == []
    assert settings.preferences == Preferences()


def test_sidecars_are_written_after_edits_only_and_only_when_wanted(
    app: App, studio: FakeStudio, photos: list[Path], qtbot: QtBot
) -> None:
    folder = photos[0].parent
    app.session.set_param("contrast", 21.0, drag=1)
    app.learn.flush()
    qtbot.waitUntil(lambda: len(studio.edits) == 1)
    app._apply_preferences(Preferences(sidecars=True))
    for _ in range(3):
        app.session.step(1)  # looking is no edit
    app.session.set_param("contrast", 33.0, drag=2)
    app.learn.accept()
    qtbot.waitUntil(lambda: bool(list(folder.glob("photo*.xmp"))))
    assert [file.name for file in folder.glob("photo*.xmp")] == ["photo3.png.xmp"]
    assert "+33" in (folder / "photo3.png.xmp").read_text()
    app.actions["stars_4"].trigger()
    qtbot.waitUntil(lambda: [m.stars for m in studio.marks_beside.values()] == [4])


def test_a_crop_is_beside_the_photo_at_once(
    app: App, studio: FakeStudio, photos: list[Path], qtbot: QtBot
) -> None:
    sidecar = photos[0].with_name("photo0.png.xmp")
    app.actions["turn_left"].trigger()
    qtbot.waitUntil(lambda: len(studio.geometries) == 1)
    assert not sidecar.exists()  # nobody wants sidecars yet
    app._apply_preferences(Preferences(sidecars=True))
    geometry = Geometry(left=0.25)
    app.session.set_geometry([(app.session.items[0], geometry)], "Crop")
    qtbot.waitUntil(sidecar.is_file)
    said = sidecar.read_text()
    assert 'crs:HasCrop="True"' in said
    assert "Contrast2012" not in said  # no slider was moved
    app.session.undo_stack.undo()
    app.session.undo_stack.undo()
    qtbot.waitUntil(lambda: 'crs:HasCrop="True"' not in sidecar.read_text())


def test_edits_of_other_programs_are_read_and_undone(
    app: App, photos: list[Path], qtbot: QtBot
) -> None:
    from tests.core.storage.test_presets import HEAD, TAIL

    photos[0].with_name("photo0.png.xmp").write_text(
        f'{HEAD}xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4" '
        f'crs:Contrast2012="+20" crs:Clarity2012="+30">{TAIL}'
    )
    item = app.session.items[0]
    app.actions["read_sidecars"].trigger()
    qtbot.waitUntil(lambda: item.marks.stars == 4)
    assert item.settings.as_dict() == {
        **dict.fromkeys(item.settings.as_dict(), 0.0),
        "contrast": 20,
    }
    assert "without Clarity2012" in app.window.message()
    app.session.undo_stack.undo()
    app.session.undo_stack.undo()
    assert item.edit is None
    photos[0].with_name("photo0.png.xmp").write_text(
        f'{HEAD}crs:AlreadyApplied="True" crs:Contrast2012="+20">{TAIL}'
    )
    app.actions["read_sidecars"].trigger()
    qtbot.waitUntil(lambda: "part of the pixels" in app.window.message())
    assert item.edit is None


def test_the_page_of_shortcuts_is_up_to_date() -> None:
    root = Path(__file__).parents[2]
    found = runpy.run_path(str(root / "packaging" / "shortcuts.py"))
    assert (root / "assets" / "shortcuts.md").read_text(encoding="utf-8") == found["page"]()
