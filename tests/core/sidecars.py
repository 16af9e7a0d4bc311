"""Sidecars to test with: ours, and those of other programs."""

from __future__ import annotations

import re
from pathlib import Path

from model_core import xmp
from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.marks import Marks
from model_core.domain.photo import Photo, PhotoId
from model_core.sidecar import SidecarEdit, read_sidecar, write_sidecar
from tests.core.storage.test_presets import HEAD, TAIL

EDIT = IDENTITY.updated({"exposure_ev": 0.5, "contrast": -12, "temperature": 20, "tint": -7})
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" '
XMP = 'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '


def jpeg(folder: Path) -> Photo:
    return Photo(folder / "a.jpg", PhotoId("a"), 60, 40)


def raw(folder: Path, kelvin: float | None = 5000.0, tint: float | None = 10.0) -> Photo:
    path = folder / "a.CR2"
    return Photo(path, PhotoId("r"), 60, 40, as_shot_kelvin=kelvin, as_shot_tint=tint)


def said(photo: Photo) -> SidecarEdit:
    found = read_sidecar(photo)
    assert found is not None
    return found


def write(
    photo: Photo, settings: DevelopSettings | None = EDIT, marks: Marks | None = None
) -> Path | None:
    return write_sidecar(photo, settings, marks, photo.path.parent / "replaced")


def left(photo: Photo, attributes: str, elements: str = "", suffix: str = "") -> Path:
    """A sidecar of another program."""
    name = f"{photo.path.name}.xmp" if photo.path.suffix == ".jpg" else "a.xmp"
    file = photo.path.with_name(suffix or name)
    file.write_text(f"{HEAD}{attributes}>{elements}{TAIL}", encoding="utf-8")
    return file


def fields(file: Path) -> dict[str, str]:
    return {
        key.rpartition("}")[2]: element.text or ""
        for key, element in xmp.parse(file.read_bytes()).items()
        if key.startswith("{http://ns.adobe.com/camera-raw-settings/1.0/}")
    }


def crs_in(text: str) -> dict[str, str]:
    return dict(re.findall(r'crs:(\w+)="([^"]*)"', text))
