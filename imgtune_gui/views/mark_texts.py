"""Flags, colours and states in the user's language; and the colours as colours."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from imgtune_gui.models.photo_item import EditState
from model_core.domain.marks import Colour, Flag

#: Muted, so that a wall of labels does not tint the eye.
LABEL_TINTS = {
    Colour.RED: "#b0544c",
    Colour.YELLOW: "#b39a45",
    Colour.GREEN: "#5d9259",
    Colour.BLUE: "#5579b0",
}


def flag_text(flag: Flag) -> str:
    tr = QCoreApplication.translate
    texts = {
        Flag.PICK: tr("Marks", "Picked"),
        Flag.REJECT: tr("Marks", "Rejected"),
        Flag.NONE: tr("Marks", "No flag"),
    }
    return texts[flag]


def colour_text(colour: Colour) -> str:
    tr = QCoreApplication.translate
    texts = {
        Colour.RED: tr("Marks", "Red"),
        Colour.YELLOW: tr("Marks", "Yellow"),
        Colour.GREEN: tr("Marks", "Green"),
        Colour.BLUE: tr("Marks", "Blue"),
        Colour.NONE: tr("Marks", "No colour"),
    }
    return texts[colour]


def state_text(state: EditState) -> str:
    """As the filter names it."""
    tr = QCoreApplication.translate
    texts = {
        EditState.UNTOUCHED: tr("Marks", "Untouched"),
        EditState.DRAFT: tr("Marks", "Draft"),
        EditState.ACCEPTED: tr("Marks", "Accepted"),
        EditState.CORRECTED: tr("Marks", "Corrected"),
    }
    return texts[state]
