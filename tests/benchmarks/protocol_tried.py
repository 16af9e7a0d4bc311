"""What was tried for the personal head, kept or left out, measured anew with every protocol: on
development families only, since choices are made by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from model_core.domain.develop import PARAMS
from model_core.predict import personal_head
from model_core.predict.prior import Prior
from tests.benchmarks.protocol_photographers import Photographer
from tests.benchmarks.protocol_shots import Float64
from tests.benchmarks.protocol_trials import (
    Learner,
    Lessons,
    Query,
    World,
    head_of,
    lessons_of,
    possible,
    query_of,
    trial,
)

#: A photo exported with its prediction untouched, as a lesson of a quarter of the weight.
_EXPORTED_WEIGHT = 0.25
_CONTENT = 0.75  # share of the predictions that somebody would leave as they are
Say = Callable[[str], None]


def without_neighbours(
    people: Sequence[Photographer], world: World, prior: Prior, counts: Sequence[int], say: Say
) -> None:
    """What the share of nearest neighbours, which left-out shoots decide, gains and costs."""
    shares: dict[int, list[float]] = {n: [] for n in counts}

    def whole(lessons: Lessons, query: Query) -> Float64:
        head = head_of(lessons, prior)
        near = head.neighbours
        shares[len(lessons.y)].append(0.0 if near is None else float(near.share.mean()))
        return head.shift(query.z)

    def linear(lessons: Lessons, query: Query) -> Float64:
        weight = np.ones(len(lessons.y))
        given = (lessons.z, lessons.y, weight, lessons.shoots)
        return personal_head.fit(*given, prior, neighbours=False).shift(query.z)

    learners: dict[str, Learner] = {"personal head": whole, "without neighbours": linear}
    errors = np.mean([trial(who, world, learners, counts) for who in people], axis=0)
    say(f"  {'error in J by corrections':40}" + "".join(f"{n:>7}" for n in counts))
    for name, row in zip(learners, errors, strict=True):
        say(f"  {name:40}" + "".join(f"{v:7.3f}" for v in row))
    for name, of in (("their share, mean", np.mean), ("their share, highest", np.max)):
        say(f"  {name:40}" + "".join(f"{of(shares[n]):7.1%}" for n in counts))


def exports_as_lessons(
    people: Sequence[Photographer], world: World, prior: Prior, counts: Sequence[int], say: Say
) -> None:
    """n corrections, and then twice as many photos exported as they were predicted: what that
    does to errors, and to how sure the head says it is."""
    say(f"  {'exported unchanged, after corrections':40}" + "".join(f"{n:>7}" for n in counts))
    found = np.array([[_exported(who, world, prior, n) for n in counts] for who in people])
    names = ("error before, J", "error after, J", "intervals cover before", "and after")
    for k, name in enumerate(names):
        row = found[:, :, k].mean(0)
        say(f"  {name:40}" + "".join(f"{v:7.3f}" if k < 2 else f"{v:7.0%}" for v in row))


def _exported(
    who: Photographer, world: World, prior: Prior, n: int
) -> tuple[float, float, float, float]:
    query, lessons = query_of(who, world), lessons_of(who, world, 3 * n)
    told = lessons.first(n)
    before = head_of(told, prior)
    later = slice(n, 3 * n)
    predicted = before.shift(lessons.z[later])
    off = np.abs(predicted - lessons.y[later]).mean(1)
    kept = np.flatnonzero(off <= np.quantile(off, _CONTENT))
    weight = np.r_[np.ones(n), np.full(len(kept), _EXPORTED_WEIGHT)]
    shoots = told.shoots + [lessons.shoots[n + i] for i in kept]
    z, y = np.r_[told.z, lessons.z[later][kept]], np.r_[told.y, predicted[kept]]
    after = personal_head.fit(z, y, weight, shoots, prior)
    network = world.asked_seen.spread / np.array([p.jnd for p in PARAMS])
    errors, covered = [], []
    for head in (before, after):
        shift = head.shift(query.z)
        errors.append(query.error(shift))
        apart = np.abs(query.set - possible(query.network, shift))
        covered.append(float((apart <= 1.645 * head.spread(query.z, network)).mean()))
    return errors[0], errors[1], covered[0], covered[1]
