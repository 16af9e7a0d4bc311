"""Whether a network from somewhere else may serve: what it is made of, and what it answers.

Nothing of it is believed: only plain arithmetic of the ONNX standard is let in (no control
flow, no operators of others, no weights in other files), the tensors beside it must be finite
numbers, and it has to answer a few pictures sensibly.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from model_core.domain.develop import PARAMS
from model_core.domain.errors import BrokenModel
from model_core.predict.fold import MODEL_FILE, PERSONAL_FILE, folded_head
from model_core.predict.onnx_network import INPUT_SIDE, OnnxNetwork

if TYPE_CHECKING:
    import onnx

#: What networks of imgtune are made of, in float32 and in 8 bits. None of these calls
#: anything, repeats anything or reads anything.
_OPERATORS = frozenset(
    """Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv
    CumSum DequantizeLinear Div Dropout Equal Erf Exp Expand Flatten Floor Gather GatherElements
    GatherND Gemm GlobalAveragePool Greater GreaterOrEqual HardSigmoid HardSwish Identity
    LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min Mod Mul
    Neg Not Or Pow QuantizeLinear ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum Relu
    Reshape Resize Round Shape Sigmoid Sign Slice Softmax Split Sqrt Squeeze Sub Sum Tanh TopK
    Transpose Unsqueeze Where""".split()
)
_STANDARD = ("", "ai.onnx")
_LARGEST_Z = 4096


def require_sound(folder: Path) -> None:
    """Raises BrokenModel with one line when the version in ``folder`` must not serve."""
    folded = _check_graph(folder / MODEL_FILE)
    for path in folder.glob("*.safetensors"):
        _check_tensors(path)
    network = _loaded(folder / MODEL_FILE)
    if not 0 < network.features <= _LARGEST_Z:
        raise _refused(folder / MODEL_FILE, "its features are not ours")
    _check_answers(network, folder / MODEL_FILE)
    if (folder / PERSONAL_FILE).exists():
        _check_personal(folder / PERSONAL_FILE, folded)


def _loaded(path: Path) -> OnnxNetwork:
    try:
        return OnnxNetwork(path, "trial")
    except BrokenModel:  # which names a file that is about to be gone
        raise _refused(path, "it is not a network of imgtune") from None


def _check_graph(path: Path) -> npt.NDArray[np.floating[Any]] | None:
    """Returns the personal head that is folded in, if it has a place for one."""
    import onnx  # half a second to import, and only packs need it

    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf's own kinds
        raise _refused(path, f"it cannot be read: {error}") from None
    if model.functions or any(one.domain not in _STANDARD for one in model.opset_import):
        raise _refused(path, "it brings operators of its own")
    for graph in _graphs(model.graph):
        for node in graph.node:
            if node.domain not in _STANDARD or node.op_type not in _OPERATORS:
                raise _refused(path, f"it uses the operator {node.op_type[:40]!r}")
    for tensor in _tensors(model.graph):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise _refused(path, "a part of it would be read from another file")
    return folded_head(model)


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """The graph and all inside it."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node:
                    yield from _graphs(inner)


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)


def _check_tensors(path: Path) -> None:
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _refused(path, f"it holds no tensors ({error})") from None
    for name, tensor in tensors.items():
        if tensor.dtype.kind != "f" or not np.isfinite(tensor).all():
            raise _refused(path, f"{name[:60]!r} does not hold finite numbers")


def _check_answers(network: OnnxNetwork, path: Path) -> None:
    try:
        settings, spread, z = network.run(_pictures())
    except Exception as error:  # onnxruntime raises many kinds
        raise _refused(path, f"it cannot answer ({error})") from None
    count, sliders = len(_pictures()), len(PARAMS)
    shapes = ((count, sliders), (count, sliders), (count, network.features))
    answers = (settings, spread, z)
    if any(np.shape(a) != shape for a, shape in zip(answers, shapes, strict=True)):
        raise _refused(path, "its answers have another shape than ours")
    if not all(np.asarray(a).dtype == np.float32 and np.isfinite(a).all() for a in answers):
        raise _refused(path, "its answers are not finite numbers")
    low, high = (np.array([getattr(p, side) for p in PARAMS]) for side in ("low", "high"))
    slack = 1e-3 * (high - low)
    if (settings < low - slack).any() or (settings > high + slack).any() or (spread <= 0).any():
        raise _refused(path, "its answers are outside the sliders")


def _check_personal(path: Path, folded: npt.NDArray[np.floating[Any]] | None) -> None:
    """What a later fine-tune would start from must be what the network answers with."""
    found = load_file(path).get("personal")
    if found is None or folded is None or found.shape != folded.shape:
        raise _refused(path, "it does not fit the network")
    if not np.allclose(found, folded, rtol=1e-3, atol=1e-4):
        raise _refused(path, "it is not what the network was taught")


def _pictures() -> np.ndarray:
    """Black, white, grey and noise, as networks take them."""
    shape = (INPUT_SIDE, INPUT_SIDE, 3)
    noise = np.random.default_rng(0).integers(0, 256, shape)
    return np.stack([*(np.full(shape, value) for value in (0, 255, 118)), noise]).astype(np.uint8)


def _refused(path: Path, reason: str) -> BrokenModel:
    text = " ".join(reason.split())[:200]
    return BrokenModel(f"The pack's {path.name} cannot be used: {text}; get it again.")
