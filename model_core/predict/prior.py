"""What photographers are like: how far each of the features tends to matter to them.

Learned across many synthetic photographers by ``python -m tests.benchmarks.prior`` and
shipped as one small file. It belongs to one base model, since the features are its own; with
another base the plain prior serves, which trusts the photo's statistics and little else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from model_core.domain.develop import PARAMS

Float64 = npt.NDArray[np.float64]
Groups = npt.NDArray[np.intp]

#: Columns of z: bias, the network's own prediction and statistics, embedding, and last what
#: photographers look at.
SETTINGS, SETTINGS_PER_J = slice(1, 1 + len(PARAMS)), 0.25
STATISTICS = slice(1, 1 + len(PARAMS) + 32)
EMBEDDING = slice(STATISTICS.stop, STATISTICS.stop + 21)
PRIOR_FILE = "prior.safetensors"
_EMBEDDING_SHARE = 0.1  # variance of an embedding feature beside a statistic, when unlearned
_PLAIN = 2.0  # deviation of a statistic's weight, when unlearned
_PLAIN_SHARE = 0.3  # deviation of a statistic's weight beside that of a usual taste


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """``scale``: (Z,) how far the weight of each feature tends to be from none, nothing for
    those left out; ``groups``: (Z,) which of them matter together to somebody. The bias has no
    scale: it is regressed apart."""

    scale: Float64
    groups: Groups

    @property
    def features(self) -> int:
        return len(self.scale)

    @property
    def used(self) -> Groups:
        """(D,) the features with a scale."""
        result: Groups = np.flatnonzero(self.scale)
        return result


def plain_prior(features: int) -> Prior:
    """What is assumed when nothing was learned for this base."""
    scale = np.full(features, _EMBEDDING_SHARE**0.5)
    scale[STATISTICS] = 1
    scale[0] = 0
    return Prior(_PLAIN * scale, np.where(scale == 1, 0, 1))


def learned_prior(features: int, taste: Float64, groups: Groups) -> Prior:
    """From how much each of the last features, (K,), moves photographers, as a standard
    deviation of its weight, and which of them go together. The statistics have a small scale,
    which allows for what moved none of them."""
    scale, together = np.zeros(features), np.zeros(features, np.intp)
    scale[STATISTICS] = _PLAIN_SHARE
    scale[EMBEDDING.stop :] = taste / np.sqrt((taste**2).mean())
    together[EMBEDDING.stop :] = 1 + groups
    return Prior(scale, together)


def save_prior(
    taste: Float64, groups: Groups, base_sha256: str, facts: dict[str, str], file: Path
) -> None:
    """Writes what :func:`learned_prior` takes, for the base with that hash."""
    save_file(
        {"taste": taste.astype(np.float32), "groups": groups.astype(np.int32)},
        file,
        metadata={"base_sha256": base_sha256, "facts": json.dumps(facts, sort_keys=True)},
    )


def shipped_prior(base: Path, features: int) -> Prior:
    """The prior that ships beside the base model in folder ``base``."""
    try:
        manifest = json.loads((base / "manifest.json").read_text(encoding="utf-8"))
        sha256 = str(manifest["sha256"]["weights.safetensors"])
    except (OSError, ValueError, KeyError, TypeError):
        sha256 = ""
    return prior_for(sha256, features, base.parent / PRIOR_FILE)


@lru_cache(maxsize=8)
def prior_for(base_sha256: str, features: int, file: Path) -> Prior:
    """The shipped prior where it belongs to this base, else the plain one. Never raises: a
    missing or damaged prior costs some precision, not the program."""
    try:
        with safe_open(file, framework="numpy") as stored:
            facts = stored.metadata() or {}
            taste = stored.get_tensor("taste").astype(np.float64)
            groups = stored.get_tensor("groups").astype(np.intp)
    except (OSError, SafetensorError):
        return plain_prior(features)
    sound = taste.shape == groups.shape == (features - EMBEDDING.stop,)
    sound = sound and bool(((taste > 0) & np.isfinite(taste)).all())
    sound = sound and bool(((groups >= 0) & (groups < len(groups))).all())
    fits = sound and facts.get("base_sha256") == base_sha256
    return learned_prior(features, taste, groups) if fits else plain_prior(features)
