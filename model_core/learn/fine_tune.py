"""The background fine-tune: lessons and the current version to a judged candidate.

It starts where the user is: the personal head, fitted to the training lessons, is folded
into the network, so that the candidate first predicts what is already on the screen, and
early stopping on other shoots can only keep or improve that.

How it is trained is in ``trainer.py``; that it forgets nothing is seen to there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.errors import CannotTrain
from model_core.domain.image import CodedImage
from model_core.domain.version import GateReport, Recipe
from model_core.imaging.render import EXPORT_GRID, render
from model_core.learn import gate
from model_core.learn.adapter import Adapted, load_base
from model_core.learn.frozen import FrozenPart
from model_core.learn.reweight import write_network
from model_core.learn.trainer import Pictures, Plan, train
from model_core.predict import personal_head
from model_core.predict.fold import MODEL_FILE
from model_core.predict.onnx_network import OnnxNetwork, thumbnail_pixels
from model_core.predict.personal_predictor import LESSON_WEIGHT, as_shown
from model_core.predict.prior import Prior, shipped_prior
from model_core.progress import Progress
from model_core.storage.atomic import cannot_write

PLAN = Plan()
Settings = npt.NDArray[np.floating]
_JND = np.array([p.jnd for p in PARAMS], dtype=np.float32)


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

    def pictures(self, rows: npt.NDArray[np.intp]) -> Pictures:
        """What the trainer takes of these lessons."""
        return Pictures(self.images[rows], self.chosen[rows], self.weight[rows])


def fine_tune(
    data: LessonData,
    base: Path,
    serving: Path,
    parent: Path | None,
    out: Path,
    recipe: Recipe,
    device: str,
    progress: Progress,
    checkpoint: Path | None = None,
) -> GateReport:
    """Trains a candidate, writes its files to ``out`` and judges it against what serves.

    ``base``: folder of the base model; ``serving``: folder whose model.onnx serves now;
    ``parent``: folder of the version whose adapter is trained on, None to start from the
    base; ``checkpoint``: file from which an interrupted training goes on. Raises CannotTrain,
    BrokenModel, CannotWrite or Cancelled.
    """
    split = gate.require_enough(data.shoots)
    where = pick_device(device)
    progress.report(0, 1, f"preparing {len(data.lessons)} photos ({str(where).upper()})")
    model = Adapted(load_base(base), recipe.method)
    if parent is not None:
        model.load(parent)
    start = seen_by((parent or base) / MODEL_FILE, data, progress)
    prior = shipped_prior(base, start.z.shape[1])
    train_from_head(
        model, data, split.train, start, prior, base, where, progress, _plan(recipe), checkpoint
    )
    progress.report(0, 1, "testing the candidate on photos it has not seen")
    net = model.merged()
    _save(model, out)
    difference = write_network(
        net, base / MODEL_FILE, out / MODEL_FILE, f"{recipe.method}, {len(split.train)} corrections"
    )
    now = _served(seen_by(serving / MODEL_FILE, data, progress), data, split, prior)
    new = _served(seen_by(out / MODEL_FILE, data, progress), data, split, prior)
    wanted, images = data.chosen[split.held_out], data.images[split.held_out]
    clipping = [clipped(images, settings, progress) for settings in (new, now, wanted)]
    return gate.judge(
        np.abs((wanted - now) / _JND).mean(1),
        np.abs((wanted - new) / _JND).mean(1),
        [data.shoots[i] for i in split.held_out],
        difference,
        clipping[0] - max(clipping[1:]),
    )


def _plan(recipe: Recipe) -> Plan:
    return replace(PLAN, anchor=recipe.anchor, distil=recipe.distil, adversarial=recipe.adversarial)


def _save(model: Adapted, out: Path) -> None:
    try:
        model.save(out)
    except (OSError, SafetensorError) as error:  # safetensors has its own for a full disk
        reason = error if isinstance(error, OSError) else OSError(str(error))
        raise cannot_write(out, reason) from error


def train_from_head(
    model: Adapted,
    data: LessonData,
    rows: npt.NDArray[np.intp],
    start: Seen,
    prior: Prior,
    base: Path,
    device: torch.device,
    progress: Progress,
    plan: Plan | None = None,
    checkpoint: Path | None = None,
) -> None:
    """Folds the personal head of the lessons ``rows`` into ``model`` and trains it on them,
    stopping early on a part of their shoots. ``start``: what the network that ``model`` is
    answers to all lessons. Raises CannotTrain, Cancelled."""
    fit, check = _validation(data, rows)
    head = _head(start, data, fit, prior, neighbours=False)  # they have no place in the network
    with torch.no_grad():
        model.personal.add_(torch.from_numpy(head.weights.astype(np.float32)))
    train(
        model, FrozenPart(base / MODEL_FILE), data.pictures(fit), data.pictures(check),
        plan or PLAN, device, progress, checkpoint,
    )  # fmt: skip


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


def _validation(
    data: LessonData, rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Splits training rows into fitting and validation by whole shoots, about 4 to 1."""
    shoots = sorted({data.shoots[i] for i in rows})
    chosen = set(np.random.default_rng(0).permutation(shoots)[: max(1, len(shoots) // 5)])
    check = np.array([data.shoots[i] in chosen for i in rows])
    return rows[~check], rows[check]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a network answers to all lessons. ``settings``: (n, P) in slider units; ``z``."""

    settings: npt.NDArray[np.float32]
    z: npt.NDArray[np.float32]


def seen_by(network: Path, data: LessonData, progress: Progress) -> Seen:
    """The answers of the network in that file. Raises BrokenModel, Cancelled."""
    found, answers = OnnxNetwork(network, network.parent.name), []
    for index in range(len(data.images)):
        progress.report(index, len(data.images), "asking what the network says so far")
        answers.append(found.run(data.images[index : index + 1]))
    return Seen(np.concatenate([a[0] for a in answers]), np.concatenate([a[2] for a in answers]))


def _served(seen: Seen, data: LessonData, split: gate.Split, prior: Prior) -> Settings:
    """Settings of the held-out photos, in their units, by this network with a personal head
    that knows the training lessons: as it would serve."""
    head, rows = _head(seen, data, split.train, prior), split.held_out
    result: Settings = seen.settings[rows] + head.shift(seen.z[rows]) * _JND
    return result


def clipped(images: npt.NDArray[np.uint8], settings: Settings, progress: Progress) -> float:
    """Share of the pixels that are pure black or white when rendered with these settings."""
    shares: list[float] = []
    for image, values in zip(images, as_shown(settings), strict=True):
        progress.report(len(shares), len(images), "looking for what is blown out")
        # By that grid without a table, which would take six times as long for so few pixels.
        shown = render(CodedImage(image), DevelopSettings(tuple(values)), grid=EXPORT_GRID)
        shares.append(((shown == 0).all(-1) | (shown == 255).all(-1)).mean())
    return float(np.mean(shares))


def _head(
    seen: Seen,
    data: LessonData,
    rows: npt.NDArray[np.intp],
    prior: Prior,
    *,
    neighbours: bool = True,
) -> personal_head.PersonalHead:
    """The personal head over a network that knows the lessons ``rows``."""
    residual = (data.chosen[rows] - seen.settings[rows]) / _JND
    shoots = [data.shoots[i] for i in rows]
    return personal_head.fit(
        seen.z[rows], residual, data.weight[rows], shoots, prior, neighbours=neighbours
    )
