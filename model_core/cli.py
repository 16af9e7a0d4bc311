"""The command line, over the same services as the window. Imports torch only to train.

Exit status: 0 done, 1 some items failed (each named with its reason), 2 wrong use.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model_core import __version__
from model_core.cli_arguments import (
    add_auto_arguments,
    add_correct_arguments,
    add_demo_arguments,
    add_predict_arguments,
    add_render_arguments,
    add_train_arguments,
)
from model_core.cli_export import options_of
from model_core.cli_input import (
    Parser,
    WrongUse,
    lessons_from,
    megapixels,
    settings_in,
)
from model_core.cli_lessons import add_lessons_arguments, run_lessons
from model_core.cli_model import add_model_arguments, run_model
from model_core.cli_output import (
    DONE,
    SOME_FAILED,
    WRONG_USE,
    Bar,
    as_json,
    as_text,
    complain,
    each,
    lessons_text,
    opened_studio,
    tell,
)
from model_core.cli_pairs import add_pairs_arguments, run_pairs
from model_core.cli_sidecar import Reading, Writing, add_sidecar_arguments
from model_core.cli_styles import add_style_arguments, run_style
from model_core.domain.errors import CannotWrite, ImgtuneError, UnknownStyle
from model_core.domain.export import FORMATS, ExportItem, ExportOptions, OnCollision, format_of
from model_core.domain.naming import NameTemplate
from model_core.domain.prediction import PhotoFeatures
from model_core.domain.version import Recipe
from model_core.progress import Cancelled, Progress
from model_core.services import MAX_MEGAPIXELS, Studio, without_exports
from model_core.storage.style_names import StyleRefused


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    parser = arguments()
    try:
        args = parser.parse_args(argv)
    except SystemExit:  # after --help and --version
        return DONE
    except WrongUse as error:
        return complain(error, WRONG_USE)
    if args.command is None:
        parser.print_help(sys.stderr)
        return WRONG_USE
    try:
        status: int = args.run(args)
    except WrongUse as error:
        return complain(error, WRONG_USE)
    except (UnknownStyle, StyleRefused) as error:
        return complain(error, WRONG_USE)
    except ImgtuneError as error:
        return complain(error, SOME_FAILED)
    except (Cancelled, KeyboardInterrupt):
        return complain("stopped; nothing half-done was kept", SOME_FAILED)
    except BrokenPipeError:  # the reader (head, less) has gone
        sys.stderr.close()
        return SOME_FAILED
    return status


# --- commands --------------------------------------------------------------------------


def _predict(args: argparse.Namespace) -> int:
    with opened_studio(args) as studio:
        style = studio.require_style(args.style)

        seen: list[tuple[Path, PhotoFeatures]] = []

        def look(path: Path) -> None:
            seen.append((path, _seen(studio, style, path)))

        # All first: the frames of a scene are made alike.
        status = each(studio.find_photos(args.paths), look)
        features = [one for _, one in seen]
        found = studio.predict_many(style, features)
        asked = studio.review.order(style, features) if args.json else []
        rows = [(*pair, prediction) for pair, prediction in zip(seen, found, strict=True)]
        if args.order == "review":
            answered = {lesson.photo for lesson in studio.lessons(style)}
            rows.sort(key=lambda row: (row[2].photo in answered, -row[2].doubt))
        for path, one, prediction in rows:
            if args.json:
                rank = asked.index(one.photo) + 1 if one.photo in asked else None
                print(as_json(path, prediction, studio.because(style, one), rank))
            else:
                print(as_text(path, prediction))
        return status


def _correct(args: argparse.Namespace) -> int:
    given = lessons_from(args)
    with opened_studio(args) as studio:

        def one(lesson: dict[str, Any]) -> None:
            path = Path(lesson["photo"])
            photo, proxy = studio.open_photo(path)
            # Only now: a style is not made by lines that teach nothing.
            there_were = {info.name for info in studio.styles()}
            style = studio.ensure_style(args.style)
            if style not in there_were:
                print(f"{style}: a new style", file=sys.stderr)
            features = studio.analyse(photo, style, proxy)
            # As in the window: what was edited of it before stays.
            edit = studio.load_edit(style, photo.id)
            now = edit.settings if edit else studio.predict(style, features).settings
            chosen = now.updated(lesson["settings"])
            stored = studio.learn(style, photo, features, chosen, shoot=lesson.get("shoot"))
            taught.add(style)
            print(f"{path}: {stored.verdict}")

        taught: set[str] = set()
        status = each(given, one)
        for style in taught:
            print(f"{style}: {lessons_text(len(studio.lessons(style)))}", file=sys.stderr)
        return status


def _train(args: argparse.Namespace) -> int:
    recipe = Recipe(args.method, args.anchor, args.distil, args.adversarial)

    def train(progress: Progress) -> Any:
        with opened_studio(args) as studio:
            return studio.train(args.style, recipe=recipe, device=args.device, progress=progress)

    if args.json:
        from model_core.training import run_as_child

        return run_as_child(train, sys.stdout)
    bar = Bar()
    outcome = train(Progress(bar.show))
    bar.close()
    print(outcome.reason)
    if outcome.gate and outcome.gate.photos:
        gate = outcome.gate
        print(
            f"held-out error on {gate.photos} photos of {gate.shoots} shoots: "
            f"{gate.current_error:.2f} J now, {gate.candidate_error:.2f} J with the candidate"
        )
    verdict = f"published as {outcome.version}" if outcome.published else "not published"
    print(f"{verdict} after {outcome.seconds:.0f} s")
    return DONE


def _auto(args: argparse.Namespace) -> int:
    options = _export_options(args, args.format)
    try:
        name = NameTemplate(args.name)
    except CannotWrite as error:
        raise WrongUse(f"--name: {error}") from None
    with opened_studio(args) as studio:
        style = studio.require_style(args.style)
        items = [ExportItem(path) for path in _originals(studio, args.paths)]
        if not items:
            raise WrongUse("there are no photos in what was given")
        result = studio.export_batch(
            items,
            args.out,
            options,
            style=style,
            name=name,
            on_collision=OnCollision(args.on_collision),
            jobs=args.jobs,
            on_written=lambda file: print(file, flush=True),
        )
    for reason in result.errors:
        complain(reason, SOME_FAILED)
    for path in result.skipped:
        tell(f"{path}: skipped, its copy is there already")
    if result.errors:
        tell(f"{len(result.errors)} of {len(items)} failed")
    return SOME_FAILED if result.errors else DONE


def _originals(studio: Studio, paths: list[Path]) -> list[Path]:
    """The photos to develop; exports that lie in the folders are not among them."""
    found = studio.find_photos(paths)
    originals = without_exports(found, paths)
    if left := len(found) - len(originals):
        tell(
            f"{left} files in the folders were exported by imgtune and are left out; "
            "name a file itself to develop it again"
        )
    return originals


def _render(args: argparse.Namespace) -> int:
    told = format_of(args.out)
    if told is None or args.format not in (None, told):
        wanted = [args.format] if args.format else FORMATS
        endings = ", ".join(suffix for name in wanted for suffix in FORMATS[name].suffixes)
        raise WrongUse(f"--out {args.out}: the name must end in {endings}")
    options = _export_options(args, told)
    settings = settings_in(args.settings)
    with opened_studio(args) as studio:
        print(studio.export(args.photo, settings, args.out, options))
    return DONE


def _export_options(args: argparse.Namespace, file_format: str) -> ExportOptions:
    try:
        options = options_of(args, file_format)
    except CannotWrite as error:
        raise WrongUse(error) from None
    if options.advice:
        tell(options.advice)
    return options


def _sidecar(args: argparse.Namespace) -> int:
    with opened_studio(args) as studio:
        work: Reading | Writing
        if args.action == "read":
            work = Reading(studio, studio.require_style(args.style), learn=args.learn)
        else:
            work = Writing(studio, studio.require_style(args.style))
        status = each(studio.find_photos(args.paths), work.one)
        if status != WRONG_USE:
            tell(work.summary())
        return status


def _demo(args: argparse.Namespace) -> int:
    from model_core.demo import run_demo

    bar = Bar()
    page = run_demo(args.out, args.data_dir, Progress(bar.show), print)
    bar.close()
    print(f"open {page} to see it")
    return DONE


def _doctor(args: argparse.Namespace) -> int:
    from model_core.doctor import report

    lines, healthy = report(args.data_dir)
    print("\n".join(lines))
    return DONE if healthy else SOME_FAILED


def _seen(studio: Studio, style: str, path: Path) -> PhotoFeatures:
    photo, proxy = studio.open_photo(path)
    return studio.analyse(photo, style, proxy)


# --- arguments -------------------------------------------------------------------------


_EXIT_STATUS = "Exit status: 0 done, 1 some items failed (each is named), 2 wrong use."


def arguments() -> argparse.ArgumentParser:
    """All commands with what they take, each with a word of help."""
    parser = Parser(
        prog="imgtune",
        description="Develops photos the way you do. Without a command, opens the window: "
        "imgtune [PHOTO or FOLDER ...]",
        epilog=_EXIT_STATUS,
    )
    parser.add_argument("--version", action="version", version=f"imgtune {__version__}")
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="keep everything in DIR (catalog, models)"
    )
    parser.add_argument(
        "--max-megapixels",
        type=megapixels,
        default=MAX_MEGAPIXELS,
        metavar="N",
        help="refuse photos that declare more than this (default: %(default)g)",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, epilog=_EXIT_STATUS)
        sub.set_defaults(run=run)
        return sub

    add_predict_arguments(command("predict", _predict, "settings for each photo"))
    add_correct_arguments(
        command("correct", _correct, "record corrections and learn from them at once")
    )
    add_pairs_arguments(
        command("learn-pairs", run_pairs, "learn from photos and copies that any program made")
    )
    add_train_arguments(
        command("train", _train, "fine-tune on all corrections; published if it is better")
    )
    add_auto_arguments(command("auto", _auto, "adjust photos and write copies"))
    add_render_arguments(command("render", _render, "render one photo with given settings"))
    add_lessons_arguments(command("lessons", run_lessons, "what a style was taught; forget, undo"))
    add_style_arguments(
        command("style", run_style, "your styles: make, copy, rename, delete, check, split, merge")
    )
    add_model_arguments(
        command(
            "model", run_model, "versions of a style: list, rollback; and as a file: export, import"
        )
    )
    add_sidecar_arguments(command("sidecar", _sidecar, "edits in .xmp files beside the photos"))
    add_demo_arguments(
        command("demo", _demo, "the whole loop on the bundled photos, without a window")
    )
    command("doctor", _doctor, "what is installed, what is missing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
