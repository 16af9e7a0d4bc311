"""The protocol of ``LEARNING.md``: how well the personal head learns, beside what was promised.

    python -m tests.benchmarks.protocol PHOTOS OUT [--quick] [--base DIR]

``PHOTOS`` holds photos and a manifest.csv with the splits train and val. Synthetic
photographers correct shots of train photos; everything is measured on shots of val photos,
against their steady taste. Families that were never used to learn or to choose anything are
reported apart. Writes ``OUT/protocol.txt``, ``protocol.json`` and plots; seeded. What is
computed from the photos is kept in ``build/protocol``; another base model is another ``--base``.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_core.predict.fold import MODEL_FILE
from model_core.predict.prior import PRIOR_FILE, Prior, prior_for
from model_core.training import base_sha256
from tests.benchmarks import protocol_plots as plots
from tests.benchmarks import protocol_proofs as proofs
from tests.benchmarks import protocol_tried as tried
from tests.benchmarks.protocol_photographers import (
    DEVELOPMENT,
    HELD_OUT,
    Photographer,
    photographers,
)
from tests.benchmarks.protocol_scenes import Bursts, apart, bursts_of, joined
from tests.benchmarks.protocol_shots import Float64, seen_by, shots_of
from tests.benchmarks.protocol_trials import (
    BASELINES,
    LONG,
    Learner,
    World,
    head_of,
    lessons_of,
    oracle,
    personal,
    query_of,
    trial,
)  # fmt: skip

ASSETS = Path(__file__).parents[2] / "assets"
COUNTS = (0, 1, 5, 10, 20, 50, 100, 300)
FEW = (1, 5, 8, 16, 24, 40, 64)  # corrections of one to eight shoots, as they begin with
EACH, QUICK_EACH = 6, 2
HEAD, SHRUNK, BASE = "personal head", "shrunk mean", "base alone"


@dataclass(frozen=True, slots=True)
class Curves:
    """``errors``: (photographers, learners, counts) in J."""

    people: list[Photographer]
    errors: Float64

    def of(self, learner: int) -> Float64:
        result: Float64 = self.errors[:, learner]
        return result


class Report:
    """Lines for the reader, figures for the machine."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.figures: dict[str, object] = {}

    def say(self, line: str = "") -> None:
        print(line, flush=True)
        self.lines.append(line)


def main() -> int:
    parser = argparse.ArgumentParser(description="How well the personal head learns.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, default=ASSETS / "base")
    parser.add_argument("--prior", type=Path, default=ASSETS / PRIOR_FILE)
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    parser.add_argument("--quick", action="store_true", help="fewer photographers")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    started, report = time.monotonic(), Report()
    world = _world(args.photos, args.base, args.cache)
    size = world.taught_seen.z.shape[1]
    prior = prior_for(base_sha256(args.base), size, args.prior)
    each = QUICK_EACH if args.quick else EACH
    learners: dict[str, Learner] = {**BASELINES, HEAD: personal(prior)}
    report.say(f"base {base_sha256(args.base)[:8]}, prior: {len(prior.used)} features")
    found = {}
    for title, families in (("development families", DEVELOPMENT), ("held-out families", HELD_OUT)):
        people = photographers(dict(families), each, world.reference, seed=1)
        errors = np.stack([trial(who, world, learners, COUNTS) for who in people])
        found[title] = Curves(people, errors)
        _curves(report, title, found[title], list(learners), args.out)
        best = np.mean([oracle(who, world, query_of(who, world)) for who in people])
        report.say(f"  {'oracle: linear, no noise':24}{best:7.3f}")
    held = found["held-out families"]
    _rendered(report, held.people[:: 3 if not args.quick else 1], world, prior)
    few = _few_shoots(report, found, world, learners)
    targets = _targets(list(learners), found, few)
    targets += _proofs(report, held.people, world, prior)
    _scenes(
        report, bursts_of(args.photos, args.base / MODEL_FILE, "val", 1), held.people, world, prior
    )
    _families(report, found, list(learners), args.out)
    some = found["development families"].people[:: 3 if not args.quick else 1]
    report.say("\nTried, and kept or left out (development families)")
    tried.without_neighbours(some, world, prior, (5, 10, 20, 50, 100), report.say)
    tried.exports_as_lessons(some, world, prior, (10, 25, 50), report.say)
    report.say("\nTargets, fixed in advance (unseen families, val photos)")
    for what, target, measured, met in targets:
        report.say(f"  {what:52} {target:22} {measured:28} {'met' if met else 'MISSED'}")
    report.figures["targets"] = [list(map(str, row)) for row in targets]
    report.say(f"\n{time.monotonic() - started:.0f} s")
    (args.out / "protocol.txt").write_text("\n".join(report.lines) + "\n", encoding="utf-8")
    (args.out / "protocol.json").write_text(json.dumps(report.figures, indent=1) + "\n")
    return 0


def _world(photos: Path, base: Path, cache: Path) -> World:
    taught, asked = (shots_of(photos, split, cache) for split in ("train", "val"))
    model = base / MODEL_FILE
    return World(
        taught, seen_by(model, taught, cache), asked, seen_by(model, asked, cache), taught.facts
    )


def _curves(report: Report, title: str, found: Curves, names: list[str], out: Path) -> None:
    families = len({who.family for who in found.people})
    report.say(f"\n{title}: {len(found.people)} photographers of {families} families")
    report.say("error in J on new photos, and as a share of the shrunk mean's, by corrections")
    report.say(f"  {'':24}" + "".join(f"{n:>7}" for n in COUNTS) + "  |" + "".join(
        f"{n:>6}" for n in COUNTS))  # fmt: skip
    shrunk = found.of(names.index(SHRUNK)).mean(0)
    for i, name in enumerate(names):
        mean = found.of(i).mean(0)
        report.say(f"  {name:24}" + "".join(f"{v:7.3f}" for v in mean) + "  |" + "".join(
            f"{v:6.2f}" for v in mean / shrunk))  # fmt: skip
        report.figures[f"{title}: {name}"] = mean.round(4).tolist()
    lines = []
    for i, name in enumerate(names):
        bounds = [proofs.mean_bound(column) for column in found.of(i).T]
        lines.append(
            plots.Curve(name, *([getattr(b, k) for b in bounds] for k in ("mean", "low", "high")))
        )
    file = out / f"curves-{title.split()[0]}.png"
    plots.curves(f"Error on new photos, {title}", COUNTS, lines, "J", file)


def _rendered(report: Report, people: list[Photographer], world: World, prior: Prior) -> None:
    learners = {name: BASELINES[name] for name in (BASE, SHRUNK, "5 neighbours, embedding")}
    learners[HEAD] = personal(prior)
    counts = (1, 5, 20, 100)
    found = proofs.rendered(people, world, learners, counts, every=4)
    report.say(f"\ndeltaE00 to what is wanted ({len(people)} photographers of held-out families)")
    report.say(f"  {'mean / p90 / share under 2':26}" + "".join(f"{n:>20}" for n in counts))
    for k, name in enumerate(learners):
        cells = []
        for j in range(len(counts)):
            one = found[:, k, j].ravel()
            cells.append(
                f"{one.mean():.2f} / {np.quantile(one, 0.9):.2f} / {(one < 2).mean():4.0%}"
            )
        report.say(f"  {name:26}" + "".join(f"{cell:>20}" for cell in cells))
        report.figures[f"deltaE00: {name}"] = cells


def _few_shoots(
    report: Report, found: dict[str, Curves], world: World, learners: dict[str, Learner]
) -> dict[str, Curves]:
    """The first photos of somebody who works through one long shoot after the other."""
    report.say(f"\nFew shoots, of {LONG.frames} photos each: error in J, and as a share of the "
               "shrunk mean's, by corrections")  # fmt: skip
    report.say(f"  {'':40}" + "".join(f"{n:>7}" for n in FEW) + "  |" + "".join(
        f"{n:>6}" for n in FEW))  # fmt: skip
    some = {name: learners[name] for name in (SHRUNK, HEAD)}
    curves = {}
    for title, known in found.items():
        errors = np.stack([trial(who, world, some, FEW, LONG) for who in known.people])
        curves[title] = Curves(known.people, errors)
        shrunk = errors[:, 0].mean(0)
        for i, name in enumerate(some):
            mean = errors[:, i].mean(0)
            worse = (errors[:, i, FEW.index(24)] > errors[:, i, FEW.index(5)]).mean()
            report.say(f"  {title + ': ' + name:40}" + "".join(f"{v:7.3f}" for v in mean) + "  |"
                       + "".join(f"{v:6.2f}" for v in mean / shrunk)
                       + f"   worse at 24 than at 5: {worse:.0%}")  # fmt: skip
            report.figures[f"few shoots, {title}: {name}"] = mean.round(4).tolist()
    found = proofs.fixed_values(world, some, FEW)
    for name, mean in zip(some, found, strict=True):
        title = f"who sets three sliders to fixed values: {name}"
        report.say(f"  {title}")
        report.say(f"  {'':40}" + "".join(f"{v:7.3f}" for v in mean))
        report.figures[title] = mean.round(4).tolist()
    return curves


Target = tuple[str, str, str, bool]


def _targets(names: list[str], found: dict[str, Curves], few: dict[str, Curves]) -> list[Target]:
    head, shrunk, base = (names.index(n) for n in (HEAD, SHRUNK, BASE))
    held = found["held-out families"]
    worst = max(
        (c.of(head)[:, j].mean() / c.of(shrunk)[:, j].mean() - 1, n, title.split()[0])
        for title, c in found.items() for j, n in enumerate(COUNTS)
    )  # fmt: skip
    worst_few = max(
        (c.of(1)[:, j].mean() / c.of(0)[:, j].mean() - 1, n, title.split()[0])
        for title, c in few.items() for j, n in enumerate(FEW)
    )  # fmt: skip
    preset = [i for i, w in enumerate(found["development families"].people) if w.family == "preset"]
    same = found["development families"].errors[preset].mean(0)
    worst_same = max((same[head, j] / same[shrunk, j] - 1, n) for j, n in enumerate(COUNTS))
    rows: list[Target] = [
        ("against the shrunk mean, any n, all photographers", "at most 2 % worse",
         f"{worst[0]:+.1%} (n = {worst[1]}, {worst[2]})", worst[0] <= 0.02),
        ("the same, one to eight long shoots", "at most 2 % worse",
         f"{worst_few[0]:+.1%} (n = {worst_few[1]}, {worst_few[2]})", worst_few[0] <= 0.02),
        ("the same, those who always do the same", "at most 2 % worse",
         f"{worst_same[0]:+.1%} (n = {worst_same[1]})", worst_same[0] <= 0.02),
    ]  # fmt: skip
    for n, wanted in ((20, 0.20), (50, 0.38), (100, 0.50)):
        j = COUNTS.index(n)
        bound = proofs.ratio_bound(held.of(head)[:, j], held.of(shrunk)[:, j])
        measured = f"{1 - bound.mean:.0%} ({1 - bound.high:.0%} .. {1 - bound.low:.0%})"
        what = f"unseen families, n = {n}: below the shrunk mean"
        rows.append((what, f"at least {wanted:.0%}", measured, 1 - bound.mean >= wanted))
    gain = held.of(base)[:, 0].mean() - held.of(head).mean(0)
    share = float(gain[COUNTS.index(20)] / gain[COUNTS.index(300)])
    rows.append(("gain at n = 20 of the gain at n = 300", "at least 70 %", f"{share:.0%}",
                 share >= 0.7))  # fmt: skip
    return rows


def _proofs(report: Report, people: list[Photographer], world: World, prior: Prior) -> list[Target]:
    rows: list[Target] = []
    report.say("\nProof that it is personal (n = 50): how much worse each control is, J")
    gaps = proofs.controls(people, world, prior, 50)
    bounds = [proofs.mean_bound(column) for column in gaps.T]
    for name, bound in zip(proofs.CONTROLS, bounds, strict=True):
        report.say(f"  {name:24} {bound}")
    lowest = min(bound.low for bound in bounds)
    rows.append(("five controls worse, lowest lower bound", "above 0", f"{lowest:.3f} J",
                 lowest > 0))  # fmt: skip
    report.say("\nForgetting: error on A's photos, J, after A50, B50, A50, B50")
    for name, errors in proofs.forgetting(people, world, prior).items():
        mean = errors.mean(0)
        rise = max(mean[1] / mean[0], mean[3] / mean[2]) - 1
        report.say(f"  {name:24}" + "".join(f"{v:8.3f}" for v in mean) + f"   rise {rise:+.1%}")
        if name == "with profiles":
            rows.append(("forgetting with profiles", "at most 5 %", f"{rise:+.1%}", rise <= 0.05))
    counts = (5, 20, 50, 100, 300)
    covered = proofs.coverage(people, world, prior, counts).mean(0)
    report.say("\n90 % intervals cover (what the hand sets)")
    report.say("  " + "   ".join(f"n = {n}: {c:.1%}" for n, c in zip(counts, covered, strict=True)))
    inside = bool((covered[1:] >= 0.87).all() and (covered[1:] <= 0.93).all())
    measured = f"{covered[1:].min():.0%} .. {covered[1:].max():.0%} (n >= 20)"
    rows.append(("90 % intervals cover", "87 to 93 %", measured, inside))
    times = proofs.milliseconds(people[0], world, prior, (1, 20, 100, 300))
    slowest = max(float(t.split()[0]) for t in times)
    rows.append(("learn anew and predict 1,000 cached photos", "under 50 ms",
                 f"{slowest:.0f} ms (n = 1 .. 300)", slowest < 50))  # fmt: skip
    report.say("\nLearning anew and predicting 1,000 cached photos: " + ", ".join(times))
    return rows


def _scenes(
    report: Report, bursts: Bursts, people: list[Photographer], world: World, prior: Prior
) -> None:
    """By the base alone and by a few heads."""
    whole, wrong = joined(bursts)
    report.say(f"\nScenes: {len(bursts.z)} bursts, {whole:.0%} found whole; {wrong:.0%} of other "
               "subjects and other light taken for one scene")  # fmt: skip
    heads = {"base alone": [head_of(lessons_of(people[0], world, 0), prior)],
             "personal head, n = 50": [head_of(lessons_of(w, world, 50), prior)
                                       for w in people[:: len(people) // 6]]}  # fmt: skip
    for name, some in heads.items():
        pairs = [apart(bursts, head) for head in some]
        before, after = (np.mean([p[k] for p in pairs], axis=(0, 1)) for k in (0, 1))
        report.say(f"  {name:24} frames shown apart: {before[0]:.2f} -> {after[0]:.2f} stops, "
                   f"{before[1]:.1f} -> {after[1]:.1f} mired")  # fmt: skip
        report.figures[f"scenes: {name}"] = [*before.round(3), *after.round(3)]


def _families(report: Report, found: dict[str, Curves], names: list[str], out: Path) -> None:
    head, shrunk = names.index(HEAD), names.index(SHRUNK)
    shown = (20, 50, 100)
    report.say("\nShare of the shrunk mean's error by family, n = " + ", ".join(map(str, shown)))
    for title, curves in found.items():
        groups = []
        for family in dict.fromkeys(w.family for w in curves.people):
            rows = [i for i, w in enumerate(curves.people) if w.family == family]
            part = curves.errors[rows].mean(0)
            ratio = [part[head, COUNTS.index(n)] / part[shrunk, COUNTS.index(n)] for n in shown]
            groups.append((family, ratio))
            report.say(f"  {family:24}" + "".join(f"{v:7.2f}" for v in ratio) + f"   {title}")
        file = out / f"families-{title.split()[0]}.png"
        caption = f"Error as a share of the shrunk mean's, {title}"
        plots.bars(caption, groups, [f"{n} corrections" for n in shown], file)


if __name__ == "__main__":
    raise SystemExit(main())
