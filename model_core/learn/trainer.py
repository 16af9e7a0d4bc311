"""Trains an adapter on lessons: replay, distillation, an anchor, early stopping.

Only the last stage and the head are adapted, so what lies below them is computed once for
each picture and kept; steps then cost little. Every training goes over all lessons again
(replay), is held to its starting answers on photos without a lesson (distillation, as in
DER++, Buzzega et al. 2020) and to its starting weights: L2-SP (Li et al. 2018), or EWC
(Kirkpatrick et al. 2017), which holds those weights firmer that the answers depend on. On
request it is also held to one answer around each lesson (one step of the fast gradient sign
method, Goodfellow et al. 2015, on what the trained part sees).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model_core.domain.develop import PARAMS
from model_core.domain.errors import CannotWrite
from model_core.domain.image import Float32
from model_core.learn.adapter import FIRST_STAGE, LEARNING_RATE, USUAL_RATE, Adapted
from model_core.learn.augment import COPIES, copies, labels_of_copies
from model_core.learn.checkpoint import TrainingState, load_state, save_state
from model_core.learn.frozen import FrozenPart, as_floats
from model_core.learn.memory import with_less_memory
from model_core.learn.network import DevelopNet
from model_core.learn.replay import rehearsal
from model_core.progress import Progress

_JND = np.array([p.jnd for p in PARAMS], dtype=np.float32)
_AT_ONCE = 16  # pictures through the frozen part: a cancel waits for no more
_STEP = 0.1  # of the adversary, as a share of the spread of what it changes
_SAVE_EVERY = 5.0  # seconds between checkpoints


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. ``distil``, ``pull``, ``adversarial``: weights of the distillation, of the
    anchor and of the answer that stays under an adversary's step (0: off)."""

    epochs: int = 60
    patience: int = 8
    batch: int = 32
    distil: float = 0.05
    anchor: str = "l2sp"
    pull: float = 1e-3
    adversarial: float = 0.0
    save_every: float = _SAVE_EVERY


@dataclass(frozen=True, slots=True)
class Pictures:
    """``images``: (n, 224, 224, 3) uint8; ``chosen``: (n, P) in slider units; ``weight``: (n,)."""

    images: npt.NDArray[np.uint8]
    chosen: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the frozen part makes of the pictures, on the CPU, with the answers wanted, in J."""

    lessons: tuple[Tensor, Tensor]
    labels: Tensor
    weight: Tensor
    kept: tuple[Tensor, Tensor]
    checked: tuple[Tensor, Tensor]
    wanted: Tensor


def train(
    model: Adapted,
    frozen: FrozenPart,
    fit: Pictures,
    check: Pictures,
    plan: Plan,
    device: torch.device,
    progress: Progress,
    checkpoint: Path | None = None,
) -> float:
    """Trains ``model`` in place; it ends with the weights that were best on ``check``, on the
    CPU. Returns their error there in J. Where memory does not suffice, smaller steps are tried
    and then the CPU, and the progress says so. What was interrupted goes on from ``checkpoint``
    and ends as it would have. Raises CannotTrain, Cancelled."""
    seen = _seen(frozen, fit, check, progress)
    state = model.state()
    saved = _Saved(checkpoint, _key(model, fit, check, plan), plan.save_every, progress)

    def attempt(smaller: Plan, where: torch.device) -> float:
        try:
            return _Run(model.to(where), seen, smaller, where, progress, saved).best_score()
        except RuntimeError:
            model.to(torch.device("cpu")).restore(state)
            raise

    with _one_thread():
        score = with_less_memory(attempt, plan, device, lambda text: progress.report(0, 1, text))
    model.to(torch.device("cpu"))
    return score


@contextmanager
def _one_thread() -> Iterator[None]:
    """Torch on one core. The steps are small, and threads that wait for each other on cores
    which the window keeps busy made them twelve times as long (`finetune --busy`)."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _seen(frozen: FrozenPart, fit: Pictures, check: Pictures, progress: Progress) -> _Seen:
    kept = rehearsal().numpy()
    total = COPIES * len(fit.images) + len(kept) + len(check.images)
    done = 0

    def looked_at(images: Iterable[Float32]) -> tuple[Tensor, Tensor]:
        nonlocal done
        parts = []
        for some in _batches(images):
            progress.report(done, total, "looking at the photos")
            parts.append(frozen.run(some))
            done += len(some)
        a, s = (torch.from_numpy(np.concatenate(column)) for column in zip(*parts, strict=True))
        return a, s

    return _Seen(
        lessons=looked_at(as_floats(one[None])[0] for one in copies(fit.images)),
        labels=torch.from_numpy(labels_of_copies(fit.chosen / _JND)),
        weight=torch.from_numpy(np.tile(fit.weight, COPIES)),
        kept=looked_at(iter(kept)),
        checked=looked_at(as_floats(one[None])[0] for one in check.images),
        wanted=torch.from_numpy(check.chosen / _JND),
    )


def _batches(images: Iterable[Float32]) -> Iterable[Float32]:
    some: list[Float32] = []
    for image in images:
        some.append(image)
        if len(some) == _AT_ONCE:
            yield np.stack(some)
            some = []
    if some:
        yield np.stack(some)


class _Tail(torch.nn.Module):
    """The adapted part: from the activations before FIRST_STAGE to settings in J."""

    def __init__(self, net: DevelopNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, activations: Tensor, stats: Tensor) -> Tensor:
        backbone = self.net.backbone
        x = activations
        for stage in range(FIRST_STAGE, len(backbone.blocks)):
            x = backbone.blocks[stage](x)
        embedding = backbone.forward_head(backbone.bn2(backbone.conv_head(x)))
        settings: Tensor = self.net.head(stats, embedding)[0]
        return settings


class _Run:
    """One attempt on one device."""

    def __init__(
        self, model: Adapted, seen: _Seen, plan: Plan, device: torch.device, progress: Progress,
        saved: _Saved,
    ) -> None:  # fmt: skip
        self.model, self.plan, self.device = model, plan, device
        self.progress, self.saved = progress, saved
        # eval: frozen BatchNorm, since adapters do not store its statistics.
        self.tail = _Tail(model.net).eval()
        self.lessons, self.kept, self.checked = (
            (pair[0].to(device), pair[1].to(device))
            for pair in (seen.lessons, seen.kept, seen.checked)
        )
        self.labels, self.weight = seen.labels.to(device), seen.weight.to(device)
        self.wanted = seen.wanted.to(device)
        # On the CPU: the same draws on every device, and its state can be stored.
        self.chance = torch.Generator().manual_seed(0)
        with torch.no_grad():
            self.before = self.tail(*self.kept)
        self.moved = model.parameters()
        self.start = [p.detach().clone() for p in self.moved]
        self.firmness = self._firmness()
        self.reach = [_STEP * x.std(0, keepdim=True) for x in self.lessons]
        rate = LEARNING_RATE.get(model.method, USUAL_RATE)
        self.optimiser = torch.optim.AdamW(self.moved, lr=rate, weight_decay=0.0)

    def best_score(self) -> float:
        """Trains until nothing gets better; puts the best weights back."""
        first, waited = 0, 0
        best, best_state = self._score(), self.model.state()
        if (stored := self.saved.load(self._fits)) is not None:
            first, best, waited = stored.epoch, stored.best, stored.waited
            best_state = self._restored(stored)
        epochs, started = self.plan.epochs, time.monotonic()
        for epoch in range(first, epochs):
            if waited > self.plan.patience:
                break
            text = f"fine-tuning, error {best:.2f} J"
            if epoch > first:  # else there is nothing to tell the time from
                seconds = (time.monotonic() - started) / (epoch - first) * (epochs - epoch)
                text = f"fine-tuning, error {best:.2f} J, at most {seconds:.0f} s left"
            order = torch.randperm(len(self.labels), generator=self.chance)
            for rows in order.split(self.plan.batch):
                self.progress.report(epoch, epochs, text)
                self.optimiser.zero_grad()
                self._loss(rows.to(self.device)).backward()
                self.optimiser.step()
            score = self._score()
            waited = 0 if score < best - 1e-3 else waited + 1
            if waited == 0:
                best, best_state = score, self.model.state()
            if self.saved.is_due():
                self.saved.save(self._state(epoch + 1, best, waited, best_state))
        self.model.restore(best_state)
        return best

    def _score(self) -> float:
        with torch.no_grad():
            return float((self.tail(*self.checked) - self.wanted).abs().mean())

    def _loss(self, rows: Tensor) -> Tensor:
        some = torch.randint(len(self.before), (self.plan.batch // 2,), generator=self.chance)
        some = some.to(self.device)
        seen = [x[rows] for x in self.lessons]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            predicted = self.tail(*seen)
            kept = self.tail(self.kept[0][some], self.kept[1][some])
        huber = self._huber(predicted, rows)
        loss = huber + self.plan.distil * (kept.float() - self.before[some]).square().mean()
        if self.plan.adversarial:
            loss = loss + self.plan.adversarial * self._moved_by_adversary(seen, predicted, rows)
        pulls = [
            (firm * (now - start).square()).sum()
            for firm, now, start in zip(self.firmness, self.moved, self.start, strict=True)
        ]
        return loss + self.plan.pull * torch.stack(pulls).sum()

    def _huber(self, predicted: Tensor, rows: Tensor) -> Tensor:
        each = torch.nn.functional.huber_loss(
            predicted.float(), self.labels[rows], delta=2.0, reduction="none"
        ).mean(1)
        return (self.weight[rows] * each).sum() / self.weight[rows].sum()

    def _moved_by_adversary(self, seen: list[Tensor], predicted: Tensor, rows: Tensor) -> Tensor:
        """How far the answers move, in J squared, when what is seen takes the one small step
        that raises the error most."""
        open_to_change = [x.detach().requires_grad_(True) for x in seen]
        error = self._huber(self.tail(*open_to_change), rows)
        slopes = torch.autograd.grad(error, open_to_change)
        worse = [
            x + reach * slope.sign()
            for x, reach, slope in zip(seen, self.reach, slopes, strict=True)
        ]
        return (self.tail(*worse).float() - predicted.detach().float()).square().mean()

    def _firmness(self) -> list[Tensor]:
        """How firmly each weight is held: all alike, not at all, or by its part in the answers
        (the diagonal of the Fisher information on rehearsed photos, with a mean of 1)."""
        if self.plan.anchor != "ewc":
            return [torch.full_like(p, float(self.plan.anchor == "l2sp")) for p in self.moved]
        fisher = [torch.zeros_like(p) for p in self.moved]
        for one in range(len(self.before)):
            self.progress.report(one, len(self.before), "measuring what the answers depend on")
            answer = self.tail(self.kept[0][one : one + 1], self.kept[1][one : one + 1])
            noise = torch.randn(answer.shape, generator=torch.Generator().manual_seed(one))
            asked = (answer * noise.to(self.device)).sum()
            for total, slope in zip(
                fisher, torch.autograd.grad(asked, self.moved, allow_unused=True), strict=True
            ):
                if slope is not None:
                    total += slope.square()
        mean = sum(float(f.sum()) for f in fisher) / sum(f.numel() for f in fisher)
        return [f / max(mean, 1e-12) for f in fisher]

    # --- interrupted and taken up again -------------------------------------------------
    def _state(
        self, epoch: int, best: float, waited: int, best_state: dict[str, Tensor]
    ) -> TrainingState:
        tensors = {"chance": self.chance.get_state()}
        tensors |= {f"now.{name}": t for name, t in self.model.state().items()}
        tensors |= {f"best.{name}": t for name, t in best_state.items()}
        for index, parameter in enumerate(self.moved):
            for name, tensor in self.optimiser.state[parameter].items():
                tensors[f"optimiser.{index}.{name}"] = tensor
        return TrainingState(epoch, best, waited, tensors)

    def _fits(self, stored: TrainingState) -> bool:
        """Whether all that is needed is there in the right shape: checked before anything is
        changed, so that a damaged state costs nothing."""
        wanted = {
            f"{part}.{n}": t for n, t in self.model.state().items() for part in ("now", "best")
        }
        wanted["chance"] = self.chance.get_state()
        return all(
            name in stored.tensors
            and stored.tensors[name].shape == tensor.shape
            and stored.tensors[name].dtype == tensor.dtype
            for name, tensor in wanted.items()
        )

    def _restored(self, stored: TrainingState) -> dict[str, Tensor]:
        """Takes up ``stored``; the best weights so far."""
        parts: dict[str, dict[str, Tensor]] = {"now": {}, "best": {}}
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in stored.tensors.items():
            part, _, rest = name.partition(".")
            if part == "optimiser":
                index, _, own = rest.partition(".")
                moments.setdefault(int(index), {})[own] = tensor
            elif part in parts:
                parts[part][rest] = tensor.to(self.device)
        self.model.restore(parts["now"])
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        self.chance.set_state(stored.tensors["chance"])
        return parts["best"]


class _Saved:
    """The checkpoint of one training, written now and then, taken up once."""

    def __init__(self, path: Path | None, key: str, every: float, progress: Progress) -> None:
        self._path, self._key, self._every, self._progress = path, key, every, progress
        self._last = time.monotonic()

    def load(self, fits: Callable[[TrainingState], bool]) -> TrainingState | None:
        """What was interrupted, if it was this very training; the progress says which."""
        if self._path is None or not self._path.exists():
            return None
        stored = load_state(self._path, self._key)
        if stored is not None and fits(stored):
            text = f"going on with the interrupted fine-tune after {stored.epoch} rounds"
        else:
            stored, text = None, "an interrupted fine-tune of other corrections was dropped"
            self._path.unlink(missing_ok=True)
        self._progress.report(0, 1, text)
        return stored

    def is_due(self) -> bool:
        """Whether the last checkpoint is old."""
        return self._path is not None and time.monotonic() - self._last >= self._every

    def save(self, state: TrainingState) -> None:
        """Writes ``state``; a disk that is full ends the checkpoints, not the training."""
        if self._path is None:
            return
        try:
            save_state(self._path, self._key, state)
        except CannotWrite as error:
            self._progress.report(0, 1, f"the fine-tune goes on without checkpoints: {error}")
            self._path = None
        self._last = time.monotonic()


def _key(model: Adapted, fit: Pictures, check: Pictures, plan: Plan) -> str:
    """What a checkpoint belongs to: the network as it starts, the lessons and the plan."""
    digest = hashlib.sha256(repr((model.method, plan)).encode())
    for name, tensor in sorted(model.net.state_dict().items()):
        digest.update(name.encode() + tensor.detach().cpu().numpy().tobytes())
    for pictures in (fit, check):
        for array in (pictures.images, pictures.chosen, pictures.weight):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def as_images(pixels: npt.NDArray[np.uint8]) -> Tensor:
    """(n, H, W, 3) uint8 -> (n, 3, H, W) float32 0..1."""
    return torch.from_numpy(as_floats(pixels))
