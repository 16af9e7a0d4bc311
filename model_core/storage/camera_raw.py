"""Camera Raw settings in XMP, as presets and sidecars hold them.

Fields of the namespace ``crs`` may be attributes or elements. What is nested (a profile's own
look) is not the user's edit and is passed over. Old process versions used other sliders.

Temperature is a shift in mired here, warmer upwards. In the files of raws it is the colour of
light in Kelvin that is taken for white: 1e6 / Kelvin falls by the shift, counted from what
the camera took for white. In those of finished pictures it is a shift. Another engine
renders the same numbers in its own way: all of this is approximate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from model_core.domain.develop import PARAMS, DevelopSettings, param
from model_core.xmp import NAMESPACES, RDF, UnreadableXmp, descriptions, read

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
    "LensProfileSetup": 0.0, "CurveRefineSaturation": 100.0, "VignetteMidpoint": 50.0,
}  # fmt: skip
_NOTHING = {"", "0", "false", "linear", "none"}
_LISTS = {f"{{{RDF}}}{kind}" for kind in ("Seq", "Bag", "Alt", "li")}
_STRAIGHT_CURVE = ("0, 0", "255, 255")


#: Without these a photo is not developed as it was: what was moved says nothing by itself.
_GRADING = re.compile(
    r"ConvertToGrayscale|\w+BasedCorrections|ToneCurve.*|Parametric.*|SplitToning.*|ColorGrade.*"
    r"|(Hue|Saturation|Luminance)Adjustment.*|GrayMixer.*|PointColors|WhiteBalance|Temperature|Tint"
    r"|(Red|Green|Blue)(Hue|Saturation)|ShadowTint|Exposure|Contrast|Brightness|Shadows"
    r"|(Exposure|Contrast|Highlights|Shadows|Whites|Blacks)2012|Vibrance|Saturation"
)
_AS_SHOT = "As Shot"
_KELVIN = (2000.0, 50000.0)
_RAW_TINT = 150.0
_INCREMENT = 100.0
_ABSOLUTE, _RELATIVE = ("Temperature", "Tint"), ("IncrementalTemperature", "IncrementalTint")
#: The fields of white balance, of raws and of all else.
WHITE_BALANCE = frozenset(_ABSOLUTE + _RELATIVE)


@dataclass(frozen=True, slots=True)
class CameraRawSettings:
    """``values``: our sliders that were set. ``left_out``: fields that change the look there
    and cannot be followed here, by their Camera Raw names; a number that no slider of Camera
    Raw can have is one of them."""

    name: str
    values: dict[str, float]
    left_out: tuple[str, ...]


def read_camera_raw(data: bytes, what: str) -> CameraRawSettings:
    """The settings of a preset or a sidecar; ``what`` names it in errors. Raises UnreadableXmp."""
    fields, name = fields_of(read(data, what))
    _refuse_applied(fields, what)
    values: dict[str, float] = {}
    left_out: list[str] = []
    for field, text in fields.items():
        spec = _SLIDERS.get(field)
        number = _number(text)
        if spec is not None and number is not None and spec.low <= number <= spec.high:
            values[spec.name] = number
        elif field not in _ABOUT and not _changes_nothing(field, text):
            left_out.append(field)
    return CameraRawSettings(name, values, tuple(left_out))


def _refuse_applied(fields: Mapping[str, str], what: str) -> None:
    if fields.get("AlreadyApplied", "").lower() == "true":
        raise UnreadableXmp(f"{what}: its settings are already part of the pixels")
    if not fields:
        raise UnreadableXmp(f"{what}: holds no Camera Raw settings")


@dataclass(frozen=True, slots=True)
class Light:
    """What white balance is counted from. ``raw``: in Kelvin, from the light that the camera
    took for white (``kelvin``, ``tint``: see Photo; None where unknown); else in shifts."""

    raw: bool
    kelvin: float | None = None
    tint: float | None = None


def encoded(settings: DevelopSettings, light: Light) -> dict[str, str]:
    """The fields that say ``settings``, as near as they can. White balance is not among them
    where a raw does not tell the light it was shot in."""
    fields = {
        spec.xmp: spec.format(settings[spec.name]) for spec in PARAMS if spec.xmp not in _RELATIVE
    }
    temperature, tint = settings["temperature"], settings["tint"]
    if not light.raw:
        values = [f"{_within(v, -_INCREMENT, _INCREMENT):+.0f}" for v in (temperature, tint)]
        fields |= dict(zip(_RELATIVE, (_plain(v) for v in values), strict=True))
    elif light.kelvin is None:
        return fields
    else:
        mired = 1e6 / light.kelvin - temperature
        kelvin = _within(1e6 / mired if mired > 0 else _KELVIN[1], *_KELVIN)
        absolute = _within((light.tint or 0.0) + tint, -_RAW_TINT, _RAW_TINT)
        fields |= {"Temperature": f"{kelvin:.0f}", "Tint": _plain(f"{absolute:+.0f}")}
    # Camera Raw takes no numbers beside any other word than this one.
    fields["WhiteBalance"] = "Custom" if temperature or tint else _AS_SHOT
    return fields


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _plain(text: str) -> str:
    return "0" if float(text) == 0 else text


def foreign_white_balance(light: Light) -> tuple[str, str]:
    """The fields that must not stand beside those of this kind of file."""
    return _RELATIVE if light.raw else _ABSOLUTE


def decoded(
    fields: Mapping[str, str], light: Light, what: str
) -> tuple[DevelopSettings, tuple[str, ...]]:
    """What the fields of a photo's sidecar or packet say, and the fields that change the look
    there and cannot be followed here. A field that is missing is 0. Raises UnreadableXmp."""
    _refuse_applied(fields, what)
    if fields.get("HasSettings", "").lower() == "false":
        raise UnreadableXmp(f"{what}: holds no Camera Raw settings")
    values: dict[str, float] = {}
    left_out: list[str] = []
    for field, text in fields.items():
        number, spec = _number(text), _SLIDERS.get(field)
        if field in _ABSOLUTE + _RELATIVE or field == "Look":
            continue
        if spec is not None and number is not None and spec.low <= number <= spec.high:
            values[spec.name] = number
        elif field not in _ABOUT and not _changes_nothing(field, text):
            left_out.append(field)
    for name, field, shift in _shifts(fields, light):
        if shift is not None:
            values[name] = param(name).clamp(shift)
        if shift is None or abs(shift - values[name]) > 0.5:
            left_out.append(field)
    return DevelopSettings.from_mapping(values).rounded(), tuple(left_out)


def _shifts(fields: Mapping[str, str], light: Light) -> list[tuple[str, str, float | None]]:
    """(slider, field, shift) of white balance; None: it cannot be told here. Numbers of the
    other kind of file are not looked at."""
    if fields.get("WhiteBalance", _AS_SHOT) == _AS_SHOT:
        return []  # where no word stands Camera Raw ignores the numbers, too
    names = _ABSOLUTE if light.raw else _RELATIVE
    if not any(name in fields for name in names):
        # Cloudy, Auto: which light that is in this photo, only they know there.
        return [("temperature", "WhiteBalance", None)]
    temperature, tint = (_number(fields.get(name, "0")) for name in names)
    if light.raw:
        temperature = _mired_shift(temperature, light.kelvin)
        tint = None if tint is None or light.tint is None else tint - light.tint
    return [("temperature", names[0], temperature), ("tint", names[1], tint)]


def _mired_shift(kelvin: float | None, as_shot: float | None) -> float | None:
    if not kelvin or not as_shot or kelvin < 0:
        return None
    return 1e6 / as_shot - 1e6 / kelvin


def grading(left_out: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the fields left out without which the sliders say nothing of the look: masks,
    curves, black-and-white, colour grading, a white balance that is not understood."""
    return tuple(field for field in left_out if _GRADING.fullmatch(field))


def fields_of(root: Element) -> tuple[dict[str, str], str]:
    """The fields and their text, and the name of a preset."""
    found: dict[str, str] = {}
    name = ""
    prefix = f"{{{NAMESPACES['crs']}}}"
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
    if any(items):
        # Tone curves are lists of points; a straight one is no curve.
        return "" if tuple(items) == _STRAIGHT_CURVE else "; ".join(items)
    if any(item.attrib or item.tag not in _LISTS for item in list(element.iter())[1:]):
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
