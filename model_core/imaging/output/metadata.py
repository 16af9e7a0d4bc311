"""What a copy tells of the photo: EXIF, XMP and IPTC of the original, made true of the copy."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from model_core import __version__, xmp
from model_core.domain.export import ExportOptions
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.naming import NameFacts
from model_core.imaging.decode import MAX_PIXELS
from model_core.imaging.kind import is_raw
from model_core.imaging.output import exif as exif_
from model_core.imaging.output import iptc
from model_core.imaging.output.copied import of_the_copy, rights_only, without_place
from model_core.imaging.output.exif import Exif
from model_core.imaging.output.seal import reserve
from model_core.imaging.rendered import open_picture

_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 700, 33723, 34377
_DC_RIGHTS = "dc:rights"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Blocks ready to be put into a file; empty where there is nothing to say."""

    exif: Exif = field(default_factory=Exif)
    xmp: bytes = b""
    iptc: bytes = b""


@dataclass(slots=True)
class _Found:
    exif: Exif = field(default_factory=Exif)
    packets: list[bytes] = field(default_factory=list)  # a later one wins
    iptc: bytes = b""


def metadata_for(
    original: Path, options: ExportOptions, size: tuple[int, int], marks: Marks = UNMARKED
) -> Metadata:
    """What a copy of ``size`` (width, height) should tell, ``marks`` before what the file
    says of stars and colour. Damaged or missing metadata never
    costs the user the picture: what cannot be read is left out."""
    found = _Found() if options.metadata == "none" else _read(original)
    exif, sets = found.exif, iptc.parse(found.iptc)
    properties = iptc.as_xmp(sets)
    for packet in found.packets:
        properties |= xmp.parse(packet)
    properties = of_the_copy(properties)
    if options.metadata == "all":
        exif = exif_.of_the_copy(exif, size, srgb=options.profile == "srgb")
        properties[xmp.name("xmp:CreatorTool")] = xmp.simple(
            xmp.name("xmp:CreatorTool"), f"imgtune {__version__}"
        )
        reserve(properties)
        _mark(exif, properties, marks)
    else:
        exif, sets = exif_.rights_only(exif), iptc.rights_only(sets)
        properties = rights_only(properties)
    if not options.location:
        exif = Exif(exif.picture, exif.detail)
        sets, properties = iptc.without_place(sets), without_place(properties)
    if own := options.copyright.strip():
        exif.picture[ExifTags.Base.Copyright] = own.encode()
        sets = iptc.with_copyright(sets, own)
        properties[xmp.name(_DC_RIGHTS)] = xmp.localised(xmp.name(_DC_RIGHTS), own)
        properties[xmp.name("xmpRights:Marked")] = xmp.simple(xmp.name("xmpRights:Marked"), "True")
    return Metadata(exif, xmp.serialise(properties), iptc.serialise(sets))


def _mark(exif: Exif, properties: xmp.Properties, marks: Marks) -> None:
    """Stars, rejection and colour as other programs read them."""
    if marks.rating:
        key = xmp.name("xmp:Rating")
        properties[key] = xmp.simple(key, str(marks.rating))
        exif.picture[ExifTags.Base.Rating] = max(marks.rating, 0)
        exif.picture.pop(ExifTags.Base.RatingPercent, None)
    if marks.colour:
        key = xmp.name("xmp:Label")
        properties[key] = xmp.simple(key, marks.label)


def facts_of(path: Path, *, look_inside: bool) -> NameFacts:
    """What a file name can be made of. The capture time is the file's own where the photo
    has none, or where nobody asked to ``look_inside``."""
    found = _read(path).exif if look_inside else Exif()
    taken = found.taken
    if taken is None:
        try:
            taken = datetime.fromtimestamp(path.stat().st_mtime)
        except OSError:
            taken = datetime.fromtimestamp(0)
    return NameFacts(path, taken, camera=found.camera)


def embedded_packets(path: Path) -> list[bytes]:
    """The XMP packets in a photo's file; none where it cannot be read."""
    return [packet for packet in _inside(path).packets if packet]


def _read(path: Path) -> _Found:
    found = _inside(path)
    found.packets.extend(_sidecars(path))
    return found


def _inside(path: Path) -> _Found:
    found = _Found()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of oddities that it then handles
            if is_raw(path):
                found.exif, packet = exif_.of_raw(path)
                found.packets.append(packet)
            else:
                found = _read_rendered(path)
    except Exception:  # damaged metadata must not cost the user the picture
        pass
    return found


def _read_rendered(path: Path) -> _Found:
    with open_picture(path) as image:
        if image.format == "PNG" and image.width * image.height > MAX_PIXELS:
            return _Found()  # whose metadata Pillow would only give after all its pixels
        found = _Found(exif_.of_image(image))
        tags: Any = getattr(image, "tag_v2", {})
        found.packets.append(packet_of(image))
        resources = image.info.get("photoshop") or {}
        if isinstance(resources, dict):
            found.iptc = _bytes(resources.get(0x0404))
        if not found.iptc and tags:
            found.iptc = _iptc_of_tiff(tags.get(_TIFF_IPTC), image.tag_v2.get(_TIFF_PHOTOSHOP))  # type: ignore[attr-defined]
    return found


def packet_of(image: Image.Image) -> bytes:
    """The XMP packet of an opened picture, wherever its format keeps it; empty without one."""
    tags: Any = getattr(image, "tag_v2", {})
    return _bytes(image.info.get("xmp") or tags.get(_TIFF_XMP))


def _iptc_of_tiff(block: Any, resources: Any) -> bytes:
    if isinstance(block, tuple):  # some programs write it as 32-bit numbers
        block = b"".join(int(n).to_bytes(4, "little") for n in block)
        if block[:1] != b"\x1c":
            block = re.sub(rb"(?s)(.)(.)(.)(.)", rb"\4\3\2\1", block)
    return _bytes(block) or iptc.from_resources(_bytes(resources))


def _sidecars(path: Path) -> list[bytes]:
    """XMP files beside the photo: ratings and keywords of raws live there."""
    found = []
    for sidecar in (path.with_suffix(".xmp"), path.with_name(path.name + ".xmp")):
        try:
            if sidecar.is_file():  # not a pipe, on which reading would never end
                found.append(sidecar.read_bytes())
        except OSError:  # or the photo's name is so long that there can be none
            continue
    return found


def _bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else b""
