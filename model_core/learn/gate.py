"""Publish only what is better on shoots that it has never seen.

Candidate and current network are judged as they would serve: each with a personal head
learned from the same training lessons, on the same held-out shoots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_core.domain.errors import CannotTrain
from model_core.domain.version import GateReport

#: Held out at least: the newest shoots until both numbers are reached.
MIN_PHOTOS, MIN_SHOOTS = 20, 3
#: ... and this share of the shoots: with three, only a gain on every one of them counted.
SHARE = 0.25
#: Largest accepted rise of the share of clipped pixels, in the held-out photos as rendered.
MAX_CLIPPING = 0.01
#: Largest accepted difference between torch and onnxruntime, in J.
MAX_PARITY = 0.1
_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers: trained on, and held out for the gate."""

    train: npt.NDArray[np.intp]
    held_out: npt.NDArray[np.intp]


def hold_out(shoots: list[str]) -> Split | None:
    """Splits lessons, given oldest first, by whole shoots: the newest are held out until
    they are at least MIN_PHOTOS photos, MIN_SHOOTS shoots and, for a test that can tell a
    small gain from chance, SHARE of all shoots. None when the rest would be smaller than what
    is held out is worth (under MIN_PHOTOS / 2 photos or two shoots)."""
    newest_first = list(dict.fromkeys(reversed(shoots)))
    wanted = max(MIN_SHOOTS, int(SHARE * len(newest_first)))
    held: list[str] = []
    for shoot in newest_first:
        if len(held) >= wanted and sum(s in held for s in shoots) >= MIN_PHOTOS:
            break
        held.append(shoot)
    mask = np.array([s in held for s in shoots])
    left = {s for s in shoots if s not in held}
    enough_held = len(held) >= MIN_SHOOTS and mask.sum() >= MIN_PHOTOS
    if not enough_held or len(left) < 2 or (~mask).sum() < MIN_PHOTOS // 2:
        return None
    return Split(np.flatnonzero(~mask), np.flatnonzero(mask))


def require_enough(shoots: list[str]) -> Split:
    """:func:`hold_out`, or CannotTrain with what is missing in plain words."""
    split = hold_out(shoots)
    if split is None:
        raise CannotTrain(
            f"Fine-tuning needs at least {MIN_PHOTOS * 3 // 2} corrected photos over "
            f"{MIN_SHOOTS + 2} shoots, so that the newest shoots (at least {MIN_PHOTOS} photos) "
            f"can be held out as a test and {MIN_PHOTOS // 2} of two others remain; there are "
            f"{len(shoots)} over {len(set(shoots))}. "
            "Until then the personal head learns from each correction at once."
        )
    return split


def judge(
    current: npt.NDArray[np.floating],
    candidate: npt.NDArray[np.floating],
    shoots: list[str],
    parity: float,
    clipping: float = 0.0,
) -> GateReport:
    """Compares errors (held-out photos, mean absolute in J), paired and bootstrapped over
    shoots with a fixed seed. ``clipping``: by how much the share of clipped pixels rises."""
    current, candidate = np.asarray(current, float), np.asarray(candidate, float)
    gain = current - candidate
    groups = [np.flatnonzero(np.array(shoots) == s) for s in sorted(set(shoots))]
    sums = np.array([gain[g].sum() for g in groups])
    sizes = np.array([len(g) for g in groups])
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(groups), (_DRAWS, len(groups)))
    low = float(np.quantile(sums[draws].sum(1) / sizes[draws].sum(1), 0.05))
    better = low > 0 and parity <= MAX_PARITY and clipping <= MAX_CLIPPING
    now, new = float(current.mean()), float(candidate.mean())
    return GateReport(
        publish=better,
        reason=_reason(now, new, low, parity, clipping, gain, sums),
        photos=len(gain),
        shoots=len(groups),
        current_error=now,
        candidate_error=new,
        gain_low=low,
        parity=parity,
        clipping=clipping,
    )


def _reason(
    now: float,
    new: float,
    low: float,
    parity: float,
    clipping: float,
    gain: npt.NDArray[np.floating],
    sums: npt.NDArray[np.floating],
) -> str:
    """The verdict in plain words; what the gain is in each photo and shoot goes into it."""
    where = f"on {len(gain)} photos of {len(sums)} shoots that it had not seen"
    change = f"the error went from {now:.2f} to {new:.2f} J"
    if parity > MAX_PARITY:
        return (
            "Kept the current model: the file made of the candidate does not answer as what was "
            f"trained does, but {parity:.2f} J from it."
        )
    if clipping > MAX_CLIPPING:
        return (
            f"Kept the current model: with the candidate {clipping:.1%} more of the picture "
            "would be blown out or blocked up."
        )
    if low > 0:
        return f"The fine-tuned model is better: {where}, {change}."
    if f"{now:.2f}" == f"{new:.2f}":
        return (
            f"Kept the current model: {where}, the error stayed at {new:.2f} J. The candidate "
            "adds nothing to what your corrections have taught already."
        )
    worse = f"{(sums < 0).sum()} of {len(sums)} shoots and {(gain < 0).sum()} of {len(gain)} photos"
    if new < now:
        return (
            f"Kept the current model: {where}, {change}, which may be chance ({worse} "
            "came out worse). More corrections will tell."
        )
    return f"Kept the current model: {where}, {change} ({worse} came out worse)."
