"""Collects the window's texts, merges them into assets/translations/*.ts, and compiles those.

    python packaging/translations.py            write .ts and .qm anew
    python packaging/translations.py --check    exit 1 when a text has no translation

pyside6-lupdate reads only literals inside ``tr()``. Half of our texts stand in tables (actions,
sliders), which are read here from the tables themselves.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "assets" / "translations"
LANGUAGES = ("zh_CN",)

Text = tuple[str, str]  # context, source


def texts() -> list[Text]:
    """Every text of the window with its context, in order, each once."""
    found: dict[Text, None] = {}
    for file in sorted((ROOT / "imgtune_gui").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found.update(dict.fromkeys(_in_code(tree)))
    found.update(dict.fromkeys(_in_tables()))
    return list(found)


def _in_code(tree: ast.Module) -> Iterator[Text]:
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.ClassDef | ast.FunctionDef | ast.Module):
            continue
        context = scope.name if isinstance(scope, ast.ClassDef) else ""
        for node in ast.walk(scope):
            if isinstance(node, ast.Call):
                yield from _in_call(node, context)


def _in_call(call: ast.Call, context: str) -> Iterator[Text]:
    name = ast.unparse(call.func)
    literals = [
        a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
    ]
    if name == "self.tr" and context and literals:
        yield context, literals[0]
    elif name in {"tr", "QCoreApplication.translate"} and len(literals) == 2:
        yield literals[0], literals[1]
    elif name == "tr" and len(literals) == 1:
        yield "actions", literals[0]
    elif name == "_tr" and literals:
        yield "SliderScale", literals[0]


def _in_tables() -> Iterator[Text]:
    from imgtune_gui.actions import ACTIONS, MENUS
    from model_core.domain.develop import PARAMS

    for text in MENUS:
        yield "actions", text
    for spec in ACTIONS:
        yield from (("actions", text) for text in (spec.text, spec.tip, spec.submenu) if text)
    for param in PARAMS:
        yield "params", param.label
        for context in ("DevelopSlider", "FieldsDialog"):
            yield context, param.label
        yield "DevelopSlider", param.tip
        for context in ("DevelopPanel", "FieldsDialog"):
            yield context, param.group


def read(file: Path) -> dict[Text, str]:
    """The finished translations of a .ts file."""
    found: dict[Text, str] = {}
    if not file.exists():
        return found
    for context in ElementTree.parse(file).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.findtext("translation", "")
            if translation:
                found[name, message.findtext("source", "")] = translation
    return found


def write(file: Path, language: str, known: dict[Text, str], wanted: list[Text]) -> list[Text]:
    """The .ts anew; texts without a translation of their own take that of another context.
    Returns those that have none at all."""
    shared = {source: text for (_, source), text in known.items()}
    root = ElementTree.Element("TS", version="2.1", language=language)
    missing: list[Text] = []
    for name in dict.fromkeys(context for context, _ in wanted):
        context = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(context, "name").text = name
        for text in (one for one in wanted if one[0] == name):
            message = ElementTree.SubElement(context, "message")
            ElementTree.SubElement(message, "source").text = text[1]
            done = known.get(text) or shared.get(text[1], "")
            translation = ElementTree.SubElement(message, "translation")
            if done:
                translation.text = done
            else:
                translation.set("type", "unfinished")
                missing.append(text)
    ElementTree.indent(root)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    body = ElementTree.tostring(root, encoding="unicode")
    file.write_text(head + body + "\n", encoding="utf-8")
    return missing


def compile_ts(file: Path) -> None:
    """The .qm beside a .ts."""
    tool = Path(sysconfig.get_path("scripts")) / "pyside6-lrelease"
    subprocess.run(
        [str(tool), "-silent", str(file), "-qm", str(file.with_suffix(".qm"))], check=True
    )


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    wanted = texts()
    status = 0
    for language in LANGUAGES:
        file = FOLDER / f"imgtune_{language}.ts"
        known = read(file)
        if "--check" in arguments:
            shared = {source for _, source in known}
            missing = [text for text in wanted if text[1] not in shared]
        else:
            FOLDER.mkdir(parents=True, exist_ok=True)
            missing = write(file, language, known, wanted)
            compile_ts(file)
        for context, source in missing:
            print(f"{language}: not translated: [{context}] {source!r}")
        status = status or int(bool(missing))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
