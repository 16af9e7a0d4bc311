"""A personal head as one file: exactly what was fitted, without the lessons behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from model_core.domain.errors import BrokenModel
from model_core.predict.personal_head import Influence, PersonalHead
from model_core.storage.atomic import write_atomic

#: Raise it when the same numbers would mean something else.
HEAD_VERSION = 1
_TENSORS = ("weights", "covariance", "error", "far", "kernels", "mixings")


def save_head(head: PersonalHead, file: Path) -> None:
    """Writes ``head`` to ``file``, to the bit. Raises CannotWrite."""
    size, params = head.weights.shape
    tensors = {
        "weights": head.weights,
        "covariance": head.covariance,
        "error": head.error,
        "far": np.array([head.far]),
        "kernels": np.array([i.kernel for i in head.influence]).reshape(-1, size, size),
        "mixings": np.array([i.mixing for i in head.influence]).reshape(-1, params, params),
    }
    facts = {"head_version": str(HEAD_VERSION), "lessons": str(head.lessons)}
    write_atomic(file, save({k: np.ascontiguousarray(v) for k, v in tensors.items()}, facts))


def load_head(file: Path) -> PersonalHead:
    """The inverse of :func:`save_head`. Raises BrokenModel."""
    try:
        with safe_open(file, framework="numpy") as stored:
            facts = stored.metadata() or {}
            if facts.get("head_version") != str(HEAD_VERSION):
                raise BrokenModel(f"{file}: was written by another version of imgtune")
            tensors = {name: stored.get_tensor(name) for name in _TENSORS}
            lessons = int(facts["lessons"])
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise BrokenModel(f"{file}: is not a personal head, or damaged ({error})") from None
    size, params = tensors["weights"].shape
    shapes = {"covariance": (size, size), "error": (params,), "far": (1,)}
    fits = all(tensors[name].shape == shape for name, shape in shapes.items())
    if not fits or not all(np.isfinite(t).all() for n, t in tensors.items() if n != "far"):
        raise BrokenModel(f"{file}: holds numbers that are no personal head")
    pairs = zip(tensors["kernels"], tensors["mixings"], strict=True)
    return PersonalHead(
        lessons=lessons,
        weights=tensors["weights"],
        covariance=tensors["covariance"],
        error=tensors["error"],
        influence=tuple(Influence(kernel, mixing) for kernel, mixing in pairs),
        far=float(tensors["far"][0]),
    )
