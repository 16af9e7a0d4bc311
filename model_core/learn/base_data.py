"""Lessons for the base model: bad versions of good photos and the settings that mend them."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from model_core.domain.develop import PARAMS
from model_core.domain.image import Float32
from model_core.imaging.colour import cielab, to_working
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.imaging.pipeline import develop
from model_core.learn.degrade import as_file, degrade
from model_core.learn.export_onnx import backbone_session
from model_core.learn.network import INPUT_SIDE, DevelopNet, PhotometricStatistics
from model_core.progress import Progress

LOOK_SIDE = 48  # pixels a side at which renderings are compared
MAX_J = 30.0  # labels beyond this are not lessons but accidents
#: Price of one J of each slider in a label. Light comes first, as a photographer works: an
#: under-exposed photo is mended by exposure, not by four tone sliders that add up to it.
_PRICE = {"exposure_ev": 0.004, "temperature": 0.01, "tint": 0.01, "contrast": 0.04,
          "saturation": 0.04}  # fmt: skip
_PRICE_OF_OTHERS = 0.07
_LIGHT = ("exposure_ev", "temperature", "tint")  # fitted first, alone
#: Photos of this source are very saturated; their share is capped.
_CAPPED, _CAP = "quantette-", 0.5


@dataclass(slots=True)
class Lessons:
    """N lessons. ``bad``, ``good``: (N, LOOK_SIDE**2, 3) float16 working light; ``labels``:
    (N, P) float32 in J; ``photo``: (N,) index of the source photo; ``touched``: (N,) bool."""

    stats: npt.NDArray[np.float32]
    embedding: npt.NDArray[np.float32]
    bad: npt.NDArray[np.float16]
    good: npt.NDArray[np.float16]
    labels: npt.NDArray[np.float32]
    photo: npt.NDArray[np.int64]
    touched: npt.NDArray[np.bool_]

    def take(self, mask: npt.NDArray[np.bool_]) -> Lessons:
        return Lessons(*(getattr(self, f.name)[mask] for f in fields(self)))

    def save(self, path: Path) -> None:
        np.savez(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @staticmethod
    def load(path: Path) -> Lessons:
        with np.load(path, allow_pickle=False) as data:
            return Lessons(*(data[f.name] for f in fields(Lessons)))


def listed(folder: Path, split: str) -> list[Path]:
    """Photos of one split of ``folder/manifest.csv``, in the order of the file."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [folder / row["file"] for row in csv.DictReader(file) if row["split"] == split]


def make_lessons(
    photos: list[Path], copies: int, seed: int, net: DevelopNet, progress: Progress, work: Path
) -> Lessons:
    """Degrades each photo ``copies`` times, computes what the network sees of each, and fits
    the labels. Deterministic for a seed. Both cores are used."""
    session = backbone_session(net, work / "backbone.onnx")
    statistics = PhotometricStatistics().eval()
    blocks: list[tuple[npt.NDArray, ...]] = []

    def one(index: int) -> tuple[npt.NDArray, ...]:
        rng = np.random.default_rng([seed, index])
        share = _CAP if photos[index].name.startswith(_CAPPED) else 1.0
        wanted = max(2, round(copies * share))
        light = to_linear(decode_proxy(photos[index], 384)[1]).pixels
        rows = [_one_lesson(light, rng) for _ in range(wanted)]
        images = np.stack([r[0] for r in rows])
        stats = statistics(torch.from_numpy(images)).numpy()
        embedding = session.run(None, {"image": images})[0]
        return (
            stats, embedding, np.stack([r[1] for r in rows]), np.stack([r[2] for r in rows]),
            np.full(wanted, index), np.array([r[3] for r in rows]),
        )  # fmt: skip

    with torch.inference_mode(), ThreadPoolExecutor(2) as pool:
        for done, block in enumerate(pool.map(one, range(len(photos))), 1):
            blocks.append(block)
            progress.report(done, len(photos), "making lessons")
    stats, embedding, bad, good, photo, touched = (
        np.concatenate(c) for c in zip(*blocks, strict=True)
    )
    labels, undone = fit_labels(bad, good, touched, progress)
    lessons = Lessons(stats, embedding, bad, good, labels, photo, touched)
    return lessons.take(undone)


def _one_lesson(
    light: Float32, rng: np.random.Generator
) -> tuple[Float32, npt.NDArray[np.float16], npt.NDArray[np.float16], bool]:
    """(network input, bad, good, touched) of one random bad version of a random crop."""
    good = _crop(light, rng)
    bad = degrade(good, rng)
    code = as_file(bad, rng)
    side = INPUT_SIDE
    squashed = np.asarray(Image.fromarray(code).resize((side, side), Image.Resampling.BILINEAR))
    image: Float32 = np.ascontiguousarray(squashed.transpose(2, 0, 1), dtype=np.float32)
    image /= 255
    seen = to_working(code.astype(np.float32) / 255, "srgb")
    return image, _look(seen), _look(good), bad is not good


def _crop(light: Float32, rng: np.random.Generator) -> Float32:
    height, width = light.shape[:2]
    share = rng.uniform(0.6, 1.0)
    h, w = max(8, round(height * share)), max(8, round(width * share))
    top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    crop = light[top : top + h, left : left + w]
    return np.ascontiguousarray(crop[:, ::-1] if rng.random() < 0.5 else crop)


def _look(light: Float32) -> npt.NDArray[np.float16]:
    """LOOK_SIDE**2 sample pixels of the picture, on a regular grid."""
    rows = np.linspace(0, light.shape[0] - 1, LOOK_SIDE).astype(int)
    columns = np.linspace(0, light.shape[1] - 1, LOOK_SIDE).astype(int)
    return light[np.ix_(rows, columns)].reshape(-1, 3).astype(np.float16)


def settings_of(labels: Tensor) -> dict[str, Tensor]:
    """(N, P) in J to what ``pipeline.develop`` takes for a batch (N, pixels, 3)."""
    jnd = torch.tensor([p.jnd for p in PARAMS], device=labels.device)
    low = torch.tensor([p.low for p in PARAMS], device=labels.device)
    high = torch.tensor([p.high for p in PARAMS], device=labels.device)
    units = torch.maximum(torch.minimum(labels * jnd, high), low)
    return {p.name: units[:, i, None, None] for i, p in enumerate(PARAMS)}


def look_distance(bad: Tensor, labels: Tensor, good: Tensor) -> Tensor:
    """Mean CIELAB distance of each rendered lesson to its good photo, (N,), smooth at 0."""
    difference = cielab(develop(bad, settings_of(labels))) - cielab(good)
    return torch.sqrt((difference**2).sum(-1) + 0.25).mean(-1)


def fit_labels(
    bad: npt.NDArray, good: npt.NDArray, touched: npt.NDArray, progress: Progress
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """s* = argmin distance(render(bad, s), good) + lambda |s|_1, by Adam through the look.

    Returns labels (N, P) in J and which lessons can be undone: distance under 60 % of what
    it was, or small. Photos left alone have the label 0.
    """
    labels = np.zeros((len(bad), len(PARAMS)), dtype=np.float32)
    undone = np.ones(len(bad), dtype=bool)
    todo = np.flatnonzero(touched)
    for start in range(0, len(todo), 256):
        rows = todo[start : start + 256]
        x = torch.from_numpy(bad[rows][:, ::8].astype(np.float32))
        y = torch.from_numpy(good[rows][:, ::8].astype(np.float32))
        s, before, after = _fit_batch(x, y)
        labels[rows] = s.numpy()
        undone[rows] = ((after < 0.6 * before) | (after < 4.0)).numpy()
        progress.report(start + len(rows), len(todo), "fitting labels")
    return labels, undone & (np.abs(labels).max(1) < MAX_J)


def _fit_batch(x: Tensor, y: Tensor, steps: int = 120) -> tuple[Tensor, Tensor, Tensor]:
    s = torch.zeros(len(x), len(PARAMS), requires_grad=True)
    price = torch.tensor([_PRICE.get(p.name, _PRICE_OF_OTHERS) for p in PARAMS])
    light = torch.tensor([float(p.name in _LIGHT) for p in PARAMS])
    optimiser = torch.optim.Adam([s], lr=0.6)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps, eta_min=0.05)
    with torch.no_grad():
        before = look_distance(x, s, y)
    for step in range(steps):
        optimiser.zero_grad()
        loss = look_distance(x, s, y) + (price * torch.sqrt(s**2 + 0.01)).sum(1)
        loss.sum().backward()
        if step < steps // 3 and s.grad is not None:
            s.grad *= light
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        return s.detach(), before, look_distance(x, s, y)
