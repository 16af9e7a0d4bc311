"""What the core says, in the window's language.

The core knows no Qt: it hands over finished English, which crosses threads and processes, is kept
in the catalog and printed by the command line. The window knows a sentence again by its pattern.
Most patterns are read from the core's source (``packaging/translations.py`` keeps them in
``assets/translations/core.txt``); those that are put together of parts are listed here. What is
neither is shown as it came.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QCoreApplication

from imgtune_gui.resources import asset

#: As the core writes them, with a place for each value, in order.
SENTENCES = (
    "fine-tuning, error {0} J",
    "fine-tuning, error {0} J, at most {1} s left",
    "too little graphics memory: going on in smaller steps",
    "too little graphics memory: going on without it, slower",
    "too little memory: going on in smaller steps",
    "preparing {0} photos",
    "going on with the interrupted fine-tune after {0} rounds",
    "an interrupted fine-tune of other corrections was dropped",
    "The fine-tuned model is better: on {0} photos of {1} shoots that it had not seen, "
    "the error went from {2} to {3} J.",
    "Kept the current model: on {0} photos of {1} shoots that it had not seen, "
    "the error went from {2} to {3} J, which may be chance ({4} of {5} shoots and {6} of {7} "
    "photos came out worse). More corrections will tell.",
    "Kept the current model: on {0} photos of {1} shoots that it had not seen, "
    "the error went from {2} to {3} J ({4} of {5} shoots and {6} of {7} photos came out worse).",
    "Kept the current model: with the candidate {0}% more of the picture would be blown out or "
    "blocked up.",
    "Kept the current model: on {0} photos of {1} shoots that it had not seen, "
    "the error stayed at {2} J. The candidate adds nothing to what your corrections have taught "
    "already.",
    "Kept the current model: the file made of the candidate does not answer as what was "
    "trained does, but {0} J from it.",
    "the training process was ended from outside, most likely because memory ran out; "
    "nothing was changed. Close other programs and start it again",
    "the training process died ({0}); nothing was changed",
    "The catalog was damaged. It was moved to {0} and a new one was made.",
    "The catalog was not made by imgtune. It was moved to {0} and a new one was made.",
    "The catalog was missing and a new one was made. {0} lessons and {1} edits were restored.",
    "opening the catalog",
    "{0}: holds a crop, and no settings of sliders",
    "{0}: cannot be read: {1}",
    "{0}: several photos have that name",
    "{0} photos have no finished copy: {1}",
    "{0}: no photo of that name in {1}",
    "{0}: {1} has a copy already ({2})",
    "{0}: unexpected error {1}",
    "{0} more photos were not tried for that reason",
    # What the system says of files; of these, what photographers meet.
    "No such file or directory",
    "Permission denied",
    "No space left on device",
    "Read-only file system",
    "Input/output error",
    "Is a directory",
    "Not a directory",
    "File name too long",
    "Disk quota exceeded",
    "Device or resource busy",
    "No such device",
    "Stale file handle",
    "Transport endpoint is not connected",
    "Too many open files",
    # ... and what libraries say of them.
    "File is not a zip file",
    "image file is truncated",
    "image file is truncated ({0} bytes not processed)",
)


def said(error: BaseException) -> str:
    """A known error in the window's language."""
    return in_language(str(error))


def unexpected(error: BaseException) -> str:
    """A bug of ours, in one line."""
    text = QCoreApplication.translate("Core", "Unexpected error ({0}); the details are in the log")
    return text.format(f"{type(error).__name__}: {error}")


def in_language(text: str) -> str:
    """``text`` of the core as the window says it; what it quotes is translated, too."""
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            translated = QCoreApplication.translate("Core", sentence)
            return translated.format(*map(in_language, found.groups()))
    return text


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The longest first: what says more is meant where several fit."""
    file = asset("translations", "core.txt")
    read = file.read_text(encoding="utf-8").splitlines() if file is not None else []
    known = sorted({*SENTENCES, *read}, key=len, reverse=True)
    return [(sentence, _pattern(sentence)) for sentence in known]


def _pattern(sentence: str) -> re.Pattern[str]:
    """``{0}`` is any value, ``{{`` and ``}}`` are braces."""
    parts = re.split(r"(\{\{|\}\}|\{\d\})", sentence)
    plain = {"{{": re.escape("{"), "}}": re.escape("}")}
    signs = (
        plain.get(p) or ("(.*)" if re.fullmatch(r"\{\d\}", p) else re.escape(p)) for p in parts
    )
    return re.compile("".join(signs), re.DOTALL)
