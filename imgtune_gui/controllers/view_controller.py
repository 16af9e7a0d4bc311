"""How things are shown: loupe or grid, zoom, before and after, panels; and what is greyed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from imgtune_gui.actions import ACTIONS
from imgtune_gui.controllers.crop_controller import CropController
from imgtune_gui.controllers.loupe_controller import LoupeController
from imgtune_gui.controllers.picker_controller import PickerController
from imgtune_gui.models.arrangement import Arrangement, SortKey
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.settings import AppSettings
from imgtune_gui.views.companions import toggle
from imgtune_gui.views.history_window import HistoryWindow
from imgtune_gui.views.loupe import Compare
from imgtune_gui.views.main_window import MainWindow

_ZOOM_STEP = 1.5
_COMPARING = ("before", "split", "side_by_side")
_ZOOMING = ("zoom", "zoom_fit", "zoom_fill", "zoom_in", "zoom_out")
_NOT_WHILE_CROPPING = (*_COMPARING, *_ZOOMING, "grid", "pick_white")


class ViewController(QObject):
    """Keeps the checkable actions and what they stand for in step."""

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        loupe: LoupeController,
        picker: PickerController,
        crop: CropController,
        settings: AppSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._settings = session, window, settings
        self._loupe_controller, self._picker, self._crop = loupe, picker, crop
        self._history: HistoryWindow | None = None
        self._actions: Mapping[str, QAction] = {}

    def adopt(self, actions: Mapping[str, QAction]) -> None:
        """Once the actions exist: shows what is remembered, and follows what changes."""
        self._actions = actions
        for name, default in (("left_panel", True), ("right_panel", True), ("filmstrip", True)):
            shown = self._settings.value(name, default)
            actions[name].setChecked(shown)
        self.show_left_panel(actions["left_panel"].isChecked())
        self.show_right_panel(actions["right_panel"].isChecked())
        self._picker.armed_changed.connect(self._on_armed_changed)
        self._crop.cropping_changed.connect(self._on_cropping_changed)
        stack = self._session.undo_stack
        stack.canUndoChanged.connect(actions["undo"].setEnabled)
        stack.canRedoChanged.connect(actions["redo"].setEnabled)
        stack.undoTextChanged.connect(self._on_undo_text_changed)
        stack.redoTextChanged.connect(self._on_redo_text_changed)
        actions["escape"].setEnabled(False)
        actions["undo"].setEnabled(False)
        actions["redo"].setEnabled(False)
        self._window.loupe.zoom_changed.connect(self._on_zoom_changed)
        self._window.loupe.compare_changed.connect(self._on_compare_changed)
        self._session.current_changed.connect(self._on_current_changed)
        self._session.photos_reset.connect(self._on_photos_reset)
        self._session.arrangement_changed.connect(self._on_arrangement_changed)
        self._on_current_changed(None)
        self._on_arrangement_changed(self._session.arrangement)

    # --- pages ----------------------------------------------------------------------
    def show_loupe(self) -> None:
        self._show_page(grid=False)

    def show_grid(self) -> None:
        self._show_page(grid=True)

    def _show_page(self, *, grid: bool) -> None:
        """With the keys: else the arrows would go on turning the slider that had them."""
        self._window.show_page(grid=grid)
        self._window.focus_photo()

    def _in_loupe(self) -> None:
        """For what only the loupe shows; who works on a slider goes on with it."""
        if self._window.is_grid():
            self.show_loupe()

    def open_item(self, item: PhotoItem) -> None:
        self._session.select(item)
        self.show_loupe()

    def show_left_panel(self, shown: bool) -> None:
        self._settings.set_value("left_panel", shown)
        self._window.style_panel.setVisible(shown)

    def show_right_panel(self, shown: bool) -> None:
        self._settings.set_value("right_panel", shown)
        self._window.develop_panel.setVisible(shown)

    def show_filmstrip(self, shown: bool) -> None:
        self._window.set_filmstrip_wanted(shown)

    def show_full_screen(self, wanted: bool) -> None:
        state = Qt.WindowState.WindowFullScreen
        if wanted:
            self._window.setWindowState(self._window.windowState() | state)
        else:
            self._window.setWindowState(self._window.windowState() & ~state)
        # The photo alone; what was there before comes back afterwards.
        self._window.set_alone(wanted)
        for name, panel in self._panels().items():
            panel.setVisible(self._actions[name].isChecked() and not wanted)
        self._update_escape()

    def _panels(self) -> dict[str, QWidget]:
        return {
            "left_panel": self._window.style_panel,
            "right_panel": self._window.develop_panel,
        }

    def escape(self) -> None:
        """Leaves whatever was entered last."""
        if self._picker.is_armed:
            self._picker.disarm()
        elif self._crop.is_cropping:
            self._crop.cancel()
        elif self._window.isFullScreen():
            self._actions["full_screen"].trigger()

    def _on_armed_changed(self, armed: bool) -> None:
        self._actions["pick_white"].setChecked(armed)
        self._update_escape()

    def _on_cropping_changed(self, cropping: bool) -> None:
        self._actions["crop"].setChecked(cropping)
        if cropping:
            self._window.loupe.set_compare(Compare.AFTER)
        # The tool shows the whole photo; comparing and zooming would show something else.
        for name in _NOT_WHILE_CROPPING:
            self._actions[name].setEnabled(not cropping)
        self._update_escape()

    def _update_escape(self) -> None:
        # Enabled only while it does something, so that Escape is free everywhere else.
        inside = self._picker.is_armed or self._crop.is_cropping or self._window.isFullScreen()
        self._actions["escape"].setEnabled(inside)

    def show_history(self) -> None:
        """All that can be undone; a click goes there."""
        if self._history is None:
            self._history = HistoryWindow(self._session.undo_stack, self._window)
        toggle(self._history, self._window)

    # --- loupe ----------------------------------------------------------------------
    def toggle_zoom(self) -> None:
        self._in_loupe()
        self._window.loupe.toggle_zoom()
        self._on_zoom_changed("")

    def zoom_fit(self) -> None:
        self._in_loupe()
        self._window.loupe.fit()

    def zoom_fill(self) -> None:
        """Again: back to fit, like the other zooms."""
        self._in_loupe()
        loupe = self._window.loupe
        if loupe.geometry_.filled:
            loupe.fit()
        else:
            loupe.fill()

    def zoom_in(self) -> None:
        self._zoom_by(_ZOOM_STEP)

    def zoom_out(self) -> None:
        self._zoom_by(1 / _ZOOM_STEP)

    def _zoom_by(self, factor: float) -> None:
        """In the grid, thumbnails."""
        if self._window.is_grid():
            grid = self._window.grid
            grid.set_cell_width(round(grid.cell_width() * factor))
        else:
            self._window.loupe.zoom_by(factor)

    def show_before(self, wanted: bool) -> None:
        self._compare(Compare.BEFORE if wanted else Compare.AFTER)

    def show_split(self, wanted: bool) -> None:
        self._compare(Compare.SPLIT if wanted else Compare.AFTER)

    def show_side_by_side(self, wanted: bool) -> None:
        self._compare(Compare.SIDE if wanted else Compare.AFTER)

    def _compare(self, compare: Compare) -> None:
        self._in_loupe()
        self._window.loupe.set_compare(compare)

    def show_clipping(self, wanted: bool) -> None:
        self._loupe_controller.set_clipping(wanted)

    def toggle_clipping(self) -> None:
        """From the histogram's triangles."""
        self._actions["clipping"].trigger()

    # --- keeping in step ------------------------------------------------------------
    def _on_zoom_changed(self, _text: str) -> None:
        self._actions["zoom"].setChecked(not self._window.loupe.geometry_.is_fit)

    def _on_compare_changed(self, compare: Compare) -> None:
        self._actions["before"].setChecked(compare is Compare.BEFORE)
        self._actions["split"].setChecked(compare is Compare.SPLIT)
        self._actions["side_by_side"].setChecked(compare is Compare.SIDE)

    def _on_arrangement_changed(self, arrangement: Arrangement) -> None:
        self._actions["sort_doubt"].setChecked(arrangement.sort is SortKey.DOUBT)
        self._actions["show_all"].setEnabled(arrangement.filters)

    def _on_undo_text_changed(self, text: str) -> None:
        self._actions["undo"].setText(self.tr("&Undo {0}").format(text).strip())

    def _on_redo_text_changed(self, text: str) -> None:
        self._actions["redo"].setText(self.tr("&Redo {0}").format(text).strip())

    def _on_current_changed(self, item: PhotoItem | None) -> None:
        for spec in ACTIONS:
            if spec.needs_photo:
                self._actions[spec.name].setEnabled(item is not None)
        title = f"{item.name} — imgtune" if item is not None else "imgtune"
        self._window.setWindowTitle(title)

    def _on_photos_reset(self) -> None:
        if not self._session.items:
            self._on_current_changed(None)
