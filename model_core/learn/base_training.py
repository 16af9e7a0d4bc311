"""How the shipped base model is made. One command, repeatable by anyone:

    python -m model_core.learn.base_training --photos DIR --out assets/base

``DIR`` holds photos and a manifest.csv with a column ``split`` (train / val). The val split
is only reported on. The head has five members; each leaves out another fifth of the train
photos, which stops the training and calibrates the spread. ``--hold-out`` keeps the same fifth
from all of them: the development fold, on which everything was chosen. Lessons and training are
kept in ``--work``, so that a killed run goes on where it was. The same command uses a GPU where
there is one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model_core.domain.errors import ImgtuneError
from model_core.domain.image import Float32
from model_core.learn.backbones import BACKBONES, DEFAULT_BACKBONE
from model_core.learn.base_course import Course
from model_core.learn.base_data import Lessons, Pictures, listed, make_lessons
from model_core.learn.base_fit import FEATURES, TRAIN, Recipe, fit_base
from model_core.learn.base_report import evaluate, write_base
from model_core.learn.fine_tune import pick_device
from model_core.learn.network import DevelopNet
from model_core.progress import Progress

_VAL_COPIES = 6


def train_base(
    photos: Path, out: Path, work: Path, recipe: Recipe, *, copies: int,
    backbone: str = DEFAULT_BACKBONE, weights: str = "imagenet", device: str = "auto",
    progress: Progress,
) -> dict[str, Any]:  # fmt: skip
    """Trains, writes the base to ``out`` and returns its manifest. Raises CannotTrain,
    UnreadablePhoto or Cancelled."""
    started, where = time.monotonic(), pick_device(device)
    torch.manual_seed(recipe.seed)
    net = DevelopNet(backbone).eval()
    origin = f"{backbone}, random weights"
    if weights == "imagenet":
        origin = BACKBONES[backbone].weights(net.backbone)
    _round_to_halves(net)  # before anything is learned on top
    net.to(where)
    train_photos, val_photos = listed(photos, "train"), listed(photos, "val")
    seen = f"{backbone}-{weights}"
    lessons, pictures = make_lessons(
        train_photos, copies, recipe.seed, net, seen, work / "train", where.type, progress
    )
    kept = work / f"training-{_fingerprint(recipe, copies, seen)}.safetensors"
    net = fit_base(net, lessons, pictures, recipe, where, kept, progress)
    _round_to_halves(net)  # the figures are those of the file that ships
    # After the training: what the network sees of them does not depend on it, but for the
    # backbone, whose own answers are taken when it was trained.
    val, val_pictures = make_lessons(
        val_photos, _VAL_COPIES, recipe.seed + 1, net, seen, work / "val", "cpu", progress
    )
    cpu, learns = torch.device("cpu"), recipe.learns(lessons.photo)
    mean = lessons.labels[lessons.touched & learns.any(0)].mean(0)
    courses = {
        "development": Course.of(net, lessons, pictures, cpu, learns),
        "val": Course.of(net, val, val_pictures, cpu),
    }
    own_eyes = recipe.train != "head"
    figures = {name: evaluate(net, course, mean, own_eyes) for name, course in courses.items()}
    examples, unseen = _some(lessons, pictures, 96), _some(val, val_pictures, 200)
    return write_base(net, out, photos, examples, unseen, {
        "backbone": origin,
        "photos": {"train": len(train_photos), "val": len(val_photos)},
        "lessons": {"train": len(lessons), "val": len(val)},
        "copies": copies, "recipe": asdict(recipe), "figures": figures,
        "minutes": round((time.monotonic() - started) / 60, 1),
    })  # fmt: skip


def _round_to_halves(net: DevelopNet) -> None:
    """Weights as they ship: rounded to half floats."""
    with torch.no_grad():
        for tensor in net.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(tensor.half().float())


def _fingerprint(recipe: Recipe, copies: int, seen: str) -> str:
    """Another recipe does not go on where this one was."""
    text = json.dumps([asdict(recipe), copies, seen], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _some(lessons: Lessons, pictures: Pictures, count: int) -> Float32:
    """Pictures of ``count`` lessons, evenly spread."""
    rows = np.linspace(0, len(lessons) - 1, min(count, len(lessons))).astype(int)
    return pictures.take(lessons.photo[rows], lessons.row[rows])


def _shown(started: float) -> Progress:
    """One line on the terminal, with the time that is left at this pace."""
    stage, since = "", started

    def show(done: float, total: float, text: str) -> None:
        nonlocal stage, since
        now = time.monotonic()
        if text.split(",")[0] != stage:
            stage, since = text.split(",")[0], now
        spent = now - since
        left = spent / done * (total - done) if done else 0.0
        line = f"{text}: {done:.1f} of {total:.0f}, {left / 60:.1f} min left"
        print(f"\r{line:100}", end="", file=sys.stderr, flush=True)

    return Progress(show)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the base model.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("assets/base"))
    parser.add_argument("--work", type=Path, help="where lessons are kept (default: temporary)")
    parser.add_argument("--copies", type=int, default=48, help="bad versions of each photo")
    parser.add_argument("--backbone", choices=list(BACKBONES), default=DEFAULT_BACKBONE)
    parser.add_argument("--weights", choices=("imagenet", "random"), default="imagenet")
    parser.add_argument("--train", choices=TRAIN, default="head")
    parser.add_argument("--features", choices=FEATURES, default="both")
    parser.add_argument("--adversarial", type=float, default=Recipe().adversarial, metavar="STEP",
                        help="FGSM, in deviations of the features, or code values")  # fmt: skip
    parser.add_argument("--augment", action="store_true", help="other exposure and light")
    parser.add_argument("--hold-out", action="store_true", help="keep the development fold out")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    args = parser.parse_args(argv)
    recipe = Recipe(
        args.train,
        args.features,
        args.adversarial,
        args.augment,
        args.epochs,
        args.seed,
        args.hold_out,
    )
    with tempfile.TemporaryDirectory() as temporary:
        try:
            manifest = train_base(
                args.photos, args.out, args.work or Path(temporary), recipe, copies=args.copies,
                backbone=args.backbone, weights=args.weights, device=args.device,
                progress=_shown(time.monotonic()),
            )  # fmt: skip
        except ImgtuneError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
    print("\n" + json.dumps(manifest["figures"], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
