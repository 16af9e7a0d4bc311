"""The protocol's figure for scenes: how unlike the frames of a burst are shown, before and after.

A burst is one photo taken five times within seconds: framed a little differently (90 to 100 %
of each side), exposed about half a stop apart (another ISO, another shutter) and under a
wavering automatic white balance. What is compared is the light of the same places of the
photo as each frame shows them, which is what a viewer compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.image import Float32
from model_core.imaging.colour import LUMA, from_working
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.imaging.pipeline import develop
from model_core.predict.onnx_network import INPUT_SIDE, OnnxNetwork
from model_core.predict.personal_head import PersonalHead
from model_core.predict.scenes import Frame, scenes, smoothed, taken_apart, view_of
from model_core.variants import exposed, lit
from tests.benchmarks.photos import listed
from tests.benchmarks.protocol_shots import LOOK_SIDE, Float64

FRAMES = 5
_STOPS, _MIRED, _TINT = 0.4, 8.0, 3.0  # by which the camera wavers, standard deviations
_JND = np.array([p.jnd for p in PARAMS])


@dataclass(frozen=True, slots=True)
class Bursts:
    """N photos, FRAMES of each. ``light``: (N, FRAMES, LOOK_SIDE**2, 3) of the same places as
    each frame took them; ``views``; ``settings`` (slider units) and ``z`` as the network sees
    them, (N, FRAMES, ...)."""

    light: Float32
    views: np.ndarray
    settings: Float64
    z: Float64


def bursts_of(folder: Path, model: Path, split: str, every: int) -> Bursts:
    network, rows = OnnxNetwork(model, "bursts"), []
    for index, path in enumerate(listed(folder, split)[::every]):
        light = to_linear(decode_proxy(path, 384)[1]).pixels
        rng = np.random.default_rng([5, index])
        rows.append([_frame(light, network, rng) for _ in range(FRAMES)])
    columns = [np.array([[f[k] for f in burst] for burst in rows]) for k in range(4)]
    return Bursts(columns[0], columns[1], *(c.astype(np.float64) for c in columns[2:]))


def _frame(
    light: Float32, network: OnnxNetwork, rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    height, width = light.shape[:2]
    share = rng.uniform(0.9, 1, 2)
    h, w = round(height * share[0]), round(width * share[1])
    top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    camera = lit(rng.normal(0, _MIRED), rng.normal(0, _TINT))
    taken = exposed(rng.normal(0, _STOPS))(camera(light))
    crop = taken[top : top + h, left : left + w]
    code = np.clip(from_working(crop, "srgb") * 255 + 0.5, 0, 255).astype(np.uint8)
    size = (INPUT_SIDE, INPUT_SIDE)
    image = np.asarray(Image.fromarray(code).resize(size, Image.Resampling.BILINEAR))
    settings, _, z = network.run(image[None])
    rows, columns = (np.linspace(0, n - 1, LOOK_SIDE).astype(int) for n in (height, width))
    same = taken[np.ix_(rows, columns)].reshape(-1, 3)
    return same, view_of(image), settings[0], z[0]


def apart(bursts: Bursts, head: PersonalHead) -> tuple[Float64, Float64]:
    """How far frames are shown from the middle of their burst, (N, 2) before and after: the
    standard deviations in stops and in mired."""
    found = []
    for i in range(len(bursts.z)):
        settings = bursts.settings[i] + head.shift(bursts.z[i]) * _JND
        alike = settings.copy()
        for scene in scenes([Frame("", float(t), v) for t, v in enumerate(bursts.views[i])]):
            alike[scene] = smoothed(settings[scene], bursts.views[i][scene], {})
        found.append([_shown_apart(bursts.light[i], s) for s in (settings, alike)])
    both = np.array(found)
    return both[:, 0], both[:, 1]


def _shown_apart(light: Float32, settings: Float64) -> Float64:
    given = {n: settings[:, k, None, None].astype(np.float32) for k, n in enumerate(PARAM_NAMES)}
    shown = np.log2(np.asarray(develop(light, given), np.float64).clip(0) + 0.004)
    cells = shown.transpose(0, 2, 1).reshape(len(shown), -1)
    middle = np.median(cells, axis=0)
    off = np.array([taken_apart(middle, one)[:2] for one in cells])
    result: Float64 = off.std(0)
    return result


def joined(bursts: Bursts) -> tuple[float, float]:
    """Share of bursts found whole, and share of neighbouring photos taken for one scene although
    they show something else or the light has changed by 60 mired."""
    whole = [
        len(scenes([Frame("", float(t), v) for t, v in enumerate(views)])) == 1
        for views in bursts.views
    ]
    wrong = []
    for one, other in zip(bursts.views, np.roll(bursts.views, 1, axis=0), strict=True):
        pairs = ([one[0], other[0]], [one[0], _warmer(one[1])])
        wrong += [len(scenes([Frame("", 0.0, a), Frame("", 1.0, b)])) == 1 for a, b in pairs]
    return float(np.mean(whole)), float(np.mean(wrong))


def _warmer(view: np.ndarray, mired: float = 60.0) -> np.ndarray:
    gain = np.log2(np.asarray(lit(mired, 0.0)(np.full((1, 3), 0.18, np.float32)))[0] / 0.18)
    gain = gain - gain @ np.array(LUMA)
    return np.asarray(view.reshape(3, -1) + gain[:, None]).ravel()
