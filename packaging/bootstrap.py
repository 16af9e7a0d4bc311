#!/usr/bin/env python3
"""Set imgtune up, then start it or test it, with nothing but Python and git installed.

    python3 packaging/bootstrap.py run [PHOTOS...]
    python3 packaging/bootstrap.py test [-- PYTEST ARGUMENTS...]

Standard library only. This file and its setup_*.py can be read by Python 3.7: one that is too
old must get as far as handing over to a newer one, or saying that there is none.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from setup_common import ROOT, SetupError, say
from setup_system import choose_python, screen_of
from setup_venv import Venv, prepare

SAMPLES = ROOT / "assets" / "samples"
DEMO = ROOT / "out" / "demo"

CHECKS = (
    ("ruff check", ("ruff", "check", ".")),
    ("ruff format", ("ruff", "format", "--check", ".")),
    ("mypy", ("mypy",)),
    ("import contracts", ("lint-imports",)),
    # Side by side: each worker holds torch and Qt, a gigabyte at most.
    ("pytest", ("pytest", "--numprocesses=logical", "--maxprocesses=4", "--dist=worksteal")),
)


def parse(argv: Sequence[str]) -> tuple[str, list[str]]:
    """The command, and its photos or pytest arguments.

    What follows `--` is cut off first, because argparse's own reading of it has changed.
    """
    cut = argv.index("--") if "--" in argv else len(argv)
    head, tail = list(argv[:cut]), list(argv[cut + 1 :])
    summary, _, usage = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        "bootstrap.py",
        description=summary,
        epilog=usage,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="open the window on photos, or on the samples")
    run.add_argument("photos", nargs="*", metavar="PHOTO")
    commands.add_parser("test", help="ruff, mypy, import contracts and pytest")
    asked = parser.parse_args(head)
    return asked.command, [*getattr(asked, "photos", []), *tail]


def exit_status(code: int) -> int:
    """As a shell gives it: 128 + the signal's number for a process that a signal ended."""
    return 128 - code if code < 0 else code


# --- run ------------------------------------------------------------------------------------


def absolute_photos(photos: Sequence[str]) -> list[str]:
    """As seen from the caller's folder. Found out now, not after minutes of installing."""
    paths = [Path(photo).absolute() for photo in photos]
    absent = [str(path) for path in paths if not path.exists()]
    if absent:
        raise SetupError(f"no such photo or folder: {', '.join(absent)}")
    return [str(path) for path in paths] or [str(SAMPLES)]


def run(photos: Sequence[str]) -> int:
    paths = absolute_photos(photos)
    venv, screen = Venv(), screen_of(os.environ)
    prepare(venv, set(), screen)
    imgtune, env = str(venv.program("imgtune")), venv.environment()
    if screen:
        say(f"opening the window on {', '.join(paths[:3])}{' ...' if paths[3:] else ''}")
        return exit_status(subprocess.call([imgtune, *paths], env=env))
    say("no display here (DISPLAY and WAYLAND_DISPLAY are empty): making the demo's pages instead")
    if photos:
        say("the demo shows the bundled samples, not the photos named")
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    code = subprocess.call([imgtune, "demo", "--out", str(DEMO)], env=env)
    if code == 0:
        say(f"open this in a browser: {DEMO / 'index.html'}")
    return exit_status(code)


# --- test -----------------------------------------------------------------------------------


def run_checks(
    call: Callable[[Sequence[str]], int], pytest_arguments: Sequence[str]
) -> list[tuple[str, int, float]]:
    """All of CHECKS, whichever fails; their names, exit statuses and seconds."""
    results = []
    for name, command in CHECKS:
        full = [*command, *(pytest_arguments if name == "pytest" else ())]
        say(f"{name}: {' '.join(full)}")
        start = time.monotonic()
        results.append((name, call(full), time.monotonic() - start))
    return results


def test(pytest_arguments: Sequence[str]) -> int:
    start = time.monotonic()
    venv = Venv()
    prepare(venv, {"test"}, screen="")
    say(f"environment ready after {time.monotonic() - start:.1f} s")
    env = {
        **venv.environment(),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",  # in each worker: more of them wait for each other's cores
    }

    def call(command: Sequence[str]) -> int:
        program = str(venv.program(command[0]))
        return exit_status(subprocess.call([program, *command[1:]], cwd=ROOT, env=env))

    results = run_checks(call, pytest_arguments)
    for name, code, seconds in results:
        say(f"{name:16}  {'ok' if code == 0 else f'FAILED ({code})':12}  {seconds:7.1f} s")
    return 1 if any(code for _, code, _ in results) else 0


def main(argv: Sequence[str]) -> int:
    command, arguments = parse(argv)
    try:
        newer = choose_python(sys.version_info[:2])
        if newer:
            say(f"this Python is too old: going on with {' '.join(newer)}")
            return exit_status(subprocess.call([*newer, str(Path(__file__).resolve()), *argv]))
        return run(arguments) if command == "run" else test(arguments)
    except SetupError as trouble:
        say(str(trouble))
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
