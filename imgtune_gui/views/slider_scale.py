"""Numbers of one slider: position on the track, text, and what the user typed."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from model_core.domain.develop import ParamSpec

_MIRED = 1e6
_COOLEST_MIRED = 20.0  # 50,000 K: beyond it the scale says nothing any more


def _tr(text: str) -> str:
    return QCoreApplication.translate("SliderScale", text)


def fine_step(spec: ParamSpec) -> float:
    """What one notch or arrow key moves: about a quarter of a just noticeable difference, as
    1, 2 or 5 times a power of ten. A whole one is too coarse to settle on a look."""
    wanted = spec.jnd / 4
    power = 10.0 ** math.floor(math.log10(wanted))
    step = min((1, 2, 5, 10), key=lambda n: abs(math.log(wanted / (n * power)))) * power
    return max(round(step, spec.decimals), 10.0**-spec.decimals)


class SliderScale:
    """Linear along the track.

    With ``as_shot_kelvin`` the temperature reads in kelvin. The settings hold a shift in
    mired, positive is warmer; a raw converter renders warmer when it assumes bluer light,
    so the number shown is K' = 10^6 / (10^6 / K - shift) and grows to the right.
    """

    def __init__(self, spec: ParamSpec, as_shot_kelvin: float | None = None) -> None:
        self.spec = spec
        known = spec.unit == "mired" and as_shot_kelvin is not None and as_shot_kelvin > 0
        self.as_shot = as_shot_kelvin if known else None

    def position(self, value: float) -> float:
        """0 .. 1 along the track."""
        spec = self.spec
        return (spec.clamp(value) - spec.low) / (spec.high - spec.low)

    def value_at(self, position: float) -> float:
        spec = self.spec
        value = spec.low + min(max(position, 0.0), 1.0) * (spec.high - spec.low)
        return round(value, spec.decimals) + 0.0

    def text(self, value: float) -> str:
        if self.as_shot is None:
            return self.spec.format(value)
        return f"{round(self._kelvin(value), -1):.0f} K"

    def spread_text(self, spread: float) -> str:
        unit = f" {self.spec.unit}" if self.spec.unit else ""
        return f"{spread:.{self.spec.decimals}f}{unit}"

    def notes(self) -> list[str]:
        """Lines for the tool tip."""
        if self.as_shot is None:
            return []
        text = _tr("The light's colour temperature, as the converter assumes it; as shot {0:.0f} K")
        return [text.format(self.as_shot)]

    def parse(self, text: str) -> float | None:
        """What was typed as a value inside the range; None when it is no number.

        Decimal commas are accepted. In kelvin mode a signed number is a shift in mired.
        """
        text = text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")
        signed = text[:1] in {"+", "-"}
        kelvin = text[-1:] in {"k", "K"}
        number = text.rstrip("kK").strip().removesuffix(self.spec.unit).strip()
        try:
            value = float(number)
        except ValueError:
            return None
        if value != value or abs(value) == float("inf"):
            return None
        if self.as_shot is not None and (kelvin or not signed) and value > 0:
            value = _MIRED / self.as_shot - _MIRED / value
        return round(self.spec.clamp(value), self.spec.decimals) + 0.0

    def _kelvin(self, shift: float) -> float:
        assert self.as_shot is not None
        return _MIRED / max(_MIRED / self.as_shot - shift, _COOLEST_MIRED)
