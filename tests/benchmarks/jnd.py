"""How far each slider must move for one just noticeable difference.

    python -m tests.benchmarks.jnd PHOTOS_DIR

For every train photo: the step of one slider alone (both ways, averaged) whose mean
deltaE00 over the photo is 1, by bisection on 64-pixel copies; prints the median over photos,
from which ``jnd`` in ``model_core.domain.develop.PARAMS`` is rounded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from model_core.domain.develop import IDENTITY, PARAMS, ParamSpec
from model_core.imaging.colour import cielab, delta_e2000
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.imaging.pipeline import develop
from tests.benchmarks.photos import listed


def step_for_one(light: np.ndarray, spec: ParamSpec, sign: int) -> float:
    """The slider value at which the mean deltaE00 against the untouched photo is 1."""
    before = cielab(light)
    low, high = 0.0, spec.high
    for _ in range(12):
        middle = (low + high) / 2
        after = cielab(develop(light, IDENTITY.with_value(spec.name, sign * middle)))
        moved = float(delta_e2000(before, after).mean())
        low, high = (middle, high) if moved < 1.0 else (low, middle)
    return (low + high) / 2


def main(folder: str) -> None:
    photos = listed(Path(folder), "train")[::4]
    lights = [to_linear(decode_proxy(p, 64)[1]).pixels for p in photos]
    print(f"{len(photos)} photos; slider step for a mean deltaE00 of 1")
    for spec in PARAMS:
        steps = [np.mean([step_for_one(x, spec, s) for s in (-1, 1)]) for x in lights]
        print(f"{spec.name:12} median {np.median(steps):7.2f}   now {spec.jnd:g} {spec.unit}")


if __name__ == "__main__":
    main(sys.argv[1])
