"""What was tried for the personal head and left out, measured anew with every protocol: on
development families only, since choices are made by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from model_core.domain.develop import PARAMS
from model_core.predict import personal_head
from model_core.predict.prior import EMBEDDING, Prior
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

_NEAR = 0.2  # width of "near", in medians of the squared distance between two lessons
_SHARES = (0.2, 0.4)
#: A photo exported with its prediction untouched, as a lesson of a quarter of the weight.
_EXPORTED_WEIGHT = 0.25
_CONTENT = 0.75  # share of the predictions that somebody would leave as they are
Say = Callable[[str], None]


def neighbours_in_the_mixture(
    people: Sequence[Photographer], world: World, prior: Prior, counts: Sequence[int], say: Say
) -> None:
    """The head averaged with nearest neighbours, which no linear model can be folded into."""

    def mixed(share: float) -> Learner:
        return lambda lessons, query: (
            (1 - share) * head_of(lessons, prior).shift(query.z)
            + share * _near(lessons, query, prior)
        )

    learners: dict[str, Learner] = {"personal head": mixed(0.0)}
    learners |= {f"with {s:.0%} of its neighbours": mixed(s) for s in _SHARES}
    errors = np.mean([trial(who, world, learners, counts) for who in people], axis=0)
    say(f"  {'error in J by corrections':40}" + "".join(f"{n:>7}" for n in counts))
    for name, row in zip(learners, errors, strict=True):
        say(f"  {name:40}" + "".join(f"{v:7.3f}" for v in row))


def _near(lessons: Lessons, query: Query, prior: Prior) -> Float64:
    """Average of the lessons, those alike by what photographers look at counting most."""
    scale = prior.scale[EMBEDDING.stop :]
    known, asked = (personal_head.held_in(z)[:, EMBEDDING.stop :] * scale
                    for z in (lessons.z, query.z))  # fmt: skip
    between = _squares(known, known)
    width = _NEAR * max(float(np.median(between[between > 0])), 1e-9) if len(known) > 1 else 1.0
    near = np.exp(-_squares(asked, known) / width)
    mean = lessons.y.sum(0) / (len(known) + 0.5)
    result: Float64 = mean + near @ (lessons.y - mean) / (near.sum(1, keepdims=True) + 0.5)
    return result


def _squares(a: Float64, b: Float64) -> Float64:
    both = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.clip(both, 0, None)


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
