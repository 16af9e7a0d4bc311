"""The background fine-tune: lessons and the current version to a judged candidate.

It starts where the user is: the personal head, fitted to the training lessons, is folded
into the network, so that the candidate first predicts what is already on the screen, and
early stopping on other shoots can only keep or improve that.

Only the last stage and the head are adapted, so what lies below them is computed once for
each picture and kept; steps then cost little. Every training goes over all lessons again
(replay), and the candidate is held to its starting answers on photos without a lesson
(distillation) and to its starting weights (L2-SP), so that it forgets nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import peft
import torch
from peft import PeftModel
from torch import Tensor

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.errors import CannotTrain
from model_core.domain.version import GateReport
from model_core.imaging.colour import decode_transfer, encode_transfer
from model_core.learn import adapter, gate
from model_core.learn.export_onnx import export_onnx, parity
from model_core.learn.network import DevelopNet
from model_core.learn.replay import rehearsal
from model_core.predict import personal_head
from model_core.predict.onnx_network import OnnxNetwork, thumbnail_pixels
from model_core.predict.personal_predictor import LESSON_WEIGHT
from model_core.predict.prior import Prior, shipped_prior
from model_core.progress import Progress

_EPOCHS, _PATIENCE, _BATCH = 60, 8, 32
_DISTIL, _ANCHOR = 0.05, 1e-3
_EV_SHIFT = 0.35  # stops by which an augmented copy is brighter or darker
_JND = np.array([p.jnd for p in PARAMS], dtype=np.float32)
_EXPOSURE = PARAM_NAMES.index("exposure_ev")


@dataclass(frozen=True, slots=True)
class LessonData:
    """Lessons with a picture, oldest first. ``images``: (n, 224, 224, 3) uint8; ``chosen``:
    (n, P) in slider units; ``weight``: (n,)."""

    lessons: list[Correction]
    images: npt.NDArray[np.uint8]
    chosen: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]

    @staticmethod
    def of(lessons: list[Correction], thumbnails: dict[int, bytes]) -> LessonData:
        """Lessons whose thumbnail is missing or damaged are left out. Raises CannotTrain
        when none is left."""
        found = [(c, thumbnail_pixels(thumbnails.get(c.id, b""))) for c in lessons]
        usable = [(c, image) for c, image in found if image is not None]
        if not usable:
            raise CannotTrain("There are no corrections to learn from yet; correct some photos.")
        return LessonData(
            [c for c, _ in usable],
            np.stack([image for _, image in usable]),
            np.array([c.chosen.values for c, _ in usable], dtype=np.float32),
            np.array([LESSON_WEIGHT[Verdict(c.verdict)] for c, _ in usable], dtype=np.float32),
        )

    @property
    def shoots(self) -> list[str]:
        return [c.shoot for c in self.lessons]


def fine_tune(
    data: LessonData,
    base: Path,
    serving: Path,
    parent: Path | None,
    out: Path,
    method: str,
    device: str,
    progress: Progress,
) -> GateReport:
    """Trains a candidate, writes its files to ``out`` and judges it against what serves.

    ``base``: folder of the base model; ``serving``: folder whose model.onnx serves now;
    ``parent``: folder of the version whose adapter is trained on, None to start from the
    base. Raises CannotTrain, BrokenModel or Cancelled.
    """
    split = gate.require_enough(data.shoots)
    torch.manual_seed(0)
    where = pick_device(device)
    progress.report(0, 1, f"preparing {len(data.lessons)} photos ({str(where).upper()})")
    model = adapter.adapted(adapter.load_base(base), method)
    if parent is not None:
        adapter.load_adapter(model, parent, method)
    start = OnnxNetwork((parent or base) / "model.onnx", "start")
    prior = shipped_prior(base, start.features)
    _train(model.to(where), data, split.train, start, prior, where, progress)
    progress.report(1, 1, "testing the candidate on photos it has not seen")
    net = adapter.merged(model.cpu(), base)
    adapter.save_adapter(model, out, method)
    export_onnx(net, out / "model.onnx", f"{method}, {len(split.train)} corrections")
    current = OnnxNetwork(serving / "model.onnx", "current")
    candidate = OnnxNetwork(out / "model.onnx", "candidate")
    held_shoots = [data.shoots[i] for i in split.held_out]
    return gate.judge(
        _held_out_error(current, data, split, prior),
        _held_out_error(candidate, data, split, prior),
        held_shoots,
        parity(net, out / "model.onnx"),
    )


def pick_device(wanted: str) -> torch.device:
    """``auto`` takes a GPU where there is one. Raises CannotTrain for one that is not."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, found in there.items() if found))
    if not there.get(wanted, False):
        known = ", ".join(name for name, found in there.items() if found)
        raise CannotTrain(f"There is no device {wanted!r} here; there is: {known}")
    return torch.device(wanted)


class _Tail(torch.nn.Module):
    """The adapted part: from the activations before FIRST_STAGE to settings in J."""

    def __init__(self, model: PeftModel) -> None:
        super().__init__()
        self.net: DevelopNet = model.get_base_model()

    def forward(self, activations: Tensor, stats: Tensor) -> Tensor:
        backbone = self.net.backbone
        x = activations
        for stage in range(adapter.FIRST_STAGE, len(backbone.blocks)):
            x = backbone.blocks[stage](x)
        embedding = backbone.forward_head(backbone.bn2(backbone.conv_head(x)))
        settings: Tensor = self.net.head(stats, embedding)[0]
        return settings


def _below(net: DevelopNet, images: Tensor) -> tuple[Tensor, Tensor]:
    """What the frozen part computes: activations before FIRST_STAGE, and the statistics."""
    x = net.backbone.bn1(net.backbone.conv_stem((images * 255.0 - 127.0) / 128.0))
    for stage in range(adapter.FIRST_STAGE):
        x = net.backbone.blocks[stage](x)
    return x, net.statistics(images)


def _train(
    model: PeftModel,
    data: LessonData,
    rows: npt.NDArray[np.intp],
    start: OnnxNetwork,
    prior: Prior,
    device: torch.device,
    progress: Progress,
) -> None:
    """Trains the adapter in place; ends with the weights that were best on a validation
    part of the training shoots."""
    tail = _Tail(model).eval()  # frozen BatchNorm: adapters do not store its statistics
    fit, check = _validation(data, rows)
    head = _head(start, data, fit, prior)
    personal = adapter.personal_of(tail.net)
    personal += torch.from_numpy(head.weights.astype(np.float32)).to(device)
    images, labels, weight = _augmented(data, fit)
    lessons = _cached(tail.net, images, device, progress)
    kept = _cached(tail.net, rehearsal(), device, progress)
    checked = _cached(tail.net, _as_images(data.images[check]), device, progress)
    labels, weight = labels.to(device), weight.to(device)
    check_labels = torch.from_numpy(data.chosen[check] / _JND).to(device)
    with torch.no_grad():
        before = tail(*kept)
    moved = [p for p in model.parameters() if p.requires_grad]
    anchor = [p.detach().clone() for p in moved]
    optimiser = torch.optim.AdamW(moved, lr=3e-4, weight_decay=0.0)
    best, best_state, waited, started = float("inf"), None, 0, time.monotonic()
    for epoch in range(_EPOCHS + 1):
        with torch.no_grad():
            score = float((tail(*checked) - check_labels).abs().mean())
        if score < best - 1e-3:
            best, waited = score, 0
            best_state = {k: v.clone() for k, v in peft.get_peft_model_state_dict(model).items()}
        else:
            waited += 1
        seconds = (time.monotonic() - started) / max(epoch, 1) * (_EPOCHS - epoch)
        text = f"fine-tuning, error {score:.2f} J, at most {seconds:.0f} s left"
        progress.report(epoch, _EPOCHS, text)
        if waited > _PATIENCE or epoch == _EPOCHS:
            break
        for batch in torch.randperm(len(labels), device=device).split(_BATCH):
            progress.report(epoch, _EPOCHS, text)
            optimiser.zero_grad()
            predicted = tail(lessons[0][batch], lessons[1][batch])
            huber = torch.nn.functional.huber_loss(
                predicted, labels[batch], delta=2.0, reduction="none"
            ).mean(1)
            loss = (weight[batch] * huber).sum() / weight[batch].sum()
            some = torch.randint(len(before), (_BATCH // 2,), device=device)
            loss = (
                loss + _DISTIL * (tail(kept[0][some], kept[1][some]) - before[some]).square().mean()
            )
            loss = loss + _ANCHOR * sum(
                (p - a).square().sum() for p, a in zip(moved, anchor, strict=True)
            )
            loss.backward()
            optimiser.step()
    assert best_state is not None
    peft.set_peft_model_state_dict(model, best_state)


def _validation(
    data: LessonData, rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Splits training rows into fitting and validation by whole shoots, about 4 to 1."""
    shoots = sorted({data.shoots[i] for i in rows})
    chosen = set(np.random.default_rng(0).permutation(shoots)[: max(1, len(shoots) // 5)])
    check = np.array([data.shoots[i] in chosen for i in rows])
    return rows[~check], rows[check]


def _augmented(data: LessonData, rows: npt.NDArray[np.intp]) -> tuple[Tensor, Tensor, Tensor]:
    """Each lesson as it is, mirrored, brighter and darker; a shift of +e stops in the
    picture shifts the exposure that was chosen by -e."""
    images = _as_images(data.images[rows])
    labels = torch.from_numpy(data.chosen[rows] / _JND)
    weight = torch.from_numpy(data.weight[rows])
    ev = _EV_SHIFT
    copies = [(images, 0.0), (images.flip(3), 0.0), (_shifted(images, ev), ev),
              (_shifted(images.flip(3), -ev), -ev)]  # fmt: skip
    shifted = []
    for _, stops in copies:
        label = labels.clone()
        label[:, _EXPOSURE] -= stops / float(_JND[_EXPOSURE])
        shifted.append(label)
    return torch.cat([c for c, _ in copies]), torch.cat(shifted), weight.repeat(len(copies))


def _shifted(images: Tensor, stops: float) -> Tensor:
    linear = decode_transfer(images) * 2.0**stops
    result: Tensor = encode_transfer(linear).clamp(0, 1)
    return result


def _as_images(pixels: npt.NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255)


def _cached(
    net: DevelopNet, images: Tensor, device: torch.device, progress: Progress
) -> tuple[Tensor, Tensor]:
    """:func:`_below` of all images, batch by batch."""
    parts = []
    with torch.no_grad():
        for start in range(0, len(images), _BATCH):
            progress.report(start, len(images), "looking at the photos")
            parts.append(_below(net, images[start : start + _BATCH].to(device)))
    return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])


def _held_out_error(
    network: OnnxNetwork, data: LessonData, split: gate.Split, prior: Prior
) -> npt.NDArray[np.floating]:
    """Mean absolute error in J of each held-out photo, by this network with a personal head
    that knows the training lessons: as it would serve."""
    head = _head(network, data, split.train, prior)
    settings, z = _answers(network, data.images[split.held_out])
    residual = (data.chosen[split.held_out] - settings) / _JND
    error: npt.NDArray[np.floating] = np.abs(residual - head.shift(z)).mean(1)
    return error


def _head(
    network: OnnxNetwork, data: LessonData, rows: npt.NDArray[np.intp], prior: Prior
) -> personal_head.PersonalHead:
    """The personal head over ``network`` that knows the lessons ``rows``."""
    settings, z = _answers(network, data.images[rows])
    residual = (data.chosen[rows] - settings) / _JND
    shoots = [data.shoots[i] for i in rows]
    return personal_head.fit(z, residual, data.weight[rows], shoots, prior)


def _answers(
    network: OnnxNetwork, images: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    answers = [network.run(images[i : i + 1]) for i in range(len(images))]
    return np.concatenate([a[0] for a in answers]), np.concatenate([a[2] for a in answers])
