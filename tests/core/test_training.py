from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import psutil
import pytest

from model_core import services
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.errors import Busy, CannotTrain, UnknownStyle
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.domain.version import GateReport
from model_core.predict.onnx_network import OnnxNetwork
from model_core.progress import Cancelled, Progress
from model_core.services import DEFAULT_STYLE, LESSONS_FOR_TRAINING, Studio
from model_core.training import TrainOutcome, within_reach
from tests.core.pictures import write_scene
from tests.core.storage.samples import lesson

OpenStudio = Callable[..., Studio]
JND = np.array([p.jnd for p in PARAMS])
SHOOTS, EACH = 7, 5


def teach(studio: Studio, folder: Path, *, shoots: int = SHOOTS, each: int = EACH) -> None:
    """Corrections of small pictures over some shoots, by a hand that follows no rule."""
    rng = np.random.default_rng(0)
    for index in range(shoots * each):
        path = folder / f"{index:02}.jpg"
        if not path.exists():
            write_scene(path, index, height=120, width=160)
        photo, proxy = studio.open_photo(path)
        features = studio.analyse(photo, DEFAULT_STYLE, proxy)
        wanted = features.settings + (3 + rng.normal(0, 3, len(PARAMS))) * JND
        chosen = DevelopSettings.from_values(wanted)
        studio.learn(DEFAULT_STYLE, photo, features, chosen, shoot=f"shoot {index // each}")


def predictions(studio: Studio, folder: Path) -> list[Prediction]:
    """For three photos that were never corrected."""
    found = []
    for seed in (900, 901, 902):
        path = folder / f"new {seed}.jpg"
        if not path.exists():
            write_scene(path, seed)
        photo, proxy = studio.open_photo(path)
        found.append(studio.predict(DEFAULT_STYLE, studio.analyse(photo, DEFAULT_STYLE, proxy)))
    return found


def leftovers(studio: Studio) -> list[Path]:
    """What a training that came to nothing might leave: hidden folders and files."""
    found = studio.models.root.rglob(".*")
    return [path for path in found if path.name != ".locks"]


@dataclass(frozen=True)
class Trained:
    """A data directory after one training, and how things were before it."""

    data: Path
    photos: Path
    outcome: TrainOutcome
    reports: list[tuple[float, float, str]]
    before: list[Prediction]
    seen: PhotoFeatures
    """What the base saw of a lesson's photo."""


@dataclass(frozen=True)
class Taught:
    """A data directory with lessons, to be copied, and the folder of their photos."""

    data: Path
    photos: Path


@cache
def few_rehearsed() -> Any:
    """Every twelfth of the pictures that a fine-tune rehearses, which take a second to make."""
    from model_core.learn.replay import rehearsal

    return rehearsal()[::12]


def trained(folder: Path, taught: Taught, *, publish: bool | None) -> Trained:
    """One real fine-tune, short: few epochs, few rehearsed photos. ``publish`` overrules the
    gate; with None it decides."""
    from model_core.learn import fine_tune, gate, trainer

    judge = gate.judge

    def overruled(*given: Any) -> GateReport:
        report = judge(*given)
        return report if publish is None else replace(report, publish=publish)

    shutil.copytree(taught.data, folder / "data")
    studio = Studio(folder / "data")
    photo = studio.open_photo(taught.photos / "00.jpg")[0]
    seen = studio.analyse(photo, DEFAULT_STYLE)
    before = predictions(studio, taught.photos)
    reports: list[tuple[float, float, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fine_tune, "PLAN", trainer.Plan(epochs=3))
        patch.setattr(trainer, "rehearsal", few_rehearsed)
        patch.setattr(gate, "judge", overruled)
        outcome = studio.train(
            DEFAULT_STYLE, device="cpu", progress=Progress(lambda *r: reports.append(r))
        )
    studio.close()
    return Trained(folder / "data", taught.photos, outcome, reports, before, seen)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    folder = tmp_path_factory.mktemp("taught")
    studio = Studio(folder / "data")
    teach(studio, folder / "photos")
    studio.close()
    return Taught(folder / "data", folder / "photos")


@pytest.fixture
def taught_studio(taught: Taught, open_studio: OpenStudio, tmp_path: Path) -> Studio:
    shutil.copytree(taught.data, tmp_path / "data")
    return open_studio()


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory, taught: Taught) -> Trained:
    return trained(tmp_path_factory.mktemp("accepted"), taught, publish=True)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory, taught: Taught) -> Trained:
    """The gate itself decides on a hand that follows no rule."""
    return trained(tmp_path_factory.mktemp("refused"), taught, publish=None)


@pytest.fixture
def reopen(open_studio: OpenStudio, tmp_path: Path) -> Callable[[Trained], Studio]:
    """A studio on a copy of what a training left, so that tests do not see each other."""

    def copy(one: Trained) -> Studio:
        shutil.copytree(one.data, tmp_path / "copy")
        return open_studio(tmp_path / "copy")

    return copy


@pytest.mark.slow
class TestPublished:
    def test_the_version_serves(self, accepted: Trained, reopen: Callable[..., Studio]) -> None:
        studio, outcome = reopen(accepted), accepted.outcome
        assert outcome.published
        assert outcome.version == studio.current_version(DEFAULT_STYLE)
        assert studio.network_version(DEFAULT_STYLE) != studio.base_version
        (version,) = studio.versions(DEFAULT_STYLE)
        assert (version.id, version.style, version.method) == (
            outcome.version, DEFAULT_STYLE, "lora"
        )  # fmt: skip
        assert version.corrections == SHOOTS * EACH
        assert version.gate == outcome.gate
        assert studio.styles()[0].version == outcome.version
        assert studio.warnings == []
        assert leftovers(studio) == []

    def test_the_file_answers_as_the_trained_network(self, accepted: Trained) -> None:
        gate = accepted.outcome.gate
        assert gate is not None
        assert 0 <= gate.parity < 0.1
        assert (gate.photos, gate.shoots) == (20, 4)
        assert 0 < gate.candidate_error < 20
        assert accepted.outcome.seconds > 0

    def test_all_lessons_are_kept_and_seen_by_the_new_network(
        self, accepted: Trained, reopen: Callable[..., Studio]
    ) -> None:
        studio = reopen(accepted)
        assert len(studio.lessons(DEFAULT_STYLE)) == SHOOTS * EACH
        for prediction in predictions(studio, accepted.photos):
            assert prediction.version == accepted.outcome.version
            assert prediction.lessons == SHOOTS * EACH
            assert np.isfinite([*prediction.settings, *prediction.spread]).all()

    def test_predictions_stay_near_what_was_on_the_screen(
        self, accepted: Trained, reopen: Callable[..., Studio]
    ) -> None:
        after = predictions(reopen(accepted), accepted.photos)
        gap = [
            np.abs((np.array(a.settings.values) - b.settings.values) / JND).mean()
            for a, b in zip(after, accepted.before, strict=True)
        ]
        assert max(gap) < 2.5  # lessons moved them by 3 in the mean, with noise of 3

    def test_what_an_older_version_saw_is_still_answered(
        self, accepted: Trained, reopen: Callable[..., Studio]
    ) -> None:
        studio = reopen(accepted)
        old = studio.predict(DEFAULT_STYLE, accepted.seen)
        assert old.version == studio.base_version
        assert old.lessons == SHOOTS * EACH

    def test_rolling_back_brings_everything_back(
        self, accepted: Trained, reopen: Callable[..., Studio]
    ) -> None:
        studio = reopen(accepted)
        assert studio.rollback(DEFAULT_STYLE) == studio.base_version
        assert len(studio.lessons(DEFAULT_STYLE)) == SHOOTS * EACH
        for now, before in zip(predictions(studio, accepted.photos), accepted.before, strict=True):
            assert now.settings == before.settings
            assert now.version == before.version
        assert len(studio.versions(DEFAULT_STYLE)) == 1  # and the way forward stays

    def test_the_run_is_recorded_and_the_next_is_not_due(
        self, accepted: Trained, reopen: Callable[..., Studio]
    ) -> None:
        studio = reopen(accepted)
        (run,) = studio.catalog.trainings(DEFAULT_STYLE)
        assert run.version == accepted.outcome.version
        assert run.outcome == accepted.outcome.reason
        assert run.gate == accepted.outcome.gate
        assert set(run.lessons) == {c.id for c in studio.lessons(DEFAULT_STYLE)}
        assert not studio.training_due(DEFAULT_STYLE)

    def test_progress_was_told_all_the_way(self, accepted: Trained) -> None:
        assert len(accepted.reports) > 10
        assert all(0 <= done <= total for done, total, _ in accepted.reports)
        text = " ".join(t for _, _, t in accepted.reports)
        assert f"{SHOOTS * EACH} photos" in text
        assert "fine-tuning" in text
        assert "testing" in text
        assert "s left" in text

    def test_the_file_is_one_small_portable_file(
        self, accepted: Trained, reopen: Callable[..., Studio]
    ) -> None:
        studio = reopen(accepted)
        (version,) = studio.versions(DEFAULT_STYLE)
        path = studio.models.path(version, "model.onnx")
        assert path.stat().st_size < 11e6
        network = OnnxNetwork(path, "x")
        for count in (1, 2, 5):
            settings, _, _ = network.run(np.zeros((count, 224, 224, 3), np.uint8))
            assert settings.shape == (count, len(PARAMS))
        facts = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map
        assert [p["name"] for p in json.loads(facts["params"])] == [p.name for p in PARAMS]

    def test_a_pack_of_it_predicts_the_same_elsewhere(
        self,
        accepted: Trained,
        reopen: Callable[..., Studio],
        open_studio: OpenStudio,
        tmp_path: Path,
    ) -> None:
        here, there = reopen(accepted), open_studio(tmp_path / "there")
        here.export_pack(DEFAULT_STYLE, tmp_path / "pack.imgtune")
        there.import_pack(tmp_path / "pack.imgtune")
        for one, other in zip(
            predictions(here, accepted.photos), predictions(there, accepted.photos), strict=True
        ):
            gap = np.abs((np.array(one.settings.values) - other.settings.values) / JND)
            assert gap.max() < 0.25

    def test_a_damaged_version_gives_way_to_the_base_with_a_warning(
        self, accepted: Trained, tmp_path: Path, open_studio: OpenStudio
    ) -> None:
        shutil.copytree(accepted.data, tmp_path / "copy")
        (model,) = (tmp_path / "copy" / "models").rglob("model.onnx")
        model.write_bytes(model.read_bytes()[:-1000])
        studio = open_studio(tmp_path / "copy")
        assert studio.network_version(DEFAULT_STYLE) == studio.base_version
        now = predictions(studio, accepted.photos)
        assert [p.settings for p in now] == [p.settings for p in accepted.before]
        assert any("damaged" in w and "base model" in w for w in studio.warnings)


@pytest.mark.slow
class TestKeptBack:
    def test_nothing_is_changed_and_the_reason_is_told(
        self, refused: Trained, reopen: Callable[..., Studio]
    ) -> None:
        studio, outcome = reopen(refused), refused.outcome
        assert not outcome.published
        assert outcome.version is None
        assert outcome.reason.startswith("Kept the current model")
        assert studio.network_version(DEFAULT_STYLE) == studio.base_version
        assert studio.versions(DEFAULT_STYLE) == []
        assert leftovers(studio) == []
        for now, before in zip(predictions(studio, refused.photos), refused.before, strict=True):
            assert now.settings == before.settings
            assert now.lessons == SHOOTS * EACH

    def test_the_run_is_recorded_so_that_it_is_not_tried_again_at_once(
        self, refused: Trained, reopen: Callable[..., Studio]
    ) -> None:
        studio = reopen(refused)
        (run,) = studio.catalog.trainings(DEFAULT_STYLE)
        assert run.version is None
        assert run.outcome == refused.outcome.reason
        assert len(run.lessons) == SHOOTS * EACH
        assert not studio.training_due(DEFAULT_STYLE)


class TestTooFew:
    @pytest.mark.parametrize("way", ["train", "train_in_child"])
    def test_without_corrections_there_is_nothing_to_learn(self, studio: Studio, way: str) -> None:
        with pytest.raises(CannotTrain) as caught:
            getattr(studio, way)(DEFAULT_STYLE)
        assert "correct" in str(caught.value)
        assert leftovers(studio) == []

    @pytest.mark.parametrize("way", ["train", "train_in_child"])
    def test_with_few_the_numbers_are_told(self, studio: Studio, way: str, tmp_path: Path) -> None:
        teach(studio, tmp_path / "photos", shoots=2, each=3)
        with pytest.raises(CannotTrain, match=r"30 corrected photos over 5 shoots.* 6 over 2\."):
            getattr(studio, way)(DEFAULT_STYLE)
        assert studio.catalog.trainings(DEFAULT_STYLE) == []
        assert leftovers(studio) == []

    @pytest.mark.parametrize("way", ["train", "train_in_child"])
    def test_an_unknown_style_is_named(self, studio: Studio, way: str) -> None:
        with pytest.raises(UnknownStyle, match="Nobody"):
            getattr(studio, way)("Nobody")


@pytest.mark.slow
def test_training_is_due_when_enough_was_learned(
    taught_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = taught_studio
    assert len(studio.lessons(DEFAULT_STYLE)) >= LESSONS_FOR_TRAINING
    assert not studio.training_due(DEFAULT_STYLE)  # the head alone is as good
    monkeypatch.setattr(services.training, "LESSONS_THAT_PAY", LESSONS_FOR_TRAINING)
    assert studio.training_due(DEFAULT_STYLE)
    for one in studio.lessons(DEFAULT_STYLE)[LESSONS_FOR_TRAINING - 1 :]:
        studio.forget(one.id)
    assert not studio.training_due(DEFAULT_STYLE)


def test_training_is_not_due_with_many_corrections_of_few_shoots(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.training, "LESSONS_THAT_PAY", LESSONS_FOR_TRAINING)
    teach(studio, tmp_path / "photos", shoots=2, each=LESSONS_FOR_TRAINING // 2)
    assert not studio.training_due(DEFAULT_STYLE)


def test_of_very_many_lessons_the_newest_and_a_part_of_the_older_are_taken() -> None:
    lessons = [lesson(f"p{i}") for i in range(10_000)]
    told: list[str] = []
    kept = within_reach(lessons, Progress(lambda *r: told.append(r[2])), 2_000)
    assert 1_800 <= len(kept) <= 2_000
    assert kept[-1_000:] == lessons[-1_000:]
    places = [lessons.index(one) for one in kept[:50]]
    assert places == sorted(places)
    assert told == [f"taking {len(kept)} of 10000 corrections, the newest first"]
    assert within_reach(lessons[:2_000], Progress()) == lessons[:2_000]


class TestStopping:
    @pytest.mark.slow
    @pytest.mark.parametrize("word", ["preparing", "fine-tuning"])
    def test_a_cancelled_training_leaves_nothing(
        self, taught_studio: Studio, taught: Taught, word: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from model_core.learn import trainer

        studio = taught_studio
        monkeypatch.setattr(trainer, "rehearsal", few_rehearsed)
        before = predictions(studio, taught.photos)
        progress: Progress

        def stop(done: float, total: float, text: str) -> None:
            if word in text:
                progress.cancel.set()

        progress = Progress(stop)
        with pytest.raises(Cancelled):
            studio.train(DEFAULT_STYLE, device="cpu", progress=progress)
        assert leftovers(studio) == []
        assert studio.catalog.trainings(DEFAULT_STYLE) == []
        assert predictions(studio, taught.photos) == before

    @pytest.mark.slow
    def test_a_training_that_was_stopped_goes_on_when_it_is_asked_for_again(
        self, taught_studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from model_core.learn import fine_tune, trainer

        studio = taught_studio
        monkeypatch.setattr(trainer, "rehearsal", few_rehearsed)
        monkeypatch.setattr(fine_tune, "PLAN", trainer.Plan(epochs=4, save_every=0.0))
        kept = studio.models.checkpoint(DEFAULT_STYLE)
        progress: Progress

        def stop(done: float, total: float, text: str) -> None:
            if "fine-tuning" in text and done == 2:
                progress.cancel.set()

        progress = Progress(stop)
        with pytest.raises(Cancelled):
            studio.train(DEFAULT_STYLE, device="cpu", progress=progress)
        assert kept.exists()
        told: list[tuple[float, str]] = []
        outcome = studio.train(
            DEFAULT_STYLE, device="cpu", progress=Progress(lambda *r: told.append((r[0], r[2])))
        )
        texts = [text for _, text in told]
        assert any("going on with the interrupted fine-tune after 2" in text for text in texts)
        assert min(done for done, text in told if "fine-tuning, " in text) == 2
        assert outcome.gate is not None
        assert not kept.exists()

    @pytest.mark.slow
    def test_a_style_that_is_being_trained_is_busy(self, taught_studio: Studio) -> None:
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with taught_studio.models.lock(DEFAULT_STYLE):
                held.set()
                done.wait(30)

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            assert held.wait(30)
            with pytest.raises(Busy):
                taught_studio.train(DEFAULT_STYLE)
        finally:
            done.set()
            thread.join()

    @pytest.mark.slow
    @pytest.mark.timeout(120)
    def test_a_child_that_is_cancelled_is_gone_and_leaves_nothing(
        self, taught_studio: Studio, open_studio: OpenStudio
    ) -> None:
        progress: Progress

        def stop(done: float, total: float, text: str) -> None:
            assert "photos" in text
            progress.cancel.set()

        progress = Progress(stop)
        with pytest.raises(Cancelled):
            taught_studio.train_in_child(DEFAULT_STYLE, device="cpu", progress=progress)
        assert not [p for p in psutil.Process().children() if "train" in p.cmdline()]
        again = open_studio(taught_studio.data_dir)  # the next start cleans up after the killed
        assert leftovers(again) == []
        assert again.warnings == []
        assert again.catalog.trainings(DEFAULT_STYLE) == []
        with again.models.lock(DEFAULT_STYLE):
            pass
