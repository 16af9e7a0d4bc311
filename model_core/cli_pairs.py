"""``imgtune learn-pairs``: learn from photos and the copies that any program made of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from model_core.cli_input import WrongUse, one_line
from model_core.cli_output import DONE, SOME_FAILED, Bar, opened_studio, tell
from model_core.domain.develop import PARAMS
from model_core.progress import Progress
from model_core.services import DEFAULT_STYLE
from model_core.services.pairs import MAX_RESIDUAL, PairOutcome


def add_pairs_arguments(parser: argparse.ArgumentParser) -> None:
    """Two folders, the style, and how near is near enough."""
    parser.add_argument("before", type=Path, metavar="BEFORE", help="the photos")
    parser.add_argument("after", type=Path, metavar="AFTER", help="their finished copies")
    parser.add_argument("--style", default=DEFAULT_STYLE, help="made when it is new")
    parser.add_argument(
        "--max-residual",
        type=float,
        default=MAX_RESIDUAL,
        metavar="DELTA_E",
        help="leave out copies that our sliders come no nearer to (default: %(default)g)",
    )


def run_pairs(args: argparse.Namespace) -> int:
    """Learns and says what became of every pair; returns the exit status."""
    for folder in (args.before, args.after):
        if not folder.is_dir():
            raise WrongUse(f"{folder}: is not a folder")
    with opened_studio(args) as studio:
        pairs, left = studio.pairs.match(args.before, args.after)
        for line in left:
            tell(line)
        bar, learned = Bar(), 0
        for outcome in studio.pairs.learn(
            args.style, pairs, max_residual=args.max_residual, progress=Progress(bar.show)
        ):
            learned += not outcome.left_out
            print(_line(outcome), flush=True)
        bar.close()
        tell(f"{learned} of {len(pairs)} pairs learned in {args.style!r}")
    return DONE if learned == len(pairs) else SOME_FAILED


def _line(outcome: PairOutcome) -> str:
    name = one_line(outcome.pair.before)
    if outcome.settings is None:
        return f"{name}: left out: {one_line(outcome.left_out)}"
    values = "  ".join(
        f"{p.name} {p.format(v)}" for p, v in zip(PARAMS, outcome.settings.values, strict=True) if v
    )
    away = f"deltaE {outcome.apart:.1f} -> {outcome.residual:.1f}"
    return f"{name}: {values or 'nothing changed'}  ({away})"
