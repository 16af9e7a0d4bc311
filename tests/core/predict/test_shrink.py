from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from model_core.assets import assets_dir, sample_photos
from model_core.domain.develop import PARAMS
from model_core.domain.errors import BrokenModel
from model_core.imaging.decode import decode_proxy
from model_core.predict.fold import MODEL_FILE, fold
from model_core.predict.onnx_network import OnnxNetwork, network_input
from model_core.predict.personal_head import PersonalHead
from model_core.predict.shrink import MAX_DIFFERENCE, shrink
from model_core.predict.trial import require_sound

BASE = assets_dir() / "base"
JND = np.array([p.jnd for p in PARAMS])


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.stack([network_input(decode_proxy(p, 512)[1]) for p in sample_photos()[:4]])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copy(BASE / MODEL_FILE, tmp_path / MODEL_FILE))


def test_a_shrunk_network_is_smaller_and_answers_the_same(model: Path, images: np.ndarray) -> None:
    size = model.stat().st_size
    told = shrink(model, images)
    assert model.stat().st_size < 0.7 * size
    whole, small = (OnnxNetwork(p, "x").run(images) for p in (BASE / MODEL_FILE, model))
    difference = np.abs((whole[0] - small[0]) / JND).max()
    assert told == pytest.approx(difference, abs=1e-5)
    assert 0 < difference < MAX_DIFFERENCE
    require_sound(model.parent)  # it may be imported


def test_what_the_head_knows_is_kept_to_the_bit_and_can_be_added_to(
    model: Path, images: np.ndarray, tmp_path: Path
) -> None:
    shrink(model, images)
    network = OnnxNetwork(model, "x")
    weights = np.random.default_rng(0).normal(0, 0.3, (network.features, len(PARAMS)))
    size = network.features
    head = PersonalHead(3, weights, np.zeros((size, size)), np.ones(len(PARAMS)))
    (tmp_path / "folded").mkdir()
    fold(head, model.parent, tmp_path / "folded")
    before = OnnxNetwork(tmp_path / "folded" / MODEL_FILE, "x").run(images)[0]
    shrink(tmp_path / "folded" / MODEL_FILE, images)  # again: nothing is left to shrink
    assert np.array_equal(OnnxNetwork(tmp_path / "folded" / MODEL_FILE, "x").run(images)[0], before)


def test_a_network_that_8_bits_would_harm_is_left_as_it_was(
    model: Path, images: np.ndarray
) -> None:
    graph = onnx.load(model)
    for tensor in graph.graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if weights.ndim == 4 and weights.size > 1024:
            spoilt = weights.copy()
            spoilt.reshape(len(spoilt), -1)[:, 0] *= 30  # takes all the room of its channel
            tensor.CopyFrom(numpy_helper.from_array(spoilt, tensor.name))
    onnx.save(graph, model)
    before = model.read_bytes()
    with pytest.raises(BrokenModel, match=r"J off.*--int8"):
        shrink(model, images)
    assert model.read_bytes() == before
