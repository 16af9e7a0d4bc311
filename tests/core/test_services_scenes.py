from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core.domain.correction import Verdict
from model_core.domain.export import ExportItem, ExportOptions
from model_core.imaging.colour import from_working, to_working
from model_core.progress import Progress
from model_core.services import DEFAULT_STYLE, Studio
from model_core.variants import exposed
from tests.core.pictures import scene
from tests.core.teaching import look, predicted

BURST = (0.0, 0.5, -0.4, 0.8)


def shot(path: Path, seconds: int, ev: float = 0.0, seed: int = 0) -> Path:
    """One picture, taken then, with that much more light."""
    pixels = (scene(seed, 300, 400) * 0.5 + 20).astype(np.uint8)
    light = exposed(ev)(to_working(pixels / np.float32(255), "srgb"))
    code = np.clip(from_working(light, "srgb") * 255 + 0.5, 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = f"2026:05:01 10:20:{seconds:02}"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(code).save(path, exif=exif, quality=95)
    return path


@pytest.fixture
def burst(tmp_path: Path) -> list[Path]:
    return [shot(tmp_path / "in" / f"{i}.jpg", i, ev) for i, ev in enumerate(BURST)]


def outputs(studio: Studio, paths: list[Path]) -> np.ndarray:
    """How light each frame is shown, in stops from the first."""
    seen = [look(studio, path)[1] for path in paths]
    found = studio.predict_many(DEFAULT_STYLE, seen)
    return np.array([p.settings["exposure_ev"] for p in found]) + BURST


def test_a_burst_is_shown_alike(studio: Studio, burst: list[Path]) -> None:
    seen = [look(studio, path)[1] for path in burst]
    alone = studio.predictors.predict_many(DEFAULT_STYLE, seen)
    before = np.ptp(np.array([p.settings["exposure_ev"] for p in alone]) + BURST)
    assert np.ptp(outputs(studio, burst)) < 0.5 * before
    assert {p.scene for p in studio.predict_many(DEFAULT_STYLE, seen)} == {4}


def test_one_frame_asked_for_alone_is_as_among_the_others(
    studio: Studio, burst: list[Path]
) -> None:
    seen = [look(studio, path)[1] for path in burst]
    together = studio.predict_many(DEFAULT_STYLE, seen)
    assert [studio.predict(DEFAULT_STYLE, one) for one in seen] == together


def test_a_photo_alone_is_left_alone(studio: Studio, tmp_path: Path) -> None:
    other = [shot(tmp_path / f"{i}.jpg", i * 4, seed=i + 1) for i in range(3)]
    undated = tmp_path / "undated.jpg"
    Image.fromarray(scene(0)).save(undated)
    seen = [look(studio, path)[1] for path in [*other, undated]]
    assert studio.predict_many(DEFAULT_STYLE, seen) == studio.predictors.predict_many(
        DEFAULT_STYLE, seen
    )


def test_siblings_of_a_corrected_frame_move_and_accepted_ones_do_not(
    studio: Studio, burst: list[Path]
) -> None:
    for path in burst:
        look(studio, path)
    photo, features = look(studio, burst[1])
    kept = studio.predict(DEFAULT_STYLE, features).settings
    assert studio.learn(DEFAULT_STYLE, photo, features, kept).verdict is Verdict.ACCEPTED
    photo, features = look(studio, burst[0])
    before = outputs(studio, burst)
    chosen = studio.predict(DEFAULT_STYLE, features).settings
    wanted = chosen.with_value("exposure_ev", chosen["exposure_ev"] + 1.5)
    studio.learn(DEFAULT_STYLE, photo, features, wanted)
    after = outputs(studio, burst)
    assert (after[2:] - before[2:] > 0.3).all()
    assert studio.settings_for(DEFAULT_STYLE, burst[1]) == kept
    assert studio.settings_for(DEFAULT_STYLE, burst[0]) == wanted.rounded()


def test_copies_of_a_burst_are_developed_as_it_is_shown(
    studio: Studio, burst: list[Path], tmp_path: Path
) -> None:
    """Nothing was looked at before: the first copy already knows the last frame."""
    written: list[Path] = []
    studio.export_batch(
        [ExportItem(path) for path in burst],
        tmp_path / "out",
        ExportOptions("png"),
        style=DEFAULT_STYLE,
        progress=Progress(),
        on_written=written.append,
    )
    light = [np.asarray(Image.open(path)).mean() for path in sorted(written)]
    assert len(light) == 4
    assert np.ptp(light) < 0.1 * np.mean(light)
    assert all(predicted(studio, path).scene == 4 for path in burst)


def test_a_value_that_is_always_set_is_not_smoothed_away(
    studio: Studio, burst: list[Path], tmp_path: Path
) -> None:
    for i, ev in enumerate(np.linspace(-1.2, 1.2, 12)):
        photo, features = look(studio, shot(tmp_path / f"{i}.jpg", 0, ev, seed=i))
        chosen = studio.predict(DEFAULT_STYLE, features).settings.with_value("exposure_ev", 0.4)
        studio.learn(DEFAULT_STYLE, photo, features, chosen)
    seen = [look(studio, path)[1] for path in burst]
    alone, shown = (
        [p.settings["exposure_ev"] for p in source.predict_many(DEFAULT_STYLE, seen)]
        for source in (studio.predictors, studio)
    )
    assert shown == pytest.approx(alone, abs=0.06)
