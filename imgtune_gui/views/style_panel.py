"""The left panel: which photos are open, which style learns, and what it has learned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from imgtune_gui.models.photo_item import EditState, is_base, shown_name
from imgtune_gui.session import PhotoSession
from imgtune_gui.views.folder_tree import FolderTree
from imgtune_gui.views.labels import ElidedLabel, rule, section_title
from imgtune_gui.views.learning_window import has_match, match_text
from imgtune_gui.views.lesson_texts import (
    can_roll_back,
    can_train,
    day,
    lesson_text,
    readiness_text,
    set_text,
)
from imgtune_gui.views.split_notice import SplitNotice
from imgtune_gui.views.theme import SPACE
from imgtune_gui.workers.messages import StyleLoaded
from model_core.domain.correction import Correction
from model_core.domain.develop import PARAMS

if TYPE_CHECKING:
    pass

_LESSON_ID = Qt.ItemDataRole.UserRole + 1
_LESSON_PATH = Qt.ItemDataRole.UserRole + 2
_SHOWN_LESSONS = 200
_RECOUNT_MS = 200
_ICON = 40
_NAMED = 2  # sliders that a lesson names in the list
_STYLE_ACTIONS = (
    "new_style", "duplicate_style", "rename_style", "merge_style", "delete_style", "",
    "look_for_split", "", "export_pack", "export_small_pack", "import_pack",
)  # fmt: skip
_DONE = frozenset({EditState.ACCEPTED, EditState.CORRECTED})


class LessonList(QListWidget):
    """Delete asks to forget what is marked."""

    forget_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.forget_asked.emit()
        else:
            super().keyPressEvent(event)


class StylePanel(QFrame):
    """Asks by signals; the learn controller answers with :class:`StyleLoaded`."""

    style_chosen = Signal(str)
    train_clicked = Signal()
    roll_back_clicked = Signal()
    forget_clicked = Signal(int)
    lesson_opened = Signal(object)  # Path
    open_clicked = Signal()
    match_clicked = Signal()

    def __init__(self, session: PhotoSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._folders: list[str] = []
        self._training = False
        self._loaded: StyleLoaded | None = None
        self.setObjectName("Panel")
        self.setMinimumWidth(208)
        self.setMaximumWidth(380)
        body = QWidget()
        body.setObjectName("PanelBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(2 * SPACE, SPACE + 4, 2 * SPACE, SPACE + 4)
        layout.setSpacing(SPACE - 2)
        self._build_photos(layout)
        self._build_style(layout)
        self._build_lessons(layout)
        # The panel must never make the window higher than the screen.
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        scroll.viewport().setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        # One lesson can move hundreds of photos: they are counted once, afterwards.
        self._recount = QTimer(self)
        self._recount.setSingleShot(True)
        self._recount.setInterval(_RECOUNT_MS)
        self._recount.timeout.connect(self._show_photos)
        for signal in (
            session.photos_reset,
            session.photos_added,
            session.item_changed,
            session.items_changed,
        ):
            signal.connect(self._on_photos_changed)
        self._fill_lessons((), {})
        self._show_buttons()
        self._show_photos()

    # --- building -------------------------------------------------------------------
    def _build_photos(self, layout: QVBoxLayout) -> None:
        layout.addWidget(section_title(self.tr("Photos")))
        self._folder = ElidedLabel()
        self._folder.mode = Qt.TextElideMode.ElideMiddle
        self._counts = ElidedLabel()
        self._counts.setObjectName("Dim")
        self._open = QPushButton(self.tr("Open folder…"))
        self._open.clicked.connect(self.open_clicked)
        self.folders = FolderTree(self._session)
        layout.addWidget(self._folder)
        layout.addWidget(self._counts)
        layout.addWidget(self.folders)
        layout.addWidget(self._open)
        layout.addSpacing(SPACE)
        layout.addWidget(rule())
        layout.addSpacing(SPACE)

    def _build_style(self, layout: QVBoxLayout) -> None:
        layout.addWidget(section_title(self.tr("Style")))
        row = QHBoxLayout()
        row.setSpacing(SPACE - 2)
        self.styles = QComboBox()
        self.styles.setAccessibleName(self.tr("Style"))
        self.styles.setToolTip(self.tr("Each style has its own lessons, edits and versions."))
        self.styles.activated.connect(self._on_style_activated)
        self.more = QPushButton("⋯")
        self.more.setFixedWidth(30)
        self.more.setObjectName("More")
        self.more.setToolTip(self.tr("New, duplicate, rename, delete, save, load"))
        self.more.setAccessibleName(self.tr("Styles"))
        row.addWidget(self.styles, 1)
        row.addWidget(self.more)
        layout.addLayout(row)
        self.notice = SplitNotice()
        layout.addWidget(self.notice)
        self._lessons_line = ElidedLabel()
        self._version_line = ElidedLabel()
        self._version_line.setObjectName("Dim")
        self.match = QPushButton()
        self.match.setObjectName("Link")
        self.match.setToolTip(self.tr("How well this style knows you, with the learning curve"))
        self.match.clicked.connect(self.match_clicked)
        layout.addWidget(self._lessons_line)
        layout.addWidget(self.match)
        layout.addWidget(self._version_line)
        self._train = QPushButton(self.tr("Fine-tune now"))
        self._train.clicked.connect(self.train_clicked)
        self._roll_back = QPushButton(self.tr("Roll back"))
        self._roll_back.setToolTip(self.tr("Back to the version before; lessons are kept."))
        self._roll_back.clicked.connect(self.roll_back_clicked)
        self._needs = QLabel()
        self._needs.setObjectName("Dim")
        self._needs.setWordWrap(True)
        layout.addWidget(self._train)
        layout.addWidget(self._needs)
        layout.addWidget(self._roll_back)
        # Stays, unlike a message: training ends when nobody looks at the status bar.
        self.result = QLabel()
        self.result.setObjectName("Dim")
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.hide()
        layout.addWidget(self.result)
        layout.addSpacing(SPACE)
        layout.addWidget(rule())
        layout.addSpacing(SPACE)

    def add_menu(self, actions: Mapping[str, QAction]) -> None:
        """The menu beside the styles, from the same actions as the window's menu."""
        menu = QMenu(self.more)
        for name in _STYLE_ACTIONS:
            if name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()
        self.more.setMenu(menu)

    def _build_lessons(self, layout: QVBoxLayout) -> None:
        layout.addWidget(section_title(self.tr("Recent lessons")))
        self._empty = QLabel(self.tr("None yet. Correct a photo and press Enter."))
        self._empty.setObjectName("Dim")
        self._empty.setWordWrap(True)
        layout.addWidget(self._empty)
        self.lessons = LessonList()
        self.lessons.setObjectName("Lessons")
        self.lessons.setAccessibleName(self.tr("Recent lessons"))
        self.lessons.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lessons.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.lessons.setIconSize(QSize(_ICON, _ICON))
        self.lessons.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.lessons.setMinimumHeight(96)
        self.lessons.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.lessons.customContextMenuRequested.connect(self._on_lesson_menu)
        self.lessons.itemActivated.connect(self._on_lesson_opened)
        self.lessons.itemSelectionChanged.connect(self._on_lesson_selected)
        self.lessons.forget_asked.connect(self._on_forget_clicked)
        self._forget = QPushButton(self.tr("Forget this lesson"))
        self._forget.setToolTip(
            self.tr("As if it had never been taught. Your edit stays.  (Delete)")
        )
        self._forget.clicked.connect(self._on_forget_clicked)
        layout.addWidget(self.lessons, 1)
        layout.addWidget(self._forget)
        # Without lessons there is nothing else that takes the room below.
        self._filler = QWidget()
        layout.addWidget(self._filler, 1)

    # --- showing --------------------------------------------------------------------
    def set_folders(self, folders: list[str]) -> None:
        self._folders = folders
        self._show_photos()

    def _on_photos_changed(self, *_: object) -> None:
        self._recount.start()

    def _show_photos(self) -> None:
        items = self._session.all_items
        names = [Path(folder).name or folder for folder in self._folders]
        self._folder.set_full_text(", ".join(names) if items else self.tr("No photos open"))
        self._folder.setToolTip("\n".join(self._folders))
        # What has no edit is not done: with thousands of photos that is worth asking first.
        done = sum(item.edit is not None and item.state in _DONE for item in items)
        text = self.tr("{0} photos, {1} done") if len(items) != 1 else self.tr("1 photo, {1} done")
        self._counts.set_full_text(text.format(len(items), done) if items else "")
        self._counts.setVisible(bool(items))
        self._folder.setVisible(not self.folders.isVisibleTo(self))  # the tree says it

    def show_style(self, loaded: StyleLoaded) -> None:
        """Everything about the style that is in use."""
        if self._loaded is None or self._loaded.style != loaded.style:
            self.show_result("")  # it spoke of another style
        self._loaded = loaded
        self.styles.blockSignals(True)
        self.styles.clear()
        self.styles.addItems([info.name for info in loaded.styles])
        self.styles.setCurrentText(loaded.style)
        self.styles.blockSignals(False)
        count = len(loaded.lessons)
        lessons = self.tr("1 lesson") if count == 1 else self.tr("{0} lessons").format(count)
        self._lessons_line.set_full_text(lessons)
        self._version_line.set_full_text(self._version_text(loaded))
        self.match.setText(self.tr("Match {0}").format(match_text(loaded)))
        self.match.setVisible(has_match(loaded))
        self._fill_lessons(loaded.lessons, loaded.thumbnails)
        self._show_buttons()

    def show_result(self, text: str) -> None:
        """How the last fine-tuning ended; empty hides it."""
        self.result.setText(text)
        self.result.setVisible(bool(text))

    def set_training(self, running: bool) -> None:
        self._training = running
        self._show_buttons()

    def _show_buttons(self) -> None:
        loaded = self._loaded
        self._train.setEnabled(can_train(loaded) and not self._training)
        self._roll_back.setVisible(can_roll_back(loaded))
        self._roll_back.setEnabled(can_roll_back(loaded) and not self._training)
        text = readiness_text(loaded.readiness) if loaded is not None else ""
        self._needs.setText(text)
        self._needs.setVisible(bool(text))
        tip = self.tr("Trains the network on your lessons, in the background.  (Ctrl+T)")
        if text:
            tip = self.tr(
                "Fine-tuning needs {1} lessons of {3} shoots, some of which are kept aside as a "
                "test; there are {0} of {2}. A shoot is the photos of one folder and one day. "
                "Until then your style learns from every lesson at once."
            )
        if loaded is not None:
            needs = loaded.readiness
            tip = tip.format(needs.lessons, needs.lessons_needed, needs.shoots, needs.shoots_needed)
        self._train.setToolTip(tip)
        self._needs.setToolTip(tip)
        self._on_lesson_selected()

    def _version_text(self, loaded: StyleLoaded) -> str:
        if is_base(loaded.version):
            own = self.tr("Base model + your lessons")
            return own if loaded.lessons else self.tr("Base model")
        number = next((i for i, v in enumerate(loaded.versions, 1) if v.id == loaded.version), None)
        name = self.tr("Version {0}").format(number if number else loaded.version)
        version = next((v for v in loaded.versions if v.id == loaded.version), None)
        return f"{name} · {day(version.created_at)}" if version else name

    def _fill_lessons(self, lessons: tuple[Correction, ...], thumbnails: dict[int, QImage]) -> None:
        self.lessons.clear()
        for lesson in reversed(lessons[-_SHOWN_LESSONS:]):
            says = set_text(lesson, _NAMED)
            entry = QListWidgetItem(f"{shown_name(lesson.path)}\n{says}")
            picture = thumbnails.get(lesson.id)
            if picture is not None:
                entry.setIcon(QIcon(QPixmap.fromImage(picture)))
            entry.setData(_LESSON_ID, lesson.id)
            entry.setData(_LESSON_PATH, lesson.path)
            whole = lesson_text(lesson, len(PARAMS), "\n")
            how = self.tr("Predicted → what you chose:")
            entry.setToolTip(f"{lesson.path}\n{day(lesson.created_at)}\n{how}\n{whole}")
            self.lessons.addItem(entry)
        self._empty.setVisible(not lessons)
        self.lessons.setVisible(bool(lessons))
        self._forget.setVisible(bool(lessons))
        self._filler.setVisible(not lessons)

    # --- asking ---------------------------------------------------------------------
    def _on_style_activated(self, index: int) -> None:
        self.style_chosen.emit(self.styles.itemText(index))

    def _on_lesson_selected(self) -> None:
        self._forget.setEnabled(bool(self.lessons.selectedItems()))

    def _on_forget_clicked(self) -> None:
        for entry in self.lessons.selectedItems():
            self.forget_clicked.emit(entry.data(_LESSON_ID))

    def _on_lesson_opened(self, entry: QListWidgetItem) -> None:
        self.lesson_opened.emit(entry.data(_LESSON_PATH))

    def _on_lesson_menu(self, point: QPoint) -> None:
        entry = self.lessons.itemAt(point)
        if entry is None:
            return
        menu = QMenu(self)
        show = menu.addAction(self.tr("Show the photo"))
        forget = menu.addAction(self.tr("Forget this lesson"))
        chosen = menu.exec(self.lessons.mapToGlobal(point))
        if chosen is show:
            self._on_lesson_opened(entry)
        elif chosen is forget:
            self.forget_clicked.emit(entry.data(_LESSON_ID))
