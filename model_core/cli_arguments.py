"""What the commands of cli.py take, each argument with a word of help."""

from __future__ import annotations

import argparse
from pathlib import Path

from model_core.cli_export import add_batch_arguments, add_file_arguments
from model_core.cli_input import weight
from model_core.domain.develop import PARAMS
from model_core.domain.version import ANCHORS, METHODS, Recipe
from model_core.services import DEFAULT_STYLE


def add_predict_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``imgtune predict`` takes."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="photos, or folders of photos"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--order",
        choices=["given", "review"],
        default="given",
        help="review: the most doubtful first, those you have answered last",
    )
    _add_style(parser)


def add_correct_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``imgtune correct`` takes."""
    parser.add_argument(
        "photo", nargs="?", type=Path, metavar="PHOTO", help="what you corrected (with --set)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="how you want a slider of PHOTO, such as exposure_ev=0.5; may be given again, and "
        "all others stay as you edited them, or as predicted",
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="FILE.jsonl",
        help="many corrections, one a line: a photo, its settings and, if you like, its shoot; "
        "- reads standard input",
    )
    parser.add_argument("--shoot", help="the shoot PHOTO belongs to (default: folder and day)")
    _add_style(parser)


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``imgtune train`` takes."""
    parser.add_argument(
        "--method",
        default=METHODS[0],
        choices=METHODS,
        help="what of the network is trained (default: %(default)s)",
    )
    parser.add_argument(
        "--anchor",
        default=ANCHORS[0],
        choices=ANCHORS,
        help="what holds the weights near the old ones (default: %(default)s)",
    )
    parser.add_argument(
        "--distil",
        type=weight,
        default=Recipe().distil,
        metavar="WEIGHT",
        help="of answering other photos as before; 0 is off (default: %(default)s)",
    )
    parser.add_argument(
        "--adversarial",
        type=weight,
        default=Recipe().adversarial,
        metavar="WEIGHT",
        help="of the same answer around each lesson (default: %(default)s, off)",
    )
    parser.add_argument(
        "--device",
        default="auto",
        choices=["auto", "cpu", "cuda", "mps"],
        help="where to train (default: the GPU where there is one)",
    )
    parser.add_argument("--json", action="store_true", help="report in JSON lines")
    _add_style(parser)


def add_auto_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``imgtune auto`` takes."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="photos, and folders with all below them except what imgtune exported there",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="made if missing")
    add_file_arguments(parser, default_format="jpeg")
    add_batch_arguments(parser)
    _add_style(parser)


def add_render_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``imgtune render`` takes."""
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="never written to")
    parser.add_argument(
        "--settings",
        type=Path,
        required=True,
        metavar="FILE.json",
        help='{"exposure_ev": 0.5, ...}, or a line of predict --json; - reads standard input; '
        "sliders: " + ", ".join(f"{p.name} {p.low:g}..{p.high:g}" for p in PARAMS),
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="the copy to write; a file that is there is replaced only if imgtune exported it",
    )
    add_file_arguments(parser, default_format=None)


def add_demo_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``imgtune demo`` takes."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("imgtune-demo"),
        metavar="DIR",
        help="where pictures and figures go (default: %(default)s)",
    )


def _add_style(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--style", default=DEFAULT_STYLE, help="whose way of editing (default: %(default)s)"
    )
