"""Packs from anywhere: refused in one line with nothing changed, or as good as ours."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save

from model_core.domain.errors import BrokenModel, ImgtuneError
from model_core.domain.version import GateReport, ModelVersion
from model_core.predict import trial
from model_core.services import Studio
from model_core.storage.manifest import version_to_json
from tests.core.tiny_network import Z, tiny_network, weight

GATE = GateReport(True, "better", 40, 5, 3.0, 2.6, 0.1, 1e-4)


def pack(file: Path, files: dict[str, bytes]) -> Path:
    """A pack whose manifest fits whatever is in it."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    version = ModelVersion("v0001-00000000", "Theirs", "base", "t", "lora", 9, "", GATE, hashes)
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("manifest.json", version_to_json(version))
        for name, data in files.items():
            out.writestr(name, data)
    return file


def personal(value: float = 0.0, shape: tuple[int, ...] = (Z, 10), kind: str = "f4") -> bytes:
    return save({"personal": np.full(shape, value, kind)})


def files_of(model: onnx.ModelProto) -> dict[str, bytes]:
    return {"model.onnx": model.SerializeToString(), "personal.safetensors": personal()}


def state(studio: Studio) -> tuple[object, ...]:
    """All that an import could change."""
    root = studio.data_dir
    seen = sorted(str(p.relative_to(root)) for p in root.rglob("*") if "catalog.db" not in p.name)
    kept = [one for one in seen if ".locks" not in one and one != "models"]
    return [s.name for s in studio.styles()], kept


def refused(studio: Studio, file: Path, match: str = "The pack") -> None:
    before = state(studio)
    with pytest.raises(BrokenModel, match=match) as caught:
        studio.import_pack(file)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000
    after = state(studio)
    assert after[0] == before[0]
    # An empty folder of the style may be left; no file, no version.
    assert [p for p in set(after[1]) - set(before[1]) if (studio.data_dir / p).is_file()] == []  # type: ignore[call-overload]


def test_one_of_ours_is_taken(studio: Studio, tmp_path: Path) -> None:
    version = studio.import_pack(pack(tmp_path / "p", files_of(tiny_network())))
    assert version.style == "Theirs"
    assert studio.current_version("Theirs") == version.id


def test_the_shipped_network_passes(tmp_path: Path, studio: Studio) -> None:
    file = tmp_path / "mine.imgtune"
    studio.export_pack(studio.styles()[0].name, file)
    studio.import_pack(file, "Again")


# --- networks that must not serve ------------------------------------------------------


def _custom_operator(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("evil.ops", 1))
    model.graph.node.append(helper.make_node("Spawn", ["mean"], ["x"], domain="evil.ops"))


def _function(model: onnx.ModelProto) -> None:
    node = helper.make_node("Identity", ["a"], ["b"])
    opset = [helper.make_opsetid("", 18)]
    model.functions.append(helper.make_function("local", "F", ["a"], ["b"], [node], opset))
    model.opset_import.append(helper.make_opsetid("local", 1))


def _loop(model: onnx.ModelProto) -> None:
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"])], "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []),
         helper.make_tensor_value_info("go", TensorProto.BOOL, [])],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, [])],
    )  # fmt: skip
    model.graph.initializer.append(numpy_helper.from_array(np.array(1 << 60), "times"))
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))
    model.graph.node.append(helper.make_node("Loop", ["times", "yes"], [], body=body))


def _external(model: onnx.ModelProto) -> None:
    tensor = weight(model, "w_settings")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../../../etc/passwd"


def _external_constant(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "c")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))


def _filled(value: float) -> Callable[[onnx.ModelProto], None]:
    def spoil(model: onnx.ModelProto) -> None:
        place = weight(model, "w_settings")
        values = np.full((3, 10), value, np.float32)
        place.CopyFrom(numpy_helper.from_array(values, place.name))

    return spoil


def _other_shape(model: onnx.ModelProto) -> None:
    place = weight(model, "w_spread")
    place.CopyFrom(numpy_helper.from_array(np.ones((3, 4), np.float32), place.name))
    model.graph.output[1].type.tensor_type.shape.dim[1].dim_value = 4


def _other_kind(model: onnx.ModelProto) -> None:
    model.graph.node[1].output[0] = "as_float"
    cast = helper.make_node("Cast", ["as_float"], ["settings"], to=TensorProto.DOUBLE)
    model.graph.node.append(cast)
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE


def _no_metadata(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


def _many_features(model: onnx.ModelProto) -> None:
    for name, shape in (("w_features", (3, 9000)), ("head.personal", (9000, 10))):
        place = weight(model, name)
        place.CopyFrom(numpy_helper.from_array(np.zeros(shape, np.float32), place.name))
    model.graph.output[2].type.tensor_type.shape.dim[1].dim_value = 9000


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (_custom_operator, "operators of its own"), (_function, "operators of its own"),
        (_loop, "the operator 'Loop'"), (_external, "another file"),
        (_external_constant, "another file"), (_filled(np.nan), "not finite"),
        (_filled(np.inf), "not finite"), (_filled(1e6), "outside the sliders"),
        (_other_shape, "shape"), (_other_kind, "not finite numbers|network"),
        (_no_metadata, "not a network of imgtune"), (_many_features, "features"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)  # fmt: skip
def test_a_network_that_must_not_serve(
    studio: Studio, tmp_path: Path, spoil: Callable[[onnx.ModelProto], None], match: str
) -> None:
    model = tiny_network()
    spoil(model)
    refused(studio, pack(tmp_path / "p", files_of(model)), match)


@pytest.mark.parametrize(
    "tensors",
    [personal(np.nan), personal(np.inf), personal(1e6), personal(kind="i4"), personal(shape=(3, 3)),
     save({"other": np.zeros((Z, 10), np.float32)})],
    ids=["nan", "inf", "another", "integers", "shape", "name"],
)  # fmt: skip
def test_tensors_that_make_no_sense(studio: Studio, tmp_path: Path, tensors: bytes) -> None:
    files = files_of(tiny_network()) | {"personal.safetensors": tensors}
    refused(studio, pack(tmp_path / "p", files))


def test_weights_of_an_adapter_must_be_finite_too(studio: Studio, tmp_path: Path) -> None:
    bad = save({"lora_A": np.array([1.0, np.nan], np.float32)})
    files = files_of(tiny_network()) | {"adapter.safetensors": bad}
    refused(studio, pack(tmp_path / "p", files), "lora_A")


def test_what_it_was_trained_on_elsewhere_is_not_taken_over(studio: Studio, tmp_path: Path) -> None:
    facts = {"started_at": "t", "seconds": 1, "lessons": [1, 2, 3]}
    files = files_of(tiny_network()) | {"training.json": json.dumps(facts).encode()}
    studio.import_pack(pack(tmp_path / "p", files))
    data = studio.data_dir
    studio.close()
    again = Studio(data)
    assert again.trainings("Theirs") == []
    again.close()


# --- any damage ------------------------------------------------------------------------

_TINY = tiny_network().SerializeToString()


def _packed(files: dict[str, bytes]) -> bytes:
    with TemporaryDirectory() as folder:
        return pack(Path(folder) / "p", files).read_bytes()


_GOOD = _packed({"model.onnx": _TINY, "personal.safetensors": personal()})
_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "repeat", "zero"]),
        st.integers(0, 1 << 20), st.integers(1, 64), st.binary(min_size=1, max_size=8),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


def changed(data: bytes, changes: list[tuple[str, int, int, bytes]]) -> bytes:
    out = bytearray(data)
    for kind, where, length, some in changes:
        at = where % max(len(out), 1)
        piece = out[at : at + length]
        if kind == "flip" and piece:
            out[at] ^= some[0] or 1
        elif kind == "cut":
            del out[at : at + length]
        elif kind == "insert":
            out[at:at] = some
        elif kind == "repeat":
            out[at:at] = piece * 3
        else:
            out[at : at + length] = bytes(len(piece))
    return bytes(out)


@pytest.fixture(scope="module")
def shared_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("hostile") / "data")
    yield studio
    studio.close()


@settings(max_examples=80)
@given(changes=_CHANGES)
def test_a_pack_changed_anywhere_is_refused_or_harmless(
    shared_studio: Studio, changes: list[tuple[str, int, int, bytes]]
) -> None:
    _try(shared_studio, changed(_GOOD, changes))


@settings(max_examples=80)
@given(changes=_CHANGES)
def test_a_network_changed_anywhere_is_refused_or_answers_sensibly(
    shared_studio: Studio, changes: list[tuple[str, int, int, bytes]]
) -> None:
    """The manifest fits: whoever made it meant it."""
    files = {"model.onnx": changed(_TINY, changes), "personal.safetensors": personal()}
    _try(shared_studio, _packed(files))


@settings(max_examples=80)
@given(changes=_CHANGES)
def test_tensors_changed_anywhere_are_refused_or_finite(
    shared_studio: Studio, changes: list[tuple[str, int, int, bytes]]
) -> None:
    files = {"model.onnx": _TINY, "personal.safetensors": changed(personal(), changes)}
    _try(shared_studio, _packed(files))


def _try(studio: Studio, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "p"
        file.write_bytes(data)
        here = set(Path(folder).iterdir())
        version, reason = None, ""
        try:
            version = studio.import_pack(file, "Fuzzed")
        except ImgtuneError as error:
            reason = str(error)
        assert "\n" not in reason
        if version is not None:
            path = studio.models.path(version, "model.onnx").parent
            trial.require_sound(path)
            assert studio.network_version("Fuzzed") == version.id
        assert set(Path(folder).iterdir()) == here
    root = studio.models.root
    assert not [p for p in root.rglob(".*") if p.name != ".locks"]
