"""Preferences: how the program behaves, and the keys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.language import LANGUAGES
from imgtune_gui.settings import Preferences
from imgtune_gui.views.keys_page import KeysPage
from imgtune_gui.views.theme import SPACE
from imgtune_gui.views.wheel import WheelGuard


class PreferencesDialog(QDialog):
    """Nothing changes before OK."""

    def __init__(
        self,
        preferences: Preferences,
        keys: Mapping[str, tuple[str, ...]],
        texts: tuple[str, str],
        parent: QWidget,
    ) -> None:
        """``texts``: which profile the screen has, and what draws previews, now."""
        super().__init__(parent)
        self.screen_text, self.gpu_text = texts
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
        form.addRow(self.tr("GPU preview"), self._build_gpu(now.gpu))
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
        box = QWidget()
        layout = QGridLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setColumnStretch(0, 1)
        layout.addWidget(self.screen_profile, 0, 0)
        layout.addWidget(browse, 0, 1)
        layout.addWidget(_dim(self.screen_text), 1, 0, 1, 2)
        return box

    def _build_gpu(self, now: bool) -> QWidget:
        """Whether it may be used, and what is used now."""
        self.gpu = QComboBox()
        self.gpu.addItem(self.tr("Automatic"), True)
        self.gpu.addItem(self.tr("Off"), False)
        self.gpu.setCurrentIndex(self.gpu.findData(now))
        self.gpu.setToolTip(
            self.tr("While a slider moves, where it is quicker and shows the same as the CPU.")
        )
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.gpu)
        layout.addWidget(_dim(self.gpu_text))
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
            gpu=bool(self.gpu.currentData()),
        )


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("Dim")
    label.setWordWrap(True)
    return label
