"""How the base is made, on a few made-up lessons; what it then is shows in test_network."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.decode import to_linear
from model_core.learn import base_data, base_training
from model_core.learn.base_data import Lessons, fit_labels, listed, look_distance
from model_core.learn.network import EMBEDDING, DevelopNet, PhotometricStatistics
from model_core.progress import Cancelled, Progress
from model_core.variants import exposed, lit
from tests.core.pictures import scene


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors here are so small that threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def looks(*faults: Callable[[Float32], Float32]) -> tuple[np.ndarray, np.ndarray]:
    """Bad and good pixels of one scene for each fault, (N, pixels, 3) half floats."""
    good = [to_linear(CodedImage(scene(i) // 2 + 40)).pixels for i in range(len(faults))]
    bad = [fault(light) for fault, light in zip(faults, good, strict=True)]
    flat = [np.stack([x.reshape(-1, 3)[::10] for x in them]) for them in (bad, good)]
    return flat[0].astype(np.float16), flat[1].astype(np.float16)


class TestLabels:
    def test_undo_the_fault_with_the_slider_that_is_made_for_it(self) -> None:
        bad, good = looks(exposed(-1.0), exposed(0.5), lit(30, 0), lit(0, -15))
        labels, undone = fit_labels(bad, good, np.ones(4, bool), Progress())
        assert undone.all()
        ev, mired, tint = (PARAM_NAMES.index(n) for n in ("exposure_ev", "temperature", "tint"))
        assert labels[0, ev] * PARAMS[ev].jnd == pytest.approx(1.0, abs=0.3)
        assert labels[1, ev] * PARAMS[ev].jnd == pytest.approx(-0.5, abs=0.3)
        assert labels[2, mired] * PARAMS[mired].jnd == pytest.approx(-30, abs=10)
        assert labels[3, tint] * PARAMS[tint].jnd == pytest.approx(15, abs=6)

    def test_leave_a_good_photo_alone(self) -> None:
        bad, good = looks(lambda x: x, lambda x: x)
        labels, undone = fit_labels(bad, good, np.array([True, False]), Progress())
        assert undone.all()
        assert np.abs(labels[0]).max() < 0.3
        assert (labels[1] == 0).all()

    def test_what_cannot_be_undone_is_left_out(self) -> None:
        def scrambled(light: Float32) -> Float32:
            pixels = np.random.default_rng(0).permutation(light.reshape(-1, 3))
            return pixels.reshape(light.shape)

        bad, good = looks(scrambled, exposed(-1.0))
        assert fit_labels(bad, good, np.ones(2, bool), Progress())[1].tolist() == [False, True]

    def test_can_be_cancelled(self) -> None:
        bad, good = looks(exposed(-1.0))
        progress = Progress()
        progress.cancel.set()
        with pytest.raises(Cancelled):
            fit_labels(bad, good, np.ones(1, bool), progress)

    def test_the_distance_is_smallest_where_nothing_is_to_be_done(self) -> None:
        bad, good = looks(exposed(-1.0))
        x, y = (torch.from_numpy(a.astype(np.float32)) for a in (bad, good))
        none = torch.zeros(1, len(PARAMS))
        right = none.clone()
        right[0, PARAM_NAMES.index("exposure_ev")] = 10.0
        assert look_distance(y, none, y).item() == pytest.approx(0.5, abs=0.01)  # smooth at 0
        assert look_distance(x, right, y) < 0.3 * look_distance(x, none, y)


def made_up(count: int, seed: int) -> Lessons:
    """Lessons whose exposure can be read off a dozen of the statistics."""
    rng = np.random.default_rng(seed)
    stats = rng.normal(0.3, 0.2, (count, PhotometricStatistics.COUNT)).astype(np.float32)
    labels = np.zeros((count, len(PARAMS)), np.float32)
    ev = PARAM_NAMES.index("exposure_ev")
    labels[:, ev] = rng.normal(0, 8, count)
    stats[:, :12] += labels[:, [ev]] / 20
    good = rng.uniform(0.05, 0.4, (count, 600, 3))
    bad = good / 2 ** (labels[:, ev] * PARAMS[ev].jnd)[:, None, None]
    return Lessons(
        stats,
        rng.normal(0, 1, (count, EMBEDDING)).astype(np.float32),
        bad.astype(np.float16),
        good.astype(np.float16),
        labels,
        np.arange(count) // 4,
        np.arange(count) % 5 > 0,
    )


class TestLessons:
    def test_survive_the_disk(self, tmp_path: Path) -> None:
        lessons = made_up(8, 0)
        lessons.save(tmp_path / "lessons.npz")
        back = Lessons.load(tmp_path / "lessons.npz")
        assert np.array_equal(back.labels, lessons.labels)
        assert np.array_equal(back.bad, lessons.bad)
        assert back.touched.dtype == bool

    def test_some_can_be_taken(self) -> None:
        lessons = made_up(8, 0)
        some = lessons.take(lessons.photo == 1)
        assert len(some.stats) == len(some.good) == 4
        assert np.array_equal(some.labels, lessons.labels[4:])

    def test_photos_are_listed_by_their_split(self, tmp_path: Path) -> None:
        with (tmp_path / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["file", "split"], ["b.jpg", "train"], ["v.jpg", "val"],
                                        ["a.jpg", "train"]])  # fmt: skip
        assert listed(tmp_path, "train") == [tmp_path / "b.jpg", tmp_path / "a.jpg"]
        assert listed(tmp_path, "sample") == []

    def test_a_crop_is_a_part_of_the_photo(self) -> None:
        light = to_linear(CodedImage(scene())).pixels
        known = {tuple(p) for p in light.reshape(-1, 3).tolist()}
        for seed in range(10):
            crop = base_data._crop(light, np.random.default_rng(seed))
            assert crop.shape[0] >= 0.59 * light.shape[0]
            assert tuple(crop[0, 0].tolist()) in known


@pytest.mark.slow
def test_the_head_learns_what_the_statistics_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    monkeypatch.setattr(base_training, "_EPOCHS", 16)
    net, train, held = DevelopNet().eval(), made_up(400, 1), made_up(100, 2)
    told: list[str] = []
    base_training.fit_head(net, train, held, "cpu", Progress(lambda *r: told.append(r[2])))
    assert len(told) == 16

    with torch.no_grad():
        stats, embedding = torch.from_numpy(held.stats), torch.from_numpy(held.embedding)
        settings, log_spread, z = net.head(stats, embedding)
    ev = PARAM_NAMES.index("exposure_ev")
    error = np.abs(settings[:, ev].numpy() - held.labels[:, ev])
    assert error.mean() < 0.7 * np.abs(held.labels[:, ev]).mean()
    # The spread is honest on lessons that it was not trained on ...
    inside = error < 1.645 * np.exp(log_spread[:, ev].numpy())
    assert 0.75 < inside.mean() <= 1
    # ... and what personal heads work on is white.
    blocks = z[:, 1 + len(PARAMS) :].numpy()
    assert np.isfinite(blocks).all()
    assert 0.5 < blocks[:, :32].std() < 1.6

    figures = base_training.evaluate(net, held, train.labels)
    distances = {name: figures["degraded"][name]["mean"] for name in figures["degraded"]}
    assert distances["fitted labels (ceiling)"] < distances["base model"] < distances["no change"]
    assert list(figures["slider error in J"]) == list(PARAM_NAMES)
    assert 0 <= figures["coverage of 90 % intervals"] <= 1
