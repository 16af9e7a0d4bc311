"""``imgtune model``: the versions of a style's model, and models as files."""

from __future__ import annotations

import argparse
from pathlib import Path

from model_core.cli_input import WrongUse
from model_core.cli_output import DONE, opened_studio, tell
from model_core.services import DEFAULT_STYLE, Studio


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions and what they take."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text, file, whose in (
        ("list", "all versions; * serves", None, DEFAULT_STYLE),
        ("rollback", "let the version before serve again", None, DEFAULT_STYLE),
        ("export", "write the model as one portable file", "FILE", DEFAULT_STYLE),
        ("import", "take a model from such a file", "FILE", "a new one, called as in the file"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--style", help=f"whose model (default: {whose})")
        if file:
            action.add_argument("file", type=Path, metavar=file, help="the pack (.imgtune)")
        if name == "import":
            action.add_argument(
                "--over", action="store_true",
                help="also into a style in which there is something, as its next version",
            )  # fmt: skip
        if name == "rollback":
            action.add_argument(
                "--to", metavar="VERSION", help="this one, as `model list` names it; or base"
            )
        if name == "export":
            action.add_argument(
                "--int8", action="store_true", help="weights in 8 bits: half the size"
            )


def run_model(args: argparse.Namespace) -> int:
    """Runs one action; returns the exit status."""
    with opened_studio(args) as studio:
        if args.action == "import":
            return _import(studio, args)
        style = studio.require_style(args.style or DEFAULT_STYLE)
        if args.action == "list":
            _print_versions(studio, style)
        elif args.action == "rollback":
            print(f"{style}: {studio.rollback(style, args.to)} serves now; all lessons are kept")
        else:
            done = studio.export_pack(style, args.file, int8=args.int8)
            print(done.file)
            if done.int8:
                tell(
                    f"{done.size / 1e6:.1f} MB, weights in 8 bits: at most "
                    f"{done.difference:.3f} J off on {done.photos} photos"
                )
    return DONE


def _import(studio: Studio, args: argparse.Namespace) -> int:
    if args.style and not args.over and studio.is_in_use(args.style):
        raise WrongUse(
            f"there is something in {args.style!r} already; leave --style out for a style of its "
            "own, or add --over to let the model serve there"
        )
    version = studio.import_pack(args.file, args.style)
    print(f"{version.style}: {version.id} serves now")
    if not studio.is_of_this_base(version):
        tell("it was made with another base model: what you teach on top of it is learned slower")
    return DONE


def _print_versions(studio: Studio, style: str) -> None:
    current = studio.current_version(style)
    base = studio.base_version
    print(f"{'*' if current == base else ' '} {base}  (shipped)")
    for v in studio.versions(style):
        mark = "*" if v.id == current else " "
        gate = f"{v.gate.current_error:.2f} -> {v.gate.candidate_error:.2f} J"
        gate = gate if v.gate.photos else v.gate.reason
        print(f"{mark} {v.id}  {v.created_at}  {v.method}  {v.corrections} lessons  {gate}")
