"""Things on a white ground, as in a catalogue or on a high-key portrait, made from photos.

There are few among the photos that can be had, and a network that has seen none takes the
ground for over-exposed and turns it grey.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.domain.image import Float32


def on_white(light: Float32, rng: np.random.Generator) -> Float32:
    """A soft-edged part of working light (H, W, 3) on a ground that is at white, or nearly,
    with the shadow that it throws there; a gradient on some."""
    height, width = light.shape[:2]
    shape = _shape(height, width, rng)
    level = 1.0 if rng.random() < 0.5 else rng.uniform(0.8, 1.0)
    shadow = np.roll(
        _blurred(shape, rng.uniform(0.06, 0.16)),
        (int(height * rng.uniform(0, 0.06)), int(width * rng.uniform(-0.05, 0.05))),
        (0, 1),
    )
    ground = level * (1 - rng.uniform(0, 0.5) * shadow)
    if rng.random() < 0.4:
        first, last = 1 - np.sort(rng.uniform(0, 0.15, 2))
        ground = ground * np.linspace(first, last, height)[:, None]
    mixed = light * shape[..., None] + (ground * (1 - shape))[..., None]
    result: Float32 = mixed.clip(0, 1).astype(np.float32)
    return result


def _shape(height: int, width: int, rng: np.random.Generator) -> Float32:
    """(H, W) 0..1: a blob of random outline near the middle."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = rows / height - rng.uniform(0.42, 0.62), columns / width - rng.uniform(0.38, 0.62)
    angle, radius = np.arctan2(y, x), np.hypot(y, x)
    waves = sum(
        rng.normal(0, 0.25 / k) * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(1, 6)
    )
    outside = (radius - rng.uniform(0.2, 0.4) * (1 + waves)) / rng.uniform(0.004, 0.02)
    result: Float32 = (1 / (1 + np.exp(outside.clip(-30, 30)))).astype(np.float32)
    return result


def _blurred(shape: Float32, share: float) -> npt.NDArray[np.float32]:
    """Without detail finer than ``share`` of the picture."""
    height, width = shape.shape
    cells = max(2, round(1 / share))
    small = Image.fromarray(shape).resize((cells, cells), Image.Resampling.BOX)
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).clip(0, 1)
