"""The crop of a photo in its sidecar: Camera Raw's fields, and beside them the exact values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from typing import Any
from xml.etree.ElementTree import Element

from model_core import xmp
from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.storage.camera_raw import fields_of
from model_core.storage.camera_raw_crop import (
    FIELDS,
    HAS,
    Stored,
    crop_fields,
    geometry_of,
    oriented,
)

_OWN_CROP, _ORIENTATION = xmp.name("imgtune:Geometry"), xmp.name("tiff:Orientation")


@dataclass(frozen=True, slots=True)
class Framing:
    """How a photo is cropped here, and how its file stores it, from which Camera Raw counts."""

    geometry: Geometry
    stored: Stored


def geometry_in(
    root: Element, fields: dict[str, str], stored: Stored, *, sidecar: bool
) -> Geometry | None:
    """The crop that a packet with these Camera Raw ``fields`` says; None where it says none, or
    one that cannot be followed. In a ``sidecar`` the orientation counts, too: in a photo it is
    that of the file, where it is not left over from what the file was before."""
    own = _own_crop(root)
    if own is not None and crop_is_ours(root, fields):
        return own.fitted(stored.width, stored.height)
    said = xmp.text_of(root, _ORIENTATION) if sidecar else None
    orientation = int(said) if said is not None and said.isdecimal() else None
    found = geometry_of(fields, orientation, stored)
    nothing = found == UNCROPPED and HAS not in fields
    return None if nothing else found


def framing_as(root: Element, framing: Framing) -> dict[str, str | None]:
    """What is to be said of the crop. Another program's stays where there is none here."""
    geometry, stored = framing.geometry, framing.stored
    fields, _ = fields_of(root)
    ours = crop_is_ours(root, fields)
    if geometry.is_identity and not ours:
        return {}
    said = crop_fields(geometry, stored)
    changes = {xmp.name(f"crs:{field}"): text for field, text in said.items()}
    if geometry.turns or xmp.text_of(root, _ORIENTATION) is not None:
        changes[_ORIENTATION] = str(oriented(geometry, stored))
    changes[_OWN_CROP] = None
    if not geometry.is_identity:
        own = {name: round(value, 9) for name, value in asdict(geometry).items()}
        changes[_OWN_CROP] = json.dumps({"said": said, "orientation": oriented(geometry, stored)}
                                        | own)  # fmt: skip
    return changes


def crop_is_ours(root: Element, fields: dict[str, str]) -> bool:
    """Whether the fields still say just what imgtune wrote."""
    note = _crop_note(root)
    said, orientation = note.get("said"), xmp.text_of(root, _ORIENTATION)
    if not isinstance(said, dict):
        return False
    same = all(fields.get(field) == said.get(field) for field in FIELDS)
    return same and orientation in (None, str(note.get("orientation")))


def _own_crop(root: Element) -> Geometry | None:
    note = _crop_note(root)
    try:
        return Geometry(**{f.name: note[f.name] for f in dataclass_fields(Geometry)})
    except (KeyError, TypeError, ValueError):
        return None


def _crop_note(root: Element) -> dict[str, Any]:
    try:
        note = json.loads(xmp.text_of(root, _OWN_CROP) or "")
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}
