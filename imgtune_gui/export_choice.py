"""What the user chose in the export dialog, and named choices (presets)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from model_core.domain.errors import CannotWrite
from model_core.domain.export import FORMATS, METADATA, ExportOptions

#: How the size is set: the key in :class:`ExportChoice` is ``size``.
SIZES = ("full", "long_side", "fit", "megapixels")


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """Everything the dialog asks; the values of sizes not in use are remembered too."""

    folder: str = ""
    format: str = "jpeg"
    quality: int = 92
    depth: int = 8
    profile: str = "srgb"
    size: str = "full"
    long_side: int = 2048
    fit_width: int = 1920
    fit_height: int = 1080
    megapixels: float = 12.0
    enlarge: bool = False
    sharpen: str = "none"
    sharpen_for: str = "screen"
    metadata: str = "all"
    location: bool = True
    copyright: str = ""
    name: str = "{name}"
    on_collision: str = "unique"
    open_folder: bool = False

    def options(self) -> ExportOptions:
        """Raises CannotWrite for what makes no sense."""
        depths = FORMATS[self.format].depths if self.format in FORMATS else (self.depth,)
        return ExportOptions(
            format=self.format,
            quality=self.quality,
            depth=self.depth if self.depth in depths else depths[0],
            profile=self.profile,
            long_side=self.long_side if self.size == "long_side" else None,
            fit=(self.fit_width, self.fit_height) if self.size == "fit" else None,
            megapixels=self.megapixels if self.size == "megapixels" else None,
            enlarge=self.enlarge,
            sharpen=self.sharpen,
            sharpen_for=self.sharpen_for,
            metadata=self.metadata,
            location=self.location,
            copyright=self.copyright,
        )

    def with_preset(self, preset: ExportChoice) -> ExportChoice:
        """What kind of file is taken from ``preset``; where to and its name stay. A preset may
        leave more out of what the file tells of photographer and place, and bring none back."""
        kept: dict[str, Any] = {name: getattr(self, name) for name in _NOT_IN_PRESETS}
        kept["metadata"] = max(self.metadata, preset.metadata, key=METADATA.index)
        kept["location"] = self.location and preset.location
        return replace(preset, **kept)

    def same_kind(self, other: ExportChoice) -> bool:
        """Whether both make the same kind of file, whatever it tells of the photographer."""
        try:
            one, two = (
                replace(choice.options(), copyright="", metadata="all", location=True)
                for choice in (self, other)
            )
        except CannotWrite:
            return False
        return one == two


_NOT_IN_PRESETS = ("folder", "copyright", "name", "on_collision", "open_folder")

#: Shipped presets, by the key under which their names are translated.
PRESETS: dict[str, ExportChoice] = {
    "full": ExportChoice(),
    "web": ExportChoice(
        quality=85, size="long_side", long_side=2048, sharpen="standard", location=False
    ),
    "print": ExportChoice(
        format="tiff", depth=16, profile="adobe-rgb", sharpen="standard", sharpen_for="glossy"
    ),
}


def from_stored(stored: Mapping[str, Any]) -> ExportChoice:
    """A choice from values that may be missing, of another type, or from another version."""
    default = ExportChoice()
    kept: dict[str, Any] = {}
    for field in fields(default):
        value, like = stored.get(field.name), getattr(default, field.name)
        if isinstance(like, float) and type(value) is int:
            value = float(value)
        if type(value) is type(like):
            kept[field.name] = value
    choice = replace(default, **kept)
    try:
        choice.options()
    except CannotWrite:
        return replace(default, folder=choice.folder)
    return choice


def presets_from(text: str) -> dict[str, ExportChoice]:
    """The user's own presets from JSON; what cannot be read is left out."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: from_stored(v) for name, v in found.items() if isinstance(v, dict)}


def presets_to(presets: Mapping[str, ExportChoice]) -> str:
    made = {
        name: {k: v for k, v in asdict(choice).items() if k not in _NOT_IN_PRESETS}
        for name, choice in presets.items()
    }
    return json.dumps(made, ensure_ascii=False)
