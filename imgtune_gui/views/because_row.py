"""Because of these: the lessons behind the prediction that is shown, as small pictures."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from imgtune_gui.views import theme
from imgtune_gui.views.lesson_texts import lesson_text
from imgtune_gui.views.theme import SPACE
from imgtune_gui.workers.messages import Reason

SHOWN = 5
_SIDE = 46
_BAR = 3.0
_FAINT = 0.35


class ReasonButton(QAbstractButton):
    """One lesson: its picture, and below it how much it weighs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reason: Reason | None = None
        self._side = _SIDE
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.hide()

    def set_side(self, side: int) -> None:
        self._side = side
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def show_reason(self, reason: Reason | None) -> None:
        """None hides the button."""
        self.reason = reason
        self.setVisible(reason is not None)
        if reason is None:
            return
        name = reason.lesson.path.name
        text = self.tr("{0:.0%} of what was learned for this photo").format(reason.weight)
        if reason.weight < 0:
            text = self.tr("holds against the others, by {0:.0%}").format(-reason.weight)
        self.setAccessibleName(self.tr("Because of {0}").format(name))
        self.setAccessibleDescription(f"{lesson_text(reason.lesson)}; {text}")
        click = self.tr("Click: go there. Right click, or Tab and Delete: forget this lesson.")
        self.setToolTip("\n".join([name, lesson_text(reason.lesson), text, click]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.reason is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(1.0 if self.isEnabled() else _FAINT)
        room = QRectF(self.rect()).adjusted(1, 1, -1, -_BAR - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(theme.SUNKEN))
        painter.drawRoundedRect(room, 2, 2)
        self._paint_picture(painter, room)
        whole = QRectF(room.left(), room.bottom() + 2, room.width(), _BAR)
        painter.setBrush(theme.color("#151515"))
        painter.drawRect(whole)
        whole.setWidth(whole.width() * min(abs(self.reason.weight), 1.0))
        painter.setBrush(theme.color(theme.ACCENT if self.reason.weight > 0 else "#8a8a8a"))
        painter.drawRect(whole)
        if self.hasFocus() or self.underMouse():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("#f0f0f0"), 1.5))
            painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.end()

    def _paint_picture(self, painter: QPainter, room: QRectF) -> None:
        picture = self.reason.picture if self.reason is not None else None
        if picture is None:
            painter.setPen(theme.color(theme.DIM))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "?")
            return
        side = min(picture.width(), picture.height())
        part = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
        painter.drawImage(room, picture, part)


class BecauseRow(QWidget):
    """Asks by signals to go to a lesson's photo, or to forget the lesson."""

    lesson_opened = Signal(object)  # Path
    forget_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titled = True
        self._title = QLabel()
        self._title.setObjectName("Dim")
        self._buttons = [ReasonButton(self) for _ in range(SHOWN)]
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE - 2)
        for button in self._buttons:
            button.clicked.connect(self._on_clicked)
            button.customContextMenuRequested.connect(self._on_menu_requested)
            self._row.addWidget(button)
        self._row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addLayout(self._row)
        self.set_side(_SIDE, titled=True)
        self.show_reasons((), taught=False)

    def set_side(self, side: int, *, titled: bool) -> None:
        """How large the pictures are, and whether a line says what they are."""
        self._titled = titled
        self._title.setVisible(titled or not self.reasons())
        for button in self._buttons:
            button.set_side(side)

    def show_reasons(self, reasons: tuple[Reason, ...], *, taught: bool = True) -> None:
        """Strongest first. The row is hidden only where nothing was ``taught`` yet, so that
        the panel does not jump from photo to photo."""
        shown = reasons[:SHOWN]
        text = self.tr("Because of these {0} edits").format(len(shown))
        if len(shown) == 1:
            text = self.tr("Because of this edit")
        self._title.setText(text if shown else self.tr("Because of no other edit yet"))
        self._title.setVisible(self._titled or not shown)
        padded: list[Reason | None] = [*shown, *([None] * (SHOWN - len(shown)))]
        for button, reason in zip(self._buttons, padded, strict=True):
            button.show_reason(reason)
        self.setVisible(taught)
        self.setEnabled(True)

    def wait(self) -> None:
        """Those of the next photo are being looked for: these are shown faintly until then."""
        self.setEnabled(False)

    def reasons(self) -> list[Reason]:
        """What is shown."""
        return [button.reason for button in self._buttons if button.reason is not None]

    # --- asking ---------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete on a picture; the arrows stay with the photos."""
        button = self.focusWidget()
        if event.key() == Qt.Key.Key_Delete and isinstance(button, ReasonButton):
            self._forget(button)
        else:
            super().keyPressEvent(event)

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, ReasonButton) and button.reason is not None:
            self.lesson_opened.emit(button.reason.lesson.path)

    def _forget(self, button: ReasonButton) -> None:
        if button.reason is not None:
            self.forget_clicked.emit(button.reason.lesson.id)

    def _on_menu_requested(self, point: QPoint) -> None:
        button = self.sender()
        if not isinstance(button, ReasonButton) or button.reason is None:
            return
        menu = QMenu(self)
        show = menu.addAction(self.tr("Show the photo"))
        forget = menu.addAction(self.tr("Forget this lesson"))
        chosen = menu.exec(button.mapToGlobal(point))
        menu.deleteLater()
        if chosen is show:
            self.lesson_opened.emit(button.reason.lesson.path)
        elif chosen is forget:
            self._forget(button)
