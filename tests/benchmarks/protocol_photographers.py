"""Synthetic photographers: what they want of a shot, in J beyond the base model's settings.

Fourteen families of style. Eight are for development (to learn the prior and to choose by),
six are held out and only ever reported. A photographer is an offset, a rule of their family
over hidden facts of the shot (see ``protocol_shots``), sliders that move together, and an
unsteady hand: noise of 0.3, 0.6 or 1.0 J on every slider, and for every third a slow drift
of taste.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model_core.domain.develop import PARAM_NAMES, PARAMS
from tests.benchmarks.protocol_shots import FACTS, Float64

P = len(PARAMS)
NOISE = (0.3, 0.6, 1.0)
_DRIFT = 1.0  # J over 300 corrections
Rng = np.random.Generator
#: Facts by name, standardised -> (N, K) signals of the rule.
Rule = Callable[[dict[str, Float64]], Float64]


@dataclass(frozen=True, slots=True)
class Photographer:
    """``mix``: (K, P) how each signal of the rule moves the sliders, in J."""

    family: str
    seed: int
    offset: Float64
    rule: Rule | None
    mix: Float64
    noise: float
    drift: Float64

    def wants(self, facts: dict[str, Float64]) -> Float64:
        """The steady taste, (N, P) in J beyond the base model's settings."""
        count = len(facts[FACTS[0]])
        if self.rule is None:
            return np.tile(self.offset, (count, 1))
        result: Float64 = self.offset + self.rule(facts) @ self.mix
        return result

    def corrects(self, wanted: Float64, rng: Rng, start: int = 0) -> Float64:
        """What the hand really sets, one correction after the other."""
        when = (start + np.arange(len(wanted)))[:, None] / 300
        result: Float64 = wanted + when * self.drift + rng.normal(0, self.noise, wanted.shape)
        return result


def standardised(facts: Float64, reference: Float64) -> dict[str, Float64]:
    """Facts by name, in standard deviations of ``reference`` (the train shots)."""
    scaled = (facts - reference.mean(0)) / (reference.std(0) + 1e-9)
    return dict(zip(FACTS, scaled.T, strict=True))


def photographers(
    families: dict[str, Callable[[Rng], Rule | None]], each: int, facts: Float64, seed: int
) -> list[Photographer]:
    """``each`` photographers of every family. The rule's part has a root mean square of
    1.2 to 2.4 J a slider over the train shots (``facts``), the offset one of about 1.5 J."""
    train = standardised(facts, facts)
    found = []
    for name, family in families.items():
        for index in range(each):
            rng = np.random.default_rng([seed, index, *name.encode()])
            rule = family(rng)
            mix = np.zeros((0, P))
            if rule is not None:
                signals = rule(train)
                mix = _sliders(rng, signals.shape[1])
                spread = (signals @ mix).std(0)
                mix *= rng.uniform(1.2, 2.4) / np.sqrt((spread**2).mean())
            offset = rng.normal(0, 1.5, P) * (rng.random(P) < 0.7)
            drift = rng.normal(0, _DRIFT, P) * (index % 3 == 2)
            noise = NOISE[(index + len(name)) % 3]
            found.append(Photographer(name, index, offset, rule, mix, noise, drift))
    return found


#: Sliders that are moved together: light, tone, colour.
_GROUPS = (
    ("exposure_ev", "contrast", "highlights", "shadows", "whites", "blacks"),
    ("temperature", "tint", "vibrance", "saturation"),
)


def _sliders(rng: Rng, signals: int) -> Float64:
    """How signals move sliders: each mostly within one group, a little in the other."""
    mix = rng.normal(0, 0.25, (signals, P))
    for row in mix:
        group = _GROUPS[rng.integers(len(_GROUPS))]
        columns = [PARAM_NAMES.index(name) for name in group]
        row[columns] += rng.normal(0, 1.0, len(columns))
    return mix


def _sigmoid(x: Float64) -> Float64:
    result: Float64 = 1 / (1 + np.exp(-np.clip(x, -30, 30)))
    return result


def _stack(*signals: Float64) -> Float64:
    return np.stack(signals, 1)


# --- families for development --------------------------------------------------------


def _preset(rng: Rng) -> None:
    """Always the same shift."""


def _linear(rng: Rng) -> Rule:
    weights = rng.normal(0, 1, (len(FACTS) - 2, 3)) * (rng.random((len(FACTS) - 2, 3)) < 0.5)
    weights[0, 0] += 1.0
    return lambda f: np.stack([f[n] for n in FACTS[:-2]], 1) @ weights


def _key_keeper(rng: Rng) -> Rule:
    """Every subject at the same brightness, as far as it goes."""
    reach, rest = rng.uniform(0.8, 2.0), rng.normal(0, 0.4)
    return lambda f: _stack(reach * np.tanh((rest - f["subject"]) / reach), f["range"])


def _night_keeper(rng: Rng) -> Rule:
    """Night stays dark; all else may be brighter."""
    edge = rng.uniform(0.3, 1.2)
    return lambda f: _stack(
        _sigmoid(3 * (f["dark"] - edge)), (1 - _sigmoid(3 * (f["dark"] - edge))) * -f["surround"]
    )


def _green_muter(rng: Rng) -> Rule:
    edge = rng.uniform(0.0, 0.8)
    return lambda f: _stack(_sigmoid(3 * (f["green"] - edge)), np.minimum(f["sky"], 1.5))


def _dresser(rng: Rng) -> Rule:
    """Contrast where there is little, gentleness where there is much."""
    edge = rng.normal(0, 0.4)
    return lambda f: _stack(
        np.maximum(edge - f["range"], 0), np.maximum(f["range"] - edge, 0), f["bright"]
    )


def _repairer(rng: Rng) -> Rule:
    """Undoes what the camera did wrong: known from the scene, not from the picture."""
    return lambda f: _stack(-f["fault_ev"], -f["fault_mired"], f["subject"])


def _both_at_once(rng: Rng) -> Rule:
    """One thing matters only together with another."""
    a, b, c, d = rng.choice(FACTS[:-2], 4, replace=False)
    return lambda f: _stack(
        np.clip(f[a] * f[b], -2, 2), np.where(f[c] > 0, f[d], 0.0), np.clip(f[a], -2, 2)
    )


DEVELOPMENT: dict[str, Callable[[Rng], Rule | None]] = {
    "preset": _preset, "linear": _linear, "key keeper": _key_keeper,
    "night keeper": _night_keeper, "green muter": _green_muter, "dresser": _dresser,
    "repairer": _repairer, "both at once": _both_at_once,
}  # fmt: skip


# --- families held out ---------------------------------------------------------------


def _backlight_lifter(rng: Rng) -> Rule:
    edge = rng.uniform(0.0, 0.8)
    return lambda f: _stack(
        _sigmoid(3 * (f["surround"] - f["subject"] - edge)), _sigmoid(4 * (f["bright"] - 0.5))
    )


def _warm_skin(rng: Rng) -> Rule:
    edge = rng.uniform(0.0, 0.8)
    return lambda f: _stack(_sigmoid(3 * (f["skin"] - edge)), f["warmth"])


def _golden_hour(rng: Rng) -> Rule:
    """Warm light warmer, blue light bluer, the middle left alone."""
    return lambda f: _stack(f["warmth"] * np.abs(np.tanh(f["warmth"])), f["sky"] - f["dark"])


def _film(rng: Rng) -> Rule:
    """Another stock for dark, for bright and for colourful scenes."""
    x, y = rng.normal(0, 0.5, 2)
    return lambda f: _stack(
        (f["subject"] < x) * 1.0, (f["subject"] > x + 0.8) * 1.0, (f["colour"] > y) * 1.0
    )


def _all_or_nothing(rng: Rng) -> Rule:
    """Colourful pictures more so, pale ones towards black and white."""
    return lambda f: _stack(
        np.tanh(2 * f["colour"]), np.abs(f["colour"]) - 0.8, np.tanh(f["texture"])
    )


def _wayward(rng: Rng) -> Rule:
    """A small random network over all facts."""
    first, second = rng.normal(0, 0.45, (len(FACTS), 12)), rng.normal(0, 1, (12, 3))
    bias = rng.normal(0, 0.5, 12)
    return lambda f: np.tanh(np.stack([f[n] for n in FACTS], 1) @ first + bias) @ second


HELD_OUT: dict[str, Callable[[Rng], Rule | None]] = {
    "backlight lifter": _backlight_lifter, "warm skin": _warm_skin,
    "golden hour": _golden_hour, "film": _film, "all or nothing": _all_or_nothing,
    "wayward": _wayward,
}  # fmt: skip
