"""XMP packets: read safely, merged, and cleared of what is not true of a developed copy.

ISO 16684-1. A packet is a flat map from property name to its XML value here; attribute and
element form are the same thing.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": _RDF,
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "darktable": "http://darktable.sf.net/",
}  # fmt: skip
for _prefix, _uri in _NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)

#: Property -> its value; keys are ``{namespace}name``.
Properties = dict[str, ET.Element]

_MAX_PACKET = 8_000_000  # bytes; packets of real photos are a few kB


def name(qualified: str) -> str:
    """``dc:rights`` as a key of Properties."""
    prefix, _, local = qualified.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _names(prefix: str, locals_: str) -> frozenset[str]:
    return frozenset(name(f"{prefix}:{n}") for n in locals_.split())


#: Namespaces that describe how another program developed the photo, or a part of the old
#: file that the copy does not have (gain map, motion picture, extended packet).
_FOREIGN_PIXELS = frozenset(
    {
        _NAMESPACES["crs"],
        _NAMESPACES["darktable"],
        "http://ns.adobe.com/camera-raw-saved-settings/1.0/",
        "http://ns.adobe.com/camera-raw-defaults/1.0/",
        "http://ns.adobe.com/hdr-gain-map/1.0/",
        "http://ns.adobe.com/hdr-metadata/1.0/",
        "http://ns.adobe.com/xmp/note/",
        "http://ns.apple.com/HDRGainMap/1.0/",
        "http://ns.google.com/photos/1.0/camera/",
        "http://ns.google.com/photos/1.0/container/",
        "http://ns.google.com/photos/1.0/depthmap/",
        "http://ns.google.com/photos/1.0/image/",
    }
)
_UNTRUE = (
    _names("tiff", "Orientation ImageWidth ImageLength BitsPerSample Compression XResolution "
           "YResolution ResolutionUnit PhotometricInterpretation SamplesPerPixel NativeDigest "
           "PlanarConfiguration YCbCrSubSampling YCbCrPositioning TransferFunction Software")
    | _names("exif", "PixelXDimension PixelYDimension ColorSpace MakerNote NativeDigest "
             "CompressedBitsPerPixel ComponentsConfiguration")
    | _names("exifEX", "InteroperabilityIndex")
    | _names("photoshop", "ColorMode ICCProfile LegacyIPTCDigest DocumentAncestors History "
             "SidecarForExtension EmbeddedXMPDigest")
    | _names("xmp", "Thumbnails CreatorTool")
    | _names("xmpMM", "History InstanceID DocumentID DerivedFrom Ingredients Pantry Manifest")
    | _names("dc", "format")
)  # fmt: skip
#: Names, in whatever namespace, that tell where a photo was taken: drones, phones and
#: programs each have a namespace of their own for it.
_PLACE = re.compile(
    r"gps|latitude|longitude|altitude|location|^geo|^(lat|long?|alt)$"
    r"|^city$|^state$|province|country|worldregion",
    re.IGNORECASE,
)
_RIGHTS = (
    _names("dc", "rights creator")
    | _names("xmpRights", "Marked WebStatement UsageTerms Owner Certificate")
    | _names("photoshop", "AuthorsPosition Credit Source CopyrightFlag URL")
    | _names("Iptc4xmpCore", "CreatorContactInfo")
)
_RIGHTS_NAMESPACE = _NAMESPACES["plus"]


def parse(packet: bytes) -> Properties:
    """The properties of a packet or sidecar; empty where it cannot be read, or where it
    declares a document type (which photos never do, and entity bombs need)."""
    if len(packet) > _MAX_PACKET:
        return {}
    found: Properties = {}
    try:
        text = packet.strip(b"\0 \r\n\t").decode(_encoding(packet))
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return {}
        for rdf in ET.fromstring(text).iter(f"{{{_RDF}}}RDF"):
            for description in rdf.findall(f"{{{_RDF}}}Description"):
                found |= _properties(description)
    except (ET.ParseError, UnicodeDecodeError, ValueError, RecursionError):
        return {}
    return found


def _encoding(packet: bytes) -> str:
    head = packet.lstrip(b"\0")[:2]
    return "utf-16" if head in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _properties(description: ET.Element) -> Properties:
    found: Properties = {}
    for key, value in description.attrib.items():
        if key.startswith("{") and not key.startswith((f"{{{_RDF}}}", _LANG)):
            found[key] = ET.Element(key)
            found[key].text = value
    for element in description:
        if element.tag.startswith("{"):
            element.tail = None
            found[element.tag] = element
    return found


def serialise(properties: Properties) -> bytes:
    """A packet; empty when there is nothing in it."""
    if not properties:
        return b""
    root = ET.Element("{adobe:ns:meta/}xmpmeta")
    rdf = ET.SubElement(root, f"{{{_RDF}}}RDF")
    description = ET.SubElement(rdf, f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""})
    description.extend(properties[key] for key in sorted(properties))
    body = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    head = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
    return head + body + b'\n<?xpacket end="w"?>'


def of_the_copy(properties: Properties) -> Properties:
    """Without what another program's develop settings, and the old file's pixels, say."""
    return {
        key: value
        for key, value in properties.items()
        if namespace_of(key) not in _FOREIGN_PIXELS and key not in _UNTRUE
    }


def without_place(properties: Properties) -> Properties:
    """Without coordinates and names of places, however deep; the creator's address stays."""
    kept = {k: v for k, v in properties.items() if not _tells_place(k)}
    for key, element in kept.items():
        if key not in _RIGHTS:
            _drop_places(element)
    return kept


def _tells_place(key: str) -> bool:
    return _PLACE.search(key.rpartition("}")[2]) is not None


def _drop_places(element: ET.Element) -> None:
    for key in [k for k in element.attrib if _tells_place(k)]:
        del element.attrib[key]
    for child in list(element):
        if _tells_place(child.tag):
            element.remove(child)
        else:
            _drop_places(child)


def rights_only(properties: Properties) -> Properties:
    """Creator, how to reach them, and what is allowed; nothing else."""
    return {
        k: v for k, v in properties.items()
        if k in _RIGHTS or namespace_of(k) == _RIGHTS_NAMESPACE
    }  # fmt: skip


def namespace_of(key: str) -> str:
    return key[1:].partition("}")[0]


def simple(key: str, text: str) -> ET.Element:
    """A property that is one text."""
    element = ET.Element(key)
    element.text = text
    return element


def localised(key: str, text: str) -> ET.Element:
    """A property with one text for every language, as dc:rights and dc:title are."""
    return _container(key, "Alt", [text])


def listed(key: str, texts: Iterable[str], *, ordered: bool = False) -> ET.Element:
    """A property with several texts, as dc:subject (a bag) and dc:creator (in order)."""
    return _container(key, "Seq" if ordered else "Bag", texts)


def _container(key: str, kind: str, texts: Iterable[str]) -> ET.Element:
    element = ET.Element(key)
    inner = ET.SubElement(element, f"{{{_RDF}}}{kind}")
    for text in texts:
        item = ET.SubElement(inner, f"{{{_RDF}}}li", {_LANG: "x-default"} if kind == "Alt" else {})
        item.text = text
    return element
