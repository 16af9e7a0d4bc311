"""A fine-tuned network as a file: the base's own graph with other weights in it.

Versions differ from the base in their weights only, so nothing has to be traced again, which
takes torch half a minute. Batch normalisation is folded into the convolution before it, as it
is in the base's file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from model_core.domain.errors import BrokenModel
from model_core.learn.adapter import FIRST_STAGE
from model_core.learn.export_onnx import describe, export_onnx, parity
from model_core.learn.gate import MAX_PARITY
from model_core.learn.network import DevelopNet

#: The normalisation after each convolution of an inverted residual block (timm's names).
_FOLLOWS = {"conv_pw": "bn1", "conv_dw": "bn2", "conv_pwl": "bn3"}
_HALF = "_half"
#: What a fine-tune changes of the head; the exporter folds some of the rest into constants.
_HEAD = ("semantic", "body", "settings")


def write_network(net: DevelopNet, base: Path, path: Path, version: str) -> float:
    """Writes ``net`` to ``path`` on the graph of the base model's file ``base``; where they do
    not fit, as a new graph. Returns how far its answers are from torch's, in J. Raises
    BrokenModel."""
    if _reweighted(net, base, path, version):
        difference = parity(net, path)
        if difference <= MAX_PARITY:
            return difference
    export_onnx(net, path, version)
    return parity(net, path)


def _reweighted(net: DevelopNet, base: Path, path: Path, version: str) -> bool:
    """Whether ``net`` fitted the graph of ``base`` and was written."""
    try:
        model = onnx.load(base)
    except Exception as error:  # a damaged file: protobuf has an error of its own
        raise BrokenModel(f"{base}: is not a network of imgtune ({error})") from None
    weights = _served_weights(net)
    for place in model.graph.initializer:
        name = place.name.removesuffix(_HALF)
        if name not in weights:
            continue
        if tuple(place.dims) != tuple(weights[name].shape):
            return False
        half = place.name.endswith(_HALF)
        values = weights.pop(name).numpy().astype(np.float16 if half else np.float32)
        place.CopyFrom(numpy_helper.from_array(values, place.name))
    if weights:
        return False
    describe(model, version, "float32")
    onnx.save(model, path)
    return True


def _served_weights(net: DevelopNet) -> dict[str, Tensor]:
    """All that a fine-tune may change, by the names of the file."""
    found: dict[str, Tensor] = {"head.personal": net.head.personal}
    found |= {f"head.{n}": p for n, p in net.head.named_parameters() if n.startswith(_HEAD)}
    backbone = net.backbone
    for index in range(FIRST_STAGE, len(backbone.blocks)):
        for number, block in enumerate(backbone.blocks[index]):
            for conv, norm in _FOLLOWS.items():
                name = f"backbone.blocks.{index}.{number}.{conv}"
                found |= _folded(name, getattr(block, conv), getattr(block, norm))
    found |= _folded("backbone.conv_head", backbone.conv_head, backbone.bn2)
    return {name: tensor.detach().cpu() for name, tensor in found.items()}


def _folded(name: str, conv: nn.Conv2d, norm: nn.BatchNorm2d) -> dict[str, Tensor]:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    with torch.no_grad():
        weight, bias = fuse_conv_bn_weights(
            conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps,
            norm.weight, norm.bias,
        )  # fmt: skip
    return {f"{name}.weight": weight, f"{name}.weight_bias": bias}
