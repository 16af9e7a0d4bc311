"""How the command line speaks: results on stdout, complaints and progress on stderr."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from model_core.cli_input import one_line
from model_core.domain.develop import PARAMS
from model_core.domain.errors import ImgtuneError
from model_core.domain.prediction import Because, Prediction
from model_core.services import Studio

DONE, SOME_FAILED, WRONG_USE = 0, 1, 2


def tell(what: object) -> None:
    """One line beside the results."""
    print(f"imgtune: {one_line(what)}", file=sys.stderr)


def complain(what: object, status: int) -> int:
    """One line beside the results, and the exit status that goes with it."""
    tell(what)
    return status


class opened_studio:  # noqa: N801 - reads as a function in `with opened_studio(args) as studio`
    """Opens the data directory, says what was repaired, and closes it again."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._studio = Studio(args.data_dir, max_megapixels=args.max_megapixels)
        self._told: set[str] = set()
        self._tell()

    def _tell(self) -> None:
        for warning in self._studio.warnings:
            if warning not in self._told:
                tell(warning)
        self._told.update(self._studio.warnings)

    def __enter__(self) -> Studio:
        return self._studio

    def __exit__(self, *_: object) -> None:
        self._tell()  # a broken version is found only when it is to serve
        self._studio.close()


def each(items: Any, work: Callable[[Any], None]) -> int:
    """Does the work for each item; a known fault is named and the rest goes on."""
    failed = seen = 0
    told: set[str] = set()
    for item in items:
        seen += 1
        try:
            if isinstance(item, dict) and "fault" in item:
                raise item["fault"]
            work(item)
        except ImgtuneError as error:
            failed += 1
            if str(error) not in told:  # a full disk is the same news for every photo
                told.add(str(error))
                tell(error)
    if not seen:
        return complain("there are no photos in what was given", WRONG_USE)
    if failed:
        tell(f"{failed} of {seen} failed")
    return SOME_FAILED if failed else DONE


def as_json(
    path: Path, prediction: Prediction, because: Sequence[Because], rank: int | None
) -> str:
    """A prediction as one line for programs. ``rank``: 1 is the photo that teaches most when it
    is corrected next; None is one that is not worth asking for now."""
    spread = zip(PARAMS, prediction.spread, strict=True)
    return json.dumps(
        {
            "photo": str(path),
            "settings": prediction.settings.as_dict(),
            "uncertainty": {p.name: round(s, p.decimals + 1) for p, s in spread},
            "model": prediction.version,
            "lessons": prediction.lessons,
            "frames_in_scene": prediction.scene,
            "needs_review": prediction.needs_review,
            "teaches": rank,
            "because": [{"photo": str(b.path), "weight": round(b.weight, 3)} for b in because],
        },
        ensure_ascii=False,
    )


def lessons_text(count: int) -> str:
    """``1 lesson``, ``2 lessons``."""
    return "1 lesson" if count == 1 else f"{count} lessons"


def as_text(path: Path, prediction: Prediction) -> str:
    """A prediction as one line for people."""
    values = "  ".join(
        f"{p.name} {p.format(v)}"
        for p, v in zip(PARAMS, prediction.settings.values, strict=True)
        if v
    )
    return f"{one_line(path)}: {values or 'nothing to change'}"


class Bar:
    """A progress bar on a terminal; one line for each step elsewhere."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._text = ""
        self._open = False

    def show(self, done: float, total: float, text: str) -> None:
        """For Progress: how far it is."""
        share = min(max(done / total, 0.0), 1.0) if total else 0.0
        if sys.stderr.isatty():
            full = round(30 * share)
            bar = "#" * full + "." * (30 - full)
            seconds = time.monotonic() - self._started
            print(
                f"\r[{bar}] {share:4.0%} {seconds:4.0f} s  {text:<50.50}", end="", file=sys.stderr
            )
            self._open = True
        elif (step := re.sub(r"[\d.]+", "", text)) != self._text:
            print(text, file=sys.stderr)
            self._text = step

    def close(self) -> None:
        """Leaves the terminal at the start of a line."""
        if self._open:
            print(file=sys.stderr)
