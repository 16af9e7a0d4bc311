"""Training the base on its lessons: what light it was, then which settings mend the photo."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import peft
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from model_core.domain.errors import CannotTrain
from model_core.learn.base_calibrate import fit_projections, fit_spread, standardise
from model_core.learn.base_course import Course, Shift, embed, embedded, shared_out
from model_core.learn.base_data import Lessons, Pictures
from model_core.learn.difference import rendered_difference
from model_core.learn.illuminant import REACH, WB
from model_core.learn.network import MEMBERS, DevelopNet
from model_core.progress import Progress

TRAIN = ("head", "lora", "full")
FEATURES = ("both", "statistics", "cnn")
_BATCH, _PATIENCE = 64, 10
#: Chosen on the development fold. With a weight of the labels of 0.2 bad ones end as near to good,
#: but half of an over-exposure stays (0.97 EV of those over 1, where 0.72 is left with 1.0), and
#: tone sliders do what exposure should. A good photo left alone counts less than a bad one
#: mended: with 0.5 it is moved less than is asked, and bad ones end farther from good.
_LABEL_WEIGHT, _GOOD_WEIGHT = 1.0, 0.25
#: Median-like losses answer "no cast" to all casts that are not sure; the mean does not.
_CAST_WEIGHT = 0.01
_PIXELS = 60 * MEMBERS  # of each lesson's look, drawn anew in every step


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a base is trained. ``train``: what moves besides the head; ``adversarial``: size of
    the FGSM step, in standard deviations of the features (head) or code values (lora, full),
    0 for none; ``augment``: lessons also brighter, darker, warmer, cooler than they were made;
    ``hold_out``: no member learns from every fifth photo, to develop on. Else each member leaves
    out another fifth, so that all photos are used and each is judged by who never saw it."""

    train: str = "head"
    features: str = "both"
    adversarial: float = 0.1
    augment: bool = False
    epochs: int = 16
    seed: int = 0
    hold_out: bool = False

    def __post_init__(self) -> None:
        for value, known in ((self.train, TRAIN), (self.features, FEATURES)):
            if value not in known:
                raise CannotTrain(f"there is no {value!r} to train; known: {', '.join(known)}")

    def learns(self, photo: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which member learns from which lesson. A backbone that is trained is common to all."""
        return shared_out(photo, self.hold_out or self.train != "head")


def fit_base(
    net: DevelopNet,
    lessons: Lessons,
    pictures: Pictures | None,
    recipe: Recipe,
    device: torch.device,
    kept: Path | None,
    progress: Progress,
) -> DevelopNet:
    """Trains ``net`` on ``lessons``: the search for the light, then :func:`fit_heads`."""
    torch.manual_seed(recipe.seed)
    net.to(device).eval()
    seen = lessons.take(np.asarray(recipe.learns(lessons.photo).any(0)))
    fit_illuminant(net, seen, device, progress, min(8, recipe.epochs))
    return fit_heads(net, lessons, pictures, recipe, device, kept, progress)


def fit_heads(
    net: DevelopNet,
    lessons: Lessons,
    pictures: Pictures | None,
    recipe: Recipe,
    device: torch.device,
    kept: Path | None,
    progress: Progress,
) -> DevelopNet:
    """Trains what follows the search for the light, stopping early on what each member leaves
    out; returns ``net``, in eval mode, on the CPU. With ``kept``, a killed training goes on from
    its last epoch in that file, and ends as it would have. Raises CannotTrain or Cancelled."""
    torch.manual_seed(recipe.seed)
    net.to(device).eval()
    learns = recipe.learns(lessons.photo)
    course = Course.of(net, lessons, pictures, device, learns)
    standardise(net, course, recipe.features)
    fit_projections(net, course)
    model = with_lora(net) if recipe.train == "lora" else None
    _Training(net, course, recipe, kept).run(progress)
    if model is not None:
        net = model.merge_and_unload()
    fit_spread(net, course, recipe.train != "head")
    return net.cpu().eval().requires_grad_(False)


# -- the light ------------------------------------------------------------------------------


def fit_illuminant(
    net: DevelopNet, lessons: Lessons, device: torch.device, progress: Progress, epochs: int
) -> None:
    """Fits the search for neutral by least squares: the mean of what is possible, not its
    median, which is "no cast" as long as most photos have none. Half of the histograms are shifted
    by whole bins, as another cast would."""
    seeker = net.statistics.illuminant.train()
    colours, labels = torch.from_numpy(lessons.colours), torch.from_numpy(lessons.labels)[:, WB]
    optimiser = torch.optim.AdamW(seeker.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = epochs * math.ceil(len(lessons) / _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    for epoch in range(epochs):
        progress.report(epoch, epochs, "learning to see the light")
        for rows in torch.randperm(len(lessons)).split(_BATCH):
            histogram, wanted = colours[rows].float(), labels[rows]
            if torch.rand(()) < 0.5:
                histogram, wanted = _shifted_light(histogram, wanted)
            optimiser.zero_grad()
            error = seeker(histogram.to(device)) - wanted.to(device)
            error.square().sum(1).mean().backward()
            optimiser.step()
            schedule.step()
    seeker.eval()


def _shifted_light(histogram: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """The batch under one other light."""
    bin_j = 2 * REACH / (histogram.shape[-1] - 1)
    warm, magenta = (int(v) for v in (torch.randn(2) * torch.tensor([2.5, 1.5])).round())
    moved = torch.roll(histogram, (warm, magenta), (2, 3))
    return moved, wanted - bin_j * torch.tensor([warm, magenta])


# -- the settings ---------------------------------------------------------------------------


class _Training:
    """The loop over the lessons, and all that it needs to go on after a kill."""

    def __init__(self, net: DevelopNet, course: Course, recipe: Recipe, kept: Path | None) -> None:
        self.net, self.course, self.recipe = net, course, recipe
        net.statistics.requires_grad_(False)
        net.head.requires_grad_(True)
        net.head.log_spread.requires_grad_(False)
        if recipe.train != "lora":  # lora has chosen its own
            net.backbone.requires_grad_(recipe.train == "full")
        groups = [[p for p in part.parameters() if p.requires_grad]
                  for part in (net.head, net.backbone)]  # fmt: skip
        self.moved = groups[0] + groups[1]
        peaks = (2e-3, 1e-3 if recipe.train == "lora" else 1e-4)
        self.optimiser = torch.optim.AdamW(
            [
                {"params": g, "weight_decay": d, "peak": lr}
                for g, d, lr in zip(groups, (1e-2, 1e-4), peaks, strict=True)
                if g
            ]
        )
        self.epoch, self.best, self.waited = 0, float("inf"), 0
        self.best_state = [p.detach().clone() for p in self.moved]
        self.kept = kept
        if kept is not None and kept.exists():
            self._resume(kept)

    def run(self, progress: Progress) -> None:
        """All epochs that are left; ends with the weights that were best."""
        total, started, first = self.recipe.epochs, time.monotonic(), self.epoch
        text = "training"
        while self.epoch < total and self.waited <= _PATIENCE:
            # Seeded by the epoch, so that one that goes on after a kill draws the same.
            torch.manual_seed(self.recipe.seed * 1000 + self.epoch)
            learned = self.course.learned
            batches = learned[torch.randperm(len(learned))].split(_BATCH)
            for done, rows in enumerate(batches):
                progress.report(self.epoch + done / len(batches), total, text)
                self._set_rate((self.epoch + done / len(batches)) / total)
                self._step(rows)
            score = self.score()
            self.waited += 1
            if score < self.best - 1e-3:
                self.best, self.waited = score, 0
                self.best_state = [p.detach().clone() for p in self.moved]
            self.epoch += 1
            self._keep()
            minutes = (time.monotonic() - started) / 60 / (self.epoch - first)
            text = (
                f"training, development loss {score:.3f}, "
                f"at most {minutes * (total - self.epoch):.0f} min left"
            )
        with torch.no_grad():
            for p, best in zip(self.moved, self.best_state, strict=True):
                p.copy_(best)

    def _set_rate(self, share: float) -> None:
        """One cycle: up for a tenth of the time, then a half cosine down."""
        rate = share / 0.1 if share < 0.1 else (1 + math.cos(math.pi * (share - 0.1) / 0.9)) / 2
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * max(rate, 0.02)

    def _step(self, rows: Tensor) -> None:
        self.net.head.train()
        seen, batch = self._seen(rows)
        batch.append(self.course.learns[:, rows].to(batch[0].device))
        self.optimiser.zero_grad()
        loss = self._loss(seen, batch, torch.randperm(batch[0].shape[1])[:_PIXELS])
        if self.recipe.adversarial:
            loss = (loss + self._adversarial(seen, batch)) / 2
        loss.backward()
        self.optimiser.step()

    def score(self) -> float:
        """The loss of each member on what it leaves out."""
        self.net.head.eval()
        total, held = 0.0, self.course.held
        with torch.no_grad():
            for rows in held.split(256):
                stats, embedding, *batch = self.course.of_rows(rows)
                if self.recipe.train != "head":
                    embedding = embedded(self.net, self.course, rows)
                batch.append(~self.course.learns[:, rows].to(stats.device))
                every = torch.arange(0, batch[0].shape[1], 7)
                total += float(self._loss((stats, embedding), batch, every)) * len(rows)
        return total / len(held)

    def _seen(self, rows: Tensor) -> tuple[tuple[Tensor, Tensor], list[Tensor]]:
        """(statistics, embedding or images), and bad, good, labels of a batch."""
        stats, embedding, *batch = self.course.of_rows(rows)
        head_only, statistics = self.recipe.train == "head", self.net.statistics
        if head_only and not self.recipe.augment:
            return (stats, embedding), batch
        images = self.course.images(rows)
        if head_only:  # the embedding stays that of the lesson: a CNN hardly sees the light
            images = statistics.thinned(images)
        if self.recipe.augment:
            shift = Shift.random(len(rows), images.device)
            images = shift.of_images(images)
            batch = [shift.of_light(batch[0]), batch[1], shift.of_labels(batch[2])]
            small = images if head_only else statistics.thinned(images)
            with torch.no_grad():
                stats = statistics.joined(*statistics.seen(small))
        return (stats, embedding if head_only else images), batch

    def _loss(self, seen: tuple[Tensor, Tensor], batch: list[Tensor], pixels: Tensor) -> Tensor:
        """Rendered distance, Huber on the labels, squares on the cast; good photos weigh less.
        ``batch``: bad, good, labels, and (MEMBERS, n) which member each lesson counts for.
        Each member is rendered on its own share of the pixels."""
        stats, content = seen
        if content.ndim == 4:
            content = embed(self.net, content)
        bad, good, labels, counts = batch
        settings = self.net.head.members(stats, content)
        share = pixels[: len(pixels) // MEMBERS * MEMBERS]
        looks = [
            look[:, share].unflatten(1, (-1, MEMBERS)).movedim(2, 0).flatten(0, 1)
            for look in (bad, good)
        ]
        rendered = rendered_difference(looks[0], settings.flatten(0, 1), looks[1])
        wanted = labels.expand_as(settings)
        huber = nn.functional.huber_loss(settings, wanted, delta=2.0, reduction="none").mean(2)
        cast = (settings - wanted)[..., WB].square().sum(2)
        weight = torch.where(labels.abs().sum(1) == 0, _GOOD_WEIGHT, 1.0) * counts
        each = rendered.view_as(huber) + _LABEL_WEIGHT * huber + _CAST_WEIGHT * cast
        return (weight * each).sum() / weight.sum().clamp_min(1e-6)

    def _adversarial(self, seen: tuple[Tensor, Tensor], batch: list[Tensor]) -> Tensor:
        """The loss one step of the fast gradient sign method away (Goodfellow et al. 2015)."""
        inputs = [x.detach().requires_grad_() for x in seen]
        pixels = torch.randperm(batch[0].shape[1])[: _PIXELS // 2]
        slopes = torch.autograd.grad(self._loss((inputs[0], inputs[1]), batch, pixels), inputs)
        head = self.net.head
        second = 1 / 255 if seen[1].ndim == 4 else 1 / head.embedding_scale.clamp_min(1e-3)
        units = (1 / head.stats_scale.clamp_min(1e-3), second)
        moved = [
            (x + self.recipe.adversarial * u * g.sign()).detach()
            for x, u, g in zip(seen, units, slopes, strict=True)
        ]
        return self._loss((moved[0], moved[1]), batch, pixels)

    def _keep(self) -> None:
        """Everything the next epoch depends on, as tensors in one file."""
        if self.kept is None:
            return
        tensors = {f"now.{i}": p.detach() for i, p in enumerate(self.moved)}
        tensors |= {f"best.{i}": p for i, p in enumerate(self.best_state)}
        for i, p in enumerate(self.moved):
            state = self.optimiser.state[p]
            tensors |= {f"{name}.{i}": value for name, value in state.items()}
        facts = {"epoch": str(self.epoch), "best": repr(self.best), "waited": str(self.waited)}
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        partial = self.kept.with_suffix(".part")
        cpu = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
        save_file(cpu, partial, metadata=facts)
        partial.replace(self.kept)

    def _resume(self, path: Path) -> None:
        with safe_open(path, framework="pt") as file, torch.no_grad():
            facts = file.metadata()
            for i, p in enumerate(self.moved):
                p.copy_(file.get_tensor(f"now.{i}"))
                self.best_state[i].copy_(file.get_tensor(f"best.{i}"))
                self.optimiser.state[p] = {
                    name: file.get_tensor(f"{name}.{i}").to("cpu" if name == "step" else p.device)
                    for name in ("step", "exp_avg", "exp_avg_sq")
                }
        self.epoch, self.waited = int(facts["epoch"]), int(facts["waited"])
        self.best = float(facts["best"])


def with_lora(net: DevelopNet) -> peft.PeftModel:
    """LoRA on the plain and pointwise convolutions of the last third of the backbone; the
    layers of ``net`` are replaced in place. Depthwise ones refuse it."""
    convolutions = [
        f"backbone.{name}"
        for name, module in net.backbone.named_modules()
        if isinstance(module, nn.Conv2d) and module.groups == 1
    ]
    targets = convolutions[-max(1, len(convolutions) // 3) :]
    config = peft.LoraConfig(r=8, lora_alpha=16, target_modules=targets, bias="none")
    return peft.get_peft_model(net, config)
