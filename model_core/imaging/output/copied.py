"""What of a photo's XMP is true of a developed copy, and what of it may be told."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from model_core.xmp import NAMESPACES, RDF, Properties, name, namespace_of


def _names(prefix: str, locals_: str) -> frozenset[str]:
    return frozenset(name(f"{prefix}:{n}") for n in locals_.split())


#: Namespaces that describe how another program developed the photo, or a part of the old
#: file that the copy does not have (gain map, motion picture, extended packet).
_FOREIGN_PIXELS = frozenset(
    {
        NAMESPACES["crs"],
        NAMESPACES["darktable"],
        NAMESPACES["imgtune"],
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
_RIGHTS_NAMESPACE = NAMESPACES["plus"]


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
    if namespace_of(key) == RDF:  # rdf:Alt is a text in several languages, not an altitude
        return False
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
