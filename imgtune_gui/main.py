"""Entry point: a known sub-command goes to the command line, anything else to the window."""

from __future__ import annotations

import difflib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from imgtune_gui import graphics
from model_core.commands import COMMANDS

_PASSED_ON = {"-h", "--help", "--version"}


def main(argv: Sequence[str] | None = None) -> int:
    """``imgtune [--data-dir DIR] [PHOTO or FOLDER ...]`` or ``imgtune COMMAND ...``."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == [graphics.OPTION]:  # of ourselves only
        return graphics.answer()
    if _wants_command_line(arguments):
        from model_core import cli

        code = cli.main(arguments)
        if _first_word(arguments) == "doctor":
            print(graphics.line())
        return code
    try:
        data_dir, paths = split_arguments(arguments)
        _refuse_mistyped(_first_word(arguments))
        _require_display()
    except ValueError as error:
        print(f"imgtune: {error}", file=sys.stderr)
        return 2
    return run_window(data_dir, paths)


def _refuse_mistyped(word: str | None) -> None:
    """A word that is no file and could be no photo was meant for a command. Raises ValueError."""
    if word is None or Path(word).exists() or Path(word).name != word or Path(word).suffix:
        return
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    meant = f"did you mean {close[0]}?" if close else "try --help"
    raise ValueError(f"there is no file, folder or command {word!r}; {meant}")


def _require_display() -> None:
    """Without one Qt ends the process. Raises ValueError."""
    known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in known):
        raise ValueError(
            "there is no display for the window; imgtune auto, predict and the other commands "
            "need none (imgtune --help)"
        )


def _wants_command_line(arguments: Sequence[str]) -> bool:
    if _PASSED_ON & set(arguments):
        return True
    # A folder called like a command is ./name.
    return _first_word(arguments) in COMMANDS


def _first_word(arguments: Sequence[str]) -> str | None:
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument in ("--data-dir", "--max-megapixels"):
            skip = True
        elif not argument.startswith("-"):
            return argument
    return None


def split_arguments(arguments: Sequence[str]) -> tuple[Path | None, list[Path]]:
    """The data directory and the photos. Raises ValueError with one line to show."""
    data_dir: Path | None = None
    paths: list[Path] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--data-dir":
            value = next(rest, "")
            if not value:
                raise ValueError("--data-dir needs a folder")
            data_dir = Path(value)
        elif argument.startswith("--data-dir="):
            data_dir = Path(argument.partition("=")[2])
        elif argument == "--":
            paths += [Path(word) for word in rest]
        elif argument.startswith("-"):
            raise ValueError(f"unknown option {argument}; try --help")
        else:
            paths.append(Path(argument))
    return data_dir, [path.expanduser().absolute() for path in paths]


def run_window(data_dir: Path | None, paths: Sequence[Path]) -> int:
    """Shows the window and returns when it is closed."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    from platformdirs import user_data_dir
    from PySide6.QtWidgets import QApplication

    from imgtune_gui.crash import start_log
    from imgtune_gui.language import install_language
    from imgtune_gui.program import Program
    from imgtune_gui.settings import AppSettings
    from imgtune_gui.views.slider_access import install_slider_access
    from imgtune_gui.views.theme import apply_theme

    qt = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qt, QApplication)
    qt.setApplicationName("imgtune")
    qt.setDesktopFileName("imgtune")
    apply_theme(qt)
    install_slider_access()
    install_language(AppSettings(data_dir).preferences.language)
    log_file = start_log((data_dir or Path(user_data_dir("imgtune", appauthor=False))) / "log")
    program = Program(data_dir, paths, log_file=log_file)
    program.start()
    code = qt.exec()
    program.shut_down()
    return code


if __name__ == "__main__":
    sys.exit(main())
