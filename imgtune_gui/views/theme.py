"""The dark neutral theme: greys only, because colour around a photo biases the eye.

One accent, a muted amber, says "this comes from the model" and nothing else.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from imgtune_gui.resources import asset

CANVAS = "#181818"  # around the photo
WINDOW = "#242424"
PANEL = "#2a2a2a"
RAISED = "#363636"
SUNKEN = "#1d1d1d"
LINE = "#3a3a3a"
TEXT = "#d6d6d6"
DIM = "#969696"
FAINT = "#6a6a6a"
ACCENT = "#d9a55b"
WARN = "#d97a6a"

_FONTS = [
    "Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans",
    "Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei",
]  # fmt: skip

SPACE = 8  # everything is spaced in steps of this

_TOKENS = {
    "@canvas": CANVAS,
    "@window": WINDOW,
    "@panel": PANEL,
    "@raised": RAISED,
    "@sunken": SUNKEN,
    "@line": LINE,
    "@text": TEXT,
    "@dim": DIM,
    "@faint": FAINT,
    "@accent": ACCENT,
    "@warn": WARN,
}


@lru_cache(maxsize=256)
def color(name: str, alpha: float = 1.0) -> QColor:
    """A theme colour with an opacity of 0 .. 1. Kept, as painting a grid asks for hundreds: not
    to be changed."""
    found = QColor(name)
    found.setAlphaF(alpha)
    return found


def apply_theme(app: QApplication) -> None:
    """Fusion, the palette, and a small style sheet for what a palette cannot say."""
    app.setStyle("Fusion")
    app.setPalette(_palette())
    font = QFont(app.font())
    font.setFamilies(_FONTS)
    font.setPointSizeF(9.0)
    app.setFont(font)
    sheet = asset("theme", "dark.qss")
    if sheet is not None:
        text = sheet.read_text(encoding="utf-8")
        for token, value in _TOKENS.items():
            text = text.replace(f"{token};", f"{value};").replace(f"{token} ", f"{value} ")
        # A folder is wanted inside url(...), with slashes on every platform.
        text = text.replace("@icons", (sheet.parents[1] / "icons").as_posix())
        app.setStyleSheet(text)
    icon = asset("icons", "imgtune.svg")
    if icon is not None:
        app.setWindowIcon(QIcon(str(icon)))


def _palette() -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: WINDOW,
        QPalette.ColorRole.WindowText: TEXT,
        QPalette.ColorRole.Base: SUNKEN,
        QPalette.ColorRole.AlternateBase: PANEL,
        QPalette.ColorRole.ToolTipBase: RAISED,
        QPalette.ColorRole.ToolTipText: TEXT,
        QPalette.ColorRole.PlaceholderText: FAINT,
        QPalette.ColorRole.Text: TEXT,
        QPalette.ColorRole.Button: RAISED,
        QPalette.ColorRole.ButtonText: TEXT,
        QPalette.ColorRole.BrightText: "#ffffff",
        QPalette.ColorRole.Highlight: "#565656",
        QPalette.ColorRole.HighlightedText: "#ffffff",
        QPalette.ColorRole.Link: ACCENT,
        QPalette.ColorRole.Accent: "#8a8a8a",
        QPalette.ColorRole.Light: "#4a4a4a",
        QPalette.ColorRole.Midlight: "#404040",
        QPalette.ColorRole.Mid: "#2e2e2e",
        QPalette.ColorRole.Dark: "#161616",
        QPalette.ColorRole.Shadow: "#0c0c0c",
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(FAINT))
    return palette
