"""How long a fine-tune takes, what it needs, and how soon it can be stopped.

    python -m tests.benchmarks.finetune PHOTOS [--counts 100 200] [--methods ...] [--busy]
    python -m tests.benchmarks.finetune PHOTOS --cancel    (PHOTOS is not read)

The whole of it, from the lessons to the judged candidate (training, export, gate), each in a
process of its own. ``--busy`` keeps every core occupied meanwhile, as a window with work does.
``--cancel`` asks a training in a child, as the window runs it, to stop in each phase.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model_core.domain.version import METHODS, Recipe
from model_core.progress import Cancelled, Progress

if TYPE_CHECKING:
    from model_core.learn.fine_tune import LessonData

_ROOT = Path(__file__).parents[2]
_BASE = _ROOT / "assets" / "base"
#: Words of the progress by which the phases are known.
PHASES = ("preparing", "asking what", "looking at the photos", "fine-tuning", "testing",
          "looking for")  # fmt: skip


def _data(photos: Path, cache: Path, n: int) -> LessonData:
    from model_core.predict.fold import MODEL_FILE
    from tests.benchmarks.ablation import lesson_data
    from tests.benchmarks.protocol_photographers import DEVELOPMENT, photographers
    from tests.benchmarks.protocol_shots import seen_by, shots_of
    from tests.benchmarks.protocol_trials import World

    taught = shots_of(photos, "train", cache)
    seen = seen_by(_BASE / MODEL_FILE, taught, cache)
    world = World(taught, seen, taught, seen, taught.facts)
    (who,) = photographers({"linear": DEVELOPMENT["linear"]}, 1, taught.facts, seed=2)
    return lesson_data(who, world, n)


class _Clock:
    """Seconds in each phase, by the words of the progress; stops at a word if asked to."""

    def __init__(self, stop_at: str = "") -> None:
        self.seconds: dict[str, float] = {}
        self.stopped_at = 0.0
        self._stop_at, self._phase, self._since = stop_at, "", time.monotonic()
        self.progress = Progress(self._hear)

    def _hear(self, done: float, total: float, text: str) -> None:
        now = time.monotonic()
        if self._phase:
            self.seconds[self._phase] = self.seconds.get(self._phase, 0.0) + now - self._since
        self._phase = next((word for word in PHASES if text.startswith(word)), text[:24])
        self._since = now
        if self._stop_at and text.startswith(self._stop_at) and not self.stopped_at:
            self.stopped_at = now
            self.progress.cancel.set()


def _one(photos: Path, cache: Path, n: int, method: str, device: str) -> None:
    """In a process of its own: one fine-tune; prints a line of JSON."""
    started = time.monotonic()
    from model_core.learn.fine_tune import fine_tune

    imported = time.monotonic() - started
    data = _data(photos, cache, n)
    clock, began, cpu = _Clock(), time.monotonic(), time.process_time()
    result: dict[str, Any] = {"import": imported}
    with tempfile.TemporaryDirectory() as out:
        report = fine_tune(data, _BASE, _BASE, None, Path(out), Recipe(method), device,
                           clock.progress)  # fmt: skip
    result |= {"now": report.current_error, "new": report.candidate_error}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result |= {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu,
               "megabytes": peak, "phases": clock.seconds}  # fmt: skip
    print(json.dumps(result))


def _run(args: argparse.Namespace, n: int, method: str) -> dict[str, Any]:
    command = [
        sys.executable, "-m", "tests.benchmarks.finetune", str(args.photos), "--one", str(n),
        "--methods", method, "--device", args.device, "--cache", str(args.cache),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _spin() -> None:
    while True:
        sum(range(100_000))


@contextmanager
def _busy(wanted: bool) -> Iterator[None]:
    spinners = [multiprocessing.Process(target=_spin, daemon=True)
                for _ in range((os.cpu_count() or 1) if wanted else 0)]  # fmt: skip
    for one in spinners:
        one.start()
    try:
        yield
    finally:
        for one in spinners:
            one.kill()


def _table(args: argparse.Namespace) -> None:
    print(f"{'method':8} {'lessons':>7} {'seconds':>8} {'CPU s':>6} {'import s':>8} {'peak MB':>8}"
          "  held-out J now -> candidate; seconds in each phase")  # fmt: skip
    for n in args.counts:
        for method in args.methods:
            with _busy(args.busy):
                r = _run(args, n, method)
            phases = ", ".join(f"{k} {v:.1f}" for k, v in r["phases"].items())
            print(f"{method:8} {n:7} {r['seconds']:8.1f} {r['cpu']:6.1f} {r['import']:8.1f} "
                  f"{r['megabytes']:8.0f}  {r['now']:.3f} -> {r['new']:.3f}; {phases}",
                  flush=True)  # fmt: skip


def _cancels() -> None:
    from model_core.services import DEFAULT_STYLE, Studio
    from tests.benchmarks.crashes import teach

    print("asked to stop in this phase: seconds until the child was gone and the window free")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        teach(data, Path(folder) / "photos")
        studio = Studio(data)
        for phase in PHASES:
            clock = _Clock(phase)
            try:
                studio.train_in_child(DEFAULT_STYLE, device="cpu", progress=clock.progress)
            except Cancelled:
                print(f"{phase:24} {time.monotonic() - clock.stopped_at:.2f}", flush=True)
            else:
                print(f"{phase:24} ended first", flush=True)
        studio.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Time, memory and stopping of a fine-tune.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 200])
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--cancel", action="store_true")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        _one(args.photos, args.cache, args.one, args.methods[0], args.device)
    elif args.cancel:
        _cancels()
    else:
        _table(args)


if __name__ == "__main__":
    main()
