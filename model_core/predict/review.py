"""Which photos to look at: those that teach most first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from model_core.predict.personal_head import Float64, PersonalHead, Real, held_in


def most_telling(head: PersonalHead, z: Real, count: int) -> list[int]:
    """Rows of ``z`` (N, Z), up to ``count``, in the order in which correcting them teaches most.

    Greedy: each is the one whose correction tells most, log(1 + z'P z), given all lessons and
    those before it (sequential D-optimal design; MacKay 1992).
    """
    left = held_in(z)
    covariance: Float64 = head.covariance.copy()
    open_: npt.NDArray[np.bool_] = np.ones(len(left), bool)
    found: list[int] = []
    for _ in range(min(count, len(left))):
        gain = ((left @ covariance) * left).sum(1)
        best = int(np.argmax(np.where(open_, gain, -np.inf)))
        found.append(best)
        open_[best] = False
        step = covariance @ left[best]
        covariance -= np.outer(step, step) / (1 + gain[best])
    return found
