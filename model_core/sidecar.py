"""XMP beside a photo: our edit for other programs, and theirs for us.

Everything that others wrote is kept. The sliders are another engine's, so a look that is read
or written here is approximate.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import UnreadablePhoto
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks
from model_core.domain.photo import Photo
from model_core.imaging.decode import RAW_SUFFIXES, stored_orientation
from model_core.imaging.output.metadata import embedded_packets
from model_core.storage.camera_raw import Light
from model_core.storage.camera_raw_crop import Stored
from model_core.storage.sidecar import (
    SidecarEdit,
    content,
    merge_sidecar,
    sidecars_beside,
    understood,
)
from model_core.storage.sidecar_crop import Framing
from model_core.xmp import UnreadableXmp, is_blank

__all__ = ["SidecarEdit", "read_sidecar", "write_sidecar"]


def write_sidecar(
    photo: Photo,
    settings: DevelopSettings | None,
    marks: Marks | None,
    replaced: Path,
    geometry: Geometry | None = None,
    on_kept: Callable[[Path], None] | None = None,
) -> Path | None:
    """Merges an edit, marks and a crop (None: as they are) into the photo's sidecar, which is
    made when there is none. None when it says all that already. A crop elsewhere stays where
    the photo has none here.

    Settings of another program that are changed by this are kept in the folder ``replaced``,
    as the sidecar was, and ``on_kept`` is told which file that is. Raises CannotWrite, also for
    one that cannot be read: it is left as it is.
    """
    framing = None
    if geometry is not None and (stored := _stored(photo)) is not None:
        framing = Framing(geometry, stored)
    return merge_sidecar(photo.path, _light(photo), settings, marks, replaced, framing, on_kept)


def read_sidecar(photo: Photo) -> SidecarEdit | None:
    """(slow) What the photo's sidecar says of settings and marks, else the XMP in its own file;
    None when that is nothing. Raises UnreadableXmp for a sidecar that cannot be read."""
    light, stored = _light(photo), _stored(photo)
    packets = [(path, content(path) or b"") for path in _sidecars(photo.path, light)]
    said = [
        understood(packet, path, light, stored) for path, packet in packets if not is_blank(packet)
    ]
    for packet in embedded_packets(photo.path):
        with suppress(UnreadableXmp):  # the photo itself is shown all the same
            said.append(understood(packet, photo.path, light, stored))
    found = [one for one in said if one is not None]
    if not found:
        return None
    best = next((one for one in found if one.settings is not None), found[0])
    marks = next((one.marks for one in found if one.marks), None)
    return replace(best, marks=marks, geometry=found[0].geometry or best.geometry)


def _light(photo: Photo) -> Light:
    raw = photo.path.suffix.lower() in RAW_SUFFIXES
    return Light(raw, photo.as_shot_kelvin, photo.as_shot_tint)


def _stored(photo: Photo) -> Stored | None:
    """How its file stores the photo; None where it cannot be read."""
    try:
        return Stored(photo.width, photo.height, stored_orientation(photo.path))
    except UnreadablePhoto:
        return None


def _sidecars(path: Path, light: Light) -> list[Path]:
    found = sidecars_beside(path, raw=light.raw)
    if light.raw or not any(one.stem == path.stem for one in found):
        return found
    # Where a raw of the same name lies beside a JPEG, ``name.xmp`` is the raw's.
    names = (other.suffix.lower() for other in path.parent.iterdir() if other.stem == path.stem)
    shared = any(suffix in RAW_SUFFIXES for suffix in names)
    return [one for one in found if not shared or one.stem != path.stem]
