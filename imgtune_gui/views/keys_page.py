"""The keys of all actions: a list, and one field for the key of the chosen line.

A field for each of the 80 lines kept the window for a fifth of a second when it opened.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.actions import ACTIONS, MENUS, ActionSpec, native, plain, text_of
from imgtune_gui.views.theme import SPACE

_SPECS = {spec.name: spec for spec in ACTIONS}
_NAME = Qt.ItemDataRole.UserRole
_KEY_WIDTH = 150


class KeysPage(QWidget):
    """Choose an action, press its new key; one that another action has is refused, and said."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = {name: tuple(keys.get(name, spec.keys)) for name, spec in _SPECS.items()}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find an action"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_find)
        self.list = self._build_list()
        self.warning = QLabel()
        self.warning.setObjectName("Warn")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._build_editor())
        layout.addWidget(self.warning)
        self.choose(ACTIONS[0].name)

    def _build_list(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setObjectName("Keys")
        tree.setAccessibleName(self.tr("Actions and their keys"))
        tree.setColumnCount(2)
        tree.setHeaderHidden(True)
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setIndentation(2 * SPACE)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        header.setSectionResizeMode(1, header.ResizeMode.Fixed)
        header.resizeSection(1, _KEY_WIDTH)
        self._lines: dict[str, QTreeWidgetItem] = {}
        self._groups: list[tuple[QTreeWidgetItem, list[ActionSpec]]] = []
        heading = QFont(self.font())
        heading.setBold(True)
        for menu in MENUS:
            group = QTreeWidgetItem(tree, [plain(menu)])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFont(0, heading)
            specs = [spec for spec in ACTIONS if spec.menu == menu]
            self._groups.append((group, specs))
            for spec in specs:
                line = QTreeWidgetItem(group, [text_of(spec), native(self._keys[spec.name])])
                line.setData(0, _NAME, spec.name)
                self._lines[spec.name] = line
        tree.expandAll()
        tree.currentItemChanged.connect(self._on_chosen)
        return tree

    def _build_editor(self) -> QHBoxLayout:
        self._chosen = QLabel()
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setClearButtonEnabled(True)
        self.edit.setFixedWidth(_KEY_WIDTH)
        self.edit.keySequenceChanged.connect(self._on_changed)
        self.reset = QPushButton(self.tr("As shipped"))
        self.reset.setAutoDefault(False)
        self.reset.clicked.connect(self._on_reset)
        row = QHBoxLayout()
        row.addWidget(self._chosen, 1)
        row.addWidget(self.edit)
        row.addWidget(self.reset)
        return row

    def choose(self, name: str) -> None:
        """Makes the line of that action the current one."""
        self.list.setCurrentItem(self._lines[name])

    def changed_keys(self) -> dict[str, tuple[str, ...]]:
        """Only what differs from the shipped keys."""
        return {name: keys for name, keys in self._keys.items() if keys != _SPECS[name].keys}

    def _name(self) -> str:
        line = self.list.currentItem()
        return str(line.data(0, _NAME) or "") if line is not None else ""

    def _on_chosen(self, *_: object) -> None:
        self.warning.clear()
        self._show()

    def _on_changed(self, sequence: QKeySequence) -> None:
        name = self._name()
        text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        owner = self._owner(text, name)
        if owner is None:
            # The first key is edited here; further ones of the table stay as they are.
            rest = self._keys[name][1:] if text else ()
            self._keys[name] = ((text,) if text else ()) + rest
            self.warning.clear()
        else:
            shown = sequence.toString(QKeySequence.SequenceFormat.NativeText)
            self.warning.setText(self.tr("{0} belongs to: {1}").format(shown, text_of(owner)))
        self._show()

    def _owner(self, key: str, besides: str) -> ActionSpec | None:
        if not key:
            return None
        wanted = QKeySequence(key)
        for name, keys in self._keys.items():
            if name != besides and any(QKeySequence(one) == wanted for one in keys):
                return _SPECS[name]
        return None

    def _on_reset(self) -> None:
        name = self._name()
        shipped = _SPECS[name].keys
        taken = next((o for key in shipped if (o := self._owner(key, name)) is not None), None)
        if taken is not None:
            self.warning.setText(self.tr("{0} has that key now").format(text_of(taken)))
            return
        self._keys[name] = shipped
        self._show()

    def _show(self) -> None:
        """The chosen line and the field say what the key is now."""
        name = self._name()
        for widget in (self.edit, self.reset):
            widget.setEnabled(bool(name))
        if not name:
            return
        keys, text = self._keys[name], text_of(_SPECS[name])
        self._lines[name].setText(1, native(keys))
        self._chosen.setText(text)
        self.edit.setAccessibleName(text)
        self.edit.blockSignals(True)
        self.edit.setKeySequence(QKeySequence(", ".join(keys[:1])))
        self.edit.blockSignals(False)
        self.reset.setEnabled(keys != _SPECS[name].keys)

    def _on_find(self, text: str) -> None:
        for name, line in self._lines.items():
            line.setHidden(text.casefold() not in text_of(_SPECS[name]).casefold())
        for group, specs in self._groups:
            group.setHidden(all(self._lines[spec.name].isHidden() for spec in specs))
