"""Preferences: how the program behaves, and the keys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.actions import ACTIONS, MENUS, ActionSpec, plain, text_of
from imgtune_gui.language import LANGUAGES
from imgtune_gui.settings import Preferences
from imgtune_gui.views.labels import section_title
from imgtune_gui.views.theme import SPACE
from imgtune_gui.views.wheel import WheelGuard


class PreferencesDialog(QDialog):
    """Nothing changes before OK."""

    def __init__(
        self,
        preferences: Preferences,
        keys: Mapping[str, tuple[str, ...]],
        screen_text: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.screen_text = screen_text
        self.setWindowTitle(self.tr("Preferences"))
        self.resize(560, 520)
        self.keys = KeysPage(keys)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self._build_general(preferences), self.tr("General"))
        tabs.addTab(self.keys, self.tr("Keys"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        good = buttons.addButton(self.tr("OK"), QDialogButtonBox.ButtonRole.AcceptRole)
        good.setObjectName("Primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 2 * SPACE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE, 0, 0)
        layout.addWidget(tabs, 1)
        layout.addWidget(buttons)
        WheelGuard(self)

    def _build_general(self, now: Preferences) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        form.setVerticalSpacing(SPACE + 4)
        form.setHorizontalSpacing(2 * SPACE)
        self.language = QComboBox()
        self.language.addItem(self.tr("As the system"), "")
        for code, name in LANGUAGES.items():
            self.language.addItem(name, code)
        self.language.setCurrentIndex(max(self.language.findData(now.language), 0))
        self.megapixels = QSpinBox()
        self.megapixels.setRange(1, 2000)
        self.megapixels.setValue(round(now.max_megapixels))
        self.megapixels.setSuffix(self.tr(" megapixels"))
        self.megapixels.setToolTip(self.tr("A photo takes up to 12 bytes of memory a pixel."))
        self.reopen = QCheckBox(self.tr("Open the folder of the last time at start"))
        self.reopen.setChecked(now.reopen)
        self.auto_train = QCheckBox(self.tr("Start fine-tunes by itself when there is enough"))
        self.auto_train.setChecked(now.auto_train)
        self.sidecars = QCheckBox(self.tr("Write edits beside the photos (.xmp)"))
        self.sidecars.setChecked(now.sidecars)
        self.sidecars.setToolTip(
            self.tr("After a real edit only, for other programs; what they wrote is kept.")
        )
        form.addRow(self.tr("Language"), self.language)
        form.addRow(self.tr("Colours of the screen"), self._build_screen(now.screen))
        form.addRow(self.tr("Largest photo"), self.megapixels)
        for box in (self.reopen, self.auto_train, self.sidecars):
            form.addRow("", box)
        return page

    def _build_screen(self, now: str) -> QWidget:
        """Which profile, and what that comes to now."""
        self.screen_profile = QComboBox()
        self.screen_profile.addItem(self.tr("As the system says"), "")
        self.screen_profile.addItem("sRGB", "srgb")
        if now not in ("", "srgb"):
            self.screen_profile.addItem(Path(now).name, now)
        self.screen_profile.setCurrentIndex(max(self.screen_profile.findData(now), 0))
        browse = QPushButton(self.tr("Profile file…"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._on_browse_clicked)
        says = QLabel(self.screen_text)
        says.setObjectName("Dim")
        says.setWordWrap(True)
        box = QWidget()
        layout = QGridLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setColumnStretch(0, 1)
        layout.addWidget(self.screen_profile, 0, 0)
        layout.addWidget(browse, 0, 1)
        layout.addWidget(says, 1, 0, 1, 2)
        return box

    def _on_browse_clicked(self) -> None:
        found, _ = QFileDialog.getOpenFileName(
            self, self.tr("Profile of the screen"), "", self.tr("Colour profiles (*.icc *.icm)")
        )
        if found:
            self.choose_profile(Path(found))

    def choose_profile(self, file: Path) -> None:
        """A file instead of what the system says."""
        if self.screen_profile.findData(str(file)) < 0:
            self.screen_profile.addItem(file.name, str(file))
        self.screen_profile.setCurrentIndex(self.screen_profile.findData(str(file)))

    def preferences(self) -> Preferences:
        """What was chosen."""
        return Preferences(
            language=str(self.language.currentData()),
            max_megapixels=float(self.megapixels.value()),
            reopen=self.reopen.isChecked(),
            auto_train=self.auto_train.isChecked(),
            sidecars=self.sidecars.isChecked(),
            screen=str(self.screen_profile.currentData()),
        )


class KeysPage(QWidget):
    """One line for each action; a key that another action has is refused, and said."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = {spec.name: tuple(keys.get(spec.name, spec.keys)) for spec in ACTIONS}
        self.edits: dict[str, QKeySequenceEdit] = {}
        self._lines: dict[str, QWidget] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 0)
        self._find = QLineEdit()
        self._find.setPlaceholderText(self.tr("Find an action"))
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._on_find)
        layout.addWidget(self._find)
        content = QWidget()
        self._rows = QVBoxLayout(content)
        self._rows.setSpacing(2)
        for menu in MENUS:
            self._rows.addWidget(section_title(plain(menu)))
            for spec in ACTIONS:
                if spec.menu == menu:
                    self._add_line(spec)
        self._rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        layout.addWidget(scroll, 1)
        self.warning = QLabel()
        self.warning.setObjectName("Warn")
        layout.addWidget(self.warning)

    def _add_line(self, spec: ActionSpec) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, SPACE, 0)
        row.addWidget(QLabel(text_of(spec)), 1)
        edit = QKeySequenceEdit(QKeySequence(", ".join(self._keys[spec.name][:1])))
        edit.setMaximumSequenceLength(1)
        edit.setClearButtonEnabled(True)
        edit.setFixedWidth(150)
        edit.setAccessibleName(text_of(spec))
        edit.setProperty("action", spec.name)
        edit.keySequenceChanged.connect(self._on_changed)
        back = QToolButton()
        back.setText("↺")
        back.setToolTip(self.tr("As shipped"))
        back.setProperty("action", spec.name)
        back.clicked.connect(self._on_reset)
        row.addWidget(edit)
        row.addWidget(back)
        self.edits[spec.name], self._lines[spec.name] = edit, line
        self._rows.addWidget(line)

    def changed_keys(self) -> dict[str, tuple[str, ...]]:
        """Only what differs from the shipped keys."""
        shipped = {spec.name: spec.keys for spec in ACTIONS}
        return {name: keys for name, keys in self._keys.items() if keys != shipped[name]}

    def _on_changed(self, sequence: QKeySequence) -> None:
        name = str(self.sender().property("action"))
        text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        owner = self._owner(text, name)
        if owner is None:
            # The first key is edited here; further ones of the table stay as they are.
            rest = self._keys[name][1:] if text else ()
            self._keys[name] = ((text,) if text else ()) + rest
            self.warning.clear()
            return
        shown = sequence.toString(QKeySequence.SequenceFormat.NativeText)
        self.warning.setText(self.tr("{0} belongs to: {1}").format(shown, text_of(owner)))
        self._show(name)

    def _owner(self, key: str, besides: str) -> ActionSpec | None:
        if not key:
            return None
        wanted = QKeySequence(key)
        for spec in ACTIONS:
            if spec.name != besides:
                mine = [QKeySequence(one) for one in self._keys[spec.name]]
                if any(one == wanted for one in mine):
                    return spec
        return None

    def _on_reset(self) -> None:
        name = str(self.sender().property("action"))
        shipped = next(spec.keys for spec in ACTIONS if spec.name == name)
        taken = next((o for key in shipped if (o := self._owner(key, name)) is not None), None)
        if taken is not None:
            self.warning.setText(self.tr("{0} has that key now").format(text_of(taken)))
            return
        self._keys[name] = shipped
        self._show(name)

    def _show(self, name: str) -> None:
        edit = self.edits[name]
        edit.blockSignals(True)
        edit.setKeySequence(QKeySequence(", ".join(self._keys[name][:1])))
        edit.blockSignals(False)

    def _on_find(self, text: str) -> None:
        for spec in ACTIONS:
            shown = text.casefold() in text_of(spec).casefold()
            self._lines[spec.name].setVisible(shown)
