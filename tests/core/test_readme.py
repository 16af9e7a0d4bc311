"""The README's twenty lines, run as they stand there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model_core.assets import sample_photos
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.teaching import look, predicted, teach

README = Path(__file__).parents[2] / "README.md"
JND = np.array([p.jnd for p in PARAMS])


def example() -> str:
    section = README.read_text(encoding="utf-8").split("### Your style without imgtune")[1]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_is_about_twenty_lines_and_needs_three_packages() -> None:
    lines = [line for line in example().splitlines() if line.strip()]
    assert len(lines) <= 20
    assert set(re.findall(r"^(?:import|from) (\w+)", example(), re.MULTILINE)) == {
        "json", "sys", "zipfile", "numpy", "onnxruntime", "PIL"
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("int8", [False, True])
def test_a_stranger_with_the_example_predicts_what_the_program_predicts(
    open_studio: Callable[..., Studio], tmp_path: Path, int8: bool
) -> None:
    studio, photos = open_studio(), sample_photos()
    before = predicted(studio, photos[6]).settings
    for path in photos[:6]:
        teach(studio, path)
    # Each alone, as a network answers; the program then makes photos of one scene alike.
    features = [look(studio, path)[1] for path in photos[6:]]
    answers = studio.predictors.predict_many(DEFAULT_STYLE, features)
    expected = [prediction.settings for prediction in answers]
    assert expected[0] != before
    studio.export_pack(DEFAULT_STYLE, tmp_path / "my.imgtune", int8=int8)
    script = tmp_path / "settings.py"
    alone = 'assert not {"model_core", "imgtune_gui", "torch", "onnx"} & set(sys.modules)\n'
    script.write_text(example() + alone, encoding="utf-8")
    paths = list(map(str, photos[6:]))
    answer = subprocess.run(
        [sys.executable, "-I", str(script), str(tmp_path / "my.imgtune"), *paths],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [row["photo"] for row in rows] == paths
    found = [DevelopSettings.from_mapping(row["settings"]) for row in rows]
    gap = np.abs([np.array(f.values) - e.values for f, e in zip(found, expected, strict=True)])
    # A stranger squashes the photo in one go; we let the JPEG decoder begin. And we round as
    # the sliders show it: a hundredth of a stop is an eighth of a just noticeable step.
    assert (gap / JND).max() < 0.4
