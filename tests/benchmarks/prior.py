"""Learns the personal head's prior across synthetic photographers, and writes the shipped file.

    python -m tests.benchmarks.prior PHOTOS [--base assets/base] [--out assets/prior.safetensors]

Only train photos and development families are used. Run it whenever the base changes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from model_core.predict.fold import MODEL_FILE
from model_core.predict.personal_head import held_in
from model_core.predict.prior import PRIOR_FILE, save_prior
from model_core.training import base_sha256
from tests.benchmarks.protocol_photographers import (
    DEVELOPMENT,
    P,
    photographers,
    standardised,
)
from tests.benchmarks.protocol_shots import Float64, Seen, Shots, seen_by, shots_of

ASSETS = Path(__file__).parents[2] / "assets"
EACH, SEED = 60, 77
_FLOOR = 0.1  # share of the variance that is spread over all directions alike
_RIDGE = 10.0


def covariance(
    seen: Seen, shots: Shots, reference: Float64, families: Iterable[str] = tuple(DEVELOPMENT)
) -> Float64:
    """(Z, Z) second moment of the weights with which photographers of these families are best
    predicted from z, over all sliders; their offsets are left to the bias."""
    facts = standardised(shots.facts, reference)
    z = held_in(seen.z)
    size = z.shape[1]
    solve = np.linalg.solve(z.T @ z + _RIDGE * np.eye(size), z.T)
    total = np.zeros((size, size))
    makers = {name: DEVELOPMENT[name] for name in families}
    for who in photographers(makers, EACH, reference, SEED):
        if who.rule is not None:
            weights = solve @ (who.wants(facts) - who.offset)
            total += weights @ weights.T / P
    total[0], total[:, 0] = 0, 0
    mean = np.trace(total) / (size - 1)
    spread = np.eye(size) * mean
    spread[0, 0] = 0
    result: Float64 = ((1 - _FLOOR) * total + _FLOOR * spread) / mean
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn the personal head's prior.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--base", type=Path, default=ASSETS / "base")
    parser.add_argument("--out", type=Path, default=ASSETS / PRIOR_FILE)
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    args = parser.parse_args()
    shots = shots_of(args.photos, "train", args.cache)
    seen = seen_by(args.base / MODEL_FILE, shots, args.cache)
    facts = {"families": ", ".join(DEVELOPMENT), "each": str(EACH), "shots": str(len(shots)),
             "command": "python -m tests.benchmarks.prior PHOTOS"}  # fmt: skip
    save_prior(covariance(seen, shots, shots.facts), base_sha256(args.base), facts, args.out)
    print(f"{args.out}: learned from {EACH} photographers of each of {len(DEVELOPMENT)} families")


if __name__ == "__main__":
    main()
