"""Lessons as nobody expects them: one, ten thousand, all equal, of one shoot, not numbers."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from model_core.domain.correction import Verdict
from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import CannotTrain, InvalidSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.services import DEFAULT_STYLE, Studio
from model_core.storage.catalog import JOURNAL_NAME
from model_core.storage.rows import LESSON_COLUMNS, features_row, lesson_row, settings_to_json
from tests.core.commands import Say
from tests.core.storage.samples import lesson
from tests.core.teaching import predicted, teach

OpenStudio = Callable[..., Studio]


def seen(studio: Studio, count: int, seed: int = 0) -> list[PhotoFeatures]:
    """What the shipped network might see of so many photos."""
    rng = np.random.default_rng(seed)
    version = studio.network_version(DEFAULT_STYLE)
    size = studio.predictors.network(DEFAULT_STYLE, version).features
    jnd = np.array([p.jnd for p in PARAMS])
    return [
        PhotoFeatures(
            PhotoId(f"{seed}-{i}"), version, (rng.normal(0, 2, len(jnd)) * jnd).astype("f4"),
            jnd.astype("f4"), np.r_[1, rng.normal(0, 1, size - 1)].astype("f4"),
        )
        for i in range(count)
    ]  # fmt: skip


def taught_at_once(studio: Studio, features: list[PhotoFeatures], shoots: int, ev: float) -> None:
    """So many lessons straight into the tables: one by one each would wait for the disk."""
    lessons = [
        lesson_row(
            replace(
                lesson(f.photo, model=f.version, shoot=f"shoot {i % shoots}"),
                chosen=DevelopSettings.from_values(f.settings).with_value("exposure_ev", ev),
            )
        )
        for i, f in enumerate(features)
    ]
    marks = ", ".join("?" * 10)
    with sqlite3.connect(studio.data_dir / "catalog.db") as other:
        other.executemany(f"INSERT INTO lessons ({LESSON_COLUMNS}) VALUES ({marks})", lessons)
        rows = [features_row(f) for f in features]
        other.executemany("INSERT INTO features VALUES (?, ?, ?, ?, ?)", rows)
    other.close()
    studio.reload(DEFAULT_STYLE)


def exposures(studio: Studio, features: list[PhotoFeatures]) -> np.ndarray:
    found = studio.predict_many(DEFAULT_STYLE, features)
    assert all(np.isfinite([*p.settings, *p.spread]).all() for p in found)
    return np.array([p.settings["exposure_ev"] for p in found])


def test_one_lesson_moves_predictions_and_is_too_little_for_a_fine_tune(
    studio: Studio, photos: list[Path]
) -> None:
    before = predicted(studio, photos[1]).settings["exposure_ev"]
    teach(studio, photos[0])
    assert predicted(studio, photos[1]).settings["exposure_ev"] > before
    with pytest.raises(CannotTrain, match="there are 1 over 1"):
        studio.train(DEFAULT_STYLE)


def test_lessons_that_are_all_equal_are_learned_as_they_are(studio: Studio) -> None:
    features = seen(studio, 60)
    taught_at_once(studio, features, shoots=6, ev=1.5)
    assert np.abs(exposures(studio, seen(studio, 20, seed=1)) - 1.5).mean() < 0.5


def test_equal_photos_with_equal_answers_are_no_trouble(studio: Studio) -> None:
    one = seen(studio, 1)[0]
    same = [replace(one, photo=PhotoId(f"same {i}")) for i in range(40)]
    taught_at_once(studio, same, shoots=5, ev=1.5)
    assert exposures(studio, [one])[0] == pytest.approx(1.5, abs=0.3)


def test_one_shoot_teaches_the_head_and_cannot_be_fine_tuned(studio: Studio) -> None:
    taught_at_once(studio, seen(studio, 60), shoots=1, ev=1.5)
    assert (exposures(studio, seen(studio, 20, seed=1)) > 0).all()
    with pytest.raises(CannotTrain, match="there are 60 over 1"):
        studio.train(DEFAULT_STYLE)
    assert not studio.readiness(DEFAULT_STYLE).ready


@pytest.mark.slow
def test_ten_thousand_lessons_are_loaded_and_learned_from(studio: Studio) -> None:
    taught_at_once(studio, seen(studio, 10_000), shoots=400, ev=1.0)
    asked = seen(studio, 50, seed=1)
    assert np.abs(exposures(studio, asked) - 1.0).mean() < 0.3
    assert studio.styles()[0].lessons == 10_000
    assert studio.training_due(DEFAULT_STYLE)


# --- two at once ------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from model_core.storage.model_store import ModelStore
with ModelStore(Path(sys.argv[1])).lock("My style"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_training_of_a_style_is_refused_at_once_and_by_name(
    studio: Studio, say: Say
) -> None:
    taught_at_once(studio, seen(studio, 60), shoots=8, ev=1.5)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(studio.models.root)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    try:
        other.stdout.readline()
        said = say("train")
        assert said.status == 1
        assert f"pid {other.pid}" in said.err
        assert "wait until it has finished" in said.err
        renamed = say("style", "rename", DEFAULT_STYLE, "Warm film")
        assert (renamed.status, f"pid {other.pid}" in renamed.err) == (1, True)
        assert [s.name for s in studio.styles()] == [DEFAULT_STYLE]
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert say("style", "rename", DEFAULT_STYLE, "Warm film").status == 0


# --- what is not a number, or beyond the sliders ----------------------------------------


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_a_number_never_becomes_a_lesson(bad: float) -> None:
    with pytest.raises(InvalidSettings, match="finite"):
        IDENTITY.with_value("contrast", bad)
    with pytest.raises(InvalidSettings, match="finite"):
        DevelopSettings.from_values([bad] * len(PARAMS))


def test_what_is_beyond_the_sliders_is_taught_as_their_end(
    studio: Studio, photos: list[Path]
) -> None:
    stored = teach(studio, photos[0], exposure_ev=1e9, contrast=-1e9)
    assert (stored.chosen["exposure_ev"], stored.chosen["contrast"]) == (5.0, -100.0)


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", "1e999", "null", '"much"', "[1]", "{}", "true"],
)
def test_damaged_numbers_in_the_catalog_cost_nothing_while_there_is_a_second_copy(
    open_studio: OpenStudio, photos: list[Path], text: str
) -> None:
    studio = open_studio()
    good, bad = (teach(studio, path) for path in photos[:2])
    whole = json.loads(settings_to_json(bad.chosen))
    damaged = json.dumps(whole | {"contrast": "?"}).replace('"?"', text)
    with sqlite3.connect(studio.data_dir / "catalog.db") as other:
        other.execute("UPDATE lessons SET chosen = ? WHERE id = ?", (damaged, bad.id))
    other.close()
    studio.reload(DEFAULT_STYLE)
    assert studio.lessons(DEFAULT_STYLE) == [good, bad]
    assert predicted(studio, photos[2]).lessons == 2
    assert any(f"lesson {bad.id} was read from its second" in text for text in studio.warnings)
    studio.close()
    (studio.data_dir / JOURNAL_NAME).write_text("")
    again = open_studio(studio.data_dir)
    assert again.lessons(DEFAULT_STYLE) == [good]
    assert predicted(again, photos[2]).lessons == 1
    assert any(f"lesson {bad.id} was skipped" in text for text in again.warnings)


def test_numbers_beyond_the_sliders_in_the_catalog_are_held_to_them(
    studio: Studio, photos: list[Path]
) -> None:
    bad = teach(studio, photos[0])
    damaged = json.dumps(json.loads(settings_to_json(bad.chosen)) | {"contrast": 1e9})
    with sqlite3.connect(studio.data_dir / "catalog.db") as other:
        other.execute("UPDATE lessons SET chosen = ? WHERE id = ?", (damaged, bad.id))
    other.close()
    (found,) = studio.lessons(DEFAULT_STYLE)
    assert found.chosen["contrast"] == 100.0


# --- photos and clocks ------------------------------------------------------------------


def test_photos_that_are_gone_or_moved_since_still_teach_a_new_network(
    studio: Studio, photos: list[Path]
) -> None:
    for path in photos[:3]:
        teach(studio, path)
    before = predicted(studio, photos[5]).settings
    photos[0].unlink()
    photos[1].rename(photos[1].with_name("elsewhere.jpg"))
    with sqlite3.connect(studio.data_dir / "catalog.db") as other:
        other.execute("DELETE FROM features")  # as a new base model would find it
    other.close()
    studio.reload(DEFAULT_STYLE)
    again = predicted(studio, photos[5])
    assert again.lessons == 3
    # From the thumbnails that were kept with the lessons, as JPEG.
    gaps = [abs(a - b) / p.jnd for p, a, b in zip(PARAMS, again.settings, before, strict=True)]
    assert max(gaps) < 1.5


def test_a_clock_that_goes_backwards_loses_and_mixes_nothing(
    open_studio: OpenStudio, photos: list[Path]
) -> None:
    """Every lesson is an hour older than the one before it."""
    studio = open_studio()
    start = datetime(2026, 1, 2, tzinfo=UTC)
    for index in range(6):
        when = (start - timedelta(hours=index)).isoformat(timespec="milliseconds")
        for value in (10.0, 20.0 + index):  # the second replaces the first
            studio.catalog.add_lesson(
                lesson(f"p{index}", contrast=value, created_at=when, verdict=Verdict.CORRECTED)
            )
    wanted = {f"p{i}": 20.0 + i for i in range(6)}
    assert {c.photo: c.chosen["contrast"] for c in studio.lessons(DEFAULT_STYLE)} == wanted
    studio.close()
    for tail in ("", "-wal", "-shm"):
        (studio.data_dir / f"catalog.db{tail}").unlink(missing_ok=True)
    again = open_studio(studio.data_dir)
    assert {c.photo: c.chosen["contrast"] for c in again.lessons(DEFAULT_STYLE)} == wanted
    new = again.catalog.add_lesson(lesson("p9"))
    assert new.id > 12  # ids go on: they, not the time, say what is newer
