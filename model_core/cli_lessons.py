"""``imgtune lessons``: what a style was taught, forgetting some of it, and undoing that."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

from model_core.cli_input import WrongUse, one_line
from model_core.cli_output import DONE, each, opened_studio
from model_core.domain.correction import Correction
from model_core.domain.develop import PARAMS
from model_core.predict.personal_predictor import LESSON_WEIGHT
from model_core.services import DEFAULT_STYLE, Studio


def add_lessons_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions and what they take."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    text = "what a style was taught, oldest first: id, day, weight, photo, changes"
    found = actions.add_parser("list", help=text, description=text)
    found.add_argument("--json", action="store_true", help="one JSON object a line")
    text = "unlearn lessons, as if they had never been taught"
    forget = actions.add_parser("forget", help=text, description=text)
    forget.add_argument(
        "ids", nargs="+", type=int, metavar="ID", help="the numbers that `lessons list` shows"
    )
    text = "teach again what was forgotten last (up to twenty times)"
    undo = actions.add_parser("undo", help=text, description=text)
    for action in (found, undo):
        action.add_argument(
            "--style", default=DEFAULT_STYLE, help="whose lessons (default: %(default)s)"
        )


def run_lessons(args: argparse.Namespace) -> int:
    """Runs one action; returns the exit status."""
    with opened_studio(args) as studio:
        if args.action == "forget":
            return each(args.ids, lambda one: print(f"forgotten: {_line(studio.forget(one))}"))
        style = studio.require_style(args.style)
        if args.action == "undo":
            return _undo(studio, style)
        for lesson in studio.lessons(style):
            print(_as_json(lesson) if args.json else _line(lesson))
    return DONE


def _undo(studio: Studio, style: str) -> int:
    forgotten = studio.forgotten(style)
    if not forgotten:
        raise WrongUse(f"nothing was forgotten in {style!r} that could be taught again")
    print(f"taught again: {_line(studio.restore_lesson(forgotten[-1]))}")
    return DONE


def _line(lesson: Correction) -> str:
    changes = "  ".join(
        f"{p.name} {p.format(chosen - predicted)}"
        for p, chosen, predicted in zip(PARAMS, lesson.chosen, lesson.predicted, strict=True)
        if chosen != predicted
    )
    weight = LESSON_WEIGHT[lesson.verdict]
    what = changes or lesson.verdict.value
    return f"{lesson.id}  {_day(lesson)}  {weight:g}  {one_line(lesson.path)}  {what}"


def _day(lesson: Correction) -> str:
    try:
        return datetime.fromisoformat(lesson.created_at).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return one_line(lesson.created_at)


def _as_json(lesson: Correction) -> str:
    return json.dumps(
        {
            "id": lesson.id,
            "photo": str(lesson.path),
            "style": lesson.style,
            "shoot": lesson.shoot,
            "date": lesson.created_at,
            "verdict": lesson.verdict.value,
            "weight": LESSON_WEIGHT[lesson.verdict],
            "predicted": lesson.predicted.as_dict(),
            "chosen": lesson.chosen.as_dict(),
        },
        ensure_ascii=False,
    )
