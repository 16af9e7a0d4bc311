"""Training in a process of its own: both sides of what is said between them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from model_core import training
from model_core.domain.errors import CannotTrain, ImgtuneError
from model_core.domain.version import GateReport, Recipe
from model_core.progress import Cancelled, Progress
from model_core.services import Studio
from model_core.training import TrainOutcome, run_as_child, train_in_child
from tests.core.commands import Say

#: Programs that stand in for the child: each gets the arguments of ``imgtune train``.
SAY = "import json, sys, os, time\ndef say(**m): print(json.dumps(m), flush=True)\n"
RESULT = {"published": False, "version": None, "reason": "kept", "gate": None, "seconds": 1.5}


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def use(program: str) -> None:
        monkeypatch.setattr(
            training, "_this_program", lambda: [sys.executable, "-c", SAY + program]
        )

    return use


def run(tmp_path: Path, progress: Progress | None = None) -> TrainOutcome:
    return train_in_child(
        tmp_path, "My style", recipe=Recipe(), device="cpu", progress=progress or Progress()
    )


@pytest.mark.timeout(60)
class TestTheChild:
    def test_is_told_what_to_train(self, child: Callable[[str], None], tmp_path: Path) -> None:
        child(f"say(result={{**{RESULT!r}, 'reason': ' '.join(sys.argv[1:])}})")
        assert run(tmp_path).reason == (
            f"--data-dir {tmp_path} train --style My style --method lora --anchor l2sp "
            "--distil 0.05 --adversarial 0.0 --device cpu --json"
        )

    def test_reports_are_passed_on_and_chatter_is_not(
        self, child: Callable[[str], None], tmp_path: Path
    ) -> None:
        child(
            "print('a library says hello')\nprint('[1, 2]')\nsay(other=1)\n"
            "say(done=1, total=4, text='one')\nsay(done=4, total=4, text='four')\n"
            f"say(result={RESULT!r})"
        )
        reports: list[tuple[float, float, str]] = []
        outcome = run(tmp_path, Progress(lambda *r: reports.append(r)))
        assert reports == [(1, 4, "one"), (4, 4, "four")]
        assert outcome == TrainOutcome(False, None, "kept", None, 1.5)

    def test_the_verdict_of_the_gate_comes_through(
        self, child: Callable[[str], None], tmp_path: Path
    ) -> None:
        gate = {"publish": True, "reason": "better", "photos": 20, "shoots": 4}
        child(f"say(result={{**{RESULT!r}, 'published': True, 'version': 'v1', 'gate': {gate!r}}})")
        outcome = run(tmp_path)
        assert outcome.gate == GateReport(True, "better", 20, 4)
        assert (outcome.published, outcome.version) == (True, "v1")

    def test_its_refusal_is_ours(self, child: Callable[[str], None], tmp_path: Path) -> None:
        child("say(result={'error': 'too few photos'})\nsys.exit(1)")
        with pytest.raises(CannotTrain, match=r"^too few photos$"):
            run(tmp_path)

    @pytest.mark.parametrize(
        ("program", "why"),
        [
            ("sys.exit('out of memory')", "out of memory"),
            ("print('first\\nlast words', file=sys.stderr)\nos._exit(3)", "last words"),
            ("raise ZeroDivisionError('oh')", "ZeroDivisionError: oh"),
            ("os.kill(os.getpid(), 9)", "memory ran out"),
            ("say(done=1, total=2, text='')\nos.abort()", ""),
            ("pass", "it said nothing"),
            ("print('x' * 100 + '\\n' * 300000, file=sys.stderr)\nsys.exit('end')", "end"),
        ],
        ids=["exit", "words", "bug", "killed", "aborted", "silent", "floods"],
    )
    def test_its_crash_is_told_in_one_line(
        self, child: Callable[[str], None], tmp_path: Path, program: str, why: str
    ) -> None:
        child(program)
        with pytest.raises(CannotTrain) as caught:
            run(tmp_path)
        message = str(caught.value)
        assert "nothing was changed" in message
        assert why in message
        assert "\n" not in message

    def test_that_hangs_can_be_cancelled(
        self, child: Callable[[str], None], tmp_path: Path
    ) -> None:
        child("say(done=0, total=1, text='begun')\nsys.stderr.write('x')\ntime.sleep(600)")
        progress = Progress(lambda *_: progress.cancel.set())
        with pytest.raises(Cancelled):
            run(tmp_path, progress)
        assert not [p for p in psutil.Process().children() if SAY in " ".join(p.cmdline())]

    def test_cancelled_before_it_begins(self, child: Callable[[str], None], tmp_path: Path) -> None:
        child("time.sleep(600)")
        progress = Progress()
        progress.cancel.set()
        with pytest.raises(Cancelled):
            run(tmp_path, progress)

    def test_what_a_listener_raises_ends_it_too(
        self, child: Callable[[str], None], tmp_path: Path
    ) -> None:
        def fail(*_: object) -> None:
            raise LookupError

        child("say(done=0, total=1, text='begun')\ntime.sleep(600)")
        with pytest.raises(LookupError):
            run(tmp_path, Progress(fail))
        assert not [p for p in psutil.Process().children() if SAY in " ".join(p.cmdline())]

    @pytest.mark.slow
    def test_is_the_program_itself(self, studio: Studio) -> None:
        """The real child, which finds nothing to learn from."""
        with pytest.raises(CannotTrain, match="correct"):
            run(studio.data_dir)


class TestTheChildsSide:
    @pytest.fixture(autouse=True)
    def keep_priority(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The test run itself must not become nice."""
        asked: list[int] = []
        monkeypatch.setattr("os.nice", asked.append)
        return asked

    def spoken(self, train: Callable[[Progress], Any]) -> tuple[int, list[dict[str, Any]]]:
        out = io.StringIO()
        status = run_as_child(train, out)
        return status, [json.loads(line) for line in out.getvalue().splitlines()]

    def test_reports_and_ends_in_json_lines(self, keep_priority: list[int]) -> None:
        gate = GateReport(True, "better", 20, 4, 2.0, 1.5, 0.1, 0.01)

        def train(progress: Progress) -> TrainOutcome:
            progress.report(1, 2, "half")
            return TrainOutcome(True, "v1", "better", gate, 9.0)

        status, lines = self.spoken(train)
        assert status == 0
        assert lines[0] == {"done": 1, "total": 2, "text": "half"}
        result = lines[1]["result"]
        assert GateReport(**result.pop("gate")) == gate
        assert TrainOutcome(**result, gate=None).version == "v1"
        assert keep_priority == [10]  # the window's preview comes first

    def test_a_known_fault_is_a_result(self) -> None:
        def train(progress: Progress) -> TrainOutcome:
            raise CannotTrain("too few")

        assert self.spoken(train) == (1, [{"result": {"error": "too few"}}])

    def test_a_bug_is_not(self) -> None:
        def train(progress: Progress) -> TrainOutcome:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            self.spoken(train)
        assert not issubclass(ZeroDivisionError, ImgtuneError)


def test_the_command_line_says_how_to_train(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Recipe] = []

    def train(_studio: Studio, _style: str, *, recipe: Recipe, **_: object) -> TrainOutcome:
        given.append(recipe)
        return TrainOutcome(False, None, "kept", None, 0.0)

    monkeypatch.setattr(Studio, "train", train)
    assert say("train").status == 0
    words = "--method bitfit --anchor ewc --distil 0 --adversarial 0.5"
    assert say("train", *words.split()).status == 0
    assert given == [Recipe(), Recipe("bitfit", "ewc", 0.0, 0.5)]
    for wrong in ("--distil=-1", "--distil=nan", "--adversarial=much", "--anchor=rope"):
        assert say("train", wrong).status == 2
