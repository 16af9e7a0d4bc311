"""The distinct colours of a picture, so that a moving slider is paid once a colour.

A preview of two megapixels has some hundred thousand colours. The look is applied to those,
and each pixel fetches its own by number: the same answer in a third of the time. Where each
colour lies in the table does not depend on the sliders: it is found once, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import DevelopSettings
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.cores import helpers
from model_core.imaging.render import PREVIEW_GRID, interpolate, render
from model_core.imaging.table import Cells, cells_of, corners_of, place_of, points

#: Points a side of the table of a picture that is about to be replaced. Baking it takes a third of
#: the time of a table of 33; the mean error over photos and sliders is 0.17 deltaE00, not 0.08.
MOVING_GRID = 21
_ROW = 512
#: Where there are more colours, those hardly different are one while a slider moves: steps of red
#: and of blue above the darkest tones, two by two. That leaves half of them, and the mean error is
#: 0.30 then.
_MANY = 1 << 18
_DARK = 32
_CODE = np.arange(256)
_TAKEN = (_CODE >= _DARK) & (_CODE < 254)
_LEVEL = np.where(_TAKEN, _CODE - _CODE % 2, _CODE)
_MIDDLE = np.where(_TAKEN, _LEVEL + 0.5, _CODE)
#: With more distinct colours for each pixel than this, rendering the pixels is as fast.
_MOST = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """``colours``: all that occur, 8 bit, as an image of rows of 512. ``place``: (H * W,), the
    number of each pixel's colour. ``exact`` is False when the picture is deeper than 8 bits:
    then the palette is good for a picture that is about to be replaced only. ``cells``: see
    ``render``. For such a picture, many colours are made fewer: ``near``, the number of each
    pixel's; ``spots``: (rows, 512, 4), where along a table's edges each lies; ``corners``: the
    points of the coarser table around them, and around all colours."""

    colours: CodedImage
    place: npt.NDArray[np.intp]
    exact: bool
    cells: Cells
    near: npt.NDArray[np.intp]
    spots: Float32
    corners: npt.NDArray[np.intp]

    @property
    def is_coarse(self) -> bool:
        """Whether a picture about to be replaced is interpolated in the coarser table: where its
        points are not nearly as many as the colours."""
        return len(self.corners) < self.spots.size // 4


def palette_of(image: CodedImage) -> Palette | None:
    """The palette of ``image``; None where it would not save time. (About 60 ms for 2 MP.)"""
    exact = image.pixels.dtype == np.uint8
    pixels = image.pixels if exact else (image.pixels >> 8).astype(np.uint8)
    four = np.zeros((image.height * image.width, 4), np.uint8)
    four[:, :3] = pixels.reshape(-1, 3)
    code = four.view("<u4")[:, 0]
    distinct, number = _numbered(code)
    if distinct.size > _MOST * code.size:
        return None
    colours = _channels(distinct)
    rows: npt.NDArray[np.uint8] = _in_rows(colours)
    cells = cells_of(rows.reshape(-1, 3), PREVIEW_GRID)
    place = near = number[code].astype(np.intp)
    spots = _spots(colours, _CODE)
    corners = corners_of(spots, MOVING_GRID)
    if distinct.size > _MANY:
        alike = _alike(colours)
        merged, group = _numbered(alike)
        near = group[alike].astype(np.intp)[place]
        spots = _spots(_channels(merged), _MIDDLE)
        corners = np.union1d(corners, corners_of(spots, MOVING_GRID))
    return Palette(CodedImage(rows, image.space), place, exact, cells, near, spots, corners)


def _numbered(codes: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint32], Any]:
    """The codes of 24 bits that occur, rising; and by code, the number of each of them."""
    seen = np.zeros(1 << 24, np.bool_)
    seen[codes] = True
    distinct = np.flatnonzero(seen)
    number = np.empty(1 << 24, np.int32)
    number[distinct] = np.arange(distinct.size, dtype=np.int32)
    return distinct.astype("<u4"), number


def _alike(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The code of the colour that stands for each of ``colours`` (N, 3)."""
    red, green, blue = colours.T
    code: npt.NDArray[np.intp] = _LEVEL[red] | green.astype(np.intp) << 8 | _LEVEL[blue] << 16
    return code.astype(np.uint32)


def _channels(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    return codes[:, None].view(np.uint8)[:, :3]


def _in_rows(colours: Any) -> Any:
    """(N, C) as a picture (rows, 512, C), which ends in zeros."""
    count, channels = colours.shape
    rows = np.zeros((-(-count // _ROW) * _ROW, channels), colours.dtype)
    rows[:count] = colours
    return rows.reshape(-1, _ROW, channels)


def _spots(colours: npt.NDArray[np.uint8], meant: npt.NDArray[Any]) -> Float32:
    """Where colours (N, 3) lie in the table, fully opaque; ``meant``: the code value of red and
    blue that each stands for."""
    spots = np.ones((len(colours), 4), np.float32)
    spots[:, 0:3:2] = place_of(meant / 255.0)[colours[:, 0::2]]
    spots[:, 1] = moving_axis()[colours[:, 1]]
    found: Float32 = _in_rows(spots)
    return found


def moving_points(palette: Palette, settings: DevelopSettings, space: str) -> Float32:
    """The coarser table around the picture's colours: (MOVING_GRID**3, 3) output code values, red
    slowest."""
    return points(settings, palette.colours.space, space, MOVING_GRID, palette.corners)


def moving_axis() -> Float32:
    """(256,): where each code value of 8 bits lies along a table's edges, 0..1."""
    return place_of(_CODE / 255.0)


def render_palette(
    palette: Palette,
    settings: DevelopSettings,
    out: npt.NDArray[np.uint8],
    *,
    space: str = "srgb",
    quick: bool = False,
) -> npt.NDArray[np.uint8]:
    """Fills ``out`` (H, W, 4: blue, green, red, 255), as ``render`` would."""
    colours, spots = palette.colours, palette.spots
    if quick and not settings.is_identity and palette.is_coarse:
        apply = interpolate(moving_points(palette, settings, space))
        shown = np.empty(spots.shape, np.uint8)
        helpers.side_by_side(lambda a, b: apply(spots[a:b], shown[a:b]), len(shown))
        return _fetched(shown, palette.near, out)
    shown = np.empty((*colours.pixels.shape[:2], 4), np.uint8)
    render(colours, settings, space=space, out=shown, cells=palette.cells, quick=quick)
    return _fetched(shown, palette.place, out)


def _fetched(
    colours: npt.NDArray[np.uint8], place: npt.NDArray[np.intp], out: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """``out`` filled with the colour of each pixel."""
    source = colours.reshape(-1, 4).view(np.uint32)[:, 0]
    target = out.reshape(-1, 4).view(np.uint32)[:, 0]

    def fetch(first: int, last: int) -> None:
        # Clipping skips the check of every number, which is within the table by construction.
        np.take(source, place[first:last], out=target[first:last], mode="clip")

    helpers.side_by_side(fetch, place.size)
    return out
