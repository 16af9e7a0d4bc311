"""XMP beside a photo: our edit for other programs, and theirs for us.

Everything that others wrote is kept. The sliders are another engine's, so a look that is read
or written here is approximate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model_core.domain.develop import PARAMS, DevelopSettings, ParamSpec
from model_core.domain.errors import CannotWrite
from model_core.domain.marks import MAX_STARS, UNMARKED, Colour, Flag, Marks
from model_core.domain.photo import Photo
from model_core.imaging.decode import RAW_SUFFIXES
from model_core.imaging.output import xmp
from model_core.storage.atomic import write_atomic
from model_core.storage.xmp import UnreadableXmp, read_camera_raw

_PROCESS = {"ProcessVersion": "11.0", "Version": "15.4", "HasSettings": "True",
            "AlreadyApplied": "False", "WhiteBalance": "Custom"}  # fmt: skip
_KELVIN, _TINT = (2000.0, 50_000.0), (-150.0, 150.0)
_LARGEST = 8_000_000  # bytes; sidecars are a few kB


@dataclass(frozen=True, slots=True)
class SidecarEdit:
    """What another program left: ``values`` of sliders that it set, marks (None where it says
    nothing of them), and the names of fields that cannot be followed here."""

    values: Mapping[str, float]
    marks: Marks | None
    left_out: tuple[str, ...]


def sidecar_path(photo: Path) -> Path:
    """``name.xmp`` for raw files, ``name.jpg.xmp`` for others: a raw and a JPEG of one name
    do not share a file."""
    raw = photo.suffix.lower() in RAW_SUFFIXES
    return photo.with_suffix(".xmp") if raw else photo.with_name(f"{photo.name}.xmp")


def write_sidecar(photo: Photo, settings: DevelopSettings, marks: Marks) -> Path:
    """Merges an edit into the photo's sidecar, which is made when there is none. Raises
    CannotWrite, also for one that cannot be read: it is left as it is."""
    file = sidecar_path(photo.path)
    properties = _existing(file)
    for field, text in _fields(photo, settings).items():
        _set(properties, f"crs:{field}", text)
    # Kelvin and increments must not stand side by side: readers take either.
    for field in _other_balance(photo):
        properties.pop(xmp.name(f"crs:{field}"), None)
    if marks != UNMARKED:
        rejected = marks.flag is Flag.REJECT
        _set(properties, "xmp:Rating", "-1" if rejected else str(marks.stars))
        if marks.colour is not Colour.NONE:
            _set(properties, "xmp:Label", marks.colour.capitalize())
    write_atomic(file, xmp.serialise(properties))
    return file


def read_sidecar(photo: Photo) -> SidecarEdit | None:
    """What the photo's sidecar says; None when there is none. Raises UnreadableXmp."""
    file = sidecar_path(photo.path)
    data = _read(file)
    if data is None:
        return None
    properties = xmp.parse(data)
    marks = _marks(properties)
    try:
        found = read_camera_raw(data, file.name)
    except UnreadableXmp:
        if marks is None:
            raise
        return SidecarEdit({}, marks, ())
    values = dict(found.values)
    left_out = found.left_out
    if photo.as_shot_kelvin:
        values |= _from_kelvin(photo, properties)
        left_out = tuple(name for name in left_out if name not in {"Temperature", "Tint"})
    return SidecarEdit(values, marks, left_out)


def _read(file: Path) -> bytes | None:
    try:
        if file.stat().st_size > _LARGEST:
            raise UnreadableXmp(f"{file.name}: is too large for a sidecar")
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableXmp(f"{file.name}: cannot be read ({error.strerror})") from None


def _existing(file: Path) -> xmp.Properties:
    try:
        data = _read(file)
    except UnreadableXmp as error:
        raise CannotWrite(f"{error}; it was left as it is") from None
    if not data or not data.strip():
        return {}
    found = xmp.parse(data)
    if not found:
        raise CannotWrite(f"{file.name}: is not readable XMP and was left as it is")
    return found


def _set(properties: xmp.Properties, qualified: str, text: str) -> None:
    key = xmp.name(qualified)
    properties[key] = xmp.simple(key, text)


def _fields(photo: Photo, settings: DevelopSettings) -> dict[str, str]:
    shifts = {"temperature", "tint"} if photo.as_shot_kelvin else set()
    fields = {
        spec.xmp: _text(spec, settings[spec.name]) for spec in PARAMS if spec.name not in shifts
    }
    if photo.as_shot_kelvin:
        mired = max(1e6 / photo.as_shot_kelvin - settings["temperature"], 1e6 / _KELVIN[1])
        kelvin = min(max(1e6 / mired, _KELVIN[0]), _KELVIN[1])
        tint = (photo.as_shot_tint or 0.0) + settings["tint"]
        fields["Temperature"] = str(round(kelvin))
        fields["Tint"] = f"{round(min(max(tint, _TINT[0]), _TINT[1])):+d}"
    return fields | _PROCESS


def _text(spec: ParamSpec, value: float) -> str:
    low, high = (-100.0, 100.0) if spec.xmp.startswith("Incremental") else (spec.low, spec.high)
    return spec.format(min(max(value, low), high))


def _other_balance(photo: Photo) -> tuple[str, ...]:
    if photo.as_shot_kelvin:
        return "IncrementalTemperature", "IncrementalTint"
    return "Temperature", "Tint"


def _from_kelvin(photo: Photo, properties: xmp.Properties) -> dict[str, float]:
    found: dict[str, float] = {}
    kelvin, tint = _number(properties, "crs:Temperature"), _number(properties, "crs:Tint")
    if kelvin is not None and kelvin >= _KELVIN[0] and photo.as_shot_kelvin:
        found["temperature"] = 1e6 / photo.as_shot_kelvin - 1e6 / kelvin
    if tint is not None and photo.as_shot_tint is not None:
        found["tint"] = tint - photo.as_shot_tint
    return found


def _number(properties: xmp.Properties, qualified: str) -> float | None:
    element = properties.get(xmp.name(qualified))
    try:
        value = float(element.text or "") if element is not None else None
    except ValueError:
        return None
    return value if value is not None and abs(value) < 1e9 else None


def _marks(properties: xmp.Properties) -> Marks | None:
    rating = _number(properties, "xmp:Rating")
    label = properties.get(xmp.name("xmp:Label"))
    word = (label.text or "").strip().lower() if label is not None else ""
    colour = next((one for one in Colour if one and one.value == word), Colour.NONE)
    if rating is None and not colour:
        return None
    stars = min(max(round(rating or 0), 0), MAX_STARS)
    flag = Flag.REJECT if rating is not None and rating < 0 else Flag.NONE
    return Marks(stars, flag, colour)
