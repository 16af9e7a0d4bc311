"""What each part of the base is worth, on the development fold.

    python -m tests.benchmarks.base_ablation --photos DIR [--work DIR] [--copies 48] [--epochs 6]

Each line trains a base without the development fold (every fifth train photo) and is measured
on it; the val split takes no part. Lines that train the backbone get few lessons and epochs on
a CPU, and say so; backbones whose weights are out of reach say that. ``--work``: where lessons
are kept between runs; a line then takes about a minute.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from model_core.domain.errors import CannotTrain
from model_core.learn.backbones import BACKBONES, DEFAULT_BACKBONE
from model_core.learn.base_course import Course
from model_core.learn.base_data import Lessons, listed, make_lessons
from model_core.learn.base_fit import Recipe, fit_base
from model_core.learn.base_report import evaluate
from model_core.learn.fine_tune import pick_device
from model_core.learn.network import DevelopNet
from model_core.progress import Progress

_PLAIN = Recipe(hold_out=True)
LINES = {
    "as shipped: statistics and CNN, head only": _PLAIN,
    "statistics alone": replace(_PLAIN, features="statistics"),
    "CNN alone": replace(_PLAIN, features="cnn"),
    "FGSM, 0.1 deviations": replace(_PLAIN, adversarial=0.1),
    "augmentation: other exposure and light": replace(_PLAIN, augment=True),
}
HEAVY = {"LoRA on the backbone": "lora", "the whole backbone": "full"}


def line(
    name: str, recipe: Recipe, backbone: str, photos: list[Path], copies: int, work: Path, few: int
) -> None:
    """Trains and prints one line. ``few``: how many lessons at most, 0 for all."""
    device, started = pick_device("auto"), time.monotonic()
    torch.manual_seed(recipe.seed)
    net = DevelopNet(backbone).eval()
    try:
        BACKBONES[backbone].weights(net.backbone)
    except CannotTrain as error:
        print(f"{name:44} {error}", flush=True)
        return
    net.to(device)
    lessons, pictures = make_lessons(
        photos, copies, recipe.seed, net, f"{backbone}-imagenet", work / "train", device.type,
        Progress(),
    )  # fmt: skip
    if few:
        lessons = _fewer(lessons, few)
    net = fit_base(net, lessons, pictures, recipe, device, None, Progress())
    learns = recipe.learns(lessons.photo)
    course = Course.of(net, lessons, pictures, torch.device("cpu"), learns)
    mean = lessons.labels[lessons.touched & learns.any(0)].mean(0)
    figures = evaluate(net, course, mean, recipe.train != "head")
    far, moved = figures["degraded"]["base model"], figures["good photos moved by"]
    print(
        f"{name:44}{len(lessons):8}{recipe.epochs:5}{far['mean']:8.2f}{far['p90']:7.2f}"
        f"{moved['median']:8.2f}{moved['p90']:7.2f}{(time.monotonic() - started) / 60:7.1f}",
        flush=True,
    )


def _fewer(lessons: Lessons, count: int) -> Lessons:
    """All of the development fold, and ``count`` others, evenly."""
    held = lessons.photo % 5 == 0
    rows = np.flatnonzero(~held)
    held[rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]] = True
    return lessons.take(held)


def main() -> int:
    parser = argparse.ArgumentParser(description="Ablation of the base model.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where lessons are kept (default: temporary)")
    parser.add_argument("--copies", type=int, default=48)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--few", type=int, default=1500, help="lessons where a backbone is trained")
    parser.add_argument("--only", default="", help="lines whose name contains this")
    args = parser.parse_args()
    photos = listed(args.photos, "train")
    print(f"{'':44}{'lessons':>8}{'ep.':>5}{'dE00':>8}{'p90':>7}{'good':>8}{'p90':>7}{'min':>7}")
    lines = [(name, recipe, DEFAULT_BACKBONE, 0) for name, recipe in LINES.items()]
    lines += [(name, _PLAIN, name, 0) for name in BACKBONES if name != DEFAULT_BACKBONE]
    lines += [("the same few lessons, head only", _PLAIN, DEFAULT_BACKBONE, args.few)]
    lines += [(name, replace(_PLAIN, train=train), DEFAULT_BACKBONE, args.few)
              for name, train in HEAVY.items()]  # fmt: skip
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or Path(temporary)
        for name, recipe, backbone, few in lines:
            if args.only in name:
                epochs = 2 if few else args.epochs
                recipe = replace(recipe, epochs=epochs)
                line(name, recipe, backbone, photos, args.copies, work, few)
    return 0


if __name__ == "__main__":
    sys.exit(main())
