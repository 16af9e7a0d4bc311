"""The right panel: histogram, sliders in groups, what the model is, accept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.language import param_group
from imgtune_gui.models.photo_item import EditState, PhotoItem, is_base
from imgtune_gui.resources import asset
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.because_row import BecauseRow
from imgtune_gui.views.develop_slider import DevelopSlider
from imgtune_gui.views.histogram_view import HistogramView
from imgtune_gui.views.labels import ElidedLabel, rule, section_title
from imgtune_gui.views.strength_row import StrengthRow, at_strength
from imgtune_gui.views.theme import SPACE
from model_core.domain.develop import PARAMS

_FIRST = "exposure_ev"  # the slider that a key comes to when none was used yet


@dataclass(frozen=True, slots=True)
class _Fit:
    """Heights, so that all sliders are in sight in a panel of at least ``above`` pixels."""

    above: int
    histogram: int
    title: int
    row: int
    gap: int
    because: int
    beside: bool = False  # what it is because of, beside the line on the state


_FITS = (
    _Fit(above=740, histogram=108, title=22, row=28, gap=SPACE, because=46),
    _Fit(above=650, histogram=80, title=22, row=25, gap=6, because=42),
    _Fit(above=0, histogram=50, title=18, row=21, gap=2, because=30, beside=True),
)


class DevelopPanel(QFrame):
    """Shows the session's current photo and asks the session to move sliders."""

    left = Signal()  # the hand wants to go back to the photo
    accept_clicked = Signal()
    reset_clicked = Signal()

    def __init__(self, session: PhotoSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("Panel")
        self.setMinimumWidth(304)
        self.setMaximumWidth(460)
        self.histogram = HistogramView()
        self._fit = _FITS[0]
        self._gaps: list[QWidget] = []
        self._last = _FIRST
        self._title_labels: list[QLabel] = []
        self._titles: dict[str, QHBoxLayout] = {}
        self.sliders: dict[str, DevelopSlider] = {}
        self._facts = ElidedLabel()
        self._facts.setObjectName("Dim")
        self._model_line = ElidedLabel()
        self._model_line.setObjectName("Model")
        self.strength = StrengthRow(self._model_line)
        self.strength.moved.connect(self._on_strength_moved)
        self._state_line = ElidedLabel()
        self._state_line.setObjectName("Dim")
        self.because = BecauseRow()
        self._as_shot = QLabel()
        self._as_shot.setObjectName("Dim")
        self._as_shot.setToolTip(self.tr("The light that the camera took for white"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_head())
        layout.addWidget(self._build_sliders(), 1)
        layout.addWidget(rule())
        layout.addWidget(self._build_foot())
        session.current_changed.connect(self._on_current_changed)
        session.settings_changed.connect(self._on_item_changed)
        session.item_changed.connect(self._on_item_changed)
        self._on_current_changed(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        height = event.size().height()
        fit = next(one for one in _FITS if height >= one.above)
        if fit is not self._fit:
            self._fit = fit
            self._apply_fit()

    def _apply_fit(self) -> None:
        fit = self._fit
        self.histogram.set_height(fit.histogram)
        for slider in self.sliders.values():
            slider.set_row_height(fit.row)
        for gap in self._gaps:
            gap.setFixedHeight(fit.gap)
        for title in self._title_labels:
            title.setMinimumHeight(fit.title)
        self.because.set_side(fit.because, titled=not fit.beside)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._says.setDirection(across if fit.beside else down)

    def _build_head(self) -> QWidget:
        head = QWidget()
        layout = QVBoxLayout(head)
        layout.setContentsMargins(2 * SPACE, SPACE + 2, 2 * SPACE, 4)
        layout.setSpacing(4)
        layout.addWidget(self.histogram)
        layout.addWidget(self._facts)
        return head

    def _build_sliders(self) -> QWidget:
        body = QWidget()
        body.setObjectName("PanelBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 2)
        layout.setSpacing(0)
        group = ""
        for spec in PARAMS:
            if spec.group != group:
                if group:
                    layout.addWidget(self._gap())
                    layout.addWidget(rule())
                layout.addWidget(self._gap())
                group = spec.group
                layout.addLayout(self._build_title(group))
            slider = DevelopSlider(spec)
            slider.value_moved.connect(self._session.set_param)
            slider.prediction_wanted.connect(self._on_prediction_wanted)
            slider.zero_wanted.connect(self._on_zero_wanted)
            slider.left.connect(self.left)
            self.sliders[spec.name] = slider
            layout.addWidget(slider)
        layout.addStretch(1)
        scroll = self._scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        scroll.viewport().setAutoFillBackground(False)
        return scroll

    def _build_title(self, group: str) -> QHBoxLayout:
        row = QHBoxLayout()
        title = section_title(param_group(group))
        self._title_labels.append(title)
        row.addWidget(title)
        row.addStretch(1)
        if group == PARAMS[0].group:
            row.addWidget(self._as_shot)
        self._titles[group] = row
        return row

    def add_buttons(self, actions: Mapping[str, QAction]) -> None:
        """Once the actions exist: the picker, where its sliders are."""
        button = QToolButton()
        button.setDefaultAction(actions["pick_white"])
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        icon = asset("icons", "picker.svg")
        if icon is not None:
            actions["pick_white"].setIcon(QIcon(str(icon)))
            actions["pick_white"].setIconVisibleInMenu(False)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFixedSize(24, 22)
        self._titles[PARAMS[0].group].addWidget(button)

    def _gap(self) -> QWidget:
        gap = QWidget()
        gap.setFixedHeight(self._fit.gap)
        self._gaps.append(gap)
        return gap

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        layout = QGridLayout(foot)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE + 2)
        layout.setSpacing(SPACE - 2)
        self._accept = QPushButton(self.tr("Accept"))
        self._accept.setObjectName("Primary")
        self._accept.setToolTip(
            self.tr("Teaches your style what you chose, and goes to the next photo.  (Enter)")
        )
        self._accept.clicked.connect(self.accept_clicked)
        self._reset = QPushButton(self.tr("Reset to prediction"))
        self._reset.setToolTip(self.tr("Puts every slider back to the prediction.  (Ctrl+U)"))
        self._reset.clicked.connect(self.reset_clicked)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addWidget(self.strength)
        self._says = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._says.setSpacing(4)
        self._says.addWidget(self._state_line, 1)
        self._says.addWidget(self.because)
        lines.addLayout(self._says)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addWidget(self._reset, 1)
        buttons.addWidget(self._accept, 1)
        layout.addLayout(lines, 0, 0)
        layout.addLayout(buttons, 1, 0)
        return foot

    # --- showing --------------------------------------------------------------------
    def _on_current_changed(self, item: PhotoItem | None) -> None:
        self.histogram.set_counts(None)
        self._show(item)

    def _on_item_changed(self, item: PhotoItem) -> None:
        if item is self._session.current:
            self._show(item)

    def _show(self, item: PhotoItem | None) -> None:
        usable = item is not None and not item.error
        kelvin = item.photo.as_shot_kelvin if item is not None and item.photo else None
        prediction = item.prediction if item is not None else None
        predicted = item.predicted if item is not None else None
        for index, (spec, slider) in enumerate(zip(PARAMS, self.sliders.values(), strict=True)):
            slider.setEnabled(usable)
            if spec.unit == "mired" and slider.scale.as_shot != kelvin:
                slider.set_kelvin(kelvin)
            slider.set_value(item.settings[spec.name] if item is not None else 0.0)
            if prediction is not None and predicted is not None:
                slider.set_prediction(predicted[spec.name], prediction.spread[index])
            else:
                slider.set_prediction(None)
        self._facts.set_full_text(self._facts_text(item))
        self._as_shot.setText(self._as_shot_text(item))
        self.strength.show_item(item)
        self._model_line.set_full_text(self._model_text(item))
        self._state_line.set_full_text(self._state_text(item))
        self._accept.setEnabled(usable and prediction is not None)
        self._reset.setEnabled(usable and item is not None and item.edit is not None)

    def _facts_text(self, item: PhotoItem | None) -> str:
        if item is None or item.photo is None:
            return ""
        photo = item.photo
        wide, high = item.size or (photo.width, photo.height)
        facts = [f"{wide} × {high}"]
        if photo.iso:
            facts.append(f"ISO {photo.iso:.0f}")
        if photo.camera:
            facts.append(photo.camera)
        return "  ·  ".join(facts)

    def _as_shot_text(self, item: PhotoItem | None) -> str:
        photo = item.photo if item is not None else None
        if photo is None or photo.as_shot_kelvin is None:
            return ""
        kelvin = round(photo.as_shot_kelvin, -1)
        if photo.as_shot_tint is None:
            return self.tr("as shot {0:.0f} K").format(kelvin)
        return self.tr("as shot {0:.0f} K, tint {1:+.0f}").format(kelvin, photo.as_shot_tint)

    def _model_text(self, item: PhotoItem | None) -> str:
        if item is None or item.error:
            return ""
        if item.prediction is None:
            if item.edit is not None:
                return self.tr("Your own sliders")  # what the model would say does not matter yet
            return self.tr("Looking at the photo…")
        lessons = item.prediction.lessons
        if not lessons and is_base(item.prediction.version):
            return self.tr("Base model")
        if lessons == 1:
            return self.tr("Your style · 1 lesson")
        return self.tr("Your style · {0} lessons").format(lessons)

    def _state_text(self, item: PhotoItem | None) -> str:
        if item is None:
            return ""
        if item.error:
            return item.error
        texts = {
            EditState.UNTOUCHED: self.tr("Enter accepts, a slider corrects"),
            EditState.DRAFT: self.tr("Your draft, saved · Enter teaches it"),
            EditState.ACCEPTED: self.tr("Accepted"),
            EditState.CORRECTED: self.tr("Corrected, learned from"),
        }
        return texts[item.state]

    # --- keys -----------------------------------------------------------------------
    def focus_next(self) -> None:
        """The slider after the focused one; the one that was used last where none is."""
        self._focus(1)

    def focus_previous(self) -> None:
        self._focus(-1)

    def _focus(self, step: int) -> None:
        names = list(self.sliders)
        focused = next((name for name in names if self.sliders[name].hasFocus()), None)
        if focused is not None:
            self._last = names[(names.index(focused) + step) % len(names)]
        self.sliders[self._last].setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(self.sliders[self._last])

    # --- asking ---------------------------------------------------------------------
    def _on_strength_moved(self, percent: int, drag: int) -> None:
        item = self._session.current
        if item is not None and item.predicted is not None:
            edit = at_strength(item.predicted, percent) if percent != 100 else None
            self._session.set_edits([(item, edit)], self.tr("Strength {0} %").format(percent), drag)

    def _on_prediction_wanted(self, name: str) -> None:
        item = self._session.current
        if item is not None and item.predicted is not None:
            edit = item.settings.with_value(name, item.predicted[name])
            text = self.tr("Back to the prediction")
            self._session.set_edits([(item, None if edit == item.predicted else edit)], text)

    def _on_zero_wanted(self, name: str) -> None:
        item = self._session.current
        if item is not None:
            edit = item.settings.with_value(name, 0.0)
            self._session.set_edits([(item, edit)], self.tr("Back to zero"))
