"""Pictures in which there is little or nothing to see, through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from model_core.domain.develop import PARAMS
from tests.core.commands import DONE, Say
from tests.core.pictures import scene

Pixels = np.ndarray


def told(say: Say, folder: Path, pictures: dict[str, Pixels]) -> dict[str, dict[str, Any]]:
    """The prediction for each."""
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    said = say("predict", "--json", *(folder / f"{name}.png" for name in pictures))
    assert said.status == DONE
    assert said.err == ""
    return {Path(line["photo"]).stem: line for line in said.json}


def plain(*colour: int) -> Pixels:
    return np.full((64, 96, 3), colour, np.uint8)


def test_of_one_colour_nothing_is_claimed(say: Say, tmp_path: Path) -> None:
    nothing = {
        "black": plain(0),
        "white": plain(255),
        "grey": plain(118),
        "red": plain(200, 30, 90),
        "pixel": plain(77)[:1, :1],
    }
    found = told(say, tmp_path, nothing | {"usual": scene(0, 240, 320)})
    usual = found.pop("usual")["uncertainty"]
    for name, line in found.items():
        for spec in PARAMS:
            assert abs(line["settings"][spec.name]) <= 0.5 * spec.jnd, (name, spec.name)
        wider = [line["uncertainty"][p.name] > usual[p.name] for p in PARAMS]
        assert sum(wider) > 0.8 * len(PARAMS), name
        assert line["uncertainty"]["exposure_ev"] > 0.4
        assert line["needs_review"]


@pytest.mark.parametrize("paper", [5, 250])
def test_odd_shapes_and_borders_stay_within_reason(say: Say, tmp_path: Path, paper: int) -> None:
    page = np.full((300, 400, 3), paper, np.uint8)
    page[60:-60, 60:-60] = scene(0, 180, 280)
    odd = {"panorama": scene(0, 100, 1000), "tower": scene(1, 1000, 100), "scan": page}
    for name, line in told(say, tmp_path, odd).items():
        for spec in PARAMS:
            value, spread = line["settings"][spec.name], line["uncertainty"][spec.name]
            assert spec.low <= value <= spec.high
            assert abs(value) < 30 * spec.jnd, (name, spec.name)
            assert 0 < spread < np.inf
