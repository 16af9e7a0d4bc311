"""Sentences that the core says about training, in the window's language.

The core knows no Qt: it hands over finished English, which the catalog keeps too. What is not
listed here is shown as it came.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QCoreApplication

#: As the core writes them, with a place for each number, in order.
SENTENCES = (
    "looking at the photos",
    "preparing {0} photos",
    "fine-tuning, error {0} J, at most {1} s left",
    "too little graphics memory: going on in smaller steps",
    "too little graphics memory: going on without it, slower",
    "too little memory: going on in smaller steps",
    "taking {0} of {1} corrections, the newest first",
    "going on with the interrupted fine-tune after {0} rounds",
    "an interrupted fine-tune of other corrections was dropped",
    "asking what the network says so far",
    "measuring what the answers depend on",
    "looking for what is blown out",
    "testing the candidate on photos it has not seen",
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
)


def in_language(text: str) -> str:
    """``text`` of the core as the window says it."""
    for sentence in SENTENCES:
        found = _pattern(sentence).fullmatch(text)
        if found is not None:
            translated = QCoreApplication.translate("Core", sentence)
            return translated.format(*found.groups())
    return text


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{\d\}", sentence)
    return re.compile(r"(\d[\d.]*)".join(re.escape(part) for part in parts))
