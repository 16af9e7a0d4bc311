"""A fine-tune that was interrupted goes on where it was: its state in one safetensors file.

The file is replaced atomically after an epoch. Its header names what it belongs to (the key:
lessons, starting weights, plan), so that the state of another training is never taken up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from model_core.storage.atomic import replacing

_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class TrainingState:
    """After ``epoch`` epochs: the best error so far in J, epochs since, and all tensors by
    name (weights, the best weights, the optimiser's, the random generator's)."""

    epoch: int
    best: float
    waited: int
    tensors: dict[str, Tensor]


def save_state(path: Path, key: str, state: TrainingState) -> None:
    """Writes ``state``. Raises CannotWrite."""
    facts = {"schema": _SCHEMA, "key": key, "epoch": state.epoch, "waited": state.waited}
    # A float as text would have to be exact: it is a tensor.
    tensors = state.tensors | {"best_score": torch.tensor(state.best, dtype=torch.float64)}
    with replacing(path) as temporary:
        plain = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
        save_file(plain, temporary, metadata={"training": json.dumps(facts)})


def load_state(path: Path, key: str) -> TrainingState | None:
    """The state in ``path``; None when it is damaged or not of the training ``key``."""
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})["training"])
            if (facts["schema"], facts["key"]) != (_SCHEMA, key):
                return None
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        best = float(tensors.pop("best_score"))
        return TrainingState(int(facts["epoch"]), best, int(facts["waited"]), tensors)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
