"""The protocol's learners and the trials they are put through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model_core.domain.develop import PARAMS
from model_core.predict import personal_head
from model_core.predict.prior import EMBEDDING, STATISTICS, Prior
from tests.benchmarks.protocol_photographers import Photographer, standardised
from tests.benchmarks.protocol_shots import Float64, Seen, Shots

P = len(PARAMS)
JND = np.array([p.jnd for p in PARAMS])


@dataclass(frozen=True, slots=True)
class Shoots:
    """How many frames a shoot has, of how many photos; the others are taken again."""

    frames: int
    photos: int


SHORT, LONG = Shoots(5, 4), Shoots(8, 5)
FRAMES = SHORT.frames


@dataclass(frozen=True, slots=True)
class Lessons:
    """n corrections in the order they were made. ``network``: (n, P) the base in J."""

    z: Float64
    network: Float64
    y: Float64
    shoots: list[str]

    def first(self, n: int) -> Lessons:
        return Lessons(self.z[:n], self.network[:n], self.y[:n], self.shoots[:n])


@dataclass(frozen=True, slots=True)
class Query:
    """Shots to predict: ``z`` and ``network`` as in Lessons; ``wanted``: (N, P) the steady
    taste; ``set``: (N, P) what the unsteady hand would set."""

    z: Float64
    network: Float64
    wanted: Float64
    set: Float64

    def error(self, shift: Float64) -> float:
        """Mean distance in J from the steady taste of what is shown: sliders have ends."""
        return float(np.abs(possible(self.network, shift) - self.wanted).mean())


#: Lessons and query -> the predicted shift, (N, P) in J beyond the base model.
Learner = Callable[[Lessons, Query], Float64]


# --- baselines -----------------------------------------------------------------------


def base_alone(lessons: Lessons, query: Query) -> Float64:
    return np.zeros_like(query.wanted)


def untouched(lessons: Lessons, query: Query) -> Float64:
    """All sliders at zero."""
    return -query.network


def mean(lessons: Lessons, query: Query) -> Float64:
    """The average correction: a preset."""
    return np.tile(lessons.y.mean(0) if len(lessons.y) else np.zeros(P), (len(query.z), 1))


def shrunk_mean(lessons: Lessons, query: Query) -> Float64:
    """The same, with half a lesson of nothing added."""
    return np.tile(lessons.y.sum(0) / (len(lessons.y) + 0.5), (len(query.z), 1))


def neighbours(lessons: Lessons, query: Query) -> Float64:
    """Average of the five nearest by the embedding, as the strongest open rival does."""
    if not len(lessons.y):
        return np.zeros_like(query.wanted)
    a, b = query.z[:, EMBEDDING], lessons.z[:, EMBEDDING]
    distance = ((a[:, None] - b[None]) ** 2).sum(2)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :5]
    result: Float64 = lessons.y[nearest].mean(1)
    return result


def histogram_ridge(lessons: Lessons, query: Query) -> Float64:
    """Ridge on the statistics alone, its strength tuned on left-out shoots: the floor."""
    if not len(lessons.y):
        return np.zeros_like(query.wanted)
    columns = np.r_[0, STATISTICS.start + P : STATISTICS.stop]
    z, folds = np.clip(lessons.z[:, columns], -4, 4), shoot_rows(lessons.shoots)
    best, chosen = np.inf, np.zeros((len(columns), P))
    for strength in (1e4, 400.0, 120.0, 40.0, 12.0, 4.0):
        precision = np.diag(np.r_[0.5, np.full(len(columns) - 1, strength)])
        gram, moment = z.T @ z + precision, z.T @ lessons.y
        error = 0.0
        for rows in folds if len(folds) > 1 else ():
            part = z[rows]
            without = np.linalg.solve(gram - part.T @ part, moment - part.T @ lessons.y[rows])
            error += float(((lessons.y[rows] - part @ without) ** 2).sum())
        if error < best:
            best, chosen = error, np.linalg.solve(gram, moment)
    result: Float64 = np.clip(query.z[:, columns], -4, 4) @ chosen
    return result


def shoot_rows(shoots: Sequence[str]) -> list[np.ndarray]:
    """Row numbers of each shoot."""
    labels = np.array(shoots)
    return [np.flatnonzero(labels == s) for s in dict.fromkeys(shoots)]


def head_of(lessons: Lessons, prior: Prior) -> personal_head.PersonalHead:
    """The program's personal head."""
    weight = np.ones(len(lessons.y))
    return personal_head.fit(lessons.z, lessons.y, weight, lessons.shoots, prior)


def personal(prior: Prior) -> Learner:
    """The program's personal head with this prior, as a learner."""
    return lambda lessons, query: head_of(lessons, prior).shift(query.z)


BASELINES: dict[str, Learner] = {
    "sliders at zero": untouched, "base alone": base_alone, "mean (preset)": mean,
    "shrunk mean": shrunk_mean, "5 neighbours, embedding": neighbours,
    "ridge on histograms": histogram_ridge,
}  # fmt: skip


def oracle(who: Photographer, world: World, query: Query) -> float:
    """Error of the best linear rule on z, fitted to the steady taste on all shots: what is
    left is what these features cannot tell. 300 shots and noise cannot do better for long."""
    facts = standardised(world.taught.facts, world.reference)
    z, wanted = personal_head.held_in(world.taught_seen.z), who.wants(facts)
    rule = np.linalg.solve(z.T @ z + np.eye(z.shape[1]), z.T @ wanted)
    return query.error(personal_head.held_in(query.z) @ rule)


# --- trials --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
    """Shots to be taught on and shots to be asked about, as one network sees them."""

    taught: Shots
    taught_seen: Seen
    asked: Shots
    asked_seen: Seen
    reference: Float64  # facts that standardise facts


def lessons_of(
    who: Photographer, world: World, most: int, seed: int = 0, kind: Shoots = SHORT
) -> Lessons:
    """``most`` corrections of the shots that :func:`rows_of` names."""
    rows = rows_of(who, world, most, seed, kind)
    facts = standardised(world.taught.facts, world.reference)
    wanted = who.wants({name: column[rows] for name, column in facts.items()})
    network = world.taught_seen.settings[rows] / JND
    hand = np.random.default_rng([seed, 1, who.seed, *who.family.encode()])
    y = possible(network, who.corrects(wanted, hand))
    shoots = [f"shoot {i // kind.frames}" for i in range(len(rows))]
    return Lessons(world.taught_seen.z[rows], network, y, shoots)


def rows_of(
    who: Photographer, world: World, most: int, seed: int = 0, kind: Shoots = SHORT
) -> list[int]:
    """Which shots a photographer corrects, in order. A shoot's photos are rather alike in
    brightness, as those of one place are; shoots come in random order."""
    rng = np.random.default_rng([seed, who.seed, *who.family.encode()])
    facts = standardised(world.taught.facts, world.reference)
    photos = np.unique(world.taught.photo)
    shots = {p: rng.permutation(np.flatnonzero(world.taught.photo == p)) for p in photos}
    light = np.array([facts["subject"][shots[p]].mean() for p in photos])
    order = photos[np.argsort(light + rng.normal(0, 1, len(photos)))]
    shoots = [
        order[i : i + kind.photos] for i in range(0, len(order) - kind.photos + 1, kind.photos)
    ]
    rows: list[int] = []
    for index in rng.permutation(len(shoots)):
        again = [rng.choice(shoots[index]) for _ in range(kind.frames - kind.photos)]
        scenes = [*shoots[index], *again]
        taken = {p: iter(shots[p]) for p in shoots[index]}
        rows += [int(next(taken[p])) for p in scenes]
    return rows[:most]


def query_of(who: Photographer, world: World) -> Query:
    rng = np.random.default_rng([9, who.seed, *who.family.encode()])
    network = world.asked_seen.settings / JND
    wanted = who.wants(standardised(world.asked.facts, world.reference))
    hand = possible(network, wanted + rng.normal(0, who.noise, wanted.shape))
    return Query(world.asked_seen.z, network, possible(network, wanted), hand)


def possible(network: Float64, shift: Float64) -> Float64:
    """A shift held within what the sliders can do."""
    low, high = np.array([p.low for p in PARAMS]), np.array([p.high for p in PARAMS])
    result: Float64 = np.clip(network + shift, low / JND, high / JND) - network
    return result


def trial(
    who: Photographer,
    world: World,
    learners: dict[str, Learner],
    counts: Sequence[int],
    kind: Shoots = SHORT,
) -> Float64:
    """Mean absolute error in J against the steady taste, (learners, counts)."""
    query, lessons = query_of(who, world), lessons_of(who, world, max(counts), kind=kind)
    found = np.zeros((len(learners), len(counts)))
    for j, n in enumerate(counts):
        some = lessons.first(n)
        for i, learner in enumerate(learners.values()):
            found[i, j] = query.error(learner(some, query))
    return found
