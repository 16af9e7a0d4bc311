"""XMP packets and sidecars: read safely, changed in place, written again.

ISO 16684-1. A packet is a tree whose top-level descriptions hold the properties of the photo, each
an attribute or an element, which is the same thing. :func:`read` keeps the tree, so that a
sidecar of another program can be changed in part; :func:`parse` gives a flat map from
property name to value.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from threading import Lock

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from model_core.domain.errors import ImgtuneError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": RDF,
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
    "imgtune": "urn:imgtune:1.0/",
}  # fmt: skip
for _prefix, _uri in NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)

#: Property -> its value; keys are ``{namespace}name``.
Properties = dict[str, ET.Element]

#: Bytes; packets of real photos are a few kB.
MAX_PACKET = 8_000_000
_KEPT_PREFIXES = 500
_prefixes = dict(NAMESPACES)
_prefixes_lock = Lock()


class UnreadableXmp(ImgtuneError):
    """A file that is not XMP, or holds no settings that can be used."""


def name(qualified: str) -> str:
    """``dc:rights`` as a key of Properties."""
    prefix, _, local = qualified.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def is_blank(packet: bytes) -> bool:
    """Whether there is nothing in it: a file that was made and never filled."""
    return len(packet) <= MAX_PACKET and not packet.strip(b"\0 \r\n\t")


def read(packet: bytes, what: str) -> ET.Element:
    """The root of a packet or sidecar; ``what`` names it in errors. Raises UnreadableXmp,
    also for what is larger than photos' packets are, and for a document type (which they never
    declare, and entity bombs need)."""
    if len(packet) > MAX_PACKET:
        raise UnreadableXmp(f"{what}: is too large for XMP ({len(packet) / 1e6:.0f} MB)")
    if b"\0" not in packet[:4]:  # zeros are padding but in UTF-16
        packet = packet.strip(b"\0 \r\n\t")
    prefixes: list[tuple[str, str]] = []
    try:
        events = iterparse(io.BytesIO(packet), events=("start-ns",), forbid_dtd=True)
        prefixes.extend(found for _, found in events)
        root: ET.Element = events.root
        # As deep as can be written again; no photo's are more than ten.
        _refuse_deep(root, what)
    except DefusedXmlException:
        raise UnreadableXmp(f"{what}: is not readable XMP (it declares a document type)") from None
    except (ET.ParseError, ValueError, LookupError) as error:
        raise UnreadableXmp(f"{what}: is not readable XMP ({error})") from None
    _keep_prefixes(prefixes)
    return root


def _refuse_deep(root: ET.Element, what: str) -> None:
    level = [root]
    for _ in range(100):
        level = [child for element in level for child in element]
        if not level:
            return
    raise UnreadableXmp(f"{what}: is not readable XMP (it is nested too deep)")


def _keep_prefixes(found: Iterable[tuple[str, str]]) -> None:
    """Lets other programs' namespaces keep their short names when they are written again."""
    with _prefixes_lock:
        for prefix, uri in found:
            taken = prefix in _prefixes or uri in _prefixes.values()
            if taken or len(_prefixes) >= _KEPT_PREFIXES or not prefix or prefix.startswith("xml"):
                continue
            if not re.fullmatch(r"ns\d+", prefix):
                ET.register_namespace(prefix, uri)
                _prefixes[prefix] = uri


def write(root: ET.Element) -> bytes:
    """A sidecar's bytes."""
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def descriptions(root: ET.Element) -> Iterator[ET.Element]:
    """The top-level descriptions: what the document says of the photo itself."""
    for rdf in root.iter(f"{{{RDF}}}RDF"):
        yield from rdf.findall(f"{{{RDF}}}Description")


def properties_of(root: ET.Element) -> Properties:
    """The properties of all top-level descriptions."""
    found: Properties = {}
    for description in descriptions(root):
        for key, value in description.attrib.items():
            if key.startswith("{") and not key.startswith((f"{{{RDF}}}", _LANG)):
                found[key] = simple(key, value)
        for element in description:
            if element.tag.startswith("{"):
                element.tail = None
                found[element.tag] = element
    return found


def parse(packet: bytes) -> Properties:
    """The properties of a packet or sidecar; empty where it cannot be read."""
    try:
        return properties_of(read(packet, ""))
    except UnreadableXmp:
        return {}


def text_of(root: ET.Element, key: str) -> str | None:
    """The value of a property that is one text; None where there is none."""
    for description in descriptions(root):
        if key in description.attrib:
            return description.attrib[key].strip()
        for element in description.findall(key):
            return (element.text or "").strip()
    return None


def say(root: ET.Element, key: str, text: str | None) -> None:
    """Makes ``text`` the only value of a property; None: it has none."""
    found: Iterable[ET.Element] = list(descriptions(root))
    for description in found:
        description.attrib.pop(key, None)
        for element in description.findall(key):
            description.remove(element)
    if text is not None:
        next(iter(found)).set(key, text)


def new() -> ET.Element:
    """A packet with one description that says nothing."""
    root = ET.Element("{adobe:ns:meta/}xmpmeta")
    rdf = ET.SubElement(root, f"{{{RDF}}}RDF")
    ET.SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    return root


def serialise(properties: Properties) -> bytes:
    """A packet; empty when there is nothing in it."""
    if not properties:
        return b""
    root = new()
    next(descriptions(root)).extend(properties[key] for key in sorted(properties))
    body = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    head = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
    return head + body + b'\n<?xpacket end="w"?>'


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
    inner = ET.SubElement(element, f"{{{RDF}}}{kind}")
    for text in texts:
        item = ET.SubElement(inner, f"{{{RDF}}}li", {_LANG: "x-default"} if kind == "Alt" else {})
        item.text = text
    return element
