"""How well "keep two styles?" is asked: false alarms and power on synthetic photographers.

    python -m tests.benchmarks.split PHOTOS [--base DIR] [--prior FILE] [--cache DIR] [--quick]

``PHOTOS``: as for ``tests.benchmarks.protocol``. A photographer teaches one shoot after the
other, and after every shoot at which the program would look, it looks. A false alarm is a
suggestion at any time in 300 lessons of one photographer, who may drift. Families that were
used to choose the prior and families that were not are counted alike: no threshold was fitted
to either. Seeded.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model_core.predict.change import Change, find_change
from model_core.predict.fold import MODEL_FILE
from model_core.predict.prior import PRIOR_FILE, Prior, prior_for
from model_core.services.splits import next_look
from model_core.training import base_sha256
from tests.benchmarks.protocol_photographers import (
    DEVELOPMENT,
    HELD_OUT,
    Photographer,
    photographers,
)
from tests.benchmarks.protocol_shots import seen_by, shots_of
from tests.benchmarks.protocol_trials import FRAMES, Lessons, P, World, lessons_of, possible

ASSETS = Path(__file__).parents[2] / "assets"
MOST = 300


@dataclass(frozen=True, slots=True)
class Life:
    """What became of one photographer: the lessons at which two styles were suggested."""

    asked_at: int | None
    change: Change | None


def lived(lessons: Lessons, prior: Prior) -> Life:
    """Looks whenever the program would, until it asks."""
    looked = 0
    for n in range(FRAMES, len(lessons.y) + 1, FRAMES):
        if n < next_look(looked):
            continue
        looked = n
        some = lessons.first(n)
        found = find_change(some.z, some.y, np.ones(n), some.shoots, prior)
        if found is not None:
            return Life(n, found)
    return Life(None, None)


def joined(one: Lessons, other: Lessons) -> Lessons:
    """One photographer's lessons, then another's, of other shoots."""
    columns = [np.concatenate([getattr(one, n), getattr(other, n)]) for n in ("z", "network", "y")]
    return Lessons(*columns, [*one.shoots, *(f"other {s}" for s in other.shoots)])


def by_light(who: Photographer, world: World) -> Lessons:
    """Steady taste, but the bright half of the shoots first: seasons, or another job."""
    lessons = lessons_of(who, world, MOST)
    light = lessons.z[:, 1 + P]  # any statistic: all of a shoot's photos are alike in it
    names = list(dict.fromkeys(lessons.shoots))
    shoots = np.array(lessons.shoots)
    bright = sorted(names, key=lambda s: -float(light[shoots == s].mean()))
    rng = np.random.default_rng(who.seed)
    half = len(bright) // 2
    order = [*rng.permutation(bright[:half]), *rng.permutation(bright[half:])]
    rows = np.concatenate([np.flatnonzero(shoots == s) for s in order])
    columns = (lessons.z[rows], lessons.network[rows], lessons.y[rows])
    return Lessons(*columns, [lessons.shoots[i] for i in rows])


def moved(who: Photographer, world: World, size: float, after: int) -> Lessons:
    """Steady taste until ``after`` lessons, then another by ``size`` J (root mean square over
    the sliders) in one direction."""
    lessons = lessons_of(who, world, 2 * after)
    rng = np.random.default_rng([5, who.seed, *who.family.encode()])
    step = rng.normal(0, 1, P)
    step *= size / np.sqrt((step**2).mean())
    y = lessons.y + step * (np.arange(len(lessons.y)) >= after)[:, None]
    return replace(lessons, y=possible(lessons.network, y))


def main() -> int:
    parser = argparse.ArgumentParser(description="False alarms and power of asking for a split.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--base", type=Path, default=ASSETS / "base")
    parser.add_argument("--prior", type=Path, default=ASSETS / PRIOR_FILE)
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    parser.add_argument("--quick", action="store_true", help="a sixth of the photographers")
    args = parser.parse_args()
    shots = shots_of(args.photos, "train", args.cache)
    seen = seen_by(args.base / MODEL_FILE, shots, args.cache)
    world = World(shots, seen, shots, seen, shots.facts)
    prior = prior_for(base_sha256(args.base), world.taught_seen.z.shape[1], args.prior)
    each = 3 if args.quick else 18
    people = photographers({**DEVELOPMENT, **HELD_OUT}, each, world.reference, seed=7)
    started = time.monotonic()
    trials: dict[str, Callable[[Photographer], Lessons]] = {
        "steady, or drifting evenly": lambda who: lessons_of(who, world, MOST),
        "the same, bright shoots first": lambda who: by_light(who, world),
    }
    half = len(people) // 2
    partner = dict(zip(map(id, people), [*people[half:], *people[:half]], strict=True))
    for after in (25, 50, 100):
        trials[f"another photographer after {after}"] = lambda who, n=after: joined(
            lessons_of(who, world, n), lessons_of(partner[id(who)], world, n, seed=1)
        )
    for size in (0.5, 1.0, 1.5, 2.0):
        trials[f"{size:g} J away after 50"] = lambda who, s=size: moved(who, world, s, 50)
    print(f"{len(people)} photographers of 14 families, base {base_sha256(args.base)[:8]}")
    print(f"  {'':36}{'asked':>8}{'median after':>14}{'right place':>13}{'gain':>7}")
    for title, make in trials.items():
        _report(title, [lived(make(who), prior) for who in people])
    print(f"{time.monotonic() - started:.0f} s")
    return 0


def _report(title: str, lives: list[Life]) -> None:
    """``title`` ends in the lesson after which the taste changed, where it does."""
    asked = [life for life in lives if life.change is not None]
    line = f"  {title:36}{len(asked) / len(lives):8.1%}"
    if asked:
        at = np.median([life.asked_at for life in asked if life.asked_at])
        gain = np.median([1 - life.change.two / life.change.one for life in asked if life.change])
        places = [life.change.first for life in asked if life.change]
        told = title.split()[-1]
        right = f"{np.mean(np.array(places) == int(told)):.0%}" if told.isdigit() else ""
        line += f"{at:14.0f}{right:>13}{gain:7.0%}"
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
