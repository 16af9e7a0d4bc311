"""A personal head folded into a network file, so that the file alone predicts like the user.

The graph has a place for it: the initialiser ``head.personal``, (Z, P), zero in the base.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from model_core.domain.errors import BrokenModel
from model_core.predict.personal_head import PersonalHead

MODEL_FILE, PERSONAL_FILE = "model.onnx", "personal.safetensors"
_PLACE = "head.personal"


def fold(head: PersonalHead, source: Path, target: Path) -> None:
    """Copies the network in folder ``source`` to folder ``target`` with ``head`` added to
    what was folded in before. Raises BrokenModel when the graph has no place for it."""
    import onnx  # half a second to import, and only packs need it
    from onnx import numpy_helper

    model = onnx.load(source / MODEL_FILE)
    place = next((t for t in model.graph.initializer if t.name == _PLACE), None)
    if place is None or tuple(place.dims) != head.weights.shape:
        raise BrokenModel(f"{source / MODEL_FILE}: has no place for what was learned")
    folded = numpy_helper.to_array(place) + head.weights.astype(np.float32)
    place.CopyFrom(numpy_helper.from_array(folded.astype(np.float32), _PLACE))
    onnx.save(model, target / MODEL_FILE)
    save_file({"personal": folded.astype(np.float32)}, target / PERSONAL_FILE)


def folded_in(folder: Path) -> np.ndarray | None:
    """What is folded into the version in ``folder``, (Z, P); None in the base."""
    try:
        return load_file(folder / PERSONAL_FILE)["personal"]
    except FileNotFoundError:
        return None
    except (OSError, KeyError, SafetensorError) as error:
        raise BrokenModel(f"{folder / PERSONAL_FILE}: is damaged ({error})") from None
