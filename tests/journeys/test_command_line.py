"""The whole loop without a window, as someone with a terminal walks it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from model_core import cli, demo
from model_core.assets import sample_photos
from model_core.domain.develop import PARAMS
from model_core.imaging.decode import decode
from model_core.learn import fine_tune, trainer
from model_core.learn.replay import rehearsal
from model_core.services import DEFAULT_STYLE, Studio

pytestmark = pytest.mark.slow


def imgtune(data: Path, *words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs ``imgtune`` in a process of its own, as it is installed."""
    command = [sys.executable, "-m", "imgtune_gui.main", "--data-dir", str(data)]
    return subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, timeout=120, check=False,
        **options,
    )  # fmt: skip


def settings_of(answer: subprocess.CompletedProcess[str]) -> list[dict[str, float]]:
    return [json.loads(line)["settings"] for line in answer.stdout.splitlines()]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Six of the bundled photos, in a folder of their own."""
    (tmp_path / "shoot").mkdir()
    return [Path(shutil.copy(p, tmp_path / "shoot")) for p in sample_photos()[::3]]


def test_predict_correct_see_it_learned_write_copies_and_carry_the_model_elsewhere(
    tmp_path: Path, photos: list[Path]
) -> None:
    data, folder = tmp_path / "data", photos[0].parent
    originals = {p: p.read_bytes() for p in photos}
    before = imgtune(data, "predict", "--json", folder)
    assert (before.returncode, before.stderr) == (0, "")
    assert len(settings_of(before)) == len(photos)

    said = imgtune(data, "correct", photos[0], "--set", "exposure_ev=1.5", "--set", "tint=-30")
    assert (said.returncode, said.stdout) == (0, f"{photos[0]}: corrected\n")
    after = imgtune(data, "predict", "--json", folder)
    for old, new in list(zip(settings_of(before), settings_of(after), strict=True))[1:]:
        assert new["exposure_ev"] > old["exposure_ev"] + 0.3
        assert new["tint"] < old["tint"] - 5

    auto = imgtune(data, "auto", folder, "--out", tmp_path / "out")
    assert auto.returncode == 0
    copies = [Path(line) for line in auto.stdout.splitlines()]
    assert len(copies) == len(photos)
    assert decode(copies[1]).pixels.mean() > decode(photos[1]).pixels.mean()

    pack = tmp_path / "mine.imgtune"
    assert imgtune(data, "model", "export", pack).returncode == 0
    there = tmp_path / "another computer"
    assert imgtune(there, "model", "import", pack).returncode == 0
    carried = imgtune(there, "predict", "--json", folder)
    for mine, theirs in zip(settings_of(after), settings_of(carried), strict=True):
        for spec in PARAMS:
            assert abs(mine[spec.name] - theirs[spec.name]) <= 1.01 * 10**-spec.decimals
    assert {p: p.read_bytes() for p in photos} == originals


def test_commands_that_do_not_train_import_no_torch_and_no_qt(
    tmp_path: Path, photos: list[Path]
) -> None:
    """Torch takes seconds to import; the window's library may not even be there."""
    script = """
import sys
from model_core import cli
data, photo, out = sys.argv[1:]
def run(*words):
    status = cli.main(["--data-dir", data, *words])
    assert status == 0, words
    found = {"torch", "torchvision", "timm", "peft", "PySide6"} & set(sys.modules)
    assert not found, (words, found)
run("predict", "--json", photo)
run("correct", photo, "--set", "contrast=20")
run("auto", photo, "--out", out)
open(out + "/s.json", "w").write('{"contrast": 5}')
run("render", photo, "--settings", out + "/s.json", "--out", out + "/r.jpg")
run("model", "list")
run("model", "export", out + "/m.imgtune")
run("model", "import", out + "/m.imgtune")
run("predict", photo)
assert cli.main(["--data-dir", data, "train"]) == 1  # too few: refused without torch too
assert "torch" not in sys.modules
"""
    words = [str(tmp_path / "data"), str(photos[0]), str(tmp_path / "out")]
    answer = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path, photos: list[Path]) -> None:
    command = [sys.executable, "-m", "model_core.cli", "--data-dir", str(tmp_path / "data")]
    program = subprocess.Popen(
        [*command, "predict", "--json", *map(str, photos * 3)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stderr is not None
    assert program.stdout.readline().startswith("{")
    program.stdout.close()
    errors = program.stderr.read()
    program.stderr.close()
    program.wait(60)
    assert "Traceback" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent another way there")
def test_stopped_half_way_it_leaves_whole_files_only(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model_core.cli", "--data-dir", str(tmp_path / "data")]
    out, photos = tmp_path / "out", tmp_path / "photos"
    photos.mkdir()
    for copy in range(4):
        for path in sample_photos():
            shutil.copyfile(path, photos / f"{path.stem} {copy}{path.suffix}")
    program = subprocess.Popen(
        [*command, "auto", str(photos), "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        # A test run in a shell's background ignores Ctrl-C, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert program.stdout is not None
    first = Path(program.stdout.readline().strip())
    program.send_signal(signal.SIGINT)
    rest, errors = program.communicate(timeout=60)
    assert program.returncode == 1
    assert "stopped" in errors
    assert "Traceback" not in errors
    written = {first, *map(Path, rest.splitlines())}
    assert len(written) < len(list(photos.iterdir()))
    for path in out.iterdir():
        assert not path.name.startswith(".")
        assert decode(path).width > 1000


class _Table(HTMLParser):
    """The cells of the demo's table, and what its pictures and links refer to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.files: list[str] = []
        self._cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        self._cell = tag == "td"
        self.files += [v for k, v in attrs if k in ("src", "href") and v]

    def handle_data(self, data: str) -> None:
        if self._cell and self.rows:
            self.rows[-1].append(data)
        self._cell = False


def test_the_demo_shows_the_error_falling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shorter than what users run: three faults for each scene, small pictures, few epochs."""
    rehearsed = rehearsal()[::12]
    monkeypatch.setattr(fine_tune, "PLAN", trainer.Plan(epochs=4))
    monkeypatch.setattr(trainer, "rehearsal", lambda: rehearsed)
    faults = ("under-exposed", "warm cast", "flat")
    monkeypatch.setattr(demo, "VARIANTS", {name: demo.VARIANTS[name] for name in faults})
    monkeypatch.setattr(demo, "_SHOWN", ("otters (under-exposed)", "otters"))
    monkeypatch.setattr(demo, "_SIDE", 384)
    out = tmp_path / "the demo"
    assert cli.main(["--data-dir", str(tmp_path / "data"), "demo", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"open {out / 'index.html'}" in said

    page = (out / "index.html").read_text(encoding="utf-8")
    table = _Table(page)
    rows = {row[0]: (float(row[1]), float(row[2])) for row in table.rows if row}
    found = list(rows.values())
    counts = [int(m[1]) for m in map(re.compile(r"(\d+) corrections").match, rows) if m]
    assert counts == [0, 1, 2, 5, 10, 20, 32]
    error, delta_e = np.array(found).T
    assert error[1] < 0.8 * error[0]  # the first correction is seen at once
    assert error[6] < 0.6 * error[0]
    assert delta_e[6] < 0.6 * delta_e[0]
    assert error[7] < 1.1 * error[6]  # the fine-tune takes nothing back

    here = [f for f in table.files if "://" not in f]
    assert len(here) == 2 * 5 + 3
    for name in here:
        assert (out / unquote(name)).is_file()
    assert len(list((out / "export").iterdir())) == 3

    studio = Studio(tmp_path / "data")
    (run,) = studio.catalog.trainings(DEFAULT_STYLE)
    assert run.outcome in said
    assert (run.version or studio.base_version) == studio.network_version(DEFAULT_STYLE)
    assert len(studio.lessons(DEFAULT_STYLE)) == 32
    assert studio.warnings == []
    studio.close()
