"""What a style may be called."""

from __future__ import annotations

import sqlite3
import unicodedata

from model_core.domain.errors import ImgtuneError

MAX_STYLE_NAME = 100  # characters


class StyleRefused(ImgtuneError):
    """A style that cannot be made, renamed or deleted as asked: the message says why."""


def lookalike(name: str) -> str:
    """Equal for names that people take for the same: whatever their case, accents composed or
    not."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def check_name(name: str) -> None:
    """Raises :class:`StyleRefused` for what is no name in one line of plain text."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise StyleRefused("The name of a style must be plain text.") from None
    if not name.strip() or name != name.strip():
        raise StyleRefused("The name of a style must not be empty, nor begin or end in a space.")
    if len(name) > MAX_STYLE_NAME or not name.isprintable():
        raise StyleRefused(
            f"The name of a style is one line of at most {MAX_STYLE_NAME} characters."
        )


def refuse_taken(connection: sqlite3.Connection, name: str, but: str | None = None) -> None:
    """Refuses what people would take for a style that is there, apart from ``but``."""
    for (taken,) in connection.execute("SELECT name FROM styles"):
        if taken != but and lookalike(taken) == lookalike(name):
            raise StyleRefused(f"There is a style {taken!r} already; choose another name.")
