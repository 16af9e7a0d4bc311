from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from model_core.assets import assets_dir
from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.errors import CannotTrain
from model_core.domain.version import ANCHORS, METHODS
from model_core.learn import adapter, augment, replay, trainer
from model_core.learn.frozen import FrozenPart
from model_core.learn.memory import with_less_memory
from model_core.learn.network import DevelopNet
from model_core.progress import Cancelled, Progress

BASE = assets_dir() / "base"
JND = np.array([p.jnd for p in PARAMS], np.float32)
EV = PARAM_NAMES.index("exposure_ev")
CPU = torch.device("cpu")
SHORT = trainer.Plan(epochs=3, save_every=0.0)


def pictures(count: int, wanted: float) -> trainer.Pictures:
    rng = np.random.default_rng(count)
    coarse = rng.integers(40, 200, (count, 7, 7, 3), np.uint8)
    images = coarse.repeat(32, 1).repeat(32, 2)
    return trainer.Pictures(
        images, np.full((count, len(PARAMS)), wanted, np.float32) * JND, np.ones(count, np.float32)
    )


@pytest.fixture(scope="module")
def frozen() -> FrozenPart:
    return FrozenPart(BASE / "model.onnx")


@lru_cache
def _base() -> DevelopNet:
    return adapter.load_base(BASE)


def fresh(method: str) -> adapter.Adapted:
    """An adapter over a base of its own."""
    return adapter.Adapted(copy.deepcopy(_base()), method)


@pytest.fixture(scope="module")
def few_rehearsed() -> Iterator[None]:
    rehearsed = replay.rehearsal()[::20]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "rehearsal", lambda: rehearsed)
        yield


def trained(
    frozen: FrozenPart, plan: trainer.Plan = SHORT, method: str = "bitfit",
    progress: Progress | None = None, checkpoint: Path | None = None, wanted: float = 1.0,
) -> tuple[dict[str, Tensor], float]:  # fmt: skip
    """A short training: the weights it ends with, and their error."""
    model = fresh(method)
    score = trainer.train(
        model, frozen, pictures(4, wanted), pictures(2, wanted), plan, CPU,
        progress or Progress(), checkpoint,
    )  # fmt: skip
    return model.state(), score


def distance(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    assert one.keys() == other.keys()
    return max(float((one[name] - other[name]).abs().max()) for name in one)


class TestCopies:
    def test_what_is_brighter_wants_so_much_less_light(self) -> None:
        some = pictures(3, 2.0)
        labels = augment.labels_of_copies(some.chosen / JND).reshape(augment.COPIES, 3, -1)
        images = np.stack(list(augment.copies(some.images)))
        light = images.reshape(augment.COPIES, 3, -1).mean(2)
        others = np.delete(np.arange(len(PARAMS)), EV)
        np.testing.assert_allclose(labels[:, :, others], 2.0, rtol=1e-6)
        np.testing.assert_array_equal(labels[0], labels[1])
        brighter, darker = labels[2, :, EV] - 2.0, labels[3, :, EV] - 2.0
        np.testing.assert_allclose(brighter, -darker, rtol=1e-5)
        assert (brighter < 0).all()
        assert (light[2] > light[0]).all()
        assert (light[3] < light[0]).all()

    def test_the_shift_of_the_answer_is_the_shift_of_the_light(self) -> None:
        grey = np.full((1, 64, 64, 3), 100, np.uint8)
        images = list(augment.copies(grey))
        linear = [((i.mean() / 255 + 0.055) / 1.055) ** 2.4 for i in images]
        labels = augment.labels_of_copies(np.zeros((1, len(PARAMS)), np.float32)) * JND
        for light, label in zip(linear, labels, strict=True):
            assert np.log2(light / linear[0]) == pytest.approx(
                -label[EV], abs=0.05
            )  # one code of a JPEG

    def test_the_lesson_itself_comes_first_and_the_rest_is_mirrored_cropped_and_coarser(
        self,
    ) -> None:
        some = pictures(2, 1.0).images
        images = np.stack(list(augment.copies(some))).reshape(augment.COPIES, *some.shape)
        np.testing.assert_array_equal(images[0], some)
        plain = some.astype(float)
        mirrored = np.abs(images[1] - plain[:, :, ::-1]).mean()
        assert 0 < mirrored < np.abs(images[1] - plain).mean()
        assert images.dtype == np.uint8

    def test_they_are_the_same_every_time(self) -> None:
        some = pictures(2, 1.0).images
        for one, other in zip(augment.copies(some), augment.copies(some), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("few_rehearsed")
class TestTrain:
    @pytest.mark.parametrize("anchor", ANCHORS)
    def test_it_never_ends_worse_than_it_began(self, frozen: FrozenPart, anchor: str) -> None:
        check, net = pictures(2, 1.0), _base()
        with torch.no_grad():
            answer = net(trainer.as_images(check.images))[0].numpy()
        before = np.abs((answer - check.chosen) / JND).mean()
        assert trained(frozen, replace(SHORT, anchor=anchor))[1] < before

    @pytest.mark.parametrize("method", METHODS)
    def test_every_method_moves_its_own_weights_and_nothing_else(
        self, frozen: FrozenPart, method: str
    ) -> None:
        model = fresh(method)
        before = {n: p.detach().clone() for n, p in model.net.named_parameters()}
        start = model.state()
        # LoHa starts from a product of zeros: one round is nothing yet.
        trainer.train(
            model, frozen, pictures(4, 3.0), pictures(2, 3.0), SHORT, CPU, Progress()
        )  # fmt: skip
        moved = {n for n, p in model.net.named_parameters() if not torch.equal(p, before[n])}
        assert moved
        assert distance(model.state(), start) > 0
        assert moved <= {n for n, p in model.net.named_parameters() if p.requires_grad}

    @pytest.mark.parametrize(
        "change",
        [{"anchor": "ewc", "pull": 1.0}, {"anchor": "none"}, {"distil": 5.0}, {"adversarial": 5.0}],
        ids=str,
    )
    def test_what_may_be_chosen_changes_the_outcome(
        self, frozen: FrozenPart, change: dict[str, float | str]
    ) -> None:
        usual = trained(frozen, replace(SHORT, pull=1.0), wanted=3.0)[0]
        other = trained(frozen, replace(replace(SHORT, pull=1.0), **change), wanted=3.0)[0]  # type: ignore[arg-type]
        assert distance(usual, other) > 1e-6

    def test_an_anchor_holds_the_weights_nearer_to_where_they_were(
        self, frozen: FrozenPart
    ) -> None:
        start = fresh("bitfit").state()
        held, free = (
            trained(frozen, replace(SHORT, anchor=anchor, pull=50.0), wanted=3.0)[0]
            for anchor in ("l2sp", "none")
        )
        assert distance(held, start) < distance(free, start)

    def test_batch_norm_keeps_its_statistics(self, frozen: FrozenPart) -> None:
        model = fresh("norm")
        norms = [m for m in model.net.modules() if isinstance(m, nn.BatchNorm2d)]
        before = [torch.stack([m.running_mean.mean(), m.running_var.mean()]) for m in norms]  # type: ignore[union-attr]
        plan = replace(SHORT, epochs=1)
        trainer.train(model, frozen, pictures(4, 1.0), pictures(2, 1.0), plan, CPU, Progress())
        after = [torch.stack([m.running_mean.mean(), m.running_var.mean()]) for m in norms]  # type: ignore[union-attr]
        assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))

    def test_cancelled_it_stops_at_the_next_step(self, frozen: FrozenPart) -> None:
        progress = Progress()
        progress.cancel.set()
        with pytest.raises(Cancelled):
            trained(frozen, progress=progress)

    def test_the_remaining_time_is_told(self, frozen: FrozenPart) -> None:
        told: list[str] = []
        trained(frozen, progress=Progress(lambda *r: told.append(r[2])))
        assert any("s left" in text for text in told)


def cancelling(word: str, after: int = 1) -> Progress:
    """Cancels at the ``after``-th report that holds ``word``."""
    left = [after]

    def stop(done: float, total: float, text: str) -> None:
        left[0] -= word in text
        if left[0] <= 0:
            progress.cancel.set()

    progress = Progress(stop)
    return progress


@pytest.mark.usefixtures("few_rehearsed")
class TestCheckpoint:
    plan = replace(SHORT, epochs=5)

    def interrupted(self, frozen: FrozenPart, file: Path, **given: float) -> None:
        with pytest.raises(Cancelled):
            trained(
                frozen, self.plan, "lora", cancelling("fine-tuning", 3), file, **given
            )  # fmt: skip
        assert file.exists()

    def test_an_interrupted_training_ends_as_it_would_have(
        self, frozen: FrozenPart, tmp_path: Path
    ) -> None:
        whole, score = trained(frozen, self.plan, "lora")
        self.interrupted(frozen, tmp_path / "state")
        told: list[str] = []
        again, other = trained(
            frozen, self.plan, "lora", Progress(lambda *r: told.append(r[2])), tmp_path / "state"
        )
        assert any("going on with the interrupted fine-tune" in text for text in told)
        assert sum("fine-tuning" in text for text in told) < 5
        assert distance(whole, again) == 0
        assert score == other

    def test_the_state_of_other_lessons_is_dropped_and_said_so(
        self, frozen: FrozenPart, tmp_path: Path
    ) -> None:
        self.interrupted(frozen, tmp_path / "state", wanted=2.0)
        told: list[str] = []
        again, _ = trained(
            frozen, self.plan, "lora", Progress(lambda *r: told.append(r[2])), tmp_path / "state"
        )
        assert any("other corrections was dropped" in text for text in told)
        assert distance(trained(frozen, self.plan, "lora")[0], again) == 0

    @pytest.mark.parametrize("damage", ["truncated", "garbage", "empty"])
    def test_a_damaged_state_is_dropped(
        self, frozen: FrozenPart, tmp_path: Path, damage: str
    ) -> None:
        file = tmp_path / "state"
        self.interrupted(frozen, file)
        data = file.read_bytes()
        file.write_bytes(
            {"truncated": data[:-9], "garbage": b"\x80\x04K" * 99, "empty": b""}[damage]
        )
        plan = replace(self.plan, epochs=1)
        assert trained(frozen, plan, "lora", checkpoint=file)[1] > 0

    def test_a_disk_that_is_full_does_not_end_the_training(
        self, frozen: FrozenPart, tmp_path: Path
    ) -> None:
        told: list[str] = []
        _, score = trained(
            frozen, SHORT, "bitfit", Progress(lambda *r: told.append(r[2])),
            tmp_path / "no such folder" / "state",
        )  # fmt: skip
        assert score == trained(frozen)[1]
        assert sum("goes on without checkpoints" in text for text in told) == 1


class TestLessMemory:
    def attempts(self, fits: int, on_cpu: bool) -> tuple[list[tuple[int, str]], list[str]]:
        """What is tried on a device where batches over ``fits`` are too much."""
        tried: list[tuple[int, str]] = []
        told: list[str] = []

        def attempt(plan: trainer.Plan, device: torch.device) -> str:
            tried.append((plan.batch, device.type))
            if plan.batch > fits and (device.type != "cpu" or on_cpu):
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
            return "done"

        start = torch.device("cpu" if on_cpu else "cuda")
        assert with_less_memory(attempt, trainer.Plan(), start, told.append) == "done"
        return tried, told

    def test_smaller_steps_are_tried_first(self) -> None:
        tried, told = self.attempts(8, on_cpu=False)
        assert tried == [(32, "cuda"), (16, "cuda"), (8, "cuda")]
        assert told == ["too little graphics memory: going on in smaller steps"] * 2

    def test_then_the_cpu(self) -> None:
        tried, told = self.attempts(1, on_cpu=False)
        assert tried[-2:] == [(4, "cuda"), (32, "cpu")]
        assert told[-1] == "too little graphics memory: going on without it, slower"

    def test_smaller_steps_on_the_cpu_too(self) -> None:
        tried, told = self.attempts(16, on_cpu=True)
        assert tried == [(32, "cpu"), (16, "cpu")]
        assert told == ["too little memory: going on in smaller steps"]

    def test_where_nothing_helps_the_remedy_is_named(self) -> None:
        with pytest.raises(CannotTrain, match="close other programs"):
            self.attempts(0, on_cpu=True)

    def test_other_errors_are_bugs(self) -> None:
        def attempt(plan: trainer.Plan, device: torch.device) -> None:
            raise RuntimeError("shapes do not fit")

        with pytest.raises(RuntimeError, match="shapes"):
            with_less_memory(attempt, trainer.Plan(), CPU, print)

    @pytest.mark.usefixtures("few_rehearsed")
    def test_a_training_that_ran_out_of_memory_ends_well(self, frozen: FrozenPart) -> None:
        model = fresh("bitfit")

        def refuse(_module: nn.Module, given: tuple[Tensor, ...]) -> None:
            if torch.is_grad_enabled() and len(given[0]) > 8:
                raise torch.OutOfMemoryError("MPS backend out of memory")

        model.net.head.register_forward_pre_hook(refuse)
        told: list[str] = []
        progress = Progress(lambda *r: told.append(r[2]))
        score = trainer.train(
            model, frozen, pictures(4, 1.0), pictures(2, 1.0), SHORT, CPU, progress
        )
        assert score > 0
        assert "too little memory: going on in smaller steps" in told
