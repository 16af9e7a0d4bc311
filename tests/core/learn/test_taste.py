from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from model_core.assets import assets_dir
from model_core.learn.adapter import load_base
from model_core.learn.network import DevelopNet, PhotometricStatistics
from model_core.learn.taste import AXES, BELLS, FIELDS, HUES, SECTORS, TASTES, Taste, hues
from model_core.predict.fold import MODEL_FILE
from model_core.predict.onnx_network import OnnxNetwork
from tests.core.pictures import scene

BASE = assets_dir() / "base"


@pytest.fixture(scope="module", autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def plain(*colour: float) -> torch.Tensor:
    return torch.tensor(colour).reshape(1, 3, 1, 1).expand(1, 3, 8, 8)


class TestHues:
    def test_a_colour_is_in_its_sector_and_grey_in_none(self) -> None:
        for sector, colour in ((0, (0.9, 0.1, 0.1)), (4, (0.1, 0.9, 0.1)), (8, (0.1, 0.1, 0.9))):
            found = hues(plain(*colour))[0, :SECTORS]
            assert found.argmax() == sector
            assert (found > 0.01).sum() == 1
        assert hues(plain(0.5, 0.5, 0.5)).max() < 0.01

    def test_above_and_below_are_told_apart(self) -> None:
        both = torch.cat([plain(0.2, 0.4, 0.9), plain(0.2, 0.7, 0.2)], 2)
        upper, lower = hues(both)[0, :SECTORS], hues(both)[0, SECTORS : 2 * SECTORS]
        assert upper.argmax() in (7, 8)
        assert lower.argmax() == 4

    def test_mirroring_changes_nothing(self) -> None:
        picture = torch.rand(2, 3, 20, 30, generator=torch.Generator().manual_seed(0))
        assert torch.allclose(hues(picture), hues(picture.flip(3)), atol=1e-5)
        assert hues(picture).shape == (2, HUES)

    def test_where_the_light_is(self) -> None:
        """A lamp in the upper rows lights its field and the field across, and no other."""
        dark = torch.full((1, 3, 48, 48), 0.1)
        lamp = dark.clone()
        lamp[:, :, :8, :8] = 0.9
        places = slice(4 * SECTORS, 4 * SECTORS + FIELDS * FIELDS // 2)
        lit = (hues(lamp) - hues(dark))[0, places].reshape(FIELDS, FIELDS // 2)
        assert lit[0, 0] > 1
        assert lit.abs().sum() == pytest.approx(float(lit[0, 0]), abs=1e-4)


class TestTaste:
    def test_bells_stand_along_the_axes(self) -> None:
        """Each answers most to its own place, and they add up to nothing over the photos."""
        seen = torch.randn(400, 6, generator=torch.Generator().manual_seed(1))
        taste = Taste(6)
        taste.fit(seen, torch.tanh(seen @ torch.randn(6, AXES)))
        found = taste(seen)
        bells = found[:, AXES:].reshape(len(seen), AXES, len(BELLS))
        assert bells.mean(0).abs().max() < 0.01
        for k, place in enumerate(BELLS):
            nearest = (found[:, 0] - place).abs().argmin()
            assert bells[:, 0, k].argmax() == nearest

    @pytest.mark.parametrize("count", [200, 1500])
    def test_tells_of_new_photos_what_depends_on_what_is_seen(self, count: int) -> None:
        rng = np.random.default_rng(0)
        seen = rng.normal(size=(count + 300, 12)).astype(np.float32)
        bent = np.tanh(seen[:, :6] @ rng.normal(0, 0.7, (6, AXES)))
        wanted = torch.from_numpy((bent - bent.mean(0)) / bent.std(0)).float()
        taste = Taste(12)
        taste.fit(torch.from_numpy(seen[:count]), wanted[:count])
        found = taste(torch.from_numpy(seen))
        assert found.shape == (count + 300, TASTES)
        assert found[:count].mean(0).abs().max() < 0.01
        assert found[:count, :AXES].std(0) == pytest.approx(torch.ones(AXES), abs=0.01)
        told = (found[count:, :AXES] * wanted[count:]).mean(0)
        assert told.min() > 0.7

    def test_unfitted_it_says_nothing(self) -> None:
        assert not Taste(5)(torch.randn(3, 5)).any()

    def test_changes_features_and_no_settings(self) -> None:
        net = load_base(BASE)
        other = copy.deepcopy(net)
        other.head.taste = Taste(PhotometricStatistics.COUNT + HUES)
        images = torch.from_numpy(np.stack([scene(i, 224, 224) for i in range(2)]))
        images = images.permute(0, 3, 1, 2).float() / 255
        one, two = net(images), other(images)
        assert torch.equal(one[0], two[0])
        assert torch.equal(one[1], two[1])
        assert torch.equal(one[2][:, :-TASTES], two[2][:, :-TASTES])
        assert one[2][:, -TASTES:].any()

    def test_without_hues_the_features_end_with_nothing(self) -> None:
        net: DevelopNet = load_base(BASE)
        stats = torch.randn(3, PhotometricStatistics.COUNT)
        embedding = torch.randn(3, net.head.embedding_mean.shape[0])
        assert not net.head(stats, embedding)[2][:, -TASTES:].any()

    def test_the_file_that_ships_sees_the_same(self) -> None:
        """Grey pictures too, which have no hue."""
        pixels = np.stack([scene(0, 224, 224), np.full((224, 224, 3), 128, np.uint8)])
        ours = load_base(BASE)(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255)[2]
        theirs = OnnxNetwork(BASE / MODEL_FILE, "base").run(pixels)[2]
        assert theirs == pytest.approx(ours.numpy(), abs=0.05)
