"""What the window remembers between runs, typed.

QSettings hands strings back in a new process, so every value is stored as JSON and checked
against the type of its default; what does not fit is ignored, never trusted.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QByteArray, QSettings

from imgtune_gui.export_choice import ExportChoice, from_stored, presets_from, presets_to
from model_core.domain.develop import PARAM_NAMES

RECENT_FOLDERS = 10
REMEMBERED_FOLDERS = 500

T = TypeVar("T", str, int, float, bool)


@dataclass(frozen=True, slots=True)
class Preferences:
    """``language``: a code, or empty for the system's. ``screen``: the path of a colour
    profile, "srgb", or empty for what the system says. ``gpu``: whether it may draw previews."""

    language: str = ""
    max_megapixels: float = 200.0
    reopen: bool = True
    auto_train: bool = True
    sidecars: bool = False
    screen: str = ""
    gpu: bool = True


class AppSettings:
    """Typed access; writes go to disk when :meth:`sync` is called and at exit."""

    def __init__(self, data_dir: Path | None = None) -> None:
        if data_dir is None:
            self._store = QSettings(
                QSettings.Format.IniFormat, QSettings.Scope.UserScope, "imgtune", "window"
            )
        else:
            file = str(data_dir / "window.ini")
            self._store = QSettings(file, QSettings.Format.IniFormat)

    def value(self, key: str, default: T) -> T:
        """The stored value if it has the type of ``default``, else ``default``."""
        found = self._stored(key)
        if isinstance(default, float) and isinstance(found, int):
            found = float(found)
        return found if type(found) is type(default) else default

    def _stored(self, key: str) -> Any:
        try:
            return json.loads(str(self._store.value(key, "")))
        except ValueError:
            return None

    def set_value(self, key: str, value: str | int | float | bool) -> None:
        self._store.setValue(key, json.dumps(value))

    def sync(self) -> None:
        self._store.sync()

    # --- the values -----------------------------------------------------------------
    @property
    def style(self) -> str:
        return self.value("style", "")

    @style.setter
    def style(self, name: str) -> None:
        self.set_value("style", name)

    @property
    def last_folder(self) -> str:
        return self.value("last_folder", "")

    @last_folder.setter
    def last_folder(self, folder: str) -> None:
        self.set_value("last_folder", folder)

    @property
    def preferences(self) -> Preferences:
        default = Preferences()
        found = {f.name: self.value(f.name, getattr(default, f.name)) for f in fields(default)}
        return Preferences(**found)

    @preferences.setter
    def preferences(self, chosen: Preferences) -> None:
        for name, value in asdict(chosen).items():
            self.set_value(name, value)

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Keys that the user changed, by action."""
        found = self.json("keys")
        if not isinstance(found, dict):
            return {}
        return {
            str(name): tuple(str(key) for key in keys)
            for name, keys in found.items()
            if isinstance(keys, list)
        }

    @keys.setter
    def keys(self, changed: Mapping[str, Sequence[str]]) -> None:
        text = json.dumps({name: list(keys) for name, keys in changed.items()})
        self._store.setValue("keys", text)

    @property
    def open_paths(self) -> list[str]:
        """What was open when the window was closed."""
        found = self.json("open_paths")
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

    @open_paths.setter
    def open_paths(self, paths: Sequence[str]) -> None:
        self._store.setValue("open_paths", json.dumps(list(paths)))

    def chosen_fields(self, what: str) -> list[str]:
        """The sliders that were chosen the last time to ``copy`` or ``sync``; first, all."""
        found = self.json(f"fields/{what}")
        chosen = found if isinstance(found, list) else []
        return [name for name in PARAM_NAMES if name in chosen] or list(PARAM_NAMES)

    def choose_fields(self, what: str, names: Sequence[str]) -> None:
        """Sliders only: a crop is asked for each time."""
        sliders = [name for name in names if name in PARAM_NAMES]
        if sliders:
            self.set_json(f"fields/{what}", sliders)

    def set_json(self, key: str, value: object) -> None:
        self._store.setValue(key, json.dumps(value))

    def json(self, key: str) -> object:
        """Whatever was stored; None when nothing, or when it is damaged."""
        try:
            return json.loads(str(self._store.value(key, "")))
        except ValueError:
            return None

    @property
    def recent_folders(self) -> list[str]:
        """Newest first."""
        found = self.json("recent_folders")
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

    def note_folders(self, folders: Sequence[str]) -> None:
        """These were opened now."""
        recent = list(dict.fromkeys([*folders, *self.recent_folders]))[:RECENT_FOLDERS]
        self._store.setValue("recent_folders", json.dumps(recent))

    def sidecar_answer(self, folders: Sequence[Path]) -> str:
        """What the user wants done with other programs' edits there; empty: to be asked."""
        answers = self.json("sidecar_answers")
        known = answers if isinstance(answers, dict) else {}
        found = {known.get(str(folder), "") for folder in folders}
        answer = found.pop() if len(found) == 1 else ""
        return answer if isinstance(answer, str) else ""

    def remember_sidecar_answer(self, folders: Sequence[Path], answer: str) -> None:
        """For as many folders as anybody works in."""
        answers = self.json("sidecar_answers")
        known = answers if isinstance(answers, dict) else {}
        new = {str(folder): answer for folder in folders}
        known = {folder: old for folder, old in known.items() if folder not in new} | new
        kept = dict(list(known.items())[-REMEMBERED_FOLDERS:])
        self._store.setValue("sidecar_answers", json.dumps(kept))

    def clear_recent(self) -> None:
        self._store.remove("recent_folders")

    @property
    def export_choice(self) -> ExportChoice:
        stored = {f.name: self._stored(f"export/{f.name}") for f in fields(ExportChoice)}
        return from_stored(stored)

    @export_choice.setter
    def export_choice(self, choice: ExportChoice) -> None:
        for name, value in asdict(choice).items():
            self.set_value(f"export/{name}", value)

    @property
    def export_presets(self) -> dict[str, ExportChoice]:
        """The user's own, by name."""
        return presets_from(self.value("export/presets", ""))

    @export_presets.setter
    def export_presets(self, presets: dict[str, ExportChoice]) -> None:
        self.set_value("export/presets", presets_to(presets))

    def blob(self, key: str) -> QByteArray:
        """Window geometry and the like; empty when there is none."""
        try:
            return QByteArray(base64.b64decode(self.value(key, ""), validate=True))
        except (binascii.Error, ValueError):
            return QByteArray()

    def set_blob(self, key: str, blob: QByteArray) -> None:
        self.set_value(key, base64.b64encode(blob.data()).decode("ascii"))

    def sizes(self, key: str, default: Sequence[int]) -> list[int]:
        """Splitter sizes: as many positive whole numbers as ``default`` has."""
        try:
            found = json.loads(str(self._store.value(key, "")))
        except ValueError:
            return list(default)
        good = isinstance(found, list) and len(found) == len(default)
        if good and all(type(n) is int and n >= 0 for n in found):
            return list(found)
        return list(default)

    def set_sizes(self, key: str, sizes: Sequence[int]) -> None:
        self._store.setValue(key, json.dumps(list(sizes)))
