"""Edits of other programs are offered, and read or learned from only when the user says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.models.photo_item import EditState
from model_core.domain.marks import Marks
from tests.gui.conftest import MakeApp, wait_for_predictions

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:ProcessVersion="11.0" '
)
TAIL = "/></rdf:RDF></x:xmpmeta>"


@pytest.fixture
def edited_elsewhere(photos: list[Path]) -> list[Path]:
    for number, path in enumerate(photos[:3]):
        said = f'{HEAD}xmp:Rating="4" crs:Contrast2012="+{20 + number}"{TAIL}'
        path.with_name(f"{path.name}.xmp").write_text(said)
    return photos


def offered(app: App, qtbot: QtBot) -> None:
    qtbot.waitUntil(app.window.offer.isVisible)


def contrasts(app: App) -> list[float]:
    return [item.edit["contrast"] if item.edit else 0.0 for item in app.session.items]


def open_folder(make_app: MakeApp, photos: list[Path], qtbot: QtBot) -> App:
    app = make_app([photos[0].parent])
    wait_for_predictions(app, qtbot)
    return app


def test_nothing_is_read_before_the_user_says_so(
    make_app: MakeApp, edited_elsewhere: list[Path], qtbot: QtBot
) -> None:
    app = open_folder(make_app, edited_elsewhere, qtbot)
    offered(app, qtbot)
    assert "3 photos of this folder have edits" in app.window.offer._text.text()
    assert contrasts(app) == [0.0] * 6
    qtbot.mouseClick(app.window.offer.later, Qt.MouseButton.LeftButton)
    assert not app.window.offer.isVisible()
    qtbot.wait(50)
    assert contrasts(app) == [0.0] * 6


def test_replacing_what_another_program_set_is_said(
    make_app: MakeApp, edited_elsewhere: list[Path], qtbot: QtBot
) -> None:
    app = open_folder(make_app, edited_elsewhere, qtbot)
    app.catalog.sidecars = True
    app.session.set_param("contrast", 50.0, drag=1)
    qtbot.waitUntil(lambda: "kept as" in app.window.message())
    copy = Path(app.window.message().split("kept as ")[1])
    assert 'Contrast2012="+20"' in copy.read_text()


def test_reading_is_one_undo_and_leaves_own_edits_alone(
    make_app: MakeApp, edited_elsewhere: list[Path], qtbot: QtBot
) -> None:
    app = open_folder(make_app, edited_elsewhere, qtbot)
    app.session.set_param("contrast", 5.0, drag=1)
    offered(app, qtbot)
    qtbot.mouseClick(app.window.offer.read, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: contrasts(app)[1] == 21.0)
    assert contrasts(app) == [5.0, 21.0, 22.0, 0.0, 0.0, 0.0]
    assert app.session.items[1].marks == Marks(4)
    assert app.session.items[1].state is EditState.DRAFT
    app.session.undo_stack.undo()
    assert contrasts(app) == [5.0] + [0.0] * 5


def test_learning_teaches_each_and_undo_takes_all_back(
    make_app: MakeApp, edited_elsewhere: list[Path], qtbot: QtBot
) -> None:
    app = open_folder(make_app, edited_elsewhere, qtbot)
    offered(app, qtbot)
    qtbot.mouseClick(app.window.offer.learn, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [i.state for i in app.session.items[:3]] == [EditState.CORRECTED] * 3)
    qtbot.waitUntil(lambda: "3 lessons" in app.window.style_panel._lessons_line.text())
    app.session.undo_stack.undo()
    qtbot.waitUntil(lambda: "0 lessons" in app.window.style_panel._lessons_line.text())
    assert contrasts(app) == [0.0] * 6


def test_a_folder_whose_answer_is_remembered_is_read_and_says_so(
    make_app: MakeApp, edited_elsewhere: list[Path], qtbot: QtBot
) -> None:
    app = open_folder(make_app, edited_elsewhere, qtbot)
    offered(app, qtbot)
    app.window.offer.remember.setChecked(True)
    qtbot.mouseClick(app.window.offer.read, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: contrasts(app)[0] == 20.0)
    app.session.undo_stack.undo()
    app.window.close()
    again = open_folder(make_app, edited_elsewhere, qtbot)
    qtbot.waitUntil(lambda: contrasts(again)[0] == 20.0)
    assert not again.window.offer.isVisible()
    assert "Edits of 3 photos were read" in again.window.message()


def test_what_was_read_before_is_not_offered_again(
    make_app: MakeApp, edited_elsewhere: list[Path], qtbot: QtBot
) -> None:
    app = open_folder(make_app, edited_elsewhere, qtbot)
    offered(app, qtbot)
    qtbot.mouseClick(app.window.offer.read, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: contrasts(app)[0] == 20.0)
    app.window.close()
    again = open_folder(make_app, edited_elsewhere, qtbot)
    qtbot.waitUntil(lambda: contrasts(again)[0] == 20.0)
    qtbot.wait(350)
    assert not again.window.offer.isVisible()


def test_the_crop_of_the_other_program_comes_along_and_undo_takes_it_too(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    photos[0].with_name(f"{photos[0].name}.xmp").write_text(
        f'{HEAD}crs:Contrast2012="+20" crs:HasCrop="True" crs:CropLeft="0.25" crs:CropTop="0" '
        f'crs:CropRight="0.75" crs:CropBottom="1" crs:CropAngle="0"{TAIL}'
    )
    app = open_folder(make_app, photos, qtbot)
    offered(app, qtbot)
    qtbot.mouseClick(app.window.offer.read, Qt.MouseButton.LeftButton)
    item = app.session.items[0]
    qtbot.waitUntil(lambda: not item.geometry.is_identity)
    assert item.size == (60, 80)
    app.session.undo_stack.undo()
    assert item.geometry.is_identity
