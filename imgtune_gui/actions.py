"""The one table of actions: text, menu and keys. Menus and the shortcut list come from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

MENUS = ("&File", "&Edit", "&Photo", "&View", "&Learn", "&Help")


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """``keys``: the first is shown. ``needs_photo``: greyed out without one.

    ``rule``: a separator goes before it. ``submenu``: the menu inside the menu that it is in.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    checkable: bool = False
    needs_photo: bool = False
    rule: bool = False
    submenu: str = ""


def _spec(
    menu: str,
    name: str,
    text: str,
    *keys: str,
    tip: str = "",
    checkable: bool = False,
    photo: bool = False,
    rule: bool = False,
    sub: str = "",
) -> ActionSpec:
    return ActionSpec(name, menu, text, keys, tip, checkable, photo, rule, sub)


_FILE, _EDIT, _PHOTO, _VIEW, _LEARN, _HELP = MENUS

_STARS, _FLAG, _COLOUR = "S&tars", "F&lag", "&Colour"

ACTIONS: tuple[ActionSpec, ...] = (
    _spec(_FILE, "open_folder", "&Open folder…", "Ctrl+O"),
    _spec(_FILE, "open_files", "Open &photos…", "Ctrl+Shift+O"),
    _spec(_FILE, "open_samples", "Open the &sample photos"),
    _spec(_FILE, "look_again", "&Look for new photos", "F5", photo=True),
    _spec(_FILE, "export", "&Export…", "Ctrl+E", "Ctrl+Shift+E", photo=True, rule=True),
    _spec(_FILE, "export_queue", "Export &queue", "Ctrl+Alt+E"),
    _spec(_FILE, "preferences", "&Preferences…", "Ctrl+,", rule=True),
    _spec(_FILE, "quit", "Qu&it", "Ctrl+Q", rule=True),
    _spec(_EDIT, "undo", "&Undo", "Ctrl+Z"),
    _spec(_EDIT, "redo", "&Redo", "Ctrl+Shift+Z", "Ctrl+Y"),
    _spec(_EDIT, "history", "&History", "Ctrl+H"),
    _spec(_EDIT, "copy_settings", "&Copy settings…", "Ctrl+Shift+C", photo=True, rule=True),
    _spec(_EDIT, "copy_again", "Copy the same settings a&gain", "Ctrl+Alt+C", photo=True),
    _spec(_EDIT, "paste_settings", "&Paste settings", "Ctrl+Shift+V", photo=True),
    _spec(_EDIT, "sync_selected", "&Sync to selected photos…", "Ctrl+Shift+S", photo=True),
    _spec(_EDIT, "sync_again", "Sync the sa&me settings at once", "Ctrl+Alt+S", photo=True),
    _spec(_EDIT, "paste_previous", "Settings of the pre&vious photo", "Ctrl+Alt+V", photo=True),
    _spec(_EDIT, "select_all", "Select &all photos", "Ctrl+A", rule=True),
    _spec(
        _PHOTO,
        "accept",
        "&Accept and next",
        "Return",
        "Enter",
        photo=True,
        tip="Teaches your style what you chose, and goes to the next photo.",
    ),
    _spec(
        _PHOTO,
        "auto",
        "&Reset to prediction",
        "Ctrl+U",
        photo=True,
        tip="Puts every slider back to what the model predicts.",
    ),
    _spec(_PHOTO, "zero", "&Photo as it was taken", "Ctrl+Shift+R", photo=True),
    _spec(
        _PHOTO,
        "pick_white",
        "&White balance picker",
        "W",
        photo=True,
        checkable=True,
        tip="Click on something that should be grey.",
    ),
    _spec(_PHOTO, "crop", "&Crop and straighten", "R", photo=True, checkable=True),
    _spec(_PHOTO, "turn_left", "Turn &left", "Ctrl+[", photo=True),
    _spec(_PHOTO, "turn_right", "Turn r&ight", "Ctrl+]", photo=True),
    _spec(_PHOTO, "whole_photo", "W&hole photo", "Ctrl+Alt+R", photo=True),
    _spec(_PHOTO, "presets", "Pr&esets…", "Ctrl+P"),
    _spec(_PHOTO, "save_preset", "Save as a prese&t…", "Ctrl+Shift+N", photo=True),
    _spec(_PHOTO, "read_sidecars", "Read edits of other pro&grams (.xmp)", photo=True),
    _spec(_PHOTO, "next_slider", "Ne&xt slider", ".", photo=True, rule=True),
    _spec(_PHOTO, "previous_slider", "Previo&us slider", ",", photo=True),
    _spec(_PHOTO, "next", "&Next photo", "Right", photo=True, rule=True),
    _spec(_PHOTO, "previous", "Pre&vious photo", "Left", photo=True),
    _spec(_PHOTO, "next_doubtful", "Next &doubtful photo", "Ctrl+Right", photo=True),
    _spec(_PHOTO, "stars_0", "&No stars", "0", photo=True, rule=True, sub=_STARS),
    _spec(_PHOTO, "stars_1", "★", "1", photo=True, sub=_STARS),
    _spec(_PHOTO, "stars_2", "★★", "2", photo=True, sub=_STARS),
    _spec(_PHOTO, "stars_3", "★★★", "3", photo=True, sub=_STARS),
    _spec(_PHOTO, "stars_4", "★★★★", "4", photo=True, sub=_STARS),
    _spec(_PHOTO, "stars_5", "★★★★★", "5", photo=True, sub=_STARS),
    _spec(_PHOTO, "pick", "&Pick", "P", photo=True, sub=_FLAG),
    _spec(_PHOTO, "unflag", "&Unflag", "U", photo=True, sub=_FLAG),
    _spec(_PHOTO, "reject", "&Reject", "X", photo=True, sub=_FLAG),
    _spec(_PHOTO, "colour_red", "&Red", "6", photo=True, sub=_COLOUR),
    _spec(_PHOTO, "colour_yellow", "&Yellow", "7", photo=True, sub=_COLOUR),
    _spec(_PHOTO, "colour_green", "&Green", "8", photo=True, sub=_COLOUR),
    _spec(_PHOTO, "colour_blue", "&Blue", "9", photo=True, sub=_COLOUR),
    _spec(_PHOTO, "colour_none", "&No colour", photo=True, sub=_COLOUR),
    _spec(_VIEW, "loupe", "&Loupe", "D", "E"),
    _spec(_VIEW, "grid", "&Grid", "G"),
    _spec(_VIEW, "zoom", "&Zoom to 100 %", "Z", "Space", photo=True, checkable=True, rule=True),
    _spec(_VIEW, "zoom_fit", "Fi&t", "Ctrl+0", photo=True),
    _spec(_VIEW, "zoom_fill", "F&ill the view", "Shift+Z", photo=True),
    _spec(_VIEW, "zoom_in", "Zoom &in", "Ctrl++", "Ctrl+=", photo=True),
    _spec(_VIEW, "zoom_out", "Zoom &out", "Ctrl+-", photo=True),
    _spec(_VIEW, "before", "&Before", "\\", photo=True, checkable=True, rule=True),
    _spec(_VIEW, "split", "&Split before and after", "Y", photo=True, checkable=True),
    _spec(
        _VIEW,
        "side_by_side",
        "Before and after side &by side",
        "Shift+Y",
        photo=True,
        checkable=True,
    ),
    _spec(_VIEW, "clipping", "Show &clipping", "J", photo=True, checkable=True),
    _spec(_VIEW, "sort_doubt", "Most doubtful photos &first", checkable=True, rule=True),
    _spec(
        _VIEW,
        "review",
        "What needs &review",
        "Ctrl+Shift+D",
        tip="A filter: only photos that you have not yet accepted or corrected, the most doubtful "
        "first.",
    ),
    _spec(_VIEW, "show_all", "Show &all photos"),
    _spec(_VIEW, "left_panel", "Style &panel", "F7", checkable=True, rule=True),
    _spec(_VIEW, "right_panel", "&Develop panel", "F8", checkable=True),
    _spec(_VIEW, "filmstrip", "F&ilmstrip", "F6", checkable=True),
    _spec(_VIEW, "full_screen", "&Full screen", "F", "F11", checkable=True, rule=True),
    _spec(_VIEW, "escape", "L&eave the tool or full screen", "Esc"),
    _spec(_LEARN, "learning", "&How well it knows you…", "Ctrl+L"),
    _spec(_LEARN, "train", "&Fine-tune now", "Ctrl+T"),
    _spec(_LEARN, "cancel_train", "&Cancel fine-tuning"),
    _spec(
        _LEARN,
        "learn_pairs",
        "Learn from &before/after pairs…",
        tip="From photos and the finished copies that any program made of them.",
    ),
    _spec(_LEARN, "roll_back", "&Roll back to the version before", rule=True),
    _spec(_LEARN, "new_style", "&New style…", rule=True),
    _spec(_LEARN, "duplicate_style", "D&uplicate style…"),
    _spec(_LEARN, "rename_style", "R&ename style…"),
    _spec(
        _LEARN,
        "merge_style",
        "&Merge into another style…",
        tip="Moves all lessons and edits of this style into another.",
    ),
    _spec(_LEARN, "delete_style", "&Delete style…"),
    _spec(
        _LEARN,
        "look_for_split",
        "Is it t&wo styles?",
        tip="Looks whether your corrections contradict each other since some day. It only asks.",
    ),
    _spec(_LEARN, "export_pack", "Save style as a &file…", rule=True),
    _spec(
        _LEARN,
        "export_small_pack",
        "Save style as a small fi&le…",
        tip="Half the size, with 8 bits; not written where it would be more than 0.1 J off.",
    ),
    _spec(_LEARN, "import_pack", "L&oad style from a file…"),
    _spec(_HELP, "shortcuts", "&Keyboard shortcuts", "F1", "Ctrl+/"),
    _spec(_HELP, "about", "&About imgtune", rule=True),
)


def tr(text: str) -> str:
    """A text of the table in the user's language."""
    return QCoreApplication.translate("actions", text)


def plain(text: str) -> str:
    """Without the mnemonic: ``&File`` and ``文件(&F)`` alike."""
    return re.sub(r"\(&.\)", "", tr(text)).replace("&", "")


def text_of(spec: ActionSpec) -> str:
    """What an action is called where it stands by itself."""
    return plain(spec.text).rstrip("…")


def native(keys: Iterable[str]) -> str:
    """The keys as the user's platform writes them: ``Z or Space``."""
    style = QKeySequence.SequenceFormat.NativeText
    # Return and Enter have one name in some languages.
    return tr(" or ").join(dict.fromkeys(QKeySequence(key).toString(style) for key in keys))


def build_actions(
    window: QMainWindow, handlers: Mapping[str, Callable[..., object]]
) -> dict[str, QAction]:
    """Menus and actions of ``window``. ``handlers``: bound methods of QObjects by name."""
    missing = {spec.name for spec in ACTIONS} - handlers.keys()
    if missing:
        raise LookupError(f"actions without a handler: {sorted(missing)}")
    menus = {menu: QMenu(tr(menu), window) for menu in MENUS}
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(tr(spec.text), window)
        action.setObjectName(spec.name)
        action.setCheckable(spec.checkable)
        set_keys(action, spec, spec.keys)
        action.triggered.connect(handlers[spec.name])
        if spec.rule:
            menus[spec.menu].addSeparator()
        _menu_of(spec, menus).addAction(action)
        # Also of the window itself, so that keys work while the menu bar is hidden.
        window.addAction(action)
        actions[spec.name] = action
    for menu in menus.values():
        window.menuBar().addMenu(menu)
    return actions


def set_keys(action: QAction, spec: ActionSpec, keys: Sequence[str]) -> None:
    """Gives an action its keys and says them in its tool tip."""
    action.setShortcuts([QKeySequence(key) for key in keys])
    shown = f"  ({native(keys)})" if keys else ""
    action.setToolTip((tr(spec.tip) or text_of(spec)) + shown)


def _menu_of(spec: ActionSpec, menus: Mapping[str, QMenu]) -> QMenu:
    menu = menus[spec.menu]
    if not spec.submenu:
        return menu
    found = menu.findChild(QMenu, spec.submenu)
    if not isinstance(found, QMenu):
        found = QMenu(tr(spec.submenu), menu)
        found.setObjectName(spec.submenu)
        menu.addMenu(found)
    return found
