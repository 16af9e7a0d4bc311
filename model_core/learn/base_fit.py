"""Training the base on its lessons: what light it was, then which settings mend the photo."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import peft
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.errors import CannotTrain
from model_core.imaging.colour import from_working, to_working
from model_core.imaging.steps.white_balance import white_balance
from model_core.learn.base_data import Lessons, Pictures
from model_core.learn.illuminant import REACH, WB
from model_core.learn.labels import look_distance
from model_core.learn.network import DevelopNet
from model_core.progress import Progress

TRAIN = ("head", "lora", "full")
FEATURES = ("both", "statistics", "cnn")
_BATCH, _PATIENCE = 64, 10
#: Chosen on the development fold. Less weight on the labels renders as well, but spreads an
#: exposure over four tone sliders; a good photo left alone counts more than a bad one mended.
_LABEL_WEIGHT, _GOOD_WEIGHT = 1.0, 3.0
#: Median-like losses answer "no cast" to all casts that are not sure; the mean does not.
_CAST_WEIGHT = 0.03
_PIXELS = 288  # of each lesson's look, drawn anew in every step
_EXPOSURE = PARAM_NAMES.index("exposure_ev")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a base is trained. ``train``: what moves besides the head; ``adversarial``: size of
    the FGSM step, in standard deviations of the features (head) or code values (lora, full),
    0 for none; ``augment``: lessons also brighter, darker, warmer, cooler than they were made."""

    train: str = "head"
    features: str = "both"
    adversarial: float = 0.0
    augment: bool = False
    epochs: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        for value, known in ((self.train, TRAIN), (self.features, FEATURES)):
            if value not in known:
                raise CannotTrain(f"there is no {value!r} to train; known: {', '.join(known)}")


@dataclass(slots=True)
class Course:
    """Lessons as the training loop takes them. ``stats``: (N, COUNT), with the light seen."""

    lessons: Lessons
    pictures: Pictures | None
    stats: Tensor
    device: torch.device

    @staticmethod
    def of(
        net: DevelopNet, lessons: Lessons, pictures: Pictures | None, device: torch.device
    ) -> Course:
        with torch.no_grad():
            parts = [
                net.statistics.joined(m.to(device), c.to(device).float()).cpu()
                for m, c in zip(
                    torch.from_numpy(lessons.measured).split(512),
                    torch.from_numpy(lessons.colours).split(512),
                    strict=True,
                )
            ]
        return Course(lessons, pictures, torch.cat(parts), device)

    def images(self, rows: Tensor) -> Tensor:
        """(n, 3, 224, 224) of these lessons."""
        if self.pictures is None:
            raise CannotTrain("these lessons have no pictures; only the head can be trained")
        index = rows.numpy()
        found = self.pictures.take(self.lessons.photo[index], self.lessons.row[index])
        return torch.from_numpy(found).to(self.device)

    def of_rows(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Statistics, embedding, bad, good, labels."""
        index, data = rows.numpy(), self.lessons
        arrays = (data.embedding, data.bad, data.good, data.labels)
        rest = [torch.from_numpy(a[index]).to(self.device).float() for a in arrays]
        return (self.stats[rows].to(self.device), *rest)  # type: ignore[return-value]


def fit_base(
    net: DevelopNet,
    train: tuple[Lessons, Pictures | None],
    held: tuple[Lessons, Pictures | None],
    recipe: Recipe,
    device: torch.device,
    kept: Path | None,
    progress: Progress,
) -> DevelopNet:
    """Trains ``net`` on ``train``, stopping early on ``held``; returns it, in eval mode, on
    the CPU. With ``kept``, a killed training goes on from its last epoch in that file, and
    ends as it would have. Raises CannotTrain or Cancelled."""
    torch.manual_seed(recipe.seed)
    net.to(device).eval()
    fit_illuminant(net, train[0], device, progress, min(8, recipe.epochs))
    course, check = Course.of(net, *train, device), Course.of(net, *held, device)
    _standardise(net, course, recipe.features)
    _fit_projections(net, course)
    model = with_lora(net) if recipe.train == "lora" else None
    _Training(net, course, check, recipe, kept).run(progress)
    if model is not None:
        net = model.merge_and_unload()
    _fit_spread(net, check, recipe)
    return net.cpu().eval().requires_grad_(False)


# -- the light ------------------------------------------------------------------------------


def fit_illuminant(
    net: DevelopNet, lessons: Lessons, device: torch.device, progress: Progress, epochs: int
) -> None:
    """Fits the search for neutral by least squares: the mean of what is possible, not its
    median, which is "no cast" as long as most photos have none. Some histograms are shifted
    by whole bins, as another cast would."""
    seeker = net.statistics.illuminant
    colours, labels = torch.from_numpy(lessons.colours), torch.from_numpy(lessons.labels)[:, WB]
    optimiser = torch.optim.AdamW(seeker.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = epochs * math.ceil(len(lessons) / _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    for epoch in range(epochs):
        progress.report(epoch, epochs, "learning to see the light")
        for rows in torch.randperm(len(lessons)).split(_BATCH):
            histogram, wanted = colours[rows].float(), labels[rows]
            if torch.rand(()) < 0.3:
                histogram, wanted = _shifted_light(histogram, wanted)
            optimiser.zero_grad()
            error = seeker(histogram.to(device)) - wanted.to(device)
            error.square().sum(1).mean().backward()
            optimiser.step()
            schedule.step()


def _shifted_light(histogram: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """The batch under one other light."""
    bin_j = 2 * REACH / (histogram.shape[-1] - 1)
    warm, magenta = (int(v) for v in (torch.randn(2) * torch.tensor([2.5, 1.5])).round())
    moved = torch.roll(histogram, (warm, magenta), (2, 3))
    return moved, wanted - bin_j * torch.tensor([warm, magenta])


# -- the settings ---------------------------------------------------------------------------


class _Training:
    """The loop over the lessons, and all that it needs to go on after a kill."""

    def __init__(
        self, net: DevelopNet, course: Course, check: Course, recipe: Recipe, kept: Path | None
    ) -> None:
        self.net, self.course, self.check, self.recipe = net, course, check, recipe
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
            batches = torch.randperm(len(self.course.lessons)).split(_BATCH)
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
        self.optimiser.zero_grad()
        loss = self._loss(seen, batch, torch.randperm(batch[0].shape[1])[:_PIXELS])
        if self.recipe.adversarial:
            loss = (loss + self._adversarial(seen, batch)) / 2
        loss.backward()
        self.optimiser.step()

    def score(self) -> float:
        """The loss on the development fold."""
        self.net.head.eval()
        total, every = 0.0, slice(0, None, 7)
        with torch.no_grad():
            for rows in torch.arange(len(self.check.lessons)).split(256):
                stats, embedding, *batch = self.check.of_rows(rows)
                if self.recipe.train != "head":
                    embedding = embedded(self.net, self.check, rows)
                total += float(self._loss((stats, embedding), batch, every)) * len(rows)
        return total / len(self.check.lessons)

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
            shift = _Shift.random(len(rows), images.device)
            images = shift.of_images(images)
            batch = [shift.of_light(batch[0]), batch[1], shift.of_labels(batch[2])]
            small = images if head_only else statistics.thinned(images)
            with torch.no_grad():
                histogram = statistics.illuminant.histogram(small)
                stats = statistics.joined(statistics.measured(small), histogram)
        return (stats, embedding if head_only else images), batch

    def _loss(
        self, seen: tuple[Tensor, Tensor], batch: list[Tensor], pixels: Tensor | slice
    ) -> Tensor:
        """Rendered distance, Huber on the labels, squares on the cast; good photos weigh more."""
        stats, content = seen
        if content.ndim == 4:
            content = _embed(self.net, content)
        bad, good, labels = batch
        settings, _, _ = self.net.head(stats, content)
        rendered = look_distance(bad[:, pixels], settings, good[:, pixels])
        huber = nn.functional.huber_loss(settings, labels, delta=2.0, reduction="none").mean(1)
        cast = (settings[:, WB] - labels[:, WB]).square().sum(1)
        weight = torch.where(labels.abs().sum(1) == 0, _GOOD_WEIGHT, 1.0)
        each = rendered + _LABEL_WEIGHT * huber + _CAST_WEIGHT * cast
        return (weight * each).sum() / weight.sum()

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


@dataclass(frozen=True, slots=True)
class _Shift:
    """Another exposure and another light for each lesson of a batch, half of them none."""

    stops: Tensor
    wb: Tensor  # (n, 2) in J

    @staticmethod
    def random(count: int, device: torch.device) -> _Shift:
        some = (torch.rand(count, 1, device=device) < 0.5).float()
        stops = torch.randn(count, 1, device=device) * 0.5 * some
        return _Shift(stops, torch.randn(count, 2, device=device) * 2.0 * some)

    def of_light(self, light: Tensor) -> Tensor:
        """Working light (n, pixels, 3)."""
        jnd = [PARAMS[i].jnd for i in WB]
        warm, magenta = (self.wb[:, i, None, None] * jnd[i] for i in range(2))
        lit = white_balance(light * torch.exp2(self.stops)[..., None], warm, magenta)
        result: Tensor = lit.clamp(0, 1)
        return result

    def of_images(self, images: Tensor) -> Tensor:
        """(n, 3, H, W) sRGB 0..1."""
        flat = images.flatten(2).transpose(1, 2)
        code: Tensor = from_working(self.of_light(to_working(flat, "srgb")), "srgb")
        return code.transpose(1, 2).reshape(images.shape)

    def of_labels(self, labels: Tensor) -> Tensor:
        """A picture that is lighter by e stops wants e stops less."""
        moved = labels.clone()
        moved[:, _EXPOSURE] -= self.stops[:, 0] / PARAMS[_EXPOSURE].jnd
        moved[:, WB] -= self.wb
        return moved


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


def _embed(net: DevelopNet, images: Tensor) -> Tensor:
    """The embedding, in half precision where a GPU does it."""
    device = images.device.type
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
        return net.embed(images).float()


def embedded(net: DevelopNet, course: Course, rows: Tensor) -> Tensor:
    """The backbone's answers to these lessons now."""
    with torch.no_grad():
        parts = [_embed(net, course.images(some)) for some in rows.split(64)]
    return torch.cat(parts)


def _standardise(net: DevelopNet, course: Course, features: str) -> None:
    """Mean and scale of both blocks; a block that is left out of the ablation scales to 0."""
    embedding = torch.from_numpy(course.lessons.embedding)
    for name, values, used in (
        ("stats", course.stats, features != "cnn"),
        ("embedding", embedding, features != "statistics"),
    ):
        getattr(net.head, f"{name}_mean").copy_(values.mean(0))
        getattr(net.head, f"{name}_scale").copy_(float(used) / (values.std(0) + 1e-3))


def _fit_projections(net: DevelopNet, course: Course) -> None:
    """Whitened principal components of both blocks: what the personal head works on, and
    all that the head gets to see of the embedding."""
    head = net.head
    stats = course.stats.to(course.device)
    embedding = torch.from_numpy(course.lessons.embedding).to(course.device)
    with torch.no_grad():
        blocks = head.normalised(stats, embedding)
        for block, target in zip(blocks, (head.z_statistics, head.z_embedding), strict=True):
            if not block.any():
                continue
            variance, vectors = torch.linalg.eigh(torch.cov(block.T.double()))
            count = target.shape[1]
            # Directions in which a small set of lessons does not vary must not blow up.
            variance = variance[-count:].flip(0).clamp_min(1e-3 * float(variance[-1]))
            target.copy_(vectors[:, -count:].flip(1) / variance.sqrt())


# -- the spread -----------------------------------------------------------------------------


def _fit_spread(net: DevelopNet, held: Course, recipe: Recipe) -> None:
    """Fits the log spread to the errors on the development fold (Gaussian likelihood) on half
    of its photos; the other half then scales each slider so that 90 % of them lie inside."""
    head, device = net.head, held.device
    rows = torch.arange(len(held.lessons))
    stats, embedding, _, _, labels = held.of_rows(rows)
    if recipe.train != "head":
        embedding = embedded(net, held, rows)
    head.requires_grad_(False).eval()
    nn.init.zeros_(head.log_spread.weight)
    error = head(stats, embedding)[0] - labels
    head.log_spread.bias.copy_(torch.log(error.std(0) + 1e-3))
    head.unknown_spread.copy_(torch.log(1.5 * labels.std(0) + 0.5))
    half = torch.from_numpy(held.lessons.photo // 5 % 2 == 0).to(device)
    head.log_spread.requires_grad_(True)
    optimiser = torch.optim.AdamW(head.log_spread.parameters(), lr=1e-3, weight_decay=0.1)
    for _ in range(300):
        optimiser.zero_grad()
        log_spread = head(stats[half], embedding[half])[1]
        squares = error[half] ** 2 * torch.exp(-2 * log_spread)
        (log_spread + 0.5 * squares).mean().backward()
        optimiser.step()
    head.log_spread.requires_grad_(False)
    ratio = error.abs() * torch.exp(-head(stats, embedding)[1])
    # All of the fold, weighted to the half that was not fitted to.
    scale = (ratio[~half].quantile(0.9, 0) * 2 + ratio[half].quantile(0.9, 0)) / 3 / 1.645
    head.log_spread.bias.add_(torch.log(scale.clamp(0.5, 3.0)))
