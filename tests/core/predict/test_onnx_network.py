from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

from model_core.assets import assets_dir
from model_core.domain.develop import IDENTITY, PARAM_NAMES, PARAMS
from model_core.domain.errors import BrokenModel
from model_core.domain.image import CodedImage
from model_core.domain.photo import PhotoId
from model_core.imaging.decode import decode_proxy
from model_core.imaging.render import render
from model_core.predict.onnx_network import (
    INPUT_SIDE,
    OnnxNetwork,
    network_input,
    thumbnail_of,
    thumbnail_pixels,
)
from tests.core.pictures import SAMPLES, scene

BASE = assets_dir() / "base" / "model.onnx"


@pytest.fixture(scope="module")
def network() -> OnnxNetwork:
    return OnnxNetwork(BASE, "base")


def changed(folder: Path, **facts: str) -> Path:
    """The base model with other metadata."""
    model = onnx.load(BASE)
    known = {p.key: p.value for p in model.metadata_props}
    helper.set_model_props(model, known | facts)
    onnx.save(model, folder / "model.onnx")
    return folder / "model.onnx"


class TestInput:
    def test_is_a_square_of_srgb_whatever_the_photo(self) -> None:
        deep = (scene().astype(np.uint16) * 257).astype(np.uint16)
        for image in (
            CodedImage(scene()),
            CodedImage(scene(height=3, width=900)),
            CodedImage(np.zeros((1, 1, 3), np.uint8)),
            CodedImage(scene(), "display-p3"),
            CodedImage(deep, "rec2020"),
        ):
            found = network_input(image)
            assert (found.shape, found.dtype) == ((INPUT_SIDE, INPUT_SIDE, 3), np.uint8)

    def test_is_what_the_screen_shows(self) -> None:
        p3 = CodedImage(scene(), "display-p3")
        shown = CodedImage(render(p3, IDENTITY))
        assert np.array_equal(network_input(p3), network_input(shown))

    def test_a_thumbnail_brings_nearly_the_same_back(self) -> None:
        image = network_input(decode_proxy(SAMPLES / "kitten.jpg", 512)[1])
        data = thumbnail_of(image)
        assert len(data) < 60_000
        back = thumbnail_pixels(data)
        assert back is not None
        assert np.abs(back.astype(int) - image).mean() < 4

    @pytest.mark.parametrize("data", [b"", b"nonsense", thumbnail_of(scene())])
    def test_a_damaged_thumbnail_is_none(self, data: bytes) -> None:
        assert thumbnail_pixels(data) is None


class TestAnswers:
    def test_are_settings_within_the_ranges_with_a_spread(self, network: OnnxNetwork) -> None:
        rng = np.random.default_rng(0)
        extremes = [np.full((224, 224, 3), v, np.uint8) for v in (0, 128, 255)]
        noise = rng.integers(0, 256, (224, 224, 3), dtype=np.uint8)
        settings, spread, z = network.run(np.stack([*extremes, noise]))
        assert settings.shape == spread.shape == (4, len(PARAMS))
        assert z.shape == (4, network.features)
        for answer in (settings, spread, z):
            assert np.isfinite(answer).all()
        assert (spread > 0).all()
        for column, spec in zip(settings.T, PARAMS, strict=True):
            assert spec.low <= column.min() <= column.max() <= spec.high
        assert (z[:, 0] == 1).all()

    def test_of_a_batch_are_those_of_each_alone(self, network: OnnxNetwork) -> None:
        images = np.stack([network_input(CodedImage(scene(i))) for i in range(5)])
        settings, _, z = network.run(images)
        for i in range(5):
            one = network.analyse(PhotoId("x"), images[i])
            assert one.settings == pytest.approx(settings[i], abs=1e-2)
            assert one.z == pytest.approx(z[i], abs=1e-2)
            assert (one.photo, one.version) == ("x", "base")

    def test_are_the_same_from_many_threads(self, network: OnnxNetwork) -> None:
        images = [network_input(CodedImage(scene(i))) for i in range(4)]
        alone = [network.analyse(PhotoId("x"), image).settings for image in images]
        with ThreadPoolExecutor(8) as pool:
            found = list(
                pool.map(lambda i: network.analyse(PhotoId("x"), images[i % 4]), range(24))
            )
        for i, one in enumerate(found):
            assert np.array_equal(one.settings, alone[i % 4])

    @pytest.mark.parametrize(
        ("scene_", "fault", "slider", "least"),
        [
            ("otters", "under-exposed", "exposure_ev", 0.25),
            ("mountain-lake", "under-exposed", "exposure_ev", 0.25),
            ("casa-mila", "flat", "shadows", -20.0),
        ],
    )
    def test_mend_the_known_fault_of_a_shipped_photo(
        self, network: OnnxNetwork, scene_: str, fault: str, slider: str, least: float
    ) -> None:
        seen = []
        for name in (f"{scene_}.jpg", f"{scene_} ({fault}).jpg"):
            image = network_input(decode_proxy(SAMPLES / name, 512)[1])
            answer = network.analyse(PhotoId("x"), image).settings
            seen.append(float(answer[PARAM_NAMES.index(slider)]))
        change = (seen[1] - seen[0]) * np.sign(least)
        assert change > abs(least)


def framed(border: int) -> np.ndarray:
    """A scan: a picture within a white border."""
    page = np.full((300, 400, 3), 255, np.uint8)
    page[border:-border, border:-border] = scene(0, 300 - 2 * border, 400 - 2 * border)
    return page


class TestBadInput:
    """Finite settings within the ranges whatever comes; nothing claimed of what is not there."""

    def of(self, network: OnnxNetwork, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        features = network.analyse(PhotoId("x"), network_input(CodedImage(pixels)))
        assert np.isfinite(np.concatenate([features.settings, features.spread, features.z])).all()
        assert (features.spread > 0).all()
        for value, spec in zip(features.settings, PARAMS, strict=True):
            assert spec.low <= value <= spec.high
        jnd = np.array([p.jnd for p in PARAMS])
        return np.abs(features.settings) / jnd, features.spread / jnd

    @pytest.mark.parametrize(
        "pixels",
        [
            np.zeros((64, 64, 3), np.uint8),
            np.full((64, 64, 3), 255, np.uint8),
            np.full((64, 64, 3), (200, 30, 90), np.uint8),
            np.full((1, 1, 3), 77, np.uint8),
            np.random.default_rng(0).integers(126, 130, (64, 64, 3), dtype=np.uint8),
        ],
        ids=["black", "white", "one colour", "one pixel", "a lens cap's noise"],
    )
    def test_where_nothing_can_be_known_nothing_is_done_and_all_is_unsure(
        self, network: OnnxNetwork, pixels: np.ndarray
    ) -> None:
        settings, spread = self.of(network, pixels)
        assert settings.max() < 0.5
        usual = self.of(network, scene(0, 240, 320))[1]
        assert (spread > usual).mean() > 0.8
        assert spread[PARAM_NAMES.index("exposure_ev")] > 5

    @pytest.mark.parametrize(
        "pixels",
        [
            scene(0, 60, 600),
            scene(1, 600, 60),
            framed(40),
            framed(100),
            np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8),
            np.kron(np.eye(8)[..., None], np.full((8, 8, 3), 255)).astype(np.uint8),
        ],
        ids=["panorama", "tower", "scan", "scan of little", "noise", "black and white"],
    )
    def test_odd_pictures_get_settings_within_reason(
        self, network: OnnxNetwork, pixels: np.ndarray
    ) -> None:
        settings, _ = self.of(network, pixels)
        assert settings.max() < 30


class TestTheFile:
    def test_tells_a_stranger_all_it_needs(self) -> None:
        session = onnxruntime.InferenceSession(BASE, providers=["CPUExecutionProvider"])
        facts = session.get_modelmeta().custom_metadata_map
        sliders = json.loads(facts["params"])
        assert [s["name"] for s in sliders] == list(PARAM_NAMES)
        for slider, spec in zip(sliders, PARAMS, strict=True):
            assert (slider["unit"], slider["low"], slider["high"]) == (
                spec.unit, spec.low, spec.high
            )  # fmt: skip
        assert "sRGB" in facts["input"]
        assert facts["precision"] in ("float32", "int8 backbone")
        assert int(facts["opset"]) == onnx.load(BASE).opset_import[0].version
        assert [o.name for o in session.get_outputs()] == ["settings", "spread", "features"]
        assert [i.name for i in session.get_inputs()] == ["image"]

    @pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07" + bytes(100)])
    def test_that_is_no_model_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "model.onnx"
        path.write_bytes(content)
        with pytest.raises(BrokenModel, match=r"model\.onnx") as caught:
            OnnxNetwork(path, "x")
        assert "\n" not in str(caught.value)

    def test_that_is_missing_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BrokenModel, match=r"gone\.onnx"):
            OnnxNetwork(tmp_path / "gone.onnx", "x")

    def test_that_is_cut_off_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "model.onnx"
        path.write_bytes(BASE.read_bytes()[:3_000_000])
        with pytest.raises(BrokenModel):
            OnnxNetwork(path, "x")

    def test_with_other_sliders_is_refused(self, tmp_path: Path) -> None:
        fewer = json.dumps([{"name": n} for n in PARAM_NAMES[:-1]])
        with pytest.raises(BrokenModel, match="another version"):
            OnnxNetwork(changed(tmp_path, params=fewer), "x")

    def test_of_a_newer_kind_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BrokenModel, match="another version"):
            OnnxNetwork(changed(tmp_path, graph_version="99"), "x")

    def test_without_metadata_is_refused(self, tmp_path: Path) -> None:
        model = onnx.load(BASE)
        del model.metadata_props[:]
        onnx.save(model, tmp_path / "model.onnx")
        with pytest.raises(BrokenModel):
            OnnxNetwork(tmp_path / "model.onnx", "x")

    def test_may_be_moved_while_it_serves(self, tmp_path: Path) -> None:
        path = Path(shutil.copy(BASE, tmp_path / "model.onnx"))
        network = OnnxNetwork(path, "x")
        path.unlink()
        assert np.isfinite(network.run(np.zeros((1, 224, 224, 3), np.uint8))[0]).all()

    def test_tells_nothing_of_the_machine_it_was_made_on(self) -> None:
        content = BASE.read_bytes()
        assert b"site-packages" not in content
        assert b".py" not in content
