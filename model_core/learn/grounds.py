"""Pictures that are mostly white, made from photos: things on a white ground, as in a catalogue
or on a high-key portrait, and pages, as they are scanned or photographed.

There are few among the photos that can be had, and a network that has seen none takes the
white for over-exposed and turns it grey.
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


def on_page(light: Float32, rng: np.random.Generator) -> Float32:
    """A page of lines of text, of the shape of working light (H, W, 3), on most of them with
    that photo as a figure. Half of the papers are as white as the picture can be."""
    height, width = light.shape[:2]
    paper = np.ones(3) if rng.random() < 0.5 else rng.uniform(0.75, 1) * _paper(rng)
    ink = rng.uniform(0.005, 0.12) * (1 + rng.normal(0, 0.3, 3) * (rng.random() < 0.2)).clip(0)
    cover = _lines(height, width, rng)[..., None]
    page = paper * (1 - cover) + ink * cover
    if rng.random() < 0.6:
        h, w = (max(4, int(n * rng.uniform(0.2, 0.6))) for n in (height, width))
        top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
        rows, columns = np.linspace(0, height - 1, h).astype(int), np.linspace(0, width - 1, w)
        page[top : top + h, left : left + w] = light[np.ix_(rows, columns.astype(int))] * paper
    if rng.random() < 0.4:  # photographed: the lamp is nearer to one side
        left, right = rng.permutation([1.0, rng.uniform(0.7, 1)])
        page = page * np.linspace(left, right, width)[None, :, None]
    if rng.random() < 0.15:  # the scanner's lid
        edge = max(1, int(min(height, width) * rng.uniform(0.01, 0.08)))
        page[:edge], page[:, :edge] = 0.01, 0.01
    result: Float32 = page.clip(0, 1).astype(np.float32)
    return result


def _paper(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """White, cream or yellowed, largest channel 1."""
    yellow = rng.choice([0, 0, rng.uniform(0, 0.25)])
    return np.array([1.0, 1 - 0.4 * yellow, 1 - yellow])


def _lines(height: int, width: int, rng: np.random.Generator) -> Float32:
    """(H, W) 0..1: how much of each pixel is ink, for words of random lengths in lines."""
    pitch = int(rng.integers(3, max(4, height // 12) + 1))
    letter, margin = max(1, pitch // 2), rng.uniform(0.04, 0.15)
    cover = np.zeros((height, width), np.float32)
    first, last = int(width * margin), int(width * (1 - margin))
    for top in range(int(height * margin), int(height * (1 - margin)) - letter, pitch):
        if rng.random() < 0.12:
            continue  # between paragraphs
        end = last if rng.random() < 0.8 else int(rng.integers(first, last + 1))
        words = np.repeat(rng.random(width) < 0.82, rng.integers(letter, 4 * letter + 1, width))
        cover[top : top + letter, first:end] = words[: end - first]
    strokes = rng.uniform(0.2, 1.0, cover.shape).astype(np.float32)
    return cover * strokes * np.float32(rng.uniform(0.4, 1.0))


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
