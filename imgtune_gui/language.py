"""The window's language, and texts of the core's tables in it.

Texts are English in the source. ``assets/translations`` holds the other languages;
``python packaging/translations.py`` renews them, and its docstring has the glossary.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from imgtune_gui.resources import asset
from model_core.domain.develop import ParamSpec

log = logging.getLogger(__name__)

#: By code, in their own words, so that one finds the way back.
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
_TRADITIONAL = {"Hant", "TW", "HK", "MO"}


def language_for(wanted: str, system: Iterable[str]) -> str:
    """The code of the language to show: ``wanted``, or for an empty one the first that there
    is of the ``system``'s list, best first (``zh-Hans-CN``, ``en-GB``)."""
    if wanted in LANGUAGES:
        return wanted
    for tag in system:
        language, *rest = tag.replace("_", "-").split("-")
        if language == "zh" and not _TRADITIONAL & set(rest):
            return "zh_CN"
        if language == "en":
            break
    return "en"


def install_language(wanted: str) -> str:
    """Makes what is built from now on speak ``wanted`` (empty: the system's language), Qt's
    own buttons too. Returns the code of what it came to."""
    app = QCoreApplication.instance()
    if app is None:
        return "en"
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    code = language_for(wanted, QLocale.system().uiLanguages())
    if code == "en":
        return code
    folder = asset("translations")
    places = [
        (f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        (f"imgtune_{code}", str(folder or "")),
    ]
    for name, place in places:
        translator = QTranslator(app)
        if translator.load(name, place):
            app.installTranslator(translator)
        else:
            log.warning("the translation %s.qm is missing; some texts stay English", name)
    return code


def param_label(spec: ParamSpec) -> str:
    """The slider's name."""
    return QCoreApplication.translate("Params", spec.label)


def param_tip(spec: ParamSpec) -> str:
    """What the slider does."""
    return QCoreApplication.translate("Params", spec.tip)


def param_group(group: str) -> str:
    """The title over a group of sliders."""
    return QCoreApplication.translate("Params", group)
