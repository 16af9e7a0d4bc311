"""Photos of one scene, developed alike: grouping by time and likeness, joint smoothing.

Frames of a burst differ in ISO and shutter, and automatic white balance wavers; predictions
waver with them. What is made alike is therefore the *output*: a slider plus what the camera
put into the frame. How much lighter, warmer or greener one frame was taken than another is
read off the same 64 places of both pictures (their median, so that what moved does not count).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import PARAM_NAMES
from model_core.imaging.colour import LUMA, to_working
from model_core.imaging.steps.white_balance import TEMPERATURE_SLOPE, TINT_SLOPE

Float64 = npt.NDArray[np.float64]

CELLS = 8  # a side
#: Numbers of a view: log2 of working light, channel by channel, CELLS x CELLS places.
VIEW_SIZE = 3 * CELLS * CELLS
#: Frames further apart in time, in seconds, are of different scenes.
GAP = 30.0

_BLACK = 0.004  # light that is added before the logarithm: noise is no likeness
_UNLIKE = 0.55  # stops: mean difference of the places, less what the camera did
_STOPS, _MIRED, _TINT = 1.5, 30.0, 30.0  # further apart it is another light
_LIKE_J = 0.5  # by how much one wants frames of a scene developed differently, in J
_UNSURE_J = 1.0  # how far a prediction tends to be from what is wanted, in J
_FIXED_J = 0.1  # the same, of what the user has settled on
_OUTPUT = [PARAM_NAMES.index(name) for name in ("exposure_ev", "temperature", "tint")]
# Log2 gains of the three working channels for a stop, a mired and a unit of tint.
_GAINS = np.stack([np.ones(3), TEMPERATURE_SLOPE / np.log(2), TINT_SLOPE / np.log(2)], 1)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """``place``: the folder; ``taken``: seconds; ``view``: (VIEW_SIZE,)."""

    place: str
    taken: float
    view: npt.NDArray[np.floating[Any]]


def view_of(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float16]:
    """What of a network input (224, 224, 3) tells its scene, (VIEW_SIZE,)."""
    side = image.shape[0] // CELLS
    light = to_working(image[::2, ::2].reshape(-1, 3) / np.float32(255), "srgb")
    cells = light.reshape(CELLS, side // 2, CELLS, side // 2, 3).mean((1, 3))
    view: npt.NDArray[np.float16] = np.log2(cells.clip(0) + _BLACK).astype(np.float16)
    return view.reshape(-1, 3).T.ravel()


def scenes(frames: Sequence[Frame]) -> list[list[int]]:
    """Indices of the frames of each scene, in order of time. A frame joins the scene that was
    last photographed, within GAP, from which it differs by the camera only; and from whose
    first frame the light is not another. Most scenes have one frame."""
    order = sorted(range(len(frames)), key=lambda i: (frames[i].place, frames[i].taken, i))
    found: list[list[int]] = []
    recent: list[list[int]] = []
    for i in order:
        one = frames[i]
        recent = [s for s in recent if _near(frames[s[-1]], one)]
        for scene in reversed(recent):
            if _alike(frames[scene[-1]], one) and _same_light(frames[scene[0]], one):
                scene.append(i)
                recent.remove(scene)
                break
        else:
            scene = [i]
            found.append(scene)
        recent.append(scene)
    return found


def smoothed(
    predicted: Float64,
    views: Sequence[npt.NDArray[np.floating[Any]]],
    chosen: Mapping[int, npt.NDArray[np.floating[Any]]],
    always: Float64 | float = 0.0,
) -> Float64:
    """Settings (n, P), in slider units, of one scene's frames made alike. ``chosen``: those (P,)
    that the user has settled on, by frame: they stay and draw the others to them. ``always``:
    (P,) how far each slider is set to one value in all photos: those are not made alike.

    Output exposure and white balance are the scene's, give or take _LIKE_J; a prediction tells
    them give or take _UNSURE_J. What is best for each frame given all lies between its own and
    the scene's. The other sliders, and those that are always set to one value, follow only what
    the user changed: a flat frame wants another contrast than its sibling.
    """
    fixed = np.array([i in chosen for i in range(len(predicted))])[:, None]
    settings = np.array([chosen.get(i, row) for i, row in enumerate(predicted)], np.float64)
    offset = np.array([taken_apart(views[0], view) for view in views])
    output = settings[:, _OUTPUT] + offset
    weight = np.where(fixed, _FIXED_J**-2, 1 / (_UNSURE_J**2 + _LIKE_J**2))
    scene = (weight * output).sum(0) / weight.sum()
    share = _UNSURE_J**2 / (_UNSURE_J**2 + _LIKE_J**2)
    result = settings.copy()
    if chosen:
        changed = (settings - predicted)[fixed[:, 0]]
        known = len(changed) * _UNSURE_J**2
        result += known / (known + _LIKE_J**2) * changed.mean(0)
    alike = settings[:, _OUTPUT] + share * (scene - output)
    apart = np.broadcast_to(always, settings.shape[1:])[_OUTPUT]
    result[:, _OUTPUT] = (1 - apart) * alike + apart * result[:, _OUTPUT]
    return np.asarray(np.where(fixed, settings, result))


def taken_apart(
    one: npt.NDArray[np.floating[Any]], other: npt.NDArray[np.floating[Any]]
) -> Float64:
    """By how many stops, mired and units of tint ``other`` was taken lighter, warmer and more
    magenta than ``one``, (3,)."""
    gains = np.median(_places(other) - _places(one), axis=1)
    stops = float(np.dot(LUMA, gains))
    colour = np.linalg.lstsq(_GAINS[:, 1:], gains - stops, rcond=None)[0]
    result: Float64 = np.array([stops, *colour])
    return result


def _near(one: Frame, other: Frame) -> bool:
    return one.place == other.place and other.taken - one.taken <= GAP


def _alike(one: Frame, other: Frame) -> bool:
    """Whether the pictures differ by what the camera did and little else."""
    difference = _places(other.view) - _places(one.view)
    left = difference - np.median(difference, axis=1, keepdims=True)
    return bool(np.abs(left).mean() <= _UNLIKE) and _same_light(one, other)


def _same_light(one: Frame, other: Frame) -> bool:
    apart = np.abs(taken_apart(one.view, other.view))
    return bool((apart <= (_STOPS, _MIRED, _TINT)).all())


def _places(view: npt.NDArray[np.floating[Any]]) -> Float64:
    """(3, CELLS**2)."""
    return np.asarray(view, np.float64).reshape(3, -1)
