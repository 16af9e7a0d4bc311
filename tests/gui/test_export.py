"""Export: the dialog, the queue, errors by file, cancel."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices, QStandardItemModel
from pytestqt.qtbot import QtBot

from imgtune_gui.app import App
from imgtune_gui.export_choice import PRESETS, ExportChoice, from_stored, presets_from, presets_to
from imgtune_gui.models.export_queue import ExportJob
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.export_dialog import ExportDialog
from imgtune_gui.views.export_window import result_text
from model_core.domain.errors import CannotWrite
from model_core.domain.export import BatchResult
from tests.fakes import FakeStudio


def dialog_for(app: App, qtbot: QtBot, choice: ExportChoice | None = None) -> ExportDialog:
    dialog = ExportDialog(
        app.window.photo_list.selected_items(),
        list(app.session.items),
        choice or ExportChoice(),
    )
    qtbot.addWidget(dialog)
    return dialog


def test_the_dialog_offers_selected_done_and_all(app: App, qtbot: QtBot) -> None:
    app.learn.accept()
    qtbot.waitUntil(lambda: app.session.items[0].taught is not None)
    dialog = dialog_for(app, qtbot)
    counts = []
    for index in range(3):
        dialog.which.setCurrentIndex(index)
        counts.append(len(dialog.photos()))
    assert counts == [1, 1, 6]


def test_sets_without_photos_cannot_be_chosen(app: App, qtbot: QtBot) -> None:
    dialog = dialog_for(app, qtbot)
    model = dialog.which.model()
    assert isinstance(model, QStandardItemModel)
    assert [model.item(i).isEnabled() for i in range(3)] == [True, False, True]


def test_the_dialog_offers_a_folder_beside_the_photos(
    app: App, qtbot: QtBot, photos: list[Path], tmp_path: Path
) -> None:
    dialog = dialog_for(app, qtbot)
    assert dialog.folder.text() == str(tmp_path / "photos export")
    assert "will be made" in dialog.problem.text()
    assert dialog.export_button.isEnabled()
    dialog.folder.setText(str(tmp_path))
    assert not dialog.problem.text()
    dialog.folder.setText(str(photos[0]))
    assert "is a file" in dialog.problem.text()
    assert not dialog.export_button.isEnabled()
    dialog.folder.setText("")
    assert not dialog.export_button.isEnabled()


def test_a_new_folder_is_made(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(app.session.items[:2], ExportChoice(str(tmp_path / "new" / "one")))
    assert len(done.args[0].written) == 2


def test_a_folder_that_takes_no_files_is_named_once(
    app: App, studio: FakeStudio, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path / "file")))
    assert len(done.args[0].errors) == 1
    assert not studio.exported
    assert app.export.queue_window is not None
    assert app.export.queue_window.isVisible()


def test_the_choice_is_what_was_set(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    choice = ExportChoice(
        folder=str(tmp_path), format="png", quality=80, depth=16, profile="display-p3",
        size="fit", long_side=1600, fit_width=1000, fit_height=800, megapixels=3.5, enlarge=True,
        sharpen="low", sharpen_for="matte", metadata="copyright", location=False,
        copyright="© me", name="{date}_{seq:03}", on_collision="skip", open_folder=True,
    )  # fmt: skip
    dialog = dialog_for(app, qtbot, choice)
    assert dialog.choice() == choice
    assert not dialog.fields.quality.isEnabled()


def test_fields_follow_what_the_format_can_do(app: App, qtbot: QtBot) -> None:
    dialog = dialog_for(app, qtbot, ExportChoice(format="tiff", depth=16))
    fields = dialog.fields
    assert (fields.bits.isEnabled(), fields.quality.isEnabled()) == (True, False)
    fields.format.setCurrentIndex(fields.format.findData("webp"))
    assert (fields.bits.isEnabled(), fields.quality.isEnabled()) == (False, True)
    assert fields.bits.currentData() == 8
    for mode, shown in (("long_side", fields.long_side), ("megapixels", fields.megapixels)):
        fields.size_mode.setCurrentIndex(fields.size_mode.findData(mode))
        assert not shown.isHidden()
        assert fields.fit_width.isHidden()


def test_the_example_shows_name_and_size(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_for(app, qtbot, ExportChoice(folder=str(tmp_path)))
    dialog.which.setCurrentIndex(2)
    assert dialog.example.full_text() == "photo0.jpg   (120 × 80 px)"
    dialog.name.setText("trip_{seq:03}")
    dialog.fields.format.setCurrentIndex(dialog.fields.format.findData("avif"))
    assert dialog.example.full_text().startswith("trip_001.avif")
    dialog.name.setText("{nme}")
    assert "{nme}" in dialog.problem.text()
    assert not dialog.export_button.isEnabled()
    dialog.name.clear()
    dialog.insert.menu().actions()[0].trigger()
    assert dialog.name.text() == "{name}"
    assert dialog.export_button.isEnabled()


def test_presets_set_the_file_and_leave_the_rest(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    choice = ExportChoice(folder=str(tmp_path), name="{seq}", copyright="© me")
    dialog = dialog_for(app, qtbot, choice)
    assert dialog.preset.currentData() == "full"
    dialog.preset.setCurrentIndex(dialog.preset.findData("web"))
    dialog.preset.activated.emit(dialog.preset.currentIndex())
    made = dialog.choice()
    assert made.options().long_side == 2048
    assert not made.location
    assert (made.folder, made.name, made.copyright) == (str(tmp_path), "{seq}", "© me")
    dialog.fields.quality.setValue(61)
    assert dialog.preset.currentText() == "Custom"
    dialog.keep_preset("Mine")
    assert dialog.preset.currentText() == "Mine"
    assert dialog.delete_preset.isEnabled()
    assert dialog.presets["Mine"].quality == 61
    dialog.fields.quality.setValue(85)
    assert dialog.preset.currentData() == "web"
    assert not dialog.delete_preset.isEnabled()
    dialog.preset.setCurrentIndex(dialog.preset.findText("Mine"))
    dialog.preset.activated.emit(dialog.preset.currentIndex())
    assert dialog.choice().quality == 61
    dialog.delete_preset.click()
    assert not dialog.presets


def test_no_preset_brings_back_what_was_to_be_left_out(app: App, qtbot: QtBot) -> None:
    for choice in (ExportChoice(location=False), ExportChoice(metadata="copyright")):
        dialog = dialog_for(app, qtbot, choice)
        for key in ("print", "full", "web", "full"):
            dialog.preset.setCurrentIndex(dialog.preset.findData(key))
            dialog.preset.activated.emit(dialog.preset.currentIndex())
            made = dialog.choice()
            assert not (made.location and made.metadata == "all")
            assert dialog.preset.currentData() == key
        assert made.metadata == choice.metadata


def test_choice_and_presets_are_remembered(tmp_path: Path) -> None:
    choice = ExportChoice(folder="/a", megapixels=2.0, location=False, name="{date} ü")
    settings = AppSettings(tmp_path)
    settings.export_choice = choice
    settings.export_presets = {"Lab ü": PRESETS["print"]}
    settings.sync()
    again = AppSettings(tmp_path)
    assert again.export_choice == choice
    assert again.export_presets == {"Lab ü": PRESETS["print"]}


def test_what_was_stored_is_not_trusted() -> None:
    good = ExportChoice()
    assert from_stored({}) == good
    assert from_stored({"quality": "92", "depth": True, "megapixels": None}) == good
    assert from_stored({"folder": "/a", "format": "gif"}) == ExportChoice(folder="/a")
    assert from_stored({"megapixels": 3}).megapixels == 3.0
    for text in ("", "[]", "nonsense", '{"a": 1}'):
        assert presets_from(text) == {}
    assert presets_from(presets_to(PRESETS)) == PRESETS


def test_photos_are_written_as_they_look(
    app: App, studio: FakeStudio, qtbot: QtBot, tmp_path: Path
) -> None:
    app.session.set_param("exposure_ev", 2.0, drag=1)
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path), "png"))
    assert len(done.args[0].written) == 6
    assert sorted(p.name for p in tmp_path.glob("*-imgtune.png"))[0] == "photo0-imgtune.png"
    assert "Exported 6 photos" in app.window.message()
    assert not app.window.export.isVisible()


def test_one_failure_is_listed_and_the_rest_is_written(
    app: App,
    studio: FakeStudio,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = studio.export

    def picky(path: Path, *args: object) -> Path:
        if path.name == "photo2.png":
            raise CannotWrite("photo2.png: the disk is full")
        return original(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "export", picky)
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path)))
    assert len(done.args[0].written) == 5
    assert done.args[0].errors == ("photo2.png: the disk is full",)
    window = app.export.queue_window
    assert window is not None
    assert window.isVisible()
    (row,) = window.rows
    assert [row.errors.item(i).text() for i in range(row.errors.count())] == [
        "photo2.png: the disk is full"
    ]
    assert "Exported 5 photos" in row.says.full_text()
    assert "1 failed" in row.says.full_text()


def test_what_failed_is_tried_again_under_the_same_number(
    app: App, studio: FakeStudio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, full = studio.export, True

    def picky(path: Path, *args: object) -> Path:
        if full and path.name == "photo2.png":
            raise CannotWrite("photo2.png: the disk is full")
        return original(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "export", picky)
    choice = ExportChoice(str(tmp_path), name="{seq}", on_collision="overwrite")
    with qtbot.waitSignal(app.export.finished):
        app.export.export(list(app.session.items), choice)
    window = app.export.queue_window
    assert window is not None
    full = False
    with qtbot.waitSignal(app.export.finished) as done:
        window.rows[0].again.click()
    (written,) = done.args[0].written
    assert written.name.startswith("3-")
    first, second = window.rows
    assert not first.again.isVisibleTo(first)  # once: it is in the second row now
    assert not second.again.isVisibleTo(second)


def test_in_the_loupe_the_photo_in_hand_is_offered(app: App, qtbot: QtBot) -> None:
    """And in the grid, where a single one is chosen by chance, all that are done."""
    app.learn.accept()
    qtbot.waitUntil(lambda: app.session.items[0].taught is not None)
    offered = []
    for in_hand in (True, False):
        app.session.select_row(2)
        selected, all_ = app.window.photo_list.selected_items(), list(app.session.items)
        dialog = ExportDialog(selected, all_, ExportChoice(), in_hand=in_hand)
        qtbot.addWidget(dialog)
        offered.append([item.path.name for item in dialog.photos()])
    assert offered == [["photo2.png"], ["photo0.png"]]


def test_photos_that_were_never_tried_are_counted() -> None:
    full = BatchResult(errors=("The disk is full",))
    job = ExportJob(Path("/disk"), 6, "JPEG", result=full)
    assert result_text(job) == "Exported 0 photos; 1 failed; 5 not tried"
    job.result = BatchResult(written=(Path("/disk/a.jpg"),), cancelled=True)
    assert "not tried" not in result_text(job)


def test_photos_that_are_there_already_are_counted(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    choice = ExportChoice(str(tmp_path), on_collision="skip")
    for written, skipped in ((6, 0), (0, 6)):
        with qtbot.waitSignal(app.export.finished) as done:
            app.export.export(list(app.session.items), choice)
        assert (len(done.args[0].written), len(done.args[0].skipped)) == (written, skipped)
    assert "6 were there already" in app.window.message()


def test_the_folder_is_opened_when_asked(
    app: App, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    for wanted in (False, True):
        with qtbot.waitSignal(app.export.finished):
            app.export.export(
                app.session.items[:1], ExportChoice(str(tmp_path), open_folder=wanted)
            )
    assert opened == [str(tmp_path)]


def test_cancel_stops_after_the_photo_in_hand(
    app: App,
    studio: FakeStudio,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = studio.export

    def cancelling(path: Path, *args: object) -> Path:
        app.export.cancel()
        return original(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "export", cancelling)
    with qtbot.waitSignal(app.export.finished) as done:
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path)))
    assert done.args[0].cancelled
    # What was in hand is finished.
    count = len(done.args[0].written)
    assert count < 6
    assert f"cancelled after {count}" in app.window.message()


def test_the_queue_shows_each_export_and_cancels_one(
    app: App,
    studio: FakeStudio,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go, original = threading.Event(), studio.export

    def slow(path: Path, *args: object) -> Path:
        go.wait(10)
        return original(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "export", slow)
    app.actions["export_queue"].trigger()
    window = app.export.queue_window
    assert window is not None
    assert not window.clear.isEnabled()
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        app.export.export(list(app.session.items), ExportChoice(str(folder)))
    one, two, three = window.rows
    qtbot.waitUntil(lambda: one.says.full_text().startswith("0 of 6"))
    assert "2 more wait" in app.window.export.text()
    assert two.says.full_text() == "waits for the exports before it"
    two.cancel.click()
    assert two.says.full_text() == "Export cancelled after 0 photos"
    assert not two.cancel.isVisible()
    go.set()
    qtbot.waitUntil(lambda: not app.export.queue.open_jobs)
    assert [len(row.job.result.written) for row in (one, two, three)] == [6, 0, 6]
    assert two.job.result.cancelled
    assert not two.open_folder.isVisible()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    three.open_folder.click()
    assert opened == [str(folders[2])]
    window.clear.click()
    assert window.rows == []


def test_closing_ends_all_that_is_queued(
    app: App, studio: FakeStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = studio.export

    def slow(path: Path, *args: object) -> Path:
        time.sleep(0.05)
        return original(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(studio, "export", slow)
    for name in "ab":
        app.export.export(list(app.session.items), ExportChoice(str(tmp_path / name)))
    app.window.close()
    assert len(studio.exported) < 6
