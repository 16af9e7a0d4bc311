"""Where the files that ship with the program are."""

from __future__ import annotations

import sys
from pathlib import Path


def assets_dir() -> Path:
    """The folder ``assets``: of the checkout, of a frozen bundle, or of an installation."""
    places = [
        Path(__file__).resolve().parent.parent / "assets",
        Path(getattr(sys, "_MEIPASS", "")) / "assets",
        Path(sys.prefix) / "share" / "imgtune" / "assets",
    ]
    for place in places:
        if (place / "base").is_dir():
            return place
    return places[0]


def sample_photos() -> list[Path]:
    """The bundled photos, in the order in which they are shown."""
    return sorted((assets_dir() / "samples").glob("*.jpg"))
