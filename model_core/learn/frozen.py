"""The part of the network that no fine-tune changes, in onnxruntime.

What lies below FIRST_STAGE is the base model's for every version, so a fine-tune asks the
base's own file for it, once for each picture: several times faster on a CPU than torch, and
the very numbers that the candidate's file will see.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper

from model_core.domain.errors import BrokenModel
from model_core.domain.image import Float32
from model_core.learn.adapter import FIRST_STAGE


class FrozenPart:
    """Pictures to what the trained part starts from. Raises BrokenModel."""

    def __init__(self, model: Path) -> None:
        try:
            graph = onnx.load(model)
            names = [
                _partner(graph, f"backbone.blocks.{FIRST_STAGE}.0.conv_pw.weight"),
                _partner(graph, "head.taste.mean"),  # all statistics, with the hues
            ]
            for name in names:
                graph.graph.output.append(
                    helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
                )
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # as OnnxNetwork: the preview has the other cores
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnx and onnxruntime raise many kinds on a damaged file
            reason = " ".join(str(error).split())[:200]
            raise BrokenModel(f"{model}: cannot be fine-tuned ({reason})") from None
        self._names = names

    def run(self, images: Float32) -> tuple[Float32, Float32]:
        """(N, 3, 224, 224) sRGB 0..1 -> activations (N, C, h, w), statistics (N, S)."""
        activations, statistics = self._session.run(self._names, {"image": images})
        return activations, statistics


def _partner(model: onnx.ModelProto, weight: str) -> str:
    """The tensor that meets ``weight`` in the one node that uses it."""
    (node,) = [n for n in model.graph.node if weight in n.input and n.op_type != "Cast"]
    return str(node.input[0])


def as_floats(pixels: npt.NDArray[np.uint8]) -> Float32:
    """(n, H, W, 3) uint8 -> (n, 3, H, W) float32 0..1."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32) / np.float32(255)
