"""Camera Raw settings in XMP, as presets and sidecars hold them.

Fields of the namespace ``crs`` may be attributes or elements. What is nested (a profile's own
look) is not the user's edit and is passed over. Old process versions used other sliders.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from model_core.domain.develop import PARAMS
from model_core.domain.errors import ImgtuneError

CRS = "http://ns.adobe.com/camera-raw-settings/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = "http://ns.adobe.com/xap/1.0/"

_SLIDERS = {spec.xmp: spec for spec in PARAMS}
#: Fields that describe the file or switch a slider's meaning, not a look.
_ABOUT = frozenset(
    """Version ProcessVersion WhiteBalance HasSettings HasCrop AlreadyApplied Name Group ShortName
    SortName Description UUID Cluster PresetType SupportsAmount SupportsAmount2 SupportsColor
    SupportsMonochrome SupportsHighDynamicRange SupportsNormalDynamicRange SupportsSceneReferred
    SupportsOutputReferred RequiresRGBTables ShowInPresets ShowInQuickActions CameraModelRestriction
    Copyright ContactInfo RawFileName CompatibleVersion ToneCurveName ToneCurveName2012
    CameraProfile CameraProfileDigest LookName OverrideLookVignette CropConstrainToWarp
    AutoToneDigest AutoToneDigestNoSat""".split()
)
#: Values at which a field that we do not have changes nothing.
_NEUTRAL = {
    "SharpenRadius": 1.0, "SharpenDetail": 25.0, "LuminanceNoiseReductionDetail": 50.0,
    "ColorNoiseReduction": 25.0, "ColorNoiseReductionDetail": 50.0,
    "ColorNoiseReductionSmoothness": 50.0, "PerspectiveScale": 100.0,
    "DefringePurpleHueLo": 30.0, "DefringePurpleHueHi": 70.0, "DefringeGreenHueLo": 40.0,
    "DefringeGreenHueHi": 60.0, "ColorGradeBlending": 50.0, "GrainSize": 25.0,
    "GrainFrequency": 50.0, "PostCropVignetteMidpoint": 50.0, "PostCropVignetteStyle": 1.0,
    "ParametricShadowSplit": 25.0, "ParametricMidtoneSplit": 50.0,
    "ParametricHighlightSplit": 75.0, "CropRight": 1.0, "CropBottom": 1.0,
    "LensProfileSetup": 0.0, "VignetteMidpoint": 50.0,
}  # fmt: skip
_NOTHING = {"", "0", "false", "linear", "none"}
_STRAIGHT_CURVE = ("0, 0", "255, 255")


class UnreadableXmp(ImgtuneError):
    """A file that is not XMP, or holds no settings that can be used."""


@dataclass(frozen=True, slots=True)
class CameraRawSettings:
    """``values``: our sliders that were set. ``left_out``: fields that change the look there
    and cannot be followed here, by their Camera Raw names."""

    name: str
    values: dict[str, float]
    left_out: tuple[str, ...]


def read_camera_raw(data: bytes, what: str) -> CameraRawSettings:
    """The settings of a preset or a sidecar; ``what`` names it in errors. Raises UnreadableXmp."""
    fields, name = _fields(parse(data, what))
    if fields.get("AlreadyApplied", "").lower() == "true":
        raise UnreadableXmp(f"{what}: its settings are already part of the pixels")
    values: dict[str, float] = {}
    left_out: list[str] = []
    for field, text in fields.items():
        spec = _SLIDERS.get(field)
        number = _number(text)
        if spec is not None and number is not None:
            values[spec.name] = spec.clamp(number)
        elif field not in _ABOUT and not _changes_nothing(field, text):
            left_out.append(field)
    if not fields:
        raise UnreadableXmp(f"{what}: holds no Camera Raw settings")
    return CameraRawSettings(name, values, tuple(left_out))


def parse(data: bytes, what: str) -> Element:
    """The root of an XMP document. Raises UnreadableXmp."""
    try:
        root: Element = fromstring(data.strip(b"\0 \t\r\n"))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableXmp(f"{what}: is not readable XMP ({error})") from None
    return root


def descriptions(root: Element) -> Iterator[Element]:
    """The top-level descriptions: what the document says of the photo itself."""
    rdf = root if root.tag == f"{{{RDF}}}RDF" else root.find(f"{{{RDF}}}RDF")
    if rdf is not None:
        yield from rdf.findall(f"{{{RDF}}}Description")


def _fields(root: Element) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    name = ""
    prefix = f"{{{CRS}}}"
    for description in descriptions(root):
        for key, value in description.attrib.items():
            if key.startswith(prefix):
                found[key.removeprefix(prefix)] = value.strip()
        for child in description:
            if not child.tag.startswith(prefix):
                continue
            field = child.tag.removeprefix(prefix)
            if field == "Name":
                name = "".join(child.itertext()).strip()
            else:
                found[field] = _text(child)
    return found, name


def _text(element: Element) -> str:
    items = [(item.text or "").strip() for item in element.iter(f"{{{RDF}}}li")]
    if items:
        # Tone curves are lists of points; a straight one is no curve.
        return "" if tuple(items) == _STRAIGHT_CURVE else "; ".join(items)
    if len(element):
        return "nested"
    return (element.text or "").strip()


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def _changes_nothing(field: str, text: str) -> bool:
    number = _number(text)
    if number is not None:
        return number in {0.0, _NEUTRAL.get(field, 0.0)}
    return text.lower() in _NOTHING
