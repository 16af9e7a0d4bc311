"""What a user gives the command line, words and files, checked: each fault is one line."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from model_core.domain.develop import PARAM_NAMES, DevelopSettings, require_in_range
from model_core.domain.errors import InvalidSettings

#: The name that means standard input, as other programs have it.
_STDIN = Path("-")


class WrongUse(Exception):
    """Arguments that make no sense."""


class Parser(argparse.ArgumentParser):
    """Raises WrongUse with the reason alone, where argparse prints ten lines of usage."""

    def error(self, message: str) -> NoReturn:
        raise WrongUse(f"{message.removeprefix('argument ')} (see {self.prog} --help)")


def one_line(text: object) -> str:
    """``text`` without what would break its line or steer a terminal, as names of files can."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda m: m[0].encode("unicode_escape").decode(),
                  str(text))  # fmt: skip


def whole_number(text: str) -> int:
    """1, 2, 3, ... for argparse."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not 1 or more")
    return value


def megapixels(text: str) -> float:
    """A size for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of megapixels")
    return value


def weight(text: str) -> float:
    """A weight of the fine-tune for argparse: 0 or more."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1e3:
        raise argparse.ArgumentTypeError(f"{text!r} is not a weight of 0 or more")
    return value


def settings_in(file: Path) -> DevelopSettings:
    """Settings from JSON: ``{name: value}``, or a line that ``predict --json`` printed. The
    file ``-`` is standard input."""
    name = _name_of(file)
    try:
        found = json.loads(_text_of(file))
    except (ValueError, RecursionError) as error:
        raise WrongUse(f"{name}: is not JSON ({error})") from None
    if isinstance(found, dict) and isinstance(found.get("settings"), dict):
        found = found["settings"]
    if not isinstance(found, dict):
        raise WrongUse(f'{name}: expected {{"exposure_ev": 0.5, ...}}')
    try:
        require_in_range(found)
        return DevelopSettings.from_mapping(found)
    except InvalidSettings as error:
        raise WrongUse(f"{name}: {error}") from None


def lessons_from(args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The lessons of the command line or of a JSON-lines file, checked one by one."""
    if (args.photo is None) == (args.source is None):
        raise WrongUse("give either PHOTO with --set NAME=VALUE, or --from FILE")
    if args.photo is not None:
        if not args.set:
            raise WrongUse("give at least one --set NAME=VALUE")
        settings = dict(_assignment(text) for text in args.set)
        return iter([{"photo": args.photo, "settings": settings, "shoot": args.shoot}])
    return _lessons_in(args.source)


def _name_of(file: Path) -> str:
    return "standard input" if file == _STDIN else str(file)


def _text_of(file: Path) -> str:
    try:
        if file == _STDIN:
            return _standard_input().decode("utf-8-sig")
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise WrongUse(f"{file}: there is no such file") from None
    except IsADirectoryError:
        raise WrongUse(f"{file}: is a folder, not a file") from None
    except OSError as error:
        raise WrongUse(f"{_name_of(file)}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise WrongUse(f"{_name_of(file)}: is not text in UTF-8") from None


def _standard_input() -> bytes:
    if sys.stdin is None:  # closed by whoever started the program
        raise WrongUse("standard input: is closed")
    return sys.stdin.buffer.read()


def _lessons_in(source: Path) -> Iterator[dict[str, Any]]:
    lessons = []
    for number, line in enumerate(_text_of(source).split("\n"), 1):
        if not line.strip():
            continue
        lessons.append(_lesson(line, f"{_name_of(source)}, line {number}", source.parent))
    return iter(lessons)


def _lesson(line: str, where: str, folder: Path) -> dict[str, Any]:
    """One checked lesson. A wrong one is kept as an item that fails with its reason."""
    try:
        lesson = json.loads(line)
        if not isinstance(lesson["photo"], str) or not isinstance(lesson["settings"], dict):
            raise TypeError
        require_in_range(lesson["settings"])
        if not isinstance(lesson.get("shoot", ""), str | None):
            raise TypeError
        (lesson.get("shoot") or "").encode("utf-8", "surrogateescape")  # as it will be stored
    except (ValueError, KeyError, TypeError, RecursionError):
        reason = f'{where}: expected {{"photo": "...", "settings": {{...}}}}'
        return {"photo": where, "fault": InvalidSettings(reason)}
    except InvalidSettings as error:
        return {"photo": where, "fault": InvalidSettings(f"{where}: {error}")}
    path = Path(lesson["photo"])
    lesson["photo"] = path if path.is_absolute() or path.exists() else folder / path
    return lesson


def _assignment(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    if not equals or name not in PARAM_NAMES:
        raise WrongUse(f"--set {text}: expected NAME=VALUE, NAME one of {', '.join(PARAM_NAMES)}")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise WrongUse(f"--set {text}: {value!r} is not a number")
    try:
        require_in_range({name: number})
    except InvalidSettings as error:
        raise WrongUse(f"--set {text}: {error}") from None
    return name, number
