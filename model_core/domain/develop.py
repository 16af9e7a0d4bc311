"""The one table of sliders, and the settings of one photo.

Everything that shows, clamps, predicts, stores or renders a develop setting reads
:data:`PARAMS`. Adding a slider is one row here plus one step in ``imaging/steps``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from model_core.domain.errors import InvalidSettings

#: Version of the look. Raise it when the same settings would render differently.
PIPELINE_VERSION = 4


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One slider.

    ``jnd`` is the step that moves the median photo by about deltaE00 = 1 (one just
    noticeable difference, J): the unit in which the model learns and errors are reported.
    ``xmp`` is the Camera Raw field (namespace ``crs``) of the same meaning.
    """

    name: str
    label: str
    group: str
    unit: str
    low: float
    high: float
    jnd: float
    xmp: str
    decimals: int = 0
    tip: str = ""

    def clamp(self, value: float) -> float:
        """``value`` inside the slider's range."""
        return min(max(value, self.low), self.high)

    def format(self, value: float) -> str:
        """``value`` as the window and the reports show it, always signed: ``+0.35``."""
        text = f"{value:+.{self.decimals}f}"
        return text.lstrip("+-") if float(text) == 0 else text


_WB, _TONE, _PRESENCE = "White balance", "Tone", "Presence"

# jnd: measured by `python -m tests.benchmarks.jnd` on the train split (see README).
PARAMS: tuple[ParamSpec, ...] = (
    ParamSpec(
        "temperature",
        "Temp",
        _WB,
        "mired",
        -150.0,
        150.0,
        8.0,
        "IncrementalTemperature",
        tip="Warmer to the right, cooler to the left (a shift from the photo as shot).",
    ),
    ParamSpec(
        "tint",
        "Tint",
        _WB,
        "",
        -150.0,
        150.0,
        6.0,
        "IncrementalTint",
        tip="Magenta to the right, green to the left.",
    ),
    ParamSpec(
        "exposure_ev",
        "Exposure",
        _TONE,
        "EV",
        -5.0,
        5.0,
        0.08,
        "Exposure2012",
        2,
        tip="Brightness in stops: +1 doubles the light.",
    ),
    ParamSpec(
        "contrast",
        "Contrast",
        _TONE,
        "",
        -100.0,
        100.0,
        22.0,
        "Contrast2012",
        tip="Spreads or gathers the tones around middle grey.",
    ),
    ParamSpec(
        "highlights",
        "Highlights",
        _TONE,
        "",
        -100.0,
        100.0,
        17.0,
        "Highlights2012",
        tip="Brightens or recovers the bright tones.",
    ),
    ParamSpec(
        "shadows",
        "Shadows",
        _TONE,
        "",
        -100.0,
        100.0,
        19.0,
        "Shadows2012",
        tip="Opens or deepens the dark tones.",
    ),
    ParamSpec(
        "whites",
        "Whites",
        _TONE,
        "",
        -100.0,
        100.0,
        27.0,
        "Whites2012",
        tip="Moves the white point.",
    ),
    ParamSpec(
        "blacks",
        "Blacks",
        _TONE,
        "",
        -100.0,
        100.0,
        44.0,
        "Blacks2012",
        tip="Moves the black point.",
    ),
    ParamSpec(
        "vibrance",
        "Vibrance",
        _PRESENCE,
        "",
        -100.0,
        100.0,
        20.0,
        "Vibrance",
        tip="More or less colour, mostly where there is little.",
    ),
    ParamSpec(
        "saturation",
        "Saturation",
        _PRESENCE,
        "",
        -100.0,
        100.0,
        11.0,
        "Saturation",
        tip="More or less colour everywhere; -100 is black and white.",
    ),
)

PARAM_NAMES: tuple[str, ...] = tuple(p.name for p in PARAMS)
_INDEX = {name: i for i, name in enumerate(PARAM_NAMES)}


def param(name: str) -> ParamSpec:
    """The slider called ``name``; raises :class:`InvalidSettings` naming the known ones."""
    try:
        return PARAMS[_INDEX[name]]
    except KeyError:
        known = ", ".join(PARAM_NAMES)
        raise InvalidSettings(f"there is no slider {name!r}; known: {known}") from None


@dataclass(frozen=True, slots=True)
class DevelopSettings:
    """All sliders of one photo, in their units, in the order of :data:`PARAMS`.

    Immutable and hashable. Build it with :meth:`from_mapping`, :meth:`from_values` or from
    :data:`IDENTITY` with :meth:`with_value`; those clamp to the ranges and refuse values
    that are not finite numbers.
    """

    values: tuple[float, ...] = (0.0,) * len(PARAMS)

    def __post_init__(self) -> None:
        if len(self.values) != len(PARAMS):
            raise InvalidSettings(f"expected {len(PARAMS)} values, got {len(self.values)}")

    @classmethod
    def from_values(cls, values: Iterable[float]) -> DevelopSettings:
        """From numbers in table order (any iterable, a numpy row too), clamped."""
        raw = list(values)
        if len(raw) != len(PARAMS):
            raise InvalidSettings(f"expected {len(PARAMS)} values, got {len(raw)}")
        return cls(tuple(_checked(p, v) for p, v in zip(PARAMS, raw, strict=True)))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, float]) -> DevelopSettings:
        """From ``{name: value}``; sliders not named are 0, unknown names are refused."""
        return IDENTITY.updated(mapping)

    def updated(self, mapping: Mapping[str, float]) -> DevelopSettings:
        """A copy with every slider named in ``mapping`` set to its value."""
        values = list(self.values)
        for name, value in mapping.items():
            values[_INDEX[param(name).name]] = _checked(param(name), value)
        return DevelopSettings(tuple(values))

    def with_value(self, name: str, value: float) -> DevelopSettings:
        """A copy with slider ``name`` set to ``value`` (clamped)."""
        return self.updated({name: value})

    def __getitem__(self, name: str) -> float:
        return self.values[_INDEX[param(name).name]]

    def __iter__(self) -> Iterator[float]:
        return iter(self.values)

    def as_dict(self) -> dict[str, float]:
        """``{name: value}`` for all sliders, in table order."""
        return dict(zip(PARAM_NAMES, self.values, strict=True))

    def rounded(self) -> DevelopSettings:
        """The settings as the sliders show them (whole units, EV to 0.01)."""
        return DevelopSettings(
            tuple(round(v, p.decimals) + 0.0 for p, v in zip(PARAMS, self.values, strict=True))
        )

    @property
    def is_identity(self) -> bool:
        """True when every slider is exactly 0, so that rendering changes nothing."""
        return not any(self.values)


def _checked(spec: ParamSpec, value: float) -> float:
    return spec.clamp(_number(spec, value))


def _number(spec: ParamSpec, value: float) -> float:
    if isinstance(value, bool | str):
        raise InvalidSettings(f"{spec.name}: {value!r} is not a number")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidSettings(f"{spec.name}: {value!r} is not a number") from None
    except OverflowError:  # an integer of hundreds of digits
        number = math.inf
    if not math.isfinite(number):
        raise InvalidSettings(f"{spec.name}: {str(value)[:40]} is not a finite number")
    return number


def require_in_range(mapping: Mapping[str, float]) -> None:
    """Raises InvalidSettings for what is no setting or lies outside its slider: a user who
    writes 99 shall hear of it rather than get something else."""
    for name, value in mapping.items():
        spec = param(name)
        number = _number(spec, value)
        if spec.clamp(number) != number:
            raise InvalidSettings(
                f"{name}: {number:g} is outside the slider's range, {spec.low:g} .. {spec.high:g}"
            )


#: All zeros: the photo as it is.
IDENTITY = DevelopSettings()
