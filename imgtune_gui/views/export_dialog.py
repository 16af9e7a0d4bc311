"""Which photos, where to, under which names, and as what kind of file."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.core_texts import said
from imgtune_gui.export_choice import PRESETS, ExportChoice
from imgtune_gui.models.photo_item import EditState, PhotoItem
from imgtune_gui.views.export_fields import FileFields, combo, new_form, row, select
from imgtune_gui.views.labels import ElidedLabel, rule
from imgtune_gui.views.theme import SPACE
from imgtune_gui.views.wheel import WheelGuard
from model_core.domain.errors import CannotWrite
from model_core.domain.export import OnCollision
from model_core.domain.naming import FIELD_NAMES, NameFacts, NameTemplate

_CUSTOM = "custom"
_OWN = "own:"  # before the name of a user's preset, so that it never meets a shipped one


class ExportDialog(QDialog):
    """Ask :meth:`photos`, :meth:`choice` and :attr:`presets` after it was accepted."""

    def __init__(
        self,
        selected: list[PhotoItem],
        everything: list[PhotoItem],
        choice: ExportChoice,
        presets: dict[str, ExportChoice] | None = None,
        style: str = "",
        parent: QWidget | None = None,
        *,
        in_hand: bool = False,
    ) -> None:
        """``in_hand``: what is selected is what the user sees, be it a single photo."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export photos"))
        self.presets = dict(presets or {})
        self._style = style
        done_states = {EditState.ACCEPTED, EditState.CORRECTED}
        usable = [item for item in everything if not item.error]
        done = [item for item in usable if item.state in done_states]
        chosen = [item for item in selected if not item.error]
        self._sets = [chosen, done, usable]
        self._make_where(choice, in_hand)
        self._make_presets()
        self.fields = FileFields()
        self._make_bottom(choice)
        self._lay_out()
        WheelGuard(self)
        self.fields.set_choice(choice)
        self._connect()
        self._on_fields_changed()

    # --- building --------------------------------------------------------------------
    def _make_where(self, choice: ExportChoice, in_hand: bool) -> None:
        names = (self.tr("Selected"), self.tr("Accepted and corrected"), self.tr("All photos"))
        self.which = combo({i: f"{name} ({len(self._sets[i])})" for i, name in enumerate(names)})
        usual = 1 if not in_hand and len(self._sets[0]) <= 1 and self._sets[1] else 0
        self.which.setCurrentIndex(usual if self._sets[usual] else 2)
        for index, photos in enumerate(self._sets):
            self.which.model().item(index).setEnabled(bool(photos))  # type: ignore[attr-defined]
        self.folder = QLineEdit(choice.folder or self._folder_beside())
        self.folder.setPlaceholderText(self.tr("Choose a folder"))
        self.browse = QPushButton(self.tr("Browse…"))
        self.browse.setAutoDefault(False)
        self.name = QLineEdit(choice.name)
        self.insert = QPushButton(self.tr("Insert"))
        self.insert.setAutoDefault(False)
        menu = QMenu(self.insert)
        for field in FIELD_NAMES:
            action = menu.addAction(self._field_text(field))
            action.setData("{seq:03}" if field == "seq" else f"{{{field}}}")
        self.insert.setMenu(menu)
        self.example = ElidedLabel()
        self.example.mode = Qt.TextElideMode.ElideMiddle
        self.example.setObjectName("Dim")
        self.collision = combo(
            {
                OnCollision.UNIQUE: self.tr("Add a number to the name"),
                OnCollision.SKIP: self.tr("Leave the photo out"),
                OnCollision.OVERWRITE: self.tr("Replace, if imgtune exported it"),
            }
        )
        select(self.collision, choice.on_collision)

    def _make_presets(self) -> None:
        self.preset = combo({})
        self.save_preset = QPushButton(self.tr("Save…"))
        self.save_preset.setToolTip(self.tr("Keep these file settings under a name"))
        self.delete_preset = QPushButton(self.tr("Delete"))
        for button in (self.save_preset, self.delete_preset):
            button.setAutoDefault(False)
        self._fill_presets()

    def _make_bottom(self, choice: ExportChoice) -> None:
        self.open_folder = QCheckBox(self.tr("Open the folder when done"))
        self.open_folder.setChecked(choice.open_folder)
        self.problem = QLabel()
        self.problem.setObjectName("Warn")
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self.buttons.addButton(
            self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.export_button.setObjectName("Primary")

    def _lay_out(self) -> None:
        left = QWidget()
        form = new_form(left)
        form.addRow(self.tr("Photos"), self.which)
        form.addRow(self.tr("Folder"), row(self.folder, self.browse))
        form.addRow(self.tr("Name"), row(self.name, self.insert))
        form.addRow("", self.example)
        form.addRow(self.tr("If it exists"), self.collision)
        form.addRow("", self.open_folder)
        promise = QLabel(self.tr("Originals are never written:\nevery export is a new file."))
        promise.setObjectName("Dim")
        form.addRow("", promise)
        right = QVBoxLayout()
        right.setSpacing(2 * SPACE)
        right.addWidget(row(QLabel(self.tr("Preset")), self.preset, self.save_preset,
                            self.delete_preset))  # fmt: skip
        right.addWidget(rule())
        right.addWidget(self.fields)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(4 * SPACE)
        columns.addWidget(left, 1, Qt.AlignmentFlag.AlignTop)
        columns.addLayout(right, 1)
        left.setMinimumWidth(390)
        self.fields.setMinimumWidth(380)
        self.preset.setMinimumWidth(170)
        self.preset.parentWidget().layout().setStretch(1, 1)  # type: ignore[union-attr]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(columns)
        layout.addWidget(rule())
        bottom = QHBoxLayout()
        bottom.addWidget(self.problem, 1)
        bottom.addWidget(self.buttons)
        layout.addLayout(bottom)

    def _connect(self) -> None:
        self.browse.clicked.connect(self._on_browse_clicked)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.which.currentIndexChanged.connect(self._update)
        self.folder.textChanged.connect(self._update)
        self.name.textChanged.connect(self._update)
        self.insert.menu().triggered.connect(self._on_insert_triggered)
        self.fields.changed.connect(self._on_fields_changed)
        self.preset.activated.connect(self._on_preset_activated)
        self.save_preset.clicked.connect(self._on_save_clicked)
        self.delete_preset.clicked.connect(self._on_delete_clicked)

    # --- answers ---------------------------------------------------------------------
    def photos(self) -> list[PhotoItem]:
        """The photos to write."""
        return self._sets[self.which.currentIndex()]

    def choice(self) -> ExportChoice:
        """Where to and how, to be remembered for the next time."""
        where = ExportChoice(
            folder=self.folder.text().strip(),
            name=self.name.text().strip(),
            on_collision=str(self.collision.currentData()),
            open_folder=self.open_folder.isChecked(),
        )
        return self.fields.apply_to(where)

    # --- presets ---------------------------------------------------------------------
    def _fill_presets(self) -> None:
        self.preset.clear()
        names = {
            "full": self.tr("Full-size JPEG"),
            "web": self.tr("Web, 2048 pixels"),
            "print": self.tr("Print, 16-bit TIFF"),
        }
        for key in PRESETS:
            self.preset.addItem(names[key], key)
        for name in sorted(self.presets, key=str.casefold):
            self.preset.addItem(name, _OWN + name)
        self.preset.addItem(self.tr("Custom"), _CUSTOM)

    def _preset(self, key: str) -> ExportChoice | None:
        if key.startswith(_OWN):
            return self.presets.get(key.removeprefix(_OWN))
        return PRESETS.get(key)

    def _on_preset_activated(self, index: int) -> None:
        preset = self._preset(self.preset.itemData(index))
        if preset is not None:
            self.fields.set_choice(self.choice().with_preset(preset))
        select(self.preset, self.preset.itemData(index))  # of two that are the same kind
        self._update_delete()

    def _on_fields_changed(self) -> None:
        choice = self.choice()
        shown = self._preset(str(self.preset.currentData()))
        if shown is None or not shown.same_kind(choice):
            keys = [self.preset.itemData(i) for i in range(self.preset.count())]
            found = (k for k in keys if (p := self._preset(k)) and p.same_kind(choice))
            select(self.preset, next(found, _CUSTOM))
        self._update_delete()
        self._update()

    def _on_save_clicked(self) -> None:
        name, confirmed = QInputDialog.getText(
            self, self.tr("Save preset"), self.tr("Name of the preset:")
        )
        if confirmed and name.strip():
            self.keep_preset(name.strip())

    def keep_preset(self, name: str) -> None:
        """Keeps the file settings under ``name``, in place of an older one."""
        self.presets[name] = self.choice()
        self._fill_presets()
        select(self.preset, _OWN + name)
        self._update_delete()

    def _on_delete_clicked(self) -> None:
        self.presets.pop(str(self.preset.currentData()).removeprefix(_OWN), None)
        self._fill_presets()
        self._on_fields_changed()

    def _update_delete(self) -> None:
        self.delete_preset.setEnabled(str(self.preset.currentData()).startswith(_OWN))

    # --- what is shown ---------------------------------------------------------------
    def _update(self, *_: object) -> None:
        problem = self._find_problem()
        self.problem.setText(problem or self._advice())
        self.problem.setObjectName("Warn" if problem else "Dim")
        self.problem.style().polish(self.problem)
        self.export_button.setEnabled(not problem and bool(self.folder.text().strip()))
        self._update_delete()

    def _find_problem(self) -> str:
        try:
            self.example.set_full_text(self._example())
        except CannotWrite as error:
            self.example.set_full_text("")
            return said(error)
        if not self.photos():
            return self.tr("There is no photo to export: none of these can be read.")
        text = self.folder.text().strip()
        if not text:
            return ""
        there = _nearest(Path(text).expanduser())
        if not there.is_dir():
            return self.tr("{0} is a file, not a folder.").format(there)
        if not os.access(there, os.W_OK):
            return self.tr("There is no permission to write to {0}.").format(there)
        return ""

    def _folder_beside(self) -> str:
        """A folder next to that of the photos, offered until the user has chosen one. Not
        within it, where the copies would be opened as photos the next time."""
        photos = self._sets[0] or self._sets[2]
        if not photos:
            return ""
        folder = photos[0].path.absolute().parent
        return str(folder.with_name(self.tr("{0} export").format(folder.name)))

    def _advice(self) -> str:
        choice = self.choice()
        folder = Path(choice.folder).expanduser()
        if choice.folder and not folder.is_dir():
            return self.tr("The folder {0} will be made.").format(folder.name)
        if choice.profile == "prophoto" and choice.depth == 8:
            return self.tr("ProPhoto RGB at 8 bits shows bands in skies; 16 bits are safer.")
        return ""

    def _example(self) -> str:
        """The first photo's new name and size. Raises CannotWrite for a wrong template."""
        template, options = NameTemplate(self.name.text()), self.choice().options()
        if not self.photos():
            return ""
        item = self.photos()[0]
        name = template.stem(_facts(item, self._style)) + options.suffix
        if item.photo is None:
            return name
        width, height = options.size(item.photo.width, item.photo.height)
        return self.tr("{0}   ({1} × {2} px)").format(name, width, height)

    def _field_text(self, field: str) -> str:
        texts = {
            "name": self.tr("Name of the photo"),
            "folder": self.tr("Name of its folder"),
            "date": self.tr("Date, 2026-05-01"),
            "time": self.tr("Time, 143000"),
            "year": self.tr("Year"),
            "month": self.tr("Month"),
            "day": self.tr("Day"),
            "style": self.tr("Style"),
            "camera": self.tr("Camera"),
            "seq": self.tr("Number, 001"),
        }
        return texts[field]

    def _on_insert_triggered(self, action: QAction) -> None:
        self.name.insert(str(action.data()))
        self.name.setFocus()

    def _on_browse_clicked(self) -> None:
        start = self.folder.text() or str(Path.home())
        found = QFileDialog.getExistingDirectory(self, self.tr("Export to"), start)
        if found:
            self.folder.setText(found)


def _nearest(path: Path) -> Path:
    """The path itself or the nearest above it that exists."""
    return next(p for p in (path, *path.absolute().parents) if p.exists())


def _facts(item: PhotoItem, style: str) -> NameFacts:
    photo = item.photo
    try:
        taken = datetime.fromisoformat((photo.captured_at if photo else None) or "")
    except ValueError:
        taken = datetime.now()
    camera = (photo.camera if photo else None) or ""
    return NameFacts(item.path, taken, 1, style, camera)
