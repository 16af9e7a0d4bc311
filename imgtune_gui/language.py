"""The window's language: the user's choice, or the system's where there is a translation."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from imgtune_gui.resources import asset

#: What there is besides English, which the texts in the code are.
TRANSLATIONS = ("zh_CN",)
_SIMPLIFIED = {"zh_CN", "zh_SG", "zh_Hans"}


def language_for(wanted: str, system: str) -> str:
    """The code of the language to show: ``wanted``, or for an empty one ``system``'s."""
    if wanted in TRANSLATIONS or wanted == "en":
        return wanted
    if system in _SIMPLIFIED or system.startswith("zh_Hans"):
        return "zh_CN"
    return "en"


def install_language(wanted: str) -> list[QTranslator]:
    """Translates everything that is built from now on: our texts and Qt's own buttons.
    Returns what was installed; English needs nothing."""
    app = QCoreApplication.instance()
    code = language_for(wanted, QLocale.system().name())
    installed: list[QTranslator] = []
    if app is None or code == "en":
        return installed
    folder = asset("translations")
    places = [
        (f"imgtune_{code}", str(folder) if folder is not None else ""),
        (f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
    ]
    for name, place in places:
        translator = QTranslator(app)
        if translator.load(name, place):
            app.installTranslator(translator)
            installed.append(translator)
    return installed
