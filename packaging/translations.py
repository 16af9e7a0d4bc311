"""Renews assets/translations:  python packaging/translations.py

Collects the window's texts, merges them into the .ts files (Qt's lupdate keeps what is
translated), and compiles the .qm files that ship (lrelease). Translate with Qt Linguist
(``pyside6-linguist FILE.ts``) or a text editor, and run this again. lupdate reads Python, but
not tables, and gives free functions no context; so the texts are collected here, by the same
rules that the tests apply. What the core says of the world's faults is read from the calls that
make those errors, so that none is forgotten.

Glossary, Simplified Chinese. Where the market leader has a word, it is that word.

    exposure 曝光度 · contrast 对比度 · highlights 高光 · shadows 阴影 · whites 白色色阶 ·
    blacks 黑色色阶 · vibrance 鲜艳度 · saturation 饱和度 · temp 色温 · tint 色调 ·
    white balance 白平衡 · tone 色调 (the group: 影调) · presence 偏好 ·
    develop 修改照片 · loupe 放大视图 · grid 网格视图 · filmstrip 胶片显示窗格 ·
    before / after 修改前 / 修改后 · clipping 修剪 · histogram 直方图 · crop 裁剪 ·
    straighten 拉直 · preset 预设 · sync 同步 · settings (of a photo) 设置 · flag 旗标 ·
    pick / reject 选取 / 排除 · stars 星级 · colour label 色标 ·
    the photo as shot 拍摄时的照片 · save 存储 · reset 复位 ·
    style 风格 · lesson 示范 (次) · teach 教 · learn 学习 · forget 忘记 ·
    correction, to correct 修正 · accept 接受 · draft 草稿 · untouched 未处理 ·
    prediction 预测 · doubt 不确定度 · base model 基础模型 · fine-tune 微调 ·
    version 版本 · roll back 回退 · published 发布 · shoot 拍摄 (场) · match 匹配度 ·
    photo 照片 · sidecar 附属文件 · catalog 目录
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "assets" / "translations"
LANGUAGES = ("zh_CN",)
#: Patterns of the core's sentences, one a line, by which the window knows them again.
CORE = FOLDER / "core.txt"

_FREE = ("tr", "_tr")  # functions of a module that know their context

#: Rows of the table of actions that every language reads.
UNTRANSLATED = {"★" * stars for stars in range(1, 6)}


_BASE = "ImgtuneError"
#: Said on the command line or by the maker of the base model only.
_ELSEWHERE = re.compile(r"cli.*|base_.*|demo|doctor|backbones|labels|network|illuminant")
#: Methods whose text is shown, by the place of the text among their arguments.
_TELLING = {"warn": 0, "_warn": 0, "report": 2}
_WORDS = re.compile(r"[^\W\d_]{2,}")


class Unreadable(Exception):
    """A text that is put together while running, so that nobody can translate it."""


def collect(root: Path = ROOT) -> set[tuple[str, str]]:
    """(context, text) of all texts of the window. Raises Unreadable naming the line."""
    found = set(table_texts())
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((root / "imgtune_gui").rglob("*.py"))
    }
    contexts = {_module_of(path, root): _free_contexts(tree) for path, tree in trees.items()}
    for path, tree in trees.items():
        known = contexts[_module_of(path, root)] | _imported(tree, contexts)
        try:
            found |= set(_texts(tree, "", known))
        except Unreadable as error:
            raise Unreadable(f"{path.relative_to(root)}:{error}") from None
    return found


def table_texts() -> Iterator[tuple[str, str]]:
    """Texts that are rows of tables, and translated where they are shown."""
    from imgtune_gui.actions import ACTIONS, MENUS
    from imgtune_gui.core_texts import SENTENCES
    from model_core.domain.develop import PARAMS

    for menu in MENUS:
        yield "actions", menu
    for action in ACTIONS:
        texts = (action.text, action.tip, action.submenu)
        yield from (("actions", t) for t in texts if t and t not in UNTRANSLATED)
    yield from (("Core", sentence) for sentence in {*SENTENCES, *core_sentences()})
    for spec in PARAMS:
        yield from (("Params", t) for t in (spec.label, spec.group, spec.tip) if t)


@cache
def core_sentences(root: Path = ROOT) -> frozenset[str]:
    """What the core says of the world's faults: sentences with ``{0}``, ``{1}`` ... where values
    go; braces of their own are doubled."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((root / "model_core").rglob("*.py"))
    }
    errors = _error_names(trees.values())
    found: set[str] = set()
    for path, tree in trees.items():
        if not _ELSEWHERE.fullmatch(path.stem):
            found |= set(_said_in(tree, errors | _makers(tree, errors)))
    return frozenset(text for text in found if _WORDS.search(re.sub(r"\{\d+\}", "", text)))


def _error_names(trees: Iterable[ast.Module]) -> set[str]:
    names, before = {_BASE}, 0
    while len(names) > before:
        before = len(names)
        for tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and names & {_name(b) for b in node.bases}:
                    names.add(node.name)
    return names


def _makers(tree: ast.Module, errors: set[str]) -> set[str]:
    """A module's own functions that make such an error of a reason."""
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.returns and _name(node.returns) in errors
    }


def _said_in(tree: ast.Module, telling: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name in telling:
                for argument in node.args:
                    yield from _patterns(argument)
            elif name in _TELLING and len(node.args) > _TELLING[name]:
                yield from _patterns(node.args[_TELLING[name]])
    for node in tree.body:  # tables of reasons
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            for value in node.value.values:
                if isinstance(value, ast.Constant) and " " in str(value.value):
                    yield from _patterns(value)


def _patterns(node: ast.expr) -> Iterator[str]:
    """The text of an expression; of both branches where it is one or the other."""
    if isinstance(node, ast.IfExp):
        yield from _patterns(node.body)
        yield from _patterns(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield _doubled(node.value)
    elif isinstance(node, ast.JoinedStr):
        text, count = "", 0
        for part in node.values:
            if isinstance(part, ast.Constant):
                text += _doubled(str(part.value))
            else:
                text += f"{{{count}}}"
                count += 1
        yield text


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _texts(node: ast.AST, context: str, free: dict[str, str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.ClassDef):
        context = node.name
    if isinstance(node, ast.FunctionDef) and node.name in _FREE:
        return
    if isinstance(node, ast.Call):
        yield from _call(node, context, free)
    for child in ast.iter_child_nodes(node):
        yield from _texts(child, context, free)


def _call(node: ast.Call, context: str, free: dict[str, str]) -> Iterator[tuple[str, str]]:
    function = node.func
    literals = [
        a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
    ]
    whole = len(literals) == len(node.args)
    if isinstance(function, ast.Attribute) and function.attr == "tr" and len(node.args) == 1:
        if not whole:
            raise Unreadable(f"{node.lineno}: {ast.unparse(node)}")
        yield context, literals[0]
    elif isinstance(function, ast.Name) and function.id in free and len(node.args) == 1:
        if whole:  # else a row of a table
            yield free[function.id], literals[0]
    elif len(node.args) == 2 and whole and _name(function) in ("translate", *_FREE):
        yield literals[0], literals[1]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _free_contexts(tree: ast.Module) -> dict[str, str]:
    """The contexts of a module's own functions ``tr(text)``."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in _FREE:
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and _name(call.func) == "translate":
                    found[node.name] = ast.literal_eval(call.args[0])
    return found


def _imported(tree: ast.Module, contexts: dict[str, dict[str, str]]) -> dict[str, str]:
    return {
        alias.asname or alias.name: contexts[node.module][alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in contexts
        for alias in node.names
        if alias.name in contexts[node.module]
    }


def _module_of(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def main() -> int:
    """Returns 1 when a text is not yet translated."""
    import PySide6

    tools = Path(PySide6.__file__).parent
    FOLDER.mkdir(exist_ok=True)
    CORE.write_text("".join(f"{one}\n" for one in sorted(core_sentences())), encoding="utf-8")
    waiting = 0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "texts.py"
        lines = [f"QT_TRANSLATE_NOOP({c!r}, {_quoted(t)})\n" for c, t in sorted(collect())]
        source.write_text("".join(lines), encoding="utf-8")
        for language in LANGUAGES:
            ts = FOLDER / f"imgtune_{language}.ts"
            names = ("-source-language", "en", "-target-language", language, "-ts", str(ts))
            _run(tools / "lupdate", str(source), "-locations", "none", "-no-obsolete", *names)
            _run(tools / "lrelease", str(ts), "-qm", str(ts.with_suffix(".qm")))
            waiting += ts.read_text(encoding="utf-8").count('type="unfinished"')
    print(f"{waiting} texts wait for a translation" if waiting else "all texts are translated")
    return 1 if waiting else 0


def _quoted(text: str) -> str:
    """As lupdate reads it: double quotes, nothing escaped that need not be."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def _run(tool: Path, *arguments: str) -> None:
    suffix = ".exe" if sys.platform == "win32" else ""
    subprocess.run([f"{tool}{suffix}", *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
