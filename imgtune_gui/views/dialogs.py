"""Small dialogs: shortcuts, about, which settings to paste."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, version

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.actions import ACTIONS, MENUS, native, plain, text_of, tr
from imgtune_gui.language import param_group, param_label
from imgtune_gui.views.labels import rule, section_title
from imgtune_gui.views.theme import SPACE
from model_core.domain.develop import PARAM_NAMES, PARAMS

#: Bundled parts and their licences, as their packages declare them.
PARTS = (
    ("Qt / PySide6", "LGPL-3.0", "PySide6_Essentials"),
    ("NumPy", "BSD-3-Clause", "numpy"),
    ("Pillow", "MIT-CMU", "pillow"),
    ("pillow-heif (libheif, libde265)", "BSD-3-Clause (LGPL-3.0)", "pillow-heif"),
    ("rawpy (LibRaw)", "MIT (LGPL-2.1 / CDDL)", "rawpy"),
    ("OpenColorIO", "BSD-3-Clause", "opencolorio"),
    ("ONNX Runtime", "MIT", "onnxruntime"),
    ("PyTorch, torchvision", "BSD-3-Clause", "torch"),
    ("timm, PEFT, safetensors, ONNX", "Apache-2.0", "timm"),
    ("ONNX Script", "MIT", "onnxscript"),
    ("imagecodecs, tifffile", "BSD-3-Clause", "imagecodecs"),
    ("array-api-compat", "MIT", "array-api-compat"),
    ("platformdirs", "MIT", "platformdirs"),
    ("watchdog", "Apache-2.0", "watchdog"),
    ("defusedxml", "PSF-2.0", "defusedxml"),
)


class InfoDialog(QDialog):
    """A title, scrolling content, Close."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(rule())
        buttons.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.addWidget(buttons)


def shortcuts_dialog(parent: QWidget, actions: Mapping[str, QAction]) -> InfoDialog:
    """Generated from the actions as they are, so it cannot be out of date."""
    content = QWidget()
    grid = QGridLayout(content)
    grid.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
    grid.setHorizontalSpacing(4 * SPACE)
    grid.setVerticalSpacing(6)
    row = 0
    for menu in MENUS:
        specs = [s for s in ACTIONS if s.menu == menu and actions[s.name].shortcuts()]
        if not specs:
            continue
        grid.addWidget(section_title(plain(menu)), row, 0, 1, 2)
        row += 1
        for spec in specs:
            grid.addWidget(QLabel(text_of(spec)), row, 0)
            keys = QLabel(native(key.toString() for key in actions[spec.name].shortcuts()))
            keys.setObjectName("Dim")
            grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
            row += 1
    for name, keys_text in mouse_rows():
        grid.addWidget(QLabel(name), row, 0)
        keys = QLabel(keys_text)
        keys.setObjectName("Dim")
        grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
        row += 1
    grid.setRowStretch(row, 1)
    dialog = InfoDialog(tr("Keyboard shortcuts"), content, parent)
    dialog.resize(520, 640)
    return dialog


def mouse_rows() -> list[tuple[str, str]]:
    """What is no row of the table of actions: what, and how."""
    return [
        (tr("Slider: a small step"), tr("arrows or wheel")),
        (tr("Slider: a step that can be seen"), tr("Shift + arrows or wheel, PgUp / PgDn")),
        (tr("Slider: type a value"), tr("F2, + or -, or click the value")),
        (tr("Slider: back to the prediction"), tr("double-click it, Delete")),
        (tr("Slider: back to zero"), tr("Alt + double-click it, Shift + Delete")),
        (tr("Loupe: zoom about the pointer"), tr("wheel, double-click")),
        (tr("Loupe: move what is seen"), tr("drag, Shift + arrows")),
        (tr("Loupe: move the divider"), tr("drag it, Alt + arrows")),
        (tr("Crop: move it, change its size"), tr("drag, arrows, Shift + arrows")),
        (tr("Crop: straighten"), tr("drag outside it")),
        (tr("Grid: larger or smaller pictures"), tr("Ctrl + wheel, Ctrl + plus or minus")),
        (tr("What Tab has come to"), tr("Space presses it, arrows change it")),
    ]


def about_dialog(parent: QWidget) -> InfoDialog:
    """What this is, and the licences of what it is made of."""
    content = QWidget()
    layout = QVBoxLayout(content)
    layout.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
    layout.setSpacing(SPACE)
    title = QLabel("imgtune")
    title.setObjectName("Heading")
    lead = QLabel(tr("Learns how you edit, from the first correction, on your own machine."))
    lead.setObjectName("Lead")
    python = ".".join(str(n) for n in sys.version_info[:3])
    versions = QLabel(f"{_version('imgtune')}  ·  Qt {PySide6.__version__}  ·  Python {python}")
    versions.setObjectName("Dim")
    own = QLabel(tr("Licence: Apache-2.0. Bundled parts:"))
    for label in (title, lead, versions, own):
        layout.addWidget(label)
    grid = QGridLayout()
    grid.setHorizontalSpacing(3 * SPACE)
    grid.setVerticalSpacing(4)
    for row, (name, licence, package) in enumerate(PARTS):
        for column, text in enumerate((name, _version(package), licence)):
            label = QLabel(text)
            label.setObjectName("" if column == 0 else "Dim")
            grid.addWidget(label, row, column)
    layout.addLayout(grid)
    layout.addStretch(1)
    dialog = InfoDialog(tr("About imgtune"), content, parent)
    dialog.resize(620, 480)
    return dialog


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "–"


#: Fields beside the sliders: never ticked until the user does.
CROP, TURNS = "crop", "turns"


class FieldsDialog(QDialog):
    """Which sliders to paste, sync or keep; what is not ticked stays as it is. ``frame``: the crop
    and the quarter turns are offered too."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        button: str,
        lead: str = "",
        ticked: Collection[str] = PARAM_NAMES,
        *,
        frame: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.boxes: dict[str, QCheckBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        layout.setSpacing(6)
        if lead:
            about = QLabel(lead)
            about.setObjectName("Lead")
            about.setTextFormat(Qt.TextFormat.PlainText)
            layout.addWidget(about)
        group = ""
        for spec in PARAMS:
            if spec.group != group:
                group = spec.group
                layout.addWidget(section_title(param_group(group)))
            layout.addWidget(self._box(spec.name, param_label(spec), spec.name in ticked))
        if frame:
            layout.addWidget(section_title(self.tr("Frame")))
            layout.addWidget(self._box(CROP, self.tr("Crop and straighten"), ticked=False))
            layout.addWidget(self._box(TURNS, self.tr("Rotation"), ticked=False))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.good = buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.good.setObjectName("Primary")
        both = QHBoxLayout()
        for text, slot in ((self.tr("All"), self.tick_all), (self.tr("None"), self.tick_none)):
            tick = QPushButton(text)
            tick.setObjectName("Quiet")
            tick.setAutoDefault(False)
            tick.clicked.connect(slot)
            both.addWidget(tick)
        both.addStretch(1)
        layout.addLayout(both)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addSpacing(SPACE)
        layout.addWidget(buttons)
        # Only now: a default that is chosen outside of a dialog is none to it, and Enter on a
        # field that was just ticked would cancel.
        self.good.setDefault(True)
        self.good.setFocus()

    def _box(self, name: str, text: str, ticked: bool) -> QCheckBox:
        box = self.boxes[name] = QCheckBox(text)
        box.setChecked(ticked)
        box.toggled.connect(self._on_toggled)
        return box

    def _on_toggled(self) -> None:
        self.good.setEnabled(bool(self.names()))

    def tick_all(self) -> None:
        for box in self.boxes.values():
            box.setChecked(True)

    def tick_none(self) -> None:
        for box in self.boxes.values():
            box.setChecked(False)

    def names(self) -> list[str]:
        """The ticked sliders, and what of the frame."""
        return [name for name, box in self.boxes.items() if box.isChecked()]
