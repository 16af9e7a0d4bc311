"""Presets: named values for some of the sliders, one JSON file each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model_core.domain.develop import DevelopSettings, param
from model_core.domain.errors import CannotWrite, ImgtuneError, InvalidSettings
from model_core.storage.atomic import write_atomic
from model_core.storage.camera_raw import read_camera_raw

_SCHEMA = 1
_MAX_NAME = 100
_LARGEST = 4 * 1024**2  # bytes of a preset file of another program


class PresetRefused(ImgtuneError):
    """A preset that cannot be kept or imported as asked: the message says why."""


@dataclass(frozen=True, slots=True)
class Preset:
    """``values``: only the sliders that it sets."""

    name: str
    values: Mapping[str, float]

    def applied(self, settings: DevelopSettings, strength: float = 1.0) -> DevelopSettings:
        """``settings`` moved towards the preset; ``strength`` 1 is all the way, more is beyond."""
        moved = {
            name: settings[name] + strength * (value - settings[name])
            for name, value in self.values.items()
        }
        return settings.updated(moved)


@dataclass(frozen=True, slots=True)
class ImportedPreset:
    """A preset of another program, and what of it cannot be followed here."""

    preset: Preset
    left_out: tuple[str, ...]


class PresetStore:
    """The presets in a folder, which is made when the first one is saved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Preset]:
        """By name; a file that is damaged or not ours is passed over."""
        found = []
        for file in self.folder.glob("*.json"):
            try:
                found.append(_read(file))
            except (OSError, ValueError, KeyError, TypeError, AttributeError, ImgtuneError):
                continue
        return sorted(found, key=lambda preset: preset.name.casefold())

    @staticmethod
    def make(name: str, values: Mapping[str, float]) -> Preset:
        """A preset that is not kept yet."""
        return Preset(name, dict(values))

    def save(self, preset: Preset) -> None:
        """Keeps a preset; one of the same name is replaced. Raises PresetRefused, CannotWrite."""
        name = preset.name.strip()
        if not name or len(name) > _MAX_NAME or not name.isprintable():
            raise PresetRefused(f"The name of a preset is one line of 1 to {_MAX_NAME} characters.")
        if not preset.values:
            raise PresetRefused(f"The preset {name!r} would set no slider; tick at least one.")
        content = {"schema": _SCHEMA, "name": name, "values": dict(preset.values)}
        data = json.dumps(content, indent=1, ensure_ascii=False).encode()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(f"{self.folder}: cannot be made ({error.strerror})") from None
        write_atomic(self._file(name), data)

    def rename(self, old: str, new: str) -> None:
        """Another name for a preset. Raises PresetRefused, also where the name is taken."""
        names = {preset.name.casefold(): preset for preset in self.all()}
        preset, taken = names.get(old.casefold()), names.get(new.strip().casefold())
        if preset is None or preset.name == new.strip():
            return
        if taken is not None and taken is not preset:
            raise PresetRefused(f"There is a preset {taken.name!r} already; choose another name.")
        self.save(Preset(new.strip(), preset.values))
        if self._file(new.strip()) != self._file(old):
            self.delete(old)

    def delete(self, name: str) -> None:
        """Deletes a preset; nothing happens when there is none."""
        try:
            self._file(name).unlink(missing_ok=True)
        except OSError as error:
            raise CannotWrite(f"The preset {name!r} cannot be deleted ({error.strerror})") from None

    def import_xmp(self, file: Path) -> ImportedPreset:
        """Takes over a Camera Raw preset (.xmp). Raises PresetRefused, UnreadableXmp."""
        try:
            if file.stat().st_size > _LARGEST:
                raise PresetRefused(f"{file.name}: is too large for a preset")
            data = file.read_bytes()
        except OSError as error:
            raise PresetRefused(f"{file.name}: cannot be read ({error.strerror})") from None
        found = read_camera_raw(data, file.name)
        if not found.values:
            raise PresetRefused(
                f"{file.name}: sets none of the sliders that there are here "
                f"(it sets {', '.join(found.left_out[:6]) or 'nothing'})"
            )
        preset = Preset((found.name or file.stem)[:_MAX_NAME], found.values)
        self.save(preset)
        return ImportedPreset(preset, found.left_out)

    def _file(self, name: str) -> Path:
        plain = re.sub(r"[^\w-]+", "-", name.casefold()).strip("-")[:60] or "preset"
        # Names that differ only in signs must not share a file.
        return self.folder / f"{plain}-{sum(map(ord, name)) % 4096:03x}.json"


def _read(file: Path) -> Preset:
    content = json.loads(file.read_text(encoding="utf-8"))
    if content["schema"] > _SCHEMA:
        raise InvalidSettings(f"{file.name}: was written by a newer imgtune")
    values = {param(name).name: float(value) for name, value in content["values"].items()}
    checked = DevelopSettings.from_mapping(values)
    return Preset(str(content["name"]), {name: checked[name] for name in values})
