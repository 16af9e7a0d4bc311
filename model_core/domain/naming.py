"""File names from a template such as ``{date}_{name}_{seq:03}``."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from model_core.domain.errors import CannotWrite

#: What a name cannot hold on Windows; macOS and Linux forbid fewer.
_ILLEGAL = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
#: Bytes of a name in UTF-8, with room for a counter and a suffix: file systems stop at 255.
_MAX_BYTES = 230


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What a template can speak of. ``taken``: capture time; ``number`` counts from 1."""

    path: Path
    taken: datetime
    number: int = 1
    style: str = ""
    camera: str = ""


_FIELDS: dict[str, Callable[[NameFacts], str]] = {
    "name": lambda f: f.path.stem,
    "folder": lambda f: f.path.absolute().parent.name,
    "date": lambda f: f"{f.taken:%Y-%m-%d}",
    "time": lambda f: f"{f.taken:%H%M%S}",
    "year": lambda f: f"{f.taken:%Y}",
    "month": lambda f: f"{f.taken:%m}",
    "day": lambda f: f"{f.taken:%d}",
    "style": lambda f: f.style,
    "camera": lambda f: f.camera,
}
#: Names of all fields, for help texts; ``seq`` takes a width, as in ``{seq:03}``.
FIELD_NAMES = (*_FIELDS, "seq")
_FROM_EXIF = frozenset({"date", "time", "year", "month", "day", "camera"})


@dataclass(frozen=True, slots=True)
class NameTemplate:
    """A checked template; raises CannotWrite naming what is wrong with it."""

    text: str = "{name}"

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise CannotWrite("the name template is empty; {name} keeps the photo's name")
        for literal, name, spec, conversion in self._parts():
            if found := _ILLEGAL.search(literal):
                raise CannotWrite(
                    f"the name template {self.text!r} holds {found[0]!r}, which names cannot have"
                )
            if name is None:
                continue
            if name not in FIELD_NAMES or conversion:
                known = ", ".join(f"{{{n}}}" for n in FIELD_NAMES)
                raise CannotWrite(f"the name template has no {{{name}}}; known: {known}")
            if spec and not (name == "seq" and re.fullmatch(r"0?[1-9]", spec)):
                raise CannotWrite(
                    f"{{{name}:{spec}}} is not possible in a name template; "
                    "only {seq} takes digits, as in {seq:03}"
                )

    @property
    def needs_exif(self) -> bool:
        """Whether the photo's file must be looked into to name its copy."""
        return any(name in _FROM_EXIF for _, name, _, _ in self._parts())

    def stem(self, facts: NameFacts) -> str:
        """The name without a suffix: legal on Windows, macOS and Linux, never empty."""
        made = []
        for literal, name, spec, _ in self._parts():
            made.append(literal)
            if name == "seq":
                made.append(format(facts.number, f"0{(spec or '0').lstrip('0') or 1}d"))
            elif name is not None:
                made.append(_FIELDS[name](facts))
        return safe_stem("".join(made))

    def _parts(self) -> list[tuple[str, str | None, str | None, str | None]]:
        try:
            return list(string.Formatter().parse(self.text))
        except ValueError:
            raise CannotWrite(
                f"the name template {self.text!r} has a brace without its partner"
            ) from None


def safe_stem(text: str) -> str:
    """``text`` as a file name (without suffix) that every system takes."""
    stem = _ILLEGAL.sub("-", text).strip(" .") or "photo"
    while len(stem.encode("utf-8", "surrogateescape")) > _MAX_BYTES:
        stem = stem[:-1]
    stem = stem.rstrip(" .")
    return f"_{stem}" if _RESERVED.match(stem) else stem
