"""XMP sidecars: what other programs and imgtune say of a photo, in a file beside it.

A sidecar is never written anew where there is one: what is said of settings and marks is
changed in it and all the rest stays. One that cannot be read is left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from model_core import xmp
from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import CannotWrite, InvalidSettings
from model_core.domain.geometry import Geometry
from model_core.domain.marks import UNMARKED, Colour, Flag, Marks
from model_core.storage.atomic import cannot_write, replacing, write_atomic
from model_core.storage.camera_raw import (
    WHITE_BALANCE,
    Light,
    decoded,
    encoded,
    fields_of,
    foreign_white_balance,
    grading,
)
from model_core.storage.camera_raw_crop import FIELDS as CROP
from model_core.storage.camera_raw_crop import Stored
from model_core.storage.sidecar_crop import Framing, crop_is_ours, framing_as, geometry_in
from model_core.xmp import UnreadableXmp

_OWN = xmp.name("imgtune:Settings")
_RATING, _LABEL = xmp.name("xmp:Rating"), xmp.name("xmp:Label")
_DATE = xmp.name("xmp:MetadataDate")
_FOR = xmp.name("photoshop:SidecarForExtension")
_ABOUT = {"ProcessVersion": "11.0", "Version": "15.4"}
_FIRST_PROCESS = 6.7  # that has the sliders of today
_TRIES = 5


@dataclass(frozen=True, slots=True)
class SidecarEdit:
    """What a sidecar or an embedded packet says.

    ``settings`` is None where there are none that can be used, for the ``reason``. ``exact``:
    imgtune wrote them and nobody changed them since; else they are approximate. ``left_out``:
    Camera Raw fields that change the look there and cannot be followed here. ``marks`` is None
    where nothing is said of stars and colour, ``geometry`` where nothing is of a crop that can be
    followed.
    """

    source: Path
    settings: DevelopSettings | None
    reason: str = ""
    exact: bool = False
    left_out: tuple[str, ...] = ()
    marks: Marks | None = None
    geometry: Geometry | None = None

    @property
    def values(self) -> dict[str, float]:
        """The sliders by name; none where there are no settings."""
        return {} if self.settings is None else self.settings.as_dict()

    @property
    def unusable(self) -> str:
        """Why the settings are no example of how the user develops; empty where they are one."""
        if self.settings is None:
            return self.reason
        if graded := grading(self.left_out):
            return f"cannot be followed without {', '.join(graded)}"
        return "nothing was changed there" if self.settings.is_identity else ""


def sidecar_of(photo: Path, *, raw: bool) -> Path:
    """Where a photo's sidecar is, or is to be.

    ``name.xmp`` for raws, as Camera Raw has it, and ``name.ext.xmp`` for other photos, as
    darktable and digiKam have it (Camera Raw reads none of those): a raw and its JPEG of the
    same name do not share one. Of two raws that do, the one that the sidecar names has it. A
    ``name.xmp`` that some program made for another photo than a raw is merged into: a second
    file beside it would disagree from then on.
    """
    full = _existing(photo.with_name(photo.name + ".xmp"))
    short = _existing(photo.with_suffix(".xmp"))
    if not raw and (full.exists() or not _is_alone(short, photo)):
        return full
    return full if _belongs_to_another(short, photo) else short


def _is_alone(short: Path, photo: Path) -> bool:
    """Whether there is a ``name.xmp`` that can be nobody else's."""
    if not short.is_file():
        return False
    same = (f for f in short.parent.iterdir() if f.stem == short.stem and f.name != photo.name)
    return all(file.suffix.lower() == ".xmp" for file in same)


def sidecars_beside(photo: Path, *, raw: bool) -> list[Path]:
    """The sidecars that there are, the one that counts most first."""
    first = sidecar_of(photo, raw=raw)
    others = (photo.with_name(photo.name + ".xmp"), photo.with_suffix(".xmp"))
    rest = [
        path for path in map(_existing, others)
        if path != first and not _belongs_to_another(path, photo)
    ]  # fmt: skip
    return [path for path in (first, *rest) if path.is_file()]


def _existing(path: Path) -> Path:
    upper = path.with_suffix(".XMP")
    return upper if not path.exists() and upper.exists() else path


def _belongs_to_another(sidecar: Path, photo: Path) -> bool:
    try:
        named = xmp.text_of(xmp.read(content(sidecar) or b"", ""), _FOR)
    except UnreadableXmp:
        return False
    return bool(named) and str(named).lower() != photo.suffix[1:].lower()


def content(sidecar: Path) -> bytes | None:
    """Its bytes; None where there is none. Raises UnreadableXmp."""
    if sidecar.exists() and not sidecar.is_file():
        raise UnreadableXmp(f"{sidecar}: cannot be read (it is not a file)")
    try:
        with sidecar.open("rb") as file:
            return file.read(xmp.MAX_PACKET + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableXmp(f"{sidecar}: cannot be read ({error.strerror})") from None


def understood(
    packet: bytes, source: Path, light: Light, stored: Stored | None = None
) -> SidecarEdit | None:
    """What a sidecar's bytes or an embedded packet of ``source`` say; None where that is nothing
    of settings or marks. ``stored``: how the photo's file stores it; None where that is not
    known, and crops cannot be followed. Raises UnreadableXmp where they are not XMP."""
    root = xmp.read(packet, str(source))
    fields, _ = fields_of(root)
    marks = _marks_in(root)
    if not fields and marks in (None, UNMARKED):
        return None  # as the packets of most cameras
    geometry = (
        None
        if stored is None
        else geometry_in(root, fields, stored, sidecar=source.suffix.lower() == ".xmp")
    )
    if fields and fields.keys() <= CROP:  # no slider was said to be at zero
        reason = f"{source.name}: holds a crop, and no settings of sliders"
        return SidecarEdit(source, None, reason=reason, marks=marks, geometry=geometry)
    try:
        settings, left_out = decoded(fields, light, source.name)
    except UnreadableXmp as error:
        return SidecarEdit(source, None, reason=str(error), marks=marks)
    own = _own_settings(root, fields, light)
    if own is not None:  # the exact values stand beside what the fields cannot say
        left_out = tuple(field for field in left_out if field not in WHITE_BALANCE)
    if geometry is not None:
        left_out = tuple(field for field in left_out if field not in CROP)
    return SidecarEdit(source, own or settings, "", own is not None, left_out, marks, geometry)


def merge_sidecar(
    photo: Path,
    light: Light,
    settings: DevelopSettings | None,
    marks: Marks | None,
    replaced: Path,
    framing: Framing | None = None,
    on_kept: Callable[[Path], None] | None = None,
) -> Path | None:
    """Says ``settings``, ``marks`` and ``framing`` (None: as they are) in the photo's sidecar,
    which is made where there is none. None where nothing had to be changed.

    Settings that another program wrote, and that are changed now, are kept in the folder
    ``replaced`` as that sidecar was; ``on_kept`` is told the copy. A sidecar that changes
    meanwhile is read again. Raises CannotWrite; also for a sidecar that cannot be read, which is
    left as it is.
    """
    sidecar = sidecar_of(photo, raw=light.raw)
    for _ in range(_TRIES):
        before = _readable(sidecar)
        root, changes = _merged(before, sidecar, light, settings, marks, framing)
        if all(xmp.text_of(root, key) == text for key, text in changes.items()):
            return None
        kept = _keep_foreign(before or b"", root, sidecar, light, changes, replaced)
        after = _said(root, changes, photo if light.raw else None)
        try:
            with replacing(sidecar) as temporary:
                temporary.write_bytes(after)
                if _readable(sidecar) != before:
                    raise _Changed
        except _Changed:
            continue
        if kept is not None and on_kept is not None:
            on_kept(kept)
        return sidecar
    raise CannotWrite(f"{sidecar}: another program keeps changing it; try again later")


class _Changed(Exception):
    """The sidecar is not what was read any more."""


def _readable(sidecar: Path) -> bytes | None:
    try:
        return content(sidecar)
    except UnreadableXmp as error:
        raise _left_alone(error) from None


def _left_alone(error: UnreadableXmp) -> CannotWrite:
    return CannotWrite(
        f"{error}; it was left as it is, and the edit is kept in imgtune. Mend the sidecar or move "
        "it away to have it written"
    )


def _merged(
    before: bytes | None,
    sidecar: Path,
    light: Light,
    settings: DevelopSettings | None,
    marks: Marks | None,
    framing: Framing | None,
) -> tuple[Element, dict[str, str | None]]:
    """The sidecar as it is, and what it is to say. Raises CannotWrite."""
    old = before or b""
    try:
        root = xmp.new() if xmp.is_blank(old) else xmp.read(old, str(sidecar))
        if next(xmp.descriptions(root), None) is None:
            raise UnreadableXmp(f"{sidecar}: is XML, but holds no XMP")
        changes = _marks_as(root, marks)
        if settings is not None:
            changes |= _settings_as(root, sidecar, light, settings)
        if framing is not None:
            changes |= framing_as(root, framing)
    except UnreadableXmp as error:
        raise _left_alone(error) from None
    return root, changes


def _said(root: Element, changes: dict[str, str | None], raw: Path | None) -> bytes:
    for key, text in changes.items():
        xmp.say(root, key, text)
    xmp.say(root, _DATE, datetime.now().astimezone().isoformat(timespec="seconds"))
    if raw is not None and xmp.text_of(root, _FOR) is None:
        xmp.say(root, _FOR, raw.suffix[1:].upper())
    return xmp.write(root)


# --- settings -------------------------------------------------------------------------


def _crs(field: str) -> str:
    return xmp.name(f"crs:{field}")


def _settings_as(
    root: Element, sidecar: Path, light: Light, settings: DevelopSettings
) -> dict[str, str | None]:
    fields, _ = fields_of(root)
    if fields.get("AlreadyApplied", "").lower() == "true":
        raise UnreadableXmp(f"{sidecar}: says that its settings are part of the pixels already")
    changes: dict[str, str | None] = {_crs(f): None for f in foreign_white_balance(light)}
    changes |= {_crs(field): text for field, text in encoded(settings, light).items()}
    changes |= {_crs(f): fields.get(f) or text for f, text in _ABOUT.items()}
    if _process(fields) < _FIRST_PROCESS:
        changes[_crs("ProcessVersion")] = _ABOUT["ProcessVersion"]
    changes |= {_crs("HasSettings"): "True", _crs("AlreadyApplied"): "False"}
    changes[_OWN] = json.dumps({k: v for k, v in settings.as_dict().items() if v})
    return changes


def _process(fields: dict[str, str]) -> float:
    try:
        return float(fields.get("ProcessVersion", "11.0"))
    except ValueError:
        return 0.0


def _own_settings(root: Element, fields: dict[str, str], light: Light) -> DevelopSettings | None:
    """The settings that imgtune wrote, where the fields still say just that."""
    try:
        own = DevelopSettings.from_mapping(json.loads(xmp.text_of(root, _OWN) or ""))
    except (ValueError, TypeError, AttributeError, RecursionError, InvalidSettings):
        return None
    same = all(fields.get(field) == text for field, text in encoded(own, light).items())
    return own if same else None


def _keep_foreign(
    old: bytes,
    root: Element,
    sidecar: Path,
    light: Light,
    changes: dict[str, str | None],
    replaced: Path,
) -> Path | None:
    """Sliders and crops that were set elsewhere are somebody's work: before they are changed,
    the sidecar is copied. The copy, if a new one is needed. Raises CannotWrite; then nothing is
    changed."""
    fields, _ = fields_of(root)
    sliders = (*encoded(DevelopSettings(), light), *foreign_white_balance(light))
    theirs = () if _own_settings(root, fields, light) is not None else sliders
    if not crop_is_ours(root, fields) and fields.get("HasCrop", "").lower() == "true":
        theirs = (*theirs, *CROP)
    if not any(f in fields and changes.get(_crs(f), fields[f]) != fields[f] for f in theirs):
        return None
    copy = replaced / f"{sidecar.stem}-{hashlib.blake2b(old, digest_size=4).hexdigest()}.xmp"
    if copy.exists():
        return None
    try:
        replaced.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(copy, error) from None
    write_atomic(copy, old)
    return copy


# --- marks ----------------------------------------------------------------------------


def _marks_in(root: Element) -> Marks | None:
    rating, label = xmp.text_of(root, _RATING), xmp.text_of(root, _LABEL)
    if rating is None and label is None:
        return None
    try:
        stars = round(float(rating or "0"))
    except (ValueError, OverflowError):
        stars = 0
    flag = Flag.REJECT if stars < 0 else Flag.NONE
    colours = {colour.value: colour for colour in Colour}
    return Marks(min(max(stars, 0), 5), flag, colours.get((label or "").lower(), Colour.NONE))


def _marks_as(root: Element, marks: Marks | None) -> dict[str, str | None]:
    """What is to be said of stars and colour. Another program's own labels stay when the
    photo has no colour here, and a photo without marks needs no word."""
    if marks is None:
        return {}
    changes: dict[str, str | None] = {}
    said = _marks_in(root) or UNMARKED
    if marks.rating != said.rating:
        changes[_RATING] = str(marks.rating)
    if marks.colour != said.colour:
        changes[_LABEL] = marks.label or None
    return changes
