"""The white-balance picker: armed by W, used once, and it says what it read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from imgtune_gui.backend import Backend
from imgtune_gui.core_texts import said
from imgtune_gui.language import param_label
from imgtune_gui.models.photo_item import PhotoItem
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.main_window import MainWindow
from imgtune_gui.views.picker_overlay import PickerOverlay
from imgtune_gui.workers import messages as m
from model_core.domain.develop import param
from model_core.domain.errors import ImgtuneError
from model_core.domain.image import Proxy


class PickerController(QObject):
    """Reads the source's pixels, never the rendered picture: overlays and the present sliders
    do not matter."""

    message_raised = Signal(str)
    armed_changed = Signal(bool)

    def __init__(
        self,
        session: PhotoSession,
        window: MainWindow,
        proxy_of: Callable[[PhotoItem], Proxy | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._window, self._proxy_of = session, window, proxy_of
        self._opened: m.StudioOpened | None = None
        self._patch_share = 0.0
        self.overlay = PickerOverlay(window.loupe)
        self.overlay.hovered.connect(self._on_hovered)
        self.overlay.picked.connect(self._on_picked)
        self.overlay.left.connect(self._on_left)
        self.overlay.cancelled.connect(self.disarm)
        session.current_changed.connect(self.disarm)

    def set_studio(self, backend: Backend, opened: m.StudioOpened) -> None:
        self._opened, self._patch_share = opened, backend.patch_share

    @property
    def is_armed(self) -> bool:
        return not self.overlay.isHidden()

    def set_armed(self, wanted: bool) -> None:
        """W: on, and off again."""
        if not wanted:
            self.disarm()
            return
        item = self._session.current
        if item is None or self._opened is None or self._proxy_of(item) is None:
            self.message_raised.emit(self.tr("This photo is still being opened"))
            self.armed_changed.emit(False)
            return
        self._window.show_page(grid=False)
        self.overlay.arm(self._patch_share)
        self.message_raised.emit(
            self.tr("Click on something that should be grey, or go there by arrows and Enter")
        )
        self.armed_changed.emit(True)

    def disarm(self, _item: object = None) -> None:
        if self.is_armed:
            self.overlay.disarm()
            self.armed_changed.emit(False)
            self._window.focus_photo()

    def _on_hovered(self, x: float, y: float) -> None:
        item = self._session.current
        proxy = self._proxy_of(item) if item is not None else None
        if proxy is None or self._opened is None:
            return
        try:
            found = self._opened.studio.neutral_at(proxy, x, y)
        except ImgtuneError as error:
            self.overlay.show_reading(None, said(error))
            return
        text = self.tr("R {0}  G {1}  B {2}").format(*found.rgb)
        self.overlay.show_reading(found.rgb, f"{text}\n{_values(found.temperature, found.tint)}")

    def _on_left(self) -> None:
        self.overlay.show_reading(None, "")

    def _on_picked(self, x: float, y: float) -> None:
        item = self._session.current
        proxy = self._proxy_of(item) if item is not None else None
        if item is None or proxy is None or self._opened is None:
            return
        try:
            found = self._opened.studio.neutral_at(proxy, x, y)
        except ImgtuneError as error:
            self.message_raised.emit(said(error))  # still armed: another spot may do
            return
        self.disarm()
        values = {"temperature": found.temperature, "tint": found.tint}
        edit = item.settings.updated(values)
        self._session.set_edits([(item, edit)], self.tr("White balance picker"))
        text = self.tr("Read R {0} G {1} B {2}: {3}")
        if found.clamped:
            text = self.tr("Read R {0} G {1} B {2}: {3}, the end of the sliders")
        self.message_raised.emit(text.format(*found.rgb, _values(found.temperature, found.tint)))


def _values(temperature: float, tint: float) -> str:
    pairs = (("temperature", temperature), ("tint", tint))
    found = ((param(name), value) for name, value in pairs)
    return "  ".join(f"{param_label(spec)} {spec.format(value)}" for spec, value in found)
