"""A network of one kilobyte that passes for one of imgtune, and ways to spoil it."""

from __future__ import annotations

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model_core.domain.develop import PARAMS
from model_core.predict.onnx_network import GRAPH_VERSION, INPUT_SIDE

Z = 8
_FLOAT = TensorProto.FLOAT


def tiny_network() -> onnx.ModelProto:
    """Mean colour times a matrix for each answer, and a personal head that says nothing."""
    sliders = len(PARAMS)
    weights = {"w_settings": (3, sliders), "w_spread": (3, sliders), "w_features": (3, Z)}
    nodes = [
        helper.make_node("ReduceMean", ["image", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "w_settings"], ["base"]),
        helper.make_node("MatMul", ["mean", "w_spread"], ["raw"]),
        helper.make_node("Exp", ["raw"], ["spread"]),
        helper.make_node("MatMul", ["mean", "w_features"], ["features"]),
        helper.make_node("MatMul", ["features", "head.personal"], ["shift"]),
        helper.make_node("Add", ["base", "shift"], ["settings"]),
    ]
    outputs = [("settings", sliders), ("spread", sliders), ("features", Z)]
    graph = helper.make_graph(
        nodes, "tiny",
        [helper.make_tensor_value_info("image", _FLOAT, ["n", 3, INPUT_SIDE, INPUT_SIDE])],
        [helper.make_tensor_value_info(name, _FLOAT, ["n", size]) for name, size in outputs],
        [numpy_helper.from_array(np.array([2, 3]), "axes"),
         numpy_helper.from_array(np.zeros((Z, sliders), np.float32), "head.personal"),
         *(numpy_helper.from_array(np.full(shape, 0.01, np.float32), name)
           for name, shape in weights.items())],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(
        model,
        {
            "graph_version": str(GRAPH_VERSION),
            "params": json.dumps([{"name": p.name} for p in PARAMS]),
        },
    )
    return model


def weight(model: onnx.ModelProto, name: str) -> onnx.TensorProto:
    """The initialiser of that name, to be changed in place."""
    return next(t for t in model.graph.initializer if t.name == name)
