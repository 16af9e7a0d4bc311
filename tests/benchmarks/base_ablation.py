"""What each part of the base is worth, on the development fold.

    python -m tests.benchmarks.base_ablation --photos DIR [--work DIR] [--out assets/base]

Each line trains a base without the development fold (every fifth train photo) and is measured
on it; the val split takes no part. Lines that train the backbone get few lessons and epochs on
a CPU, and say so; a backbone whose ImageNet weights are out of reach is trained from random ones,
and says that. Lessons, the light, each epoch and each line are kept in ``--work``: a killed run
goes on where it was, and a line is measured again only with ``--again``. ``--out``: the folder
whose ``ablation.json`` and model card get the table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from model_core.domain.develop import PIPELINE_VERSION
from model_core.domain.errors import CannotTrain
from model_core.learn.backbones import BACKBONES, DEFAULT_BACKBONE
from model_core.learn.base_course import Course
from model_core.learn.base_data import Lessons, Pictures, listed, make_lessons
from model_core.learn.base_fit import Recipe, fit_heads, fit_illuminant
from model_core.learn.base_report import ABLATION, evaluate, rewrite_card
from model_core.learn.degrade import RECIPE
from model_core.learn.fine_tune import pick_device
from model_core.learn.illuminant import HISTOGRAMS
from model_core.learn.network import CNN_SIDE, HIDDEN, DevelopNet, PhotometricStatistics
from model_core.progress import Progress

_SHIPPED = Recipe(hold_out=True)


@dataclass(frozen=True, slots=True)
class Line:
    """``few``: trained on a part of the lessons only, for two epochs."""

    name: str
    recipe: Recipe = _SHIPPED
    backbone: str = DEFAULT_BACKBONE
    few: bool = False


_OTHERS = [name for name in BACKBONES if name != DEFAULT_BACKBONE]
_FEW = "a part of the lessons: "
LINES = [
    Line("as shipped: head only, both"),
    Line("without the adversarial step (FGSM)", replace(_SHIPPED, adversarial=0.0)),
    Line("statistics alone", replace(_SHIPPED, features="statistics")),
    Line("CNN alone", replace(_SHIPPED, features="cnn")),
    Line("augmentation: other exposure and light", replace(_SHIPPED, augment=True)),
    *(Line(name, backbone=name) for name in _OTHERS),
    Line(_FEW + "head only", few=True),
    Line(_FEW + "LoRA on the backbone", replace(_SHIPPED, train="lora"), few=True),
    Line(_FEW + "the whole backbone", replace(_SHIPPED, train="full"), few=True),
]  # fmt: skip


class Bench:
    """The lessons of each backbone and the light, made once, and the lines measured so far."""

    def __init__(self, photos: Path, work: Path, copies: int, few: int) -> None:
        self.photos, self.work = listed(photos, "train"), work
        self.copies, self.few = copies, few
        self.device = pick_device("auto")

    def measured(self, line: Line) -> dict[str, Any]:
        """Trains the line and measures it on the development fold."""
        started = time.monotonic()
        torch.manual_seed(line.recipe.seed)
        net = DevelopNet(line.backbone).eval()
        origin = "ImageNet"
        try:
            BACKBONES[line.backbone].weights(net.backbone)
        except CannotTrain as error:
            print(f"  {error}", file=sys.stderr, flush=True)
            origin = "random"
        lessons, pictures = self._lessons(net.to(self.device), f"{line.backbone}-{origin.lower()}")
        self._light(net, lessons, line.recipe)
        if line.few:
            lessons = _fewer(lessons, self.few)
        kept = self.work / f"{self.key(line)}.safetensors"
        net = fit_heads(net, lessons, pictures, line.recipe, self.device, kept, Progress())
        course = Course.of(net, lessons, pictures, torch.device("cpu"),
                           line.recipe.learns(lessons.photo))  # fmt: skip
        mean = lessons.labels[lessons.photo % 5 != 0].mean(0)
        figures = evaluate(net, course, mean, line.recipe.train != "head")
        return {
            "line": line.name,
            "weights": origin,
            "lessons": int((lessons.photo % 5 != 0).sum()),
            "epochs": line.recipe.epochs,
            "no change": figures["degraded"]["no change"]["mean"],
            "far": figures["degraded"]["base model"],
            "good moved": figures["good photos moved by"],
            "minutes": round((time.monotonic() - started) / 60, 1),
        }

    def key(self, line: Line) -> str:
        """Another recipe, or another network, is another line."""
        facts = [asdict(line.recipe), line.backbone, line.few and self.few, self.copies, RECIPE,
                 PIPELINE_VERSION, CNN_SIDE, HIDDEN, HISTOGRAMS,
                 PhotometricStatistics.COUNT]  # fmt: skip
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return f"ablation-{digest[:12]}"

    def _lessons(self, net: DevelopNet, seen: str) -> tuple[Lessons, Pictures]:
        return make_lessons(
            self.photos, self.copies, 0, net, seen, self.work / "train", self.device.type,
            Progress(),
        )  # fmt: skip

    def _light(self, net: DevelopNet, lessons: Lessons, recipe: Recipe) -> None:
        """The search for the light is the same in all lines: it sees no features."""
        path, seeker = (
            self.work / f"ablation-light-{HISTOGRAMS}.safetensors",
            net.statistics.illuminant,
        )
        if not path.exists():
            learned = lessons.take(np.asarray(recipe.learns(lessons.photo).any(0)))
            fit_illuminant(net, learned, self.device, Progress(), recipe.epochs)
            save_file(seeker.state_dict(), path)
        seeker.load_state_dict(load_file(path))


def _fewer(lessons: Lessons, count: int) -> Lessons:
    """All of the development fold, and ``count`` others, evenly."""
    held = lessons.photo % 5 == 0
    rows = np.flatnonzero(~held)
    held[rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]] = True
    return lessons.take(held)


def _write(path: Path, found: object) -> None:
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(description="Ablation of the base model.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="what is kept between runs (default: nothing)")
    parser.add_argument("--out", type=Path, help="folder of a base whose card gets the table")
    parser.add_argument("--copies", type=int, default=48)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--few", type=int, default=1500, help="lessons where a backbone is trained")
    parser.add_argument("--only", default="", help="lines whose name contains this")
    parser.add_argument("--again", action="store_true", help="lines that were measured, too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(args.photos, args.work or Path(temporary), args.copies, args.few)
        found = []
        for line in LINES:
            line = replace(line, recipe=replace(line.recipe, epochs=2 if line.few else args.epochs))
            path = bench.work / f"{bench.key(line)}.json"
            if not path.exists() or args.again:
                if args.only not in line.name:
                    continue
                if args.again:
                    path.with_suffix(".safetensors").unlink(missing_ok=True)
                _write(path, bench.measured(line))
            found.append(json.loads(path.read_text(encoding="utf-8")) | {"line": line.name})
            print(json.dumps(found[-1]), flush=True)
            if args.out is not None:
                _write(args.out / ABLATION, found)
                rewrite_card(args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
