from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from model_core.assets import assets_dir, sample_photos
from model_core.domain.develop import IDENTITY, PARAMS, param
from model_core.domain.errors import BrokenModel, CannotTrain
from model_core.domain.version import METHODS
from model_core.imaging.steps.white_balance import white_balance
from model_core.learn import adapter, replay
from model_core.learn.export_onnx import parity
from model_core.learn.fine_tune import pick_device
from model_core.learn.illuminant import BINS, HISTOGRAMS, REACH, SIGHT, Illuminant
from model_core.learn.labels import settings_of
from model_core.learn.network import Z_SIZE, DevelopNet, PhotometricStatistics
from model_core.learn.taste import HUES, TASTES
from model_core.predict.onnx_network import OnnxNetwork
from model_core.predict.personal_head import PersonalHead
from model_core.predict.prior import EMBEDDING
from tests.core.pictures import scene

BASE = assets_dir() / "base"


@pytest.fixture(scope="module", autouse=True)
def no_gradients() -> Iterator[None]:
    """On one thread, as the trainer: two wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.no_grad():
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def net() -> DevelopNet:
    return adapter.load_base(BASE)


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    pixels = np.stack([scene(i, 224, 224) for i in range(4)])
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255)


class TestStatistics:
    def of(self, pixels: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # what looks for the light is made up until it is trained
            result: torch.Tensor = PhotometricStatistics()(tensor)
        return result[0]

    @pytest.mark.parametrize("value", [0, 1, 127, 254, 255])
    def test_of_any_flat_picture_are_finite(self, value: int) -> None:
        found = self.of(np.full((224, 224, 3), value, np.uint8))
        assert found.shape == (PhotometricStatistics.COUNT + HUES,)
        assert torch.isfinite(found).all()

    def test_of_noise_are_finite(self) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
        assert torch.isfinite(self.of(noise)).all()

    def test_do_not_care_for_mirroring_but_for_the_map(self) -> None:
        # Of this size the same pixels are looked at from either side.
        one, other = self.of(scene(0, 221, 221)), self.of(scene(0, 221, 221)[:, ::-1].copy())
        told = (one - other).abs() > 0.02
        assert 0 < told.sum() < 32

    def test_tell_brightness_and_colour(self) -> None:
        picture = scene(0, 224, 224)
        darker = (picture // 2).astype(np.uint8)
        swapped = picture[..., ::-1].copy()
        for other in (darker, swapped):
            assert (self.of(picture) - self.of(other)).abs().sum() > 1

    def test_tell_a_burnt_area_from_bright_points(self) -> None:
        points, area = np.full((224, 224, 3), 100, np.uint8), np.full((224, 224, 3), 100, np.uint8)
        points[::16, ::16] = 255
        area[:56, :56] = 255  # as many of the pixels that are looked at, together
        told = [self.of(p) for p in (points, area)]
        first = PhotometricStatistics.MEASURED - 8
        shares = [t[first : first + 3] for t in told]
        assert torch.allclose(shares[0], shares[1], atol=0.02)
        assert told[1][first + 3] > 0.03 > told[0][first + 3]


class TestIlluminant:
    def test_another_light_only_shifts_the_histogram(self) -> None:
        seeker = Illuminant()
        greyish = np.random.default_rng(0).uniform(0.10, 0.14, (1, 500, 3))
        light = torch.from_numpy(greyish).float()
        step = 2 * REACH / (BINS - 1)
        for slider, axis in (("temperature", 2), ("tint", 3)):
            lit = white_balance(light, **{"temperature": 0.0, "tint": 0.0,
                                          slider: 2 * step * param(slider).jnd})  # fmt: skip
            of_light, of_lit = (seeker.histogram_of(*[x.transpose(1, 2)] * 3) for x in (light, lit))
            assert (of_lit - torch.roll(of_light, 2, axis)).abs().max() < 0.02

    def test_its_answer_is_within_the_reach_of_the_histogram(self) -> None:
        answer = Illuminant()(torch.rand(5, HISTOGRAMS, BINS, BINS))
        assert answer.shape == (5, 2)
        assert answer.abs().max() <= REACH

    def test_it_tells_how_sure_it_is(self) -> None:
        seeker = Illuminant().eval()
        last = seeker.search[-1]
        assert isinstance(last, torch.nn.Conv2d)
        torch.nn.init.normal_(last.weight, std=3.0)
        seen = torch.rand(3, HISTOGRAMS, BINS, BINS)
        with torch.no_grad():
            unsure, sure = [], []
            for told, sharp in ((unsure, 0.0), (sure, 50.0)):
                weight = last.weight.clone()
                last.weight.mul_(sharp)
                told.append(seeker.sight(seen))
                assert torch.allclose(told[0][:, -2:], seeker(seen))
                last.weight.copy_(weight)
        assert unsure[0].shape == (3, SIGHT)
        assert (unsure[0][:, :2] > sure[0][:, :2]).all()  # spread
        assert (unsure[0][:, 2:4] < sure[0][:, 2:4]).all()  # likelihood, minus entropy


class TestTheBase:
    def test_answers_in_units_within_the_ranges(
        self, net: DevelopNet, images: torch.Tensor
    ) -> None:
        settings, spread, z = net(images)
        assert settings.shape == spread.shape == (4, len(PARAMS))
        assert z.shape == (4, Z_SIZE)
        assert torch.isfinite(torch.cat([settings, spread, z], 1)).all()
        assert (spread > 0).all()
        for column, spec in zip(settings.T, PARAMS, strict=True):
            assert spec.low <= column.min() <= column.max() <= spec.high

    def test_is_what_ships_as_onnx(self, net: DevelopNet, images: torch.Tensor) -> None:
        assert parity(net, BASE / "model.onnx") < 0.1
        seen = (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        theirs = OnnxNetwork(BASE / "model.onnx", "base").run(seen)[0]
        jnd = np.array([p.jnd for p in PARAMS])
        assert np.abs((net(images)[0].numpy() - theirs) / jnd).max() < 0.1

    def test_keeps_its_own_prediction_and_statistics_where_the_head_looks(
        self, net: DevelopNet, images: torch.Tensor
    ) -> None:
        z = net(images)[2]
        assert (z[:, 0] == 1).all()
        in_j = net.in_j(images)[0]
        assert torch.allclose(z[:, 1 : 1 + len(PARAMS)], in_j * 0.25, atol=1e-5)
        assert EMBEDDING.stop + TASTES == Z_SIZE

    def test_holds_odd_features_in_as_the_personal_head_does(self, net: DevelopNet) -> None:
        odd = torch.zeros(1, 3, 224, 224)
        odd[:, 2, ::2] = 1.0
        before, _, z = net.in_j(odd)
        assert z.abs().max() > 4
        personal = adapter.load_base(BASE)
        personal.head.personal.copy_(torch.linspace(-1, 1, Z_SIZE)[:, None].expand(-1, len(PARAMS)))
        shift = PersonalHead(
            1, personal.head.personal.double().numpy(), np.eye(Z_SIZE), np.ones(len(PARAMS))
        ).shift(z.numpy())
        assert personal.in_j(odd)[0].numpy() - before.numpy() == pytest.approx(shift, abs=1e-3)

    @pytest.mark.parametrize("damage", ["missing", "cut", "foreign"])
    def test_damaged_is_refused(self, tmp_path: Path, damage: str) -> None:
        if damage == "cut":
            data = (BASE / "weights.safetensors").read_bytes()
            (tmp_path / "weights.safetensors").write_bytes(data[:100_000])
        elif damage == "foreign":
            save_file({"x": np.zeros(3, np.float32)}, tmp_path / "weights.safetensors")
        with pytest.raises(BrokenModel, match=tmp_path.name):
            adapter.load_base(tmp_path)


class TestAdapter:
    @pytest.fixture(scope="class")
    def images(self, images: torch.Tensor) -> torch.Tensor:
        return images[:1]

    @pytest.fixture(scope="class")
    def answer(self, net: DevelopNet, images: torch.Tensor) -> torch.Tensor:
        return net(images)[0]

    @pytest.mark.parametrize("method", METHODS)
    def test_changes_nothing_when_fresh_and_survives_saving_and_merging(
        self,
        tmp_path: Path,
        net: DevelopNet,
        images: torch.Tensor,
        answer: torch.Tensor,
        method: str,
    ) -> None:
        model = adapter.Adapted(copy.deepcopy(net), method)
        fresh = adapter.Adapted(copy.deepcopy(net), method)
        assert torch.allclose(model.net.eval()(images)[0], answer, atol=1e-4)
        trained = sum(p.numel() for p in model.parameters())
        assert trained > 0
        assert method == "full" or trained < 0.1 * sum(p.numel() for p in net.parameters())
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=torch.Generator().manual_seed(1)) * 0.02)
        model.personal.add_(0.01)
        expected = model.net(images)[0]
        assert not torch.allclose(fresh.net.eval()(images)[0], expected, atol=0.1)
        model.save(tmp_path)
        fresh.load(tmp_path)
        assert torch.allclose(fresh.net(images)[0], expected, atol=1e-3)
        merged = model.merged()
        assert torch.allclose(merged(images)[0], expected, atol=1e-2)
        assert {n for n, _ in merged.named_parameters()} == {n for n, _ in net.named_parameters()}
        # Merging is a copy: training could go on.
        assert torch.allclose(model.net(images)[0], expected, atol=1e-4)

    def test_a_state_can_be_put_back(self, images: torch.Tensor) -> None:
        for method in ("lora", "bitfit"):
            model = adapter.Adapted(adapter.load_base(BASE), method)
            model.net.eval()
            state, before = model.state(), model.net(images)[0]
            for p in model.parameters():
                p.add_(0.05)
            assert not torch.allclose(model.net(images)[0], before, atol=0.1)
            model.restore(state)
            assert torch.equal(model.net(images)[0], before)

    def test_of_a_folder_without_one_is_the_base(
        self, tmp_path: Path, net: DevelopNet, images: torch.Tensor
    ) -> None:
        model = adapter.Adapted(adapter.load_base(BASE), "lora")
        model.load(tmp_path)
        assert torch.allclose(model.net(images)[0], net(images)[0], atol=1e-4)

    @pytest.mark.parametrize("name", [adapter.ADAPTER_FILE, adapter.CONFIG_FILE,
                                      adapter.PERSONAL_FILE])  # fmt: skip
    def test_damaged_is_refused(self, tmp_path: Path, name: str) -> None:
        model = adapter.Adapted(adapter.load_base(BASE), "lora")
        model.save(tmp_path)
        (tmp_path / name).write_bytes(b"\0damaged")
        with pytest.raises(BrokenModel, match=tmp_path.name):
            adapter.Adapted(adapter.load_base(BASE), "lora").load(tmp_path)

    def test_of_another_shape_is_refused(self, tmp_path: Path) -> None:
        model = adapter.Adapted(adapter.load_base(BASE), "lora")
        model.save(tmp_path)
        save_file({"personal": np.zeros((3, 3), np.float32)}, tmp_path / adapter.PERSONAL_FILE)
        with pytest.raises(BrokenModel, match="fit"):
            model.load(tmp_path)

    def test_an_unknown_method_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(CannotTrain, match=r"magic.*lora"):
            adapter.Adapted(adapter.load_base(BASE), "magic")

    def test_files_hold_tensors_only(self, tmp_path: Path) -> None:
        model = adapter.Adapted(adapter.load_base(BASE), "lora")
        model.save(tmp_path)
        assert {p.suffix for p in tmp_path.iterdir()} == {".json", ".safetensors"}
        assert all(
            v.dtype == np.float32 for v in load_file(tmp_path / "adapter.safetensors").values()
        )


class TestDevices:
    def test_the_cpu_is_always_there(self) -> None:
        assert pick_device("cpu").type == "cpu"
        assert pick_device("auto").type in {"cpu", "cuda", "mps"}

    @pytest.mark.parametrize("wanted", ["tpu", "", "cuda:99"])
    def test_one_that_is_not_there_is_refused_with_those_that_are(self, wanted: str) -> None:
        with pytest.raises(CannotTrain, match="cpu"):
            pick_device(wanted)


def test_what_is_rehearsed_is_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "sample_photos", lambda: sample_photos()[:3])
    one = replay.rehearsal()
    assert torch.equal(one, replay.rehearsal())
    assert one.shape == (15, 3, 224, 224)
    assert 0 <= one.min() <= one.max() <= 1
    assert not torch.equal(one, replay.rehearsal(seed=1))


def test_labels_in_steps_become_settings_within_the_ranges() -> None:
    labels = torch.tensor([[1.0] * len(PARAMS), [1e4] * len(PARAMS), [-1e4] * len(PARAMS)])
    found = settings_of(labels)
    assert list(found) == list(IDENTITY.as_dict())
    for spec in PARAMS:
        assert found[spec.name].shape == (3, 1, 1)
        assert found[spec.name].flatten().tolist() == pytest.approx([spec.jnd, spec.high, spec.low])
