"""``imgtune style``: the styles, each with its own lessons, edits and versions."""

from __future__ import annotations

import argparse
import json
import sys

from model_core.cli_input import WrongUse, one_line
from model_core.cli_output import DONE, SOME_FAILED, complain, lessons_text, opened_studio
from model_core.cli_splits import add_split_actions, run_split_action
from model_core.services import Studio

_ACTIONS = (
    ("list", "all styles, with how many lessons each has", ()),
    ("create", "add an empty style", ("NAME",)),
    (
        "duplicate",
        "copy a style with all it holds; the two are apart from then on",
        ("NAME", "NEW"),
    ),
    ("rename", "give a style another name", ("NAME", "NEW")),
    ("delete", "delete a style with its lessons, edits and versions", ("NAME",)),
)

_TOLD = {"NAME": "the style", "NEW": "the name it gets"}


def add_style_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions and what they take."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text, takes in _ACTIONS:
        action = actions.add_parser(name, help=text, description=text)
        for one in takes:
            action.add_argument(one.lower(), metavar=one, help=_TOLD[one])
        if name == "list":
            action.add_argument("--json", action="store_true", help="one JSON object a line")
        if name == "delete":
            action.add_argument("--yes", action="store_true", help="do not ask")
    add_split_actions(actions)


def run_style(args: argparse.Namespace) -> int:
    """Runs one action; returns the exit status."""
    with opened_studio(args) as studio:
        if args.action == "list":
            _list(studio, as_json=args.json)
        elif args.action == "create":
            studio.create_style(args.name)
            print(f"{one_line(args.name)}: made")
        elif args.action == "delete":
            return _delete(studio, studio.require_style(args.name), sure=args.yes)
        elif args.action in ("check", "split", "merge"):
            return run_split_action(studio, args)
        else:
            name = studio.require_style(args.name)
            change = studio.rename_style if args.action == "rename" else studio.duplicate_style
            change(name, args.new)
            print(f"{name}: {args.action}d as {one_line(args.new)}")
    return DONE


def _list(studio: Studio, *, as_json: bool) -> None:
    for info in studio.styles():
        if as_json:
            row = {"style": info.name, "lessons": info.lessons, "model": info.version}
            print(json.dumps(row, ensure_ascii=False))
        else:
            print(f"{info.name}: {lessons_text(info.lessons)}, {info.version}")


def _delete(studio: Studio, style: str, *, sure: bool) -> int:
    lost = lessons_text(len(studio.lessons(style)))
    if not sure:
        if not sys.stdin.isatty():
            raise WrongUse(f"{style} would be deleted with its {lost} for good: add --yes")
        print(f"Delete {style} with its {lost} for good? [y/N] ", end="", file=sys.stderr)
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            return complain("nothing was deleted", SOME_FAILED)
    studio.delete_style(style)
    print(f"{style}: deleted with its {lost}")
    return DONE
