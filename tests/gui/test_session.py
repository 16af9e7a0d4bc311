"""The session: one drag is one undo, and a prediction never moves what the user touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.session import PhotoSession
from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures, Prediction

ZEROS = np.zeros(len(PARAMS), np.float32)


def opened(session: PhotoSession, row: int) -> PhotoItem:
    item = session.items[row]
    photo_id = PhotoId(str(row))
    features = PhotoFeatures(photo_id, "base", ZEROS, ZEROS, ZEROS)
    item.photo, item.features = Photo(item.path, photo_id, 120, 80), features
    item.opened_for = "style"
    session.tell_opened([item])
    return item


def predicted(item: PhotoItem, **values: float) -> Prediction:
    assert item.photo is not None
    settings = DevelopSettings.from_mapping(values)
    return Prediction(item.photo.id, settings, (1.0,) * len(PARAMS), "base", 0)


def lesson(item: PhotoItem, verdict: Verdict) -> Correction:
    assert item.photo is not None
    now = "2026-01-01T00:00:00+00:00"
    return Correction(
        item.photo.id, item.path, "style", "", IDENTITY, item.settings, verdict, "base", now, 1
    )


def test_one_drag_is_one_undo(session: PhotoSession) -> None:
    for value in (1.0, 2.0, 3.0):
        session.set_param("contrast", value, drag=1)
    session.set_param("contrast", 9.0, drag=2)
    assert session.undo_stack.count() == 2
    session.undo_stack.undo()
    assert session.items[0].settings["contrast"] == 3.0
    session.undo_stack.undo()
    assert session.items[0].settings == IDENTITY
    assert session.items[0].state is EditState.UNTOUCHED
    session.undo_stack.redo()
    assert session.items[0].settings["contrast"] == 3.0


def test_different_sliders_in_one_number_do_not_merge(session: PhotoSession) -> None:
    session.set_param("contrast", 5.0, drag=1)
    session.set_param("shadows", 5.0, drag=1)
    assert session.undo_stack.count() == 2


def test_undo_shows_the_photo_it_changes(session: PhotoSession) -> None:
    session.set_param("contrast", 5.0, drag=1)
    session.select_row(3)
    session.undo_stack.undo()
    assert session.current_row == 0


def test_a_new_prediction_moves_untouched_photos_only(session: PhotoSession) -> None:
    first, second, third = (opened(session, row) for row in range(3))
    for item in (first, second, third):
        session.set_prediction(item, predicted(item, contrast=4.0))
    session.set_param("contrast", 30.0, drag=1)  # the first becomes a draft
    session.select(second)
    session.mark_learned(second, lesson(second, Verdict.ACCEPTED))
    for item in (first, second, third):
        session.set_prediction(item, predicted(item, contrast=11.0))
    assert first.settings["contrast"] == 30.0
    assert second.settings["contrast"] == 4.0
    assert third.settings["contrast"] == 11.0
    assert [i.state for i in (first, second, third)] == [
        EditState.DRAFT,
        EditState.ACCEPTED,
        EditState.UNTOUCHED,
    ]


def test_undo_after_a_lesson_makes_a_draft_and_redo_the_lesson_again(
    session: PhotoSession,
) -> None:
    item = opened(session, 0)
    session.set_prediction(item, predicted(item, contrast=4.0))
    session.set_param("contrast", 30.0, drag=1)
    session.set_param("contrast", 40.0, drag=2)
    session.mark_learned(item, lesson(item, Verdict.CORRECTED))
    assert item.state is EditState.CORRECTED
    session.undo_stack.undo()
    assert item.state is EditState.DRAFT
    session.undo_stack.redo()
    assert item.state is EditState.CORRECTED


def test_reset_makes_a_photo_follow_the_model_again(session: PhotoSession) -> None:
    item = opened(session, 0)
    session.set_prediction(item, predicted(item, contrast=4.0))
    session.set_param("contrast", 30.0, drag=1)
    session.set_edits([(item, None)], "Reset")
    assert item.settings["contrast"] == 4.0
    session.set_prediction(item, predicted(item, contrast=6.0))
    assert item.settings["contrast"] == 6.0
    session.undo_stack.undo()
    assert item.settings["contrast"] == 30.0


def test_several_photos_are_one_undo(session: PhotoSession) -> None:
    edit = DevelopSettings.from_mapping({"shadows": 20.0})
    session.set_edits([(item, edit) for item in session.items], "Sync")
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert all(item.state is EditState.UNTOUCHED for item in session.items)


def test_a_drag_does_not_repaint_the_filmstrip_at_every_step(session: PhotoSession) -> None:
    changed: list[PhotoItem] = []
    session.item_changed.connect(changed.append)
    for value in range(1, 20):
        session.set_param("contrast", float(value), drag=1)
    assert len(changed) == 1  # untouched became draft, once


def test_photos_are_added_once_and_the_current_one_stays(
    session: PhotoSession, photos: list[Path], tmp_path: Path
) -> None:
    session.select_row(2)
    assert session.add_photos([*photos, tmp_path / "new.jpg"]) == 1
    assert len(session.items) == 7
    assert session.current_row == 2
    assert not session.step(10)
    assert session.step(1)


def test_another_style_starts_anew(session: PhotoSession) -> None:
    session.set_param("contrast", 5.0, drag=1)
    session.set_style("other")
    assert session.items[0].settings == IDENTITY
    assert session.undo_stack.count() == 0


def test_values_are_kept_as_they_are_shown(session: PhotoSession) -> None:
    session.set_param("exposure_ev", 0.1 + 0.2, drag=1)
    assert session.items[0].settings["exposure_ev"] == 0.3
    edit = DevelopSettings.from_mapping({"contrast": 3.4})
    session.set_edits([(session.items[0], edit)], "Paste")
    assert session.items[0].settings["contrast"] == 3.0
