"""Which fine-tuning method pays, and from how many corrections: the table behind the default.

    python -m tests.benchmarks.ablation PHOTOS [--counts 60 150] [--people 3] [--methods ...]

Development families only. Each photographer teaches a fresh program; the error is measured on
shots of val photos, in J against the steady taste, of the personal head alone and of the
fine-tuned network with a personal head on top, as it would serve.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.photo import PhotoId
from model_core.domain.version import METHODS
from model_core.learn.adapter import Adapted, load_base
from model_core.learn.fine_tune import LessonData, pick_device, train_from_head
from model_core.learn.fine_tune import seen_by as seen_by_file
from model_core.learn.trainer import as_images
from model_core.predict import personal_head
from model_core.predict.fold import MODEL_FILE
from model_core.predict.prior import Prior, shipped_prior
from model_core.progress import Progress
from tests.benchmarks.protocol_photographers import DEVELOPMENT, Photographer, photographers
from tests.benchmarks.protocol_shots import SHOTS, Float64, seen_by, shots_of
from tests.benchmarks.protocol_trials import (
    JND,
    Lessons,
    World,
    head_of,
    lessons_of,
    possible,
    query_of,
    rows_of,
)

ASSETS = Path(__file__).parents[2] / "assets"
_PEOPLE = ("linear", "key keeper", "green muter", "both at once", "dresser", "night keeper")
_EVERY = 2  # val shots asked about


def taught_to(who: Photographer, world: World, n: int) -> tuple[Lessons, list[int]]:
    """n corrections and the shots they are of. When all photos were corrected, they are taken
    and corrected again, in shoots of their own."""
    lessons, rows = lessons_of(who, world, n), rows_of(who, world, n)
    for again in range(1, SHOTS):
        more, found = lessons_of(who, world, n, again), rows_of(who, world, n, again)
        new = [i for i, row in enumerate(found) if row not in rows][: n - len(rows)]
        lessons = Lessons(
            np.concatenate([lessons.z, more.z[new]]),
            np.concatenate([lessons.network, more.network[new]]),
            np.concatenate([lessons.y, more.y[new]]),
            [*lessons.shoots, *(f"{more.shoots[i]} again {again}" for i in new)],
        )
        rows = [*rows, *(found[i] for i in new)]
    if len(rows) < n:
        raise SystemExit(f"there are shots for {len(rows)} corrections, not {n}")
    return lessons, rows


def lesson_data(who: Photographer, world: World, n: int) -> LessonData:
    """The first n corrections as the trainer takes them."""
    lessons, rows = taught_to(who, world, n)
    chosen = ((lessons.network + lessons.y) * JND).astype(np.float32)
    corrections = [
        Correction(PhotoId(str(row)), Path("x.jpg"), "style", shoot,
                   DevelopSettings(tuple(values)), DevelopSettings(tuple(values)),
                   Verdict.CORRECTED, "base", "2026-01-01")
        for row, shoot, values in zip(rows, lessons.shoots, chosen.tolist(), strict=True)
    ]  # fmt: skip
    return LessonData(corrections, world.taught.images[rows], chosen, np.ones(n, np.float32))


def fine_tuned_error(
    who: Photographer, world: World, data: LessonData, base: Path, prior: Prior, method: str
) -> float:
    """As it would serve: fine-tuned on all lessons, with a head on top that knows them."""
    model = Adapted(load_base(base), method)
    start = seen_by_file(base / MODEL_FILE, data, Progress())
    rows = np.arange(len(data.lessons))
    train_from_head(model, data, rows, start, prior, base, pick_device("auto"), Progress())
    net = model.merged()
    with torch.no_grad():
        taught, z = _answers(net, data.images)
        head = personal_head.fit(z, data.chosen / JND - taught, data.weight, data.shoots, prior)
        asked, z = _answers(net, world.asked.images[::_EVERY])
    query = query_of(who, world)
    wanted = (query.network + query.wanted)[::_EVERY]
    shown = asked + possible(asked, head.shift(z))
    return float(np.abs(shown - wanted).mean())


def _answers(net: torch.nn.Module, images: np.ndarray) -> tuple[Float64, Float64]:
    parts = [net(as_images(images[i : i + 32])) for i in range(0, len(images), 32)]
    settings, z = (np.concatenate([p[k].numpy() for p in parts]) for k in (0, 2))
    return settings.astype(np.float64) / JND, z.astype(np.float64)


def main() -> None:
    parser = argparse.ArgumentParser(description="Which fine-tuning method pays.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--base", type=Path, default=ASSETS / "base")
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    parser.add_argument("--counts", type=int, nargs="+", default=[60, 150])
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    args = parser.parse_args()
    taught, asked = (shots_of(args.photos, split, args.cache) for split in ("train", "val"))
    model = args.base / MODEL_FILE
    world = World(taught, seen_by(model, taught, args.cache), asked,
                  seen_by(model, asked, args.cache), taught.facts)  # fmt: skip
    prior = shipped_prior(args.base, world.taught_seen.z.shape[1])
    makers = {name: DEVELOPMENT[name] for name in _PEOPLE[: args.people]}
    people = photographers(makers, 1, taught.facts, seed=2)
    print(f"{len(people)} photographers, {len(PARAMS)} sliders; ratio to the personal head alone")
    for n in args.counts:
        alone = []
        for who in people:
            query = query_of(who, world)
            shift = head_of(taught_to(who, world, n)[0], prior).shift(query.z)
            shown = possible(query.network, shift)
            alone.append(np.abs(shown - query.wanted)[::_EVERY].mean())
        print(f"n = {n}: head alone {np.mean(alone):.3f} J", flush=True)
        for method in args.methods:
            started = time.monotonic()
            errors = [
                fine_tuned_error(who, world, lesson_data(who, world, n), args.base, prior, method)
                for who in people
            ]
            seconds = (time.monotonic() - started) / len(people)
            each = " ".join(f"{e / a:.3f}" for e, a in zip(errors, alone, strict=True))
            print(f"  {method:8} {np.mean(errors):.3f} J  {np.mean(errors) / np.mean(alone):.3f}"
                  f"  ({each})  {seconds:.0f} s each", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
