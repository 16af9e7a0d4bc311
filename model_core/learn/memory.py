"""What to do when memory does not suffice: smaller steps, then the CPU, then say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import torch

from model_core.domain.errors import CannotTrain

if TYPE_CHECKING:
    from model_core.learn.trainer import Plan

_SMALLEST_BATCH = 4
_Result = TypeVar("_Result")


def with_less_memory(
    attempt: Callable[[Plan, torch.device], _Result],
    plan: Plan,
    device: torch.device,
    say: Callable[[str], None],
) -> _Result:
    """``attempt(plan, device)``; where it runs out of memory again with half the batch, down
    to _SMALLEST_BATCH, and then all over on the CPU; ``say`` is told each time. Raises
    CannotTrain when the smallest batch on the CPU is too much too."""
    batch = plan.batch
    while True:
        try:
            return attempt(replace(plan, batch=batch), device)
        except RuntimeError as error:  # torch.OutOfMemoryError is one
            if not is_out_of_memory(error):
                raise
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        where = "memory" if device.type == "cpu" else "graphics memory"
        if batch > _SMALLEST_BATCH:
            batch = max(batch // 2, _SMALLEST_BATCH)
            say(f"too little {where}: going on in smaller steps")
        elif device.type != "cpu":
            batch, device = plan.batch, torch.device("cpu")
            say("too little graphics memory: going on without it, slower")
        else:
            raise CannotTrain(
                "There is too little memory for a fine-tune; close other programs and try again."
            )


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory: CUDA has an error of its own, the others a text."""
    text = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or (
        "out of memory" in text or "can't allocate memory" in text
    )
