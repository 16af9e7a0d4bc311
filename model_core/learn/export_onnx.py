"""A network as one self-contained ONNX file: photo in, develop settings out.

Statistics, normalisation, clamping and units are inside the graph; names, units and ranges
of the sliders are in its metadata, so that a stranger can use the file without this program.
"""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from model_core.domain.develop import PARAMS, PIPELINE_VERSION
from model_core.domain.errors import BrokenModel
from model_core.learn.network import INPUT_SIDE, DevelopNet

OPSET = 18
#: What a graph takes and gives; the reader refuses files of another number.
GRAPH_VERSION = 1
_BIG = 1024  # initialisers with more elements than this are stored as half floats
_PLACE = "head.personal"  # but this one, into which a personal head is written


def export_onnx(net: DevelopNet, path: Path, version: str) -> onnx.ModelProto:
    """Writes ``net`` to ``path`` with half-size weights (cast to float32 when loaded), and
    returns its graph as it was traced, for :func:`export_int8`.

    Raises BrokenModel when onnxruntime's answer differs from torch's by over 0.1 J.
    """
    traced = _traced(net.eval(), path)
    model = onnx.ModelProto()
    model.CopyFrom(traced)
    _finish(model, path, version, "float32")
    difference = parity(net, path)
    if difference > 0.1:
        raise BrokenModel(
            f"the exported network differs from the trained one by {difference:.2f} J"
        )
    return traced


def export_int8(traced: onnx.ModelProto, path: Path, version: str, examples: npt.NDArray) -> None:
    """Writes a traced network to ``path`` with its backbone in 8 bits: static, unsigned
    activations, a scale for each channel of the weights. ``examples``: (N, 3, 224, 224) sRGB
    0..1, from which the ranges of the activations are read. The statistics and the head, which
    decide most of the answer in little time, stay in float32."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    whole = path.with_suffix(".float32.onnx")
    onnx.save(traced, whole)
    convolutions = [
        node.name for node in traced.graph.node
        if node.op_type == "Conv" and any(name.startswith("backbone.") for name in node.input)
    ]  # fmt: skip
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it warns about a step that is not needed, by the root logger
    try:
        quantize_static(
            whole, path, _Examples(examples), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            nodes_to_quantize=convolutions,
        )  # fmt: skip
    finally:
        root.setLevel(level)
    whole.unlink()
    _finish(onnx.load(path), path, version, "int8 backbone")


class _Examples:
    """What onnxruntime's calibration reads from, one picture after the other."""

    def __init__(self, images: npt.NDArray) -> None:
        self._left = iter(images)

    def get_next(self) -> dict[str, npt.NDArray] | None:
        image = next(self._left, None)
        return None if image is None else {"image": image[None]}


def _traced(net: DevelopNet, path: Path) -> onnx.ModelProto:
    _export(net, path, ["settings", "spread", "features"])
    return onnx.load(path)


def _finish(model: onnx.ModelProto, path: Path, version: str, precision: str) -> None:
    _forget_the_machine(model)
    _halve_weights(model)
    describe(model, version, precision)
    onnx.save(model, path)


def parity(net: DevelopNet, path: Path, images: npt.NDArray | None = None) -> float:
    """Largest difference of the settings, in J, between torch and onnxruntime on ``images``
    (N, 3, 224, 224), else on a few made-up pictures."""
    image = _made_up(4) if images is None else torch.from_numpy(images)
    net = net.eval()
    device = next(net.parameters()).device
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    jnd = np.array([p.jnd for p in PARAMS], dtype=np.float32)
    worst = 0.0
    for some in image.split(16):
        with torch.inference_mode():
            ours = net(some.to(device))[0].cpu().numpy()
        theirs = session.run(["settings"], {"image": some.numpy()})[0]
        worst = max(worst, float(np.abs((ours - theirs) / jnd).max()))
    return worst


def _made_up(count: int) -> torch.Tensor:
    """Smooth colour with noise, from dark to bright."""
    rng = np.random.default_rng(0)
    coarse = rng.random((count, 3, 7, 7)).astype(np.float32)
    smooth = torch.nn.functional.interpolate(
        torch.from_numpy(coarse), size=(INPUT_SIDE, INPUT_SIDE), mode="bicubic"
    )
    scale = torch.linspace(0.2, 1.0, count).reshape(-1, 1, 1, 1)
    return (smooth * scale + 0.02 * torch.randn(smooth.shape, generator=_seeded())).clamp(0, 1)


def backbone_session(net: DevelopNet, path: Path) -> onnxruntime.InferenceSession:
    """The frozen backbone alone in onnxruntime: several times faster than torch on a CPU."""

    class _Embed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return self.net.embed(image)

    _export(_Embed().eval(), path, ["embedding"])
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def _export(module: nn.Module, path: Path, outputs: list[str]) -> None:
    example = torch.rand(2, 3, INPUT_SIDE, INPUT_SIDE)
    device = next(module.parameters()).device
    batch = torch.export.Dim("batch", min=1, max=4096)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        torch.onnx.export(
            module,
            (example.to(device),),
            str(path),
            input_names=["image"],
            output_names=outputs,
            opset_version=OPSET,
            dynamic_shapes={"image": {0: batch}},
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _halve_weights(model: onnx.ModelProto) -> None:
    """Stores large float32 initialisers as float16 behind a Cast, which onnxruntime folds
    away when it loads the file."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        elements = int(np.prod(tensor.dims))
        if tensor.data_type != TensorProto.FLOAT or elements <= _BIG or tensor.name == _PLACE:
            continue
        name, half = tensor.name, f"{tensor.name}_half"
        values = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(values, half))
        casts.append(helper.make_node("Cast", [half], [name], name=f"cast_{name}", to=1))
    kept = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *kept])


def _forget_the_machine(model: onnx.ModelProto) -> None:
    """Takes out what the exporter notes of each node: stack traces, with the paths of the
    machine it ran on. The file is made to be given away."""
    graph = model.graph
    for part in (graph, *graph.node, *graph.initializer, *graph.value_info):
        del part.metadata_props[:]
        part.doc_string = ""
    for described in (*graph.input, *graph.output):
        del described.metadata_props[:]
    del model.functions[:]


def describe(model: onnx.ModelProto, version: str, precision: str) -> None:
    """Metadata for whoever opens the file."""
    sliders = [
        {"name": p.name, "unit": p.unit, "low": p.low, "high": p.high, "jnd": p.jnd, "xmp": p.xmp}
        for p in PARAMS
    ]
    facts = {
        "program": "imgtune",
        "graph_version": str(GRAPH_VERSION),
        "pipeline_version": str(PIPELINE_VERSION),
        "version": version,
        "precision": precision,
        "opset": str(OPSET),
        "params": json.dumps(sliders),
        "input": f"image: float32 (N, 3, {INPUT_SIDE}, {INPUT_SIDE}), sRGB 0..1, the whole photo "
        "upright and squashed to the square",
        "outputs": "settings: (N, params) in slider units; spread: one standard deviation of "
        "each; features: inputs of the personal head",
    }
    helper.set_model_props(model, facts)
    model.doc_string = "imgtune: develop settings from a photo"
