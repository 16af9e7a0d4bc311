"""A personal head folded into a network file, so that the file alone predicts like the user.

The graph has a place for it: the initialiser ``head.personal``, (Z, P), zero in the base. Where
neighbours have a share in what the head says, their average is added to the graph.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from model_core.domain.errors import BrokenModel
from model_core.predict.neighbours import FIRMLY, Neighbours
from model_core.predict.personal_head import PersonalHead

if TYPE_CHECKING:
    import onnx

MODEL_FILE, PERSONAL_FILE = "model.onnx", "personal.safetensors"
_PLACE = "head.personal"


def fold(head: PersonalHead, source: Path, target: Path) -> None:
    """Copies the network in folder ``source`` to folder ``target`` with ``head`` added to
    what was folded in before. Raises BrokenModel when the graph has no place for it."""
    import onnx  # half a second to import, and only packs need it
    from onnx import numpy_helper

    model = onnx.load(source / MODEL_FILE)
    place = _place(model)
    if place is None or tuple(place.dims) != head.weights.shape:
        raise BrokenModel(f"{source / MODEL_FILE}: has no place for what was learned")
    folded = numpy_helper.to_array(place) + head.weights.astype(np.float32)
    place.CopyFrom(numpy_helper.from_array(folded.astype(np.float32), _PLACE))
    if head.neighbours is not None:
        _add_neighbours(model.graph, head.neighbours)
    onnx.save(model, target / MODEL_FILE)
    save_file({"personal": folded.astype(np.float32)}, target / PERSONAL_FILE)


def folded_head(model: onnx.ModelProto) -> np.ndarray | None:
    """What is folded into that network, (Z, P); None where there is no place for it."""
    from onnx import numpy_helper

    place = _place(model)
    return None if place is None else numpy_helper.to_array(place)


def _place(model: onnx.ModelProto) -> onnx.TensorProto | None:
    return next((t for t in model.graph.initializer if t.name == _PLACE), None)


def folded_in(folder: Path) -> np.ndarray | None:
    """What is folded into the version in ``folder``, (Z, P); None in the base."""
    try:
        return load_file(folder / PERSONAL_FILE)["personal"]
    except FileNotFoundError:
        return None
    except (OSError, KeyError, SafetensorError) as error:
        raise BrokenModel(f"{folder / PERSONAL_FILE}: is damaged ({error})") from None


def _add_neighbours(graph: onnx.GraphProto, near: Neighbours) -> None:
    """:meth:`Neighbours.shift`, added to what the linear part of the head says."""
    from onnx import helper, numpy_helper

    at = next(i for i, node in enumerate(graph.node) if _PLACE in node.input)
    linear = graph.node[at]
    z, said = linear.input[0], linear.output[0]
    # A network that was folded, given away and taught again has several of these.
    stem = f"head.near{sum(node.name.endswith('.sum') for node in graph.node)}"
    moved = near.weight[:, None] * near.y
    numbers = {
        "view": near.view,
        "known": -2 * near.known.T,
        "sizes": (near.known**2).sum(1),
        "width": np.array(-1 / near.width),
        "weight": near.weight[:, None],
        "moved": moved,
        "mean": FIRMLY * moved.sum(0) / (near.weight.sum() + FIRMLY),
        "firmly": np.array(FIRMLY),
        "share": near.share,
        "none": np.array(0.0),
        "last": np.array([-1]),
    }
    for name, value in numbers.items():
        kind = np.int64 if name == "last" else np.float32
        tensor = numpy_helper.from_array(np.ascontiguousarray(value, kind), f"{stem}.{name}")
        graph.initializer.append(tensor)
    steps = [
        ("MatMul", [z, ".view"], ".x"),
        ("Mul", [".x", ".x"], ".xx"),
        ("ReduceSum", [".xx", ".last"], ".own"),
        ("MatMul", [".x", ".known"], ".both"),
        ("Add", [".both", ".sizes"], ".theirs"),
        ("Add", [".theirs", ".own"], ".apart"),
        ("Max", [".apart", ".none"], ".squares"),
        ("Mul", [".squares", ".width"], ".log"),
        ("Exp", [".log"], ".near"),
        ("MatMul", [".near", ".weight"], ".close"),
        ("Add", [".close", ".firmly"], ".total"),
        ("MatMul", [".near", ".moved"], ".pulled"),
        ("Add", [".pulled", ".mean"], ".drawn"),
        ("Div", [".drawn", ".total"], ".average"),
        ("Mul", [".average", ".share"], ".shift"),
        ("Add", [".linear", ".shift"], said),
    ]

    def full(name: str) -> str:
        return stem + name if name.startswith(".") else name

    linear.output[0] = full(".linear")
    made = [
        helper.make_node(kind, [full(i) for i in inputs], [full(output)], f"{stem}.{kind}{k}")
        for k, (kind, inputs, output) in enumerate(steps)
    ]
    made[-1].name = f"{stem}.sum"
    for step, node in enumerate(made, 1):
        graph.node.insert(at + step, node)
