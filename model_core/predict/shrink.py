"""A network file at half its size: its backbone's weights in 8 bits, a scale for each channel.

Only those weights: what the network computes with stays float32 (each weight is scaled back when
the file is loaded), so that nothing has to be calibrated and the answers hardly change. The
personal head and all small tensors stay as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import PARAMS
from model_core.domain.errors import BrokenModel
from model_core.predict.onnx_network import OnnxNetwork

if TYPE_CHECKING:
    import onnx

#: J that any slider of any photo may differ by from the full file.
MAX_DIFFERENCE = 0.1
_LARGE = 1024  # elements; below this nothing is gained
#: What stays: the head decides the answer directly, and the statistics are told by fixed grids and
#: filters, whose names the export makes up. Both are small.
_SHRUNK = "backbone."


def shrink(path: Path, images: npt.NDArray[np.uint8]) -> float:
    """Rewrites the network in ``path`` in 8 bits; by how many J its settings then differ at
    most on ``images``, (N, 224, 224, 3) uint8 sRGB.

    Raises BrokenModel, leaving the file as it was, when that is more than MAX_DIFFERENCE.
    """
    import onnx  # half a second to import, and only packs need it

    whole = path.read_bytes()
    model = onnx.load_model_from_string(whole)
    before = _answers(path, images)
    _quantize(model.graph)
    precision = next((p for p in model.metadata_props if p.key == "precision"), None)
    if precision is not None:
        precision.value = "int8 weights"
    onnx.save(model, path)
    jnd = np.array([p.jnd for p in PARAMS])
    difference = float(np.abs((_answers(path, images) - before) / jnd).max())
    if difference > MAX_DIFFERENCE:
        path.write_bytes(whole)
        raise BrokenModel(
            f"In 8 bits this model would be {difference:.2f} J off, more than "
            f"{MAX_DIFFERENCE:g}; export it without --int8."
        )
    return difference


def _answers(path: Path, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    network = OnnxNetwork(path, "shrunk")
    return np.concatenate([network.run(images[i : i + 1])[0] for i in range(len(images))])


def _quantize(graph: onnx.GraphProto) -> None:
    """Puts codes times their scales in the place of each large weight, or of the cast that
    makes it from half floats. A product of constants is worked out once, when the file is
    loaded; DequantizeLinear would be again for every picture."""
    from onnx import TensorProto, helper, numpy_helper

    users = {name: node for node in graph.node for name in node.input}
    large = [
        tensor for tensor in graph.initializer
        if np.prod(tensor.dims) > _LARGE and tensor.name.startswith(_SHRUNK)
        and max(tensor.dims) < np.prod(tensor.dims)
    ]  # fmt: skip
    made = []
    for tensor in large:
        weights = numpy_helper.to_array(tensor)
        if weights.dtype not in (np.float16, np.float32):
            continue
        cast = users.get(tensor.name)
        name = cast.output[0] if cast is not None and cast.op_type == "Cast" else tensor.name
        if cast is not None and cast.op_type == "Cast":
            graph.node.remove(cast)
        codes, scale = _codes(weights.astype(np.float32), users.get(name))
        graph.initializer.remove(tensor)
        stem = f"{name}_int8"
        graph.initializer.append(numpy_helper.from_array(codes, stem))
        graph.initializer.append(numpy_helper.from_array(scale, f"{stem}_scale"))
        made += [
            helper.make_node("Cast", [stem], [f"{stem}_float"], stem, to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{stem}_float", f"{stem}_scale"], [name], f"{stem}_scaled"),
        ]
    for index, node in enumerate(made):
        graph.node.insert(index, node)


def _codes(
    weights: npt.NDArray[np.float32], user: onnx.NodeProto | None
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Symmetric codes of -127 .. 127 with a scale for each channel of the output."""
    axis = 0
    if user is not None and user.op_type == "MatMul":
        axis = weights.ndim - 1
    elif user is not None and user.op_type == "Gemm":
        turned = next((a.i for a in user.attribute if a.name == "transB"), 0)
        axis = 0 if turned else weights.ndim - 1
    rest = tuple(i for i in range(weights.ndim) if i != axis)
    scale = (np.maximum(np.abs(weights).max(axis=rest, keepdims=True), 1e-12) / 127).astype(
        np.float32
    )
    return np.clip(np.round(weights / scale), -127, 127).astype(np.int8), scale
