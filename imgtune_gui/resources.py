"""Where the files are that are not code: theme and icons."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path


def asset(*parts: str) -> Path | None:
    """A file under ``assets/``: in the bundle, the checkout or the installed data files.

    None when it is nowhere; the window then looks plainer but works.
    """
    roots = [
        Path(getattr(sys, "_MEIPASS", "/nonexistent")) / "assets",
        Path(__file__).resolve().parents[1] / "assets",
        Path(__file__).resolve().parent / "assets",
        Path(sysconfig.get_path("data")) / "share" / "imgtune" / "assets",
    ]
    for root in roots:
        file = root.joinpath(*parts)
        if file.exists():
            return file
    return None
