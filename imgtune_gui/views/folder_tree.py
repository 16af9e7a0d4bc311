"""The open folders with their sub-folders; a click shows what lies in one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from imgtune_gui.models.arrangement import Arrangement
from imgtune_gui.models.photo_item import shown_name
from imgtune_gui.session import PhotoSession

_FOLDER = Qt.ItemDataRole.UserRole + 1
_SETTLE_MS = 200
_ROW, _MOST_ROWS = 21, 9


class FolderTree(QTreeWidget):
    """Hidden while all photos lie in one folder: then there is nothing to choose."""

    folder_chosen = Signal(str)  # empty: all photos

    def __init__(self, session: PhotoSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: dict[str, int] = {}
        self.setObjectName("Folders")
        self.setAccessibleName(self.tr("Folders"))
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        header.setSectionResizeMode(1, header.ResizeMode.ResizeToContents)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._fill)
        for signal in (session.photos_reset, session.photos_added):
            signal.connect(self._on_photos_changed)
        session.arrangement_changed.connect(self._on_arrangement_changed)
        self.itemSelectionChanged.connect(self._on_selected)
        self.itemExpanded.connect(self._fit)
        self.itemCollapsed.connect(self._fit)
        self.hide()

    def _on_photos_changed(self, *_: object) -> None:
        self._settle.start()

    def _fill(self) -> None:
        counts = folder_counts(item.folder for item in self._session.all_items)
        if counts == self._shown:
            return
        self._shown = counts
        self.blockSignals(True)
        self.clear()
        nodes: dict[str, QTreeWidgetItem] = {}
        for folder, count in counts.items():  # those above come first
            above = nodes.get(os.path.dirname(folder))  # noqa: PTH120
            node = QTreeWidgetItem([shown_name(Path(folder)) or folder, str(count)])
            node.setData(0, _FOLDER, folder)
            node.setToolTip(0, folder)
            node.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            node.setForeground(1, self.palette().placeholderText())
            if above is None:
                self.addTopLevelItem(node)
            else:
                above.addChild(node)
            nodes[folder] = node
            node.setExpanded(above is None)
        self.blockSignals(False)
        self._on_arrangement_changed(self._session.arrangement)
        self.setVisible(len(counts) > 1)
        self._fit()

    def _fit(self, *_: object) -> None:
        rows, node = 0, self.topLevelItem(0)
        while node is not None and rows < _MOST_ROWS:
            rows, node = rows + 1, self.itemBelow(node)
        self.setFixedHeight(rows * _ROW + 6)

    def _on_arrangement_changed(self, arrangement: Arrangement) -> None:
        self.blockSignals(True)
        self.clearSelection()
        found = self.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)
        for node in found:
            if arrangement.folder and node.data(0, _FOLDER) == arrangement.folder:
                self.setCurrentItem(node)
        self.blockSignals(False)

    def _on_selected(self) -> None:
        nodes = self.selectedItems()
        whole = not nodes or (nodes[0].parent() is None and self.topLevelItemCount() == 1)
        self.folder_chosen.emit("" if whole else str(nodes[0].data(0, _FOLDER)))


def folder_counts(folders: Iterable[str]) -> dict[str, int]:
    """How many photos lie in each folder and below it: those that hold any, and those between
    them and what they have in common; each after the folder it lies in."""
    own = Counter(folders)
    if not own:
        return {}
    common = os.path.commonpath(own) if len(own) > 1 and _one_root(own) else ""
    total: Counter[str] = Counter()
    for folder, count in own.items():
        total[folder] += count
        above = os.path.dirname(folder)  # noqa: PTH120
        while common and len(above) >= len(common) and above != folder:
            total[above] += count
            folder, above = above, os.path.dirname(above)  # noqa: PTH120
    return {folder: total[folder] for folder in sorted(total, key=lambda one: Path(one).parts)}


def _one_root(folders: Iterable[str]) -> bool:
    return len({Path(folder).anchor for folder in folders}) == 1
