from __future__ import annotations

import numpy as np
import pytest
import torch

from model_core.assets import assets_dir
from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.learn import adapter, replay, trainer
from model_core.progress import Cancelled, Progress

BASE = assets_dir() / "base"
JND = np.array([p.jnd for p in PARAMS], np.float32)
EV = PARAM_NAMES.index("exposure_ev")


def pictures(count: int, wanted: float) -> trainer.Pictures:
    rng = np.random.default_rng(count)
    coarse = rng.integers(40, 200, (count, 7, 7, 3), np.uint8)
    images = coarse.repeat(32, 1).repeat(32, 2)
    return trainer.Pictures(
        images, np.full((count, len(PARAMS)), wanted, np.float32) * JND, np.ones(count, np.float32)
    )


def test_copies_that_are_brighter_want_so_much_less_light() -> None:
    some = pictures(3, 2.0)
    images, labels, weight = trainer.augmented(some)
    assert len(images) == len(labels) == len(weight) == 12
    steps = labels.reshape(4, 3, -1)
    light = images.reshape(4, 3, -1).mean(2)
    others = np.delete(np.arange(len(PARAMS)), EV)
    assert torch.allclose(steps[:, :, others], torch.full((4, 3, len(others)), 2.0))
    assert torch.equal(steps[0], steps[1])  # the mirrored
    brighter, darker = steps[2, :, EV] - 2.0, steps[3, :, EV] - 2.0
    assert torch.allclose(brighter, -darker)
    assert (brighter < 0).all()
    assert (light[2] > light[0]).all()
    assert (light[3] < light[0]).all()


@pytest.mark.slow
@pytest.mark.parametrize("anchor", trainer.ANCHORS)
def test_training_never_ends_worse_than_it_began(
    anchor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsed = replay.rehearsal()[::20]
    monkeypatch.setattr(trainer, "rehearsal", lambda: rehearsed)
    model, check = adapter.Adapted(adapter.load_base(BASE), "bitfit"), pictures(4, 1.0)
    with torch.no_grad():
        answer = model.net.eval()(trainer.as_images(check.images))[0].numpy()
    before = np.abs((answer - check.chosen) / JND).mean()
    plan = trainer.Plan(epochs=3, anchor=anchor)
    where, quiet = torch.device("cpu"), Progress()
    after = trainer.train(model, pictures(8, 1.0), check, plan, where, quiet)
    assert after < before


@pytest.mark.slow
def test_a_cancelled_training_stops_at_the_next_step() -> None:
    progress = Progress()
    progress.cancel.set()
    model = adapter.Adapted(adapter.load_base(BASE), "norm")
    with pytest.raises(Cancelled):
        trainer.train(
            model, pictures(4, 1.0), pictures(2, 1.0), trainer.Plan(), torch.device("cpu"), progress
        )
