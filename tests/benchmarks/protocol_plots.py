"""The protocol's plots, drawn with Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_SCALE = 2  # drawn larger and reduced, so that lines are smooth
_WIDTH, _HEIGHT = 900, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 230, 56, 60
_INK, _GRID, _PAPER = "#222222", "#dddddd", "#ffffff"
COLOURS = ("#9a9a9a", "#c2a36b", "#d08c3c", "#7b68b0", "#3f8f6b", "#c0392b", "#1f5fa8", "#111111")


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: a value for each x, with its interval."""

    name: str
    values: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def curves(title: str, counts: Sequence[int], lines: Sequence[Curve], y: str, file: Path) -> None:
    """Values by the number of corrections, on a logarithmic scale."""
    top = max(max(line.high) for line in lines) * 1.05
    picture, draw = _canvas(title)
    xs = [_x(n, counts) for n in counts]
    for value in _ticks(top):
        _line(draw, [(_LEFT, _y(value, top)), (_WIDTH - _RIGHT, _y(value, top))], _GRID, 1)
        _text(draw, (_LEFT - 8, _y(value, top)), f"{value:g}", anchor="rm")
    for n, x in zip(counts, xs, strict=True):
        _line(draw, [(x, _HEIGHT - _BOTTOM), (x, _HEIGHT - _BOTTOM + 4)], _INK, 1)
        _text(draw, (x, _HEIGHT - _BOTTOM + 8), str(n), anchor="ma")
    _text(draw, ((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 26), "corrections", anchor="ma")
    _text(draw, (12, _TOP - 22), y, anchor="la")
    for line, colour in zip(lines, COLOURS, strict=False):
        band = [(x, _y(v, top)) for x, v in zip(xs, line.low, strict=True)]
        band += [(x, _y(v, top)) for x, v in zip(xs[::-1], list(line.high)[::-1], strict=True)]
        shade = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        ImageDraw.Draw(shade).polygon([_up(p) for p in band], fill=colour + "22")
        picture.alpha_composite(shade)
    for line, colour in zip(lines, COLOURS, strict=False):
        points = [(x, _y(v, top)) for x, v in zip(xs, line.values, strict=True)]
        _line(draw, points, colour, 2)
        for x, at in points:
            _dot(draw, x, at, colour)
    heights = _apart([_y(line.values[-1], top) for line in lines])
    for line, colour, at in zip(lines, COLOURS, heights, strict=False):
        _text(draw, (_WIDTH - _RIGHT + 12, at), line.name, colour, anchor="lm")
    _save(picture, file)


def bars(
    title: str, groups: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], file: Path
) -> None:
    """One row of bars a group, a value of 1 marked: shares of the shrunk mean's error."""
    picture, draw = _canvas(title)
    left, right = 170, _WIDTH - 60
    top = max(1.1, max(max(values) for _, values in groups) * 1.03)
    step = (_HEIGHT - _TOP - 50) / len(groups)

    def across(value: float) -> float:
        return left + value / top * (right - left)

    for value in (0, 0.25, 0.5, 0.75, 1.0):
        colour = _INK if value == 1 else _GRID
        _line(draw, [(across(value), _TOP), (across(value), _HEIGHT - 50)], colour, 1)
        _text(draw, (across(value), _HEIGHT - 44), f"{value:g}", anchor="ma")
    for row, (name, values) in enumerate(groups):
        at = _TOP + row * step
        _text(draw, (left - 10, at + step / 2), name, anchor="rm")
        high = step * 0.8 / len(values)
        for i, value in enumerate(values):
            upper = at + step * 0.1 + i * high
            box = [_up((left, upper)), _up((across(value), upper + high * 0.85))]
            draw.rectangle([*box[0], *box[1]], fill=COLOURS[4 + i])
    for i, name in enumerate(names):
        _text(draw, (left + i * 150, _HEIGHT - 20), name, COLOURS[4 + i], anchor="lm")
    _save(picture, file)


def _canvas(title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGBA", (_WIDTH * _SCALE, _HEIGHT * _SCALE), _PAPER)
    draw = ImageDraw.Draw(picture)
    _text(draw, (_WIDTH / 2, 10), title, size=16, anchor="ma")
    return picture, draw


def _save(picture: Image.Image, file: Path) -> None:
    reduced = picture.convert("RGB").resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
    reduced.save(file, "PNG", optimize=True)


def _x(n: int, counts: Sequence[int]) -> float:
    share = math.log1p(n) / math.log1p(max(counts))
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)


def _ticks(top: float) -> list[float]:
    step = next(s for s in (0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10) if top / s <= 8)
    return [round(i * step, 3) for i in range(int(top / step) + 1)]


def _apart(heights: list[float], gap: float = 15) -> list[float]:
    """Label heights moved down until none covers another, order kept."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    result = list(heights)
    for before, after in pairwise(order):
        result[after] = max(result[after], result[before] + gap)
    over = max(0.0, result[order[-1]] - (_HEIGHT - _BOTTOM + 20))
    return [at - over for at in result]


def _up(point: tuple[float, float]) -> tuple[float, float]:
    return point[0] * _SCALE, point[1] * _SCALE


def _line(
    draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], colour: str, width: int
) -> None:
    draw.line([_up(p) for p in points], fill=colour, width=width * _SCALE, joint="curve")


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, colour: str) -> None:
    (left, top), (right, bottom) = _up((x - 3, y - 3)), _up((x + 3, y + 3))
    draw.ellipse([left, top, right, bottom], fill=colour)


def _text(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    colour: str = _INK,
    *,
    size: int = 12,
    anchor: str,
) -> None:
    font = ImageFont.load_default(size * _SCALE)
    draw.text(_up(at), text, fill=colour, font=font, anchor=anchor)
