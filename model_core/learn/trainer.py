"""Trains an adapter on lessons: replay, distillation, an anchor, early stopping.

Only the last stage and the head are adapted, so what lies below them is computed once for
each picture and kept; steps then cost little. Every training goes over all lessons again
(replay), is held to its starting answers on photos without a lesson (distillation, as in
DER++, Buzzega et al. 2020) and to its starting weights: L2-SP (Li et al. 2018), or EWC
(Kirkpatrick et al. 2017), which holds those weights firmer that the answers depend on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.imaging.colour import decode_transfer, encode_transfer
from model_core.learn.adapter import FIRST_STAGE, LEARNING_RATE, USUAL_RATE, Adapted
from model_core.learn.network import DevelopNet
from model_core.learn.replay import rehearsal
from model_core.progress import Progress

ANCHORS = ("l2sp", "ewc", "none")
_EV_SHIFT = 0.35  # stops by which an augmented copy is brighter or darker
_SMALLEST_BATCH = 4
_JND = np.array([p.jnd for p in PARAMS], dtype=np.float32)
_EXPOSURE = PARAM_NAMES.index("exposure_ev")


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. ``distil`` and ``pull``: weights of distillation and anchor."""

    epochs: int = 60
    patience: int = 8
    batch: int = 32
    distil: float = 0.05
    anchor: str = "l2sp"
    pull: float = 1e-3


@dataclass(frozen=True, slots=True)
class Pictures:
    """``images``: (n, 224, 224, 3) uint8; ``chosen``: (n, P) in slider units; ``weight``: (n,)."""

    images: npt.NDArray[np.uint8]
    chosen: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]


def train(
    model: Adapted, fit: Pictures, check: Pictures, plan: Plan, device: torch.device,
    progress: Progress,
) -> float:  # fmt: skip
    """Trains ``model`` in place; it ends with the weights that were best on ``check``, on the
    CPU. Returns their error there in J. Where memory does not suffice, smaller steps are tried
    and then the CPU, and the progress says so. Raises Cancelled."""
    state = model.state()
    while True:
        try:
            score = _Run(model.to(device), fit, check, plan, device, progress).best_score()
            model.to(torch.device("cpu"))
            return score
        except torch.OutOfMemoryError:
            plan, device, text = _smaller(plan, device)
            progress.report(0, 1, text)
            model.to(torch.device("cpu")).restore(state)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()


def _smaller(plan: Plan, device: torch.device) -> tuple[Plan, torch.device, str]:
    """What to try next when memory did not suffice. Raises the error again on the CPU."""
    if device.type == "cpu":
        raise
    if plan.batch > _SMALLEST_BATCH:
        text = "too little graphics memory: going on in smaller steps"
        return replace(plan, batch=plan.batch // 2), device, text
    return plan, torch.device("cpu"), "too little graphics memory: going on without it, slower"


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


def _below(net: DevelopNet, images: Tensor) -> tuple[Tensor, Tensor]:
    """What the frozen part computes: activations before FIRST_STAGE, and the statistics."""
    x = net.backbone.bn1(net.backbone.conv_stem(net.seen(images)))
    for stage in range(FIRST_STAGE):
        x = net.backbone.blocks[stage](x)
    return x, net.statistics(images)


class _Run:
    """One attempt on one device."""

    def __init__(
        self, model: Adapted, fit: Pictures, check: Pictures, plan: Plan,
        device: torch.device, progress: Progress,
    ) -> None:  # fmt: skip
        self.model, self.plan, self.device, self.progress = model, plan, device, progress
        # eval: frozen BatchNorm, since adapters do not store its statistics.
        self.tail = _Tail(model.net).eval()
        images, labels, weight = augmented(fit)
        self.lessons, self.kept, self.checked = (
            self._cached(some) for some in (images, rehearsal(), as_images(check.images))
        )
        self.labels, self.weight = labels.to(device), weight.to(device)
        self.wanted = torch.from_numpy(check.chosen / _JND).to(device)
        with torch.no_grad():
            self.before = self.tail(*self.kept)
        self.moved = model.parameters()
        self.start = [p.detach().clone() for p in self.moved]
        self.firmness = self._firmness()

    def best_score(self) -> float:
        """Trains until nothing gets better; puts the best weights back."""
        rate = LEARNING_RATE.get(self.model.method, USUAL_RATE)
        optimiser = torch.optim.AdamW(self.moved, lr=rate, weight_decay=0.0)
        epochs, waited, started = self.plan.epochs, 0, time.monotonic()
        best, best_state = self._score(), self.model.state()
        for epoch in range(epochs):
            seconds = (time.monotonic() - started) / max(epoch, 1) * (epochs - epoch)
            text = f"fine-tuning, error {best:.2f} J, at most {seconds:.0f} s left"
            for rows in torch.randperm(len(self.labels), device=self.device).split(self.plan.batch):
                self.progress.report(epoch, epochs, text)
                optimiser.zero_grad()
                self._loss(rows).backward()
                optimiser.step()
            score = self._score()
            waited = 0 if score < best - 1e-3 else waited + 1
            if waited == 0:
                best, best_state = score, self.model.state()
            if waited > self.plan.patience:
                break
        self.model.restore(best_state)
        return best

    def _score(self) -> float:
        with torch.no_grad():
            return float((self.tail(*self.checked) - self.wanted).abs().mean())

    def _loss(self, rows: Tensor) -> Tensor:
        some = torch.randint(len(self.before), (self.plan.batch // 2,), device=self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            predicted = self.tail(self.lessons[0][rows], self.lessons[1][rows])
            kept = self.tail(self.kept[0][some], self.kept[1][some])
        huber = torch.nn.functional.huber_loss(
            predicted.float(), self.labels[rows], delta=2.0, reduction="none"
        ).mean(1)
        loss = (self.weight[rows] * huber).sum() / self.weight[rows].sum()
        loss = loss + self.plan.distil * (kept.float() - self.before[some]).square().mean()
        pulls = [
            (firm * (now - start).square()).sum()
            for firm, now, start in zip(self.firmness, self.moved, self.start, strict=True)
        ]
        return loss + self.plan.pull * torch.stack(pulls).sum()

    def _firmness(self) -> list[Tensor]:
        """How firmly each weight is held: all alike, not at all, or by its part in the answers
        (the diagonal of the Fisher information on rehearsed photos, with a mean of 1)."""
        if self.plan.anchor != "ewc":
            return [torch.full_like(p, float(self.plan.anchor == "l2sp")) for p in self.moved]
        fisher = [torch.zeros_like(p) for p in self.moved]
        with torch.enable_grad():
            for one in range(len(self.before)):
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

    def _cached(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """:func:`_below` of all images, batch by batch."""
        parts, size = [], self.plan.batch
        with torch.no_grad():
            for start in range(0, len(images), size):
                self.progress.report(start, len(images), "looking at the photos")
                parts.append(_below(self.model.net, images[start : start + size].to(self.device)))
        return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])


def augmented(pictures: Pictures) -> tuple[Tensor, Tensor, Tensor]:
    """Each lesson as it is, mirrored, brighter and darker: images, labels in J, weights. A
    shift of +e stops in the picture shifts the exposure that was chosen by -e."""
    images = as_images(pictures.images)
    labels = torch.from_numpy(pictures.chosen / _JND)
    ev = _EV_SHIFT
    copies = [(images, 0.0), (images.flip(3), 0.0), (_shifted(images, ev), ev),
              (_shifted(images.flip(3), -ev), -ev)]  # fmt: skip
    shifted = []
    for _, stops in copies:
        label = labels.clone()
        label[:, _EXPOSURE] -= stops / float(_JND[_EXPOSURE])
        shifted.append(label)
    weight = torch.from_numpy(pictures.weight).repeat(len(copies))
    return torch.cat([c for c, _ in copies]), torch.cat(shifted), weight


def _shifted(images: Tensor, stops: float) -> Tensor:
    linear = decode_transfer(images) * 2.0**stops
    result: Tensor = encode_transfer(linear).clamp(0, 1)
    return result


def as_images(pixels: npt.NDArray[np.uint8]) -> Tensor:
    """(n, H, W, 3) uint8 -> (n, 3, H, W) float32 0..1."""
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255)
