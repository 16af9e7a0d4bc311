from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from model_core.assets import assets_dir, sample_photos
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.errors import BrokenModel
from model_core.domain.image import CodedImage
from model_core.domain.photo import Photo
from model_core.domain.prediction import PhotoFeatures
from model_core.imaging.decode import decode_proxy
from model_core.predict.fold import MODEL_FILE, PERSONAL_FILE, fold, folded_in
from model_core.predict.onnx_network import OnnxNetwork, network_input
from model_core.predict.personal_head import Float64, PersonalHead
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.pictures import scene

BASE = assets_dir() / "base"
JND = np.array([p.jnd for p in PARAMS])
LOW, HIGH = np.array([p.low for p in PARAMS]), np.array([p.high for p in PARAMS])
OpenStudio = Callable[..., Studio]


def head_of(weights: Float64) -> PersonalHead:
    size = len(weights)
    return PersonalHead(3, weights, np.zeros((size, size)), np.ones(len(PARAMS)))


def random_head(seed: int, strength: float = 0.3) -> PersonalHead:
    network = OnnxNetwork(BASE / MODEL_FILE, "base")
    rng = np.random.default_rng(seed)
    return head_of(rng.normal(0, strength, (network.features, len(PARAMS))))


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """What networks see of six photos and two made-up scenes."""
    proxies: list[CodedImage] = [decode_proxy(p, 448)[1] for p in sample_photos()[:6]]
    return np.stack([network_input(p) for p in [*proxies, *(CodedImage(scene(i)) for i in (0, 1))]])


def test_a_folded_network_answers_as_network_and_head_together(
    tmp_path: Path, images: np.ndarray
) -> None:
    head = random_head(0)
    fold(head, BASE, tmp_path)
    settings, spread, z = OnnxNetwork(BASE / MODEL_FILE, "base").run(images)
    expected = np.clip(settings + head.shift(z) * JND, LOW, HIGH)
    alone = OnnxNetwork(tmp_path / MODEL_FILE, "folded").run(images)
    assert np.abs(expected - settings).max() > 1  # the head has something to say
    # Where the network alone is at the end of a slider, only the sum of both is clamped.
    inside = (settings > LOW) & (settings < HIGH)
    assert inside.mean() > 0.9
    assert np.abs(alone[0] - expected)[inside].max() < 1e-2
    # What later heads learn from stays what it was.
    assert alone[1] == pytest.approx(spread, rel=1e-4)
    assert alone[2] == pytest.approx(z, abs=1e-4)


def test_features_far_out_are_held_in_by_both_alike(tmp_path: Path) -> None:
    black, white = (np.full((224, 224, 3), v, np.uint8) for v in (0, 255))
    dots = np.random.default_rng(0).integers(0, 2, (224, 224, 3)).astype(np.uint8) * np.uint8(255)
    odd = np.stack([black, white, dots])
    head = random_head(1)
    fold(head, BASE, tmp_path)
    settings, _, z = OnnxNetwork(BASE / MODEL_FILE, "base").run(odd)
    assert np.abs(z).max() > 4
    expected = np.clip(settings + head.shift(z) * JND, LOW, HIGH)
    gap = np.abs(OnnxNetwork(tmp_path / MODEL_FILE, "f").run(odd)[0] - expected)
    # Where the network alone is at the end of a slider, only the sum of both is clamped.
    inside = (settings > LOW) & (settings < HIGH)
    assert inside.mean() > 0.8
    assert gap[inside].max() < 1e-2


def test_folding_twice_adds_up(tmp_path: Path) -> None:
    (one, other), folders = (random_head(2), random_head(3)), (tmp_path / "a", tmp_path / "b")
    for folder in folders:
        folder.mkdir()
    fold(one, BASE, folders[0])
    fold(other, folders[0], folders[1])
    found = folded_in(folders[1])
    assert found is not None
    assert found == pytest.approx((one.weights + other.weights).astype(np.float32), abs=1e-5)


def test_folding_nothing_changes_nothing(tmp_path: Path, images: np.ndarray) -> None:
    network = OnnxNetwork(BASE / MODEL_FILE, "base")
    fold(PersonalHead.empty(network.features, len(PARAMS)), BASE, tmp_path)
    for one, other in zip(
        network.run(images), OnnxNetwork(tmp_path / MODEL_FILE, "f").run(images), strict=True
    ):
        assert np.array_equal(one, other)
    assert folded_in(BASE) is None


def test_the_source_is_left_alone_and_the_metadata_kept(tmp_path: Path) -> None:
    before = (BASE / MODEL_FILE).read_bytes()
    fold(random_head(0), BASE, tmp_path)
    assert (BASE / MODEL_FILE).read_bytes() == before
    models = [onnx.load(folder / MODEL_FILE) for folder in (BASE, tmp_path)]
    facts = [{p.key: p.value for p in m.metadata_props} for m in models]
    assert facts[0] == facts[1]
    assert json.loads(facts[1]["params"])[0]["name"] == PARAMS[0].name


def test_a_head_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenModel, match="place"):
        fold(head_of(np.zeros((5, len(PARAMS)))), BASE, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_record_of_what_is_folded_in_is_refused(tmp_path: Path) -> None:
    (tmp_path / PERSONAL_FILE).write_bytes(b"not tensors")
    with pytest.raises(BrokenModel, match=PERSONAL_FILE):
        folded_in(tmp_path)


class TestPacks:
    @staticmethod
    def taught(studio: Studio) -> list[DevelopSettings]:
        """Teaches six corrections on six photos; what is then predicted for six others."""
        for path in sample_photos()[:6]:
            photo, features = seen(studio, path)
            chosen = studio.predict(DEFAULT_STYLE, features).settings
            chosen = chosen.with_value("temperature", chosen["temperature"] + 25)
            chosen = chosen.with_value("exposure_ev", chosen["exposure_ev"] + 0.8)
            studio.learn(DEFAULT_STYLE, photo, features, chosen, shoot=path.stem)
        return predictions(studio, DEFAULT_STYLE)

    @pytest.mark.slow
    def test_predict_the_same_in_another_data_directory(
        self, open_studio: OpenStudio, tmp_path: Path
    ) -> None:
        here, there = open_studio(tmp_path / "here"), open_studio(tmp_path / "there")
        before = predictions(there, DEFAULT_STYLE)
        expected = self.taught(here)
        here.export_pack(DEFAULT_STYLE, tmp_path / "mine.imgtune")
        version = there.import_pack(tmp_path / "mine.imgtune", "Hers")
        assert version.corrections == 6
        assert there.network_version("Hers") == version.id
        assert steps(predictions(there, "Hers"), expected) <= 1
        # The styles that were there before know nothing of it.
        assert predictions(there, DEFAULT_STYLE) == before
        assert steps(before, expected) > 3

    @pytest.mark.slow
    def test_carried_on_and_on_stay_the_same(self, open_studio: OpenStudio, tmp_path: Path) -> None:
        first, second = open_studio(tmp_path / "a"), open_studio(tmp_path / "b")
        expected = self.taught(first)
        first.export_pack(DEFAULT_STYLE, tmp_path / "1.imgtune")
        second.import_pack(tmp_path / "1.imgtune")
        second.export_pack(DEFAULT_STYLE, tmp_path / "2.imgtune")
        second.import_pack(tmp_path / "2.imgtune", "Again")
        assert steps(predictions(second, "Again"), expected) <= 1

    @pytest.mark.slow
    def test_of_ones_own_do_not_teach_the_same_twice(
        self, open_studio: OpenStudio, tmp_path: Path
    ) -> None:
        studio = open_studio()
        expected = self.taught(studio)
        studio.export_pack(DEFAULT_STYLE, tmp_path / "mine.imgtune")
        studio.import_pack(tmp_path / "mine.imgtune", DEFAULT_STYLE)
        after = predictions(studio, DEFAULT_STYLE)
        gain = [a["temperature"] - e["temperature"] for a, e in zip(after, expected, strict=True)]
        assert max(map(abs, gain)) < 8  # of 25: the lessons' last rest may now be learned too


def seen(studio: Studio, path: Path, style: str = DEFAULT_STYLE) -> tuple[Photo, PhotoFeatures]:
    photo, proxy = studio.open_photo(path)
    return photo, studio.analyse(photo, style, proxy)


def predictions(studio: Studio, style: str) -> list[DevelopSettings]:
    features = [seen(studio, path, style)[1] for path in sample_photos()[6:12]]
    return [p.settings for p in studio.predict_many(style, features)]


def steps(one: list[DevelopSettings], other: list[DevelopSettings]) -> float:
    """Largest difference in steps of a slider as it is shown."""
    shown = np.array([10.0**p.decimals for p in PARAMS])
    pairs = zip(one, other, strict=True)
    return float(max((np.abs(np.array(a.values) - b.values) * shown).max() for a, b in pairs))
