"""The benchmark's command on a folder of before and after pairs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core.domain.errors import UnreadablePhoto
from tests.benchmarks import judge
from tests.core.pictures import scene, write_scene


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Three pairs, darker before than after, one of another format and size."""
    for seed in range(3):
        write_scene(tmp_path / "pairs" / "after" / f"{seed} [x].png", seed)
        dark = Image.fromarray(scene(seed) // 3)
        (tmp_path / "pairs" / "before").mkdir(exist_ok=True)
        dark.resize((90, 60) if seed == 2 else dark.size).save(
            tmp_path / "pairs" / "before" / f"{seed} [x].{'jpg' if seed == 2 else 'png'}"
        )
    return tmp_path / "pairs"


class TestPairs:
    def test_belong_together_by_name_whatever_their_format_and_size(self, pairs: Path) -> None:
        found = judge.of_folder(pairs)
        assert [p.scene for p in found] == ["0 [x]", "1 [x]", "2 [x]"]
        for pair in found:
            assert pair.before.shape == pair.after.shape
            assert pair.before.mean() < pair.after.mean()
        assert np.array_equal(found[0].after, scene(0))

    def test_that_cannot_be_used_are_named_and_left_out(
        self, pairs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (pairs / "before" / "0 [x].png").write_text("hello", encoding="utf-8")
        (pairs / "after" / "1 [x].png").unlink()
        assert [p.scene for p in judge.of_folder(pairs)] == ["2 [x]"]
        told = capsys.readouterr().err.splitlines()
        assert len(told) == 2
        assert "1 [x].png: has no partner" in told[0]
        assert "0 [x].png" in told[1]

    @pytest.mark.parametrize("made", ["", "before"])
    def test_of_a_folder_without_any_are_refused(self, tmp_path: Path, made: str) -> None:
        (tmp_path / made).mkdir(exist_ok=True)
        with pytest.raises(UnreadablePhoto, match="before/ and after/"):
            judge.of_folder(tmp_path)


class TestTheCommand:
    def run(self, monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["judge", *map(str, words)])
        return judge.main()

    def test_compares_and_draws_every_pair(
        self,
        pairs: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        sheet = tmp_path / "sheet.jpg"
        assert self.run(monkeypatch, "--pairs", pairs, "--sheet", sheet) == 0
        said = capsys.readouterr().out
        rows = {line[:28].strip(): line[28:].split() for line in said.splitlines()}
        assert float(rows["base"][2]) < float(rows["no change"][2])  # deltaE00
        assert "below no change" in said
        with Image.open(sheet) as drawn:
            assert drawn.width > drawn.height > 100

    def test_names_a_folder_without_pairs_in_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(monkeypatch, "--pairs", tmp_path / "gone") == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
