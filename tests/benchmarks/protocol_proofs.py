"""What the protocol asks besides the learning curves: is it personal, does it forget, does it
know how sure it is, how does it look, how long does it take."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_core.domain.develop import PARAM_NAMES
from model_core.imaging.colour import cielab, delta_e2000
from model_core.imaging.pipeline import develop
from model_core.predict.prior import Prior
from tests.benchmarks.protocol_photographers import Photographer
from tests.benchmarks.protocol_shots import Float64
from tests.benchmarks.protocol_trials import (
    JND,
    Learner,
    Lessons,
    P,
    Query,
    World,
    head_of,
    lessons_of,
    possible,
    query_of,
)

_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Bound:
    """A mean over photographers with its 95 % interval, bootstrapped over photographers."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} .. {self.high:.3f})"


def mean_bound(values: Float64) -> Bound:
    draws = _draws(len(values))
    means = values[draws].mean(1)
    return Bound(float(values.mean()), *map(float, np.quantile(means, (0.025, 0.975))))


def ratio_bound(above: Float64, below: Float64) -> Bound:
    """Ratio of two means over the same photographers."""
    draws = _draws(len(above))
    ratios = above[draws].mean(1) / below[draws].mean(1)
    ratio = float(above.mean() / below.mean())
    return Bound(ratio, *map(float, np.quantile(ratios, (0.025, 0.975))))


def _draws(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, count, (_DRAWS, count))


# --- is it personal? -----------------------------------------------------------------

CONTROLS = ("wrong user", "wrong query", "population mean", "mismatched pairs", "reversed")


def controls(people: list[Photographer], world: World, prior: Prior, n: int) -> Float64:
    """Error of each control less that of the head, (photographers, 5), after n lessons."""
    lessons = [lessons_of(who, world, n) for who in people]
    heads = [head_of(some, prior) for some in lessons]
    population = np.mean([some.y.mean(0) for some in lessons], axis=0)
    found = np.zeros((len(people), len(CONTROLS)))
    for i, who in enumerate(people):
        rng = np.random.default_rng([3, i])
        query, some = query_of(who, world), lessons[i]
        others = [j for j, other in enumerate(people) if other.family != who.family]
        shift = heads[i].shift(query.z)
        shuffled = Lessons(some.z, some.network, some.y[rng.permutation(n)], some.shoots)
        rivals = (
            heads[rng.choice(others)].shift(query.z), shift[rng.permutation(len(shift))],
            np.tile(population, (len(shift), 1)), head_of(shuffled, prior).shift(query.z), -shift,
        )  # fmt: skip
        own = query.error(shift)
        found[i] = [query.error(rival) - own for rival in rivals]
    return found


# --- does it forget? -----------------------------------------------------------------


def forgetting(
    people: list[Photographer], world: World, prior: Prior, n: int = 50
) -> dict[str, Float64]:
    """A learns n, then B n, A n, B n: error on A's photos after each, (pairs, 4), with a
    profile for each and with one for both."""
    found: dict[str, list[list[float]]] = {"with profiles": [], "one for both": []}
    for a, b in zip(people, people[len(people) // 2 :] + people, strict=False):
        query = query_of(a, world)
        mine, theirs = lessons_of(a, world, 2 * n), lessons_of(b, world, 2 * n, seed=1)
        turns = [(mine, 0), (theirs, 0), (mine, n), (theirs, n)]
        errors: dict[str, list[float]] = {name: [] for name in found}
        for until in range(1, 5):
            for name in found:
                known = [t for t in turns[:until] if name == "one for both" or t[0] is mine]
                some = _joined(known, n)
                shift = head_of(some, prior).shift(query.z)
                errors[name].append(query.error(shift))
        for name in found:
            found[name].append(errors[name])
    return {name: np.array(rows) for name, rows in found.items()}


def _joined(turns: list[tuple[Lessons, int]], n: int) -> Lessons:
    parts = [slice(start, start + n) for _, start in turns]
    lessons = [some for some, _ in turns]
    columns = [
        np.concatenate([getattr(s, name)[p] for s, p in zip(lessons, parts, strict=True)])
        for name in ("z", "network", "y")
    ]
    shoots = [
        f"{id(s)} {shoot}" for s, p in zip(lessons, parts, strict=True) for shoot in s.shoots[p]
    ]
    return Lessons(columns[0], columns[1], columns[2], shoots)


# --- who does not care what the network says -----------------------------------------


def fixed_values(
    world: World, learners: dict[str, Learner], counts: Sequence[int], people: int = 12
) -> Float64:
    """Error in J of those three sliders, (learners, counts), for people who set them to one value
    each, nearly, and leave the others as they are."""
    found = np.zeros((people, len(learners), len(counts)))
    taught, asked = (seen.settings / JND for seen in (world.taught_seen, world.asked_seen))
    for index in range(people):
        rng = np.random.default_rng([11, index])
        sliders, values = rng.choice(P, 3, replace=False), rng.normal(0, 1, 3)
        rows = rng.permutation(len(taught))[: max(counts)]
        y, wanted = np.zeros((len(rows), P)), np.zeros((len(asked), P))
        hand = rng.normal(0, 0.2, (len(rows), 3))
        y[:, sliders] = values + hand - taught[rows][:, sliders]
        wanted[:, sliders] = values - asked[:, sliders]
        shoots = [f"shoot {i // 8}" for i in range(len(rows))]
        lessons = Lessons(world.taught_seen.z[rows], taught[rows], y, shoots)
        query = Query(world.asked_seen.z, asked, wanted, wanted)
        for j, n in enumerate(counts):
            for i, learner in enumerate(learners.values()):
                shift = possible(asked, learner(lessons.first(n), query))
                off = np.abs(shift - wanted)
                found[index, i, j] = off[:, sliders].mean()
    mean: Float64 = found.mean(0)
    return mean


# --- does it know how sure it is? ----------------------------------------------------


def coverage(
    people: list[Photographer], world: World, prior: Prior, counts: Sequence[int]
) -> Float64:
    """Share of what the hand sets that lies within 1.645 spreads, (photographers, counts)."""
    network = world.asked_seen.spread / JND
    found = np.zeros((len(people), len(counts)))
    for i, who in enumerate(people):
        query, lessons = query_of(who, world), lessons_of(who, world, max(counts))
        for j, n in enumerate(counts):
            head = head_of(lessons.first(n), prior)
            off = np.abs(query.set - possible(query.network, head.shift(query.z)))
            found[i, j] = (off <= 1.645 * head.spread(query.z, network)).mean()
    return found


# --- how does it look? ---------------------------------------------------------------


def rendered(
    people: list[Photographer],
    world: World,
    learners: dict[str, Learner],
    counts: Sequence[int],
    every: int,
) -> Float64:
    """deltaE00 to what is wanted, of every ``every``-th shot: (people, learners, counts, shots)."""
    light = world.asked.look[::every].astype(np.float32)
    network = world.asked_seen.settings[::every] / JND
    found = np.zeros((len(people), len(learners), len(counts), len(light)), np.float32)
    for i, who in enumerate(people):
        query, lessons = query_of(who, world), lessons_of(who, world, max(counts))
        wanted = _lab(light, network + query.wanted[::every])
        for j, n in enumerate(counts):
            for k, learner in enumerate(learners.values()):
                shift = learner(lessons.first(n), query)[::every]
                shown = _lab(light, network + possible(network, shift))
                found[i, k, j] = delta_e2000(shown, wanted).mean(1)
    return found


def _lab(light: np.ndarray, in_j: Float64) -> Float64:
    units = (in_j * JND).astype(np.float32)
    settings = {name: units[:, i, None, None] for i, name in enumerate(PARAM_NAMES)}
    result: Float64 = np.asarray(cielab(develop(light, settings)), np.float64)
    return result


# --- how long does it take? ----------------------------------------------------------


def milliseconds(who: Photographer, world: World, prior: Prior, counts: Sequence[int]) -> list[str]:
    """Learning from n lessons anew and predicting 1,000 photos, the best of five."""
    lessons = lessons_of(who, world, max(counts))
    photos = np.resize(world.taught_seen.z, (1000, world.taught_seen.z.shape[1]))
    network = np.ones((1000, P))
    found = []
    for n in counts:
        some, best = lessons.first(n), float("inf")
        for _ in range(5):
            started = time.perf_counter()
            head = head_of(some, prior)
            head.shift(photos)
            head.spread(photos, network)
            best = min(best, time.perf_counter() - started)
        found.append(f"{best * 1000:.0f} ms at {n}")
    return found
