"""Running the trainer: in this process, or in a child that cannot harm the window.

Nothing here imports torch until a training really starts in this process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from model_core.domain.correction import Correction
from model_core.domain.errors import CannotTrain, ImgtuneError
from model_core.domain.version import BASE_VERSION, GateReport, Recipe
from model_core.progress import Cancelled, Progress
from model_core.storage.catalog import Catalog, Training
from model_core.storage.model_store import ModelStore
from model_core.storage.recovery import write_training

#: Corrections that one fine-tune goes over.
MOST_LESSONS = 2_000

_SIGKILL = 9  # also where the module signal has no such name
_LINES, _TAIL = 20, 400  # of a crashed child's last words: lines, characters of each


@dataclass(frozen=True, slots=True)
class TrainOutcome:
    """How a training ended. ``reason`` is in plain words; ``gate`` is None when it ended
    before there was a candidate to judge."""

    published: bool
    version: str | None
    reason: str
    gate: GateReport | None
    seconds: float


def train_here(
    catalog: Catalog,
    models: ModelStore,
    base: Path,
    style: str,
    *,
    recipe: Recipe,
    device: str,
    progress: Progress,
) -> TrainOutcome:
    """Fine-tunes a style and publishes through the gate; records the run either way.

    ``base``: the folder of the base model. Raises CannotTrain, Busy, Cancelled.
    """
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    with models.lock(style):
        # Only now: a style that is being trained is refused at once.
        from model_core.learn.fine_tune import LessonData, fine_tune

        lessons = within_reach(catalog.lessons(style), progress)
        thumbnails = catalog.lesson_thumbnails([c.id for c in lessons])
        data = LessonData.of(lessons, thumbnails)
        current, checkpoint = models.current(style), models.checkpoint(style)
        with models.stage(style) as staging:
            serving = models.path(current, "model.onnx").parent if current else base
            # Adapters of another base model do not fit this one: then training starts anew.
            fits = current is not None and current.base_sha256 == base_sha256(base)
            gate = fine_tune(
                data, base, serving, serving if fits else None, staging.path, recipe, device,
                progress, checkpoint,
            )  # fmt: skip
            training = Training(
                style=style,
                version=None,
                started_at=started,
                seconds=time.monotonic() - clock,
                method=recipe.method,
                outcome=gate.reason,
                gate=gate,
                lessons=tuple(c.id for c in data.lessons),
            )
            if gate.publish:
                write_training(staging.path, training)
                published = models.publish(
                    staging,
                    parent=current.id if current else BASE_VERSION,
                    method=recipe.method,
                    corrections=len(data.lessons),
                    base_sha256=base_sha256(base),
                    gate=gate,
                )
                training = replace(training, version=published.id)
        # Held still: another start would take up a version that nobody has recorded.
        catalog.add_training(training)
        with suppress(OSError):
            checkpoint.unlink()
    return TrainOutcome(gate.publish, training.version, gate.reason, gate, training.seconds)


def within_reach(
    lessons: list[Correction], progress: Progress, most: int = MOST_LESSONS
) -> list[Correction]:
    """At most ``most`` lessons, in their order: the newest half of that, and of the older ones
    each so-and-so-manieth. More would not fit into the memory of a small machine, and the
    personal head, which is fitted on top, knows them all."""
    newest = most // 2
    if len(lessons) <= most:
        return lessons
    older = lessons[:-newest]
    step = -(-len(older) // (most - newest))
    kept = [*older[::step], *lessons[-newest:]]
    progress.report(0, 1, f"taking {len(kept)} of {len(lessons)} corrections, the newest first")
    return kept


def base_sha256(base: Path) -> str:
    """What identifies the base model that adapters belong to."""
    manifest = json.loads((base / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["sha256"]["weights.safetensors"])


def train_in_child(
    data_dir: Path, style: str, *, recipe: Recipe, device: str, progress: Progress
) -> TrainOutcome:
    """Runs ``imgtune train`` in a process of low priority and relays its progress.

    Cancelling ends the child within a second; what it had published by then stays, what it
    had not is cleaned at the next start. Raises CannotTrain when it crashes, Cancelled.
    """
    command = [
        *_this_program(), "--data-dir", str(data_dir), "train",
        "--style", style, "--method", recipe.method, "--anchor", recipe.anchor,
        "--distil", str(recipe.distil), "--adversarial", str(recipe.adversarial),
        "--device", device, "--json",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment,
        text=True,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )
    last_words: list[str] = []
    listener = threading.Thread(target=_listen, args=(child.stderr, last_words), daemon=True)
    listener.start()
    killer = threading.Thread(target=_end_on_cancel, args=(child, progress), daemon=True)
    killer.start()
    try:
        result = _relay(child, progress)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        killer.join()
        listener.join()
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()
    if progress.cancel.is_set():
        raise Cancelled
    if result is None:
        raise CannotTrain(_why_it_died(child.returncode, last_words))
    if "error" in result:
        raise CannotTrain(str(result["error"]))
    gate = GateReport(**result["gate"]) if result["gate"] else None
    return TrainOutcome(**{**result, "gate": gate})


def _why_it_died(status: int, last_words: list[str]) -> str:
    """One line: the reason and what to do."""
    if status == -_SIGKILL:
        return (
            "the training process was ended from outside, most likely because memory ran out; "
            "nothing was changed. Close other programs and start it again"
        )
    words = "".join(last_words).strip().splitlines() or ["it said nothing"]
    return f"the training process died ({words[-1]}); nothing was changed"


def run_as_child(train: Any, out: IO[str]) -> int:
    """The child's side: runs ``train(progress)`` and reports in JSON lines on ``out``."""
    if hasattr(os, "nice"):
        os.nice(10)  # the window's preview comes first

    def say(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=out, flush=True)

    def report(done: float, total: float, text: str) -> None:
        say({"done": done, "total": total, "text": text})

    try:
        outcome: TrainOutcome = train(Progress(report))
    except ImgtuneError as error:
        say({"result": {"error": str(error)}})
        return 1
    say({"result": asdict(replace(outcome, gate=None)) | {
        "gate": asdict(outcome.gate) if outcome.gate else None
    }})  # fmt: skip
    return 0


def _this_program() -> list[str]:
    """How to start this program again: the bundle itself, or the interpreter on the module."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "model_core.cli"]


def _relay(child: subprocess.Popen[str], progress: Progress) -> dict[str, Any] | None:
    """Passes the child's reports on until it ends; its result, or None when it crashed."""
    assert child.stdout is not None
    for line in child.stdout:
        try:
            message = json.loads(line)
        except ValueError:
            continue  # a library that prints to stdout
        if not isinstance(message, dict):
            continue
        if isinstance(message.get("result"), dict):
            result: dict[str, Any] = message["result"]
            return result
        if "done" in message:
            progress.report(message["done"], message["total"], message["text"])
    return None


def _end_on_cancel(child: subprocess.Popen[str], progress: Progress) -> None:
    while child.poll() is None:
        if progress.cancel.wait(0.1):
            child.kill()
            return


def _listen(pipe: IO[str] | None, words: list[str]) -> None:
    """Empties the child's stderr, so that it never blocks, and keeps the end of it."""
    for line in pipe or ():
        words.append(line[-_TAIL:])
        del words[:-_LINES]
