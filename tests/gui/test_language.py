"""Every text is translated, the translation ships, and the window has room for it."""

from __future__ import annotations

import errno
import re
import runpy
import string
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QRectF, Qt, QTranslator
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from imgtune_gui.actions import ACTIONS, MENUS, native, plain, text_of
from imgtune_gui.core_texts import in_language, said
from imgtune_gui.export_choice import ExportChoice
from imgtune_gui.language import LANGUAGES, install_language, language_for, param_label
from imgtune_gui.program import Program
from imgtune_gui.views.dialogs import FieldsDialog, about_dialog, shortcuts_dialog
from imgtune_gui.views.export_dialog import ExportDialog
from imgtune_gui.views.labels import ElidedLabel
from imgtune_gui.views.preferences import PreferencesDialog
from imgtune_gui.views.slider_paint import name_rect
from model_core.domain.develop import IDENTITY, param
from model_core.domain.errors import ImgtuneError
from model_core.domain.naming import NameTemplate
from model_core.learn.gate import judge
from model_core.services import Studio
from model_core.storage.atomic import cannot_write
from tests.fakes import FakeStudio, fake_backend
from tests.gui.conftest import MakeApp, wait_for_predictions

ROOT = Path(__file__).resolve().parents[2]
TS = ROOT / "assets" / "translations" / "imgtune_zh_CN.ts"
RENEW = "translate it: python packaging/translations.py renews assets/translations"

# By path: on sys.path the folder's name would stand for the library `packaging`.
translations = runpy.run_path(str(ROOT / "packaging" / "translations.py"))


@pytest.fixture(scope="module")
def texts() -> dict[tuple[str, str], str]:
    """(context, English) to Chinese; what waits for a translation is left out."""
    found = {}
    for context in ElementTree.parse(TS).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            if translation.get("type") is None and translation.text:
                key = str(context.findtext("name")), str(message.findtext("source"))
                found[key] = translation.text
    return found


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    assert install_language("zh_CN") == "zh_CN"
    yield
    install_language("en")


# --- the files ------------------------------------------------------------------------
def test_every_text_is_translated(texts: dict[tuple[str, str], str]) -> None:
    used = translations["collect"]()
    waiting = sorted(used - texts.keys())
    assert not waiting, f"{waiting}: {RENEW}"
    gone = sorted(texts.keys() - used)
    assert not gone, f"no longer used {gone}: {RENEW}"


def test_placeholders_and_mnemonics_are_kept(texts: dict[tuple[str, str], str]) -> None:
    for (context, source), text in texts.items():
        assert _fields(text) == _fields(source), (context, source, text)
        assert _mnemonic(text) == _mnemonic(source), (context, source, text)


def _fields(text: str) -> list[tuple[str, str | None]]:
    parts = string.Formatter().parse(text)
    return sorted((name, spec) for _, name, spec, _ in parts if name is not None)


def _mnemonic(text: str) -> str:
    return text[text.find("&") + 1].casefold() if "&" in text else ""


def test_what_ships_is_what_was_translated(texts: dict[tuple[str, str], str]) -> None:
    shipped = QTranslator()
    assert shipped.load(str(TS.with_suffix(".qm")))
    for (context, source), text in texts.items():
        assert shipped.translate(context, source) == text, RENEW


def test_a_new_text_is_found_wherever_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "imgtune_gui"
    folder.mkdir()
    (folder / "own.py").write_text(
        "def tr(text):\n    return QCoreApplication.translate('own', text)\n", encoding="utf-8"
    )
    new = folder / "new.py"
    new.write_text(
        "from imgtune_gui.own import tr\n"
        "class View:\n    def show(self):\n        self.tr('first ' 'text')\n"
        "translate('other', 'second')\ntr('third')\n",
        encoding="utf-8",
    )
    wanted = {("View", "first text"), ("other", "second"), ("own", "third")}
    assert translations["collect"](tmp_path) - set(translations["table_texts"]()) == wanted
    new.write_text("class View:\n    def show(self, n):\n        self.tr(f'{n} x')\n")
    with pytest.raises(translations["Unreadable"], match=r"new\.py:3"):
        translations["collect"](tmp_path)


# --- the choice -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wanted", "system", "shown"),
    [
        ("", ["zh-Hans-CN", "zh-CN", "zh"], "zh_CN"),
        ("", ["fr-FR", "zh_SG", "en"], "zh_CN"),
        ("", ["de-DE", "en-US", "zh-CN"], "en"),
        ("", ["zh-Hant-TW", "zh-TW", "zh-Hant"], "en"),
        ("", ["de-DE"], "en"),
        ("", [], "en"),
        ("en", ["zh-CN"], "en"),
        ("zh_CN", ["de-DE"], "zh_CN"),
        ("xx", ["en-GB"], "en"),
    ],
)
def test_the_choice_comes_before_the_system(wanted: str, system: list[str], shown: str) -> None:
    assert language_for(wanted, system) == shown


@pytest.mark.usefixtures("chinese")
def test_back_to_english() -> None:
    assert param_label(param("exposure_ev")) == "曝光度"
    assert install_language("en") == "en"
    assert param_label(param("exposure_ev")) == "Exposure"


@pytest.mark.usefixtures("chinese")
def test_what_the_trainer_says_is_chinese() -> None:
    errors = np.linspace(0.5, 1.5, 30)
    shoots = [f"s{i // 5}" for i in range(30)]
    chance = np.where(np.arange(30) < 5, errors - 1.2, errors + 0.2)
    reports = [
        judge(errors, errors - 0.2, shoots, 0.0),
        judge(errors, errors - 0.2, shoots, 1.0),
        judge(errors, errors + 0.2, shoots, 0.0),
        judge(errors, chance, shoots, 0.0),
        judge(errors, errors - 0.2, shoots, 0.0, clipping=0.5),
    ]
    said = [report.reason for report in reports]
    assert len({re.sub(r"[\d.]+", "", text) for text in said}) == 5
    said += ["preparing 40 photos", "fine-tuning, error 0.13 J, at most 5 s left"]
    for text in said:
        shown = in_language(text)
        assert not re.search("[A-Za-z]{2,}", shown), shown
        assert sorted(re.findall(r"\d+\.?\d*", shown)) == sorted(re.findall(r"\d+\.?\d*", text))
    assert in_language("anything else") == "anything else"


def test_the_patterns_of_the_cores_sentences_are_up_to_date() -> None:
    found = translations["core_sentences"]()
    assert len(found) > 100
    assert translations["CORE"].read_text(encoding="utf-8").splitlines() == sorted(found), RENEW


def faults_of_the_world(tmp_path: Path) -> Iterator[ImgtuneError]:
    """What a photographer meets, as the core really says it."""
    studio = Studio(tmp_path / "data")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "layers.psd").write_bytes(b"8BPS" + bytes(40))
    (tmp_path / "pack.imgtune").write_text("no pack")
    (tmp_path / "look.xmp").write_text("no preset")
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (80, 60), (90, 90, 90)).save(photo)
    (tmp_path / "cut.jpg").write_bytes(photo.read_bytes()[:-300])
    tries: list[Callable[[], object]] = [
        *(partial(studio.open_photo, tmp_path / name)
          for name in ("gone.jpg", "empty.jpg", "text.png", "layers.psd", "cut.jpg", "data")),
        partial(studio.import_pack, tmp_path / "pack.imgtune"),
        partial(studio.import_pack, tmp_path / "gone.imgtune"),
        partial(studio.presets.import_xmp, tmp_path / "look.xmp"),
        partial(studio.presets.save, studio.presets.make("", {"contrast": 1.0})),
        partial(studio.create_style, "  "),
        partial(studio.require_style, "nobody's"),
        partial(studio.train, "default"),
        partial(NameTemplate, "{nothing}"),
        partial(cannot_write, tmp_path, OSError(errno.ENOSPC, "No space left on device")),
        partial(cannot_write, tmp_path, OSError(errno.ENODEV, "No such device")),
        partial(studio.export, photo, IDENTITY, photo),
    ]  # fmt: skip
    for one in tries:
        try:
            found = one()
        except ImgtuneError as error:
            yield error
        else:
            assert isinstance(found, ImgtuneError), one
            yield found
    studio.close()


@pytest.mark.usefixtures("chinese")
def test_what_the_core_complains_of_is_said_in_chinese(tmp_path: Path) -> None:
    for error in faults_of_the_world(tmp_path):
        shown = said(error).replace(str(tmp_path), "")
        prose = re.findall(r"(?:[a-z]{2,} ){2,}[a-z]{2,}", shown)
        assert not prose, (str(error), shown)
        assert re.search("[\u4e00-\u9fff]{4}", shown), (str(error), shown)


@pytest.mark.usefixtures("chinese")
def test_what_the_core_quotes_is_translated_too() -> None:
    text = "Cannot write /a/b.jpg: the disk is full; free some space or choose another folder."
    assert in_language(text) == "无法写入 /a/b.jpg：磁盘已满；请释放一些空间，或选择其他文件夹。"
    assert in_language("/a: cannot be read (Input/output error)") == "/a：无法读取 (输入/输出错误)"


def test_in_english_nothing_changes() -> None:
    for text in ("/a: is damaged or cut off (x)", "the name template has no {x}; known: {name}"):
        assert in_language(text) == text


# --- the window -----------------------------------------------------------------------
@pytest.mark.usefixtures("chinese")
def test_the_window_is_chinese_throughout(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    for spec in ACTIONS:
        if not spec.name.startswith("stars_"):
            assert not text_of(spec).isascii(), spec.name
            assert "&" not in text_of(spec)
            assert "(&" not in text_of(spec)
    app.actions["learning"].trigger()
    dialog = PreferencesDialog(app.settings.preferences, {}, ("", ""), app.window)
    english = []
    for parent in (app.window, dialog):
        for kind in (QLabel, QPushButton, QToolButton):
            for widget in parent.findChildren(kind):
                words = re.findall(r"[A-Za-z]{4,}", re.sub(r"<[^>]*>|&\w+;", "", widget.text()))
                foreign = {"photo", "imgtune", "style", "photos", "Enter", "English", "Language"}
                english += [w for w in words if w not in foreign]
    dialog.deleteLater()
    assert english == []


def test_the_language_changes_at_once_and_all_else_stays(
    studio: FakeStudio,
    photos: list[Path],
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def choose(dialog: PreferencesDialog) -> QDialog.DialogCode:
        dialog.language.setCurrentIndex(dialog.language.findData("zh_CN"))
        dialog.reopen.setChecked(False)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(PreferencesDialog, "exec", choose)
    program = Program(tmp_path / "data", [photos[0].parent], lambda: fake_backend(studio))
    program.start()
    old = program.app
    wait_for_predictions(old, qtbot)
    old.session.select_row(2)
    old.session.set_param("contrast", 41.0, drag=1)
    old.actions["grid"].trigger()
    studio.train_steps, studio.train_pause_s = 1_000, 0.01
    old.training.train(old.session.style)
    old.actions["preferences"].trigger()
    qtbot.waitUntil(lambda: "as soon as" in old.window.message())
    assert program.app is old  # what runs is not cut off
    old.training.cancel()
    qtbot.waitUntil(lambda: program.app is not old)
    try:
        new = program.app
        wait_for_predictions(new, qtbot)
        assert plain(MENUS[0]) == "文件"
        assert new.actions["grid"].text() == "网格视图(&G)"
        assert new.session.current_row == 2
        assert new.session.current.settings["contrast"] == 41.0
        assert new.window.is_grid()
        assert new.window.isVisible()
        assert not shiboken6.isValid(old.window)
    finally:
        program.app.window.close()
        program.app.window.deleteLater()
        install_language("en")


@pytest.mark.usefixtures("chinese")
def test_two_keys_of_one_name_are_named_once() -> None:
    assert native(["Return", "Enter"]) == native(["Return"])
    assert native(["D", "E"]) == "D 或 E"


@pytest.mark.usefixtures("chinese")
def test_buttons_of_qt_are_chinese_too(qtbot: QtBot) -> None:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(buttons)
    assert "取消" in buttons.buttons()[0].text()


@pytest.mark.usefixtures("chinese")
def test_lessons_and_history_name_the_sliders_in_chinese(
    make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    app = make_app(photos)
    wait_for_predictions(app, qtbot)
    before = app.session.items[0].settings["exposure_ev"]
    app.session.set_param("exposure_ev", before + 0.5, drag=1)
    assert app.session.undo_stack.undoText() == "曝光度"
    app.actions["accept"].trigger()
    lessons = app.window.style_panel.lessons
    qtbot.waitUntil(lambda: lessons.count() == 1)
    spec = param("exposure_ev")
    change = f"曝光度 {spec.format(before)} → {spec.format(before + 0.5)}"
    assert f"曝光度 → {spec.format(before + 0.5)}" in lessons.item(0).text()
    assert change in lessons.item(0).toolTip()


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_no_text_is_cut_in_a_small_window(
    code: str, make_app: MakeApp, photos: list[Path], qtbot: QtBot
) -> None:
    install_language(code)
    try:
        app = make_app(photos)
        app.window.resize(1280, 720)
        wait_for_predictions(app, qtbot)
        app.actions["crop"].trigger()
        qtbot.waitUntil(lambda: app.crop.is_cropping)
        assert not _cut(app.window)
        for slider in app.window.develop_panel.sliders.values():
            needed = QFontMetrics(slider.font()).horizontalAdvance(slider.accessibleName())
            assert needed <= name_rect(QRectF(slider.rect())).width(), slider.accessibleName()
        items = app.session.items
        for dialog in (
            about_dialog(app.window),
            shortcuts_dialog(app.window, app.actions),
            FieldsDialog(app.window, "", "x"),
            PreferencesDialog(app.settings.preferences, {}, ("", ""), app.window),
            ExportDialog(items[:1], items, ExportChoice(), parent=app.window),
        ):
            dialog.show()
            assert not _cut(dialog)
            dialog.deleteLater()
    finally:
        install_language("en")


def _cut(window: QWidget) -> list[str]:
    """Texts of buttons, labels and number fields that are wider than their place."""
    found = []
    for field in window.findChildren(QAbstractSpinBox):
        line = field.lineEdit()
        if line.isVisible() and line.fontMetrics().horizontalAdvance(line.text()) > line.width():
            found.append(f"{line.text()}: {line.width()}")
    for kind in (QAbstractButton, QLabel):
        for widget in window.findChildren(kind):
            if not widget.isVisible() or isinstance(widget, ElidedLabel) or not widget.text():
                continue
            if isinstance(widget, QToolButton) and _shows_icon_only(widget):
                continue
            wraps = isinstance(widget, QLabel) and widget.wordWrap()
            needed = widget.fontMetrics().horizontalAdvance(_plain(widget.text()))
            if not wraps and needed > widget.width():
                found.append(f"{widget.text()}: {needed} > {widget.width()}")
    return found


def _shows_icon_only(button: QToolButton) -> bool:
    only = Qt.ToolButtonStyle.ToolButtonIconOnly
    return button.toolButtonStyle() is only and not button.icon().isNull()


def _plain(text: str) -> str:
    return max(text.replace("&", "").split("\n"), key=len)
