"""Shots for the protocol: real photos, each framed and exposed a few times, with hidden facts.

There are 335 photos and a photographer takes many frames of a subject, so every photo is
taken several times: a random crop (62 to 100 % of each side, sometimes mirrored), exposed
up to about half a stop wrong and under a light up to about 25 mired off. What a synthetic
photographer looks at are *facts* measured here on the picture's pixels at 192 px; networks
never get them as inputs. What networks see is computed apart, so that another base model
costs seconds.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.domain.image import Float32
from model_core.imaging.colour import LUMA, from_working
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.predict.onnx_network import INPUT_SIDE, OnnxNetwork
from model_core.variants import exposed, lit
from tests.benchmarks.photos import listed

Float64 = npt.NDArray[np.float64]

SHOTS = 4  # of each photo
LOOK_SIDE = 32  # pixels a side on which renderings are compared
_VERSION = 1  # raise it when shots or facts are made differently

FACTS = (
    "subject", "surround", "dark", "bright", "range", "warmth", "skin", "green", "sky",
    "colour", "texture", "fall", "fault_ev", "fault_mired",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shots:
    """N shots. ``photo``: (N,) which photo each is of; ``images``: (N, 224, 224, 3) uint8 as
    networks take them; ``look``: (N, LOOK_SIDE**2, 3) working light; ``facts``: (N, F)."""

    photo: npt.NDArray[np.intp]
    images: npt.NDArray[np.uint8]
    look: npt.NDArray[np.float16]
    facts: Float64

    def __len__(self) -> int:
        return len(self.photo)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a network sees of N shots. ``settings``, ``spread``: (N, P) slider units; ``z``."""

    settings: Float64
    spread: Float64
    z: Float64


def shots_of(folder: Path, split: str, cache: Path) -> Shots:
    """The shots of one split, made once and kept in ``cache``."""
    photos = listed(folder, split)
    stamp = hashlib.sha256(repr((_VERSION, SHOTS, [p.name for p in photos])).encode())
    file = cache / f"shots-{split}-{stamp.hexdigest()[:8]}.npz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(2) as pool:
            parts = list(pool.map(_shots, range(len(photos)), photos))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        np.savez(file, **dict(zip(("photo", "images", "look", "facts"), columns, strict=True)))
    with np.load(file, allow_pickle=False) as data:
        return Shots(data["photo"], data["images"], data["look"], data["facts"])


def seen_by(model: Path, shots: Shots, cache: Path) -> Seen:
    """What the network in ``model`` sees of all shots, kept by the file's own hash."""
    digest = hashlib.sha256(model.read_bytes())
    digest.update(shots.images[:: max(1, len(shots) // 50)].tobytes())
    file = cache / f"seen-{digest.hexdigest()[:12]}.npz"
    if not file.exists():
        network = OnnxNetwork(model, "protocol")
        rows = [network.run(shots.images[i : i + 1]) for i in range(len(shots))]
        columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
        np.savez(file, **dict(zip(("settings", "spread", "z"), columns, strict=True)))
    with np.load(file, allow_pickle=False) as data:
        return Seen(*(data[name].astype(np.float64) for name in ("settings", "spread", "z")))


def _shots(index: int, path: Path) -> tuple[np.ndarray, ...]:
    light = to_linear(decode_proxy(path, 384)[1]).pixels
    rng = np.random.default_rng([_VERSION, index])
    rows = [_shot(light, rng) for _ in range(SHOTS)]
    columns = [np.stack(column) for column in zip(*rows, strict=True)]
    return (np.full(SHOTS, index), *columns)


def _shot(
    light: Float32, rng: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16], Float64]:
    height, width = light.shape[:2]
    share = rng.uniform(0.62, 1.0, 2)
    h, w = max(16, round(height * share[0])), max(16, round(width * share[1]))
    top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    crop = light[top : top + h, left : left + w]
    crop = crop[:, ::-1] if rng.random() < 0.5 else crop
    ev, mired = float(rng.normal(0, 0.25)), float(rng.normal(0, 10))
    taken = exposed(ev)(lit(mired, 0.0)(crop))
    code = np.clip(from_working(taken, "srgb") * 255 + 0.5, 0, 255).astype(np.uint8)
    facts = _facts(np.asarray(Image.fromarray(code).resize((192, 192))), taken, ev, mired)
    size = (INPUT_SIDE, INPUT_SIDE)
    image = np.asarray(Image.fromarray(code).resize(size, Image.Resampling.BILINEAR))
    rows = np.linspace(0, h - 1, LOOK_SIDE).astype(int)
    columns = np.linspace(0, w - 1, LOOK_SIDE).astype(int)
    look = taken[np.ix_(rows, columns)].reshape(-1, 3).astype(np.float16)
    return image, look, facts


def _facts(code: npt.NDArray[np.uint8], light: Float32, ev: float, mired: float) -> Float64:
    """FACTS of one shot, (F,): where the light is, what is in the picture, what the camera
    did wrong. Masks are rules of thumb on hue, not what any network computes."""
    rgb = code.astype(np.float64) / 255
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    linear = rgb**2.2
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    stops = np.log2(y + 0.01)
    v, u = np.mgrid[-1:1:192j, -1:1:192j]
    centre = np.exp(-(u**2 + v**2) / 0.25)
    around = 1 - np.exp(-(u**2 + v**2) / 0.8)
    chroma = rgb.max(-1) - rgb.min(-1)
    skin = (r > g) & (g > b) & (r - b > 0.1) & (r - b < 0.5) & (r > 0.35) & (g / (r + 1e-6) > 0.55)
    green = (g > r * 1.05) & (g > b * 1.15) & (chroma > 0.06)
    sky = (b > r * 1.05) & (b >= g) & (y > 0.15) & (v < 0.1)
    bright = linear[y >= np.quantile(y, 0.9)].mean(0)
    working = light @ np.array(LUMA)
    return np.array([
        (stops * centre).sum() / centre.sum(),
        (stops * around).sum() / around.sum(),
        (y < 0.02).mean(),
        (y > 0.75).mean(),
        np.log2((np.quantile(working, 0.97) + 0.003) / (np.quantile(working, 0.03) + 0.003)),
        np.log2((bright[0] + 0.02) / (bright[2] + 0.02)),
        skin.mean(), green.mean(), sky.mean(), chroma.mean(),
        np.log2(np.abs(np.diff(stops, axis=1)).mean() + 1e-3),
        stops[:64].mean() - stops[128:].mean(),
        ev, mired,
    ])  # fmt: skip
